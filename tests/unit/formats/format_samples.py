"""Keys, claim trees and drafts for tests of credential formats."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from credentials.dids import Resolver, did_key
from credentials.encoding import JsonObject, JsonValue
from credentials.formats import (
    BitstringStatus,
    CredentialDraft,
    Expectation,
    HolderKey,
    IssuerKey,
    TokenStatus,
    Vocabulary,
)
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.keys import Algorithm, SoftwareSigner

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VECTORS = Path(__file__).parents[2] / "vectors"
AUDIENCE = "x509_hash:abc"
NONCE = "n-0S6_WzA2Mj"
TYPE = "urn:nl:blauweknop:voorbeeld:1"
CONTEXT_URL = "https://example.org/contexts/voorbeeld/v1"
CREDENTIAL_ID = "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c"
CONTEXT = b"""{"@context": {"@version": 1.1, "@protected": true,
  "Voorbeeld": {"@id": "urn:nl:blauweknop:voorbeeld:1"},
  "saldo": {"@id": "urn:b:saldo", "@type": "http://www.w3.org/2001/XMLSchema#integer"},
  "omschrijving": {"@id": "urn:b:omschrijving"},
  "peildatum": {"@id": "urn:b:peildatum", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"},
  "soort": {"@id": "urn:b:soort", "@type": "@vocab"},
  "boete": {"@id": "urn:b:soort:boete"},
  "site": {"@id": "urn:b:site", "@type": "@id"},
  "zaken": {"@id": "urn:b:zaken", "@container": "@set"},
  "bron": {"@id": "urn:b:bron"}}}"""
EXAMPLES_URL = "https://www.w3.org/ns/credentials/examples/v2"
CITIZENSHIP_URL = "https://w3id.org/citizenship/v4rc1"

TREE: JsonObject = {
    "bron": {"omschrijving": "CJIB"},
    "peildatum": "2026-11-23T12:00:00Z",
    "saldo": "29988",
    "omschrijving": 'Boetes en "kosten"',
    "zaken": {"z01": {"saldo": "17500", "omschrijving": "Te hard gereden"}, "z02": {"saldo": "12488"}},
    "gebeurtenissen": {"g001": {"type": "betaling", "bedrag": 5000}, "g002": {"type": "verhoging", "bedrag": 800}},
}


@cache
def signer(name: str, algorithm: Algorithm = Algorithm.ES256) -> SoftwareSigner:
    """The key of somebody, the same one for the whole test run."""
    del name
    return SoftwareSigner.generate(algorithm)


@cache
def certificate(name: str = "issuer") -> bytes:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called("CA"))
        .public_key(signer(name).private_key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
        .sign(signer("ca").private_key, SHA256())
        .public_bytes(Encoding.DER)
    )


def issuer_key() -> IssuerKey:
    return IssuerKey(signer("issuer"), (certificate(),))


def did_issuer_key(algorithm: Algorithm = Algorithm.EDDSA) -> IssuerKey:
    key = signer("did issuer", algorithm)
    return IssuerKey(key, verification_method=did_key(key.public_jwk)[1])


def draft(**changes: object) -> CredentialDraft:
    made = CredentialDraft(
        type=TYPE,
        issuer="https://cjib.example",
        issuer_name="CJIB",
        claims=TREE,
        always_disclosed=frozenset({"bron", "peildatum"}),
        holder=HolderKey(signer("holder").public_jwk),
        issued_at=NOW,
        expires_at=NOW + timedelta(days=35),
        status=(TokenStatus("https://cjib.example/status/1", 4711),),
        id=CREDENTIAL_ID,
        whole=frozenset({("gebeurtenissen",)}),
        slots={("zaken",): tuple(f"z{number:02}" for number in range(1, 6))},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


LD_TREE: JsonObject = {
    "saldo": "29988",
    "omschrijving": 'Boetes en "kosten"\n\té \U0001f600 \\',
    "peildatum": "2026-11-23T12:00:00Z",
    "soort": "boete",
    "bron": {"omschrijving": "CJIB %s %(x)s"},
}
STATUS = (
    BitstringStatus("https://cjib.example/status/r", 5, "revocation"),
    BitstringStatus("https://cjib.example/status/f", 6, "refresh"),
)


def to_subject(claims: JsonObject, node: str) -> JsonObject:
    return {
        name: {"id": f"{node}#{name}", **value} if isinstance(value, dict) else value for name, value in claims.items()
    }


def from_subject(subject: JsonObject) -> JsonObject:
    def without_id(value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {name: item for name, item in value.items() if name != "id"}
        return value

    return {name: without_id(value) for name, value in subject.items() if name != "id"}


def bundle(extra: Mapping[str, bytes] | None = None) -> ContextBundle:
    contexts = {
        CONTEXT_URL: CONTEXT,
        EXAMPLES_URL: (VECTORS / "contexts/credentials-examples-v2.jsonld").read_bytes(),
    }
    return ContextBundle(contexts | dict(extra or {}))


def vocabulary() -> Vocabulary:
    return Vocabulary(TYPE, "Voorbeeld", CONTEXT_URL, to_subject, from_subject)


@cache
def ldp() -> LdpVc:
    return LdpVc(bundle(), [vocabulary()])


def ld_draft(**changes: object) -> CredentialDraft:
    return draft(**({"claims": LD_TREE, "status": STATUS} | changes))


def fresh(**changes: object) -> Expectation:
    return replace(Expectation(NOW, NONCE, AUDIENCE), **changes)  # type: ignore[arg-type]


BARE = Expectation(NOW, holder_binding=False)
RESOLVER = Resolver()
