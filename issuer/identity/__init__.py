"""Who a citizen is: the login provider."""

from issuer.identity.oidc import OidcClient, OidcLogin

__all__ = ["OidcClient", "OidcLogin"]
