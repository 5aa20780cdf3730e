"""Disclosures are read all at once where that is possible: with no other outcome than one by one."""

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import b64url_decode, b64url_encode, json_parse
from credentials.errors import BlauweKnopError
from credentials.formats.selective_disclosure import Limits
from credentials.formats.selective_disclosure.disclosures import by_digest

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
AROUND = ["", " ", ",", "[", "]", '"', "1", ",1", '],["x"', '"x",1]', "\n", "{}", "null", "[]", "é", "\\"]


def outcome(texts: list[str]) -> object:
    try:
        return list(by_digest(texts, Limits()).values())
    except BlauweKnopError:
        return "refused"


def one_by_one(texts: list[str]) -> object:
    if len(set(texts)) != len(texts):
        return "refused"
    try:
        return [json_parse(b64url_decode(text)) for text in texts]
    except BlauweKnopError:
        return "refused"


@pytest.mark.parametrize("length", range(6))
def test_the_last_character_has_one_spelling(length: int) -> None:
    text = b64url_encode(json.dumps(["s", "n", "x" * length]).encode())
    other = b64url_encode(b'["s","m",1]')
    for last in ALPHABET:
        for texts in ([text[:-1] + last], [text[:-1] + last, other], [other, text[:-1] + last]):
            assert outcome(texts) == one_by_one(texts)


def test_no_disclosure_reaches_into_the_next() -> None:
    pieces = ['["s","n",1]', '["s","n"', '"m",2]', '["s","n",1],["t"', '"u",3]', "[", "]", '["s","n","', '"]']
    # What stands beside an array that was closed early would be counted as the next one.
    pieces += ['["b"]],5', '["b"]],null', '["b"]],"t"', '["b"]],true', "[]]", '["s"],0']
    for size in (1, 2, 3):
        for texts in itertools.permutations([b64url_encode(piece.encode()) for piece in pieces], size):
            assert outcome(list(texts)) == one_by_one(list(texts))


@pytest.mark.parametrize("before", AROUND)
@pytest.mark.parametrize("after", AROUND)
def test_what_stands_around_an_array_is_seen(before: str, after: str) -> None:
    for body in (
        '["s","n",1]',
        '["s",2]',
        '["s","n",12345678901234567890]',
        '["s","n",99999999999999999999]',
        '["s","n",1e5]',
        '["s","n",[1]]',
    ):
        texts = [b64url_encode(f"{before}{body}{after}".encode()), b64url_encode(b'["t","m",1]')]
        assert outcome(texts) == one_by_one(texts)


@pytest.mark.parametrize(
    "text", ["", "W", "Wy", "W===", "WyJz", "WyJzIl0=", "WyJzIl0 ", "WyJzIl0\n", "é", "WyJ+", "WyJ/"]
)
def test_what_is_no_base64url_is_refused(text: str) -> None:
    for texts in ([text], [text, b64url_encode(b'["s","n",1]')]):
        assert outcome(texts) == one_by_one(texts) == "refused"


@given(
    st.lists(
        st.one_of(st.binary(max_size=12), st.sampled_from([b'["s","n",1]', b'["s",2]', b"[]", b'["', b'"]'])),
        max_size=4,
    )
)
def test_any_bytes_come_out_the_same(contents: list[bytes]) -> None:
    texts = [b64url_encode(content) for content in contents]
    assert outcome(texts) == one_by_one(texts)
