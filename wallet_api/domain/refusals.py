"""What an agency's error means to a citizen: the codes of OAuth and OpenID4VCI 1.0, by what can be done about them."""

from collections.abc import Mapping
from typing import Final

from wallet_api.domain.errors import (
    CardsLater,
    CardsRefused,
    IssuerBroken,
    IssuerBusy,
    IssuerRefused,
    PermissionOver,
    RequestNotUnderstood,
    WalletNotKnown,
)

DEFERRED: Final = "deferred"
"""No error code: an agency that says "later", and not where to ask again."""

_MEANING: Final[Mapping[type[IssuerRefused], frozenset[str]]] = {
    WalletNotKnown: frozenset({"invalid_client", "unauthorized_client", "invalid_client_attestation"}),
    RequestNotUnderstood: frozenset(
        {
            "invalid_request",
            "invalid_scope",
            "invalid_authorization_details",
            "invalid_target",
            "unsupported_grant_type",
            "unsupported_response_type",
            "request_not_supported",
            "request_uri_not_supported",
            "invalid_request_object",
            "invalid_dpop_proof",
            "use_dpop_nonce",
            "insufficient_scope",
            "invalid_credential_request",
            "unknown_credential_configuration",
            "unknown_credential_identifier",
            "invalid_encryption_parameters",
            "invalid_proof",
            "invalid_nonce",
        }
    ),
    CardsRefused: frozenset({"access_denied", "credential_request_denied"}),
    PermissionOver: frozenset(
        {"invalid_grant", "invalid_token", "invalid_tx_code", "invalid_request_uri", "invalid_transaction_id"}
    ),
    IssuerBroken: frozenset({"server_error"}),
    IssuerBusy: frozenset({"temporarily_unavailable"}),
    CardsLater: frozenset({DEFERRED, "issuance_pending"}),
}
_BY_CODE: Final = {code: kind for kind, codes in _MEANING.items() for code in codes}


def refusal(error: str, status: int | None = None) -> IssuerRefused:
    """Return what an agency's error is to us, for the caller to raise. A code of no specification is not kept."""
    known = _BY_CODE.get(error)
    if known is not None:
        return known(error)
    return IssuerBroken("server_error") if status is not None and status >= 500 else IssuerRefused()
