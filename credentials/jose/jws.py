"""JSON Web Signature in compact form (RFC 7515 section 7.1): parse, then verify with a key that the caller chose."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Self

from credentials.encoding import MAX_JSON_BYTES, JsonObject, b64url_decode, b64url_encode, json_compact, json_object
from credentials.errors import LimitExceeded, MalformedInput
from credentials.keys import COMMON, Algorithm, InvalidSignature, PublicJwk, Signer, verify_signature

MAX_TOKEN_CHARACTERS: Final = 512_000
MAX_HEADER_BYTES: Final = 48_000
# Room for three certificates. Strangers choose what is kept, and what was parsed takes many times its characters.
MAX_KEPT_CHARACTERS: Final = 8_192

# RFC 9864 section 2.2: `Ed25519` is the fully specified name of what `EdDSA` means for an Ed25519 key.
_ALGORITHM_NAMES: Final = {
    "ES256": Algorithm.ES256,
    "ES384": Algorithm.ES384,
    "ES512": Algorithm.ES512,
    "EdDSA": Algorithm.EDDSA,
    "Ed25519": Algorithm.EDDSA,
}


class InvalidToken(MalformedInput):
    """A token that breaks RFC 7515, RFC 7519 or our narrower profile of them."""

    code = "invalid_token"


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """A token whose signature holds under the key that the caller gave."""

    header: JsonObject
    payload: JsonObject = field(repr=False)
    key: PublicJwk


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token that is well formed; nothing in it may be believed yet."""

    header: JsonObject
    payload: JsonObject = field(repr=False)
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @classmethod
    def parse(cls, compact: str, *, max_characters: int = MAX_TOKEN_CHARACTERS) -> Self:
        """Read a compact JWS whose payload is a JSON object. Raises InvalidToken or LimitExceeded."""
        if len(compact) > max_characters:
            raise LimitExceeded(f"the token is longer than {max_characters} characters")
        parts = compact.split(".")
        if len(parts) != 3 or not compact.isascii():
            raise InvalidToken("a signed token has three parts")
        try:
            header = dict(_kept_header(parts[0]) if len(parts[0]) <= MAX_KEPT_CHARACTERS else _header(parts[0]))
            # Whoever takes longer tokens than usual takes longer payloads; what is read is never longer than what came.
            room = max(MAX_JSON_BYTES, max_characters)
            payload = json_object(b64url_decode(parts[1], "payload"), "token payload", max_bytes=room)
            signature = b64url_decode(parts[2], "signature")
        except (LimitExceeded, InvalidToken):
            raise
        except MalformedInput as error:
            raise InvalidToken(error.detail) from error
        return cls(header, payload, f"{parts[0]}.{parts[1]}".encode("ascii"), signature)

    @property
    def algorithm(self) -> Algorithm:
        """The algorithm that the header claims. Raises InvalidToken if it is not on our list."""
        name = self.header.get("alg")
        if not isinstance(name, str) or name not in _ALGORITHM_NAMES:
            raise InvalidToken("alg is not on our list")
        return _ALGORITHM_NAMES[name]

    def require_type(self, *types: str) -> None:
        """Demand one of these `typ` values, compared exactly (RFC 8725 section 3.11). Raises InvalidToken."""
        if self.header.get("typ") not in types:
            raise InvalidToken("typ is not the expected one")

    def verify(self, key: PublicJwk, algorithms: Collection[Algorithm] = COMMON) -> VerifiedToken:
        """Check the signature with this key. Raises InvalidSignature, InvalidToken if `alg` is not the key's."""
        algorithm = self.algorithm
        if algorithm not in algorithms:
            raise InvalidToken("alg is not on our list")
        if algorithm is not key.algorithm:
            raise InvalidToken("alg is not the algorithm of the key")
        verify_signature(key, self.signing_input, self.signature)
        return VerifiedToken(self.header, self.payload, key)


@lru_cache(maxsize=256)
def _kept_header(segment: str) -> JsonObject:
    # One issuer's tokens all begin alike, certificates included: read that once. Nothing of it is believed by that.
    return _header(segment)


def _header(segment: str) -> JsonObject:
    header = json_object(b64url_decode(segment, "header"), "token header", max_bytes=MAX_HEADER_BYTES)
    # RFC 7515 section 4.1.11: an extension that is critical and not understood must be refused; we understand none. An
    # empty `crit` is forbidden by the same section. `b64` (RFC 7797) and `zip` have no place in our profiles.
    for name in ("crit", "b64", "zip"):
        if name in header:
            raise InvalidToken(f"header member {name} is not taken")
    return header


def sign_compact(header: JsonObject, payload: JsonObject, signer: Signer) -> str:
    """Make a compact JWS; `alg` is added first."""
    protected = {"alg": signer.algorithm.value, **header}
    signing_input = f"{b64url_encode(json_compact(protected))}.{b64url_encode(json_compact(payload))}"
    signature = signer.sign(signing_input.encode("ascii"))
    return f"{signing_input}.{b64url_encode(signature)}"


__all__ = ["InvalidSignature", "InvalidToken", "UnverifiedToken", "VerifiedToken", "sign_compact"]
