"""Documents that the agency publishes: metadata, keys, contexts, types and status lists."""

import gzip
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from credentials.debts.types import CASE_TYPE, OVERVIEW_TYPE, context_document, type_metadata
from credentials.encoding import JsonObject, json_compact
from credentials.openid.display import in_languages
from credentials.openid.signed_metadata import MEDIA_TYPE as SIGNED
from issuer.domain.places import TOKEN
from issuer.usecases.publish import KINDS
from issuer.web.desk import Desk
from service.errors import NotFound
from service.web import ProtocolApp, PublicResponse
from service.web.negotiation import languages, prefers

METADATA_SECONDS: Final = 300
FIXED_SECONDS: Final = 86_400

_LANGUAGES: Final = ("nl", "en")
_TYPES: Final = {"overzicht": OVERVIEW_TYPE, "zaak": CASE_TYPE}


def install(app: ProtocolApp, desk: Desk) -> None:
    """Add the routes of one agency. What does not change while it serves is made once."""
    made = {
        "oauth-authorization-server": desk.describe.authorization_server,
        "openid-configuration": desk.describe.authorization_server,
        "jwt-vc-issuer": desk.describe.jwt_vc_issuer,
        "did.json": desk.describe.did_document,
    }
    documents = {name: json_compact(document) for name, document in made.items()}
    _install_issuer_metadata(app, desk)

    @app.get("/.well-known/{name}")
    async def well_known(request: Request) -> Response:
        """Metadata of the issuer and of its authorization server, and its keys."""
        name = request.path_params["name"]
        if name not in documents:
            raise NotFound
        media_type = _DID if name == "did.json" else _JSON
        return PublicResponse(documents[name], media_type, max_age=METADATA_SECONDS, request=request)

    @app.get("/contexts/schulden/v1")
    async def context(request: Request) -> Response:
        """The JSON-LD context of the credentials, byte for byte as it is pinned."""
        return PublicResponse(context_document(), "application/ld+json", max_age=FIXED_SECONDS, request=request)

    @app.get("/types/{name}")
    async def type_document(request: Request) -> Response:
        """The SD-JWT VC type metadata."""
        name = request.path_params["name"]
        if name not in _TYPES:
            raise NotFound
        return PublicResponse(type_metadata(_TYPES[name]), _JSON, max_age=FIXED_SECONDS, request=request)

    @app.get("/status/lists")
    def lists(request: Request, _body: bytes) -> Response:
        """All Token Status Lists (section 9.1), so that a verifier can fetch them without saying which it needs."""
        addresses = desk.publish.addresses
        document: JsonObject = {
            "status_lists": [addresses.of(TOKEN, number) for number in desk.read_status_list.numbers()]
        }
        return PublicResponse(json_compact(document), _JSON, max_age=METADATA_SECONDS, request=request)

    @app.get("/status/{kind}/{number}")
    def status_list(request: Request, _body: bytes) -> Response:
        """A signed status list, as it was last published."""
        kind, number = request.path_params["kind"], request.path_params["number"]
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


def _install_issuer_metadata(app: ProtocolApp, desk: Desk) -> None:
    subsets = (_LANGUAGES, *((each,) for each in _LANGUAGES))
    spoken = {each: in_languages(desk.describe.issuer, each) for each in subsets}
    unsigned = {each: json_compact(document) for each, document in spoken.items()}

    @app.get("/.well-known/openid-credential-issuer")
    async def issuer_metadata(request: Request) -> Response:
        """The issuer's metadata (section 12.2.2): plain or signed, and in the languages that are wanted."""
        wanted = languages(request.headers.get("accept-language", ""), _LANGUAGES)
        if prefers(request.headers.get("accept", ""), SIGNED, _JSON):
            signed = desk.sign_metadata(" ".join(wanted), spoken[wanted])
            response = PublicResponse(signed, SIGNED, max_age=METADATA_SECONDS, request=request)
        else:
            response = PublicResponse(unsigned[wanted], _JSON, max_age=METADATA_SECONDS, request=request)
        response.headers["content-language"] = ", ".join(wanted)
        response.headers["vary"] = "accept, accept-language"
        return response


_JSON: Final = "application/json"
_DID: Final = "application/did+json"


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    # Token Status List section 8.1: base64 of compressed bytes still shrinks by a quarter. No time in the header: the
    # same list has the same bytes, and so the same ETag.
    return gzip.compress(body, 6, mtime=0)
