"""Programs that come to a business API with an access token of their own: OAuth 2.0 client credentials.

Order of ideas: `registered` says who they are, `tokens` keeps what was given to them,
`uses` when each came and who is shut out, `door` lets them in, `endpoint`
hands the tokens out.
"""

from service.api_clients.door import ApiDoor
from service.api_clients.endpoint import TokenEndpoint, inserted_path, install_token_endpoint
from service.api_clients.registered import ApiClient, ApiClients, ApiClientSection, read_clients
from service.api_clients.tokens import ApiTokens
from service.api_clients.uses import ClientKind, ClientUse, ClientUses

__all__ = [
    "ApiClient",
    "ApiClientSection",
    "ApiClients",
    "ApiDoor",
    "ApiTokens",
    "ClientKind",
    "ClientUse",
    "ClientUses",
    "TokenEndpoint",
    "inserted_path",
    "install_token_endpoint",
    "read_clients",
]
