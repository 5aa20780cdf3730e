"""How leave for a credential is asked: by `scope` or by `authorization_details` (OpenID4VCI 1.0 section 5.1)."""

from collections.abc import Sequence
from typing import NamedTuple

from credentials.openid.authorization_details import TYPE
from credentials.openid.authorization_server import AuthorizationServerMetadata
from credentials.openid.issuer_metadata import IssuerMetadata
from wallet_api.domain.refusals import refusal


class Asked(NamedTuple):
    """What goes into an authorization request: scopes, and the ids of configurations to ask for by details."""

    scope: tuple[str, ...]
    details: tuple[str, ...]


def what_to_ask(metadata: IssuerMetadata, server: AuthorizationServerMetadata, configurations: Sequence[str]) -> Asked:
    """Ask each configuration by its scope where there is one (HAIP 1.0 section 4.3), else by details if they are taken.

    A server that lists neither its scopes nor its types of details may know both. Raises RequestNotUnderstood for a
    configuration that can be asked in neither way.
    """
    takes_details = not server.authorization_details_types or TYPE in server.authorization_details_types
    scopes: list[str] = []
    details: list[str] = []
    for id in configurations:
        configuration = metadata.configurations.get(id)
        scope = configuration.scope if configuration is not None else None
        # RFC 6749 section 3.3: a scope is one word; a space would make two of it.
        if scope is not None and scope.split() != [scope]:
            scope = None
        listed = not server.scopes or scope in server.scopes
        if scope is not None and (listed or not takes_details):
            scopes.append(scope)
        elif takes_details:
            details.append(id)
        else:
            raise refusal("request_not_supported")
    return Asked(tuple(dict.fromkeys(scopes)), tuple(details))
