"""Who may be believed, and whether a card is sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, final

from credentials.encoding import JsonObject
from credentials.formats import Credential
from credentials.keys import PublicJwk
from credentials.trust import TrustList
from credentials.verification import Report
from wallet_api.domain.card import Agency, Card, Standing
from wallet_api.domain.issuance import Kind


class TrustSource(Protocol):
    """The scheme's trust list."""

    def current(self) -> TrustList:
        """Return the last good list. Raises TrustListExpired."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Proven:
    """A card whose proof held: signature, issuer listed and allowed, bound to our key, valid, not withdrawn."""

    type: str
    claims: JsonObject = field(repr=False)
    issued_at: datetime | None
    valid_until: datetime | None


class Proof(Protocol):
    """Whether a card is sound, checked anew each time."""

    def prove(self, credential: Credential, kind: Kind, agency: Agency, holder: PublicJwk) -> Proven:
        """Demand that this agency issued it, now valid, for this key. Raises CardRefused."""
        ...

    def report(self, card: Card) -> Report:
        """Check a card anew and say per step what was found."""
        ...

    def standing(self, card: Card) -> Standing:
        """Look up the status of a card that was proven when it came in; UNKNOWN when its list cannot be had."""
        ...

    def status_lists(self, cards: Sequence[Card]) -> Mapping[str, str]:
        """Return the status lists by which these cards are judged now, as they were published, by address.

        Lists that cannot be had are left out.
        """
        ...

    def forget_status(self) -> None:
        """Drop cached status lists, so that the next look-up is fresh."""
        ...
