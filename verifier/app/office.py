"""Compose the screens of administration."""

from collections.abc import Callable, Collection, Iterable, Sequence

from fastapi import FastAPI

from credentials.clock import Clock
from service.api_clients import ApiClients, ClientKind, ClientUses
from service.audit_log import AuditLog
from service.database import Database
from service.lasting import Lasting
from verifier.app.webhooks import messages_of
from verifier.domain.permission import Permission
from verifier.ports import Colleagues, Scheme
from verifier.storage.deeds import SqlDeeds
from verifier.usecases.reports import Reports
from verifier.usecases.users import Users
from verifier.web.admin import Asks, Office, Program, install
from verifier.web.screens import Screens


def programs_of(tokens: Collection[str], programs: ApiClients) -> Sequence[Program]:
    """Return who may use the API by the settings: by a token, and by a key."""
    return [
        *(Program(ClientKind.TOKEN, each) for each in tokens),
        *(
            Program(
                ClientKind.PROGRAM,
                each.client_id,
                tuple(sorted(each.scopes)),
                tuple(key.thumbprint for key in each.keys),
            )
            for each in programs.values()
        ),
    ]


def add_office(
    pages: FastAPI,
    screens: Screens,
    *,
    scheme: Scheme,
    colleagues: Colleagues,
    database: Database,
    lasting: Iterable[Lasting],
    clock: Clock,
    asks: Asks,
    permission: Callable[[], Permission],
    programs: Iterable[Program],
) -> None:
    """Add the screens of administration to the app of the pages."""
    office = Office(
        screens=screens,
        scheme=scheme,
        users=Users(colleagues, screens.sessions),
        messages=messages_of(database, clock),
        reports=Reports(SqlDeeds(database), clock),
        audit=AuditLog(database, clock),
        lasting=tuple(lasting),
        clock=clock,
        asks=asks,
        permission=permission,
        programs=tuple(programs),
        uses=ClientUses(database, clock),
    )
    install(pages, office)
