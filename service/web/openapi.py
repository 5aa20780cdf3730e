"""A business API's OpenAPI document: FastAPI's, with what FastAPI does not know.

Who may come in, which refusals there are and what they look like; by the NL API Design Rules 2.1, whose names of rules
stand where they are applied. FastAPI writes a 422 beside everything that it reads; here that is a 400
(/core/error-handling/invalid-input).
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request

from service.problems import PROBLEM_JSON
from service.web.idempotency import HEADER, MOST_CHARACTERS, PATTERN, Idempotency

API_ROOT: Final = "/api/v1"
_MAKING: Final = threading.Lock()

OPEN_DOOR: Final[dict[str, Any]] = {"security": []}
"""The `openapi_extra` of an operation that needs no token."""


def scoped(scope: str) -> dict[str, Any]:
    """Return the `openapi_extra` of an operation that an access token with this scope opens too."""
    return {"security": [*_BEARER, {_OAUTH: [scope]}]}


def scope_of(request: Request) -> str | None:
    """Return the scope that opens the operation of a request, None when no scope does."""
    extra = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    return next((each[_OAUTH][0] for each in extra.get("security", ()) if _OAUTH in each), None)


@dataclass(frozen=True, slots=True)
class OAuthScheme:
    """Where programs get access tokens (OAuth 2.0 client credentials), and what each scope is for."""

    token_url: str
    scopes: Mapping[str, str]


class BusinessApi(FastAPI):
    """An app whose document is made once, at the first question, whoever asks together."""

    oauth: OAuthScheme | None = None
    whom_to_ask: Mapping[str, str]

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        with _MAKING:
            if self.openapi_schema is None:
                document = super().openapi()
                document["info"]["contact"] = dict(self.whom_to_ask)
                _describe(document, self.oauth, self.state.idempotency)
            assert self.openapi_schema is not None
            return self.openapi_schema


def _describe(document: dict[str, Any], oauth: OAuthScheme | None, once: Idempotency | None) -> None:
    """Add to FastAPI's document, in place."""
    _put_version_in_servers(document)
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            responses = operation["responses"]
            reads = responses.pop("422", None) is not None
            takes_body = "requestBody" in operation
            secured = bool(operation.setdefault("security", _BEARER))
            if oauth is None:
                operation["security"] = [each for each in operation["security"] if _OAUTH not in each]
            # /core/error-handling/invalid-input: also of a POST that has nothing to say.
            takes = reads or takes_body or method != "get"
            happens = {"400": takes, "401": secured, "404": "{" in path, "413": takes_body}
            happens["403"] = secured and oauth is not None
            if once is not None and method == "post" and once.covers(API_ROOT + path):
                operation["parameters"] = [*operation.get("parameters", ()), _KEY]
                happens |= {"409": True, "422": True}
            happens |= {"415": takes_body, "503": True}
            for status in (status for status, can in happens.items() if can):
                responses.setdefault(status, _REFUSALS[status])
            responses["default"] = _refusal("Het is niet gelukt; waarom, staat erin.")
            for status, response in responses.items():
                if response.get("description") == "Successful Response":
                    response["description"] = _DONE[status]
                if status[0] in "23":
                    response.setdefault("headers", {})["API-Version"] = _VERSION
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    schemas["Probleem"] = _PROBLEM_SCHEMA
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    if oauth is not None:
        flow = {"tokenUrl": oauth.token_url, "scopes": dict(oauth.scopes)}
        components["securitySchemes"][_OAUTH] = {"type": "oauth2", "flows": {"clientCredentials": flow}}


def _put_version_in_servers(document: dict[str, Any]) -> None:
    """Move the root of the API from the paths to the server (/core/uri-version)."""
    (server,) = document["servers"]
    server["url"] += API_ROOT
    document["paths"] = {path.removeprefix(API_ROOT): said for path, said in document["paths"].items()}


def refused(description: str) -> dict[str, Any]:
    """Return a response for the `responses` of a route: a refusal that only this operation has."""
    return _refusal(description)


def answered(example: object, description: str) -> dict[str, Any]:
    """Return a response for the `responses` of a route: what it says when all went well, by an example."""
    return {"description": description, "content": {"application/json": {"example": example}}}


def _refusal(description: str, *headers: str) -> dict[str, Any]:
    named = {name: {"schema": {"type": "string"}, "required": True} for name in headers}
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Probleem"}}}
    return {"description": description, **({"headers": named} if named else {}), "content": content}


_OAUTH: Final = "oauth2"
_BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": []}]
# /core/version-header.
_VERSION: Final = {"description": "De volledige versie van deze API.", "schema": {"type": "string"}, "required": True}
_DONE: Final = {
    "200": "Gelukt.",
    "201": "Gemaakt.",
    "202": "Vastgelegd; het wordt nog gedaan.",
    "204": "Gelukt; er is niets te zeggen.",
}
_REFUSALS: Final = {
    "400": _refusal("Niet alles is goed ingevuld. Alle fouten staan er tegelijk in."),
    "401": _refusal("Zonder geldig token.", "WWW-Authenticate"),
    "403": _refusal("Dit token is niet voor deze handeling.", "WWW-Authenticate"),
    "404": _refusal("Dit is er niet, of niet voor u."),
    "409": _refusal("Dit kan nu niet, of ditzelfde verzoek loopt al."),
    "413": _refusal("Het bericht is te groot."),
    "415": _refusal("Het bericht is geen JSON."),
    "422": _refusal("De Idempotency-Key hoort bij een ander verzoek."),
    "503": _refusal("Het kan nu even niet. Probeer het later nog eens."),
}
_KEY: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "uw eigen sleutel, tussen aanhalingstekens: hetzelfde verzoek gebeurt dan maar één keer",
    "schema": {"type": "string", "pattern": PATTERN, "maxLength": MOST_CHARACTERS + 2},
    "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
}
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
