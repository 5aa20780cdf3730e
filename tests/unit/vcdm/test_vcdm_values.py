from datetime import UTC, datetime

import pytest

from credentials.encoding import JsonValue
from credentials.formats.vcdm import InvalidDocument, Problem
from credentials.formats.vcdm.values import language_value, moment, types, url


@pytest.mark.parametrize(
    "value",
    ["did:example:1", "https://example.org/a?b#c", "urn:uuid:1", "data:text/plain,x", "HTTPS://Example.org", "x:y"],
)
def test_urls(value: str) -> None:
    assert url(value, "id") == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "example.org",
        "/path",
        "did",
        "https:",
        "https://",
        "HTTPS://",
        "http:/path",
        "https ://x",
        "1a:b",
        ":x",
        "urn:a b",
        "urn:a\n",
        "urn:<a>",
        "urn:a\x7f",
        None,
        5,
        [],
        {},
        True,
    ],
)
def test_what_is_no_url(value: JsonValue) -> None:
    with pytest.raises(InvalidDocument) as caught:
        url(value, "credentialSubject/0/id")
    assert caught.value.path == "/credentialSubject/0/id"


@pytest.mark.parametrize(
    ("text", "year", "second", "microsecond"),
    [
        ("2026-11-23T12:00:01Z", 2026, 1, 0),
        ("2026-11-23T12:00:01.5Z", 2026, 1, 500_000),
        ("2026-11-23T12:00:01.123456789Z", 2026, 1, 123_456),
        ("2026-11-23T07:00:01-05:00", 2026, 1, 0),
        ("2026-11-24T02:00:01+14:00", 2026, 1, 0),
        ("2026-11-23T12:00:01-00:00", 2026, 1, 0),
    ],
)
def test_moments(text: str, year: int, second: int, microsecond: int) -> None:
    assert moment(text, "validFrom") == datetime(year, 11, 23, 12, 0, second, microsecond, UTC)
    assert moment(text, "validFrom").tzinfo is UTC


def test_the_end_of_a_day_is_the_beginning_of_the_next() -> None:
    assert moment("2026-12-31T24:00:00Z", "validUntil") == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2026-11-23 12:00:00Z",
        "2026-11-23t12:00:00z",
        "2026-11-23T12:00Z",
        "2026-11-23T12:00:00.Z",
        "2026-11-23T12:00:00+0100",
        "2026-11-23T12:00:00+15:00",
        "2026-11-23T12:00:00+14:30",
        "02026-11-23T12:00:00Z",
        "226-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z\n",
        "٢٠٢٦-11-23T12:00:00Z",
        "Sat 25 Feb 2023",
        None,
        0,
        ["2026-11-23T12:00:00Z"],
    ],
)
def test_what_is_no_date_time_stamp(value: JsonValue) -> None:
    with pytest.raises(InvalidDocument) as caught:
        moment(value, "validFrom")
    assert caught.value.problem is Problem.MALFORMED_VALUE


@pytest.mark.parametrize(
    "value",
    [
        "2026-02-30T12:00:00Z",
        "2026-13-01T12:00:00Z",
        "2026-11-23T25:00:00Z",
        "2026-11-23T24:00:01Z",
        "2026-11-23T24:00:00.5Z",
        "2026-11-23T12:00:60Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T24:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0000-01-01T00:00:00Z",
        "-0044-03-15T12:00:00Z",
        "12026-11-23T12:00:00Z",
    ],
)
def test_moments_that_do_not_exist_or_cannot_be_told(value: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        moment(value, "validFrom")
    assert caught.value.problem is Problem.RANGE


def test_types_are_terms_or_urls() -> None:
    assert types("Note", "type") == ("Note",)
    assert types(["Note", "https://example.org/#Note", "ex:Note"], "type")[1] == "https://example.org/#Note"


@pytest.mark.parametrize("value", ["", "@type", "_:b0", "a b", "https ://x", "https://", [], [[]], None, 2, ["a", 2]])
def test_what_is_no_type(value: JsonValue) -> None:
    with pytest.raises(InvalidDocument):
        types(value, "type")


@pytest.mark.parametrize(
    "value",
    ["tekst", {"@value": "tekst"}, {"@value": "tekst", "@language": "nl-NL"}, {"@value": "نص", "@direction": "rtl"}],
)
def test_language_values(value: JsonValue) -> None:
    language_value(value, "name")


@pytest.mark.parametrize(
    "value",
    [
        None,
        5,
        {},
        {"@language": "nl"},
        {"@value": 5},
        {"@value": "x", "@type": "Note"},
        {"@value": "x", "@language": "nl_NL"},
        {"@value": "x", "@language": None},
        {"@value": "x", "@direction": "up"},
        {"@value": "x", "@direction": None},
    ],
)
def test_what_is_no_language_value(value: JsonValue) -> None:
    with pytest.raises(InvalidDocument):
        language_value(value, "name")
