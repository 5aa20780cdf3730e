"""A small scheme: two issuers on a signed trust list, their status lists, a holder, and a verifier that sees them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from credentials.clock import FixedClock
from credentials.dids import Resolver, verification_method
from credentials.encoding import JsonObject, json_compact
from credentials.errors import Unavailable
from credentials.formats.base import (
    BitstringStatus,
    Channel,
    Credential,
    CredentialDraft,
    Expectation,
    HolderKey,
    IssuerKey,
    StatusEntry,
    TokenStatus,
)
from credentials.formats.ldp_vc import ContextBundle, sign_document
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.keys import Algorithm, SoftwareSigner
from credentials.status import Bitstring, Status, StatusChecker, TokenStatusList, list_credential, sign_status_list
from credentials.trust import CertificateAuthority, KeyPurpose, Participant, TrustList, TrustListExpired, make_ca
from credentials.trust.trust_list import issue
from credentials.verification import Report, Verifier
from service.commands.formats import all_formats

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OVERVIEW = "urn:nl:blauweknop:overzicht:1"
CASE = "urn:nl:blauweknop:zaak:1"
SIZE = 131_072
AUDIENCE = "x509_hash:counsellor"
NONCE = "n-0S6_WzA2Mj"
CHANNEL = Channel("https://counsellor.example/antwoord/1")

CANONICALISER = Canonicaliser(ContextBundle())


@dataclass
class Issuer:
    """An agency with its authority, keys and lists."""

    name: str
    oin: str
    host: str
    authority: CertificateAuthority
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    ed25519: SoftwareSigner = field(default_factory=lambda: SoftwareSigner.generate(Algorithm.EDDSA))

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    @property
    def did(self) -> str:
        return f"did:web:{self.host}"

    @property
    def leaf(self) -> bytes:
        return self.authority.issue_leaf(
            self.signer.public_jwk,
            uri=self.url,
            dns=self.host,
            common_name=self.name,
            organisation=self.name,
            oin=self.oin,
            not_before=NOW - timedelta(days=30),
            not_after=NOW + timedelta(days=300),
            eku=KeyPurpose.CREDENTIALS,
        )

    @property
    def method(self) -> str:
        return verification_method(self.did, self.ed25519.public_jwk)

    def participant(self) -> Participant:
        return Participant(
            self.url,
            self.name,
            oin=self.oin,
            anchors=(self.authority.der,),
            did=self.did,
            keys=(self.signer.public_jwk, self.ed25519.public_jwk),
            types=frozenset({OVERVIEW}),
        )

    def key(self, format_name: str) -> IssuerKey:
        if format_name == "ldp_vc":
            return IssuerKey(self.ed25519, verification_method=self.method)
        return IssuerKey(self.signer, (self.leaf,))

    def token_list(self, uri: str, statuses: dict[int, Status], **options: timedelta | datetime) -> bytes:
        made = TokenStatusList.of(SIZE, statuses.items())
        return sign_status_list(made, self.signer, **{"uri": uri, "now": NOW, "x5c": (self.leaf,), **options}).encode()

    def bitstring_list(self, uri: str, purpose: str, indices: set[int], **options: timedelta | datetime) -> bytes:
        made = list_credential(
            Bitstring.of(SIZE, indices), **{"uri": uri, "issuer": self.did, "purpose": purpose, "now": NOW, **options}
        )
        return json_compact(sign_document(made, self.ed25519, self.method, canonicaliser=CANONICALISER, created=NOW))


def an_issuer(name: str, oin: str, host: str) -> Issuer:
    authority = make_ca(name, not_before=NOW - timedelta(days=60), not_after=NOW + timedelta(days=900), oin=oin)
    return Issuer(name, oin, host, authority)


class Scheme:
    """Everything that one verification needs, each part of which a test may change."""

    def __init__(self) -> None:
        self.cjib = an_issuer("CJIB", "00000004000000041000", "cjib.example")
        self.duo = an_issuer("DUO", "00000001802327497000", "duo.example")
        self.stranger = an_issuer("Vreemd", "00000009999999999000", "vreemd.example")
        self.participants = [self.cjib.participant(), self.duo.participant()]
        self.root = SoftwareSigner.generate()
        self.holder = SoftwareSigner.generate()
        self.clock = FixedClock(NOW)
        self.formats = all_formats()
        self.web: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.trust_list_missing = False
        self.publish(self.cjib)
        self.publish(self.duo)

    def publish(self, issuer: Issuer, **statuses: set[int]) -> None:
        values = {"revocation": Status.INVALID, "refresh": Status.SUPERSEDED}
        by_index = {index: values[purpose] for purpose, indices in statuses.items() for index in indices}
        uri = f"{issuer.url}/status/token"
        self.web[uri] = issuer.token_list(uri, by_index)
        for purpose in values:
            uri = f"{issuer.url}/status/{purpose}"
            self.web[uri] = issuer.bitstring_list(uri, purpose, statuses.get(purpose, set()))

    def fetch(self, url: str, accept: str) -> bytes:
        del accept
        self.fetched.append(url)
        if url not in self.web:
            raise Unavailable("no route")
        return self.web[url]

    def trust_list(self) -> TrustList:
        if self.trust_list_missing:
            raise TrustListExpired("none")
        jwt = issue(self.participants, self.root, issuer="https://scheme.example", sequence=1, now=self.clock.now())
        return TrustList.verify(jwt, self.root.public_jwk, self.clock.now())

    def verifier(self) -> Verifier:
        checker = StatusChecker(self.fetch, self.clock)
        return Verifier(self.formats, self.trust_list, Resolver(), checker, self.clock)

    def a_credential(
        self, format_name: str, signed_by: Issuer | None = None, index: int = 5, **changes: object
    ) -> Credential:
        by = signed_by or self.cjib
        draft = CredentialDraft(
            type=OVERVIEW,
            issuer=by.url,
            issuer_name=by.name,
            claims=claims_of(by),
            always_disclosed=frozenset({"bronorganisatie", "peildatum"}),
            holder=HolderKey(self.holder.public_jwk),
            issued_at=NOW - timedelta(hours=2),
            expires_at=NOW + timedelta(days=35),
            status=statuses_of(by, format_name, index),
            id="urn:uuid:5f6a6b5e-8d5c-4bd3-9c3c-7f7d3ad6a001",
        )
        return self.formats[format_name].issue(replace(draft, **changes), by.key(format_name))

    def present(
        self, credential: Credential, format_name: str, **changes: str | SoftwareSigner | datetime
    ) -> Credential:
        wanted = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW, "channel": CHANNEL, **changes}
        holder = wanted.pop("holder", self.holder)
        return self.formats[format_name].present(credential, None, holder, **wanted)

    def shown(self, format_name: str, **changes: object) -> Credential:
        return self.present(self.a_credential(format_name, **changes), format_name)

    def examine(self, presented: Credential, **expected: object) -> Report:
        return self.verifier().examine(presented, expectation(**expected))


def expectation(**changes: object) -> Expectation:
    return Expectation(**{"now": NOW, "nonce": NONCE, "audience": AUDIENCE, "channel": CHANNEL, **changes})


def claims_of(issuer: Issuer) -> JsonObject:
    return {
        "bronorganisatie": {"oin": issuer.oin, "naam": issuer.name, "afkorting": issuer.name[:6]},
        "peildatum": "2026-11-20T10:00:00+01:00",
        "schema_versie": "1",
        "fcid_versie": "4.1.0",
        "dekking": "alle openstaande zaken",
        "aantal_open_zaken": 1,
        "saldo_totaal": 299_880,
    }


def statuses_of(issuer: Issuer, format_name: str, index: int) -> tuple[StatusEntry, ...]:
    if format_name not in ("dc+sd-jwt", "mso_mdoc"):
        return tuple(
            BitstringStatus(f"{issuer.url}/status/{purpose}", index, purpose) for purpose in ("revocation", "refresh")
        )
    return (TokenStatus(f"{issuer.url}/status/token", index),)
