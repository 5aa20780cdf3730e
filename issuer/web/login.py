"""The citizen's login and what a session holds: who, attempts under way, wallets' requests that wait for an answer."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.debts.bsn import Bsn
from credentials.encoding import JsonObject
from issuer.domain.errors import LoginRefused
from issuer.ports import LoginAttempt
from issuer.web.desk import Desk
from service.errors import LoginNeeded
from service.sessions import Session
from service.web import strict_query

LOGIN: Final = "/inloggen"
RETURN: Final = "/inloggen/terug"
HOME: Final = "/schulden"
# Enough for some tabs; more is nobody's doing.
MAX_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who is logged in."""

    session: Session
    bsn: Bsn = field(repr=False)
    name: str | None = field(repr=False)


def citizen(desk: Desk, request: Request) -> Citizen | None:
    """Return who is logged in, if anybody is."""
    session = desk.sessions.current(request)
    if session is None or not isinstance(session.data.get("bsn"), str):
        return None
    name = session.data.get("name")
    return Citizen(session, Bsn(str(session.data["bsn"])), name if isinstance(name, str) else None)


def required_citizen(desk: Desk, request: Request) -> Citizen:
    """Return who is logged in. Raises LoginNeeded."""
    found = citizen(desk, request)
    if found is None:
        raise LoginNeeded
    return found


def login_address(then: str) -> str:
    """Return the address that logs somebody in and goes on to `then`."""
    return f"{LOGIN}?{urlencode({'naar': then})}"


def remember(
    desk: Desk, session: Session | None, response: Response, *, kind: str, name: str, value: JsonObject
) -> None:
    """Keep something small in the browser's session, which is begun if there is none."""
    if session is None:
        desk.sessions.begin(response, {kind: {name: value}})
        return

    def change(data: JsonObject) -> JsonObject:
        kept = data.get(kind)
        entries = dict(kept) if isinstance(kept, dict) else {}
        entries[name] = value
        return {**data, kind: dict(list(entries.items())[-MAX_ATTEMPTS:])}

    desk.sessions.change(session, change)


def take(desk: Desk, session: Session, kind: str, name: str) -> tuple[Session, JsonObject | None]:
    """Take something out of the session, once, however many tabs ask."""
    found: list[JsonObject] = []

    def change(data: JsonObject) -> JsonObject:
        found.clear()
        kept = data.get(kind)
        entries = dict(kept) if isinstance(kept, dict) else {}
        value = entries.pop(name, None)
        if isinstance(value, dict):
            found.append(value)
        return {**data, kind: entries}

    changed = desk.sessions.change(session, change)
    return changed, found[0] if found else None


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()

    @routes.get(LOGIN)
    def log_in(request: Request) -> Response:
        """Send the citizen to the login provider."""
        then = own_path(strict_query(request).get("naar", HOME))
        url, attempt = desk.login.begin()
        response = RedirectResponse(url, 303)
        value: JsonObject = {"nonce": attempt.nonce, "verifier": attempt.verifier, "then": then}
        remember(desk, desk.sessions.current(request), response, kind="logins", name=attempt.state, value=value)
        return response

    @routes.get(RETURN)
    def come_back(request: Request) -> Response:
        """Take the citizen back from the login provider."""
        query = strict_query(request)
        session = desk.sessions.current(request)
        if session is None:
            raise LoginRefused("no session in this browser")
        state = query.get("state", "")
        session, kept = take(desk, session, "logins", state)
        if kept is None:
            raise LoginRefused("this browser did not ask for a login")
        then = own_path(str(kept["then"]))
        try:
            person = desk.login.finish(LoginAttempt(state, str(kept["nonce"]), str(kept["verifier"])), query)
        except LoginRefused:
            if then.startswith("/oauth/"):
                # A wallet waits for an answer: it is told, instead of waiting in vain.
                return RedirectResponse(then.replace("/oauth/verder/", "/oauth/gestopt/", 1), 303)
            raise
        response = RedirectResponse(then, 303)
        data: JsonObject = {
            "bsn": person.bsn.reveal(),
            "name": person.name,
            "pending": session.data.get("pending", {}),
        }
        desk.sessions.rotate(session, response, data)
        return response

    @routes.post("/uitloggen", dependencies=[Depends(desk.csrf.form)])
    def log_out(request: Request) -> Response:
        """End the session."""
        response = RedirectResponse("/uitgelogd", 303)
        desk.sessions.end(desk.sessions.current(request), response)
        return response

    @routes.get("/uitgelogd")
    def logged_out(request: Request) -> Response:
        """Say that it is done."""
        return desk.pages.render(request, "uitgelogd.html", desk=desk)

    return routes


def own_path(text: str) -> str:
    """Return a path of our own: never an address elsewhere."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isascii()
    return text if plain and text.isprintable() and len(text) <= 200 else HOME


__all__ = ["Citizen", "citizen", "login_address", "required_citizen", "router"]
