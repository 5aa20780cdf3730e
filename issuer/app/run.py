"""What the commands do."""

import json
from collections.abc import Sequence
from pathlib import Path

from credentials.clock import SystemClock
from credentials.debts.errors import SourceError
from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE
from credentials.trust import Participant, Role, with_pinned_names
from credentials.trust.x509 import to_der
from issuer.app.compose import Agency, build, debt_source
from issuer.app.keys import AgencyKeys, load_keys, renew_leaf
from issuer.app.keys import initialise as make_keys
from issuer.settings import AgencySettings, load_agency, require_source
from service.database import Database
from service.logging import configure
from service.migrations import migrate
from service.serving import Served
from service.workers import Post, serve_posts, workers_for


def open_agency(settings: AgencySettings, *, with_jobs: bool = True) -> Agency:
    """Load an agency's keys, with a certificate that others take, and compose it. Raises ConfigurationError."""
    return build(settings, _keys(settings), with_jobs=with_jobs)


def initialise(settings: AgencySettings) -> list[str]:
    """Make what is missing, keys first, then the database; return the names of the files made."""
    made = make_keys(settings)
    database = Database(settings.database_url)
    try:
        migrate(database, "issuer")
    finally:
        database.close()
    return made


def serve(files: Sequence[Path], *, process_per_agency: bool = False, workers: int | None = None) -> int:
    """Serve agencies until stopped and return the exit code; each worker reads the files anew.

    Without a number, an agency by itself gets the workers that suit its database, and several together get one. Raises
    ConfigurationError.
    """
    settings = [load_agency(file) for file in files]
    asked = workers if len(files) == 1 else workers or 1
    number = min(workers_for(each.database_url, asked) for each in settings)
    groups = [[at] for at in range(len(files))] if process_per_agency else [list(range(len(files)))]
    return serve_posts([_post([(files[at], settings[at]) for at in group], number) for group in groups])


def _post(agencies: Sequence[tuple[Path, AgencySettings]], workers: int) -> Post:
    return Post(
        name=", ".join(settings.agency.abbreviation for _, settings in agencies),
        addresses=[(settings.host, settings.port) for _, settings in agencies],
        make=lambda: [_served(load_agency(file)) for file, _ in agencies],
        workers=workers,
    )


def describe(settings: AgencySettings) -> str:
    """Return the agency's entry for the scheme's trust list, as JSON."""
    keys = _keys(settings)
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
    participant = with_pinned_names(participant, keys.signer_chain[0])
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


def check_source(settings: AgencySettings) -> tuple[int, list[SourceError]]:
    """Read the register once; return how many people are in it and everything that is wrong with it.

    Raises ConfigurationError, SourceUnavailable when it is not there at all.
    """
    require_source(settings)
    faults: list[SourceError] = []
    source = debt_source(settings, faults.append)
    people = len(list(source.people())) if source.is_complete() else 0
    # A folder is looked through more than once, and tells the same each time.
    return people, list({str(fault): fault for fault in faults}.values())


def _keys(settings: AgencySettings) -> AgencyKeys:
    now = SystemClock().now()
    if settings.state.is_dir():
        renew_leaf(settings, now)
    return load_keys(settings, now)


def _served(settings: AgencySettings) -> Served:
    agency = open_agency(settings)
    return Served(agency.app, settings.host, settings.port, settings.agency.abbreviation)
