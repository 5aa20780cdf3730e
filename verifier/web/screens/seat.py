"""What the screens open on to, and who sits at the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.requests import Request

from credentials.clock import Clock
from service.csrf import CsrfGuard
from service.errors import LoginNeeded
from service.pages import Pages
from service.sessions import Session, Sessions
from verifier.identity.demo import Counsellor, Login
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking
from verifier.usecases.desk import Desk
from verifier.usecases.results import Results

USER: Final = "username"


@dataclass(frozen=True, slots=True)
class Screens:
    """What the screens open on to."""

    pages: Pages
    sessions: Sessions
    guard: CsrfGuard
    login: Login
    desk: Desk
    asking: Asking
    answering: Answering
    results: Results
    clock: Clock
    extensions: int
    web_wallets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A counsellor in a browser's session."""

    session: Session
    counsellor: Counsellor

    @property
    def owner(self) -> str:
        """The name that this counsellor's files bear."""
        return self.counsellor.owner

    @property
    def browser(self) -> str:
        """A name of this browser's session that tells nothing else."""
        return self.session.id_hash.hex()


SeatOf: TypeAlias = Callable[[Request], Seat]


def seat_of(screens: Screens) -> SeatOf:
    """Return the dependency that finds who is logged in. It raises LoginNeeded."""
    by_username = {counsellor.username: counsellor for counsellor in screens.login.counsellors}

    def seat(request: Request) -> Seat:
        session = screens.sessions.required(request)
        counsellor = by_username.get(str(session.data.get(USER)))
        if counsellor is None:
            raise LoginNeeded
        return Seat(session, counsellor)

    return seat
