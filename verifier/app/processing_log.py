"""The verifier's processing log: what writes its lines, what hands them on, and what its commands work on."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from credentials.clock import Clock, SystemClock
from credentials.errors import ConfigurationError
from service.database import Database
from service.jobs import Job, Periodic
from service.leading import Lead
from service.migrations import migrate
from service.processing_log.commands import OpenedLog
from service.processing_log.composing import Party, deliveries, standing, writer_of
from service.processing_log.outbox import LineWriter, SqlLines
from service.sealing import derive
from service.web.assemble import OK
from verifier.domain.processing import NAMES
from verifier.settings import VerifierSettings
from verifier.storage.accounts import subject_of
from verifier.storage.keys import KeyFiles
from verifier.storage.sealed import Seals
from verifier.storage.tables import log_lines

_EVERY: Final = timedelta(seconds=2)


def log_writer(settings: VerifierSettings, data_key: bytes) -> LineWriter | None:
    """Return what writes lines; None where no log is kept."""
    section = settings.processing_log
    return None if section is None else writer_of(section, _party(settings, data_key))


def log_jobs(
    settings: VerifierSettings, data_key: bytes, database: Database, lead: Lead, clock: Clock
) -> tuple[Sequence[Job], Sequence[Callable[[], None]]]:
    """Return the job that hands them on, and what closes what it holds open; nothing where no log is kept.

    Raises ConfigurationError.
    """
    section = settings.processing_log
    if section is None:
        return (), ()
    closing: list[Callable[[], None]] = []
    party = _party(settings, data_key)
    hand_on = deliveries(settings, section, party, database=database, clock=clock, closing=closing)
    return (Periodic("processing log", _EVERY, lead.only(hand_on), first=_EVERY),), closing


def log_standing(settings: VerifierSettings, database: Database, clock: Clock) -> dict[str, Callable[[], str]]:
    """Return what says in a few words how it goes; nothing where no log is kept."""
    if settings.processing_log is None:
        return {}
    return {"processing log": lambda: standing(SqlLines(database, log_lines), clock)}


@contextmanager
def opened_log(settings: VerifierSettings) -> Iterator[OpenedLog]:
    """Open a verifier's processing log for one command, be it one that is no longer kept. Raises ConfigurationError."""
    clock, data_key = SystemClock(), KeyFiles(settings.state).data_key()
    seals, party = Seals(data_key), _party(settings, data_key)
    database = Database(settings.database_url)
    try:
        migrate(database, "verifier")
        lines = SqlLines(database, log_lines)
        yield OpenedLog(
            lines,
            standing(lines, clock) != OK,
            lambda text: party.pseudonyms.of(subject_of(seals, text)),
        )
    finally:
        database.close()


def _party(settings: VerifierSettings, data_key: bytes) -> Party:
    return Party(
        name="blauweknop-verifier",
        table=log_lines,
        names={operation.value: name for operation, name in NAMES.items()},
        key=derive(data_key, "verifier processing log"),
        state=settings.state,
        read=_read,
    )


def _read(file: Path) -> bytes:
    """Read a private file. Raises ConfigurationError, also when others may read it."""
    try:
        if file.stat().st_mode & 0o077:
            raise ConfigurationError(f"{file.name}: others may read this secret; set its mode to 0600")
        return file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file.name} cannot be read") from error
