"""Public keys as JSON Web Keys (RFC 7517) and Multikeys (Controlled Identifiers 1.0 section 2.2.2)."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final, Self, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.encoding import JsonObject, b64url_decode, b64url_encode, base58_encode, jcs, multibase_decode
from credentials.errors import MalformedInput

CryptographyPublicKey: TypeAlias = "ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey"


class Algorithm(StrEnum):
    """The signature algorithms that we make or take (JOSE names, RFC 7518 section 3.1 and RFC 9864 section 2)."""

    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"


COMMON: Final = (Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA)
"""What is taken unless a caller says otherwise: every format and protocol but VC-JOSE-COSE."""

WITH_ES512: Final = (*COMMON, Algorithm.ES512)
"""What VC-JOSE-COSE takes besides. A key of P-521 exists only where this was asked for."""


class UnsupportedKey(MalformedInput):
    """A key of a kind, curve or form that is not on our list."""

    code = "unsupported_key"


_CURVES: Final[dict[str, tuple[type[ec.EllipticCurve], int, Algorithm, bytes]]] = {
    "P-256": (ec.SECP256R1, 32, Algorithm.ES256, bytes.fromhex("8024")),
    "P-384": (ec.SECP384R1, 48, Algorithm.ES384, bytes.fromhex("8124")),
    "P-521": (ec.SECP521R1, 66, Algorithm.ES512, bytes.fromhex("8224")),
}
_CURVE_NAMES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_NOT_TAKEN: Final = "only P-256, P-384 and Ed25519 keys are taken"
_ED25519_MULTICODEC: Final = bytes.fromhex("ed01")
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KEY_AGREEMENT: Final = frozenset({"ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"})

_P: Final = 2**255 - 19
_Y_MASK: Final = 2**255 - 1
_Y_OF_ORDER_8: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# The heights of the points whose order divides 8. Under such a key one signature belongs to many or all messages, and
# anyone can make it: the key is nobody's (RFC 8032 section 8.2 leaves this check to who needs it).
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _Y_OF_ORDER_8, _P - _Y_OF_ORDER_8})


@dataclass(frozen=True)
class PublicJwk:
    """A public key that has been checked: right kind, point on its curve, no private member.

    `members` holds the required members only, in the order of RFC 7638 section 3.2; `kid` is kept apart.
    `encrypts_only` is true of a key that its owner published for encryption: it verifies no signature.
    """

    members: JsonObject
    key: CryptographyPublicKey = field(compare=False, repr=False)
    kid: str | None = None
    encrypts_only: bool = field(default=False, compare=False)

    @classmethod
    def parse(cls, jwk: object, algorithms: Collection[Algorithm] = COMMON) -> Self:
        """Take a JWK from outside.

        Raises UnsupportedKey for anything but a public key of one of these algorithms (by default P-256, P-384 or
        Ed25519), and for an `alg` that is not of its curve (RFC 8725 section 3.1); MalformedInput for coordinates that
        are not base64url.
        """
        if not isinstance(jwk, dict):
            raise UnsupportedKey("a JWK is an object")
        if _PRIVATE_MEMBERS & jwk.keys():
            raise UnsupportedKey("the JWK holds private key material")
        kid = jwk.get("kid")
        if kid is not None and not isinstance(kid, str):
            raise UnsupportedKey("kid is not a string")
        encrypts_only = _encrypts_only(jwk)
        kind, curve = jwk.get("kty"), jwk.get("crv")
        if kind == "EC" and isinstance(curve, str) and curve in _CURVES and _CURVES[curve][2] in algorithms:
            make_curve, size, algorithm, _ = _CURVES[curve]
            _require_algorithm(jwk, algorithm, *_KEY_AGREEMENT)
            x, y = _coordinate(jwk, "x", size), _coordinate(jwk, "y", size)
            try:
                key = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), make_curve()).public_key()
            except (ValueError, UnsupportedAlgorithm) as error:
                raise UnsupportedKey("the point is not on the curve") from error
            return cls(
                {"crv": curve, "kty": "EC", "x": b64url_encode(x), "y": b64url_encode(y)},
                key,
                kid,
                encrypts_only,
            )
        if kind == "OKP" and curve == "Ed25519" and Algorithm.EDDSA in algorithms:
            _require_algorithm(jwk, Algorithm.EDDSA, "Ed25519")
            raw = _coordinate(jwk, "x", 32)
            return cls(_ed25519_members(raw), ed25519.Ed25519PublicKey.from_public_bytes(raw), kid, encrypts_only)
        raise UnsupportedKey(_NOT_TAKEN)

    @classmethod
    def from_key(cls, key: object, kid: str | None = None, algorithms: Collection[Algorithm] = COMMON) -> Self:
        """Wrap a public key of the `cryptography` library. Raises UnsupportedKey."""
        match key:
            case ec.EllipticCurvePublicKey():
                curve = _CURVE_NAMES.get(key.curve.name)
                if curve is None or _CURVES[curve][2] not in algorithms:
                    raise UnsupportedKey(_NOT_TAKEN)
                size = _CURVES[curve][1]
                numbers = key.public_numbers()
                return cls(
                    {
                        "crv": curve,
                        "kty": "EC",
                        "x": b64url_encode(numbers.x.to_bytes(size)),
                        "y": b64url_encode(numbers.y.to_bytes(size)),
                    },
                    key,
                    kid,
                )
            case ed25519.Ed25519PublicKey() if Algorithm.EDDSA in algorithms:
                return cls(_ed25519_members(key.public_bytes(Encoding.Raw, PublicFormat.Raw)), key, kid)
            case _:
                raise UnsupportedKey(_NOT_TAKEN)

    @classmethod
    def from_multikey(cls, multikey: str, algorithms: Collection[Algorithm] = COMMON) -> Self:
        """Read a `publicKeyMultibase`. Raises UnsupportedKey or MalformedInput."""
        raw = multibase_decode(multikey, "publicKeyMultibase")
        prefix, body = raw[:2], raw[2:]
        try:
            if prefix == _ED25519_MULTICODEC:
                if len(body) != 32:
                    raise UnsupportedKey("an Ed25519 Multikey holds 32 bytes")
                return cls.from_key(ed25519.Ed25519PublicKey.from_public_bytes(body), algorithms=algorithms)
            for make_curve, size, _, multicodec in _CURVES.values():
                if prefix == multicodec:
                    if len(body) != size + 1 or body[0] not in (2, 3):
                        raise UnsupportedKey("an EC Multikey holds a compressed point")
                    key = ec.EllipticCurvePublicKey.from_encoded_point(make_curve(), body)
                    return cls.from_key(key, algorithms=algorithms)
        except ValueError as error:
            raise UnsupportedKey("the Multikey holds no point of its curve") from error
        raise UnsupportedKey("the Multikey is of an unknown kind")

    @cached_property
    def algorithm(self) -> Algorithm:
        """The one algorithm that this key is used with."""
        return Algorithm.EDDSA if self.members["kty"] == "OKP" else _CURVES[str(self.members["crv"])][2]

    @property
    def curve(self) -> str:
        """`P-256`, `P-384`, `P-521` or `Ed25519`."""
        return str(self.members["crv"])

    @cached_property
    def thumbprint(self) -> str:
        """The SHA-256 JWK thumbprint, base64url (RFC 7638)."""
        return b64url_encode(hashlib.sha256(jcs(self.members)).digest())

    @cached_property
    def multikey(self) -> str:
        """The key as `publicKeyMultibase`: `z` and base58btc of the multicodec prefix and the (compressed) key."""
        if isinstance(self.key, ed25519.Ed25519PublicKey):
            return "z" + base58_encode(_ED25519_MULTICODEC + self.key.public_bytes(Encoding.Raw, PublicFormat.Raw))
        point = self.key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
        return "z" + base58_encode(_CURVES[self.curve][3] + point)

    def to_dict(self) -> JsonObject:
        """Return the JWK as a fresh JSON object, with `kid` where there is one."""
        return {**self.members, "kid": self.kid} if self.kid else dict(self.members)

    def __hash__(self) -> int:
        return hash(self.thumbprint)


def _encrypts_only(jwk: JsonObject) -> bool:
    # RFC 7517 sections 4.2 and 4.3. Some wallets publish the `key_ops` of the private half, so "sign" counts too.
    operations = jwk.get("key_ops")
    if operations is not None and not isinstance(operations, list):
        raise UnsupportedKey("key_ops is not an array")
    return jwk.get("use") == "enc" or (operations is not None and not {"sign", "verify"} & set(map(str, operations)))


def _require_algorithm(jwk: JsonObject, *names: str) -> None:
    if jwk.get("alg", names[0]) not in names:
        raise UnsupportedKey("alg is not an algorithm of the key's curve")


def _ed25519_members(raw: bytes) -> JsonObject:
    # RFC 8032 section 5.1.3: a height of p or more is a second spelling of another one.
    height = int.from_bytes(raw, "little") & _Y_MASK
    if height >= _P or height in _SMALL_ORDER:
        raise UnsupportedKey("the Ed25519 key is not a point of the main group")
    return {"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(raw)}


def _coordinate(jwk: JsonObject, name: str, size: int) -> bytes:
    text = jwk.get(name)
    if not isinstance(text, str):
        raise UnsupportedKey(f"the JWK has no {name}")
    # RFC 7518 section 6.2.1.2: the full size of a coordinate, leading zeros included.
    raw = b64url_decode(text, name)
    if len(raw) != size:
        raise UnsupportedKey(f"{name} is not {size} bytes")
    return raw
