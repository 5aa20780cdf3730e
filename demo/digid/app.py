"""The stand-in's web face: discovery, login page, token endpoint."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credentials.errors import MalformedInput
from demo.digid.provider import AuthenticationRequest, OidcError, Provider, UnknownClient
from demo.stand_in.pages import Pages, framed
from service.web.input import form_body, strict_query

MAX_FORM_BYTES: Final = 16_000


@dataclass(frozen=True, slots=True)
class Look:
    """How a stand-in looks and is named; each has a cookie of its own, as all are on one host."""

    templates: Path
    name: str
    says: str
    home: str
    cookie: str


DIGID: Final = Look(
    templates=Path(__file__).parent / "templates",
    name="nagemaakte DigiD",
    says="Dit is niet de echte DigiD",
    home="Inloggen begint bij een organisatie of bij uw wallet, niet hier.",
    cookie="bk_digid",
)


@dataclass(frozen=True, slots=True)
class _Web:
    provider: Provider
    pages: Pages
    look: Look

    async def authorize(self, request: Request) -> Response:
        try:
            parameters = strict_query(request)
            asked = self.provider.read_request(parameters)
        except (MalformedInput, UnknownClient):
            return self.pages.stop("Dit werkt niet", "De website die u hier bracht, is hier niet bekend.")
        except OidcError as error:
            return self._told(parameters["redirect_uri"], parameters.get("state", ""), error)
        session = self.provider.session(request.cookies.get(self.look.cookie))
        if session is not None and parameters.get("prompt") != "login":
            return self._answer(asked, self.provider.continue_session(asked, session))
        try:
            handle = self.provider.remember(asked)
        except OidcError as error:
            return self._told(asked.redirect_uri, asked.state, error)
        return self.pages.page("login.html", client=asked.client.name, people=self.provider.people, handle=handle)

    async def log_in(self, request: Request) -> Response:
        try:
            form = await _form(request)
            if form.get("gebruiker") == "":
                refused = self.provider.refuse(form.get("aanvraag", ""))
                answer = {"error": "access_denied", "state": refused.state, "iss": self.provider.issuer}
                return _redirect(refused.redirect_uri, answer)
            asked, code, token = self.provider.log_in(form.get("aanvraag", ""), form.get("gebruiker", ""))
        except UnknownClient:
            return self.pages.stop(
                "Sorry, de tijd is voorbij", "Ga terug naar de website waar u begon. Log opnieuw in."
            )
        except OidcError:
            return self.pages.stop("U bent niet ingelogd", "Ga terug naar de website waar u begon.")
        entered = self._answer(asked, code)
        entered.set_cookie(self.look.cookie, token, httponly=True, samesite="lax", path="/")
        return entered

    async def token(self, request: Request) -> Response:
        try:
            form = await _form(request)
            client = self.provider.authenticate(form, _basic(request))
            return JSONResponse(self.provider.redeem(form, client))
        except OidcError as error:
            status = 401 if error.error == "invalid_client" else 400
            return JSONResponse({"error": error.error, "error_description": error.detail}, status)

    async def log_out(self, request: Request) -> Response:
        self.provider.log_out(request.cookies.get(self.look.cookie))
        answer = self.pages.page("message.html", title="U bent uitgelogd", text="U kunt dit venster sluiten.")
        answer.delete_cookie(self.look.cookie)
        return answer

    async def discovery(self, _: Request) -> Response:
        return JSONResponse(self.provider.discovery())

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self.provider.jwks())

    async def home(self, _: Request) -> Response:
        title = f"Dit is de {self.look.name}"
        return self.pages.page("message.html", title=title, text=self.look.home)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def _told(self, redirect_uri: str, state: str, error: OidcError) -> RedirectResponse:
        return _redirect(redirect_uri, {"error": error.error, "state": state, "iss": self.provider.issuer})

    def _answer(self, asked: AuthenticationRequest, code: str) -> RedirectResponse:
        return _redirect(asked.redirect_uri, {"code": code, "state": asked.state, "iss": self.provider.issuer})


def create_app(provider: Provider, look: Look = DIGID) -> ASGIApp:
    """Return the web application of a provider."""
    pages = Pages(look.templates, name=look.name, says=look.says)
    web = _Web(provider, pages, look)
    routes = [
        Route("/", web.home),
        Route("/.well-known/openid-configuration", web.discovery),
        Route("/jwks", web.jwks),
        Route("/authorize", web.authorize),
        Route("/inloggen", web.log_in, methods=["POST"]),
        Route("/token", web.token, methods=["POST"]),
        Route("/uitloggen", web.log_out),
        Route("/health/ready", web.health),
    ]
    return framed(pages, routes, max_body=MAX_FORM_BYTES)


async def _form(request: Request) -> dict[str, str]:
    """Read a form, each name once. Raises OidcError."""
    try:
        form = await form_body(request)
        return {name: form[name] for name in form}
    except MalformedInput as wrong:
        raise OidcError("invalid_request", wrong.detail) from wrong


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
