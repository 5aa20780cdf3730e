"""Where metadata lives: `/.well-known/…` is put between host and path of the identifier, not behind it.

OpenID4VCI 1.0 section 12.2.2 and RFC 8414 section 3.1 insert; OpenID Connect Discovery and OpenID4VCI drafts up to 15
append, so an issuer serves both and a wallet asks the inserted one only.
"""

from typing import Final

from credentials.web_addresses import well_known

CREDENTIAL_ISSUER: Final = "openid-credential-issuer"
AUTHORIZATION_SERVER: Final = "oauth-authorization-server"
OPENID_CONFIGURATION: Final = "openid-configuration"


def inserted(identifier: str, name: str) -> str:
    """Return the URL with `/.well-known/<name>` between host and path.

    >>> inserted("https://a.example/t/1", CREDENTIAL_ISSUER)
    'https://a.example/.well-known/openid-credential-issuer/t/1'
    """
    # RFC 8414 section 3.1 takes the slash off the end of an authorization server's identifier. OpenID4VCI 1.0 section
    # 12.2.2 does not say (OpenID4VCI issue 744), so there it stays, and our own identifiers never end in one.
    return well_known(identifier, name, final_slash=name == CREDENTIAL_ISSUER)


def appended(identifier: str, name: str) -> str:
    """Return the URL with `/.well-known/<name>` behind the path, for peers of before 1.0.

    >>> appended("https://a.example/t/1", OPENID_CONFIGURATION)
    'https://a.example/t/1/.well-known/openid-configuration'
    """
    return f"{identifier.rstrip('/')}/.well-known/{name}"
