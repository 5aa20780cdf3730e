"""The stand-in's web face: a page to choose who one is, and the wallet's doors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credentials.errors import BlauweKnopError
from credentials.openid.credential import parse_credential_request
from credentials.openid.errors import OAuthError
from credentials.openid.form import MAX_FORM_BYTES, parse_form
from credentials.openid.nonce import nonce_response
from credentials.openid.offer import reference_uri
from credentials.openid.token import PreAuthorizedTokenRequest, parse_access_token, parse_token_request
from demo.pid.provider import PidProvider, RefusedByProvider
from demo.stand_in.pages import Pages, framed

MAX_BODY_BYTES: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class _Web:
    provider: PidProvider
    wallet: str
    pages: Pages

    async def home(self, _: Request) -> Response:
        return self.pages.page("choose.html", people=self.provider.people)

    async def make_offer(self, request: Request) -> Response:
        form = parse_form(await request.body(), max_bytes=MAX_FORM_BYTES)
        secret = self.provider.offer_to(form.get("gebruiker", ""))
        link = reference_uri(f"{self.provider.url}/offers/{secret}")
        return self.pages.page("offered.html", link=link, wallet=f"{self.wallet}?{link.partition('?')[2]}")

    async def issuer_metadata(self, _: Request) -> Response:
        return JSONResponse(self.provider.issuer_metadata())

    async def server_metadata(self, _: Request) -> Response:
        return JSONResponse(self.provider.server_metadata())

    async def offer(self, request: Request) -> Response:
        return JSONResponse(self.provider.offer(request.path_params["secret"]))

    async def token(self, request: Request) -> Response:
        asked = parse_token_request(parse_form(await request.body(), max_bytes=MAX_FORM_BYTES))
        if not isinstance(asked, PreAuthorizedTokenRequest):
            raise RefusedByProvider("unsupported_grant_type")
        return JSONResponse(self.provider.token(asked))

    async def nonce(self, _: Request) -> Response:
        return JSONResponse(nonce_response(self.provider.nonce()))

    async def credential(self, request: Request) -> Response:
        access = parse_access_token(request.headers.getlist("authorization"))
        asked = parse_credential_request(await request.body())
        return JSONResponse(self.provider.credential(access.value.reveal(), asked))

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def refused(self, request: Request, error: Exception) -> Response:
        if request.url.path == "/aanbod":
            return self.pages.stop("Dit lukt niet", "Ga terug en kies opnieuw.")
        if isinstance(error, OAuthError):
            return JSONResponse(error.body(), error.status, error.headers())
        code = error.error if isinstance(error, RefusedByProvider) else "invalid_request"
        return JSONResponse({"error": code}, 401 if code == "invalid_token" else 400)


def create_app(provider: PidProvider, wallet: str) -> ASGIApp:
    """Return the web application of a provider; `wallet` is where the demonstration's wallet takes an offer."""
    pages = Pages(
        Path(__file__).parent / "templates", name="nagemaakte uitgever", says="De echte overheid geeft hier niets uit"
    )
    web = _Web(provider, wallet, pages)
    routes = [
        Route("/", web.home),
        Route("/aanbod", web.make_offer, methods=["POST"]),
        Route("/.well-known/openid-credential-issuer", web.issuer_metadata),
        Route("/.well-known/oauth-authorization-server", web.server_metadata),
        Route("/offers/{secret}", web.offer),
        Route("/token", web.token, methods=["POST"]),
        Route("/nonce", web.nonce, methods=["POST"]),
        Route("/credential", web.credential, methods=["POST"]),
        Route("/health/ready", web.health),
    ]
    return framed(pages, routes, max_body=MAX_BODY_BYTES, handlers={BlauweKnopError: web.refused})
