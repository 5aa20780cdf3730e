"""Take cards that an agency offers: read the offer, ask the citizen, and only then fetch them."""

import secrets
from datetime import timedelta
from typing import final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.openid.offer import CredentialOffer, OfferReference
from wallet_api.domain.card import Agency
from wallet_api.domain.delivery import Received, Underway
from wallet_api.domain.errors import Expired, NothingOffered, TransactionCodeWrong
from wallet_api.domain.flow import Visit
from wallet_api.domain.issuance import GrantKind, IssuerDescription, PendingOffer, TransactionCode
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, Shelf
from wallet_api.usecases.acquaintances import Acquaintances
from wallet_api.usecases.receive import ReceiveCards
from wallet_api.usecases.visits import Return, Visits


@final
class TakeOffers:
    """Offers under way, each kept for a few minutes until the citizen says yes or no."""

    def __init__(
        self,
        *,
        acquaintances: Acquaintances,
        issuers: Issuers,
        visits: Visits,
        receive: ReceiveCards,
        shelf: Shelf[PendingOffer],
        clock: Clock,
        lifetime: timedelta,
    ) -> None:
        self._acquaintances = acquaintances
        self._issuers = issuers
        self._visits = visits
        self._receive = receive
        self._shelf = shelf
        self._clock = clock
        self._lifetime = lifetime

    def read(self, wallet: OpenedWallet, text: str, *, stranger_agreed: bool = False) -> PendingOffer:
        """Read an offer link and keep it for the citizen's word.

        Nothing is fetched from a host that is no agency's, unless the citizen agreed to that. Raises UnknownHost when
        they did not, UnlistedIssuer where they cannot; NothingOffered, Unavailable, MalformedInput.
        """
        offer = self._issuers.read_offer(text)
        if isinstance(offer, OfferReference):
            self._acquaintances.demand_host(wallet, urlsplit(offer.url).netloc, agreed=stranger_agreed)
            offer = self._issuers.fetch_offer(offer.url)
        agency = self._acquaintances.agency(wallet, offer.credential_issuer, agreed=stranger_agreed)
        description = self._issuers.describe(offer.credential_issuer)
        pending = self._pending(agency, offer, description)
        self._shelf.put(wallet, pending.id, pending, expires_at=pending.expires_at)
        return pending

    def get(self, wallet: OpenedWallet, id: str) -> PendingOffer:
        """Return an offer that waits. Raises NotFound."""
        return self._shelf.get(wallet, id)

    def decline(self, wallet: OpenedWallet, id: str) -> None:
        """Forget an offer."""
        self._shelf.remove(wallet, id)

    def accept(self, wallet: OpenedWallet, id: str, transaction_code: str | None) -> Received | Underway | str:
        """Take the cards now, or return the address of the agency's login to send the browser to.

        A wrong transaction code leaves the offer where it is. Raises TransactionCodeWrong, NotFound, and what
        receiving raises.
        """
        pending = self._shelf.get(wallet, id)
        if self._clock.now() >= pending.expires_at:
            raise Expired
        if not pending.agency.listed:
            self._acquaintances.add(wallet, pending.agency)
        description = self._issuers.describe(pending.agency.identifier)
        if pending.grant is GrantKind.AUTHORIZATION:
            address = self._visits.begin(
                wallet, description, pending.configurations, offer=pending.id, issuer_state=pending.secret
            )
            self._shelf.remove(wallet, id)
            return address
        code = (transaction_code or "").strip() or None
        if pending.transaction_code is not None and code is None:
            raise TransactionCodeWrong
        grant = self._issuers.redeem_offer(
            description, pending.secret or "", code if pending.transaction_code is not None else None
        )
        # The code is used up now, whatever happens next.
        self._shelf.remove(wallet, id)
        return self._receive.receive(wallet, pending.agency, description, grant, pending.configurations)

    def arrive(self, wallet: OpenedWallet, visit: Visit, returned: Return) -> Received | Underway:
        """Take the cards after the browser came back from the agency's login. Raises what receiving raises."""
        description, grant = self._visits.redeem(visit, returned)
        agency = self._acquaintances.agency(wallet, visit.credential_issuer)
        return self._receive.receive(wallet, agency, description, grant, visit.configurations)

    def underway(self, wallet: OpenedWallet, delivery: str) -> Underway:
        """Say how far the cards of an offer are that come in. Raises NotFound."""
        return self._receive.underway(wallet, delivery)

    def go_on(self, wallet: OpenedWallet, delivery: str) -> Received | Underway:
        """Take the next step in receiving them. Raises NotFound, and what receiving raises."""
        return self._receive.go_on(wallet, delivery)

    def _pending(self, agency: Agency, offer: CredentialOffer, description: IssuerDescription) -> PendingOffer:
        kinds = [
            kind for id in offer.configuration_ids if (kind := description.kind(id)) is not None and kind.kept_here
        ]
        if not kinds:
            raise NothingOffered
        grant = offer.pre_authorized
        code = grant.tx_code if grant is not None else None
        issuer_state = offer.authorization_code.issuer_state if offer.authorization_code is not None else None
        return PendingOffer(
            id=secrets.token_hex(16),
            agency=agency,
            configurations=tuple(kind.id for kind in kinds),
            names=tuple(dict.fromkeys(kind.name for kind in kinds)),
            grant=GrantKind.PRE_AUTHORIZED if grant is not None else GrantKind.AUTHORIZATION,
            expires_at=self._clock.now() + self._lifetime,
            secret=grant.code if grant is not None else issuer_state,
            transaction_code=None
            if code is None
            else TransactionCode(code.length, code.input_mode == "numeric", code.description),
            left_behind=len(offer.configuration_ids) - len(kinds),
        )
