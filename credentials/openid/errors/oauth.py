"""The errors of an authorization server: RFC 6749 section 5.2 and what builds on it."""

import re
from typing import ClassVar, Final

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError

# RFC 6749 section 5.2, repeated in OpenID4VCI 1.0 section 8.3.1.2: the characters of error_description.
_FORBIDDEN: Final = re.compile(r"[^\x20\x21\x23-\x5B\x5D-\x7E]")


def description_of(text: str) -> str:
    """Return a text in the characters that an `error_description` may have."""
    return _FORBIDDEN.sub("?", text)


class OAuthError(BlauweKnopError):
    """A refusal in the form of RFC 6749 section 5.2. Never raised itself: its subclasses are."""

    code = "oauth_error"
    error: ClassVar[str] = "server_error"
    status: ClassVar[int] = 400

    @property
    def description(self) -> str | None:
        """The `error_description`, in the characters that RFC 6749 allows."""
        return description_of(self.detail) or None

    def body(self) -> JsonObject:
        """Return the JSON body of the answer."""
        body: JsonObject = {"error": self.error}
        if self.description:
            body["error_description"] = self.description
        return body

    def headers(self) -> dict[str, str]:
        """Return the headers of the answer that belong to this error."""
        return {"Cache-Control": "no-store"}


class InvalidRequest(OAuthError):
    """A parameter is missing, doubled or malformed (RFC 6749 section 5.2)."""

    code = "oauth_invalid_request"
    error = "invalid_request"


class InvalidClient(OAuthError):
    """The client is unknown or did not authenticate (RFC 6749 section 5.2).

    Status 400: 401 would need a challenge, and none of our clients authenticates by the Authorization header.
    """

    code = "oauth_invalid_client"
    error = "invalid_client"


class InvalidClientAttestation(OAuthError):
    """A wallet attestation, or its proof, does not hold (attestation-based client authentication 07, section 6)."""

    code = "oauth_invalid_client_attestation"
    error = "invalid_client_attestation"


class UseAttestationChallenge(OAuthError):
    """The proof of a wallet attestation must come anew with the challenge handed along (the same draft)."""

    code = "oauth_use_attestation_challenge"
    error = "use_attestation_challenge"

    def __init__(self, challenge: str, detail: str = "a proof with the given challenge is needed") -> None:
        self.challenge = challenge
        super().__init__(detail)

    def headers(self) -> dict[str, str]:
        """Return the headers, the challenge among them."""
        return {**super().headers(), "OAuth-Client-Attestation-Challenge": self.challenge}


class InvalidGrant(OAuthError):
    """The code, transaction code or verifier is wrong, used or expired (RFC 6749 section 5.2, OpenID4VCI 1.0 6.3)."""

    code = "oauth_invalid_grant"
    error = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """This client may not do this (RFC 6749 section 5.2)."""

    code = "oauth_unauthorized_client"
    error = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """A grant type that is not offered (RFC 6749 section 5.2)."""

    code = "oauth_unsupported_grant_type"
    error = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    """A response type that is not offered (RFC 6749 section 4.1.2.1)."""

    code = "oauth_unsupported_response_type"
    error = "unsupported_response_type"


class InvalidScope(OAuthError):
    """No scope of the request is known here (RFC 6749 section 5.2)."""

    code = "oauth_invalid_scope"
    error = "invalid_scope"


class AccessDenied(OAuthError):
    """The person, or we on their behalf, said no (RFC 6749 section 4.1.2.1, OpenID4VP 1.0 section 8.5)."""

    code = "oauth_access_denied"
    error = "access_denied"


class ServerError(OAuthError):
    """Something went wrong at our side (RFC 6749 section 4.1.2.1)."""

    code = "oauth_server_error"
    error = "server_error"
    status = 500


class TemporarilyUnavailable(OAuthError):
    """We cannot answer now; later may work (RFC 6749 section 4.1.2.1)."""

    code = "oauth_temporarily_unavailable"
    error = "temporarily_unavailable"
    status = 503


class InvalidAuthorizationDetails(OAuthError):
    """`authorization_details` is malformed or asks for something unknown (RFC 9396 section 5)."""

    code = "oauth_invalid_authorization_details"
    error = "invalid_authorization_details"


class InvalidDpopProof(OAuthError):
    """A DPoP proof that does not hold, at an authorization server (RFC 9449 section 5)."""

    code = "oauth_invalid_dpop_proof"
    error = "invalid_dpop_proof"


class UseDpopNonce(OAuthError):
    """The token request must come anew with the nonce handed along in its DPoP proof (RFC 9449 section 8)."""

    code = "oauth_use_dpop_nonce"
    error = "use_dpop_nonce"

    def __init__(self, nonce: str, detail: str = "a new DPoP proof with the given nonce is needed") -> None:
        self.nonce = nonce
        super().__init__(detail)

    def headers(self) -> dict[str, str]:
        """Return the headers, `DPoP-Nonce` among them."""
        return {**super().headers(), "DPoP-Nonce": self.nonce}
