"""The CWT form of a Token Status List: written, read by the same rules as a JWT, and refused for the same reasons."""

from datetime import UTC, datetime, timedelta

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.clock import FixedClock
from credentials.jose.cose import sign_message
from credentials.keys import SoftwareSigner
from credentials.status import (
    Status,
    StatusChecker,
    StatusError,
    StatusListExpired,
    StatusListMalformed,
    StatusListUntrusted,
    TokenStatusList,
)
from credentials.status.token_list_cwt import is_cwt, parse_cwt, sign_status_list_cwt

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
URI = "https://cjib.example/status/1"
KEY = SoftwareSigner.generate()
STATUSES = TokenStatusList.of(131_072, [(7, Status.SUPERSEDED)])


def a_cwt(key: SoftwareSigner = KEY, **options: object) -> bytes:
    return sign_status_list_cwt(STATUSES, key, **{"uri": URI, "now": NOW, **options})


def ask(body: bytes, index: int = 7, now: datetime = NOW) -> Status:
    checker = StatusChecker(lambda _uri, _accept: body, FixedClock(now))
    return checker.token_status(URI, index, authority="cjib", signer=lambda _: KEY.public_jwk)


def resigned(headers: object = None, unprotected: object = None, **changes: object) -> bytes:
    """Return a list whose COSE parts and claims are ours to bend, signed rightly."""
    names = {"sub": 2, "exp": 4, "iat": 6, "ttl": 65534, "list": 65533}
    protected, _, payload, _ = cbor2.loads(a_cwt()).value
    claims = cbor2.loads(payload) | {names[name]: value for name, value in changes.items()}
    claims = {name: value for name, value in claims.items() if value is not None}
    if headers is not None:
        protected = cbor2.dumps(headers)
    payload = cbor2.dumps(claims)
    signature = KEY.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, unprotected or {}, payload, signature]))


def test_a_published_list_is_read_again() -> None:
    body = a_cwt(
        x5c=(b"leaf", b"authority"), key_id="did:web:cjib.example#1", aggregation_uri="https://cjib.example/all"
    )
    assert is_cwt(body)
    token = parse_cwt(body)
    assert token.header == {
        "alg": "ES256",
        "typ": "statuslist+jwt",
        "kid": "did:web:cjib.example#1",
        "x5c": ["bGVhZg==", "YXV0aG9yaXR5"],
    }
    assert ask(body) is Status.SUPERSEDED
    assert ask(body, 8) is Status.VALID


def test_the_tag_of_cose_may_be_left_out() -> None:
    bare = cbor2.dumps(cbor2.loads(a_cwt()).value)
    assert is_cwt(bare)
    assert ask(bare) is Status.SUPERSEDED


def test_no_token_in_text_passes_for_one_in_cbor() -> None:
    assert not is_cwt(b"eyJhbGciOiJFUzI1NiJ9.e30.AA")
    assert not is_cwt(b"")


def test_a_single_certificate_stands_by_itself() -> None:
    assert parse_cwt(a_cwt(x5c=(b"leaf",))).header["x5c"] == ["bGVhZg=="]
    assert parse_cwt(resigned(unprotected={33: b"leaf"})).header["x5c"] == ["bGVhZg=="]


@pytest.mark.requirement("tsl-token")
def test_a_foreign_or_broken_signature_is_no_status() -> None:
    for body in (a_cwt(SoftwareSigner.generate()), a_cwt()[:-1] + bytes([a_cwt()[-1] ^ 1])):
        with pytest.raises(StatusListUntrusted):
            ask(body)


def test_a_list_is_refused_before_and_after_its_time() -> None:
    for at in (NOW + timedelta(hours=24), NOW - timedelta(hours=1)):
        with pytest.raises(StatusListExpired):
            ask(a_cwt(), now=at)


def test_a_right_signature_over_the_right_claims_is_taken() -> None:
    assert ask(resigned()) is Status.SUPERSEDED
    assert ask(resigned(exp=None)) is Status.SUPERSEDED


@pytest.mark.parametrize(
    "body",
    [
        b"\xd2",
        b"\x84",
        a_cwt() + b"\0",
        a_cwt()[:-1],
        cbor2.dumps(cbor2.CBORTag(61, cbor2.loads(a_cwt()))),
        cbor2.dumps(cbor2.CBORTag(17, cbor2.loads(a_cwt()).value)),
        resigned(headers={1: -7}),
        resigned(headers={1: -7, 16: "application/statuslist+jwt"}),
        resigned(headers={1: -7, 16: "application/cwt"}),
        resigned(headers={1: -7}, unprotected={16: "application/statuslist+cwt"}),
        resigned(headers={16: "application/statuslist+cwt"}),
        resigned(headers={1: 5, 16: "application/statuslist+cwt"}),
        resigned(headers={1: -7, 2: [16], 16: "application/statuslist+cwt"}),
        resigned(headers={1: -7, 16: "application/statuslist+cwt", 33: "leaf"}),
        resigned(headers={1: -7, 16: "application/statuslist+cwt", 33: []}),
        resigned(sub="https://cjib.example/status/2"),
        resigned(sub=None),
        resigned(sub=b"https://cjib.example/status/1"),
        resigned(iat=None),
        resigned(iat="now"),
        resigned(exp="soon"),
        resigned(ttl=0),
        resigned(ttl=True),
        resigned(ttl=[1]),
        resigned(list=None),
        resigned(list={"bits": 2}),
        resigned(list={"bits": 2, "lst": "eNrbuRgAAhcBXQ"}),
        resigned(list={"bits": 3, "lst": bytes.fromhex("78dadbb918000217015d")}),
        resigned(list={"bits": True, "lst": bytes.fromhex("78dadbb918000217015d")}),
        resigned(list={"bits": 1, "lst": bytes.fromhex("78dadbb918000217015d00")}),
        resigned(list={"bits": 1, "lst": bytes.fromhex("78dadbb918000217015d"), "aggregation_uri": 1}),
        resigned(
            list={"bits": 1, "lst": bytes.fromhex("78dadbb918000217015d"), "aggregation_uri": b"https://a.example"}
        ),
        sign_message({16: "application/statuslist+cwt"}, cbor2.dumps([2, 6, 65533]), KEY),
    ],
)
def test_what_is_no_status_list_in_cbor_is_refused(body: bytes) -> None:
    with pytest.raises(StatusListMalformed):
        ask(body)


def test_two_members_of_one_name_are_refused() -> None:
    protected, _, payload, _ = cbor2.loads(a_cwt()).value
    doubled = b"\xa6" + payload[1:] + b"\x02" + cbor2.dumps(URI)
    signature = KEY.sign(cbor2.dumps(["Signature1", protected, b"", doubled]))
    with pytest.raises(StatusListMalformed):
        ask(cbor2.dumps([protected, {}, doubled, signature]))


@given(st.binary(max_size=200).map(lambda tail: b"\xd2\x84" + tail) | st.binary(max_size=200))
def test_any_bytes_at_all_are_refused_in_our_own_words(body: bytes) -> None:
    with pytest.raises(StatusListMalformed):
        parse_cwt(body)


@given(st.integers(0, len(a_cwt()) - 1), st.integers(1, 255))
def test_a_byte_changed_anywhere_is_no_status(place: int, change: int) -> None:
    body = a_cwt()
    bent = body[:place] + bytes([body[place] ^ change]) + body[place + 1 :]
    with pytest.raises(StatusError):
        ask(bent)
