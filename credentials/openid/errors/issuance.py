"""The errors of issuance: of the credential, deferred and notification endpoints (OpenID4VCI 1.0)."""

from credentials.openid.errors.oauth import OAuthError


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
