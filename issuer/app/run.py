"""What the commands do."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from credentials.clock import SystemClock
from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE
from credentials.errors import ConfigurationError, MalformedInput
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import JointArrangement, Participant, Role, check_phone, with_pinned_names
from credentials.trust.x509 import to_der
from issuer.app.auditing import auditor
from issuer.app.compose import Agency, build
from issuer.app.key_files import Keeper
from issuer.app.keys import AgencyKeys, load_keys, renew_leaf
from issuer.app.keys import initialise as make_keys
from issuer.app.rotation import Rotation
from issuer.app.trusted import directory_of
from issuer.app.wallet_login import claims_of
from issuer.clients import TrustListDirectory
from issuer.settings import AgencySettings, load_agency
from issuer.usecases.notices import KeepNotices
from issuer.usecases.refresh import Refreshed
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
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
    joint = settings.joint_arrangement
    participant = Participant(
        identifier=settings.base_url,
        name=settings.agency.name,
        roles=frozenset({Role.ISSUER}),
        oin=settings.agency.oin,
        abbreviation=settings.agency.abbreviation,
        anchors=(to_der(keys.ca_pem),),
        did=settings.did,
        keys=keys.signing.published,
        types=frozenset({OVERVIEW_TYPE, CASE_TYPE}),
        category=settings.agency.category,
        arrangement=settings.contact.arrangement,
        joint_arrangement=None if joint is None else JointArrangement(joint.name, joint.address),
        phone=_number(settings.contact.phone),
    )
    if settings.pid is not None:
        participant = replace(
            participant,
            roles=participant.roles | {Role.VERIFIER},
            client_ids=(client_id_of_certificate(keys.access_chain[0]).full,),
            purposes=("inloggen",),
            claims=tuple(".".join(each.claim) for each in claims_of(settings.pid).values()),
            bsn=settings.pid.customers is None,
        )
    participant = with_pinned_names(participant, keys.signer_chain[0])
    return json.dumps(participant.to_dict(), ensure_ascii=False, indent=2)


def _number(phone: str | None) -> str | None:
    """Return a telephone number that says nothing else: with words around it, wallets cannot make a link of it."""
    try:
        return None if phone is None else check_phone(phone)
    except MalformedInput:
        return None


def refresh(settings: AgencySettings) -> Refreshed:
    """Look for changed debts once. Raises SourceUnavailable when nothing of the register can be read."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        return agency.desk.refresh()
    finally:
        agency.database.close()


@contextmanager
def notices(settings: AgencySettings) -> Iterator[KeepNotices]:
    """Open an agency for as long as its notices are looked at or changed."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        yield agency.desk.notices
    finally:
        agency.database.close()


def restored(settings: AgencySettings, *, withdraw: bool) -> int:
    """Go on after the database was put back from a backup; return the number of the list that is begun."""
    configure()
    agency = open_agency(settings, with_jobs=False)
    try:
        fresh = agency.begin_anew(withdraw=withdraw)
        agency.desk.publish()
    finally:
        agency.database.close()
    return fresh


@contextmanager
def rotation(settings: AgencySettings) -> Iterator[Rotation]:
    """Open what takes the steps in the life of an agency's signing keys."""
    configure()
    clock = SystemClock()
    if not settings.state.is_dir():
        raise ConfigurationError(f"{settings.agency.abbreviation}: no state yet; run `blauweknop issuer init` first")
    database = Database(settings.database_url)
    http = OutboundClient(
        OutboundPolicy(allow_insecure_localhost=settings.insecure_localhost, ca_file=settings.ca_file)
    )
    try:
        migrate(database, "issuer")
        directory = directory_of(settings.trust_list, http, clock)
        listed = directory.trust_list if isinstance(directory, TrustListDirectory) else None
        yield Rotation(settings, Keeper.of(settings), clock, auditor(database, settings, clock), listed)
    finally:
        http.close()
        database.close()


def _keys(settings: AgencySettings) -> AgencyKeys:
    now = SystemClock().now()
    if settings.state.is_dir():
        renew_leaf(settings, now)
    return load_keys(settings, now)


def _served(settings: AgencySettings) -> Served:
    agency = open_agency(settings)
    return Served(agency.app, settings.host, settings.port, settings.agency.abbreviation)
