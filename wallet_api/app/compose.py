"""From settings to a running wallet. Everything is made here, once, and handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, final

from starlette.types import ASGIApp

from credentials.clock import Clock, SystemClock
from credentials.keys import PublicJwk
from credentials.limits import CONSENT_FORM_BYTES
from credentials.trust import TrustListSource
from credentials.trust.trust_list import MEDIA_TYPE as TRUST_LIST
from service.afterwards import Afterwards
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.kept import KeptText
from service.lasting import Lasting
from service.leading import Lead
from service.logging import get_logger
from service.migrations import migrate, schema_is_current
from service.photo import MAX_BYTES, PhotoReader
from service.sessions import Sessions
from service.web import Health, assemble, protocol_app
from service.web.assemble import OK
from service.web.reference import install_reference
from wallet_api.app.screens import PACKAGE, machines, pages_of, screens
from wallet_api.app.usecases import usecases_of
from wallet_api.clients.attesting import Attesting
from wallet_api.clients.messenger import HttpMessenger
from wallet_api.clients.proving import Proving
from wallet_api.domain.paper import MAX_CHARACTERS
from wallet_api.identity import provider as providers
from wallet_api.jobs import ErrandJob, jobs
from wallet_api.settings import WalletSettings
from wallet_api.storage import SqlChallenges, SqlErrands, SqlRecords, SqlWallets
from wallet_api.usecases.run_errands import RunErrands
from wallet_api.vault import SealedErrands, SlowLocksmith
from wallet_api.vault.exports import MAX_BYTES as EXPORT_BYTES
from wallet_api.vault.service_key import load as load_key
from wallet_api.web.bundle import Screens, UseCases
from wallet_api.web.door import Door
from wallet_api.web.problems import PROBLEMS

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
    errands: ErrandJob | None


def create(
    settings: WalletSettings,
    *,
    clock: Clock | None = None,
    http: OutboundClient | None = None,
    locksmith: SlowLocksmith | None = None,
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
    wallets, records, challenges = SqlWallets(database), SqlRecords(database), SqlChallenges(database)
    trust = TrustListSource(
        lambda: http.fetch(settings.trust.list_url, TRUST_LIST).decode("ascii"),
        PublicJwk.from_multikey(settings.trust.root),
        clock,
        refresh=timedelta(seconds=settings.trust.refresh_seconds),
        keeper=KeptText(database, "trust-list"),
        failed=lambda code: _log.warning("trust_list_not_refreshed", code=code),
    )
    notices = Afterwards("notifications")
    errands = _errands(settings, database, http, clock)
    provider = _provider(settings, clock)
    lasting: dict[str, Lasting] = {}
    if provider is not None:
        lasting["certificate"] = Lasting(providers.CHAIN, provider.ends_at, providers.FORETOLD, clock)
    usecases = usecases_of(
        settings,
        clock,
        http,
        trust,
        afterwards=afterwards or notices,
        wallets=wallets,
        records=records,
        challenges=challenges,
        locksmith=locksmith or SlowLocksmith(),
        attester=provider,
        errands=errands.errands if errands is not None else None,
    )
    door = Door(sessions, wallets)
    business, faces = machines(usecases, door, settings), pages_of(settings)
    given = Screens(faces, door, CsrfGuard(sessions, settings.base_url), usecases, PhotoReader(), settings.base_url)
    pages = screens(given)
    install_reference(pages, faces, business, address=settings.base_url)
    app = assemble(
        pages=pages,
        business=business,
        # A wallet publishes nothing; whoever looks for a document of a protocol gets an answer of its kind.
        protocol=protocol_app(problems=PROBLEMS),
        health=Health(
            {
                "database": lambda: _demand(schema_is_current(database, PACKAGE)),
                "trust list": trust.current,
            },
            # Agencies that ask for a provider's word refuse this wallet then; all else goes on.
            watched={name: partial(_condition, each) for name, each in lasting.items()},
        ),
        secure=not settings.insecure_localhost,
        body_limits={
            # A photo and the rest of its form; the first that fits is taken.
            "/toevoegen/foto": MAX_BYTES + (1 << 16),
            "/toevoegen": 1 << 18,
            # The file of a whole wallet, with its frame as an upload, or as base64.
            "/instellingen/terugzetten": EXPORT_BYTES + (1 << 16),
            "/api/v1/importen": EXPORT_BYTES * 4 // 3 + (1 << 16),
            # A file as a form: percent-encoding makes three bytes of every quotation mark and brace.
            "/bestanden": 3 * MAX_CHARACTERS,
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
            challenges=challenges,
            refresh=timedelta(seconds=settings.trust.refresh_seconds),
            errands=errands,
            lasting=[*lasting.values()],
        ),
        closing=(notices.close, http.close, database.close),
    )
    return WalletService(app, database, usecases, door, sessions, errands)


def _errands(settings: WalletSettings, database: Database, http: OutboundClient, clock: Clock) -> ErrandJob | None:
    if settings.errands.key is None:
        return None
    errands = SealedErrands(SqlErrands(database), load_key(settings.errands.key))
    # A question that is carried is no authentication: nobody attests anything for it.
    messenger = HttpMessenger(http, Proving(clock, Attesting(http, clock, settings.client_id, None)))
    every = timedelta(seconds=settings.errands.every_seconds)
    return ErrandJob(errands, RunErrands(errands, messenger, clock), every)


def _provider(settings: WalletSettings, clock: Clock) -> providers.WalletProvider | None:
    folder = settings.provider.keys
    if folder is None:
        return None
    return providers.load(folder, identifier=settings.base_url, client_id=settings.client_id, now=clock.now())


def _condition(lasting: Lasting) -> str:
    lasting.demand()
    return OK


def _demand(condition: bool) -> None:  # a health check in one word
    if not condition:
        raise RuntimeError("not so")
