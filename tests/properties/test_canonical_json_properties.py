"""The quick way of canonical JSON gives what the library gives, byte for byte, or leaves it to the library."""

import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from credentials.encoding import JsonValue, jcs
from credentials.errors import MalformedInput

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["\x1f", "\x7f", "\u2028", "\ufb33", "😀", "1,5.2"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=12
)


@example({"😀": 1, "\ufb33": 2})
@example([1e21, 1e-7, 0.0, -0.0, 1.0])
@example([2**53 - 1, -(2**53) + 1])
@example([2**53])
@example([float("nan")])
@example({"a": float("inf")})
@example(["".join(map(chr, range(0x20))) + '"\\/\x7f'])
@given(VALUES)
def test_canonical_json_is_that_of_the_library(value: JsonValue) -> None:
    try:
        expected = rfc8785.dumps(value)  # type: ignore[arg-type]  # it checks the value itself
    except rfc8785.CanonicalizationError:
        expected = None
    try:
        given = jcs(value)
    except MalformedInput:
        given = None
    assert given == expected
