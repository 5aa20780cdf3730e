"""The public keys that a DID document may hold: more kinds than we verify with, since a document only repeats them.

A key for signatures or for agreement, as Multikey (Controlled Identifiers 1.0 section 2.2.2) and as JWK.
"""

from dataclasses import dataclass
from typing import Final, Self, final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.dids.problems import DidProblem, Unresolved
from credentials.encoding import JsonObject, b64url_decode, b64url_encode, base58_encode, multibase_decode
from credentials.errors import MalformedInput
from credentials.keys import PublicJwk, UnsupportedKey
from credentials.keys.jwk import WITH_ES512

_P: Final = 2**255 - 19
_Y_MASK: Final = 2**255 - 1


@final
@dataclass(frozen=True, slots=True)
class _Kind:
    curve: str
    multicodec: bytes
    length: int
    signs: bool = True
    agrees: bool = True


# The multicodecs, as varints, and lengths of the did:key method's "Signature Method Creation Algorithm"; P-521 besides.
_KINDS: Final = (
    _Kind("Ed25519", bytes.fromhex("ed01"), 32, agrees=False),
    _Kind("X25519", bytes.fromhex("ec01"), 32, signs=False),
    _Kind("P-256", bytes.fromhex("8024"), 33),
    _Kind("P-384", bytes.fromhex("8124"), 49),
    _Kind("P-521", bytes.fromhex("8224"), 67),
    _Kind("secp256k1", bytes.fromhex("e701"), 33),
)


@final
@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A public key of a DID document that has been checked: of its kind's length, and a point of its curve."""

    jwk: JsonObject
    multikey: str
    signs: bool
    agrees: bool

    @property
    def curve(self) -> str:
        """The `crv` of the JWK."""
        return str(self.jwk["crv"])

    @classmethod
    def from_multikey(cls, multikey: str) -> Self:
        """Read a base58btc Multikey. Raises Unresolved."""
        try:
            raw = multibase_decode(multikey, "multibase value") if multikey.startswith("z") else b""
        except MalformedInput as error:
            raise Unresolved(DidProblem.INVALID_DID, error.detail) from error
        if not raw:
            raise Unresolved(DidProblem.INVALID_DID, "the identifier is not base58btc")
        kind = next((kind for kind in _KINDS if raw.startswith(kind.multicodec)), None)
        if kind is None:
            raise Unresolved(DidProblem.UNSUPPORTED_PUBLIC_KEY_TYPE, "the key is of a kind that we do not know")
        body = raw.removeprefix(kind.multicodec)
        if len(body) != kind.length:
            raise Unresolved(DidProblem.INVALID_PUBLIC_KEY_LENGTH, f"a key of {kind.curve} has {kind.length} bytes")
        return cls(_jwk(kind.curve, body, multikey), multikey, kind.signs, kind.agrees)

    @classmethod
    def from_jwk(cls, jwk: JsonObject) -> Self:
        """Read a public JWK. Raises Unresolved."""
        curve = jwk.get("crv")
        try:
            if curve == "X25519" and jwk.get("kty") == "OKP" and "d" not in jwk:
                raw = b64url_decode(str(jwk.get("x")), "x")
                key = cls.from_multikey("z" + base58_encode(bytes.fromhex("ec01") + raw))
            else:
                key = cls.from_multikey(PublicJwk.parse(jwk, WITH_ES512).multikey)
        except UnsupportedKey as error:
            raise Unresolved(DidProblem.INVALID_PUBLIC_KEY, error.detail) from error
        except MalformedInput as error:
            raise Unresolved(DidProblem.INVALID_DID, error.detail) from error
        # RFC 7517 section 4.2: a published use narrows what the kind of key could do.
        use = jwk.get("use")
        return cls(key.jwk, key.multikey, key.signs and use != "enc", key.agrees and use != "sig")

    def for_agreement(self) -> "DocumentKey":
        """Derive the X25519 key of an Ed25519 key (RFC 7748 section 4.1: u = (1 + y) / (1 - y))."""
        y = int.from_bytes(b64url_decode(str(self.jwk["x"])), "little") & _Y_MASK
        u = (1 + y) * pow(1 - y, -1, _P) % _P
        return DocumentKey.from_multikey("z" + base58_encode(bytes.fromhex("ec01") + u.to_bytes(32, "little")))


def _jwk(curve: str, body: bytes, multikey: str) -> JsonObject:
    match curve:
        case "X25519":
            return {"crv": curve, "kty": "OKP", "x": b64url_encode(body)}
        case "secp256k1":
            try:
                numbers = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), body).public_numbers()
            except (ValueError, UnsupportedAlgorithm) as error:
                raise Unresolved(DidProblem.INVALID_PUBLIC_KEY, "the key is no point of its curve") from error
            x, y = b64url_encode(numbers.x.to_bytes(32)), b64url_encode(numbers.y.to_bytes(32))
            return {"crv": curve, "kty": "EC", "x": x, "y": y}
        case _:
            try:
                return dict(PublicJwk.from_multikey(multikey, WITH_ES512).members)
            except MalformedInput as error:
                raise Unresolved(DidProblem.INVALID_PUBLIC_KEY, error.detail) from error
