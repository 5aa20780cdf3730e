"""JSON Web Encryption in compact form (RFC 7516): ECDH-ES over P-256 with AES-GCM, and nothing else.

Compressed content is taken only where the caller says so and names how much may come out of it.
"""

from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import ec
from jwcrypto import jwe as _jwe
from jwcrypto import jwk as _jwk
from jwcrypto.common import JWException

from credentials import limits
from credentials.encoding import JsonObject, b64url_decode, json_compact, json_object
from credentials.errors import LimitExceeded, MalformedInput
from credentials.keys import PublicJwk, SoftwareSigner

MAX_JWE_CHARACTERS: Final = limits.JWE_CHARACTERS
KEY_AGREEMENT: Final = "ECDH-ES"
CONTENT_ENCRYPTION: Final = ("A128GCM", "A256GCM")
COMPRESSION: Final = "DEF"
SEED_BYTES: Final = 64
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_IV_BYTES: Final = 12
_TAG_BYTES: Final = 16


class InvalidEncryption(MalformedInput):
    """A JWE that is malformed, uses an algorithm that is not on our list, or does not open with our key."""

    code = "invalid_encryption"


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A P-256 key pair to which somebody may encrypt."""

    signer: SoftwareSigner
    kid: str

    @classmethod
    def generate(cls, kid: str) -> Self:
        """Make a new key pair."""
        return cls(SoftwareSigner.generate(kid=kid), kid)

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Return the key pair that follows from 64 secret bytes of full entropy, named by its thumbprint."""
        if len(seed) != SEED_BYTES:
            raise ValueError(f"a seed has {SEED_BYTES} bytes")
        # FIPS 186-5 appendix A.2.1: with 256 bits more than the order, taking the remainder favours no key.
        key = ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())
        kid = SoftwareSigner(key).public_jwk.thumbprint
        return cls(SoftwareSigner(key, kid), kid)

    def public(self) -> JsonObject:
        """Return the JWK to publish: with `use`, `alg` and `kid` (OpenID4VP 1.0 section 5.1)."""
        return {**self.signer.public_jwk.to_dict(), "use": "enc", "alg": KEY_AGREEMENT, "kid": self.kid}


def header_of(compact: str, *, compressed: bool = False) -> JsonObject:
    """Return the protected header of a compact JWE after checking it; `compressed` says whether it may have `zip`.

    Raises InvalidEncryption or LimitExceeded.
    """
    if len(compact) > MAX_JWE_CHARACTERS:
        raise LimitExceeded(f"the JWE is longer than {MAX_JWE_CHARACTERS} characters")
    parts = compact.split(".")
    if len(parts) != 5 or not compact.isascii():
        raise InvalidEncryption("a JWE has five parts")
    try:
        header = json_object(b64url_decode(parts[0], "header"), "JWE header", max_bytes=8_000)
        key, iv, _, tag = (b64url_decode(part, "JWE part") for part in parts[1:])
        _check_header(header, compressed=compressed)
    except (LimitExceeded, InvalidEncryption):
        raise
    except MalformedInput as error:
        raise InvalidEncryption(error.detail) from error
    # RFC 7518 sections 4.6 and 5.3: an agreed key is not sent, and GCM has sizes of its own.
    if key or len(iv) != _IV_BYTES or len(tag) != _TAG_BYTES:
        raise InvalidEncryption("a part of the JWE is not of its size")
    return header


def _check_header(header: JsonObject, *, compressed: bool) -> None:
    if header.get("alg") != KEY_AGREEMENT or header.get("enc") not in CONTENT_ENCRYPTION:
        raise InvalidEncryption("alg or enc is not on our list")
    # RFC 7516 section 4.1.3: `zip` lets 13 kB of anybody's, since our key is public, grow to megabytes.
    if compressed and header.get("zip", COMPRESSION) != COMPRESSION:
        raise InvalidEncryption("zip is not on our list")
    for name in ("crit",) if compressed else ("zip", "crit"):
        if name in header:
            raise InvalidEncryption(f"header member {name} is not taken")
    for name in ("apu", "apv", "kid"):
        if not isinstance(header.get(name, ""), str):
            raise InvalidEncryption(f"header member {name} is not a string")
    # RFC 7518 section 4.6.1: what the parties add to the agreed key is base64url.
    b64url_decode(str(header.get("apu", "")), "apu")
    b64url_decode(str(header.get("apv", "")), "apv")
    epk = header.get("epk")
    if not isinstance(epk, dict) or epk.get("crv") != "P-256":
        raise InvalidEncryption("epk is not a P-256 key")
    PublicJwk.parse(epk)


def decrypt(compact: str, key: EncryptionKey) -> JsonObject:
    """Open a JWE and return its JSON object. Raises InvalidEncryption, MalformedInput or LimitExceeded."""
    return json_object(open_compact(compact, key), "JWE content", max_bytes=MAX_JWE_CHARACTERS)


def open_compact(compact: str, key: EncryptionKey, *, max_inflated: int = 0) -> bytes:
    """Open a JWE and return what is in it. Compressed content is refused where `max_inflated` is 0.

    Raises InvalidEncryption, also for what would inflate to more than `max_inflated` bytes, and LimitExceeded.
    """
    header_of(compact, compressed=max_inflated > 0)
    try:
        private = _jwk.JWK(**key.signer.to_private_jwk())
        token = _jwe.JWE(algs=[KEY_AGREEMENT, *CONTENT_ENCRYPTION])
        token.deserialize(compact)
        token.decrypt(private, max_plaintext=max_inflated)
        plaintext = token.payload
    except (JWException, ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidEncryption("the JWE does not open with our key") from error
    if not isinstance(plaintext, bytes):
        raise InvalidEncryption("the JWE holds no bytes")
    return plaintext


def encrypt(content: JsonObject, recipient: JsonObject, enc: str = "A128GCM", *, compressed: bool = False) -> str:
    """Encrypt a JSON object to a published JWK; its `kid` is copied to the header.

    Raises InvalidEncryption, UnsupportedKey or MalformedInput.
    """
    return _encrypted(json_compact(content), recipient, enc, {"zip": COMPRESSION} if compressed else {})


def encrypt_token(token: str, recipient: JsonObject, enc: str = "A128GCM") -> str:
    """Encrypt a signed token to a published JWK: a nested JWT, and its header says so (RFC 7519 section 5.2).

    Raises InvalidEncryption, UnsupportedKey or MalformedInput.
    """
    return _encrypted(token.encode("ascii"), recipient, enc, {"cty": "JWT"})


def _encrypted(content: bytes, recipient: JsonObject, enc: str, more: JsonObject) -> str:
    if recipient.get("alg", KEY_AGREEMENT) != KEY_AGREEMENT or enc not in CONTENT_ENCRYPTION:
        raise InvalidEncryption("alg or enc is not on our list")
    if recipient.get("use", "enc") != "enc":
        raise InvalidEncryption("the recipient's key is not for encryption")
    public = PublicJwk.parse(recipient)
    if public.curve != "P-256":
        raise InvalidEncryption("the recipient's key is not a P-256 key")
    header: JsonObject = {"alg": KEY_AGREEMENT, "enc": enc}
    if public.kid:
        header["kid"] = public.kid
    header |= more
    token = _jwe.JWE(content, json_compact(header).decode("utf-8"), algs=[KEY_AGREEMENT, enc])
    token.add_recipient(_jwk.JWK(**public.members))
    return str(token.serialize(compact=True))
