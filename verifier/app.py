"""The composition root: from settings to a running verifier. Everything is made here, once, and handed in."""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, final

from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, context_document
from credentials.dids import Resolver, did_jwk, did_key, did_web, did_web_document, json_web_key
from credentials.encoding import JsonObject, b64url_encode
from credentials.formats import FormatRegistry, Vocabulary
from credentials.formats.issuer_key import IssuerMetadata, PublishedKeys
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import PublicJwk
from credentials.limits import PARTS
from credentials.openid.answer_limits import AnswerLimits
from credentials.openid.client_id import client_id_of_certificate
from credentials.openid.vp_response import MAX_FORM_BYTES
from credentials.status import Limits as StatusLimits
from credentials.status import StatusChecker
from credentials.trust import Participant, Role, publishes_keys, with_pinned_names
from credentials.trust.x509 import to_der
from credentials.verification import Verifier
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.jobs import Job
from service.kept import KeptText
from service.leading import Lead
from service.migrations import migrate, schema_is_current
from service.pages import Link, Pages, PartyFace
from service.serving import Servable
from service.sessions import Sessions
from service.settings import trusted_lists
from service.web import Health, assemble
from service.workers import Post, serve_posts, workers_for
from verifier.clients.scheme import SchemeList, scheme_list
from verifier.domain.templates import TEMPLATES, ClaimPath, Template
from verifier.identity.demo import DemoLogin, Login, NoLogin
from verifier.jobs import jobs
from verifier.settings import VerifierSettings, load_verifier
from verifier.storage.intakes import SqlIntakes
from verifier.storage.keys import AccessKey, Identity, KeyFiles, read_attestation, read_secret
from verifier.storage.requests import SqlRequests
from verifier.storage.sealed import Seals
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Access, Asking, Attestation
from verifier.usecases.desk import AskPolicy, Desk
from verifier.usecases.examine import CredentialExaminer
from verifier.usecases.results import Results
from verifier.web.api import ApiDoors, api_app
from verifier.web.problems import PROBLEMS
from verifier.web.screens import Screens, screens_app
from verifier.web.screens.browser_wallet import FILES, page_limit
from verifier.web.wallet import ANSWERS, answer_limit, wallet_app

PACKAGE: Final = "verifier"
COOKIE: Final = "bk_verifier"


@final
class SystemSecrets:
    """Unguessable values from the machine's own generator."""

    def fresh(self) -> str:
        """Return 256 random bits as base64url."""
        return b64url_encode(secrets.token_bytes(32))


@final
@dataclass(frozen=True, slots=True)
class Desks:
    """What pages and the business API speak to."""

    desk: Desk
    asking: Asking
    answering: Answering
    results: Results
    sessions: Sessions
    clock: Clock


@final
@dataclass(frozen=True, slots=True)
class VerifierService:
    """A composed verifier: the app to serve, and what tests look at."""

    app: ASGIApp
    database: Database
    desks: Desks
    answering: Answering
    scheme: SchemeList
    http: OutboundClient
    jobs: Sequence[Job]

    @property
    def desk(self) -> Desk:
        """The counsellors' desk."""
        return self.desks.desk

    @property
    def asking(self) -> Asking:
        """The requests, as wallets read them."""
        return self.desks.asking

    @property
    def results(self) -> Results:
        """The results."""
        return self.desks.results

    def close(self) -> None:
        """Close what was opened."""
        self.http.close()
        self.database.close()


