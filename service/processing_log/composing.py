"""What is made of a party's settings: what writes the lines, and what hands them on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Table

from credentials.clock import Clock
from credentials.errors import ConfigurationError
from credentials.masking import Secret
from service.database import Database
from service.http import OutboundClient, OutboundPolicy
from service.oidc.reaching import Reaching
from service.processing_log.collector import Collector
from service.processing_log.deliver import LATE, DeliverLines, Logbook
from service.processing_log.line_file import LineFile
from service.processing_log.outbox import LineWriter, SqlLines
from service.processing_log.section import ProcessingLogSection
from service.processing_log.spans import Pseudonyms, Register
from service.web.assemble import OK

TOKEN: Final = "processing-log-token"  # noqa: S105  # the name of a file
CERTIFICATE: Final = "processing-log-certificate.pem"
KEY: Final = "processing-log-key.pem"


@dataclass(frozen=True, slots=True)
class Party:
    """Whose log it is: its table of lines, how it reads a private file, and what the pseudonyms are made with."""

    name: str
    table: Table
    names: Mapping[str, str]
    key: bytes = field(repr=False)
    state: Path
    read: Callable[[Path], bytes]

    @property
    def pseudonyms(self) -> Pseudonyms:
        """By what people are known in the log."""
        return Pseudonyms(self.key)


def register_of(section: ProcessingLogSection, party: Party) -> Register:
    """Return what the lines refer to."""
    return Register(section.activities, party.names, section.data_subject_id_type, party.pseudonyms)


def writer_of(section: ProcessingLogSection, party: Party) -> LineWriter:
    """Return what writes lines."""
    return LineWriter(party.table, register_of(section, party), most=section.most_waiting)


def deliveries(
    settings: Reaching,
    section: ProcessingLogSection,
    party: Party,
    *,
    database: Database,
    clock: Clock,
    closing: list[Callable[[], None]],
) -> DeliverLines:
    """Return what hands them on; what is opened here is closed by `closing`. Raises ConfigurationError."""
    return DeliverLines(SqlLines(database, party.table), _logbook(settings, section, party, closing), clock)


def standing(lines: SqlLines, clock: Clock) -> str:
    """Say in a few words how it goes, for `/health/ready`."""
    if lines.refused(1):
        return "lines were refused"
    oldest = lines.oldest()
    return OK if oldest is None or clock.now() - oldest < LATE else "lines wait"


def _logbook(
    settings: Reaching, section: ProcessingLogSection, party: Party, closing: list[Callable[[], None]]
) -> Logbook:
    resource = {"service.name": party.name, "service.version": version("blauweknop"), **section.resource}
    if section.file is not None:
        return LineFile(section.file, resource)
    address = urlsplit(str(section.url))
    host = frozenset({address.hostname or ""})
    by_certificate = section.authentication == "certificate"
    if by_certificate:
        party.read(party.state / KEY)
    client = OutboundClient(
        OutboundPolicy(
            allow_insecure_localhost=settings.insecure_localhost,
            allowed_hosts=host,
            allowed_ports=frozenset({address.port or 443}),
            private_hosts=host if section.own_network else frozenset(),
            ca_file=settings.ca_file,
            certificate=(party.state / CERTIFICATE, party.state / KEY) if by_certificate else None,
        )
    )
    closing.insert(0, client.close)
    return Collector(str(section.url), resource, client, _token(section, party))


def _token(section: ProcessingLogSection, party: Party) -> Secret | None:
    if section.authentication != "bearer":
        return None
    try:
        return Secret(party.read(party.state / TOKEN).decode("ascii").strip())
    except UnicodeDecodeError:
        raise ConfigurationError(f"{TOKEN}: not one line of ASCII") from None
