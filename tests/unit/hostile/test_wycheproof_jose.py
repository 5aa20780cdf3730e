"""Wycheproof: what our JOSE layer says of 649 tokens and 355 key agreements.

What is invalid must be refused. What is valid must hold, unless our profile names why it is not taken; each reason has
its count, so that a vector which moves from one to another is seen. Not run: `x25519`, `hkdf_sha256` and the ciphers by
themselves, because our layer has no X25519 and no HKDF, and takes no content key from outside.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_compact
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, UnverifiedToken, decrypt
from credentials.keys import WITH_ES512, PublicJwk, SoftwareSigner, UnsupportedKey

WYCHEPROOF = Path(__file__).parents[2] / "vectors" / "wycheproof"

TAKEN = "taken"
REFUSED = "refused"
OTHER_KEYS = "valid, but neither an EC nor an Ed25519 key"
OTHER_NAMES = "valid, but under a name that is no algorithm (ES521 for ES512)"
OTHER_AGREEMENT = "valid, but another way to agree on a key than direct ECDH-ES with P-256"
OTHER_CIPHER = "valid, but another cipher than AES-GCM of 128 or 256 bits"


def rows(name: str) -> Iterator[tuple[JsonObject, JsonObject]]:
    for group in json.loads((WYCHEPROOF / f"{name}.json").read_text()):
        for row in group["tests"]:
            yield group["group"], row


def token_holds(jwk: JsonValue, compact: str) -> bool:
    """Whether our layer takes the token's header and its signature under this key.

    Their payload is mostly the text `foo`, which `UnverifiedToken` refuses. So the header and the spelling of the
    signature are judged around an empty object, and then the signature over what was really signed.
    """
    parts = compact.split(".")
    try:
        token = UnverifiedToken.parse(".".join([parts[0], "e30", *parts[2:]]))
        b64url_decode(parts[1], "payload")
        signed = UnverifiedToken(token.header, {}, f"{parts[0]}.{parts[1]}".encode(), token.signature)
        signed.verify(PublicJwk.parse(jwk, WITH_ES512), WITH_ES512)
    except BlauweKnopError:
        return False
    return True


def keys_of(group: JsonObject) -> list[JsonObject]:
    jwk = group.get("public", group.get("private"))
    assert isinstance(jwk, dict)
    keys = jwk.get("keys", [jwk])
    assert isinstance(keys, list)
    return [key for key in keys if isinstance(key, dict)]


def token_outcome(group: JsonObject, row: JsonObject) -> str:
    keys = keys_of(group)
    if any(token_holds(key, str(row["jws"])) for key in keys):
        return TAKEN
    if row["result"] == "invalid":
        return REFUSED
    if all(key["kty"] in ("oct", "RSA") for key in keys):
        return OTHER_KEYS
    return OTHER_NAMES if all(key.get("alg") == "ES521" for key in keys) else "valid, and refused without a reason"


def encryption_outcome(group: JsonObject, row: JsonObject) -> str:
    private, enc = group["private"], row.get("enc")
    assert isinstance(private, dict)
    try:
        public = {name: value for name, value in private.items() if name not in {"alg", "use", "key_ops"}}
        key = EncryptionKey(SoftwareSigner.from_private_jwk(public), str(private.get("kid", "")))
    except BlauweKnopError:
        key = EncryptionKey.generate("another")
    with pytest.raises(BlauweKnopError) as refused:
        # Their content is the text `foo`: an encryption that opens is refused for its content, and only then.
        decrypt(str(row["jwe"]), key)
    if "JWE content" in refused.value.detail:
        return TAKEN
    if row["result"] == "invalid":
        return REFUSED
    if private.get("alg") != "ECDH-ES" or private.get("crv") != "P-256":
        return OTHER_AGREEMENT
    return OTHER_CIPHER if enc not in ("A128GCM", "A256GCM") else "valid, and refused without a reason"


def mixed_outcome(group: JsonObject, row: JsonObject) -> str:
    return token_outcome(group, row) if "jws" in row else encryption_outcome(group, row)


@pytest.mark.parametrize(
    ("name", "outcome", "expected"),
    # 401, 139, 26 and 83 vectors.
    [
        ("json_web_signature", token_outcome, {REFUSED: 355, TAKEN: 2, OTHER_KEYS: 42, OTHER_NAMES: 2}),
        (
            "json_web_encryption",
            encryption_outcome,
            {REFUSED: 74, TAKEN: 2, OTHER_AGREEMENT: 58, OTHER_CIPHER: 5},
        ),
        ("json_web_key", token_outcome, {REFUSED: 21, OTHER_KEYS: 5}),
        ("json_web_crypto", mixed_outcome, {REFUSED: 77, TAKEN: 1, OTHER_KEYS: 3, OTHER_AGREEMENT: 2}),
    ],
)
def test_every_token_comes_out_as_published_or_for_a_stated_reason(
    name: str, outcome: Callable[[JsonObject, JsonObject], str], expected: dict[str, int]
) -> None:
    found = [(row["tcId"], row["result"], outcome(group, row)) for group, row in rows(name)]
    assert [each for each in found if each[1] == "invalid" and each[2] != REFUSED] == []
    assert Counter(each[2] for each in found) == expected


def agreed_key(shared: bytes, enc: str, size: int) -> bytes:
    """Derive the content key from an agreed secret (RFC 7518 section 4.6.2, Concat KDF in one round)."""
    name = enc.encode()
    further = len(name).to_bytes(4) + name + bytes(4) + bytes(4) + (size * 8).to_bytes(4)
    return sha256((1).to_bytes(4) + shared + further).digest()[:size]


def test_every_key_agreement_comes_out_as_published() -> None:
    found: Counter[tuple[JsonValue, str]] = Counter()
    for _, row in rows("ecdh_secp256r1_ecpoint"):
        point, secret = bytes.fromhex(str(row["public"])), int(str(row["private"]), 16)
        public: JsonObject = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64url_encode(point[1:33]),
            "y": b64url_encode(point[33:]),
        }
        try:
            PublicJwk.parse(public)
        except UnsupportedKey:
            parsed = False
        else:
            parsed = True
        header = b64url_encode(json_compact({"alg": "ECDH-ES", "enc": "A128GCM", "epk": public}))
        key = agreed_key(bytes.fromhex(str(row["shared"])), "A128GCM", 16)
        sealed = AESGCM(key).encrypt(bytes(12), b'{"agreed":true}', header.encode())
        jwe = f"{header}..{b64url_encode(bytes(12))}.{b64url_encode(sealed[:-16])}.{b64url_encode(sealed[-16:])}"
        recipient = EncryptionKey(SoftwareSigner(ec.derive_private_key(secret, ec.SECP256R1())), "recipient")
        try:
            opened = decrypt(jwe, recipient) == {"agreed": True}
        except BlauweKnopError:
            opened = False
        assert opened is parsed, row["tcId"]
        found[row["result"], "opened" if opened else "refused"] += 1
    # "Acceptable" is a compressed point, which a JWK cannot hold.
    assert found == {("valid", "opened"): 330, ("invalid", "refused"): 24, ("acceptable", "refused"): 1}
