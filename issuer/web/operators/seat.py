"""Who sits at the desk: their session, which is of another kind than a citizen's, and what their roles open."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from fastapi import Request

from credentials.encoding import JsonObject, JsonValue
from issuer.domain.operators import May, Operator, Role
from service.errors import LoginNeeded
from service.sessions import Session, Sessions

ROOT: Final = "/beheer"
LOGIN: Final = f"{ROOT}/inloggen"
RETURN: Final = f"{ROOT}/terug"
ISSUANCES: Final = f"{ROOT}/uitgiften"
SOURCE: Final = f"{ROOT}/bron"
LISTS: Final = f"{ROOT}/statuslijsten"
MESSAGES: Final = f"{ROOT}/berichten"
NOTICES: Final = f"{ROOT}/meldingen"
KEYS: Final = f"{ROOT}/sleutels"
AUDIT: Final = f"{ROOT}/logboek"
RETENTION: Final = f"{ROOT}/bewaartermijnen"
_WHO: Final = "operator"


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody at the desk, in a browser's session."""

    session: Session
    operator: Operator

    @property
    def menu(self) -> list[tuple[str, str]]:
        """What their roles open: texts and addresses."""
        return [(text, path) for text, path, what in MENU if self.operator.may(what)]


SeatOf: TypeAlias = Callable[[Request], Seat]

MENU: Final[tuple[tuple[str, str, May], ...]] = (
    ("Overzicht", ROOT, May.LOOK),
    ("Uitgiften", ISSUANCES, May.LOOK),
    ("Bron", SOURCE, May.LOOK),
    ("Statuslijsten", LISTS, May.LOOK),
    ("Berichten", MESSAGES, May.LOOK),
    ("Meldingen", NOTICES, May.MANAGE),
    ("Sleutels", KEYS, May.MANAGE),
    ("Logboek", AUDIT, May.AUDIT),
    ("Bewaartermijnen", RETENTION, May.MANAGE),
)


def written(operator: Operator) -> JsonObject:
    """Return what a session holds of somebody who is logged in."""
    roles: list[JsonValue] = [role.value for role in sorted(operator.roles)]
    return {_WHO: {"actor": operator.actor, "roles": roles, "name": operator.name}}


def seated(sessions: Sessions, request: Request) -> Seat | None:
    """Return who sits at the desk in this browser, if anybody does."""
    session = sessions.current(request)
    held = session.data.get(_WHO) if session is not None else None
    if session is None or not isinstance(held, dict):
        return None
    roles, name = held.get("roles"), held.get("name")
    known = frozenset(Role(each) for each in roles if each in set(Role)) if isinstance(roles, list) else frozenset()
    return Seat(session, Operator(str(held.get("actor")), known, name if isinstance(name, str) else None))


def seat_of(sessions: Sessions, what: May | None) -> SeatOf:
    """Return the dependency that finds who sits at the desk. It raises LoginNeeded, or NotAllowed for another role."""

    def seat(request: Request) -> Seat:
        found = seated(sessions, request)
        if found is None:
            raise LoginNeeded
        if what is not None:
            found.operator.demand(what)
        return found

    return seat


def first_screen(operator: Operator) -> str:
    """Return the first screen that somebody's roles open; without any, one that says so."""
    return next((path for _text, path, what in MENU if operator.may(what)), AUDIT)
