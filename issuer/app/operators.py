"""Compose the desk of the agency's own people, where the settings say who may sit at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from credentials.clock import Clock
from credentials.openid.nonce import NonceAuthority
from issuer.app.importing import imported_debts, staged_imports
from issuer.app.keys import AgencyKeys
from issuer.app.rotation import Rotation
from issuer.app.source_check import CheckBeside
from issuer.domain.errors import KeysUnavailable
from issuer.domain.facts import Hiding
from issuer.domain.operators import Role
from issuer.identity import OidcEmployees
from issuer.ports import DebtSource, EmployeeLogin, Store, Witness
from issuer.settings import AgencySettings, ImportSource, OperatorsSection, TableSource
from issuer.storage.store import CHANGES_WAIT, KEPT_AFTER_USE, UNCONFIRMED
from issuer.storage.tables import webhook
from issuer.usecases.failures import CountFailures
from issuer.usecases.issuances import Issued
from issuer.usecases.notices import KeepNotices
from issuer.usecases.notification import COUNTED
from issuer.usecases.operators import LogInOperator
from issuer.usecases.overview import Overlook
from issuer.usecases.publish import PublishStatus
from issuer.usecases.retention import Kept, retention
from issuer.web.operators import ROOT, OperatorsDesk
from issuer.web.operators.seat import RETURN
from issuer.web.operators.uploads import Uploads
from service.api_answers import KEPT
from service.audit_log import AuditLog
from service.csrf import CsrfGuard
from service.database import Database
from service.http import OutboundClient
from service.lasting import Lasting
from service.oidc import CodeFlow, OidcClient
from service.oidc.reaching import provider_client
from service.pages import Pages, PartyFace
from service.place import Place
from service.sealing import derive
from service.sessions import ABSOLUTE, IDLE, Sessions
from service.webhooks.deliver import ReplayWebhooks
from service.webhooks.outbox import KEPT as MESSAGES_KEPT
from service.webhooks.outbox import SqlOutboxes


@dataclass(frozen=True, slots=True)
class DeskWork:
    """The use cases of the desk, which the commands have too, whether or not anybody may sit at it."""

    overlook: Overlook
    audit: AuditLog
    issued: Issued
    kept: tuple[Kept, ...]
    hiding: Hiding


def desk_work(
    settings: AgencySettings,
    *,
    store: Store,
    clock: Clock,
    hiding: Hiding,
    source: DebtSource,
    publish: PublishStatus,
    failures: CountFailures,
    lasting: Callable[[], Sequence[Lasting]],
    witness: Witness,
    database: Database,
) -> DeskWork:
    """Return the use cases of the desk."""

    def endings() -> Sequence[tuple[str, datetime, timedelta]]:
        try:
            return [(each.file, each.ends_at, each.ahead) for each in lasting()]
        except KeysUnavailable:
            # Readiness says so; the desk is where one looks for what is wrong, and opens all the same.
            return ()

    def known() -> int:
        mark = witness.last()
        return 0 if mark is None else mark.audited

    return DeskWork(
        overlook=Overlook(store, clock, source, endings, settings.status_lifetime, failures.finish),
        audit=AuditLog(database, clock, known),
        issued=Issued(store, clock, hiding, publish),
        kept=kept_by(settings),
        hiding=hiding,
    )


def kept_by(settings: AgencySettings) -> tuple[Kept, ...]:
    """Return what an agency with these settings keeps, and how long."""
    source = settings.source
    return retention(
        offer=settings.offer_lifetime,
        used_code=KEPT_AFTER_USE,
        refresh=settings.refresh_lifetime,
        deferred=timedelta(hours=settings.deferred.hours),
        counted=COUNTED,
        idle=IDLE,
        absolute=ABSOLUTE,
        last_good=timedelta(hours=source.keep_last_good_hours) if isinstance(source, TableSource) else None,
        unconfirmed=UNCONFIRMED if isinstance(source, ImportSource) else None,
        answers=KEPT,
        changes=CHANGES_WAIT,
        messages=MESSAGES_KEPT,
    )


def operators_desk(
    settings: AgencySettings,
    keys: AgencyKeys,
    work: DeskWork,
    rotation: Rotation,
    notices: KeepNotices,
    *,
    store: Store,
    database: Database,
    clock: Clock,
    http: OutboundClient,
    closing: list[Callable[[], None]],
    login: EmployeeLogin | None = None,
) -> OperatorsDesk | None:
    """Return the desk, or None where the settings name nobody; what it holds open is closed by `closing`.

    `login` is for tests.
    """
    section = settings.operators
    if section is None:
        return None
    if login is None:
        client, closers = provider_client(settings, section.issuer, http, own_network=section.own_network)
        closing[:0] = closers
        login = _login(settings, section, keys, clock, client)
    # For its own path only: a citizen's page is never sent it, and the desk never a citizen's.
    sessions = Sessions(
        database,
        cookie=f"bk_operator_{settings.agency.abbreviation}",
        clock=clock,
        secure=not settings.insecure_localhost,
        place=Place(settings.place.path + ROOT),
    )
    return OperatorsDesk(
        agency=settings.agency.name,
        clock=clock,
        login=LogInOperator(store, login, work.hiding),
        overlook=work.overlook,
        audit=work.audit,
        issued=work.issued,
        kept=work.kept,
        messages=ReplayWebhooks(SqlOutboxes(database, webhook), clock, settings.agency.abbreviation),
        notices=notices,
        keys=lambda actor: replace(rotation, audit=lambda event: rotation.audit(replace(event, actor=actor))),
        check=CheckBeside(settings, lambda: imported_debts(settings, database, keys), clock),
        imports=staged_imports(settings, database, keys, clock),
        uploads=Uploads(
            NonceAuthority(
                derive(keys.token_key, "issuer desk uploads"), lifetime=timedelta(hours=1), purpose="desk upload"
            ),
            clock,
        ),
        sessions=sessions,
        csrf=CsrfGuard(sessions, settings.base_url),
        pages=Pages(
            "issuer",
            party=PartyFace(
                name=settings.agency.name,
                tagline="Beheer",
                kind="issuer",
                home=ROOT,
                demo=settings.insecure_localhost,
            ),
            place=settings.place,
        ),
    )


def _login(
    settings: AgencySettings, section: OperatorsSection, keys: AgencyKeys, clock: Clock, http: OutboundClient
) -> EmployeeLogin:
    client = OidcClient(
        issuer=section.issuer,
        client_id=section.client_id,
        redirect_uri=settings.base_url + RETURN,
        scope=section.scope,
        acr_values=section.minimum_assurance,
        authentication=section.authentication,
        key=keys.operators,
        secret=keys.operators_secret,
    )
    return OidcEmployees(
        section.issuer,
        CodeFlow(client, http, clock),
        role_claim=section.role_claim,
        roles=_roles(section),
        minimum_assurance=section.minimum_assurance,
    )


def _roles(section: OperatorsSection) -> dict[str, frozenset[Role]]:
    named = {
        Role.OPERATOR: section.roles.operator,
        Role.ADMINISTRATOR: section.roles.administrator,
        Role.AUDITOR: section.roles.auditor,
    }
    values = {value for some in named.values() for value in some}
    return {value: frozenset(role for role, some in named.items() if value in some) for value in values}
