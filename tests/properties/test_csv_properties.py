"""What must hold for every CSV file of debts, however often its rows repeat each other and whatever is added to it."""

from contextlib import suppress
from datetime import UTC, date, datetime
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credentials.debts.case import Case
from credentials.debts.errors import InvalidField, SourceError
from credentials.debts.fcid import FcidDocument
from credentials.debts.money import MAX_CENTS, Notation, parse_cents, parse_euro
from credentials.debts.payment_reference import check_digit, checked_reference
from issuer.sources import Columns
from issuer.sources.csv_table import csv_table
from issuer.sources.rows import read_table
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, a_demand, a_file, a_payment, an_obligation

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)

payments = st.lists(st.tuples(st.integers(1, 28), st.sampled_from(("10,00", "50,00", "0,01"))), max_size=12)


def document_of(*rows: str) -> FcidDocument:
    return read_table(csv_table, a_file(*rows), COLUMNS, file="debts.csv", source_oin=CJIB.oin, at=AT).people[SAMIRA]


def case_of(*rows: str) -> Case:
    (case,) = document_of(*rows).cases_at(CJIB)
    return case


def cents(amount: str) -> int:
    return int(amount.replace(",", ""))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30))
def test_a_payment_that_stands_n_times_counts_n_times(times: int) -> None:
    assert case_of(an_obligation("1000,00"), *[a_payment("10,00")] * times).balance == 100_000 - 1000 * times


@settings(max_examples=100, deadline=None)
@given(payments, payments, st.randoms(use_true_random=False))
def test_reading_again_after_rows_were_added_changes_no_id(
    before: list[tuple[int, str]], added: list[tuple[int, str]], random: Random
) -> None:
    old = [a_payment(amount, day) for day, amount in before]
    new = [a_payment(amount, day) for day, amount in added]
    known = {event.id: event for event in case_of(an_obligation("1000,00"), *old).events}
    mixed = [*old, *new]
    random.shuffle(mixed)
    for rows in ([an_obligation("1000,00"), *old, *new], [an_obligation("1000,00"), *mixed]):
        case = case_of(*rows)
        assert known.items() <= {event.id: event for event in case.events}.items()
        assert case.settled == sum(cents(amount) for _, amount in (*before, *added))


@settings(max_examples=60, deadline=None)
@given(payments, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_changes_the_events(rows: list[tuple[int, str]], random: Random) -> None:
    written = [an_obligation("1000,00"), *(a_payment(amount, day) for day, amount in rows)]
    shuffled = list(written)
    random.shuffle(shuffled)
    assert document_of(*written).cases == document_of(*shuffled).cases


@st.composite
def written_amounts(draw: st.DrawFn) -> tuple[int, str, Notation]:
    """Draw an amount in cents, one way to write it, and the notation that declares that way."""
    cents = draw(st.integers(-MAX_CENTS, MAX_CENTS))
    decimal = draw(st.sampled_from((",", ".")))
    other = "." if decimal == "," else ","
    separator = draw(st.sampled_from(("", other, " ", "\u00a0", "\u202f")))
    euros, rest = divmod(abs(cents), 100)
    ends = [f"{decimal}{rest:02d}"]
    if rest % 10 == 0:
        ends.append(f"{decimal}{rest // 10}")
    if rest == 0:
        ends += [decimal + "-", decimal + "--", ""]
    end = draw(st.sampled_from(ends))
    number = f"{euros:,}".replace(",", separator) + end
    named = draw(st.sampled_from(("{}", "€ {}", "€{}", "{} €", "{}€", "EUR {}", "{} EUR")))
    text = named.format(number)
    if cents < 0:
        behind = [] if "-" in end or named.startswith("{} ") else [f"{text}-", f"{text} -"]
        text = draw(st.sampled_from([f"-{text}", f"({text})", f"\u2212{text}", *behind]))
    # Without decimals a point or a comma must be declared; a space needs no declaration.
    thousands = other if separator == other else draw(st.sampled_from((None, " "))) if separator else None
    return cents, text, Notation(decimal, thousands)  # type: ignore[arg-type]  # drawn from its own literals


@settings(max_examples=500, deadline=None)
@given(written_amounts())
@example((-50, "(0,50)", Notation()))
def test_an_amount_comes_back_to_the_cent_from_every_way_to_write_it(drawn: tuple[int, str, Notation]) -> None:
    cents, text, notation = drawn
    assert parse_euro(text, notation) == cents


@given(st.integers(-MAX_CENTS, MAX_CENTS))
def test_cents_come_back_from_every_way_to_write_them(cents: int) -> None:
    ways = [str(cents), f"{-cents}-", f"({-cents})"] if cents < 0 else [str(cents), f"+{cents}"]
    assert {parse_cents(way) for way in ways} == {cents}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.,-+() €EUR\u00a0", max_size=14))
def test_what_is_read_without_a_declaration_is_read_the_same_or_not_at_all_with_one(text: str) -> None:
    found = set()
    for notation in (Notation(), Notation(",", "."), Notation(",", " ")):
        with suppress(SourceError):
            found.add(parse_euro(text, notation))
    assert len(found) <= 1


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_day_comes_back_from_every_way_to_write_it(day: date, padded: bool) -> None:  # drawn
    short = f"{day.day:02d}-{day.month:02d}-{day.year}" if padded else f"{day.day}-{day.month}-{day.year}"
    for dates, text in (("d-m-y", short), ("d/m/y", short.replace("-", "/")), ("iso", day.isoformat())):
        columns = Columns(COLUMNS.columns, events=COLUMNS.events, decimal="comma", dates=dates)  # type: ignore[arg-type]
        rows = a_file(an_obligation("10,00"), a_demand("10,00", Vervalt=text))
        reading = read_table(csv_table, rows, columns, file="x", source_oin=CJIB.oin, at=AT)
        (case,) = reading.people[SAMIRA].cases_at(CJIB)
        assert case.next_due_date == day


@given(st.integers(0, 10**15 - 1), st.integers(1, 9))
def test_a_payment_reference_has_one_check_digit(number: int, other: int) -> None:
    digits = f"{number:015d}"
    whole = check_digit(digits) + digits
    assert checked_reference(whole) == whole
    with pytest.raises(InvalidField):
        checked_reference(str((int(whole[0]) + other) % 10) + digits)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_brings_the_reader_down(data: bytes) -> None:
    for head in (b"", a_file(an_obligation("10,00"))):
        reading = read_table(csv_table, head + data, COLUMNS, file="x", source_oin=CJIB.oin, at=AT)
        assert bool(reading.faults) or not data or head
        assert not (reading.faults and reading.people)
