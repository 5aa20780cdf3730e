"""Who may come in at a business API, and for what: a token of the settings, or an access token with the right scope.

What an operation needs stands in its own `openapi_extra` (`service.web.openapi.scoped`), so the document and the check
are one. An operation that names no scope is for the tokens of the settings alone.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, final

from starlette.requests import Request

from credentials.masking import Secret
from service.api_clients.registered import ApiClients
from service.api_clients.tokens import ApiTokens
from service.api_clients.uses import ClientKind, ClientUses
from service.errors import InsufficientScope, InvalidApiToken
from service.web.bearer import bearer_token
from service.web.openapi import scope_of

MAX_TOKEN_CHARACTERS: Final = 512


@final
class ApiDoor:
    """A FastAPI dependency that returns the name of who comes in.

    `fixed` are the party's own tokens by name; with `tokens`, registered clients come with access tokens too.
    With `uses` it is noted when each came, and who is shut out stays out.

    Example:
        Caller = Annotated[str, Depends(door)]
    """

    def __init__(
        self,
        fixed: Mapping[str, Secret],
        clients: ApiClients | None = None,
        tokens: ApiTokens | None = None,
        uses: ClientUses | None = None,
    ) -> None:
        self._fixed = {name: _digest(secret.reveal()) for name, secret in fixed.items()}
        self._clients = clients or {}
        self._tokens = tokens
        self._uses = uses

    def __call__(self, request: Request) -> str:
        """Return who it is. Raises Unauthorized, InvalidApiToken, InsufficientScope."""
        token = bearer_token(request)
        digest = _digest(token)
        # All are compared, so that the time tells nothing of which one it was; digests, as a length is telling too.
        found = [name for name, each in self._fixed.items() if hmac.compare_digest(each, digest)]
        if found:
            return self._admitted(ClientKind.TOKEN, found[0])
        given = self._tokens.find(token) if self._tokens is not None and len(token) <= MAX_TOKEN_CHARACTERS else None
        client = None if given is None else self._clients.get(given.client_id)
        if given is None or client is None:
            raise InvalidApiToken
        # Also of what was given before the settings took it away.
        if scope_of(request) not in given.scopes & client.scopes:
            raise InsufficientScope
        return self._admitted(ClientKind.PROGRAM, client.client_id)

    def _admitted(self, kind: ClientKind, name: str) -> str:
        if self._uses is not None:
            self._uses.admit(kind, name)
        return name


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
