"""The scheme document (stelseldocument) at the address that its profile names, with that profile's errors."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from credentials.clock import Clock, epoch
from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_compact, json_object
from credentials.errors import BlauweKnopError
from demo.scheme.places import FILE, PATH
from service.web.negotiation import takes

MEDIA_TYPE: Final = "application/jose"
VERSION: Final = "0.1.0"
MAX_AGE_SECONDS: Final = 300
RETRY_SECONDS: Final = 60

_METHODS: Final = "GET, HEAD, OPTIONS"
# Any origin, without credentials; a browser asks first before it sends `If-None-Match`.
_HEADERS: Final = {
    "API-Version": VERSION,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, API-Version",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": _METHODS,
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
_ALL_METHODS: Final = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


def scheme_document(folder: Path, clock: Clock) -> Route:
    """Return the route that serves the document of a folder, read anew for each request."""

    def document(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=HTTPStatus.NO_CONTENT, headers={**_HEADERS, **_PREFLIGHT})
        if request.method not in ("GET", "HEAD"):
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED, "ongeldig-verzoek", {"Allow": _METHODS})
        if not takes(request.headers.get("accept", ""), MEDIA_TYPE):
            return _problem(HTTPStatus.NOT_ACCEPTABLE, "ongeldig-verzoek")
        found = _current(folder / FILE, clock)
        if found is None:
            return _problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "tijdelijk-niet-beschikbaar", {"Retry-After": str(RETRY_SECONDS)}
            )
        jws, tag = found
        headers = {**_HEADERS, "ETag": tag, "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}"}
        if _is_known(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        return Response(jws, media_type=MEDIA_TYPE, headers=headers)

    return Route(PATH, document, methods=_ALL_METHODS)


def _current(path: Path, clock: Clock) -> tuple[str, str] | None:
    """Return the document with its weak validator, which says which copy it is; None when there is none to serve."""
    try:
        jws = path.read_text("ascii")
        header, payload = (json_object(b64url_decode(part)) for part in jws.split(".")[:2])
    except (OSError, ValueError, BlauweKnopError):
        return None
    expires_at = payload.get("exp")
    if not isinstance(expires_at, int) or expires_at <= epoch(clock.now()):
        return None
    said: list[JsonValue] = [payload.get("version"), header.get("kid"), payload.get("iat")]
    return jws, f'W/"{b64url_encode(json_compact(said))}"'


def _is_known(if_none_match: str, tag: str) -> bool:
    # RFC 9110 section 8.8.3.2: the weak comparison, which `If-None-Match` uses.
    names = (each.strip().removeprefix("W/") for each in if_none_match.split(","))
    return any(each in ("*", tag.removeprefix("W/")) for each in names)


def _problem(status: HTTPStatus, name: str, headers: dict[str, str] | None = None) -> Response:
    problem: JsonObject = {"type": f"urn:fbs:fout:{name}", "title": status.phrase, "status": status.value}
    return JSONResponse(problem, status, headers={**_HEADERS, **(headers or {})}, media_type="application/problem+json")
