"""What the commands do."""

import json
from collections.abc import Sequence
from functools import partial

from credentials.clock import SystemClock
from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE
from credentials.trust.participant import Participant, Role
from credentials.trust.x509 import to_der
from issuer.app.compose import Agency, build
from issuer.app.keys import initialise as make_keys
from issuer.app.keys import load_keys
from issuer.settings import AgencySettings
from service.database import Database
from service.logging import configure
from service.migrations import migrate
from service.serving import Served, serve_forked
from service.serving import serve as serve_apps


def open_agency(settings: AgencySettings, *, with_jobs: bool = True) -> Agency:
    """Load an agency's keys and compose it. Raises ConfigurationError."""
    return build(settings, load_keys(settings, SystemClock().now()), with_jobs=with_jobs)


def initialise(settings: AgencySettings) -> list[str]:
    """Make what is missing, keys first, then the database; return the names of the files made."""
    made = make_keys(settings)
    database = Database(settings.database_url)
    try:
        migrate(database, "issuer")
    finally:
        database.close()
    return made


def serve(agencies: Sequence[AgencySettings], *, process_per_agency: bool = False) -> None:
    """Serve agencies until stopped. Raises ConfigurationError, before any of them listens."""
    if process_per_agency and len(agencies) > 1:
        code = serve_forked([partial(_served, settings) for settings in agencies])
        raise SystemExit(code)
    serve_apps([_served(settings) for settings in agencies])


def describe(settings: AgencySettings) -> str:
    """Return the agency's entry for the scheme's trust list, as JSON."""
    keys = load_keys(settings, SystemClock().now())
    participant = Participant(
        identifier=settings.base_url,
        name=settings.agency.name,
        roles=frozenset({Role.ISSUER}),
        oin=settings.agency.oin,
        abbreviation=settings.agency.abbreviation,
        anchors=(to_der(keys.ca_pem),),
        did=settings.did,
        keys=(keys.ldp.public_jwk, keys.signer.public_jwk),
        types=frozenset({OVERVIEW_TYPE, CASE_TYPE}),
        category=settings.agency.category,
    )
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)


def refresh(settings: AgencySettings) -> tuple[int, int]:
    """Look for changed debts once; return how many people were checked and how many credentials superseded."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        done = agency.desk.refresh()
        return done.checked, done.superseded
    finally:
        agency.database.close()


def _served(settings: AgencySettings) -> Served:
    agency = open_agency(settings)
    return Served(agency.app, settings.host, settings.port, settings.agency.abbreviation)
