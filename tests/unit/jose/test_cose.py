"""COSE_Sign1: what is made by us is checked by hand, what was made by others by us, and the rest is refused."""

from collections.abc import Mapping

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm

from credentials.errors import LimitExceeded
from credentials.jose.cose import InvalidMessage, UnverifiedMessage, sign_message
from credentials.keys import COMMON, WITH_ES512, Algorithm, InvalidSignature, SoftwareSigner

SIGNER = SoftwareSigner.generate()
HASHES: dict[int, HashAlgorithm] = {-7: SHA256(), -35: SHA384(), -36: SHA512()}


def message(
    protected: Mapping[object, object] | bytes | None = None,
    unprotected: object = None,
    payload: object = b"{}",
    *,
    tag: int | None = 18,
    more: tuple[object, ...] = (),
    external: bytes = b"",
    context: str = "Signature1",
) -> bytes:
    """A message signed by hand, with whatever is to be wrong about it."""
    headers = {1: -7} if protected is None else protected
    raw = headers if isinstance(headers, bytes) else cbor2.dumps(headers, canonical=True)
    signature = SIGNER.sign(cbor2.dumps([context, raw, external, payload]))
    parts = [raw, {} if unprotected is None else unprotected, payload, signature, *more]
    return cbor2.dumps(parts if tag is None else cbor2.CBORTag(tag, parts))


def check(data: bytes) -> UnverifiedMessage:
    parsed = UnverifiedMessage.parse(data)
    parsed.verify(SIGNER.public_jwk)
    return parsed


@pytest.mark.parametrize("algorithm", WITH_ES512)
def test_what_we_sign_is_verified_by_hand(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm)
    made = sign_message({16: "application/vc+cose", 3: "application/vc", 4: b"k"}, b'{"a":1}', signer)
    tagged = cbor2.loads(made)
    assert tagged.tag == 18
    assert made == cbor2.dumps(tagged, canonical=True)
    protected, unprotected, payload, signature = tagged.value
    headers = cbor2.loads(protected)
    assert list(headers) == [1, 3, 4, 16]
    assert (payload, dict(unprotected)) == (b'{"a":1}', {})
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    key = signer.public_jwk.key
    if isinstance(key, ed25519.Ed25519PublicKey):
        assert headers[1] == -8
        key.verify(signature, signed)
    else:
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(HASHES[headers[1]]))


@pytest.mark.parametrize(
    "data",
    [
        message(),
        message(tag=None),
        message({1: -9}),  # ESP256, the fully specified name
        message(b"\xa2\x10\x61x\x01\x26"),  # another order of members
        message({1: -7, 99: [1.5, None, {"a": b"b"}], "x": "y"}),  # parameters that we do not understand
        message(unprotected={4: b"k", 77: 1}),
    ],
    ids=["tagged", "untagged", "esp256", "order", "unknown", "unprotected"],
)
def test_what_was_signed_by_hand_is_verified(data: bytes) -> None:
    assert check(data).payload == b"{}"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (message(tag=17), "tag"),
        (message(tag=98), "tag"),
        (message(tag=61), "tag"),
        (message(payload=None), "payload"),
        (message(payload="{}"), "payload"),
        (message(more=(b"",)), "payload"),
        (message(unprotected=[]), "payload"),
        (message(b""), "algorithm"),
        (message({}), "algorithm"),
        (message({1: 5}), "algorithm"),  # HMAC
        (message({1: -37}), "algorithm"),  # RSA
        (message({1: -47}), "algorithm"),  # secp256k1
        (message({1: "ES256"}), "algorithm"),
        (message({1: True}), "algorithm"),
        (message({1: -8}), "algorithm"),
        (message({1: -35}), "algorithm"),
        (message({1: -36}), "algorithm"),
        (message({}, {1: -7}), "algorithm"),
        (message({1: -7, 2: [16], 16: "a"}), "critical"),
        (message({1: -7, 2: []}), "critical"),
        (message(unprotected={2: [1]}), "critical"),
        (message(unprotected={1: -7}), "both"),
        (message(b"\xa2\x01\x26\x01\x27"), "one name"),
        (message(b"\xbf\x01\x26\xff"), "indefinite"),
        (message(b"\xa1\x01\x38\x06"), "shortest"),
        (message(b"\x81\x01"), "map"),
        (message() + b"\0", "follows"),
        (cbor2.dumps(cbor2.CBORTag(18, cbor2.CBORTag(18, cbor2.loads(message(tag=None))))), "COSE_Sign1"),
        (cbor2.dumps({1: 2}), "COSE_Sign1"),
        (b"", "early"),
    ],
)
def test_what_is_not_a_message_of_ours_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(InvalidMessage, match=why):
        check(data)


@pytest.mark.parametrize(
    "data",
    [
        message(external=b"more"),
        message(context="Signature"),
        message(context="CounterSignature"),
        message()[:-1] + bytes([message()[-1] ^ 1]),
    ],
    ids=["external data", "COSE_Sign", "countersignature", "flipped bit"],
)
def test_a_signature_over_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidSignature):
        check(data)


@pytest.mark.parametrize("size", [0, 63, 65, 72])
def test_a_signature_of_another_size_is_refused(size: int) -> None:
    protected, unprotected, payload, _ = cbor2.loads(message(tag=None))
    with pytest.raises(InvalidSignature):
        check(cbor2.dumps([protected, unprotected, payload, b"\0" * size]))


def test_a_signature_in_der_is_refused() -> None:
    protected, unprotected, payload, signature = cbor2.loads(message(tag=None))
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    assert decode_dss_signature(der)
    with pytest.raises(InvalidSignature):
        check(cbor2.dumps([protected, unprotected, payload, der]))


def test_a_key_identifier_is_text_or_none() -> None:
    assert check(message({1: -7, 4: b"did:example:1#k"})).key_id == "did:example:1#k"
    assert check(message(unprotected={4: b"k"})).key_id == "k"
    assert check(message()).key_id is None
    for wrong in (b"\xff", "k", 1, [b"k"]):
        with pytest.raises(InvalidMessage, match="key identifier"):
            _ = check(message({1: -7, 4: wrong})).key_id


def test_es512_is_taken_where_it_was_asked_for_only() -> None:
    signer = SoftwareSigner.generate(Algorithm.ES512)
    parsed = UnverifiedMessage.parse(sign_message({}, b"{}", signer))
    parsed.verify(signer.public_jwk, WITH_ES512)
    for algorithms in ((), COMMON, (Algorithm.ES256,)):
        with pytest.raises(InvalidMessage, match="our list"):
            parsed.verify(signer.public_jwk, algorithms)


def test_what_is_too_large_is_refused_first() -> None:
    with pytest.raises(LimitExceeded, match="message"):
        UnverifiedMessage.parse(b"\0" * 512_001)
    with pytest.raises(LimitExceeded, match="header"):
        UnverifiedMessage.parse(message({1: -7, 99: b"x" * 48_000}))
    with pytest.raises(LimitExceeded):
        UnverifiedMessage.parse(message({1: -7, 99: [[[[[[[[[[]]]]]]]]]]}))
