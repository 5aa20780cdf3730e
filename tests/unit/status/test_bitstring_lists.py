"""Bitstring Status List: one bit, most significant bit first, gzip, at least 131,072 entries."""

import gzip
import json
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode
from credentials.errors import LimitExceeded, MalformedInput
from credentials.status import (
    Bitstring,
    Status,
    StatusIndexOutOfRange,
    StatusListExpired,
    StatusListMalformed,
    StatusListTooShort,
    TokenStatusList,
    list_credential,
)
from credentials.status.bitstring import MIN_ENTRIES, read_list_credential
from credentials.status.errors import StatusPurposeMismatch

VECTOR = json.loads((Path(__file__).parents[2] / "vectors/status/bitstring.json").read_text())
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URI = "https://cjib.example/status/2"
WEEK = timedelta(days=7)


def test_the_specifications_example() -> None:
    read = Bitstring.decode(VECTOR["encodedList"])
    assert len(read) == VECTOR["entries"]
    assert read.to_bytes() == bytes(VECTOR["entries"] // 8)


def test_index_0_is_the_left_most_bit() -> None:
    assert Bitstring.of(MIN_ENTRIES, [0, 9]).to_bytes()[:2] == bytes([0b1000_0000, 0b0100_0000])
    # The Token Status List counts from the other end: one decoder for both would be a bug.
    assert TokenStatusList.of(MIN_ENTRIES, [(0, Status.INVALID)]).to_bytes()[0] == 0b0000_0001


@given(st.sets(st.integers(0, MIN_ENTRIES - 1), max_size=200))
def test_what_is_set_is_read_and_nothing_else(indices: set[int]) -> None:
    read = Bitstring.decode(Bitstring.of(MIN_ENTRIES, indices).encode())
    assert int.from_bytes(read.to_bytes()).bit_count() == len(indices)
    assert all(read[index] for index in indices)


def test_a_bit_can_be_cleared() -> None:
    bits = Bitstring.of(MIN_ENTRIES, [8, 9])
    bits[8] = False
    assert (bits[8], bits[9]) == (False, True)


def test_an_index_outside_is_an_error_at_both_ends() -> None:
    for index in (MIN_ENTRIES, -1):
        with pytest.raises(StatusIndexOutOfRange):
            Bitstring()[index]


def test_the_same_list_is_the_same_bytes() -> None:
    for bits in (Bitstring(), Bitstring.of(MIN_ENTRIES, range(0, MIN_ENTRIES, 7))):
        stream = b64url_decode(bits.encode()[1:])
        assert bits.encode()[0] == "u"
        assert stream[:8].hex() == "1f8b080000000000"
        assert gzip.decompress(stream) == bits.to_bytes()


def test_a_list_that_is_too_short_is_neither_made_nor_read() -> None:
    with pytest.raises(ValueError, match="131072"):
        Bitstring(MIN_ENTRIES - 1)
    with pytest.raises(StatusListTooShort):
        Bitstring.decode("u" + b64url_encode(gzip.compress(bytes(16_383))))


def test_a_bomb_is_refused_before_it_has_grown() -> None:
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(stream.compress(bytes(1 << 20)) for _ in range(32)) + stream.flush()
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            Bitstring.decode("u" + b64url_encode(bomb))
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "H4sI",
        "z" + VECTOR["encodedList"][1:],
        VECTOR["encodedList"][1:],
        VECTOR["encodedList"] + "A",
        "u" + b64url_encode(b64url_decode(VECTOR["encodedList"][1:])[:-1]),
        "u" + b64url_encode(b64url_decode(VECTOR["encodedList"][1:]) * 2),
        "u" + b64url_encode(zlib.compress(bytes(16_384))),
    ],
)
def test_a_stream_that_is_not_whole_is_refused(encoded: str) -> None:
    with pytest.raises(MalformedInput):
        Bitstring.decode(encoded)


def a_document(**changes: JsonValue) -> JsonObject:
    bits = Bitstring.of(MIN_ENTRIES, [7])
    made = list_credential(bits, uri=URI, issuer="did:web:cjib.example", purpose="refresh", now=NOW)
    return {name: value for name, value in {**made, **changes}.items() if value is not None}


def with_subject(**changes: JsonValue) -> JsonObject:
    subject = {**a_document()["credentialSubject"], **changes}
    return a_document(credentialSubject={name: value for name, value in subject.items() if value is not None})


def test_a_list_credential_is_read_again() -> None:
    document = a_document()
    assert document["credentialSubject"]["ttl"] == 12 * 3600 * 1000
    claims = read_list_credential(document, URI, NOW, max_age=WEEK)
    assert claims.status(7, "refresh") is Status.SUPERSEDED
    assert claims.status(8, "refresh") is Status.VALID
    assert claims.time_to_live == timedelta(hours=12)
    assert claims.expires_at == NOW + timedelta(hours=24)


