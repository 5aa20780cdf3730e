"""Answer a request for cards: the citizen's yes or no, what goes out, and a receipt of it.

Nothing is sent before the citizen chose, and nothing is sent without a receipt. Whoever asks learns from a refusal no
more than that it was refused.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from credentials.clock import Clock
from credentials.formats import Channel, Credential, FormatRegistry
from credentials.keys import SoftwareSigner
from credentials.openid.dcql import InvalidChoice
from credentials.openid.errors import AccessDenied, InvalidTransactionData, OAuthError
from credentials.openid.transaction_data import TransactionData, key_binding_claims
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import Presentation, build_error, build_response
from service.errors import NotFound
from wallet_api.domain.card import Card
from wallet_api.domain.errors import (
    AlreadyAnswered,
    Expired,
    NotAsShown,
    NotDelivered,
    NothingSelected,
    RequestRefused,
    UnknownRequester,
)
from wallet_api.domain.presentation import Consent, PendingRequest, Receipt, ReceiptState, Share, SharedCard
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Requesters, Shelf
from wallet_api.usecases.weigh import WeighRequests


@final
@dataclass(frozen=True, slots=True)
class Shelves:
    """Where requests wait, cards lie and receipts stay."""

    requests: Shelf[PendingRequest]
    cards: Shelf[Card]
    receipts: Shelf[Receipt]


@final
class ShareCards:
    """Requests that wait for an answer, the citizen's decisions, and their receipts."""

    def __init__(
        self, requesters: Requesters, formats: FormatRegistry, weigh: WeighRequests, shelves: Shelves, clock: Clock
    ) -> None:
        self._requesters = requesters
        self._formats = formats
        self._weigh = weigh
        self._shelves = shelves
        self._clock = clock

    def consent(self, wallet: OpenedWallet, id: str) -> Consent:
        """Return what the citizen decides about. Raises AlreadyAnswered, Expired."""
        try:
            pending = self._shelves.requests.get(wallet, id)
        except NotFound as error:
            raise AlreadyAnswered from error
        if self._clock.now() >= pending.expires_at:
            raise Expired
        return self._weigh.consent(wallet, pending)

    def share(
        self,
        wallet: OpenedWallet,
        id: str,
        shown: str,
        chosen: Sequence[tuple[str, str]] | None = None,
        *,
        stranger_agreed: bool = False,
    ) -> Receipt:
        """Send what the citizen chose: pairs of query and card id; None for all that is required.

        `shown` is the `Consent.shown` that the citizen decided about; what would go out now must be the same. With
        `stranger_agreed` the citizen says to know who asks, where the trust list does not. The receipt is written
        before anything is sent, so that nothing is shared without one. Raises AlreadyAnswered, NotFound, Expired,
        RequestRefused, UnknownRequester, NotAsShown, NothingSelected, InvalidChoice, NotDelivered.
        """
        consent = self.consent(wallet, id)
        if consent.request.refusal is not None:
            raise RequestRefused(consent.request.refusal)
        if not consent.request.requester.known and not stranger_agreed:
            raise UnknownRequester
        if not hmac.compare_digest(consent.shown.encode(), shown.encode()):
            raise NotAsShown
        if not consent.satisfiable:
            raise NothingSelected
        shares = _chosen(consent.shares, chosen)
        if not shares:
            raise NothingSelected
        request = self._weigh.request_of(consent.request)
        self._weigh.check(request, shares)
        _check_agreed(request, shares)
        pending = self._take(wallet, id)
        receipt = self._receipt(pending, ReceiptState.SENT, shares, consent.agreements)
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        fields = build_response(request, self._presentations(wallet, request, shares))
        return self._deliver(wallet, receipt, request, fields)

    def decline(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Say no. The requester hears that it was declined, and nothing of what is in the wallet."""
        pending = self._take(wallet, id)
        receipt = self._receipt(pending, ReceiptState.DECLINED, ())
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        request = self._weigh.request_of(pending)
        try:
            address = self._requesters.deliver(request.response_uri, build_error(request, _no(pending)))
        except NotDelivered:
            # The citizen's no stands, whether or not it was heard.
            return receipt
        return self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.DECLINED, address))

    def history(self, wallet: OpenedWallet) -> list[Receipt]:
        """Return all receipts, the latest first."""
        return list(reversed(self._shelves.receipts.all(wallet)))

    def receipt(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Return one receipt. Raises NotFound."""
        return self._shelves.receipts.get(wallet, id)

    def forget(self, wallet: OpenedWallet, id: str) -> None:
        """Throw a receipt away. Raises NotFound."""
        self._shelves.receipts.take(wallet, id)

    def _take(self, wallet: OpenedWallet, id: str) -> PendingRequest:
        try:
            pending = self._shelves.requests.take(wallet, id)
        except NotFound as error:
            raise AlreadyAnswered from error
        if self._clock.now() >= pending.expires_at:
            raise Expired
        return pending

    def _presentations(
        self, wallet: OpenedWallet, request: PresentationRequest, shares: Sequence[Share]
    ) -> Mapping[str, Sequence[Presentation]]:
        answer: dict[str, list[Presentation]] = {}
        agreed = _agreed_by(request, shares)
        for number, share in enumerate(shares):
            answer.setdefault(share.query, []).append(self._present(request, share, agreed.get(number, ())))
        # Marked before it is sent: a copy whose answer was lost on the way counts as used.
        # One that was thrown away in another window meanwhile has no copies left to count.
        self._shelves.cards.update_all(wallet, {share.card.id: _using(share.copy) for share in shares})
        return answer

    def _present(
        self, request: PresentationRequest, share: Share, agreed: Sequence[TransactionData] = ()
    ) -> Credential:
        key = request.answer_key
        return self._formats[share.card.format].present(
            # What the citizen was shown, whole.
            share.disclosed,
            None,
            SoftwareSigner.from_private_jwk(share.card.copies[share.copy].private_jwk),
            # OpenID4VP 1.0 section 14.1.2: the whole client identifier, prefix included.
            audience=request.client_id.full,
            nonce=request.nonce,
            now=self._clock.now(),
            channel=Channel(
                request.response_uri, key.thumbprint if key is not None else None, key_binding_claims(agreed)
            ),
        )

    def _receipt(
        self,
        pending: PendingRequest,
        state: ReceiptState,
        shares: Sequence[Share],
        agreements: tuple[str, ...] = (),
    ) -> Receipt:
        return Receipt(
            id=pending.id,
            requester=pending.requester,
            reason=pending.reason,
            at=self._clock.now(),
            state=state,
            cards=tuple(
                SharedCard(share.card.agency.name, share.card.type, share.facts, share.envelope) for share in shares
            ),
            agreements=agreements,
        )

    def _deliver(
        self,
        wallet: OpenedWallet,
        receipt: Receipt,
        request: PresentationRequest,
        fields: Mapping[str, str],
    ) -> Receipt:
        try:
            address = self._requesters.deliver(request.response_uri, fields)
        except NotDelivered:
            self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.NOT_DELIVERED, None))
            raise
        return self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.SHARED, address))


