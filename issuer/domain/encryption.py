"""Whether what passes between a wallet and the credential endpoints is encrypted, beside TLS."""

from enum import StrEnum


class Encryption(StrEnum):
    """What the agency wants of wallets (OpenID4VCI 1.0 section 12.2.4, `encryption_required`)."""

    OFF = "off"
    OFFERED = "offered"
    REQUIRED = "required"