@pytest.mark.parametrize(
    ("purpose", "meaning"),
    [("revocation", Status.INVALID), ("suspension", Status.SUSPENDED), ("refresh", Status.SUPERSEDED)],
)
def test_a_set_bit_means_what_its_purpose_says(purpose: str, meaning: Status) -> None:
    for stated in (purpose, [purpose, "message"]):
        claims = read_list_credential(with_subject(statusPurpose=stated), URI, NOW, max_age=WEEK)
        assert claims.status(7, purpose) is meaning


def test_another_purpose_is_refused() -> None:
    claims = read_list_credential(with_subject(statusPurpose=["refresh", "message"]), URI, NOW, max_age=WEEK)
    for purpose in ("revocation", "suspension", ""):
        with pytest.raises(StatusPurposeMismatch):
            claims.status(7, purpose)
    for wrong in ("", "whim", [], ["refresh", "whim"], ["refresh", "refresh"]):
        with pytest.raises(ValueError, match="purpose"):
            list_credential(Bitstring(), uri=URI, issuer="x", purpose=wrong, now=NOW)


@pytest.mark.parametrize(
    "document",
    [
        a_document(id=None),
        a_document(id="https://cjib.example/status/3"),
        a_document(type=["VerifiableCredential"]),
        a_document(type="BitstringStatusListCredential"),
        a_document(credentialSubject=None),
        a_document(credentialSubject=[a_document()["credentialSubject"]]),
        a_document(validUntil="soon"),
        a_document(validUntil="0001-01-01T00:00:00+10:00"),
        a_document(validFrom="9999-12-31T23:59:59-10:00"),
        a_document(validUntil="2026-11-24T12:00:00"),
        with_subject(type="StatusList2021"),
        with_subject(statusPurpose=None),
        with_subject(statusPurpose=[1]),
        with_subject(statusPurpose=["refresh", 1]),
        with_subject(statusPurpose=["refresh", ""]),
        with_subject(statusPurpose=[]),
        with_subject(encodedList=None),
        with_subject(encodedList="uAAAA"),
        with_subject(ttl="12"),
        with_subject(ttl=0),
    ],
)
def test_a_document_that_is_wrong_is_refused(document: JsonObject) -> None:
    with pytest.raises(StatusListMalformed):
        read_list_credential(document, URI, NOW, max_age=WEEK)


def test_a_list_is_refused_before_and_after_its_time() -> None:
    for at in (NOW - timedelta(hours=1), NOW + timedelta(hours=24)):
        with pytest.raises(StatusListExpired):
            read_list_credential(a_document(), URI, at, max_age=WEEK)
    unbounded = a_document(validUntil=None)
    read_list_credential(unbounded, URI, NOW + timedelta(days=6), max_age=WEEK)
    for document, at in ((unbounded, NOW + WEEK), (a_document(validUntil=None, validFrom=None), NOW)):
        with pytest.raises(StatusListExpired):
            read_list_credential(document, URI, at, max_age=WEEK)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 8])
def test_entries_of_any_width_count_from_the_most_significant_bit(size: int) -> None:
    last = (1 << size) - 1
    made = Bitstring.of_values(MIN_ENTRIES, size, [(0, 1), (1, last), (MIN_ENTRIES - 1, last)])
    read = Bitstring.decode(made.encode())
    assert [read.value(index, size) for index in (0, 1, 2, MIN_ENTRIES - 1)] == [1, last, 0, last]
    # The first entry's lowest bit is bit size - 1 from the left.
    assert f"{int.from_bytes(read.to_bytes()):0{len(read)}b}".startswith("0" * (size - 1) + "1" * (size + 1) + "0")
    with pytest.raises(StatusIndexOutOfRange):
        read.value(MIN_ENTRIES, size)
    with pytest.raises(ValueError, match="fit"):
        made.set_value(0, last + 1, size)
    with pytest.raises(StatusIndexOutOfRange):
        made.set_value(-1, 0, size)


@pytest.mark.parametrize("size", [2, 4, 8])
def test_wide_entries_need_a_longer_list(size: int) -> None:
    for bits in (MIN_ENTRIES, MIN_ENTRIES * size - 8):
        with pytest.raises(StatusListTooShort):
            Bitstring(bits).value(0, size)
    assert Bitstring(MIN_ENTRIES * size).value(0, size) == 0
    with pytest.raises(ValueError, match="131072"):
        Bitstring.of_values(MIN_ENTRIES - 1, size, [])


def test_a_list_that_is_too_short_says_so_by_the_specifications_error() -> None:
    short = "u" + b64url_encode(gzip.compress(bytes(16_383)))
    with pytest.raises(StatusListTooShort):
        read_list_credential(with_subject(encodedList=short), URI, NOW, max_age=WEEK)
