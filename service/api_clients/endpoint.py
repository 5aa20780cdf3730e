"""The token endpoint of a business API: OAuth 2.0 client credentials (RFC 6749 section 4.4), and its metadata.

It is an authorization server of its own, `<party>/api`: wallets find the other one, at the party's root, and neither
says anything of the other. So no wallet meets a grant that is not for it, and no token of the one opens the other.
"""

from collections.abc import Mapping
from typing import Final, final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.clock import Clock
from credentials.encoding import JsonObject, json_compact
from credentials.openid.client_assertion import ALGORITHMS, METHOD, verify_client_assertion
from credentials.openid.errors import InvalidClient, InvalidScope, UnsupportedGrantType
from credentials.openid.form import optional, required
from credentials.openid.token import TokenResponse
from credentials.openid.well_known import AUTHORIZATION_SERVER, inserted
from service.api_clients.registered import ApiClients
from service.api_clients.tokens import LIFETIME, ApiTokens
from service.api_clients.uses import ClientKind, ClientUses
from service.logging import get_logger
from service.web.input import protocol_form
from service.web.protocol import ProtocolApp
from service.web.public import PublicResponse

GRANT_TYPE: Final = "client_credentials"
SERVER: Final = "/api"
TOKEN_PATH: Final = "/api/oauth/token"  # noqa: S105  # a path
METADATA_PATH: Final = f"/.well-known/{AUTHORIZATION_SERVER}{SERVER}"
PREFIX: Final = "/api/oauth/"

_METADATA_SECONDS: Final = 300
_NO_STORE: Final = {"cache-control": "no-store", "pragma": "no-cache"}
_log: Final = get_logger(__name__)


class ClientByHeader(InvalidClient):
    """A client tried to authenticate by the Authorization header, of which nothing is taken here (RFC 6749 5.2)."""

    code = "oauth_client_by_header"
    status = 401

    def headers(self) -> dict[str, str]:
        """Return the headers, with the challenge that a 401 must have."""
        return {**super().headers(), "WWW-Authenticate": 'Basic realm="api"'}


@final
class TokenEndpoint:
    """Give registered clients access tokens; `scopes` are what there is, each with what it is for."""

    def __init__(
        self,
        base_url: str,
        clients: ApiClients,
        scopes: Mapping[str, str],
        tokens: ApiTokens,
        clock: Clock,
        *,
        uses: ClientUses | None = None,
    ) -> None:
        self._base_url = base_url
        self._clients = clients
        self._scopes = scopes
        self._tokens = tokens
        self._clock = clock
        self._uses = uses

    @property
    def issuer(self) -> str:
        """The identifier of this authorization server."""
        return self._base_url + SERVER

    def metadata(self) -> JsonObject:
        """Return the metadata (RFC 8414 section 2)."""
        return {
            "issuer": self.issuer,
            "token_endpoint": self._base_url + TOKEN_PATH,
            # Required, and empty where no authorization endpoint is.
            "response_types_supported": [],
            "grant_types_supported": [GRANT_TYPE],
            "token_endpoint_auth_methods_supported": [METHOD],
            "token_endpoint_auth_signing_alg_values_supported": [each.value for each in ALGORITHMS],
            "scopes_supported": list(self._scopes),
            "service_documentation": f"{self._base_url}/docs",
        }

    def give(self, fields: Mapping[str, str]) -> TokenResponse:
        """Answer a token request. Raises OAuthError, in the form of RFC 6749 section 5.2."""
        if required(fields, "grant_type") != GRANT_TYPE:
            raise UnsupportedGrantType("grant_type is not client_credentials")
        proven = verify_client_assertion(
            fields,
            audiences=(self.issuer, self._base_url + TOKEN_PATH),
            now=self._clock.now(),
            keys=lambda client_id: self._clients[client_id].keys if client_id in self._clients else (),
        )
        if self._uses is not None and self._uses.is_shut_out(ClientKind.PROGRAM, proven.client_id):
            raise InvalidClient("this client is shut out")
        granted = self._granted(self._clients[proven.client_id].scopes, optional(fields, "scope"))
        token = self._tokens.give(proven, granted)
        if token is None:
            raise InvalidClient("the client assertion was used before")
        _log.info("api_token_given", client=proven.client_id, scopes=list(granted))
        return TokenResponse(token, "Bearer", int(LIFETIME.total_seconds()), granted)

    def _granted(self, registered: frozenset[str], asked: str | None) -> tuple[str, ...]:
        # RFC 6749 section 3.3: without a scope, all that the client is registered for.
        wanted = registered if asked is None else frozenset(asked.split(" "))
        if not wanted <= registered:
            raise InvalidScope("a scope that this client is not registered for")
        return tuple(each for each in self._scopes if each in wanted)


def install_token_endpoint(app: ProtocolApp, endpoint: TokenEndpoint) -> None:
    """Add the routes to a party's protocol app, whose prefixes must have `PREFIX`."""
    metadata = json_compact(endpoint.metadata())

    @app.post(TOKEN_PATH)
    def token(request: Request, body: bytes) -> Response:
        """An access token (RFC 6749 section 4.4.3)."""
        if "authorization" in request.headers:
            raise ClientByHeader("this server takes private_key_jwt only")
        return JSONResponse(endpoint.give(protocol_form(request, body)).to_json(), 200, _NO_STORE)

    @app.get(METADATA_PATH)
    async def server_metadata(request: Request) -> Response:
        """The metadata of the authorization server of the business API."""
        return PublicResponse(metadata, "application/json", max_age=_METADATA_SECONDS, request=request)


def inserted_path(base_url: str) -> dict[str, str]:
    """Return where on the host the metadata stand (RFC 8414 section 3.1), and where that is inside the party."""
    return {urlsplit(inserted(base_url + SERVER, AUTHORIZATION_SERVER)).path: METADATA_PATH}
