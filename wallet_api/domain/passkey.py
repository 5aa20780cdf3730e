"""Passkeys: what this wallet asks of a browser, what comes back, and what is known of one before the wallet is open.

WebAuthn Level 3. The browser evaluates the PRF extension (section 10.1.4) together with the signature: 32 bytes that
only this passkey gives, for this site. They never leave the finishing request; the wrapping key is derived from them.
"""

from dataclasses import dataclass, field
from typing import Final, final

from credentials.encoding import JsonObject
from wallet_api.domain.locks import Brought, LockKind

PRF_BYTES: Final = 32
# One for all: a browser that is to find out which passkeys there are cannot be told a salt of the wallet's own, as
# `evalByCredential` needs a list of allowed credentials. What each lock has of its own is the salt of its HKDF.
PRF_INPUT: Final = b"blauweknop wallet lock 1"
MAX_CREDENTIAL_ID: Final = 1023
MIN_CREDENTIAL_ID: Final = 16
MAX_NAME: Final = 60


@final
@dataclass(frozen=True, slots=True)
class PasskeyFacts:
    """What is known of a passkey (a credential record, section 4). Bytes are base64url.

    `sign_count` and the backup flags are as they were when it was last used.
    """

    public_key: str
    user_handle: str
    sign_count: int
    backup_eligible: bool
    backed_up: bool


@final
@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that was just made, and proven to be."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backup_eligible: bool
    backed_up: bool


@final
@dataclass(frozen=True, slots=True)
class Assertion:
    """What a browser says that a passkey signed, as far as it must be read to know whose it is. Nothing is checked."""

    credential_id: bytes
    user_handle: bytes | None
    challenge: bytes
    answer: JsonObject = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class PasskeyAnswer:
    """What a browser hands in: the answer of `navigator.credentials` as JSON, and the output of the PRF beside it.

    Where a device gives no output while it makes a passkey, it is asked once more: `second` is that answer.
    """

    answer: JsonObject = field(repr=False)
    prf: bytes = field(repr=False)
    second: JsonObject | None = field(default=None, repr=False)


def brought_by(credential_id: bytes, prf: bytes) -> Brought:
    """Return what a passkey brings to the door."""
    return Brought(LockKind.PASSKEY, credential_id, prf)
