"""The composition root: from settings to a running wallet. Everything is made here, once, and handed in."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final, final
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.debts.catalogue import describe
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, from_jsonld, to_jsonld
from credentials.debts.elements import ELEMENTS
from credentials.debts.jsonld import TYPE_TERMS
from credentials.debts.types import CONTEXT_URL, context_document
from credentials.dids import Resolver
from credentials.errors import ConfigurationError
from credentials.formats import FormatRegistry, Vocabulary
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.ldp_vc import ContextBundle, LdpVc
from credentials.formats.mdoc import MsoMdoc
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import PublicJwk
from credentials.limits import CONSENT_FORM_BYTES
from credentials.status import StatusChecker
from credentials.trust import Participant, Role, TrustListSource
from credentials.trust.trust_list import MEDIA_TYPE as TRUST_LIST
from credentials.verification import Verifier
from service.afterwards import Afterwards
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.kept import KeptText
from service.leading import Lead
from service.logging import get_logger
from service.migrations import migrate, schema_is_current
from service.pages import Link, Pages, PartyFace
from service.serving import Servable
from service.sessions import Sessions
from service.settings import load, trusted_lists
from service.web import Health, assemble, business_app, pages_app, protocol_app
from service.workers import Post, serve_posts, workers_for
from wallet_api.clients.issuer import HttpIssuers
from wallet_api.clients.own_site import only_from
from wallet_api.clients.verifier import HttpRequesters
from wallet_api.domain.acquaintance import Acquaintance
from wallet_api.domain.card import Card
from wallet_api.domain.collection import Collection
from wallet_api.domain.delivery import Delivery
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import PendingOffer
from wallet_api.domain.parts import Series
from wallet_api.domain.permission import Permission
from wallet_api.domain.presentation import PendingRequest, Receipt
from wallet_api.domain.wallet import Attempts
from wallet_api.identity.provider import WalletProvider, authority_of, make_missing
from wallet_api.identity.provider import load as load_provider
from wallet_api.jobs import jobs
from wallet_api.settings import WalletSettings
from wallet_api.storage import SqlRecords, SqlWallets
from wallet_api.usecases.acquaintances import Acquaintances
from wallet_api.usecases.collect import Collect
from wallet_api.usecases.offers import TakeOffers
from wallet_api.usecases.permissions import Permissions
from wallet_api.usecases.prove import ProveCards
from wallet_api.usecases.read_request import ReadRequests, RequestPolicy
from wallet_api.usecases.receive import DeliveryShelves, ReceiveCards
from wallet_api.usecases.share import ShareCards, Shelves
from wallet_api.usecases.show import ShowOverview
from wallet_api.usecases.visits import Visits
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.usecases.weigh import WeighRequests
from wallet_api.vault import ScryptLocksmith, SealedShelf
from wallet_api.web import api
from wallet_api.web.bundle import Machines, Screens, UseCases, furnish
from wallet_api.web.door import Door
from wallet_api.web.pages import answering, collecting, entering, house, overview
from wallet_api.web.problems import PROBLEMS
from wallet_api.web.words import card_words, debt_title, event_words, phase_words

VERSION: Final = "1.0.0"
PACKAGE: Final = "wallet_api"
COOKIE: Final = "bk_wallet"

_log: Final = get_logger(__name__)


@final
@dataclass(frozen=True, slots=True)
class WalletService:
    """A composed wallet: the app to serve, and what tests look at."""

    app: ASGIApp
    database: Database
    usecases: UseCases
    door: Door
    sessions: Sessions


def create(
    settings: WalletSettings,
    *,
    clock: Clock | None = None,
    http: OutboundClient | None = None,
    locksmith: ScryptLocksmith | None = None,
    afterwards: Callable[[Callable[[], object]], None] | None = None,
) -> WalletService:
    """Compose a wallet. The arguments after the settings are for tests."""
    clock = clock or SystemClock()
    database = Database(settings.database)
    migrate(database, PACKAGE)
    http = http or OutboundClient(
        OutboundPolicy(
            allow_insecure_localhost=settings.insecure_localhost,
            ca_file=settings.ca_file,
            total_seconds=settings.collecting.timeout_seconds,
        )
    )
    sessions = Sessions(
        database,
        cookie=COOKIE,
        clock=clock,
        secure=not settings.insecure_localhost,
        idle=timedelta(minutes=settings.limits.session_idle_minutes),
        absolute=timedelta(hours=settings.limits.session_hours),
    )
    wallets, records = SqlWallets(database), SqlRecords(database)
    trust = TrustListSource(
        lambda: http.fetch(settings.trust.list_url, TRUST_LIST).decode("ascii"),
        PublicJwk.from_multikey(settings.trust.root),
        clock,
        refresh=timedelta(seconds=settings.trust.refresh_seconds),
        keeper=KeptText(database, "trust-list"),
        failed=lambda code: _log.warning("trust_list_not_refreshed", code=code),
    )
    notices = Afterwards("notifications")
    usecases = _usecases(
        settings,
        clock,
        http,
        trust,
        afterwards=afterwards or notices,
        wallets=wallets,
        records=records,
        locksmith=locksmith or ScryptLocksmith(),
    )
    door = Door(sessions, wallets)
    pages = _pages(settings)
    app = assemble(
        pages=_screens(Screens(pages, door, CsrfGuard(sessions, settings.base_url), usecases)),
        business=_business(usecases, door, settings),
        # A wallet publishes nothing; whoever looks for a document of a protocol gets an answer of its kind.
        protocol=protocol_app(problems=PROBLEMS),
        health=Health(
            {
                "database": lambda: _demand(schema_is_current(database, PACKAGE)),
                "trust list": trust.current,
            }
        ),
        secure=not settings.insecure_localhost,
        body_limits={
            "/toevoegen": 1 << 18,
            # A box, or a pair of ids, for every card.
            "/verzoek/": CONSENT_FORM_BYTES,
            "/api/v1/verzoeken": CONSENT_FORM_BYTES,
            "/api/v1/aanbiedingen": 1 << 18,
        },
        jobs=jobs(
            Lead(database, clock),
            sessions,
            records,
            trust,
            clock,
            refresh=timedelta(seconds=settings.trust.refresh_seconds),
        ),
        closing=(notices.close, http.close, database.close),
    )
    return WalletService(app, database, usecases, door, sessions)


def run(file: Path, *, workers: int | None = None) -> int:
    """Serve a wallet until it is told to stop and return the exit code; each worker reads the settings anew."""
    settings = load(file, WalletSettings)

    def make() -> list[Servable]:
        fresh = load(file, WalletSettings)
        return [(create(fresh).app, fresh.host, fresh.port)]

    number = workers_for(settings.database, workers)
    return serve_posts([Post(PACKAGE, [(settings.host, settings.port)], make, number)])


def make_keys(settings: WalletSettings) -> list[str]:
    """Make the wallet provider's key, if it is not there; return the files' names. Raises ConfigurationError."""
    return make_missing(
        _keys(settings), identifier=settings.base_url, name=settings.provider.name, now=SystemClock().now()
    )


def describe_wallet(settings: WalletSettings) -> str:
    """Return this wallet's entry for the trust list, as JSON. Raises ConfigurationError."""
    anchors = () if settings.provider.keys is None else (authority_of(settings.provider.keys),)
    participant = Participant(
        identifier=settings.base_url,
        name=settings.provider.name,
        roles=frozenset({Role.WALLET}),
        anchors=anchors,
        client_ids=(settings.client_id,),
        redirect_uris=(settings.redirect_uri,),
    )
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)


