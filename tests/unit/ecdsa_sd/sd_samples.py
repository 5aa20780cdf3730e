"""Keys, documents and shorthands for tests of ecdsa-sd-2023."""

from datetime import UTC, datetime
from pathlib import Path

from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2, EXAMPLES_V2
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import EcdsaSd2023
from credentials.keys import PublicJwk, SoftwareSigner

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "vectors"
CITIZENSHIP = (VECTORS / "contexts/citizenship-v4rc1.jsonld").read_bytes()
CANONICALISER = Canonicaliser(ContextBundle.with_examples({"https://w3id.org/citizenship/v4rc1": CITIZENSHIP}))
ISSUER = SoftwareSigner.generate()
HMAC_KEY = bytes(range(32))
SUITE = EcdsaSd2023(new_hmac_key=lambda: HMAC_KEY)
HOLDER = EcdsaSd2023(accepts_base=True)

UNSIGNED: JsonObject = {
    "@context": [CREDENTIALS_V2, EXAMPLES_V2],
    "id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
    "type": ["VerifiableCredential", "PersonCredential"],
    "issuer": {"id": "did:example:issuer", "name": "Somebody"},
    "validFrom": "2023-01-01T00:00:00Z",
    "credentialSubject": {
        "givenName": "Erika",
        "familyName": "Mustermann",
        "address": {"locality": "Berlin", "country": "DE"},
        "nationalities": ["DE", "FR"],
        "children": [{"givenName": "Ada", "age": 3}, {"givenName": "Bea", "age": 5}, {"givenName": "Cas", "age": 7}],
    },
}
MANDATORY = ("/issuer", "/validFrom")


def options() -> JsonObject:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-sd-2023",
        "created": "2026-11-23T12:00:00Z",
        "verificationMethod": did_key(ISSUER.public_jwk)[1],
        "proofPurpose": "assertionMethod",
    }


def base_proof(document: JsonObject = UNSIGNED, mandatory: tuple[str, ...] = MANDATORY) -> JsonObject:
    value = SUITE.create(document, options(), ISSUER, CANONICALISER, ProofRequest(mandatory))
    return {**options(), "proofValue": value}


def split(document: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Take a document and its one proof apart."""
    proof = document["proof"]
    assert isinstance(proof, dict)
    return {name: value for name, value in document.items() if name != "proof"}, proof


def derived(*pointers: str, document: JsonObject = UNSIGNED, proof: JsonObject | None = None) -> JsonObject:
    return SUITE.derive(document, proof or base_proof(document), pointers, CANONICALISER)


def verify(secured: JsonObject, key: PublicJwk = ISSUER.public_jwk, suite: EcdsaSd2023 = SUITE) -> None:
    unsecured, proof = split(secured)
    suite.verify(unsecured, proof, key, CANONICALISER)
