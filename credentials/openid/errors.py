"""One class per error that the specifications name, and two for what peers do to us.

`code` is ours and stable; `error` is what goes over the wire, `status` the HTTP status it goes with. The text of an
error is written by us, never taken from the input, so its `description` may be sent.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Final

from credentials.encoding import JsonObject, json_object
from credentials.errors import BlauweKnopError, MalformedInput

DPOP: Final = "DPoP"
"""The authentication scheme of RFC 9449 section 7.1."""

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

    def __init__(self, nonce: str, detail: str = "a new DPoP proof with the given nonce is needed") -> None:
        self.nonce = nonce
        super().__init__(detail, scheme=DPOP)

    def headers(self) -> dict[str, str]:
        """Return the headers, `DPoP-Nonce` among them."""
        return {**super().headers(), "DPoP-Nonce": self.nonce}


class CredentialError(OAuthError):
    """A refusal at the credential endpoint (OpenID4VCI 1.0 section 8.3.1.2)."""

    code = "vci_error"


class InvalidCredentialRequest(CredentialError):
    """The request lacks a parameter, has one twice, or is otherwise malformed."""

    code = "vci_invalid_credential_request"
    error = "invalid_credential_request"


class UnknownCredentialConfiguration(CredentialError):
    """The requested credential configuration does not exist or was not authorised."""

    code = "vci_unknown_credential_configuration"
    error = "unknown_credential_configuration"


class UnknownCredentialIdentifier(CredentialError):
    """The requested credential identifier does not exist or was not authorised."""

    code = "vci_unknown_credential_identifier"
    error = "unknown_credential_identifier"


class InvalidProof(CredentialError):
    """A key proof is missing, malformed or does not hold."""

    code = "vci_invalid_proof"
    error = "invalid_proof"


class InvalidNonce(CredentialError):
    """The proof's `c_nonce` is not ours, used or expired: the wallet fetches a new one."""

    code = "vci_invalid_nonce"
    error = "invalid_nonce"


class InvalidEncryptionParameters(CredentialError):
    """The encryption that was asked for is missing, malformed or not offered."""

    code = "vci_invalid_encryption_parameters"
    error = "invalid_encryption_parameters"


class CredentialRequestDenied(CredentialError):
    """This credential will not be issued; trying again does not help."""

    code = "vci_credential_request_denied"
    error = "credential_request_denied"


class InvalidTransactionId(CredentialError):
    """The deferred transaction is unknown or was picked up already (OpenID4VCI 1.0 section 9.3)."""

    code = "vci_invalid_transaction_id"
    error = "invalid_transaction_id"


class NotificationError(OAuthError):
    """A refusal at the notification endpoint (OpenID4VCI 1.0 section 11.3)."""

    code = "vci_notification_error"


class InvalidNotificationId(NotificationError):
    """No credentials were issued under this name with this access token."""

    code = "vci_invalid_notification_id"
    error = "invalid_notification_id"


class InvalidNotificationRequest(NotificationError):
    """The notification lacks a parameter, has one twice or with a value that does not exist, or is malformed."""

    code = "vci_invalid_notification_request"
    error = "invalid_notification_request"


class PresentationError(OAuthError):
    """A wallet's refusal of a presentation request (OpenID4VP 1.0 section 8.5)."""

    code = "vp_error"
    error = "invalid_request"


class InvalidPresentationRequest(PresentationError):
    """The request is malformed, contradicts itself, or is not by the verifier it names."""

    code = "vp_invalid_request"


class VpFormatsNotSupported(PresentationError):
    """None of the requested formats is known here."""

    code = "vp_formats_not_supported"
    error = "vp_formats_not_supported"


class InvalidRequestUriMethod(PresentationError):
    """`request_uri_method` is neither `get` nor `post`."""

    code = "vp_invalid_request_uri_method"
    error = "invalid_request_uri_method"


class InvalidTransactionData(PresentationError):
    """The request carries transaction data, and we know no type of it."""

    code = "vp_invalid_transaction_data"
    error = "invalid_transaction_data"


class WalletUnavailable(PresentationError):
    """The wallet cannot answer."""

    code = "vp_wallet_unavailable"
    error = "wallet_unavailable"


class InvalidResponse(OAuthError):
    """What was posted to our `response_uri` is no acceptable answer; nothing of it is kept."""

    code = "vp_invalid_response"
    error = "invalid_request"


class ResponseTooLarge(InvalidResponse):
    """An answer is larger, or holds more presentations, than this verifier takes, and said that it takes."""

    code = "vp_response_too_large"
    status = 413


class Unmet(StrEnum):
    """In what an answer falls short of its query."""

    CARDS = "cards"
    KIND = "kind"
    CLAIMS = "claims"


class UnsatisfiedQuery(InvalidResponse):
    """The presentations do not answer the query (OpenID4VP 1.0 section 8.6).

    `unmet` says in what; of claims `lacking` holds the paths, as they were asked, of those that are not there, or not
    with a value that would do.
    """

    code = "vp_unsatisfied_query"

    def __init__(
        self, detail: str = "", *, unmet: Unmet, lacking: tuple[tuple[str | int | None, ...], ...] = ()
    ) -> None:
        self.unmet = unmet
        self.lacking = lacking
        super().__init__(detail)


class MalformedMessage(MalformedInput):
    """A peer's document or answer breaks its specification, so it is not used."""

    code = "malformed_message"


_KNOWN_ERRORS: Final = frozenset(
    {
        # RFC 6749 sections 4.1.2.1 and 5.2, RFC 8707, RFC 9396, RFC 9126, RFC 9449, RFC 6750.
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
        "access_denied",
        "unsupported_response_type",
        "server_error",
        "temporarily_unavailable",
        "invalid_target",
        "invalid_authorization_details",
        "invalid_dpop_proof",
        "use_dpop_nonce",
        # draft-ietf-oauth-attestation-based-client-auth-07 section 6.
        "invalid_client_attestation",
        "use_attestation_challenge",
        "use_fresh_attestation",
        "invalid_token",
        "insufficient_scope",
        # RFC 9101 section 6, OpenID Connect Core section 3.1.2.6.
        "invalid_request_uri",
        "invalid_request_object",
        "request_not_supported",
        "request_uri_not_supported",
        "interaction_required",
        "login_required",
        "consent_required",
        # OpenID4VCI 1.0 sections 8.3.1.2, 9.3 and 11.3; `invalid_tx_code` is of 1.1.
        "invalid_credential_request",
        "unknown_credential_configuration",
        "unknown_credential_identifier",
        "invalid_proof",
        "invalid_nonce",
        "invalid_encryption_parameters",
        "credential_request_denied",
        "invalid_transaction_id",
        "invalid_notification_id",
        "invalid_notification_request",
        "invalid_tx_code",
        # OpenID4VP 1.0 section 8.5.
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    }
)


class PeerRefused(BlauweKnopError):
    """A peer answered with an error.

    `error` is one of the codes that the specifications name, or `unknown`: a peer's own text travels no further.
    """

    code = "peer_refused"

    def __init__(self, error: str, status: int | None = None) -> None:
        self.error = error if error in _KNOWN_ERRORS else "unknown"
        self.status = status
        super().__init__(f"the peer answered with {self.error}")


def parse_error(status: int, body: bytes) -> PeerRefused:
    """Read a peer's error answer, whatever it holds, into an exception for the caller to raise."""
    try:
        error = json_object(body, "error response", max_bytes=16_000).get("error")
    except MalformedInput:
        error = None
    return PeerRefused(error if isinstance(error, str) else "unknown", status)
