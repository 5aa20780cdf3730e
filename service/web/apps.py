"""The three kinds of app that a party has: screens, business API and protocol. Each with its own form of errors."""

from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.place import ROOT, Place
from service.problems import ProblemMap, ProblemPages, install_business, install_pages
from service.web.idempotency import Idempotency
from service.web.input import StrictRoute
from service.web.openapi import API_ROOT, BusinessApi, OAuthScheme
from service.web.protocol import ProtocolApp


@dataclass(frozen=True, slots=True)
class ApiContact:
    """Whom a developer can ask (/core/doc-openapi-contact)."""

    name: str
    url: str
    email: str | None = None

    def to_json(self) -> dict[str, str]:
        """Return the Contact Object of the document."""
        return {"name": self.name, "url": self.url, **({"email": self.email} if self.email else {})}


def business_app(
    *,
    title: str,
    version: str,
    problems: ProblemMap,
    description: str = "",
    contact: ApiContact,
    place: Place = ROOT,
    oauth: OAuthScheme | None = None,
    idempotency: Idempotency | None = None,
) -> FastAPI:
    """Make a business API by the NL API Design Rules. Routes are declared with their full path (`/api/v1/…`).

    JSON bodies are read strictly (`ApiModel` parameters), invalid input is 400 with all errors in one answer, every
    answer carries `API-Version`, and `/api/v1/openapi.json` is open to all. There every operation needs a bearer token,
    except those whose `openapi_extra` is `OPEN_DOOR`; with `oauth`, an access token opens those that are `scoped`.
    With `idempotency` a POST may bear an idempotency key.
    """
    app = BusinessApi(
        title=title,
        version=version,
        description=description,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        servers=[{"url": place.path}],
    )
    app.whom_to_ask = contact.to_json()
    app.oauth = oauth
    app.state.idempotency = idempotency
    app.router.route_class = StrictRoute
    install_business(app, problems)
    app.add_middleware(_ApiVersion, version=version)

    def document(_request: Request) -> Response:
        from fastapi.responses import JSONResponse  # noqa: PLC0415  # once per document

        return JSONResponse(app.openapi(), headers={"access-control-allow-origin": "*"})

    app.add_api_route(f"{API_ROOT}/openapi.json", document, include_in_schema=False)
    return app


def protocol_app(*, problems: ProblemMap) -> ProtocolApp:
    """Make an app whose names, bodies and errors are those of the specifications. Full paths; no documentation."""
    return ProtocolApp(problems)


def pages_app(*, problems: ProblemMap, pages: ProblemPages, login: str | None = None) -> FastAPI:
    """Make the app of the screens. Without a session the browser is sent to `login`, when that is given."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    install_pages(app, problems, pages, login=login)
    return app


class _ApiVersion:
    """Add `API-Version` to every answer (NL API Design Rules, /core/version-header)."""

    def __init__(self, app: ASGIApp, version: str) -> None:
        self._app = app
        self._version = version.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_version(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), (b"api-version", self._version)]
            await send(message)

        await self._app(scope, receive, with_version)
