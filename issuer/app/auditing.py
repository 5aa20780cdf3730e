"""How a deed becomes a line of the audit log, in the transaction of the deed itself."""

from collections.abc import Callable

from sqlalchemy import Connection

from credentials.clock import Clock
from issuer.ports import Event
from issuer.settings import AgencySettings
from issuer.storage import AuditWriter
from service.audit import AuditEntry, append
from service.database import Database


def audit_writer(settings: AgencySettings, clock: Clock) -> AuditWriter:
    """Return what writes such lines; the agency did what no citizen did."""
    actor = settings.agency.abbreviation

    def write(connection: Connection, event: Event) -> None:
        append(
            connection,
            AuditEntry(
                action=event.action,
                actor=event.actor or event.subject or actor,
                object=event.object,
                result=event.outcome,
                reason=event.reason or "",
            ),
            at=clock.now(),
        )

    return write


def auditor(database: Database, settings: AgencySettings, clock: Clock) -> Callable[[Event], None]:
    """Return what writes a line in a transaction of its own, for a deed outside the database."""
    write = audit_writer(settings, clock)

    def tell(event: Event) -> None:
        with database.write() as connection:
            write(connection, event)

    return tell
