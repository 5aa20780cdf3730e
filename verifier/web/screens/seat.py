"""What the screens open on to, and who sits at the desk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.requests import Request

from credentials.clock import Clock
from credentials.encoding import JsonObject, JsonValue
from service.csrf import CsrfGuard
from service.errors import LoginNeeded
from service.pages import Pages
from service.sessions import Session, Sessions
from verifier.domain.staff import Counsellor, May, Role
from verifier.exports.knooppunt import UNKNOWN, Counsel
from verifier.ports import HeldAnswers, PasswordLogin
from verifier.usecases.answering import Answering
from verifier.usecases.asking import Asking
from verifier.usecases.check_file import CheckFile
from verifier.usecases.desk import Desk
from verifier.usecases.evidence_bundle import Bundling
from verifier.usecases.inviting import Inviting
from verifier.usecases.listing import Listing
from verifier.usecases.notes import FileNotes
from verifier.usecases.noting import Noting
from verifier.usecases.proofs import Proofs
from verifier.usecases.results import Results
from verifier.usecases.staff import LogIn, Staff

ADMINISTRATION: Final = "/beheer"
_WHO: Final = "counsellor"


@dataclass(frozen=True, slots=True)
class Screens:
    """What the screens open on to. At most one of `login` and `password` is there; without any nobody can come in."""

    pages: Pages
    sessions: Sessions
    guard: CsrfGuard
    login: LogIn | None
    password: PasswordLogin | None
    staff: Staff
    desk: Desk
    listing: Listing
    notes: FileNotes
    inviting: Inviting
    held: HeldAnswers
    asking: Asking
    answering: Answering
    results: Results
    bundling: Bundling
    proofs: Proofs
    noting: Noting
    check_file: CheckFile
    clock: Clock
    extensions: int
    web_wallets: tuple[tuple[str, str], ...] = ()
    counsel: Counsel = UNKNOWN

    @property
    def door(self) -> str | None:
        """By what people come in now: a session that another way in opened counts no more."""
        if self.login is not None:
            return self.login.login.issuer
        return None if self.password is None else "password"


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


def written(screens: Screens, counsellor: Counsellor) -> JsonObject:
    """Return what a session holds of somebody who has logged in."""
    roles: list[JsonValue] = [role.value for role in sorted(counsellor.roles)]
    return {_WHO: {"owner": counsellor.owner, "roles": roles, "name": counsellor.name, "door": screens.door}}


def seated(screens: Screens, session: Session | None) -> Seat | None:
    """Return who sits at the desk in a session, if anybody does."""
    held = session.data.get(_WHO) if session is not None else None
    if session is None or not isinstance(held, dict) or screens.door is None or held.get("door") != screens.door:
        return None
    if session.holder != held.get("owner"):
        # Of before sessions could be ended by others.
        return None
    roles = held.get("roles")
    known = frozenset(Role(each) for each in roles if each in set(Role)) if isinstance(roles, list) else frozenset()
    return Seat(session, Counsellor(str(held.get("owner")), known, str(held.get("name")))) if known else None


def seat_of(screens: Screens, what: May | None = May.COUNSEL) -> SeatOf:
    """Return the dependency that finds who is logged in. It raises LoginNeeded, and NotAllowed for another role.

    Without `what` whoever is logged in is let in.
    """

    def seat(request: Request) -> Seat:
        found = seated(screens, screens.sessions.current(request))
        if found is None:
            raise LoginNeeded
        if what is not None:
            found.counsellor.demand(what)
        return found

    return seat
