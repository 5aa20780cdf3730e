"""What peers do to us: a document that breaks its specification, and a refusal."""

from typing import Final

from credentials.encoding import json_object
from credentials.errors import BlauweKnopError, MalformedInput


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
