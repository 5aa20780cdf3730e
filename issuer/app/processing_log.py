"""The agency's processing log: what writes its lines, what hands them on, and what its commands work on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from credentials.clock import Clock, SystemClock
from issuer.app.keys import AgencyKeys, load_keys, read_private
from issuer.app.registers import agency_of
from issuer.domain.facts import Hiding
from issuer.domain.processing import NAMES
from issuer.domain.secrets import Derivation
from issuer.settings import AgencySettings
from issuer.storage.tables import log_line
from service.database import Database
from service.migrations import migrate
from service.processing_log.commands import OpenedLog
from service.processing_log.composing import Party, deliveries, standing, writer_of
from service.processing_log.deliver import DeliverLines
from service.processing_log.outbox import LineWriter, SqlLines
from service.sealing import derive
from service.web.assemble import OK


def log_writer(settings: AgencySettings, data_key: bytes) -> LineWriter | None:
    """Return what writes lines; None where no log is kept."""
    section = settings.processing_log
    return None if section is None else writer_of(section, _party(settings, data_key))


def log_deliveries(
    settings: AgencySettings, data_key: bytes, database: Database, clock: Clock, closing: list[Callable[[], None]]
) -> DeliverLines | None:
    """Return what hands them on; None where no log is kept. Raises ConfigurationError."""
    section = settings.processing_log
    if section is None:
        return None
    return deliveries(settings, section, _party(settings, data_key), database=database, clock=clock, closing=closing)


def log_standing(settings: AgencySettings, database: Database, clock: Clock) -> dict[str, Callable[[], str]]:
    """Return what says in a few words how it goes; nothing where no log is kept."""
    if settings.processing_log is None:
        return {}
    return {"processing log": lambda: standing(SqlLines(database, log_line), clock)}


@contextmanager
def opened_log(settings: AgencySettings) -> Iterator[OpenedLog]:
    """Open an agency's processing log for one command, be it one that is no longer kept. Raises ConfigurationError."""
    clock = SystemClock()
    keys = load_keys(settings, clock.now())
    database = Database(settings.database_url)
    try:
        migrate(database, "issuer")
        lines = SqlLines(database, log_line)
        yield OpenedLog(lines, standing(lines, clock) != OK, lambda number: _pseudonym(settings, keys, number))
    finally:
        database.close()


def _pseudonym(settings: AgencySettings, keys: AgencyKeys, number: str) -> str:
    hiding = Hiding(Derivation(derive(keys.data_key, "issuer keyed hashes")))
    return _party(settings, keys.data_key).pseudonyms.of(hiding.subject(agency_of(settings).numbering.read(number)))


def _party(settings: AgencySettings, data_key: bytes) -> Party:
    return Party(
        name="blauweknop-issuer",
        table=log_line,
        names={operation.value: name for operation, name in NAMES.items()},
        key=derive(data_key, "issuer processing log"),
        state=settings.state,
        read=read_private,
    )
