"""The JSON Canonicalization Scheme (RFC 8785)."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonValue, jcs, json_parse
from credentials.errors import MalformedInput

VECTORS = Path(__file__).parents[2] / "vectors" / "jcs"

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
# Beyond 2^53 a double is written as an integer that I-JSON does not know.
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


def test_no_example_is_missing() -> None:
    for folder in ("input", "output"):
        assert len(list((VECTORS / folder).glob("*.json"))) == 6


@pytest.mark.parametrize("name", sorted(path.name for path in (VECTORS / "input").glob("*.json")))
def test_the_published_examples(name: str) -> None:
    value = json_parse((VECTORS / "input" / name).read_bytes())
    assert jcs(value) == (VECTORS / "output" / name).read_bytes()


# RFC 8785 appendix B: IEEE 754 bits and their one spelling.
@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_the_numbers_of_appendix_b(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert jcs(number) == text.encode()


def test_members_are_sorted_by_utf_16_units() -> None:
    # U+1F602 begins with the unit D83D, which comes before U+FB33.
    assert jcs({"\ufb33": 1, "\U0001f602": 2}) == '{"\U0001f602":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        2**53,
        -(2**53),
        float("nan"),
        float("inf"),
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        {None: 1},
        b"bytes",
        object(),
        {1, 2},
    ],
)
def test_values_outside_i_json_have_no_canonical_form(value: object) -> None:
    with pytest.raises(MalformedInput):
        jcs(value)


def test_what_is_nested_without_end_is_refused() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(MalformedInput):
        jcs(value)


@given(VALUES)
def test_the_canonical_form_is_the_same_value_and_its_own_canonical_form(value: JsonValue) -> None:
    canonical = jcs(value)
    assert json.loads(canonical) == value
    assert jcs(json.loads(canonical)) == canonical


@given(st.dictionaries(TEXT, st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_of_members_does_not_matter(members: dict[str, int]) -> None:
    assert jcs(members) == jcs(dict(reversed(members.items())))
