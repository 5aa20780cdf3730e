"""Put the agency's three apps under one root."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.types import ASGIApp

from credentials.errors import ConfigurationError
from issuer.settings import AgencySettings
from issuer.web import api, authorise, login, pages, take_along, vci, wellknown
from issuer.web import wallet_login as wallet_login_pages
from issuer.web.desk import Desk
from issuer.web.operators import ROOT, OperatorsDesk, operators_app
from issuer.web.operators.sources import UPLOAD
from issuer.web.problems import problem_map
from service.api_clients import TokenEndpoint, inserted_path, install_token_endpoint
from service.api_clients.endpoint import PREFIX as TOKEN_PREFIX
from service.api_clients.endpoint import TOKEN_PATH
from service.database import Database
from service.jobs import Job
from service.migrations import schema_is_current
from service.problems import Heard
from service.processing_log.arriving import Arriving, known_caller
from service.web import ApiContact, Health, assemble, business_app, pages_app, protocol_app
from service.web.idempotency import Idempotency
from service.web.openapi import OAuthScheme
from service.web.reference import install_reference

PROTOCOL_PATHS: Final = (
    "/.well-known/",
    TOKEN_PREFIX,
    "/contexts/",
    "/credential",
    "/deferred",
    "/did.json",
    "/nonce",
    "/notification",
    "/oauth/",
    "/offers/",
    "/status/",
    "/types/",
    "/vp/",
)
# Where a wallet sends its user, and what follows: a page, also where something is wrong.
SCREEN_PATHS: Final = ("/oauth/authorize", "/oauth/verder/", "/oauth/toestemming", "/oauth/gestopt/")
# Ten proofs with their certificates in one request.
CREDENTIAL_BODY: Final = 1 << 19


def site(
    desk: Desk,
    settings: AgencySettings,
    database: Database,
    *,
    heard: Heard,
    operators: OperatorsDesk | None,
    certificate: Callable[[], object],
    watched: Mapping[str, Callable[[], str]],
    jobs: Sequence[Job],
    closing: list[Callable[[], None]],
) -> ASGIApp:
    """Return what a server serves; `heard` is told of what goes wrong, `closing` is called when it ends."""
    problems = problem_map(heard)
    protocol = protocol_app(problems=problems)
    vci.install(protocol, desk)
    wellknown.install(protocol, desk, settings.place)
    wallet_login_pages.install(protocol, desk)
    if desk.api_clients:
        endpoint = TokenEndpoint(settings.base_url, desk.api_clients, api.SCOPES, desk.api_tokens, desk.clock)
        install_token_endpoint(protocol, endpoint)
    door = api.door_of(desk)
    business = business_app(
        title=f"Uitgifte van schuldbewijzen door {settings.agency.name}",
        version=api.VERSION,
        problems=problems,
        description="Aanbiedingen voor burgers, intrekkingen en het nakijken van de bron.",
        contact=ApiContact(settings.agency.name, settings.base_url, settings.contact.email),
        place=settings.place,
        oauth=OAuthScheme(settings.base_url + TOKEN_PATH, api.SCOPES) if desk.api_clients else None,
        idempotency=Idempotency(door, desk.api_answers),
    )
    callers = settings.processing_log.callers if settings.processing_log is not None else {}
    if callers:
        business.add_middleware(Arriving)
    business.include_router(api.router(desk, door, came_in=known_caller(callers)))
    screens = pages_app(problems=problems, pages=desk.pages, login=login.LOGIN)
    for module in (pages, take_along, login, wallet_login_pages, authorise):
        screens.include_router(module.router(desk))
    install_reference(screens, desk.pages, business, address=settings.base_url)
    desk.pages.install(screens)

    limits: dict[str, int | Callable[[str], int]] = {"/credential": CREDENTIAL_BODY}
    if operators is not None:
        limits[UPLOAD] = operators.uploads.expected

    def database_is_current() -> None:
        if not schema_is_current(database, "issuer"):
            raise ConfigurationError("the database is not at the expected version")

    return assemble(
        pages=screens,
        business=business,
        protocol=protocol,
        protocol_prefixes=PROTOCOL_PATHS,
        screen_prefixes=SCREEN_PATHS,
        health=Health({"database": database_is_current, "certificate": certificate}, watched=watched),
        secure=not settings.insecure_localhost,
        body_limits=limits,
        jobs=jobs,
        closing=closing,
        place=settings.place,
        beside={**wellknown.inserted_paths(settings.base_url), **inserted_path(settings.base_url)},
        apart={ROOT: operators_app(operators, problems)} if operators is not None else {},
    )
