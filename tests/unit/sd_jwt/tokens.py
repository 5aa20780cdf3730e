"""SD-JWTs taken apart and put together by hand, also as nobody should."""

import json

from credentials.encoding import JsonObject, JsonValue, b64_encode, b64url_decode, b64url_encode, json_compact
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.selective_disclosure.disclosures import digest
from credentials.jose import sign_compact, sign_jwt
from tests.unit.formats.format_samples import AUDIENCE, BARE, NONCE, NOW, RESOLVER, certificate, fresh, signer

BASE: JsonObject = {"iss": "https://cjib.example", "vct": "urn:x", "iat": 1795435200}
TYPE = "dc+sd-jwt"
FORMAT = SdJwtVc()


def disclosure(*content: object) -> str:
    return b64url_encode(json_compact(list(content)))


def raw(text: bytes) -> str:
    return b64url_encode(text)


def sd(*disclosures: str, hash_name: str = "sha-256") -> list[JsonValue]:
    return [digest(each.encode(), hash_name) for each in disclosures]


def element(text: str) -> JsonObject:
    return {"...": digest(text.encode())}


def token(payload: JsonObject, *disclosures: str, header: JsonObject | None = None, key: str = "issuer") -> str:
    """An SD-JWT of these parts, whatever they are, signed."""
    protected: JsonObject = {"typ": TYPE, "x5c": [b64_encode(certificate())]} | (header or {})
    kept = {name: value for name, value in protected.items() if value is not None}
    claims = {name: value for name, value in (BASE | payload).items() if value != "absent"}
    return "~".join([sign_compact(kept, claims, signer(key)), *disclosures, ""])


def bound(payload: JsonObject | None = None, *disclosures: str) -> str:
    """An SD-JWT that is bound to the holder's key."""
    cnf: JsonObject = {"cnf": {"jwk": dict(signer("holder").public_jwk.members)}}
    return token(cnf | (payload or {}), *disclosures)


def with_proof(held: str, *, typ: str = "kb+jwt", key: str = "holder", **changes: object) -> str:
    """An SD-JWT+KB over `held`; a change to None takes a claim away."""
    claims: dict[str, object] = {
        "iat": int(NOW.timestamp()),
        "aud": AUDIENCE,
        "nonce": NONCE,
        "sd_hash": digest(held.encode()),
    }
    kept = {name: value for name, value in (claims | changes).items() if value is not None}
    return held + sign_jwt(typ, {}, kept, signer(key))  # type: ignore[arg-type]


def verified(compact: str) -> JsonObject:
    """The claims of a bare SD-JWT, if it is one."""
    return FORMAT.verify(compact, BARE, RESOLVER).claims


def presented(compact: str) -> JsonObject:
    """The claims of an SD-JWT+KB, if it is one."""
    return FORMAT.verify(compact, fresh(), RESOLVER).claims


def with_header(compact: str, **changes: object) -> str:
    """The token with another header and its old signature."""
    header, rest = compact.split(".", 1)
    changed = json.loads(b64url_decode(header)) | changes
    return f"{b64url_encode(json_compact(changed))}.{rest}"