def _keys(settings: WalletSettings) -> Path:
    if settings.provider.keys is None:
        raise ConfigurationError("provider.keys names no folder")
    return settings.provider.keys


def _provider(settings: WalletSettings, clock: Clock) -> WalletProvider | None:
    folder = settings.provider.keys
    if folder is None:
        return None
    return load_provider(folder, identifier=settings.base_url, client_id=settings.client_id, now=clock.now())


def _usecases(
    settings: WalletSettings,
    clock: Clock,
    http: OutboundClient,
    trust: TrustListSource,
    *,
    afterwards: Callable[[Callable[[], object]], None],
    wallets: SqlWallets,
    records: SqlRecords,
    locksmith: ScryptLocksmith,
) -> UseCases:
    insecure, lifetime = settings.insecure_localhost, settings.flow_lifetime
    formats = _formats()
    keys = Resolver(http.fetch, allow_insecure_localhost=insecure, clock=clock)
    status = StatusChecker(http.fetch_wherever, clock)
    proof = ProveCards(
        Verifier(formats, trust.current, keys, status, clock),
        status,
        clock,
        # A stranger's site may be asked for the stranger's own keys, and nobody else's.
        lambda agency: Resolver(
            only_from(http.fetch, urlsplit(agency.identifier).netloc), allow_insecure_localhost=insecure, clock=clock
        ),
    )
    cards = SealedShelf(records, "cards", Card, clock)
    issuers = HttpIssuers(
        http,
        clock,
        trust,
        afterwards=afterwards,
        client_id=settings.client_id,
        redirect_uri=settings.redirect_uri,
        attester=_provider(settings, clock),
        parallel=settings.collecting.parallel,
        unsigned_metadata=settings.unsigned_metadata == "take",
        insecure_localhost=insecure,
    )
    visits = Visits(issuers, SealedShelf(records, "visits", Visit, clock), clock, lifetime)
    kept = DeliveryShelves(
        cards, SealedShelf(records, "waiting", Card, clock), SealedShelf(records, "deliveries", Delivery, clock)
    )
    permissions = Permissions(issuers, SealedShelf(records, "permissions", Permission, clock))
    receive = ReceiveCards(
        issuers, proof, kept, permissions, clock, copies=settings.collecting.copies, lifetime=lifetime
    )
    show = ShowOverview(cards, proof, clock)
    shelves = Shelves(
        SealedShelf(records, "requests", PendingRequest, clock),
        cards,
        SealedShelf(records, "receipts", Receipt, clock),
        SealedShelf(records, "series", Series, clock),
    )
    requesters = HttpRequesters(http, insecure_localhost=insecure)
    acquaintances = Acquaintances(
        trust,
        SealedShelf(records, "acquaintances", Acquaintance, clock),
        clock,
        refuse_unknown=settings.unknown_issuers == "refuse",
    )
    requests = ReadRequests(
        trust=trust,
        requesters=requesters,
        keys=keys,
        shelf=shelves.requests,
        policy=RequestPolicy(
            refuse_unknown=settings.unknown_verifiers == "refuse",
            insecure_localhost=insecure,
            request_uri_as_audience=settings.tolerances.request_uri_as_audience,
            lifetime=lifetime,
        ),
        clock=clock,
    )
    weigh = WeighRequests(
        formats,
        show,
        clock,
        insecure_localhost=insecure,
        trusted_lists=trusted_lists(settings.trusted_lists),
    )
    return UseCases(
        wallets=KeepWallets(wallets, locksmith, Attempts(free=settings.limits.attempts), clock),
        collect=Collect(
            trust=trust,
            issuers=issuers,
            visits=visits,
            receive=receive,
            permissions=permissions,
            shelf=SealedShelf(records, "collections", Collection, clock),
            clock=clock,
            formats=settings.collecting.formats,
        ),
        visits=visits,
        acquaintances=acquaintances,
        offers=TakeOffers(
            acquaintances=acquaintances,
            issuers=issuers,
            visits=visits,
            receive=receive,
            shelf=SealedShelf(records, "offers", PendingOffer, clock),
            clock=clock,
            lifetime=lifetime,
        ),
        requests=requests,
        share=ShareCards(requesters, formats, weigh, shelves, clock, requests=requests),
        show=show,
    )


