"""Logging in and out at the desk: the code flow at the agency's own provider, in sessions that no citizen's opens."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.encoding import JsonObject
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import LOGIN, RETURN, ROOT, first_screen, seated, written
from service.errors import LoginRefused
from service.oidc import LoginAttempt
from service.web import Form, strict_query
from service.web.attempts import remember, take

_GO: Final = f"{LOGIN}/verder"
_KIND: Final = "operator logins"


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the routes of logging in and out."""
    routes = APIRouter()

    @routes.get(LOGIN)
    def ask(request: Request) -> Response:
        """Say where one is; whoever sits at the desk already goes on."""
        at = seated(desk.sessions, request)
        if at is not None:
            return RedirectResponse(first_screen(at.operator), 303)
        return desk.pages.render(request, "beheer/inloggen.html", desk=desk)

    @routes.get(_GO)
    def go(request: Request) -> Response:
        """Send somebody to the agency's login provider."""
        url, attempt = desk.login.begin()
        response = RedirectResponse(url, 303)
        value: JsonObject = {"nonce": attempt.nonce, "verifier": attempt.verifier}
        session = desk.sessions.current(request)
        remember(desk.sessions, session, response, kind=_KIND, name=attempt.state, value=value)
        return response

    @routes.get(RETURN)
    def come_back(request: Request) -> Response:
        """Take somebody back from the login provider."""
        query = strict_query(request)
        session = desk.sessions.current(request)
        if session is None:
            raise LoginRefused("no session in this browser")
        state = query.get("state", "")
        session, kept = take(desk.sessions, session, _KIND, state)
        if kept is None:
            raise LoginRefused("this browser did not ask for a login")
        operator = desk.login.finish(LoginAttempt(state, str(kept["nonce"]), str(kept["verifier"])), query)
        response = RedirectResponse(first_screen(operator), 303)
        # A new session, against fixation, with nothing of the old one.
        desk.sessions.rotate(session, response, written(operator))
        return response

    @routes.post(f"{ROOT}/uitloggen")
    def log_out(request: Request, _form: Annotated[Form, Depends(desk.csrf.form)]) -> Response:
        """End the session."""
        response = RedirectResponse(LOGIN, 303)
        desk.sessions.end(desk.sessions.current(request), response)
        return response

    return routes
