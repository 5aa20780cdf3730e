"""Make an offer for one citizen, and show it to whoever has its link."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from credentials.clock import Clock
from credentials.debts.person import Person
from issuer.domain.clients import Profile
from issuer.domain.configurations import Offered, configuration
from issuer.domain.errors import OfferNotFound
from issuer.domain.facts import Hiding
from issuer.domain.offers import Grant, Offer, OfferSecrets, OfferState, tx_code_hash
from issuer.domain.processing import Operation
from issuer.domain.profiles import RULES
from issuer.domain.secrets import Derivation, random_reference, random_tx_code
from issuer.ports import Event, Store
from issuer.usecases.processing import doing

TX_CODE_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class MadeOffer:
    """An offer with what makes it usable: the secrets of its link and, apart, its transaction code."""

    offer: Offer
    secrets: OfferSecrets = field(repr=False)
    tx_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class CreateOffer:
    """Offer credentials to one citizen, of those that this agency offers."""

    store: Store
    clock: Clock
    derivation: Derivation
    hiding: Hiding
    lifetime: timedelta
    offered: Offered
    profile: Profile = Profile.OPEN

    @property
    def to_citizens(self) -> Grant:
        """How a citizen who is logged in here gets cards: by the code alone, unless the profile has no such offers."""
        allowed = RULES[self.profile].grants
        return Grant.PRE_AUTHORISED if Grant.PRE_AUTHORISED in allowed else Grant.AUTHORISATION_CODE

    def __call__(
        self,
        subject: Person,
        configurations: Sequence[str],
        grant: Grant,
        *,
        with_tx_code: bool = False,
        profile: Profile = Profile.OPEN,
    ) -> MadeOffer:
        """Make and store the offer. Raises UnknownConfiguration, ForbiddenByProfile."""
        securings = {configuration(each).securing for each in self.offered.require_known(configurations)}
        for each in (self.profile, profile):
            RULES[each].check_offer(grant, securings, with_tx_code=with_tx_code)
        reference = random_reference()
        # A transaction code belongs to the pre-authorized flow; the other one has the login (OpenID4VCI 1.0 4.1.1).
        tx_code = random_tx_code() if with_tx_code and grant is Grant.PRE_AUTHORISED else None
        offer = Offer(
            reference=reference,
            subject=subject,
            configurations=self.offered.require_known(configurations),
            grant=grant,
            expires_at=self.clock.now() + self.lifetime,
            tx_code_hash=tx_code_hash(self.derivation, reference, tx_code) if tx_code else None,
            profile=profile,
        )
        subject_hash = self.hiding.subject(subject)
        with doing(self.store, self.clock, Operation.OFFER, subject_hash) as deed, deed.write() as records:
            records.offers.add(offer)
            records.audit(Event("offer.created", reference, "ok", subject_hash))
        return MadeOffer(offer, offer.secrets(self.derivation), tx_code)


@dataclass(frozen=True, slots=True)
class ShowOffer:
    """Find an offer: by the secret in its link for a wallet, by its reference for the citizen and the agency."""

    store: Store
    clock: Clock
    derivation: Derivation

    def to_wallet(self, secret: str) -> MadeOffer:
        """Return the open offer of a link. Raises OfferNotFound, alike for what never was and what is over."""
        with self.store.read() as records:
            offer = records.offers.by_id(secret)
        if offer is None or not offer.is_open(self.clock.now()):
            raise OfferNotFound
        return MadeOffer(offer, offer.secrets(self.derivation))

    def to_citizen(self, reference: str, subject: Person) -> tuple[MadeOffer, OfferState]:
        """Return one's own offer and what became of it. Raises OfferNotFound."""
        made, state = self.to_agency(reference)
        if made.offer.subject != subject:
            raise OfferNotFound
        return made, state

    def to_agency(self, reference: str) -> tuple[MadeOffer, OfferState]:
        """Return an offer and what became of it. Raises OfferNotFound."""
        with self.store.read() as records:
            offer = records.offers.by_reference(reference)
        if offer is None:
            raise OfferNotFound
        return MadeOffer(offer, offer.secrets(self.derivation)), offer.state(self.clock.now())
