"""The composition root: from settings to a running verifier. Everything is made here, once, and handed in."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, final

from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.dids import Resolver
from credentials.encoding import b64url_encode
from credentials.formats.issuer_key import IssuerMetadata
from credentials.keys import PublicJwk
from credentials.limits import PARTS
from credentials.openid.answer_limits import AnswerLimits
from credentials.openid.vp_response import MAX_FORM_BYTES
from credentials.status import Limits as StatusLimits
from credentials.status import StatusChecker
from credentials.trust import publishes_keys
from credentials.verification import Verifier
from service.api_answers import ApiAnswers
from service.api_clients import ApiDoor, ApiTokens, ClientUses, TokenEndpoint, install_token_endpoint, read_clients
from service.api_clients.endpoint import PREFIX as TOKEN_PREFIX
from service.api_clients.endpoint import TOKEN_PATH
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.jobs import Job
from service.kept import KeptText
from service.leading import Lead
from service.migrations import migrate, schema_is_current
from service.pages import Link, Pages, PartyFace
from service.sessions import Sessions
from service.settings import trusted_lists
from service.web import ApiContact, Health, assemble
from service.web.assemble import PROTOCOL_PREFIXES
from service.web.openapi import OAuthScheme
from service.web.reference import install_reference
from verifier.app.access import access_of, did_document, identity_of, lasting_of, needed_of
from verifier.app.checking import check_file_of
from verifier.app.gateways import messages_of
from verifier.app.login import password_login, provider_login
from verifier.app.office import add_office, programs_of
from verifier.app.others import Others
from verifier.app.processing_log import log_jobs, log_standing, log_writer
from verifier.app.secured import formats
from verifier.app.webhooks import telling_jobs, telling_of
from verifier.clients.scheme import SchemeList, scheme_list
from verifier.exports.knooppunt import Counsel
from verifier.jobs import jobs
from verifier.ports import Files, HeldAnswers, OtherSoftware, StaffLogin, Views
from verifier.settings import VerifierSettings
from verifier.storage.accounts import Accounts, SqlViews
from verifier.storage.colleagues import SqlColleagues
from verifier.storage.documents import SqlConsulted
from verifier.storage.held import SqlHeldAnswers
from verifier.storage.intakes import SqlIntakes
from verifier.storage.invitations import SqlInvitations
from verifier.storage.keys import KeyFiles, read_secret
from verifier.storage.listing import SqlFileLists
from verifier.storage.notes import SqlNotes
from verifier.storage.opinions import SqlOpinions
from verifier.storage.preferences import SqlPreferences
from verifier.storage.proofs import SqlProofsOfCheck
from verifier.storage.requests import SqlRequests
from verifier.storage.said import SqlSaidDebts
from verifier.storage.sealed import Seals
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking
from verifier.usecases.check_file import CheckFile
from verifier.usecases.desk import AskPolicy, Desk
from verifier.usecases.evidence_bundle import Bundling
from verifier.usecases.examine import CredentialExaminer
from verifier.usecases.inviting import Inviting
from verifier.usecases.listing import Listing
from verifier.usecases.notes import FileNotes
from verifier.usecases.noting import Noting
from verifier.usecases.proofs import Proofs
from verifier.usecases.results import Results
from verifier.usecases.staff import LogIn, Staff
from verifier.web.admin import Asks
from verifier.web.api import SCOPES, ApiDoors, api_app
from verifier.web.problems import PROBLEMS
from verifier.web.screens import Screens, file_check, screens_app
from verifier.web.screens.browser_wallet import FILES, page_limit
from verifier.web.screens.read_back import SHARED
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
    listing: Listing
    notes: FileNotes
    inviting: Inviting
    held: HeldAnswers
    asking: Asking
    answering: Answering
    results: Results
    bundling: Bundling
    proofs: Proofs
    noting: Noting
    check_file: CheckFile
    staff: Staff
    login: LogIn | None
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
    closing: Sequence[Callable[[], None]]

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
        for each in self.closing:
            each()
        self.http.close()
        self.database.close()


def create(
    settings: VerifierSettings,
    *,
    clock: Clock | None = None,
    http: OutboundClient | None = None,
    login: StaffLogin | None = None,
    other_software: OtherSoftware | None = None,
) -> VerifierService:
    """Compose a verifier. The arguments after the settings are for tests. Raises ConfigurationError."""
    clock = clock or SystemClock()
    files = KeyFiles(settings.state)
    # What may be missing or wrong first: then nothing has been opened yet.
    files.renew(identity_of(settings), SystemClock().now())
    key, seals = files.access(), Seals(files.data_key())
    access = access_of(settings, key, clock)
    root = PublicJwk.from_multikey(settings.trust.root)
    database = Database(settings.database_url)
    migrate(database, PACKAGE)
    insecure = settings.insecure_localhost
    http = http or OutboundClient(OutboundPolicy(allow_insecure_localhost=insecure, ca_file=settings.ca_file))
    refresh = timedelta(seconds=settings.trust.refresh_seconds)
    scheme = scheme_list(
        http.fetch, settings.trust.list_url, root, clock, refresh=refresh, keeper=KeptText(database, "trust-list")
    )
    status = StatusChecker(
        http.fetch_wherever, clock, StatusLimits(max_ttl=timedelta(seconds=settings.trust.status_seconds))
    )
    keys = Resolver(http.fetch, allow_insecure_localhost=insecure, clock=clock)
    known = formats(
        IssuerMetadata(
            http.fetch,
            clock,
            allowed=lambda issuer: publishes_keys(scheme(), issuer),
            allow_insecure_localhost=insecure,
        )
    )
    verifier = Verifier(known, scheme, keys, status, clock)
    examiner = CredentialExaminer(verifier, status, clock)

    stored, views = _files(settings, files, database, seals)
    fresh = SystemSecrets()
    policy = AskPolicy(
        lifetime=settings.request_lifetime,
        extensions=settings.limits.extensions,
        prefix=settings.client_id_prefix,
        response_mode=settings.response_mode,
        unsigned_allowed=insecure,
        attestation=access.attestation,
        may_ask=partial(scheme.permission, settings.base_url),
    )
    desk = Desk(stored, fresh, clock, policy)
    most_read = min(settings.limits.response_bytes, MAX_FORM_BYTES)
    asking = Asking(stored.requests, access, clock, AnswerLimits(settings.limits.presentations, most_read, PARTS))
    others = Others.make(
        settings.second_opinion, SqlOpinions(database, seals), clock, scheme=scheme, keys=keys, software=other_software
    )
    answering = Answering(
        stored.requests,
        examiner,
        asking,
        fresh,
        clock,
        desk=desk,
        choosing=others.choosing,
        return_uri=f"{settings.base_url}/antwoord",
        shared_uri=f"{settings.base_url}{SHARED}",
        most=settings.limits.presentations,
        trusted_lists=trusted_lists(settings.trusted_lists),
    )
    results = Results(
        stored.requests,
        stored.preferences,
        examiner,
        scheme,
        clock,
        opinions=others.opinions,
        choosing=others.choosing,
        views=views,
    )
    sessions = Sessions(
        database,
        cookie=COOKIE,
        clock=clock,
        secure=not insecure,
        idle=timedelta(minutes=settings.limits.session_minutes),
    )
    noting = Noting(stored.intakes, SqlSaidDebts(database, seals), stored.preferences, fresh, clock)
    staff = Staff(SqlColleagues(database, seals), stored.intakes, clock)
    entry, closing = provider_login(settings, staff, http, clock, login=login)
    desks = Desks(
        desk,
        _listing(database, seals, stored, clock),
        FileNotes(stored.intakes, SqlNotes(database, seals), fresh, clock),
        Inviting(stored, SqlInvitations(database), desk, fresh, clock, messages=messages_of(settings, http)),
        stored.held,
        asking,
        answering,
        results,
        Bundling(
            stored.requests,
            SqlConsulted(database, seals),
            others.opinions,
            scheme,
            access,
            settings.organisation.name,
            clock,
        ),
        Proofs(SqlProofsOfCheck(database, seals), staff, settings.proofs_kept, clock),
        noting,
        check_file_of(known, scheme, root, verifier, clock),
        staff,
        entry,
        sessions,
        clock,
    )
    tokens = {client.name: read_secret(client.token_file) for client in settings.api_clients}
    answers = ApiAnswers(database, clock, files.data_key())
    programs, api_tokens = read_clients(settings.api_programs, SCOPES), ApiTokens(database, clock)
    oauth = OAuthScheme(settings.base_url + TOKEN_PATH, SCOPES) if programs else None
    doors = ApiDoors(
        desk,
        asking,
        results,
        desks.bundling,
        clock,
        ApiDoor(tokens, programs, api_tokens, ClientUses(database, clock)),
        answers,
        oauth,
        counsel_of(settings),
        settings.processing_log.callers if settings.processing_log is not None else {},
    )
    lasting = lasting_of(settings, access, clock)
    lead = Lead(database, clock)
    sending, closers = _sending(settings, files, database, lead, clock)
    work = jobs(
        lead,
        desk,
        sessions,
        (answers, api_tokens),
        scheme,
        bundling=desks.bundling,
        proofs=desks.proofs,
        staff=staff,
        others=others.asking,
        every=timedelta(seconds=settings.limits.purge_seconds),
        refresh=refresh,
        lasting=[*lasting.values()],
        sending=sending,
    )
    business = api_app(
        doors, PROBLEMS, title=f"Verificatieverzoeken van {settings.organisation.name}", contact=_contact(settings)
    )
    faces = screens_of(settings, desks)
    pages = screens_app(faces, PROBLEMS)
    add_office(
        pages,
        faces,
        scheme=scheme,
        colleagues=SqlColleagues(database, seals),
        database=database,
        lasting=lasting.values(),
        clock=clock,
        asks=Asks(settings.organisation.name, settings.organisation.oin, settings.hostname),
        permission=policy.may_ask,
        programs=programs_of(tokens, programs),
    )
    install_reference(pages, faces.pages, business, address=settings.base_url)
    protocol = wallet_app(
        asking, answering, PROBLEMS, did_document=did_document(settings, access.did, key.signer.public_jwk)
    )
    if programs:
        install_token_endpoint(
            protocol,
            TokenEndpoint(settings.base_url, programs, SCOPES, api_tokens, clock, uses=ClientUses(database, clock)),
        )
    app = assemble(
        pages=pages,
        business=business,
        protocol=protocol,
        protocol_prefixes=(*PROTOCOL_PREFIXES, TOKEN_PREFIX),
        health=Health(
            {
                "database": partial(_demand_current, database),
                "trust list": scheme,
                # What it asks by: of an attestation that only some requests want, those requests alone are refused.
                **{name: each.demand for name, each in lasting.items() if name in needed_of(settings)},
            },
            watched={"second opinions": others.watch, **log_standing(settings, database, clock)},
        ),
        secure=not insecure,
        body_limits={
            ANSWERS: answer_limit(answering, most_read),
            FILES: page_limit(answering, most_read),
            file_check.PATH: file_check.MAX_BYTES,
        },
        jobs=work,
        closing=(*closing, *closers, http.close, database.close),
    )
    return VerifierService(app, database, desks, answering, scheme, http, work, (*closing, *closers))


def _contact(settings: VerifierSettings) -> ApiContact:
    return ApiContact(settings.organisation.name, settings.base_url, settings.api_email)


def _sending(
    settings: VerifierSettings, files: KeyFiles, database: Database, lead: Lead, clock: Clock
) -> tuple[Sequence[Job], Sequence[Callable[[], None]]]:
    """Return the jobs that tell others by themselves, and what closes what they hold open."""
    messages, closing = telling_jobs(settings, database, lead, clock)
    lines, closing_too = log_jobs(settings, files.data_key(), database, lead, clock)
    return (*messages, *lines), (*closing, *closing_too)


def _files(settings: VerifierSettings, files: KeyFiles, database: Database, seals: Seals) -> tuple[Files, Views]:
    telling, accounts = telling_of(settings), Accounts.of(log_writer(settings, files.data_key()), seals)
    intakes = SqlIntakes(database, seals, telling, accounts)
    intakes.index()
    held, preferences = SqlHeldAnswers(database, seals), SqlPreferences(database, seals)
    views = SqlViews(database, accounts, kept=settings.processing_log is not None)
    return Files(intakes, SqlRequests(database, seals, telling, accounts), held, preferences), views


def _listing(database: Database, seals: Seals, files: Files, clock: Clock) -> Listing:
    return Listing(SqlFileLists(database, seals), files.requests, clock)


def screens_of(settings: VerifierSettings, desks: Desks) -> Screens:
    """Return what the screens open on to."""
    return Screens(
        pages=_pages(settings),
        sessions=desks.sessions,
        guard=CsrfGuard(desks.sessions, settings.base_url),
        login=desks.login,
        password=password_login(settings),
        staff=desks.staff,
        desk=desks.desk,
        listing=desks.listing,
        notes=desks.notes,
        inviting=desks.inviting,
        held=desks.held,
        asking=desks.asking,
        answering=desks.answering,
        results=desks.results,
        bundling=desks.bundling,
        proofs=desks.proofs,
        noting=desks.noting,
        check_file=desks.check_file,
        clock=desks.clock,
        extensions=settings.limits.extensions,
        web_wallets=tuple((each.name, each.request_url) for each in settings.web_wallets),
        counsel=counsel_of(settings),
    )


def counsel_of(settings: VerifierSettings) -> Counsel:
    """Return who helps clients here, as files say it."""
    return Counsel(settings.organisation.name, settings.organisation.contact or "")


def _pages(settings: VerifierSettings) -> Pages:
    face = PartyFace(
        name=settings.organisation.name,
        tagline="Schulden bewezen op een rij",
        kind="verifier",
        contact=settings.organisation.contact,
        demo=settings.insecure_localhost,
        menu=(
            Link(text="Vandaag", href="/"),
            Link(text="Nieuwe intake", href="/intakes/nieuw"),
            Link(text="Overdragen", href="/overdragen"),
        ),
    )
    return Pages(PACKAGE, party=face, organisation=settings.organisation, host=settings.base_url.partition("://")[2])


def _demand_current(database: Database) -> None:
    if not schema_is_current(database, PACKAGE):
        raise RuntimeError("the database is not at its newest form")
