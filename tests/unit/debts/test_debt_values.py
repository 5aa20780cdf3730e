"""Money, citizen service numbers, agencies and Dutch days: the small values everything else is made of."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from credentials.clock import days_between, dutch, dutch_day, end_of_day, on_dutch_clocks, start_of_day
from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.dates import parse_day, parse_moment, write_moment
from credentials.debts.errors import ForeignCurrency, InvalidBsn, InvalidField
from credentials.debts.money import MAX_CENTS, Notation, checked, euro, parse_cents, parse_euro
from credentials.errors import ConfigurationError

TEST_BSNS = [
    "999990007",
    "999990019",
    "999990020",
    "999990032",
    "999990044",
    "999990056",
    "999990068",
    "999990081",
    "999990093",
    "999990111",
    "999993653",
    "999991772",
]


@pytest.mark.parametrize("digits", TEST_BSNS)
def test_a_bsn_that_passes_the_eleven_test_is_taken(digits: str) -> None:
    assert Bsn(digits).reveal() == digits


@pytest.mark.parametrize("digits", ["999990008", "99999000", "9999900070", "99999000a", "", "000000000", "９99990007"])
def test_anything_else_is_no_bsn(digits: str) -> None:
    with pytest.raises(InvalidBsn) as caught:
        Bsn(digits)
    assert not digits or digits not in str(caught.value)


def test_a_bsn_never_prints_itself() -> None:
    bsn = Bsn("999990007")
    assert "999990007" not in f"{bsn} {bsn!r} {[bsn]}"


def test_a_bsn_is_equal_by_value() -> None:
    assert {Bsn("999990007")} == {Bsn("999990007")}
    assert Bsn("999990007") != Bsn("999990019")
    assert Bsn("999990007") != "999990007"


def test_a_bsn_that_lost_its_leading_zero_can_be_padded() -> None:
    assert Bsn.padded("12345672").reveal() == "012345672"
    with pytest.raises(InvalidBsn):
        Bsn.padded("1234567")


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "€ 0,00"), (5, "€ 0,05"), (128450, "€ 1.284,50"), (-500, "€ -5,00"), (123456789, "€ 1.234.567,89")],
)
def test_euros_are_written_the_dutch_way_and_read_back(cents: int, text: str) -> None:
    assert euro(cents) == text
    assert parse_euro(text) == cents


@pytest.mark.parametrize("text", ["12", "12,00", "€12,00", "EUR 12,00", " € 12,00 "])
def test_amounts_in_euros_are_read(text: str) -> None:
    assert parse_euro(text) == 1200


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("214,5", 21450),
        ("214,50 €", 21450),
        ("214,50€", 21450),
        ("214,50 EUR", 21450),
        ("214,-", 21400),
        ("€ 214,--", 21400),
        ("+214,50", 21450),
        ("214,50-", -21450),
        ("214,50 -", -21450),
        ("214,50- €", -21450),
        ("-€ 214,50", -21450),
        ("\u2212214,50", -21450),
        ("(214,50)", -21450),
        ("(€ 214,50)", -21450),
        ("-214,-", -21400),
        ("1.284,50", 128450),
        ("1 284,50", 128450),
        ("1\u00a0284,50", 128450),
        ("1\u202f284,50", 128450),
        ("1 284", 128400),
        ("1.284.500", 128450000),
    ],
)
def test_what_people_and_programs_make_of_an_amount_is_read_when_it_has_one_meaning(text: str, cents: int) -> None:
    assert parse_euro(text) == cents


@pytest.mark.parametrize(
    "text",
    [
        *("12.00", "1,234.50", "1.23", "twaalf", "", "12,000", "--1", "9" * 5000, ",50", "12,", "-", "()", "€"),
        *("-5-", "(-5)", "€ 5 €", "5 cent", "1 23", "1 2345", "12 34,50", "1.284 500", "0.123", "1.284,505"),
        *("٣", "²", "5,²", "1.284.50", "12345.678,00", "1 .284"),
    ],
)
def test_an_amount_that_could_be_misread_is_refused(text: str) -> None:
    with pytest.raises(InvalidField):
        parse_euro(text)


def test_three_digits_behind_a_point_are_thousands_only_where_the_source_says_so() -> None:
    with pytest.raises(InvalidField) as caught:
        parse_euro("1.284")
    assert "thousands" in caught.value.reason
    assert "1.284" not in str(caught.value)
    assert parse_euro("1.284", Notation(",", ".")) == 128400
    assert parse_euro("1,284", Notation(".", ",")) == 128400
    with pytest.raises(InvalidField):
        parse_euro("1,284", Notation("."))


def test_a_source_that_says_what_separates_thousands_is_taken_at_its_word() -> None:
    assert parse_euro("1 284,50", Notation(",", " ")) == 128450
    with pytest.raises(InvalidField):
        parse_euro("1.284,50", Notation(",", " "))
    with pytest.raises(InvalidField):
        parse_euro("1 284,50", Notation(",", "."))


@pytest.mark.parametrize("text", ["$ 12,00", "USD 12,00", "12,00 GBP", "£5"])
def test_another_currency_is_refused(text: str) -> None:
    with pytest.raises(ForeignCurrency):
        parse_euro(text)


def test_cents_are_whole_and_within_reason() -> None:
    for text in ("-12", "12-", "(12)"):
        assert parse_cents(text) == -12
    for text in ("1,5", "1.5", "", "١", "1" * 20, "€ 12", "1 284", "12,-"):
        with pytest.raises(InvalidField):
            parse_cents(text)
    assert checked(MAX_CENTS) == MAX_CENTS
    with pytest.raises(InvalidField):
        checked(MAX_CENTS + 1)


def test_an_agency_has_an_oin_and_an_abbreviation() -> None:
    assert Agency("00000000900000007000", "CJIB", "cjib").organisation.name == "CJIB"
    with pytest.raises(ConfigurationError):
        Agency("123", "CJIB", "cjib")
    with pytest.raises(ConfigurationError):
        Agency("00000000900000007000", "CJIB", "C JIB")


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-31",
        "2026-10-31T12:00:00",
        "2026-10-31 12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-10-31T12:00:60Z",
        "2026-10-31T24:00:01Z",
        "2026-10-31T12:00:00+0100",
        "20261031T120000Z",
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59-10:00",
    ],
)
def test_a_moment_needs_rfc_3339_with_an_offset(text: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_moment(text)
    assert text not in str(caught.value)


def test_a_moment_keeps_its_offset() -> None:
    for text in ("2022-07-13T18:43:12+00:00", "2026-10-31T23:59:59+01:00", "2026-10-31T23:59:59.250000+01:00"):
        assert write_moment(parse_moment(text)) == text
    assert write_moment(parse_moment("2022-07-13T18:43:12Z")) == "2022-07-13T18:43:12+00:00"


def test_both_readings_of_the_repeated_hour_are_different_moments() -> None:
    first, second = parse_moment("2026-10-25T02:30:00+02:00"), parse_moment("2026-10-25T02:30:00+01:00")
    assert second - first == timedelta(hours=1)
    assert dutch(first).isoformat() == "2026-10-25T02:30:00+02:00"
    assert dutch(second).isoformat() == "2026-10-25T02:30:00+01:00"


def test_dutch_time_is_what_the_time_zone_database_says() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    while moment.year < 2031:
        assert dutch(moment).utcoffset() == moment.astimezone(amsterdam).utcoffset()
        moment += timedelta(hours=7)


def test_the_last_day_that_there_is_has_a_name() -> None:
    assert dutch_day(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) == date(9999, 12, 31)


def test_a_day_is_dutch() -> None:
    assert dutch_day(parse_moment("2026-10-31T23:30:00Z")) == date(2026, 11, 1)
    for day in (date(2026, 3, 29), date(2026, 7, 1), date(2026, 10, 25), date(2026, 12, 31)):
        last = end_of_day(day)
        assert dutch_day(last) == day
        assert last + timedelta(seconds=1) == start_of_day(day + timedelta(days=1))
        assert dutch_day(start_of_day(day)) == dutch_day(last) == day


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-27T23:00:00Z", date(2026, 11, 28)),
        ("2026-11-27T22:59:59Z", date(2026, 11, 27)),
        ("2026-12-31T23:00:00Z", date(2027, 1, 1)),
        ("2026-06-30T22:00:00Z", date(2026, 7, 1)),
        ("2026-06-30T21:59:59Z", date(2026, 6, 30)),
        ("2026-07-01T00:30:00+09:00", date(2026, 6, 30)),
        # Until 1995 summer time ended in September.
        ("1994-10-10T22:30:00Z", date(1994, 10, 10)),
    ],
)
def test_the_day_of_a_moment_is_the_day_in_the_netherlands(moment: str, day: date) -> None:
    assert dutch_day(parse_moment(moment)) == parse_day(moment) == day


NOON = datetime(2026, 4, 27, 12, tzinfo=UTC)


def test_a_moment_of_nobodys_clock_has_no_day() -> None:
    with pytest.raises(ValueError, match="without an offset"):
        dutch_day(NOON.replace(tzinfo=None))


def test_age_is_counted_in_days_on_the_calendar() -> None:
    evening, morning = parse_moment("2026-11-27T22:30:00Z"), parse_moment("2026-11-27T23:30:00Z")
    assert days_between(evening, morning) == 1
    assert days_between(morning, evening) == 0
    assert days_between(morning, parse_moment("2026-11-28T22:59:00Z")) == 0


def test_a_day_may_be_written_as_a_moment() -> None:
    assert parse_day("2026-04-27") == parse_day("2026-04-27T00:00:00+02:00") == date(2026, 4, 27)
    for text in ("2026-02-30", "27-04-2026", "2026-4-27"):
        with pytest.raises(InvalidField):
            parse_day(text)


@pytest.mark.parametrize(
    ("shown", "moments"),
    [
        ("2026-11-25T02:30:00", ["2026-11-25T02:30:00+01:00"]),
        ("2026-10-25T02:30:00", ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]),
        ("2026-03-29T02:30:00", []),
        ("0001-01-01T00:00:00", []),
        ("9999-12-31T23:30:00", ["9999-12-31T23:30:00+01:00"]),
    ],
)
def test_an_hour_that_is_skipped_is_on_no_clock_and_one_that_is_repeated_twice(shown: str, moments: list[str]) -> None:
    assert [each.isoformat() for each in on_dutch_clocks(datetime.fromisoformat(shown))] == moments
