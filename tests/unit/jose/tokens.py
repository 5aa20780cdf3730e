"""Tokens and encryptions with anything at all in them, made by hand so that no library forbids it."""

import hashlib
import hmac
import json
import os
import struct

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from credentials.encoding import JsonObject, b64url_encode
from credentials.jose import EncryptionKey
from credentials.keys import PublicJwk, Signer, SoftwareSigner

SIGNER = SoftwareSigner.generate()
KEY = SIGNER.public_jwk
KEY_OF_OURS = EncryptionKey.generate("k1")


def text_of(value: object) -> bytes:
    """Serialise a value; text stands for itself, so that it may be no JSON at all."""
    return (
        value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else json.dumps(value).encode()
    )


def signed(header: object, payload: object, signer: Signer = SIGNER) -> str:
    """Make a token whose signature is right, whatever is in it."""
    signing_input = f"{b64url_encode(text_of(header))}.{b64url_encode(text_of(payload))}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def with_mac(header: JsonObject, payload: object, secret: bytes) -> str:
    """Make a token under HMAC."""
    signing_input = f"{b64url_encode(text_of(header))}.{b64url_encode(text_of(payload))}"
    return f"{signing_input}.{b64url_encode(hmac.digest(secret, signing_input.encode(), 'sha256'))}"


def concat_kdf(shared: bytes, algorithm: str, apu: bytes, apv: bytes, size: int) -> bytes:
    """Derive a key of at most 32 bytes (RFC 7518 section 4.6.2)."""

    def counted(part: bytes) -> bytes:
        return struct.pack(">I", len(part)) + part

    info = counted(algorithm.encode()) + counted(apu) + counted(apv) + struct.pack(">I", size * 8)
    return hashlib.sha256(struct.pack(">I", 1) + shared + info).digest()[:size]


def encrypted(
    header: JsonObject | None = None,
    plaintext: bytes = b'{"a":1}',
    *,
    enc: str = "A128GCM",
    epk: JsonObject | None = None,
    apu: bytes = b"",
    apv: bytes = b"",
    key: EncryptionKey = KEY_OF_OURS,
) -> str:
    """Make an encryption that opens, whatever else its header says."""
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    assert isinstance(key.signer.public_jwk.key, ec.EllipticCurvePublicKey)
    shared = ephemeral.exchange(ec.ECDH(), key.signer.public_jwk.key)
    secret = concat_kdf(shared, enc, apu, apv, 16 if enc == "A128GCM" else 32)
    public = {**PublicJwk.from_key(ephemeral.public_key()).members, **(epk or {})}
    protected = b64url_encode(text_of({"alg": "ECDH-ES", "enc": enc, "epk": public, **(header or {})}))
    iv = os.urandom(12)
    sealed = AESGCM(secret).encrypt(iv, plaintext, protected.encode())
    return ".".join([protected, "", b64url_encode(iv), b64url_encode(sealed[:-16]), b64url_encode(sealed[-16:])])
