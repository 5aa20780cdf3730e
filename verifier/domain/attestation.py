"""What an attester says of our access key."""

from dataclasses import dataclass
from datetime import datetime
from typing import final

from credentials.openid.client_id import ClientId


@final
@dataclass(frozen=True, slots=True)
class Attestation:
    """A verifier attestation (OpenID4VP 1.0 section 12): the token, the client id that it gives us, and until when."""

    token: str
    client_id: ClientId
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Say whether wallets may still take it. What has ended is not sent."""
        return now < self.ends_at
