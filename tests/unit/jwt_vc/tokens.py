"""Documents, keys and tokens for tests of VC-JOSE-COSE: well made, or wrong in the one way that a test asks for."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import cbor2

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, b64url_encode, json_compact
from credentials.formats.jwt_vc import ByIdentifier, VerificationMethod
from credentials.keys import Algorithm, Signer, SoftwareSigner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "vectors" / "vc-jose-cose"
V2 = "https://www.w3.org/ns/credentials/v2"
SOURCE = ByIdentifier(Resolver())


@cache
def signer(name: str = "issuer", algorithm: Algorithm = Algorithm.ES256) -> SoftwareSigner:
    """The key of somebody, the same one for the whole test run."""
    del name
    return SoftwareSigner.generate(algorithm)


ISSUER, KID = did_key(signer().public_jwk)
HOLDER, HOLDER_KID = did_key(signer("holder").public_jwk)


def credential(**changes: Any) -> JsonObject:
    document = {
        "@context": [V2],
        "id": "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "validFrom": "2026-11-01T00:00:00Z",
        "credentialSubject": {"id": HOLDER, "name": "Jane", "address": {"city": "Anytown"}, "numbers": ["1", "2"]},
    }
    return changed(document, changes)


def envelope(token: str = "eyJ.eyJ.abc", media_type: str = "application/vc+jwt", **changes: Any) -> JsonObject:
    document = {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:{media_type},{token}"}
    return changed(document, changes)


def presentation(*credentials: JsonObject, **changes: Any) -> JsonObject:
    document = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER,
        "verifiableCredential": list(credentials) or [envelope()],
    }
    return changed(document, changes)


def changed(document: dict[str, Any], changes: Mapping[str, Any]) -> JsonObject:
    """Members replaced; None takes one away."""
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def token(payload: Any, header: Mapping[str, Any] | None = None, by: Signer | None = None, **changes: Any) -> str:
    """A JWS with this header and payload, whatever they are."""
    by = by or signer()
    headers = {"alg": by.algorithm.value, "typ": "vc+jwt", "cty": "vc", "kid": KID} if header is None else dict(header)
    parts = [json.dumps(changed(headers, changes)).encode()]
    parts.append(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
    signing_input = ".".join(map(b64url_encode, parts))
    return f"{signing_input}.{b64url_encode(by.sign(signing_input.encode()))}"


def message(
    payload: Any, protected: Mapping[Any, Any] | None = None, by: Signer | None = None, **changes: Any
) -> bytes:
    """A COSE_Sign1 with these headers and payload; changes are by label, `l16=…`."""
    by = by or signer()
    headers: dict[Any, Any] = {1: -7, 3: "application/vc", 4: KID.encode(), 16: "application/vc+cose"}
    headers = headers if protected is None else dict(protected)
    headers |= {int(label[1:]): value for label, value in changes.items()}
    raw = cbor2.dumps({label: value for label, value in headers.items() if value is not None})
    body = payload if isinstance(payload, bytes) else json_compact(payload)
    signature = by.sign(cbor2.dumps(["Signature1", raw, b"", body]))
    return cbor2.dumps(cbor2.CBORTag(18, [raw, {}, body, signature]))


def fixture(name: str) -> str:
    return (VECTORS / name).read_text().strip()


def method(name: str) -> VerificationMethod:
    return VerificationMethod.read(json.loads(fixture(f"vm-{name}.json")))