def create(
    settings: VerifierSettings, *, clock: Clock | None = None, http: OutboundClient | None = None
) -> VerifierService:
    """Compose a verifier. The arguments after the settings are for tests. Raises ConfigurationError."""
    clock = clock or SystemClock()
    files = KeyFiles(settings.state)
    # What may be missing or wrong first: then nothing has been opened yet.
    files.renew(_identity(settings), SystemClock().now())
    key, seals = files.access(), Seals(files.data_key())
    access = _access(settings, key, clock)
    root = PublicJwk.from_multikey(settings.trust.root)
    database = Database(settings.database_url)
    migrate(database, PACKAGE)
    insecure = settings.insecure_localhost
    http = http or OutboundClient(OutboundPolicy(allow_insecure_localhost=insecure, ca_file=settings.ca_file))
    refresh = timedelta(seconds=settings.trust.refresh_seconds)
    scheme = scheme_list(
        http.fetch, settings.trust.list_url, root, clock, refresh=refresh, keeper=KeptText(database, "trust-list")
    )
    limits = StatusLimits(max_ttl=timedelta(seconds=settings.trust.status_seconds))
    status = StatusChecker(http.fetch_wherever, clock, limits)
    keys = Resolver(http.fetch, allow_insecure_localhost=insecure, clock=clock)
    published = IssuerMetadata(
        http.fetch,
        clock,
        allowed=lambda issuer: publishes_keys(scheme(), issuer),
        allow_insecure_localhost=insecure,
    )
    examiner = CredentialExaminer(Verifier(formats(published), scheme, keys, status, clock), status, clock)

    intakes, requests = SqlIntakes(database, seals), SqlRequests(database, seals)
    fresh = SystemSecrets()
    policy = AskPolicy(
        lifetime=settings.request_lifetime,
        extensions=settings.limits.extensions,
        prefix=settings.client_id_prefix,
        response_mode=settings.response_mode,
        unsigned_allowed=insecure,
        attested=access.attestation is not None,
    )
    desk = Desk(intakes, requests, fresh, clock, policy)
    most_read = min(settings.limits.response_bytes, MAX_FORM_BYTES)
    asking = Asking(requests, access, clock, AnswerLimits(settings.limits.presentations, most_read, PARTS))
    answering = Answering(
        requests,
        examiner,
        asking,
        fresh,
        clock,
        desk=desk,
        return_uri=f"{settings.base_url}/antwoord",
        most=settings.limits.presentations,
        trusted_lists=trusted_lists(settings.trusted_lists),
    )
    results = Results(requests, examiner, scheme, clock)
    sessions = Sessions(
        database,
        cookie=COOKIE,
        clock=clock,
        secure=not insecure,
        idle=timedelta(minutes=settings.limits.session_minutes),
    )
    desks = Desks(desk, asking, answering, results, sessions, clock)
    tokens = {client.name: read_secret(client.token_file) for client in settings.api_clients}
    doors = ApiDoors(desk, asking, results, clock, tokens)
    every = timedelta(seconds=settings.limits.purge_seconds)
    work = jobs(Lead(database, clock), desk, sessions, scheme, every=every, refresh=refresh)
    app = assemble(
        pages=screens_app(screens_of(settings, desks), PROBLEMS),
        business=api_app(doors, PROBLEMS, title=f"Verificatieverzoeken van {settings.organisation.name}"),
        protocol=wallet_app(
            asking, answering, PROBLEMS, did_document=_did_document(settings, access.did, key.signer.public_jwk)
        ),
        health=Health({"database": partial(_demand_current, database), "trust list": scheme}),
        secure=not insecure,
        body_limits={
            ANSWERS: answer_limit(answering, most_read),
            FILES: page_limit(answering, most_read),
        },
        jobs=work,
        closing=(http.close, database.close),
    )
    return VerifierService(app, database, desks, answering, scheme, http, work)


def _asked(template: Template) -> Iterator[ClaimPath]:
    yield from template.overview_claims
    yield from template.every_case_claim


def serve(file: Path, *, workers: int | None = None) -> int:
    """Serve a verifier until it is told to stop and return the exit code; each worker reads the settings anew."""
    settings = load_verifier(file)

    def make() -> list[Servable]:
        fresh = load_verifier(file)
        return [(create(fresh).app, fresh.host, fresh.port)]

    number = workers_for(settings.database_url, workers)
    return serve_posts([Post(PACKAGE, [(settings.host, settings.port)], make, number)])


def initialise(settings: VerifierSettings) -> list[str]:
    """Make the keys, tokens and database that are not there yet; return the files' names. Raises ConfigurationError."""
    tokens = tuple(client.token_file for client in settings.api_clients)
    made = KeyFiles(settings.state).make_missing(_identity(settings), SystemClock().now(), tokens)
    database = Database(settings.database_url)
    try:
        migrate(database, PACKAGE)
    finally:
        database.close()
    return made


