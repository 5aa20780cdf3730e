"""Logging in and out, and the pages that everyone may read."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credentials.encoding import JsonObject
from service.errors import LoginRefused, NotFound
from service.oidc import LoginAttempt
from service.sessions import Session
from service.web.attempts import remember, take
from service.web.input import Form, strict_query
from verifier.domain.errors import PasswordRefused
from verifier.domain.templates import TEMPLATES
from verifier.usecases.staff import LogIn
from verifier.web.screens.seat import Screens, seated, written

LOGIN: Final = "/inloggen"
RETURN: Final = f"{LOGIN}/terug"
_GO: Final = f"{LOGIN}/verder"
_KIND: Final = "logins"


def install(app: FastAPI, screens: Screens) -> None:
    """Add the page of logging in, the login by password, and logging out."""
    pages, sessions = screens.pages, screens.sessions

    @app.get(LOGIN)
    def login_page(request: Request) -> Response:
        session = sessions.current(request)
        if seated(screens, session) is not None:
            return RedirectResponse("/", 303)
        if session is None and screens.password is not None:
            # A session before the login, so that its form carries a token.
            if "cookie" in strict_query(request):
                return pages.render(request, "cookies.html")
            response = RedirectResponse(f"{LOGIN}?cookie=1", 303)
            sessions.begin(response)
            return response
        return _login(request, session, error="")

    def _login(request: Request, session: Session | None, error: str, status: int = 200) -> Response:
        return pages.render(
            request,
            "inloggen.html",
            session=session,
            status=status,
            error=error,
            by_provider=screens.login is not None,
            by_password=screens.password is not None,
        )

    @app.post(LOGIN)
    def login(request: Request, form: Annotated[Form, Depends(screens.guard.form)]) -> Response:
        session = sessions.current(request)
        if screens.password is None:
            raise NotFound
        try:
            counsellor = screens.password.check(form.text("medewerker"), form.get("wachtwoord") or "")
        except PasswordRefused:
            error = "De naam of het wachtwoord klopt niet. Probeer het opnieuw."
            return _login(request, session, error, status=401)
        screens.staff.welcome(counsellor)
        response = RedirectResponse("/", 303)
        sessions.rotate(session, response, written(screens, counsellor), holder=counsellor.owner)
        return response

    @app.post("/uitloggen")
    def logout(request: Request, _form: Annotated[Form, Depends(screens.guard.form)]) -> Response:
        response = RedirectResponse(LOGIN, 303)
        sessions.end(sessions.current(request), response)
        return response


def install_provider(app: FastAPI, screens: Screens) -> None:
    """Add the way to the organisation's own provider and back."""
    sessions = screens.sessions

    @app.get(_GO)
    def go(request: Request) -> Response:
        url, attempt = _provider().begin()
        response = RedirectResponse(url, 303)
        value: JsonObject = {"nonce": attempt.nonce, "verifier": attempt.verifier}
        session = sessions.current(request)
        remember(sessions, session, response, kind=_KIND, name=attempt.state, value=value)
        return response

    @app.get(RETURN)
    def come_back(request: Request) -> Response:
        provider, query = _provider(), strict_query(request)
        session = sessions.current(request)
        if session is None:
            raise LoginRefused("no session in this browser")
        state = query.get("state", "")
        session, kept = take(sessions, session, _KIND, state)
        if kept is None:
            raise LoginRefused("this browser did not ask for a login")
        counsellor = provider.finish(LoginAttempt(state, str(kept["nonce"]), str(kept["verifier"])), query)
        response = RedirectResponse("/", 303)
        # A new session, against fixation, with nothing of the old one.
        sessions.rotate(session, response, written(screens, counsellor), holder=counsellor.owner)
        return response

    def _provider() -> LogIn:
        if screens.login is None:
            raise NotFound
        return screens.login


def install_information(app: FastAPI, screens: Screens) -> None:
    """Add the pages that everyone may read."""
    pages = screens.pages

    @app.get("/privacy")
    def privacy(request: Request) -> Response:
        return pages.render(request, "privacy.html", templates=tuple(TEMPLATES.values()))

    @app.get("/toegankelijkheid")
    def accessibility(request: Request) -> Response:
        return pages.render(request, "toegankelijkheid.html")
