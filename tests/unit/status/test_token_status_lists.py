"""Token Status List: two bits, least significant bit first, zlib, a signed token."""

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
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from credentials.status import Status, StatusIndexOutOfRange, StatusListExpired, StatusListMalformed, TokenStatusList
from credentials.status.token_list import parse_token, read_claims, sign_status_list

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/status/token-status-list.json").read_text())
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URI = "https://cjib.example/status/1"
SIGNER = SoftwareSigner.generate()
WEEK = timedelta(days=7)


@pytest.mark.requirement("tsl-bits")
@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: f"{vector['bits']} bits")
def test_the_drafts_vectors(vector: dict[str, JsonValue]) -> None:
    made = TokenStatusList(len(vector["statuses"]), vector["bits"])
    for index, status in enumerate(vector["statuses"]):
        made[index] = status
    assert made.to_bytes().hex() == vector["bytes"]
    assert made.encode() == vector["lst"]
    read = TokenStatusList.decode(vector["lst"], vector["bits"])
    assert [read[index] for index in range(len(vector["statuses"]))] == vector["statuses"]


@given(st.dictionaries(st.integers(0, 99_999), st.sampled_from(list(Status)), max_size=200))
def test_what_is_set_is_read_and_nothing_else(statuses: dict[int, Status]) -> None:
    read = TokenStatusList.decode(TokenStatusList.of(100_000, statuses.items()).encode(), 2)
    assert all(read[index] == status for index, status in statuses.items())
    set_ones = sum(status is not Status.VALID for status in statuses.values())
    assert sum(byte != 0 for byte in read.to_bytes()) <= set_ones
    for index in range(0, 100_000, 997):
        assert read[index] == statuses.get(index, Status.VALID)


def test_a_status_can_be_set_back_and_leaves_its_neighbours_alone() -> None:
    made = TokenStatusList(8)
    for index in range(8):
        made[index] = Status.SUPERSEDED
    made[3] = Status.VALID
    assert [made[index] for index in range(8)] == [3, 3, 3, 0, 3, 3, 3, 3]


def test_an_index_outside_is_an_error_at_both_ends() -> None:
    made = TokenStatusList(8)
    for index in (8, -1, 1 << 40):
        with pytest.raises(StatusIndexOutOfRange):
            made[index]
    with pytest.raises(ValueError, match="fit"):
        made[0] = 4


def test_the_stream_is_what_strict_readers_want() -> None:
    for size in (16, 131_072):
        stream = b64url_decode(TokenStatusList.of(size, [(7, Status.INVALID)]).encode())
        assert stream[:2].hex() == "78da"
        assert zlib.decompress(stream)[1] == 0b0100_0000


@pytest.mark.parametrize("bits", [0, 3, 16, -1])
def test_other_widths_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match="bits"):
        TokenStatusList(8, bits)
    with pytest.raises(ValueError, match="bits"):
        TokenStatusList(0)
    with pytest.raises(MalformedInput):
        TokenStatusList.decode(VECTORS[0]["lst"], bits)


def a_bomb(expanded: int) -> str:
    stream = zlib.compressobj(9)
    chunk = bytes(1 << 20)
    return b64url_encode(b"".join(stream.compress(chunk) for _ in range(expanded >> 20)) + stream.flush())