def _formats() -> FormatRegistry:
    bundle = ContextBundle({CONTEXT_URL: context_document()})
    vocabularies = [
        Vocabulary(type, TYPE_TERMS[type], CONTEXT_URL, partial(to_jsonld, type), partial(from_jsonld, type))
        for type in (OVERVIEW_TYPE, CASE_TYPE)
    ]
    return FormatRegistry(
        [
            SdJwtVc(),
            LdpVc(bundle, vocabularies),
            VcSdJwt(vocabularies),
            VcJwt(vocabularies),
            JwtVcJson(vocabularies),
            MsoMdoc(ELEMENTS),
        ]
    )


def _screens(screens: Screens) -> FastAPI:
    app = pages_app(problems=PROBLEMS, pages=screens.pages, login="/welkom?dicht=1")
    furnish(app, screens)
    for subject in (entering, collecting, overview, answering, house):
        app.include_router(subject.router)
    screens.pages.install(app)
    return app


def _business(usecases: UseCases, door: Door, settings: WalletSettings) -> FastAPI:
    app = business_app(
        title="Blauwe Knop: portemonnee",
        version=VERSION,
        problems=PROBLEMS,
        description="Kaartjes ophalen, het overzicht lezen en delen, namens de burger wiens sessie dit is.",
    )
    furnish(app, Machines(door, usecases, settings.base_url))
    app.include_router(api.router)
    return app


def _pages(settings: WalletSettings) -> Pages:
    menu = (
        Link(text="Overzicht", href="/overzicht"),
        Link(text="Ophalen", href="/ophalen"),
        Link(text="Scannen", href="/toevoegen"),
        Link(text="Gedeeld", href="/gedeeld"),
        Link(text="Instellingen", href="/instellingen"),
    )
    face = PartyFace(
        name="Blauwe Knop",
        tagline="Uw digitale portemonnee (wallet)",
        kind="wallet",
        contact=settings.provider.help_text,
        demo=settings.insecure_localhost,
    )
    return Pages(
        PACKAGE,
        party=face,
        menu=menu,
        provider=settings.provider.name,
        help_text=settings.provider.help_text,
        claim_title=lambda code: describe(str(code)).title,
        event_title=lambda name: event_words(str(name), None),
        phase_words=phase_words,
        debt_title=debt_title,
        card_words=card_words,
    )


def _demand(condition: bool) -> None:  # a health check in one word
    if not condition:
        raise RuntimeError("not so")
