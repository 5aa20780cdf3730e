"""The citizen's login and what a session holds: who, attempts under way, wallets' requests that wait for an answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.debts.person import Person
from credentials.encoding import JsonObject, json_compact
from issuer.domain.errors import ActsForAnother
from issuer.domain.kept_person import read_written, written
from issuer.ports import LoggedIn
from issuer.web.desk import Desk
from service.errors import LoginNeeded, LoginRefused, LoginUnavailable
from service.oidc import LoginAttempt
from service.pages import Notice
from service.sessions import Session
from service.web import PublicResponse, strict_query
from service.web.attempts import remember, take

LOGIN: Final = "/inloggen"
BY_DIGID: Final = "/inloggen/digid"
BY_ACCOUNT: Final = "/inloggen/account"
BY_WALLET: Final = "/inloggen/wallet"
RETURN: Final = "/inloggen/terug"
KEYS: Final = "/inloggen/sleutels"
HOME: Final = "/schulden"
KEYS_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody whose debts may be seen: who logged in, or whom they act for (`represented`)."""

    session: Session
    person: Person = field(repr=False)
    name: str | None = field(repr=False)
    represented: bool = False


def citizen(desk: Desk, request: Request) -> Citizen | None:
    """Return who is logged in, if anybody is."""
    session = desk.sessions.current(request)
    if session is None or not isinstance(session.data.get("person"), str):
        return None
    name = session.data.get("name")
    person = read_written(str(session.data["person"]))
    return Citizen(session, person, name if isinstance(name, str) else None, session.data.get("represented") is True)


def required_citizen(desk: Desk, request: Request) -> Citizen:
    """Return who is logged in. Raises LoginNeeded."""
    found = citizen(desk, request)
    if found is None:
        raise LoginNeeded
    return found


def in_person(desk: Desk, request: Request) -> Citizen:
    """Return who is logged in for themselves. Raises LoginNeeded, ActsForAnother."""
    found = required_citizen(desk, request)
    if found.represented:
        raise ActsForAnother
    return found


def acting_for(session: Session, say: Callable[[str], str]) -> Notice | None:
    """Say for whom somebody looks who looks on another's behalf; nothing for who looks for themselves."""
    whom = whom_acted_for(session, say)
    if whom is None:
        return None
    return Notice(
        say("U kijkt namens %(person)s") % {"person": whom},
        say("Alles hier gaat over die persoon. Waar “u” staat, bedoelen wij die persoon."),
    )


def whom_acted_for(session: Session, say: Callable[[str], str]) -> str | None:
    """Return how whom somebody acts for is called: by name, or by the end of their number; None without anybody."""
    name = session.data.get("name")
    by_number = number_acted_for(session, say)
    return name if by_number is not None and isinstance(name, str) and name else by_number


def number_acted_for(session: Session, say: Callable[[str], str]) -> str | None:
    """Return the same without a name, for a file that others will see."""
    if session.data.get("represented") is not True:
        return None
    # Whoever acts for another does so with DigiD, which states a citizen service number.
    digits = str(session.data["person"])[-3:]
    return say("de persoon met een burgerservicenummer dat eindigt op %(digits)s") % {"digits": digits}


def login_address(then: str, by: str = LOGIN) -> str:
    """Return the address that logs somebody in and goes on to `then`: in the way they choose, or `by` one of them."""
    return f"{by}?{urlencode({'naar': then})}"


def account_address(desk: Desk, then: str) -> str | None:
    """Return the address that logs somebody in at the login provider; None where there is none."""
    if desk.login is None:
        return None
    return login_address(then, BY_ACCOUNT if desk.private else BY_DIGID)


def stopped_address(then: str) -> str | None:
    """Return where a wallet is told of a no that waits for somebody who wanted to go on to `then`; None without one."""
    waits = then.startswith("/oauth/verder/")
    return then.replace("/oauth/verder/", "/oauth/gestopt/", 1) if waits else None


def enter(desk: Desk, session: Session, response: Response, person: LoggedIn) -> None:
    """Log somebody in: in a new session, against fixation, that takes along what wallets wait for.

    Who acts for somebody else is on record first. Of them the session holds nothing.
    """
    desk.note_representation(person)
    data: JsonObject = {
        "person": written(person.person),
        "name": person.name,
        "represented": person.representative is not None,
        "pending": session.data.get("pending", {}),
    }
    desk.sessions.rotate(session, response, data)


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()

    @routes.get(LOGIN)
    def log_in(request: Request) -> Response:
        """Ask in which way, where there are two; else send the citizen to the login provider."""
        then = own_path(strict_query(request).get("naar", HOME))
        if desk.login is None:
            return RedirectResponse(login_address(then, BY_WALLET), 303)
        if desk.wallet_login is None or not desk.wallet_login.is_usable():
            return _to_provider(desk, request, then)
        return desk.pages.render(
            request,
            "inloggen.html",
            desk=desk,
            by_account=account_address(desk, then),
            by_wallet=login_address(then, BY_WALLET),
        )

    @routes.get(BY_ACCOUNT if desk.private else BY_DIGID)
    def log_in_by_account(request: Request) -> Response:
        """Send the citizen to the login provider."""
        return _to_provider(desk, request, own_path(strict_query(request).get("naar", HOME)))

    @routes.get(RETURN)
    def come_back(request: Request) -> Response:
        """Take the citizen back from the login provider."""
        return _back_from_provider(desk, request)

    @routes.get(KEYS)
    def keys(request: Request) -> Response:
        """The keys that we have at the login provider (RFC 7517 section 5), for its `jwks_uri` of us."""
        return PublicResponse(
            json_compact(desk.login_keys), "application/jwk-set+json", max_age=KEYS_SECONDS, request=request
        )

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


def _to_provider(desk: Desk, request: Request, then: str) -> Response:
    if desk.login is None:
        raise LoginUnavailable("there is no login provider")
    url, attempt = desk.login.begin()
    response = RedirectResponse(url, 303)
    value: JsonObject = {"nonce": attempt.nonce, "verifier": attempt.verifier, "then": then}
    remember(desk.sessions, desk.sessions.current(request), response, kind="logins", name=attempt.state, value=value)
    return response


def _back_from_provider(desk: Desk, request: Request) -> Response:
    query = strict_query(request)
    session = desk.sessions.current(request)
    if session is None or desk.login is None:
        raise LoginRefused("no session in this browser")
    state = query.get("state", "")
    session, kept = take(desk.sessions, session, "logins", state)
    if kept is None:
        raise LoginRefused("this browser did not ask for a login")
    then = own_path(str(kept["then"]))
    try:
        person = desk.login.finish(LoginAttempt(state, str(kept["nonce"]), str(kept["verifier"])), query)
    except LoginRefused:
        stopped = stopped_address(then)
        if stopped is None:
            raise
        # A wallet waits for an answer: it is told, instead of waiting in vain.
        return RedirectResponse(stopped, 303)
    response = RedirectResponse(then, 303)
    enter(desk, session, response, person)
    return response


def own_path(text: str) -> str:
    """Return a path of our own: never an address elsewhere."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isascii()
    return text if plain and text.isprintable() and len(text) <= 200 else HOME


__all__ = [
    "KEYS",
    "RETURN",
    "Citizen",
    "account_address",
    "acting_for",
    "citizen",
    "enter",
    "in_person",
    "login_address",
    "number_acted_for",
    "required_citizen",
    "router",
    "stopped_address",
]