def describe(settings: VerifierSettings) -> str:
    """Return this verifier's entry for the trust list, as JSON. Raises ConfigurationError."""
    files = KeyFiles(settings.state)
    files.renew(_identity(settings), SystemClock().now())
    access = files.access()
    leaf, (did, _) = access.chain[0], did_of(settings, access.signer.public_jwk)
    participant = Participant(
        identifier=settings.base_url,
        name=settings.organisation.name,
        roles=frozenset({Role.VERIFIER}),
        oin=settings.organisation.oin,
        anchors=(to_der(files.anchor()),),
        did=did,
        keys=(access.signer.public_jwk,),
        client_ids=(client_id_of_certificate(leaf).full, f"x509_san_dns:{settings.hostname}"),
        purposes=tuple(template.name for template in TEMPLATES.values()),
        # What the templates ask, so that a wallet can say of a request whether it is usual.
        claims=tuple(sorted({".".join(map(str, path)) for each in TEMPLATES.values() for path in _asked(each)})),
        category="schuldhulpverlening",
    )
    participant = with_pinned_names(participant, leaf)
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)


def purge(settings: VerifierSettings) -> int:
    """Delete what must no longer be kept, once, and return how many files that were."""
    service = create(settings)
    try:
        return service.desk.purge()
    finally:
        service.close()


def screens_of(settings: VerifierSettings, desks: Desks) -> Screens:
    """Return what the screens open on to."""
    return Screens(
        pages=_pages(settings),
        sessions=desks.sessions,
        guard=CsrfGuard(desks.sessions, settings.base_url),
        login=_login(settings),
        desk=desks.desk,
        asking=desks.asking,
        answering=desks.answering,
        results=desks.results,
        clock=desks.clock,
        extensions=settings.limits.extensions,
        web_wallets=tuple((each.name, each.request_url) for each in settings.web_wallets),
    )


def _access(settings: VerifierSettings, key: AccessKey, clock: Clock) -> Access:
    public = key.signer.public_jwk
    did, method = did_of(settings, public)
    attestation = None
    if settings.attestation is not None:
        token = read_attestation(settings.attestation, public, clock.now())
        attestation = Attestation(token.text, token.client_id)
    return Access(settings.base_url, settings.hostname, key.signer, key.chain, did, method, attestation)


def did_of(settings: VerifierSettings, key: PublicJwk) -> tuple[str, str]:
    """Return the DID of the access key, and the DID URL of the key in it."""
    match settings.did_method:
        case "jwk":
            return did_jwk(key)
        case "key":
            return did_key(key)
        case "web":
            did = did_web(settings.base_url)
            return did, json_web_key(did, key)


def _did_document(settings: VerifierSettings, did: str, key: PublicJwk) -> JsonObject | None:
    if settings.did_method != "web":
        return None
    purposes = ("authentication", "assertionMethod")
    return did_web_document(did, [key], also_known_as=[settings.base_url], purposes=purposes)


def _identity(settings: VerifierSettings) -> Identity:
    organisation = settings.organisation
    return Identity(settings.base_url, settings.hostname, organisation.name, organisation.oin)


def formats(published: PublishedKeys | None = None) -> FormatRegistry:
    """Return the credential formats that this verifier reads, with keys that issuers publish where those may count."""
    bundle = ContextBundle({CONTEXT_URL: context_document()})
    vocabularies = [
        Vocabulary(type, TYPE_TERMS[type], CONTEXT_URL, partial(to_jsonld, type), partial(from_jsonld, type))
        for type in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(published=published),
            LdpVc(bundle, vocabularies),
            VcSdJwt(vocabularies),
            VcJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )


def _login(settings: VerifierSettings) -> Login:
    if settings.demo_login is None:
        return NoLogin()
    return DemoLogin({each.username: each.name for each in settings.counsellors}, settings.demo_login.password)


def _pages(settings: VerifierSettings) -> Pages:
    face = PartyFace(
        name=settings.organisation.name,
        tagline="Schulden bewezen op een rij",
        kind="verifier",
        contact=settings.organisation.contact,
        demo=settings.insecure_localhost,
        menu=(Link(text="Vandaag", href="/"), Link(text="Nieuwe intake", href="/intakes/nieuw")),
    )
    return Pages(PACKAGE, party=face, organisation=settings.organisation, host=settings.base_url.partition("://")[2])


def _demand_current(database: Database) -> None:
    if not schema_is_current(database, PACKAGE):
        raise RuntimeError("the database is not at its newest form")
