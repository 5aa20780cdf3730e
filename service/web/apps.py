"""The three kinds of app that a party has: screens, business API and protocol. Each with its own form of errors."""

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.place import ROOT, Place
from service.problems import PROBLEM_JSON, ProblemMap, ProblemPages, install_business, install_pages
from service.web.input import StrictRoute
from service.web.protocol import ProtocolApp

API_ROOT: Final = "/api/v1"


def business_app(
    *,
    title: str,
    version: str,
    problems: ProblemMap,
    description: str = "",
    contact: dict[str, str] | None = None,
    place: Place = ROOT,
) -> FastAPI:
    """Make a business API by the NL API Design Rules. Routes are declared with their full path (`/api/v1/…`).

    JSON bodies are read strictly (`ApiModel` parameters), invalid input is 400 with all errors in one answer, every
    answer carries `API-Version`, and `/api/v1/openapi.json` is open to all. There every operation needs a bearer token,
    except those whose `openapi_extra` is `OPEN_DOOR`.
    """
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        contact=contact or {"name": "Blauwe Knop", "url": "https://blauweknop.example"},
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        root_path_in_servers=False,
        # OpenAPI 3.1 section 4.6: without one, paths are from the host's root.
        servers=[{"url": place.path}] if place.path else None,
    )
    app.router.route_class = StrictRoute
    install_business(app, problems)
    app.add_middleware(_ApiVersion, version=version)

    def document(_request: Request) -> Response:
        from fastapi.responses import JSONResponse  # noqa: PLC0415  # once per document

        return JSONResponse(_described(app.openapi()), headers={"access-control-allow-origin": "*"})

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


def _described(document: dict[str, Any]) -> dict[str, Any]:
    """Add to FastAPI's document what it does not know: who may come in, and what a refusal looks like."""
    for path in document.get("paths", {}).values():
        for operation in path.values():
            responses = operation["responses"]
            # FastAPI writes a 422 beside everything that it reads; ours is a 400.
            if responses.pop("422", None) is not None:
                responses["400"] = {"description": "Niet alles is goed ingevuld.", "content": _PROBLEM_CONTENT}
            if operation.setdefault("security", _BEARER):
                responses["401"] = _NO_ACCESS
            responses["default"] = {
                "description": "Het is niet gelukt; waarom, staat erin.",
                "content": _PROBLEM_CONTENT,
            }
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Probleem"] = _PROBLEM_SCHEMA
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return document


OPEN_DOOR: Final[dict[str, Any]] = {"security": []}
"""The `openapi_extra` of an operation that needs no token."""

_BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": []}]
_PROBLEM_SCHEMA: Final = {
    "title": "Probleem",
    "description": "Wat er niet lukte (RFC 9457), zonder wat er werd ingestuurd.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("in", "location", "code", "detail")},
            },
        },
    },
}
_PROBLEM_CONTENT: Final = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Probleem"}}}
_NO_ACCESS: Final = {
    "description": "Zonder geldig token.",
    "headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}},
    "content": _PROBLEM_CONTENT,
}
