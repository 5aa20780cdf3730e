"""One value has one spelling: base64url, base64, base58 and multibase in canonical form only."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import (
    b64_decode,
    b64_encode,
    b64url_decode,
    b64url_decode_all,
    b64url_encode,
    base58_decode,
    base58_encode,
    multibase_decode,
)
from credentials.errors import LimitExceeded, MalformedInput

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

# RFC 4648 section 10, without padding.
RFC4648 = [
    (b"", ""),
    (b"f", "Zg"),
    (b"fo", "Zm8"),
    (b"foo", "Zm9v"),
    (b"foob", "Zm9vYg"),
    (b"fooba", "Zm9vYmE"),
    (b"foobar", "Zm9vYmFy"),
]


@pytest.mark.parametrize(("data", "text"), RFC4648)
def test_the_vectors_of_rfc_4648(data: bytes, text: str) -> None:
    padded = text + "=" * (-len(text) % 4)
    assert b64url_encode(data) == text
    assert b64url_decode(text) == data
    assert b64_encode(data) == padded
    assert b64_decode(padded) == data


def test_the_example_of_rfc_7515_appendix_c() -> None:
    data = bytes([3, 236, 255, 224, 193])
    assert b64url_encode(data) == "A-z_4ME"
    assert b64url_decode("A-z_4ME") == data


@pytest.mark.parametrize(
    "text",
    [
        "Zg==",  # padding
        "Zg=",
        "Zm9v=",
        "=",
        "Z",  # a length that no value has
        "Zm9vY",
        "Zh",  # unused bits that are not zero
        "Zm9",
        "Zm9vYmF",
        "+/+/",  # the other alphabet
        "A+z_",
        "Zm 9v",
        "Zm9v\n",
        "\nZm9v",
        "Zm9v\0",
        "Zm!v",
        "Zm.v",
        "Zm9é",
        "Zm9\u212a",  # KELVIN SIGN, which folds to k
        "Zm9\ud800",
    ],
)
def test_base64url_with_a_second_spelling_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput) as refused:
        b64url_decode(text, "signature")
    assert "signature" in refused.value.detail
    with pytest.raises(MalformedInput):
        b64url_decode_all(["Zm9v", text, "Zg"])


@pytest.mark.parametrize("length", [2, 3])
def test_of_all_last_characters_one_in_as_many_as_the_unused_bits_say_is_taken(length: int) -> None:
    taken = [last for last in ALPHABET if _is_taken("A" * (length - 1) + last)]
    assert len(taken) == (4 if length == 2 else 16)
    assert len({b64url_decode("A" * (length - 1) + last) for last in taken}) == len(taken)


def _is_taken(text: str) -> bool:
    try:
        b64url_decode(text)
    except MalformedInput:
        return False
    return True


@given(st.binary(max_size=200))
def test_what_is_encoded_is_decoded_again(data: bytes) -> None:
    assert b64url_decode(b64url_encode(data)) == data
    assert b64_decode(b64_encode(data)) == data


@given(st.text(alphabet=ALPHABET + "+/= \n", max_size=12))
def test_no_two_texts_decode_to_one_value(text: str) -> None:
    if _is_taken(text):
        assert b64url_encode(b64url_decode(text)) == text


@given(st.lists(st.text(alphabet=ALPHABET + "=!", max_size=9), max_size=5))
def test_decoding_together_is_decoding_one_by_one(texts: list[str]) -> None:
    if all(_is_taken(text) for text in texts):
        assert b64url_decode_all(texts) == [b64url_decode(text) for text in texts]
    else:
        with pytest.raises(MalformedInput):
            b64url_decode_all(texts)


@pytest.mark.parametrize(
    "text", ["Zg", "Zg=", "Zh==", "Zm9v\n", "Zm 9v", "Zm9v====", "-_-_", "Z===", "é===", "Zg==Zg=="]
)
def test_base64_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        b64_decode(text, "x5c")


# draft-msporny-base58, section "Test vectors".
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "11233QC4"),
        (b"", ""),
        (b"\0", "1"),
        (b"\0\0\1", "112"),
    ],
)
def test_the_vectors_of_base58btc(data: bytes, text: str) -> None:
    assert base58_encode(data) == text
    assert base58_decode(text) == data


@given(st.binary(max_size=100))
def test_base58_is_reversible_and_keeps_leading_zeros(data: bytes) -> None:
    assert base58_decode(base58_encode(data)) == data


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "2NE po", "2NE\n", "é", "2-", "+"])
def test_characters_outside_base58_are_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        base58_decode(text)


def test_base58_is_taken_up_to_its_limit_and_not_one_above() -> None:
    assert base58_decode("z" * 512)
    with pytest.raises(LimitExceeded):
        base58_decode("z" * 513)


def test_multibase_is_base58btc_or_base64url() -> None:
    assert multibase_decode("z2NEpo7TZRRrLZSi2U") == b"Hello World!"
    assert multibase_decode("uZm9v") == b"foo"


@pytest.mark.parametrize(
    "text", ["", "m" + base64.b64encode(b"foo").decode(), "Zm9v", "f666f6f", "uZg==", "z0", " z2NE"]
)
def test_another_multibase_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        multibase_decode(text)


@pytest.mark.parametrize("decode", [b64url_decode, b64_decode, base58_decode, multibase_decode])
def test_an_error_does_not_repeat_the_value(decode: Callable[[str, str], bytes]) -> None:
    with pytest.raises(MalformedInput) as refused:
        decode("999990019=!", "field")
    assert "999990019" not in str(refused.value)
