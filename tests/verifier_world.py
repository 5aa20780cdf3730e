"""Agencies, a trust list, a citizen's wallet and a verifier for tests: real keys and signatures, no socket."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from credentials.clock import Clock
from credentials.debts.agency import Agency
from credentials.debts.case import Case
from credentials.debts.claims import (
    ALWAYS_DISCLOSED,
    CASE_TYPE,
    OVERVIEW_TYPE,
    WHOLE,
    case_claims,
    case_digest,
    overview_claims,
)
from credentials.debts.notice import Notice
from credentials.debts.overview import overview_of
from credentials.dids import json_web_key, verification_method
from credentials.encoding import JsonObject, json_compact
from credentials.formats import (
    BitstringStatus,
    Channel,
    Credential,
    CredentialDraft,
    FormatRegistry,
    HolderKey,
    IssuerKey,
    TokenStatus,
)
from credentials.formats.ldp_vc import sign_document
from credentials.keys import Algorithm, PublicJwk, SoftwareSigner
from credentials.openid.claims_path import ClaimsPath, PathNotFound, select
from credentials.openid.request_link import VerifiedRequest, parse_request_link
from credentials.openid.request_object import UnverifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from credentials.status import Status
from credentials.status.bitstring import Bitstring, list_credential
from credentials.status.token_list import TokenStatusList, sign_status_list
from credentials.trust import Participant, Role
from credentials.trust.trust_list import issue
from credentials.trust.x509 import KeyPurpose, make_ca
from service.errors import UnexpectedStatus, Unreachable
from tests.debt_builders import AS_OF, DEMO, agency, demo_document
from tests.migrated import begin_with_tables
from verifier.app import VerifierService, create, formats, initialise
from verifier.ports import OtherSoftware, StaffLogin
from verifier.settings import EXAMPLE, VerifierSettings, load_verifier

KEYS = (
    "tilburg", "tholen", "boxtel", "sint_michielsgestel", "cak", "svb", "cjib", "belastingdienst", "uwv", "duo",
    "toeslagen", "depauw", "zonneweide",
)  # fmt: skip
SCHEME = "http://localhost:8100/trust-list.jwt"
TOKEN = "een-token-van-het-zaaksysteem-0001"
OTHER_TOKEN = "een-token-van-een-ander-systeem-02"


class Web:
    """The web of a test: documents by address. What is not there is unreachable."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self.moved: set[str] = set()
        """What lies behind a redirect."""

    def fetch(self, url: str, accept: str) -> bytes:
        if url in self.moved:
            raise UnexpectedStatus("status 302")
        return self.fetch_wherever(url, accept)

    def fetch_wherever(self, url: str, _accept: str) -> bytes:
        self.fetched.append(url)
        if url not in self.documents:
            raise Unreachable("nobody there")
        return self.documents[url]

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Issuer:
    """One agency with keys, status list and statements."""

    agency: Agency
    web: Web
    clock: Clock
    formats: FormatRegistry
    types: frozenset[str] = frozenset({OVERVIEW_TYPE, CASE_TYPE})
    statuses: dict[int, Status] = field(default_factory=dict)
    _next: int = 100

    def __post_init__(self) -> None:
        now = self.clock.now()
        begin, end = now - timedelta(days=60), now + timedelta(days=900)
        self.url = f"https://{self.agency.abbreviation.replace('_', '-')}.example"
        self.did = f"did:web:{self.url.removeprefix('https://')}"
        self.ca = make_ca(f"{self.agency.name} CA", not_before=begin, not_after=end)
        self.signer, self.ldp_signer = SoftwareSigner.generate(), SoftwareSigner.generate(Algorithm.EDDSA)
        self.status_signer = SoftwareSigner.generate()
        self.leaf = self._leaf(self.signer, begin, end)
        self.status_leaf = self._leaf(self.status_signer, begin, end)
        self.method = verification_method(self.did, self.ldp_signer.public_jwk)
        self.publish()

    def _leaf(self, signer: SoftwareSigner, begin: datetime, end: datetime) -> bytes:
        host = self.url.removeprefix("https://")
        return self.ca.issue_leaf(
            signer.public_jwk, uri=self.url, dns=host, common_name=host, organisation=self.agency.name,
            oin=self.agency.oin, not_before=begin, not_after=end, eku=KeyPurpose.CREDENTIALS,
        )  # fmt: skip

    @property
    def list_url(self) -> str:
        return f"{self.url}/status/1"

    @property
    def participant(self) -> Participant:
        return Participant(
            identifier=self.url, name=self.agency.name, oin=self.agency.oin, abbreviation=self.agency.abbreviation,
            anchors=(self.ca.der,), did=self.did, keys=(self.ldp_signer.public_jwk, self.signer.public_jwk),
            types=self.types, roles=frozenset({Role.ISSUER}),
        )  # fmt: skip

    def publish(self) -> None:
        entries = TokenStatusList.of(131_072, self.statuses.items())
        token = sign_status_list(
            entries, self.status_signer, uri=self.list_url, now=self.clock.now(), x5c=(self.status_leaf,)
        )
        self.web.documents[self.list_url] = token.encode()
        for purpose, status in (("revocation", Status.INVALID), ("refresh", Status.SUPERSEDED)):
            uri = f"{self.list_url}/{purpose}"
            bits = Bitstring.of(131_072, [index for index, value in self.statuses.items() if value is status])
            unsigned = list_credential(bits, uri=uri, issuer=self.did, purpose=purpose, now=self.clock.now())
            signed = sign_document(
                unsigned, self.ldp_signer, self.method, canonicaliser=self.formats["ldp_vc"].canonicaliser,
                created=self.clock.now(),
            )  # fmt: skip
            self.web.documents[uri] = json_compact(signed)

    def statements(
        self,
        cases: Sequence[Case],
        *,
        as_of: datetime = AS_OF,
        format: str = "dc+sd-jwt",
        notices: Sequence[Notice] = (),
        **changes: Any,  # whatever `card` takes
    ) -> list["Card"]:
        """Issue the overview and one credential per open case, as one copy of one issuance."""
        overview = overview_of(self.agency, cases, as_of, notices=notices)
        digests = [case_digest(secrets.token_bytes(16), case) for case in overview.open_cases]
        cards = [self.card(OVERVIEW_TYPE, overview_claims(overview, digests), format=format, **changes)]
        for case, digest in zip(overview.open_cases, digests, strict=True):
            cards.append(self.card(CASE_TYPE, case_claims(case, digest), format=format, **changes))
        return cards

    def card(
        self, type: str, claims: JsonObject, *, format: str = "dc+sd-jwt", days: int = 30, begun: int = 0,
        status: bool = True, status_url: str | None = None,
    ) -> "Card":  # fmt: skip
        holder, self._next = SoftwareSigner.generate(), self._next + 7
        url = status_url or self.list_url
        entries: tuple[Any, ...] = (TokenStatus(url, self._next),)
        if format not in ("dc+sd-jwt", "mso_mdoc"):
            entries = tuple(BitstringStatus(f"{url}/{each}", self._next, each) for each in ("revocation", "refresh"))
        now = self.clock.now().replace(minute=0, second=0)
        draft = CredentialDraft(
            type=type, issuer=self.url if format == "dc+sd-jwt" else self.did, issuer_name=self.agency.name,
            claims=claims, always_disclosed=ALWAYS_DISCLOSED[type], holder=HolderKey(holder.public_jwk),
            issued_at=now - timedelta(days=begun), expires_at=now + timedelta(days=days),
            status=entries if status else (), id=f"urn:uuid:{secrets.token_hex(8)}-0000-4000-8000-000000000000",
            whole=WHOLE[type],
        )  # fmt: skip
        key = IssuerKey(self.signer, verification_method=json_web_key(self.did, self.signer.public_jwk))
        if format in ("dc+sd-jwt", "mso_mdoc"):
            key = IssuerKey(self.signer, (self.leaf,))
        elif format == "ldp_vc":
            key = IssuerKey(self.ldp_signer, verification_method=self.method)
        return Card(self, type, format, self.formats[format].issue(draft, key), holder, self._next)