def _check_agreed(request: PresentationRequest, shares: Sequence[Share]) -> None:
    for entry in request.transaction_data:
        if not any(share.query in entry.credential_ids for share in shares):
            raise InvalidChoice("none of the chosen cards may authorise what is agreed to")


def _agreed_by(request: PresentationRequest, shares: Sequence[Share]) -> Mapping[int, Sequence[TransactionData]]:
    """Say which share agrees to what: one for each text (OpenID4VP 1.0 section 8.4)."""
    agreed: dict[int, list[TransactionData]] = {}
    for entry in request.transaction_data:
        number = next(number for number, share in enumerate(shares) if share.query in entry.credential_ids)
        agreed.setdefault(number, []).append(entry)
    return agreed


def _chosen(shares: Sequence[Share], chosen: Sequence[tuple[str, str]] | None) -> list[Share]:
    if chosen is None:
        return [share for share in shares if share.required]
    wanted = set(chosen)
    return [share for share in shares if (share.query, share.card.id) in wanted]


def _no(pending: PendingRequest) -> OAuthError:
    # Section 8.4: that something cannot be agreed to says nothing of what the citizen has.
    return InvalidTransactionData() if pending.refusal == "transaction" else AccessDenied()


def _using(number: int) -> Callable[[Card], Card]:
    return lambda card: card.using(number)


def _in_state(state: ReceiptState, address: str | None) -> Callable[[Receipt], Receipt]:
    return lambda receipt: replace(receipt, state=state, next_address=address)
