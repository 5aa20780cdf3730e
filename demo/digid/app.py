"""The stand-in's web face: discovery, login page, token endpoint."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from demo.digid.provider import AuthenticationRequest, OidcError, Provider, UnknownClient

COOKIE: Final = "bk_digid"
MAX_FORM_BYTES: Final = 16_000
_HERE: Final = Path(__file__).parent
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Web:
    provider: Provider
    templates: Environment

    async def authorize(self, request: Request) -> Response:
        parameters = dict(request.query_params)
        try:
            asked = self.provider.read_request(parameters)
        except UnknownClient:
            return self._stop("Dit werkt niet", "De website die u hier bracht, is hier niet bekend.")
        except OidcError as error:
            answer = {"error": error.error, "state": parameters.get("state", ""), "iss": self.provider.issuer}
            return _redirect(parameters["redirect_uri"], answer)
        session = self.provider.session(request.cookies.get(COOKIE))
        if session is not None and parameters.get("prompt") != "login":
            return self._answer(asked, self.provider.continue_session(asked, session))
        handle = self.provider.remember(asked)
        return self._page("login.html", client=asked.client.name, people=self.provider.people, handle=handle)

    async def log_in(self, request: Request) -> Response:
        form = await _form(request)
        try:
            if form.get("gebruiker") == "":
                refused = self.provider.refuse(form.get("aanvraag", ""))
                answer = {"error": "access_denied", "state": refused.state, "iss": self.provider.issuer}
                return _redirect(refused.redirect_uri, answer)
            asked, code, token = self.provider.log_in(form.get("aanvraag", ""), form.get("gebruiker", ""))
        except UnknownClient:
            return self._stop("Sorry, de tijd is voorbij", "Ga terug naar de website waar u begon. Log opnieuw in.")
        except OidcError:
            return self._stop("U bent niet ingelogd", "Ga terug naar de website waar u begon.")
        entered = self._answer(asked, code)
        entered.set_cookie(COOKIE, token, httponly=True, samesite="lax", path="/")
        return entered

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        try:
            client = self.provider.authenticate(form, _basic(request))
            return JSONResponse(self.provider.redeem(form, client))
        except OidcError as error:
            status = 401 if error.error == "invalid_client" else 400
            return JSONResponse({"error": error.error, "error_description": error.detail}, status)

    async def log_out(self, request: Request) -> Response:
        self.provider.log_out(request.cookies.get(COOKIE))
        answer = self._page("message.html", title="U bent uitgelogd", text="U kunt dit venster sluiten.")
        answer.delete_cookie(COOKIE)
        return answer

    async def discovery(self, _: Request) -> Response:
        return JSONResponse(self.provider.discovery())

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self.provider.jwks())

    async def home(self, _: Request) -> Response:
        text = "Inloggen begint bij een organisatie of bij uw portemonnee, niet hier."
        return self._page("message.html", title="Dit is de nagemaakte DigiD", text=text)

    async def not_found(self, _: Request, _error: Exception) -> Response:
        return self._page("message.html", 404, title="Deze pagina is er niet", text="Ga terug naar waar u begon.")

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def _answer(self, asked: AuthenticationRequest, code: str) -> RedirectResponse:
        return _redirect(asked.redirect_uri, {"code": code, "state": asked.state, "iss": self.provider.issuer})

    def _page(self, name: str, status: int = 200, **context: object) -> HTMLResponse:
        return HTMLResponse(self.templates.get_template(name).render(**context), status)

    def _stop(self, title: str, text: str) -> HTMLResponse:
        return self._page("message.html", 400, title=title, text=text)


def create_app(provider: Provider) -> Starlette:
    """Return the web application of a provider."""
    loader = FileSystemLoader(_HERE / "templates")
    web = _Web(provider, Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined))
    app = Starlette(
        routes=[
            Route("/", web.home),
            Route("/.well-known/openid-configuration", web.discovery),
            Route("/jwks", web.jwks),
            Route("/authorize", web.authorize),
            Route("/inloggen", web.log_in, methods=["POST"]),
            Route("/token", web.token, methods=["POST"]),
            Route("/uitloggen", web.log_out),
            Route("/health/ready", web.health),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        exception_handlers={404: web.not_found, 405: web.not_found},
    )
    app.add_middleware(BaseHTTPMiddleware, dispatch=_headers)
    return app


async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _form(request: Request) -> dict[str, str]:
    # Read by hand: one value per name, a bounded body.
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(name), unquote(secret)  # RFC 6749 section 2.3.1: form-encoded before base64


def _redirect(uri: str, parameters: Mapping[str, str]) -> RedirectResponse:
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(parameters)}", 303)