@pytest.mark.requirement("tsl-bits")
def test_a_bomb_is_refused_before_it_has_grown() -> None:
    bomb = a_bomb(32 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(LimitExceeded):
            TokenStatusList.decode(bomb, 2)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.requirement("tsl-bits")
@pytest.mark.parametrize(
    "lst",
    [
        "",
        "AAAA",
        "eNrbuRgAAhcBXQ==",
        b64url_encode(b64url_decode(VECTORS[0]["lst"])[:-1]),
        b64url_encode(b64url_decode(VECTORS[0]["lst"]) + b"x"),
        b64url_encode(b64url_decode(VECTORS[0]["lst"])[:-1] + b"x"),
        b64url_encode(zlib.compress(b"")),
        b64url_encode(b"\x1f\x8b" + b64url_decode(VECTORS[0]["lst"])),
    ],
)
def test_a_stream_that_is_not_whole_is_refused(lst: str) -> None:
    with pytest.raises(MalformedInput):
        TokenStatusList.decode(lst, 1)


def a_token(**options: object) -> str:
    statuses = TokenStatusList.of(131_072, [(7, Status.SUPERSEDED)])
    return sign_status_list(statuses, SIGNER, uri=URI, now=NOW, **options)


def payload_of(token: str) -> JsonObject:
    return UnverifiedToken.parse(token).payload


def test_a_published_list_is_read_again() -> None:
    token = parse_token(a_token(x5c=(b"leaf",)).encode())
    assert token.header == {"alg": "ES256", "typ": "statuslist+jwt", "x5c": ["bGVhZg=="]}
    claims = read_claims(token.verify(SIGNER.public_jwk).payload, URI, NOW, max_age=WEEK)
    assert claims.statuses[7] == Status.SUPERSEDED
    assert claims.statuses[8] == Status.VALID
    assert claims.expires_at == NOW + timedelta(hours=24)
    assert claims.time_to_live == timedelta(hours=12)


@pytest.mark.parametrize("body", [b"", b"\xff", b"a.b.c", a_token().replace(".", "", 1).encode(), b"{}"])
def test_what_is_no_list_token_is_refused(body: bytes) -> None:
    with pytest.raises(StatusListMalformed):
        parse_token(body)


@pytest.mark.requirement("tsl-token")
def test_another_typ_is_refused() -> None:
    from credentials.jose import sign_jwt

    with pytest.raises(StatusListMalformed):
        parse_token(sign_jwt("JWT", {}, payload_of(a_token()), SIGNER).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"sub": "https://cjib.example/status/2"},
        {"sub": None},
        {"iat": None},
        {"iat": "now"},
        {"exp": "soon"},
        {"ttl": 0},
        {"ttl": "12"},
        {"ttl": True},
        {"status_list": None},
        {"status_list": {"bits": 2}},
        {"status_list": {"bits": True, "lst": VECTORS[0]["lst"]}},
        {"status_list": {"bits": 3, "lst": VECTORS[0]["lst"]}},
        {"status_list": {"bits": 2.0, "lst": VECTORS[0]["lst"]}},
        {"status_list": {"bits": [2], "lst": VECTORS[0]["lst"]}},
        {"status_list": {"bits": 2, "lst": "AAAA"}},
        {"status_list": {"bits": 2, "lst": a_bomb(8 << 20)}},
    ],
)
def test_a_payload_that_is_wrong_is_refused(change: JsonObject) -> None:
    payload = {name: value for name, value in {**payload_of(a_token()), **change}.items() if value is not None}
    with pytest.raises(StatusListMalformed):
        read_claims(payload, URI, NOW, max_age=WEEK)


@pytest.mark.requirement("tsl-token")
def test_a_list_is_refused_before_and_after_its_time() -> None:
    payload = payload_of(a_token())
    read_claims(payload, URI, NOW + timedelta(hours=24, seconds=-1), max_age=WEEK)
    for at in (NOW + timedelta(hours=24), NOW - timedelta(hours=1)):
        with pytest.raises(StatusListExpired):
            read_claims(payload, URI, at, max_age=WEEK)


def test_a_list_without_expiry_does_not_live_forever() -> None:
    payload = payload_of(a_token())
    del payload["exp"]
    read_claims(payload, URI, NOW + timedelta(days=6), max_age=WEEK)
    with pytest.raises(StatusListExpired):
        read_claims(payload, URI, NOW + timedelta(days=7), max_age=WEEK)


def test_a_list_that_states_its_expiry_lives_until_then() -> None:
    payload = payload_of(a_token(lifetime=timedelta(days=30)))
    assert read_claims(payload, URI, NOW + timedelta(days=29), max_age=WEEK).statuses[7] == Status.SUPERSEDED


def test_a_list_need_not_say_when_to_ask_again() -> None:
    payload = payload_of(a_token())
    del payload["ttl"]
    assert read_claims(payload, URI, NOW, max_age=WEEK).time_to_live is None
