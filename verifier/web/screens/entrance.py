"""Logging in and out, and the pages that everyone may read."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.sessions import Session
from service.web.input import Form, strict_query
from verifier.domain.errors import LoginRefused
from verifier.domain.templates import TEMPLATES
from verifier.web.screens.seat import USER, Screens


def install(app: FastAPI, screens: Screens) -> None:
    """Add the routes of logging in and out."""
    pages, sessions = screens.pages, screens.sessions

    @app.get("/inloggen")
    def login_page(request: Request) -> Response:
        session = sessions.current(request)
        response = RedirectResponse("/inloggen", 303)
        if session is None:
            # A session before the login, so that its form carries a token.
            if "cookie" in strict_query(request):
                return pages.render(request, "cookies.html")
            response = RedirectResponse("/inloggen?cookie=1", 303)
            sessions.begin(response)
            return response
        if USER in session.data:
            return RedirectResponse("/", 303)
        return _login(request, session, error="")

    def _login(request: Request, session: Session | None, error: str, status: int = 200) -> Response:
        return pages.render(
            request, "inloggen.html", session=session, counsellors=screens.login.counsellors, error=error, status=status
        )

    @app.post("/inloggen")
    def login(request: Request, form: Annotated[Form, Depends(screens.guard.form)]) -> Response:
        session = sessions.current(request)
        try:
            counsellor = screens.login.check(form.text("medewerker"), form.get("wachtwoord") or "")
        except LoginRefused:
            return _login(request, session, "De naam of het wachtwoord klopt niet. Probeer het opnieuw.", 401)
        response = RedirectResponse("/", 303)
        sessions.rotate(session, response, {USER: counsellor.username})
        return response

    @app.post("/uitloggen")
    def logout(request: Request, _form: Annotated[Form, Depends(screens.guard.form)]) -> Response:
        response = RedirectResponse("/inloggen", 303)
        sessions.end(sessions.current(request), response)
        return response


def install_information(app: FastAPI, screens: Screens) -> None:
    """Add the pages that everyone may read."""
    pages = screens.pages

    @app.get("/privacy")
    def privacy(request: Request) -> Response:
        return pages.render(request, "privacy.html", templates=tuple(TEMPLATES.values()))

    @app.get("/toegankelijkheid")
    def accessibility(request: Request) -> Response:
        return pages.render(request, "toegankelijkheid.html")
