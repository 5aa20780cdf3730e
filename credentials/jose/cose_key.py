"""Public keys as COSE_Key (RFC 9052 section 7, RFC 9053 section 7): the same keys that a JWK states, with numbers.

Taken strictly, by way of the JWK: of the kinds on our list, on their curve, without a private part.
"""

from typing import Final

from credentials.encoding import b64url_decode, b64url_encode
from credentials.errors import MalformedInput
from credentials.jose.cbor import CborValue
from credentials.keys import PublicJwk, UnsupportedKey

_KIND, _ALGORITHM, _CURVE, _X, _Y, _PRIVATE = 1, 3, -1, -2, -3, -4
_EC2, _OKP = 2, 1
_CURVES: Final = {1: "P-256", 2: "P-384", 6: "Ed25519"}
_NUMBERS: Final = {name: number for number, name in _CURVES.items()}
# RFC 9053 section 2 and RFC 9864 section 2.1.
_ALGORITHMS: Final = {"P-256": (-7, -9), "P-384": (-35, -51), "Ed25519": (-8, -19)}


def to_cose_key(key: PublicJwk) -> dict[int | str, CborValue]:
    """Return the COSE_Key of a public key, required parameters only."""
    members = key.members
    x = b64url_decode(str(members["x"]))
    if key.curve == "Ed25519":
        return {_KIND: _OKP, _CURVE: _NUMBERS[key.curve], _X: x}
    return {_KIND: _EC2, _CURVE: _NUMBERS[key.curve], _X: x, _Y: b64url_decode(str(members["y"]))}


def from_cose_key(value: CborValue) -> PublicJwk:
    """Take a COSE_Key from outside. Raises UnsupportedKey, MalformedInput."""
    if not isinstance(value, dict):
        raise UnsupportedKey("a COSE_Key is a map")
    if _PRIVATE in value:
        raise UnsupportedKey("the COSE_Key holds private key material")
    number = value.get(_CURVE)
    curve = _CURVES.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
    kind = _OKP if curve == "Ed25519" else _EC2
    if curve is None or value.get(_KIND) != kind or isinstance(value.get(_KIND), bool):
        raise UnsupportedKey("the COSE_Key is of a kind or curve that is not on our list")
    if value.get(_ALGORITHM, _ALGORITHMS[curve][0]) not in _ALGORITHMS[curve]:
        raise UnsupportedKey("the algorithm of the COSE_Key is not one of its curve")
    jwk = {"kty": "OKP" if kind == _OKP else "EC", "crv": curve, "x": _coordinate(value.get(_X))}
    if kind == _EC2:
        jwk["y"] = _coordinate(value.get(_Y))
    return PublicJwk.parse(jwk)


def _coordinate(value: CborValue) -> str:
    # A `y` of true or false is that of a compressed point (section 7.1.1), which ISO/IEC 18013-5 does not use.
    if not isinstance(value, bytes):
        raise MalformedInput("a coordinate of the COSE_Key is not a byte string")
    return b64url_encode(value)
