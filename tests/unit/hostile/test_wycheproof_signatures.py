"""Wycheproof: what our layer says of 1,999 signatures, of which each comes out as published."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from credentials.encoding import JsonObject, JsonValue, b64url_encode
from credentials.keys import WITH_ES512, InvalidSignature, PublicJwk, verify_signature

WYCHEPROOF = Path(__file__).parents[2] / "vectors" / "wycheproof"
SIZES = {"P-256": 32, "P-384": 48, "P-521": 66}


def rows(name: str) -> Iterator[tuple[JsonObject, JsonObject]]:
    for group in json.loads((WYCHEPROOF / f"{name}.json").read_text()):
        for row in group["tests"]:
            yield group["group"], row


def ec_key(group: JsonObject, curve: str) -> PublicJwk:
    size = SIZES[curve]
    point = bytes.fromhex(str(group["uncompressed"]))
    x, y = b64url_encode(point[1 : size + 1]), b64url_encode(point[size + 1 :])
    return PublicJwk.parse({"kty": "EC", "crv": curve, "x": x, "y": y}, WITH_ES512)


def holds(key: PublicJwk, row: JsonObject, signature: bytes | None) -> bool:
    """Whether our layer takes the signature; anything but True or InvalidSignature is an error of ours."""
    if signature is None:
        return False
    try:
        verify_signature(key, bytes.fromhex(str(row["msg"])), signature)
    except InvalidSignature:
        return False
    return True


def assert_as_published(found: list[tuple[JsonValue, JsonValue, bool]]) -> None:
    assert [each for each in found if each[2] is not (each[1] == "valid")] == []
    assert {each[2] for each in found} == {True, False}


@pytest.mark.parametrize(
    ("name", "curve", "count"),
    [
        ("ecdsa_secp256r1_sha256_p1363", "P-256", 262),
        ("ecdsa_secp384r1_sha384_p1363", "P-384", 280),
        ("ecdsa_secp521r1_sha512_p1363", "P-521", 318),
    ],
)
def test_every_raw_ecdsa_signature_comes_out_as_published(name: str, curve: str, count: int) -> None:
    found = [
        (row["tcId"], row["result"], holds(ec_key(group, curve), row, bytes.fromhex(str(row["sig"]))))
        for group, row in rows(name)
    ]
    assert len(found) == count
    assert_as_published(found)


def test_every_ed25519_signature_comes_out_as_published() -> None:
    found = []
    for group, row in rows("ed25519"):
        jwk: JsonObject = {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(bytes.fromhex(str(group["pk"])))}
        signature = bytes.fromhex(str(row["sig"]))
        found.append((row["tcId"], row["result"], holds(PublicJwk.parse(jwk), row, signature)))
    assert len(found) == 151
    assert_as_published(found)


def raw_of(der: bytes, size: int) -> bytes | None:
    """Return r and s of a signature in DER; None for what is not DER, or not of that size."""
    try:
        r, s = decode_dss_signature(der)
        return r.to_bytes(size) + s.to_bytes(size)
    except (ValueError, OverflowError):
        return None


@pytest.mark.parametrize(
    ("name", "curve", "count"),
    [("ecdsa_secp256r1_sha256", "P-256", 484), ("ecdsa_secp384r1_sha384", "P-384", 504)],
)
def test_every_ecdsa_signature_in_der_comes_out_as_published_and_none_passes_for_raw(
    name: str, curve: str, count: int
) -> None:
    found = []
    for group, row in rows(name):
        key, der = ec_key(group, curve), bytes.fromhex(str(row["sig"]))
        assert not holds(key, row, der), row["tcId"]
        found.append((row["tcId"], row["result"], holds(key, row, raw_of(der, SIZES[curve]))))
    assert len(found) == count
    assert_as_published(found)
