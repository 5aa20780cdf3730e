"""Documents that the agency publishes: metadata, keys, contexts, types and status lists."""

import gzip
from functools import lru_cache
from typing import Final

from fastapi import APIRouter, Request, Response

from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE, context_document, type_metadata
from credentials.encoding import JsonObject, json_compact
from issuer.domain.places import TOKEN
from issuer.usecases.publish import KINDS
from issuer.web.desk import Desk
from service.errors import NotFound
from service.web import PublicResponse

METADATA_SECONDS: Final = 300
FIXED_SECONDS: Final = 86_400

_TYPES: Final = {"overzicht": OVERVIEW_TYPE, "zaak": CASE_TYPE}


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()
    documents = {
        "openid-credential-issuer": desk.describe.issuer,
        "oauth-authorization-server": desk.describe.authorization_server,
        "openid-configuration": desk.describe.authorization_server,
        "jwt-vc-issuer": desk.describe.jwt_vc_issuer,
        "did.json": desk.describe.did_document,
    }

    @routes.get("/.well-known/{name}")
    def well_known(request: Request, name: str) -> Response:
        """Metadata of the issuer and of its authorization server, and its keys."""
        if name not in documents:
            raise NotFound
        return _json(documents[name], request, METADATA_SECONDS, _DID if name == "did.json" else _JSON)

    @routes.get("/contexts/schulden/v1")
    def context(request: Request) -> Response:
        """The JSON-LD context of the credentials, byte for byte as it is pinned."""
        return PublicResponse(context_document(), "application/ld+json", max_age=FIXED_SECONDS, request=request)

    @routes.get("/types/{name}")
    def type_document(request: Request, name: str) -> Response:
        """The SD-JWT VC type metadata."""
        if name not in _TYPES:
            raise NotFound
        return PublicResponse(type_metadata(_TYPES[name]), _JSON, max_age=FIXED_SECONDS, request=request)

    @routes.get("/status/lists")
    def lists(request: Request) -> Response:
        """All Token Status Lists (section 9.1), so that a verifier can fetch them without saying which it needs."""
        addresses = desk.publish.addresses
        document: JsonObject = {
            "status_lists": [addresses.of(TOKEN, number) for number in desk.read_status_list.numbers()]
        }
        return _json(document, request, METADATA_SECONDS)

    @routes.get("/status/{kind}/{number}")
    def status_list(request: Request, kind: str, number: str) -> Response:
        """A signed status list, as it was last published."""
        if kind not in KINDS or not number.isascii() or not number.isdigit() or len(number) > 9:
            raise NotFound
        publication = desk.read_status_list(kind, int(number))
        left = int((publication.expires_at - desk.clock.now()).total_seconds())
        # Never kept longer than the list says that it may be: `ttl` and `exp` come before HTTP's word.
        age = max(0, min(int(desk.status_ttl.total_seconds()), left))
        packed = "gzip" in request.headers.get("accept-encoding", "")
        body = _packed(publication.body) if packed else publication.body
        response = PublicResponse(body, publication.media_type, max_age=age, request=request)
        response.headers["vary"] = "accept-encoding"
        if packed:
            response.headers["content-encoding"] = "gzip"
        return response

    return routes


_JSON: Final = "application/json"
_DID: Final = "application/did+json"


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    # Token Status List section 8.1: base64 of compressed bytes still shrinks by a quarter. No time in the header: the
    # same list has the same bytes, and so the same ETag.
    return gzip.compress(body, 6, mtime=0)


def _json(document: JsonObject, request: Request, max_age: int, media_type: str = _JSON) -> Response:
    return PublicResponse(json_compact(document), media_type, max_age=max_age, request=request)
