"""CBOR is read in one spelling only, and never at the cost of who reads it."""

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.jose.cbor import MAX_DEPTH, MAX_ITEMS, MalformedCbor, Tagged, cbor_parse

LABELS = st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.text(max_size=9) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LABELS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_the_library_writes_is_read_as_what_it_was(value: Any) -> None:
    # The members of a set order may differ: no two can have one name, so none decides on anything.
    try:
        assert cbor_parse(cbor2.dumps(value)) == value
        assert cbor_parse(cbor2.dumps(value, canonical=True)) == value
    except LimitExceeded:
        assert depth(value) >= MAX_DEPTH


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(depth, inner), default=0)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        value = cbor_parse(data)
    except BlauweKnopError:
        return
    # What is accepted is the one spelling of what it says, but for floats, of which each size is taken.
    if b"\xf9" not in data and b"\xfa" not in data and b"\xfb" not in data:
        assert cbor2.dumps(plain(value)) == data


def plain(value: Any) -> Any:
    match value:
        case Tagged(tag=tag, value=inner):
            return cbor2.CBORTag(tag, plain(inner))
        case list():
            return [plain(each) for each in value]
        case dict():
            return {name: plain(each) for name, each in value.items()}
        case _:
            return value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("00", 0),
        ("1818", 24),
        ("1bffffffffffffffff", 2**64 - 1),
        ("20", -1),
        ("3bffffffffffffffff", -(2**64)),
        ("f93c00", 1.0),
        ("fa47c35000", 100000.0),
        ("fb3ff199999999999a", 1.1),
        ("a201020304", {1: 2, 3: 4}),
        ("a203040102", {3: 4, 1: 2}),
        ("c11a514b67b0", Tagged(1, 1363896240)),
        ("8301820203820405", [1, [2, 3], [4, 5]]),
    ],
)
def test_the_examples_of_rfc_8949(data: str, value: object) -> None:
    assert cbor_parse(bytes.fromhex(data)) == value


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "early"),
        ("1800", "shortest"),  # 0 in two bytes
        ("1817", "shortest"),
        ("190018", "shortest"),
        ("1a00000100", "shortest"),
        ("1b00000000ffffffff", "shortest"),
        ("5800", "shortest"),  # a length in more bytes than it needs
        ("9f01ff", "indefinite"),
        ("bf0102ff", "indefinite"),
        ("5f4101ff", "indefinite"),
        ("7f6161ff", "indefinite"),
        ("1c", "assigned"),
        ("ff", "assigned"),
        ("f7", "assigned"),  # undefined
        ("f0", "assigned"),
        ("f818", "assigned"),
        ("a201020103", "one name"),
        ("a2616101616102", "one name"),
        ("a1f500", "neither a number nor text"),
        ("a1410000", "neither a number nor text"),
        ("a1800000", "neither a number nor text"),
        ("a1f93c0000", "neither a number nor text"),
        ("61ff", "UTF-8"),
        ("63eda080", "UTF-8"),  # a lone surrogate
        ("0000", "follows"),
        ("4161ff", "follows"),
        ("4261", "early"),
        ("62", "early"),
        ("19ff", "early"),
        ("8201", "early"),
        ("c1", "early"),
    ],
)
def test_every_other_spelling_is_refused(data: str, why: str) -> None:
    with pytest.raises(MalformedCbor, match=why):
        cbor_parse(bytes.fromhex(data))


@pytest.mark.parametrize("head", ["5b", "7b", "9b", "bb"])
@pytest.mark.parametrize("length", ["7fffffffffffffff", "ffffffffffffffff", "0000000100000000"])
def test_a_length_beyond_the_end_makes_nothing(head: str, length: str) -> None:
    with pytest.raises(MalformedCbor, match="early"):
        cbor_parse(bytes.fromhex(head + length) + b"\0" * 100)


@pytest.mark.parametrize("head", [b"\x81", b"\xa1\x01", b"\xc1"])
def test_what_is_nested_a_hundred_thousand_deep_is_refused(head: bytes) -> None:
    with pytest.raises(LimitExceeded):
        cbor_parse(head * 100_000 + b"\0")
    cbor_parse(head * MAX_DEPTH + b"\0")
    with pytest.raises(LimitExceeded):
        cbor_parse(head * (MAX_DEPTH + 1) + b"\0")


def test_a_huge_array_is_refused_before_it_is_made() -> None:
    cbor_parse(b"\x99" + (MAX_ITEMS - 1).to_bytes(2) + b"\0" * (MAX_ITEMS - 1))
    with pytest.raises(LimitExceeded):
        cbor_parse(b"\x9a" + (400_000).to_bytes(4) + b"\0" * 400_000)


def test_shared_references_and_other_tags_are_not_followed() -> None:
    # Tags 28 and 29 make cycles, 2 big numbers, 35 regular expressions: here all are what was written.
    assert cbor_parse(bytes.fromhex("d81c81d81d00")) == Tagged(28, [Tagged(29, 0)])
    assert cbor_parse(bytes.fromhex("c249010000000000000000")) == Tagged(2, b"\x01" + b"\0" * 8)


def test_an_error_says_nothing_of_the_input() -> None:
    with pytest.raises(MalformedCbor) as caught:
        cbor_parse(b"\xa2\x66secret\x01\x66secret\x02")
    assert "secret" not in str(caught.value)
