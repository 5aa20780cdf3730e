"""Keys, documents and the published vectors for tests of Data Integrity proofs."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, base58_decode
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, VerifiedProof, sign_document, verify_document
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2, EXAMPLES_V2
from credentials.formats.ldp_vc.suites import ALL_SUITES, ProofRequest
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "vectors"
RESOLVER = Resolver()
CITIZENSHIP = (VECTORS / "contexts/citizenship-v4rc1.jsonld").read_bytes()
CANONICALISER = Canonicaliser(ContextBundle.with_examples({"https://w3id.org/citizenship/v4rc1": CITIZENSHIP}))

UNSIGNED: JsonObject = {
    "@context": [CREDENTIALS_V2, EXAMPLES_V2],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "AlumniCredential"],
    "issuer": "https://vc.example/issuers/5678",
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:abcdefgh", "alumniOf": "The School of Examples"},
}


@cache
def key(name: str, algorithm: Algorithm = Algorithm.EDDSA) -> SoftwareSigner:
    """The key of somebody, the same one for the whole test run."""
    del name
    return SoftwareSigner.generate(algorithm)


def method(signer: SoftwareSigner) -> str:
    return did_key(signer.public_jwk)[1]


def load(path: str) -> JsonObject:
    document: JsonObject = json.loads((VECTORS / path).read_text())
    return document


def published_key(public: str, secret: str) -> SoftwareSigner:
    """Read the key pair of a vector: both halves as Multikey."""
    raw = base58_decode(secret[1:])
    made: Ed25519PrivateKey | ec.EllipticCurvePrivateKey
    match raw[:2].hex():
        case "8026":
            made = Ed25519PrivateKey.from_private_bytes(raw[2:])
        case "8626":
            made = ec.derive_private_key(int.from_bytes(raw[2:]), ec.SECP256R1())
        case "8726":
            made = ec.derive_private_key(int.from_bytes(raw[2:]), ec.SECP384R1())
        case other:
            raise ValueError(other)
    signer = SoftwareSigner(made)
    assert signer.public_jwk == PublicJwk.from_multikey(public)
    return signer


def without(document: JsonObject, *names: str) -> JsonObject:
    return {name: value for name, value in document.items() if name not in names}


def forge(options: JsonObject, signer: SoftwareSigner, suite: str = "eddsa-rdfc-2022") -> JsonObject:
    """Sign the sample document with whatever options, as a suite would that checks nothing."""
    value = ALL_SUITES[suite].create(UNSIGNED, options, signer, CANONICALISER, ProofRequest())
    return {**UNSIGNED, "proof": {**options, "proofValue": value}}


def signed(signer: SoftwareSigner | None = None, **further: object) -> JsonObject:
    """The sample document with a proof, or with one more."""
    own = signer or key("issuer")
    document = further.pop("document", UNSIGNED)
    arguments: dict[str, object] = {"canonicaliser": CANONICALISER, "created": NOW} | further
    return sign_document(document, own, method(own), **arguments)  # type: ignore[arg-type]


def proofs_of(document: JsonObject) -> list[JsonObject]:
    proof = document["proof"]
    return [each for each in (proof if isinstance(proof, list) else [proof]) if isinstance(each, dict)]


def verified(document: JsonObject, **further: object) -> tuple[VerifiedProof, ...]:
    arguments: dict[str, object] = {"canonicaliser": CANONICALISER, "now": NOW} | further
    return verify_document(document, RESOLVER, **arguments)  # type: ignore[arg-type]
