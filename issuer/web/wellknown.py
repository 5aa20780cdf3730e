"""Documents that the agency publishes: metadata, keys, contexts, types and status lists."""

import gzip
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Final
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from credentials.debts.types import CONTEXT_V2_URL, context_document, rendered_metadata, type_metadata
from credentials.dids import did_web_url
from credentials.encoding import JsonObject, b64url_encode, json_compact
from credentials.formats.issuer_key.published import WELL_KNOWN as JWT_VC_ISSUER
from credentials.formats.issuer_key.published import metadata_address
from credentials.openid.display import in_languages
from credentials.openid.signed_metadata import MEDIA_TYPE as SIGNED
from credentials.openid.well_known import AUTHORIZATION_SERVER, CREDENTIAL_ISSUER, OPENID_CONFIGURATION, inserted
from issuer.domain.places import TOKEN
from issuer.usecases.describe import PATHS
from issuer.usecases.publish import KINDS
from issuer.usecases.sign import TYPES
from issuer.web.desk import Desk
from service.errors import NotFound
from service.place import Place
from service.web import ProtocolApp, PublicResponse
from service.web.negotiation import languages, prefers

METADATA_SECONDS: Final = 300
FIXED_SECONDS: Final = 86_400

_LANGUAGES: Final = ("nl", "en")
_TYPES: Final = {PATHS[kind]: type_urn for kind, type_urn in TYPES.items()}


def inserted_paths(url: str) -> dict[str, str]:
    """Return where wallets look for an agency's metadata, as paths of the host, and where they are inside.

    Whoever asks makes the addresses by the same functions. At the root of a host these two are the same; below a path
    the metadata stand where it is put behind `/.well-known/<name>`, and where `/.well-known/<name>` is put behind it.
    """
    return {urlsplit(address(url)).path: f"/.well-known/{name}" for name, address in _ADDRESSES.items()}


def install(app: ProtocolApp, desk: Desk, place: Place) -> None:
    """Add the routes of one agency. What does not change while it serves is made once."""
    _install_issuer_metadata(app, desk)
    _install_metadata(app, desk, place)
    _install_status(app, desk)

    @app.get("/contexts/schulden/v1")
    async def context(request: Request) -> Response:
        """The JSON-LD context of the credentials, byte for byte as it is pinned."""
        return PublicResponse(context_document(), "application/ld+json", max_age=FIXED_SECONDS, request=request)

    @app.get("/contexts/schulden/v2")
    async def later_context(request: Request) -> Response:
        """The JSON-LD context of overviews that bear notices, byte for byte as it is pinned."""
        body = context_document(CONTEXT_V2_URL)
        return PublicResponse(body, "application/ld+json", max_age=FIXED_SECONDS, request=request)

    @app.get("/types/{name}")
    async def type_document(request: Request) -> Response:
        """The SD-JWT VC type metadata."""
        name = request.path_params["name"]
        if name not in _TYPES:
            raise NotFound
        return PublicResponse(type_metadata(_TYPES[name]), _JSON, max_age=FIXED_SECONDS, request=request)

    if desk.describe.type_documents:
        _install_type_documents(app)


def _install_type_documents(app: ProtocolApp) -> None:
    documents = {name: json_compact([b64url_encode(rendered_metadata(type_urn))]) for name, type_urn in _TYPES.items()}

    @app.get("/types/{name}/documents")
    async def type_documents(request: Request) -> Response:
        """The SD-JWT VC type metadata as the NL Wallet takes them: an array of documents in base64url."""
        name = request.path_params["name"]
        if name not in documents:
            raise NotFound
        return PublicResponse(documents[name], _JSON, max_age=FIXED_SECONDS, request=request)


def _install_metadata(app: ProtocolApp, desk: Desk, place: Place) -> None:
    authorization_server = json_compact(desk.describe.authorization_server)
    # Keys come and go while an agency serves.
    documents: Mapping[str, Callable[[], bytes]] = {
        AUTHORIZATION_SERVER: lambda: authorization_server,
        OPENID_CONFIGURATION: lambda: authorization_server,
        JWT_VC_ISSUER: lambda: json_compact(desk.describe.jwt_vc_issuer),
    }
    # The did:web method: `/.well-known/did.json` of a host, but `/did.json` below a path.
    keys_path = urlsplit(did_web_url(desk.describe.identity.did, allow_insecure_localhost=True)).path

    @app.get(keys_path.removeprefix(place.path))
    async def did_document(request: Request) -> Response:
        """The agency's keys."""
        return PublicResponse(json_compact(desk.describe.did_document), _DID, max_age=METADATA_SECONDS, request=request)

    @app.get("/.well-known/{name}")
    async def well_known(request: Request) -> Response:
        """Metadata of the issuer and of its authorization server, and the keys behind its certificates."""
        name = request.path_params["name"]
        if name not in documents:
            raise NotFound
        return PublicResponse(documents[name](), _JSON, max_age=METADATA_SECONDS, request=request)


def _install_status(app: ProtocolApp, desk: Desk) -> None:
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
    # Hundreds of labels in each: made when somebody asks, and kept.
    @cache
    def spoken(wanted: tuple[str, ...]) -> JsonObject:
        return in_languages(desk.describe.issuer, wanted)

    @cache
    def unsigned(wanted: tuple[str, ...]) -> bytes:
        return json_compact(spoken(wanted))

    @app.get(f"/.well-known/{CREDENTIAL_ISSUER}")
    async def issuer_metadata(request: Request) -> Response:
        """The issuer's metadata (section 12.2.2): plain or signed, and in the languages that are wanted."""
        wanted = languages(request.headers.get("accept-language", ""), _LANGUAGES)
        if prefers(request.headers.get("accept", ""), SIGNED, _JSON):
            # Once an hour it is signed anew, and a key in a hardware module may be slow.
            signed = await run_sync(desk.sign_metadata, " ".join(wanted), spoken(wanted))
            response = PublicResponse(signed, SIGNED, max_age=METADATA_SECONDS, request=request)
        else:
            response = PublicResponse(unsigned(wanted), _JSON, max_age=METADATA_SECONDS, request=request)
        response.headers["content-language"] = ", ".join(wanted)
        response.headers["vary"] = "accept, accept-language"
        return response


_JSON: Final = "application/json"
_DID: Final = "application/did+json"
_ADDRESSES: Final[Mapping[str, Callable[[str], str]]] = {
    CREDENTIAL_ISSUER: lambda url: inserted(url, CREDENTIAL_ISSUER),
    AUTHORIZATION_SERVER: lambda url: inserted(url, AUTHORIZATION_SERVER),
    OPENID_CONFIGURATION: lambda url: inserted(url, OPENID_CONFIGURATION),
    JWT_VC_ISSUER: lambda url: metadata_address(url, allow_insecure_localhost=True),
}


@lru_cache(maxsize=32)
def _packed(body: bytes) -> bytes:
    # Token Status List section 8.1: base64 of compressed bytes still shrinks by a quarter. No time in the header: the
    # same list has the same bytes, and so the same ETag.
    return gzip.compress(body, 6, mtime=0)