def channel_of(request: PresentationRequest) -> Channel:
    """Return the way on which the answer to a request travels."""
    key = request.answer_key
    return Channel(request.response_uri, key.thumbprint if key else None)


@dataclass
class Card:
    """A credential in the citizen's wallet, with the holder's key."""

    issuer: Issuer
    type: str
    format: str
    credential: Credential
    holder: SoftwareSigner
    index: int

    def mark(self, status: Status) -> None:
        self.issuer.statuses[self.index] = status
        self.issuer.publish()


def leads_somewhere(path: ClaimsPath, document: JsonObject) -> bool:
    """Whether a holder has what is asked."""
    try:
        return bool(select(path, document))
    except PathNotFound:
        return False


@dataclass
class World:
    """Everything that one test needs."""

    clock: Any
    web: Web
    settings: VerifierSettings
    service: VerifierService
    root: SoftwareSigner
    issuers: dict[str, Issuer]
    sequence: int = 1

    def trust(self, *participants: Participant) -> None:
        """Publish a trust list; the running verifier reads it at once."""
        self.sequence += 1
        jwt = issue(
            participants, self.root, issuer="https://stelsel.example", sequence=self.sequence, now=self.clock.now(),
            lifetime=timedelta(days=300),
        )  # fmt: skip
        self.web.documents[SCHEME] = jwt.encode()
        self.service.scheme.renew()

    def samira(self, *, format: str = "dc+sd-jwt") -> list[Card]:
        """All cards of Samira, from every agency."""
        cards: list[Card] = []
        for key, issuer in self.issuers.items():
            has_debts = (DEMO / key / "samira.json").exists()
            cases = demo_document(key, "samira").cases_at(issuer.agency) if has_debts else ()
            cards += issuer.statements(cases, format=format)
        return cards

    def read(self, uri: str) -> PresentationRequest:
        """Read a request as a wallet does, without HTTP."""
        link = parse_request_link(uri, insecure_localhost=True)
        if isinstance(link, VerifiedRequest):
            return link.request
        jwt = self.service.asking.request_object(link.request_uri.rpartition("/")[2], {})
        parsed = UnverifiedRequest.parse(jwt)
        return verify_request(parsed, client_id=link.client_id, now=self.clock.now(), insecure_localhost=True).request

    def present(
        self, request: PresentationRequest, cards: Sequence[Card], *, nonce: str | None = None,
        audience: str | None = None, holder: SoftwareSigner | None = None, channel: Channel | None = None,
    ) -> dict[str, list[Credential]]:  # fmt: skip
        """Make a vp_token of these cards: each under the query that its type and format answer."""
        token: dict[str, list[Credential]] = {}
        for card in cards:
            query = next(
                each for each in request.dcql.credentials
                if each.format == card.format and any(card.type in types for types in each.types)
            )  # fmt: skip
            handler = self.service_formats[card.format]
            held = handler.inspect(card.credential)
            paths = [each.path for each in query.claims if leads_somewhere(each.path, held.document or held.claims)]
            token.setdefault(query.id, []).append(
                handler.present(
                    card.credential, paths, holder or card.holder, audience=audience or request.client_id.full,
                    nonce=nonce or request.nonce, now=self.clock.now(), channel=channel or channel_of(request),
                )
            )  # fmt: skip
        return token

    @property
    def service_formats(self) -> FormatRegistry:
        return next(iter(self.issuers.values())).formats

    def answer(self, uri: str, cards: Sequence[Card], **how: Any) -> str | None:  # whatever `present` takes
        """Answer a request with these cards, without HTTP."""
        request = self.read(uri)
        fields = build_response(request, self.present(request, cards, **how))
        return self.post(request, fields)

    def post(self, request: PresentationRequest, fields: dict[str, str]) -> str | None:
        return self.service.answering.accept(request.response_uri.rpartition("/")[2], fields)


