"""Open encrypted credential requests, and say how the answer is to be encrypted (OpenID4VCI 1.0 section 10)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from credentials.jose import EncryptionKey
from credentials.jose.jwe import COMPRESSION
from credentials.openid.credential import CredentialRequest, DeferredRequest
from credentials.openid.credential_encryption import RequestEncryption, ResponseEncryptionOffer, open_request
from credentials.openid.errors import InvalidEncryptionParameters
from issuer.domain.encryption import Encryption

_Request = TypeVar("_Request", CredentialRequest, DeferredRequest)


@dataclass(frozen=True, slots=True)
class MessageEncryption:
    """The agency's key for requests, and whether wallets may or must use it.

    `max_inflated` is the size in bytes up to which a compressed request is inflated.
    """

    key: EncryptionKey
    wanted: Encryption
    max_inflated: int

    @property
    def of_requests(self) -> RequestEncryption | None:
        """What the metadata say of requests."""
        if self.wanted is Encryption.OFF:
            return None
        return RequestEncryption((self.key.public(),), zip_values=(COMPRESSION,), required=self._required)

    @property
    def of_responses(self) -> ResponseEncryptionOffer | None:
        """What the metadata say of responses."""
        if self.wanted is Encryption.OFF:
            return None
        return ResponseEncryptionOffer(zip_values=(COMPRESSION,), required=self._required)

    def read(self, body: bytes, parse: Callable[[bytes], _Request], *, encrypted: bool) -> _Request:
        """Read a request. Raises InvalidEncryptionParameters, and what `parse` raises."""
        if encrypted and self.wanted is Encryption.OFF:
            raise InvalidEncryptionParameters("credential requests are not encrypted here")
        # Section 10: where encryption is required, what comes without it is refused before it is read.
        if not encrypted and self._required:
            raise InvalidEncryptionParameters("credential requests must be encrypted here")
        request = parse(open_request(body, [self.key], max_inflated=self.max_inflated) if encrypted else body)
        if request.response_encryption is None:
            if self._required:
                raise InvalidEncryptionParameters("credential responses must be encrypted here")
        # Sections 8.2 and 9.1: in the clear, somebody else's key could stand in the place of the wallet's.
        elif not encrypted:
            raise InvalidEncryptionParameters("a request that asks for an encrypted response must be encrypted itself")
        return request

    @property
    def _required(self) -> bool:
        return self.wanted is Encryption.REQUIRED
