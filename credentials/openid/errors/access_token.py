"""What a resource says of an access token, with the challenge that goes with it (RFC 6750, RFC 9449 section 7)."""

from collections.abc import Sequence
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.errors.oauth import OAuthError

DPOP: Final = "DPoP"
"""The authentication scheme of RFC 9449 section 7.1."""


class AccessTokenError(OAuthError):
    """The access token does not open this resource. `scheme` is the one that the challenge names.

    `algorithms` are the JOSE names of what a DPoP proof may be signed with here; a challenge for DPoP lists them.
    """

    code = "oauth_access_token_error"
    error = "invalid_token"
    status = 401

    def __init__(self, detail: str = "", *, scheme: str = "Bearer", algorithms: Sequence[str] = ()) -> None:
        self.scheme = scheme
        self.algorithms = tuple(algorithms)
        super().__init__(detail)

    def headers(self) -> dict[str, str]:
        """Return the headers, with the challenge that RFC 6750 section 3 and RFC 9449 section 7.1 ask for."""
        return {**super().headers(), "WWW-Authenticate": self._challenge()}

    def _challenge(self) -> str:
        # `description` holds no quote and no backslash.
        description = f', error_description="{self.description}"' if self.description else ""
        algorithms = f", {self._algs()}" if self.scheme == DPOP and self.algorithms else ""
        return f'{self.scheme} error="{self.error}"{description}{algorithms}'

    def _algs(self) -> str:
        return f'algs="{" ".join(self.algorithms)}"'


class MissingAccessToken(AccessTokenError):
    """No access token was sent: a bare challenge, without an error code (RFC 6750 section 3.1).

    Where DPoP is taken too, the challenge names both schemes (RFC 9449 section 7.2).
    """

    code = "oauth_missing_access_token"

    def _challenge(self) -> str:
        return f"{self.scheme}, {DPOP} {self._algs()}" if self.algorithms else self.scheme

    def body(self) -> JsonObject:
        """Return an empty object: who sent no token is told nothing but how to send one."""
        return {}


class InvalidAccessToken(AccessTokenError):
    """The access token is unknown, expired or sent in the wrong way (RFC 6750 section 3.1)."""

    code = "oauth_invalid_token"


class InsufficientScope(AccessTokenError):
    """The access token is good, but not for this (RFC 6750 section 3.1)."""

    code = "oauth_insufficient_scope"
    error = "insufficient_scope"
    status = 403


class DpopProofRefused(AccessTokenError):
    """A DPoP proof beside an access token is missing or does not hold (RFC 9449 section 7.1)."""

    code = "oauth_dpop_proof_refused"
    error = "invalid_dpop_proof"

    def __init__(self, detail: str = "", *, algorithms: Sequence[str] = ()) -> None:
        super().__init__(detail, scheme=DPOP, algorithms=algorithms)


class DpopNonceRequired(AccessTokenError):
    """The resource wants the DPoP proof anew, with the nonce handed along (RFC 9449 section 9)."""

    code = "oauth_dpop_nonce_required"
    error = "use_dpop_nonce"

    def __init__(
        self,
        nonce: str,
        detail: str = "a new DPoP proof with the given nonce is needed",
        *,
        algorithms: Sequence[str] = (),
    ) -> None:
        self.nonce = nonce
        super().__init__(detail, scheme=DPOP, algorithms=algorithms)

    def headers(self) -> dict[str, str]:
        """Return the headers, `DPoP-Nonce` among them."""
        return {**super().headers(), "DPoP-Nonce": self.nonce}