def make_settings(folder: Path, root: PublicJwk, *, port: int = 8120) -> VerifierSettings:
    text = EXAMPLE.replace("zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv", root.multikey)
    # One answer in ten at random is nothing for a test.
    text = text.replace('second_opinion = "sample"', 'second_opinion = "off"')
    head, first, rest = text.partition("\n[organisation]")
    extra = '\n[[api_clients]]\nname = "ander"\ntoken_file = "verifier-state/other-token"\n'
    (folder / "verifier.toml").write_text((head + first + rest + extra).replace("8120", str(port)))
    return load_verifier(folder / "verifier.toml")


def make_world(
    folder: Path,
    clock: Clock,
    *,
    agencies: Sequence[str] = KEYS,
    port: int = 8120,
    adapt: Callable[[VerifierSettings], VerifierSettings] = lambda settings: settings,
    login: StaffLogin | None = None,
    other_software: OtherSoftware | None = None,
) -> World:
    """Make a world; `adapt` changes the verifier's settings once its keys are made."""
    root = SoftwareSigner.generate()
    settings = make_settings(folder, root.public_jwk, port=port)
    for name, token in (("api-token", TOKEN), ("other-token", OTHER_TOKEN)):
        settings.state.mkdir(exist_ok=True)
        (settings.state / name).write_text(token)
        (settings.state / name).chmod(0o600)
    initialise(settings)
    settings = adapt(settings)
    begin_with_tables(settings.database_url, "verifier")
    web, known = Web(), formats()
    issuers = {key: Issuer(agency(key), web, clock, known) for key in agencies}
    service = create(settings, clock=clock, http=web, login=login, other_software=other_software)
    world = World(clock, web, settings, service, root, issuers)
    world.trust(*(each.participant for each in issuers.values()))
    return world
