"""The JOSE cookbook (RFC 7520, 7797, 8037): what our lists take holds, and all else is refused in our own words."""

import json
from collections import Counter
from pathlib import Path

import pytest

from credentials.encoding import JsonObject, JsonValue, b64url_decode, json_compact
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, UnverifiedToken, decrypt
from credentials.keys import WITH_ES512, PublicJwk, SoftwareSigner, UnsupportedKey

ROWS = json.loads((Path(__file__).parents[2] / "vectors" / "cookbook" / "cookbook.json").read_text())
FOLDERS = Counter(row["file"].partition("/")[0] for row in ROWS)
ALGORITHMS = {
    "jws/4_3.ecdsa_signature.json": "ES512 with P-521",
    "curve25519/jws.json": "EdDSA with Ed25519",
}
"""The examples that our lists of algorithms take; ES512 only where it is asked for."""


def of(folder: str) -> list[JsonObject]:
    return [row for row in ROWS if row["file"].startswith(folder)]


def public(jwk: JsonValue) -> JsonObject:
    assert isinstance(jwk, dict)
    return {name: value for name, value in jwk.items() if name != "d"}


def token_holds(compact: str, jwk: JsonObject) -> bool:
    # Their payload is a text, so it is the header and the signature that are asked for.
    with pytest.raises(BlauweKnopError):
        UnverifiedToken.parse(compact)
    parts = compact.split(".")
    try:
        token = UnverifiedToken.parse(".".join([parts[0], "e30", *parts[2:]]))
        signed = UnverifiedToken(token.header, {}, f"{parts[0]}.{parts[1]}".encode(), token.signature)
        signed.verify(PublicJwk.parse(jwk, WITH_ES512), WITH_ES512)
    except BlauweKnopError:
        return False
    return True


def test_none_is_missing() -> None:
    assert FOLDERS == {
        "jws": 8,
        "jwe": 13,
        "jwk": 6,
        "curve25519": 2,
        "rfc7797": 2,
        "6.nesting_signatures_and_encryption.json": 1,
    }


@pytest.mark.parametrize(
    "row", [*of("jws/"), *of("rfc7797/"), *of("curve25519/jws")], ids=lambda row: row["file"].removesuffix(".json")
)
def test_every_signature_holds_if_its_algorithm_is_on_our_list(row: JsonObject) -> None:
    output = row["output"]
    assert isinstance(output, dict)
    for form, secured in output.items():
        if form != "compact":
            # No JSON serialisation (RFC 7515 section 7.2) is taken, whatever its algorithm.
            with pytest.raises(BlauweKnopError):
                UnverifiedToken.parse(json_compact(secured).decode())
        else:
            assert token_holds(str(secured), public(row["key"])) is (row["file"] in ALGORITHMS)


def test_es512_is_taken_only_where_it_is_asked_for() -> None:
    (row,) = of("jws/4_3")
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse(public(row["key"]))


@pytest.mark.parametrize(
    "row", [*of("jwe/"), *of("curve25519/ecdh-es"), *of("6.")], ids=lambda row: row["file"].removesuffix(".json")
)
def test_every_encryption_is_refused(row: JsonObject) -> None:
    # Direct ECDH-ES with P-256 is there once, and that with a cipher in CBC mode.
    key = EncryptionKey.generate("ours")
    if isinstance(row.get("key"), dict) and row["key"].get("crv") == "P-256":
        key = EncryptionKey(SoftwareSigner.from_private_jwk({**row["key"], "use": "enc"}), str(row["key"]["kid"]))
    output = row["output"]
    assert isinstance(output, dict)
    for secured in output.values():
        with pytest.raises(BlauweKnopError) as refused:
            decrypt(secured if isinstance(secured, str) else json_compact(secured).decode(), key)
        assert "JWE content" not in refused.value.detail


def test_the_nested_signature_is_refused_for_its_algorithm() -> None:
    (row,) = of("6.")
    sign = row["sign"]
    assert isinstance(sign, dict)
    token = UnverifiedToken.parse(str(sign["compact"]))
    with pytest.raises(BlauweKnopError):
        token.algorithm  # noqa: B018  # the property is what refuses
    with pytest.raises(UnsupportedKey):
        PublicJwk.parse({name: sign["key"][name] for name in ("kty", "n", "e")})


def test_every_key_is_taken_or_refused_by_its_kind() -> None:
    keys = {row["file"]: row["key"] for row in of("jwk/")}
    ec_public = PublicJwk.parse(keys.pop("jwk/3_1.ec_public_key.json"), WITH_ES512)
    ec_private = keys.pop("jwk/3_2.ec_private_key.json")
    assert ec_public == PublicJwk.parse(public(ec_private), WITH_ES512)
    assert len(b64url_decode(ec_private["d"])) == 66
    for jwk in (ec_private, *keys.values()):
        with pytest.raises(UnsupportedKey):
            PublicJwk.parse(jwk, WITH_ES512)
