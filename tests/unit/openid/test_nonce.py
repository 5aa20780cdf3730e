from datetime import datetime, timedelta

import pytest

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import ConfigurationError
from credentials.openid.errors import InvalidNonce, MalformedMessage
from credentials.openid.nonce import NonceAuthority, nonce_response, parse_nonce_response

AUTHORITY = NonceAuthority(bytes(range(32)))


def test_a_nonce_is_recognised_until_it_expires(now: datetime) -> None:
    nonce = AUTHORITY.issue(now, bytes(16))
    checked = AUTHORITY.check(nonce, now + timedelta(minutes=4, seconds=59))
    assert checked.expires_at == now + timedelta(minutes=5)
    with pytest.raises(InvalidNonce):
        AUTHORITY.check(nonce, now + timedelta(minutes=5))


@pytest.mark.requirement("vci-nonce")
def test_nonces_differ_and_so_do_their_consumption_keys(now: datetime) -> None:
    one, two = AUTHORITY.issue(now, bytes(16)), AUTHORITY.issue(now, bytes([1] * 16))
    assert one != two
    assert AUTHORITY.check(one, now).consumption_key != AUTHORITY.check(two, now).consumption_key


def test_a_clock_that_runs_a_little_ahead_does_no_harm(now: datetime) -> None:
    nonce = AUTHORITY.issue(now, bytes(16))
    AUTHORITY.check(nonce, now - timedelta(seconds=30))
    with pytest.raises(InvalidNonce):
        AUTHORITY.check(nonce, now - timedelta(minutes=2))


@pytest.mark.requirement("vci-nonce")
def test_every_changed_bit_makes_it_another_nonce(now: datetime) -> None:
    raw = b64url_decode(AUTHORITY.issue(now, bytes(16)))
    for position in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(InvalidNonce):
            AUTHORITY.check(b64url_encode(bytes(changed)), now)


@pytest.mark.parametrize("nonce", ["", "x", "not a nonce", "é", "A" * 51, "A" * 1_000])
def test_what_is_no_nonce_is_refused(nonce: str, now: datetime) -> None:
    with pytest.raises(InvalidNonce):
        AUTHORITY.check(nonce, now)


def test_another_key_or_purpose_knows_it_not(now: datetime) -> None:
    nonce = AUTHORITY.issue(now, bytes(16))
    for other in (NonceAuthority(bytes(32)), NonceAuthority(bytes(range(32)), purpose="dpop")):
        with pytest.raises(InvalidNonce):
            other.check(nonce, now)


def test_a_short_key_and_short_randomness_are_refused(now: datetime) -> None:
    with pytest.raises(ConfigurationError):
        NonceAuthority(bytes(31))
    with pytest.raises(ValueError, match="random"):
        AUTHORITY.issue(now, bytes(8))


def test_the_key_does_not_print() -> None:
    assert "key" not in repr(AUTHORITY)


def test_the_response_travels_both_ways() -> None:
    assert nonce_response("n") == {"c_nonce": "n"}
    assert parse_nonce_response(b'{"c_nonce":"n","c_nonce_expires_in":60}') == "n"
    for body in (b"{}", b'{"c_nonce":null}', b'{"c_nonce":""}', b""):
        with pytest.raises(MalformedMessage):
            parse_nonce_response(body)
