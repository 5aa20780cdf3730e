"""What the screens of administration work with, and what stands in their menu."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from credentials.clock import Clock
from service.api_clients import ClientKind, ClientUses
from service.audit_log import AuditLog
from service.lasting import Lasting
from service.webhooks.deliver import ReplayWebhooks
from verifier.domain.permission import Permission
from verifier.domain.staff import Counsellor, May
from verifier.ports import Scheme
from verifier.usecases.reports import Reports
from verifier.usecases.users import Users
from verifier.web.screens.seat import ADMINISTRATION, Screens, Seat, SeatOf, seat_of

ROOT: Final = ADMINISTRATION
TEMPLATES: Final = f"{ROOT}/sjablonen"
TRUSTED: Final = f"{ROOT}/uitgevers"
MESSAGES: Final = f"{ROOT}/berichten"
PROGRAMS: Final = f"{ROOT}/programmas"
REPORT: Final = f"{ROOT}/rapport"
USERS: Final = f"{ROOT}/medewerkers"
AUDIT: Final = f"{ROOT}/logboek"
CHECKS: Final = f"{ROOT}/controles"

MENU: Final[tuple[tuple[str, str, May], ...]] = (
    ("Overzicht", ROOT, May.LOOK),
    ("Rapport", REPORT, May.LOOK),
    ("Sjablonen", TEMPLATES, May.LOOK),
    ("Uitgevers", TRUSTED, May.LOOK),
    ("Berichten", MESSAGES, May.LOOK),
    ("Programma’s", PROGRAMS, May.LOOK),
    ("Medewerkers", USERS, May.MANAGE),
    ("Controles", CHECKS, May.CHECKS),
    ("Logboek", AUDIT, May.AUDIT),
)


def menu_of(somebody: Counsellor) -> list[tuple[str, str]]:
    """Return what somebody's roles open: texts and addresses; their own files too, for who has any."""
    files = [("Vandaag", "/")] if somebody.counsels else []
    return [*((text, path) for text, path, what in MENU if somebody.may(what)), *files]


@dataclass(frozen=True, slots=True)
class Program:
    """A client of the API by the settings: `may` is what it may do, empty for all; `keys` name its keys."""

    kind: ClientKind
    name: str
    may: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asks:
    """Who asks, as a wallet shows it."""

    name: str
    oin: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What administration opens on to. `lasting` are what we show to others and that ends one day."""

    screens: Screens
    scheme: Scheme
    users: Users
    reports: Reports
    messages: ReplayWebhooks
    programs: tuple[Program, ...]
    uses: ClientUses
    audit: AuditLog
    asks: Asks
    permission: Callable[[], Permission]
    lasting: tuple[Lasting, ...]
    clock: Clock

    def seat(self, what: May) -> SeatOf:
        """Return the dependency that finds who is logged in and may do this."""
        return seat_of(self.screens, what)

    def show(self, request: Request, at: Seat, template: str, *, status: int = 200, **context: Any) -> Response:  # noqa: ANN401  # template values
        """Render a screen for who sits here."""
        return self.screens.pages.render(
            request,
            f"beheer/{template}",
            status=status,
            session=at.session,
            counsellor=at.counsellor,
            menu=menu_of(at.counsellor),
            may=May,
            **context,
        )
