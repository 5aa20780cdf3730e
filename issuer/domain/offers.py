"""An offer: a link by which one citizen's wallet may fetch these credentials, for minutes.

`Offer` (made, waiting) is redeemed once: by its pre-authorized code, or by a login that it was made for. Only its
public `reference` is stored in the clear; the secrets in its link follow from the reference and a key, so that a copy
of the database opens no offer.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from credentials.debts.person import Person
from issuer.domain.clients import Profile
from issuer.domain.secrets import Derivation

MAX_TX_CODE_ATTEMPTS: Final = 5


class Grant(StrEnum):
    """How a wallet turns the offer into an access token."""

    PRE_AUTHORISED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    AUTHORISATION_CODE = "authorization_code"


class OfferState(StrEnum):
    """What became of an offer, as told to the citizen and the agency."""

    OPEN = "open"
    TAKEN = "opgehaald"
    ENDED = "verlopen"


@dataclass(frozen=True, slots=True)
class OfferSecrets:
    """The secrets in an offer's link and document."""

    id: str = field(repr=False)
    code: str = field(repr=False)
    issuer_state: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Offer:
    """Credentials offered to one citizen. `tx_code_hash` is present when a transaction code is demanded.

    `profile` holds beside that of the agency.
    """

    reference: str
    subject: Person = field(repr=False)
    configurations: tuple[str, ...]
    grant: Grant
    expires_at: datetime
    tx_code_hash: bytes | None = field(default=None, repr=False)
    attempts: int = 0
    redeemed_at: datetime | None = None
    collected_at: datetime | None = None
    profile: Profile = Profile.OPEN

    def secrets(self, derivation: Derivation) -> OfferSecrets:
        """Return the secrets of this offer's link."""
        return OfferSecrets(
            id=derivation.token("offer", self.reference),
            code=derivation.token("pre-authorized code", self.reference),
            issuer_state=derivation.token("issuer state", self.reference),
        )

    def is_open(self, now: datetime) -> bool:
        """Whether the offer can still be redeemed."""
        return self.redeemed_at is None and now < self.expires_at and self.attempts < MAX_TX_CODE_ATTEMPTS

    def state(self, now: datetime) -> OfferState:
        """Return what became of the offer."""
        if self.collected_at is not None:
            return OfferState.TAKEN
        # Between redeeming and collecting the wallet is at work; the access token lives as long as it may take.
        if self.redeemed_at is not None or self.is_open(now):
            return OfferState.OPEN
        return OfferState.ENDED


def tx_code_hash(derivation: Derivation, reference: str, tx_code: str) -> bytes:
    """Return what is stored of a transaction code: keyed, because six digits have no entropy to speak of."""
    return derivation.digest("transaction code", reference, tx_code)
