"""Answer a request for cards: the citizen's yes or no, what goes out, and a receipt of it.

Nothing is sent before the citizen chose, and nothing is sent without a receipt. Whoever asks learns from a refusal no
more than that it was refused.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.formats import Channel, Credential, FormatRegistry
from credentials.keys import SoftwareSigner
from credentials.openid.dcql import InvalidChoice
from credentials.openid.errors import AccessDenied, InvalidTransactionData, OAuthError
from credentials.openid.transaction_data import TransactionData, key_binding_claims
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import Acknowledged, Presentation, build_error, build_response
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
from wallet_api.domain.parts import Rest, Series, divide, room_of
from wallet_api.domain.presentation import Consent, PendingRequest, Receipt, ReceiptState, Share, SharedCard
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Requesters, Shelf
from wallet_api.usecases.read_request import ReadRequests
from wallet_api.usecases.weigh import WeighRequests

# As long as a requester may leave a request open.
_BETWEEN_PARTS: Final = timedelta(minutes=15)


@final
@dataclass(frozen=True, slots=True)
class Shelves:
    """Where requests wait, cards lie, receipts stay, and what is not all sent yet waits under the receipt's id."""

    requests: Shelf[PendingRequest]
    cards: Shelf[Card]
    receipts: Shelf[Receipt]
    series: Shelf[Series]


@final
class ShareCards:
    """Requests that wait for an answer, the citizen's decisions, and their receipts."""

    def __init__(
        self,
        requesters: Requesters,
        formats: FormatRegistry,
        weigh: WeighRequests,
        shelves: Shelves,
        clock: Clock,
        *,
        requests: ReadRequests,
    ) -> None:
        self._requests = requests
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
        RequestRefused, UnknownRequester, NotAsShown, NothingSelected, InvalidChoice, TooMuchAtOnce, NotDelivered.
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
        first, *later = divide(shares, request, room_of(request, consent.request.requester))
        self._weigh.check(request, first)
        _check_agreed(request, first)
        pending = self._take(wallet, id)
        receipt = replace(self._receipt(pending, ReceiptState.SENT, first, consent.agreements), parts=1 + len(later))
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        rest = tuple(
            tuple(Rest(each.query, each.card.id, each.copy, each.fingerprint) for each in part) for part in later
        )
        return self._send(wallet, receipt, request, first, rest)

    def underway(self, wallet: OpenedWallet, id: str) -> bool:
        """Say whether parts of what was shared are still to go."""
        try:
            self._shelves.series.get(wallet, id)
        except NotFound:
            return False
        return True

    def go_on(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Send the next part of what the citizen decided to share, and return the receipt. Raises NotFound.

        It goes to whom and for what was shown, and says what was shown, or it does not go: then the receipt says how
        far it came, and nothing is left under way.
        """
        receipt = self._shelves.receipts.get(wallet, id)
        try:
            series = self._shelves.series.take(wallet, id)
        except NotFound:
            return receipt
        try:
            pending = self._requests.read(wallet, series.link)
            self._shelves.requests.remove(wallet, pending.id)
            request, shares = self._next_part(wallet, pending, series)
        except BlauweKnopError:
            return receipt
        receipt = self._shelves.receipts.update(wallet, id, _with_part(series.part, _shared(shares)))
        try:
            return self._send(wallet, receipt, request, shares, series.rest[1:])
        except NotDelivered:
            return self._shelves.receipts.update(wallet, id, _in_state(ReceiptState.PARTLY, None))

    def _next_part(
        self, wallet: OpenedWallet, pending: PendingRequest, series: Series
    ) -> tuple[PresentationRequest, tuple[Share, ...]]:
        if (pending.requester, pending.reason, pending.refusal) != (series.requester, series.reason, None):
            raise NotAsShown
        wanted = series.rest[0]
        consent = self._weigh.consent(wallet, pending, {each.card: each.copy for each in wanted})
        found = {(share.query, share.card.id): share for share in consent.shares}
        shares = tuple(found[each.query, each.card] for each in wanted if (each.query, each.card) in found)
        if consent.request.refusal is not None or [share.fingerprint for share in shares] != [
            each.fingerprint for each in wanted
        ]:
            raise NotAsShown
        request = self._weigh.request_of(pending)
        if request.transaction_data:
            # What the citizen agreed to went with the first part; to anything else they have not.
            raise NotAsShown
        self._weigh.check(request, shares)
        return request, shares

    def decline(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Say no. The requester hears that it was declined, and nothing of what is in the wallet."""
        pending = self._take(wallet, id)
        receipt = self._receipt(pending, ReceiptState.DECLINED, ())
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        request = self._weigh.request_of(pending)
        try:
            address = self._requesters.deliver(request.response_uri, build_error(request, _no(pending))).redirect_uri
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

    def _send(
        self,
        wallet: OpenedWallet,
        receipt: Receipt,
        request: PresentationRequest,
        shares: Sequence[Share],
        rest: tuple[tuple[Rest, ...], ...],
    ) -> Receipt:
        fields = build_response(request, self._presentations(wallet, request, shares), parts_left=len(rest))
        acknowledged = self._deliver(wallet, receipt, request, fields)
        if not rest:
            state = _in_state(ReceiptState.SHARED, acknowledged.redirect_uri)
            return self._shelves.receipts.update(wallet, receipt.id, state)
        if acknowledged.next_request is not None:
            series = Series(acknowledged.next_request, receipt.requester, receipt.reason, receipt.part + 1, rest)
            until = self._clock.now() + _BETWEEN_PARTS
            self._shelves.series.put(wallet, receipt.id, series, expires_at=until)
        return self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.PARTLY, None))

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
            cards=_shared(shares),
            agreements=agreements,
        )

    def _deliver(
        self,
        wallet: OpenedWallet,
        receipt: Receipt,
        request: PresentationRequest,
        fields: Mapping[str, str],
    ) -> Acknowledged:
        try:
            return self._requesters.deliver(request.response_uri, fields)
        except NotDelivered:
            self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.NOT_DELIVERED, None))
            raise


def _shared(shares: Sequence[Share]) -> tuple[SharedCard, ...]:
    return tuple(SharedCard(share.card.agency.name, share.card.type, share.facts, share.envelope) for share in shares)


def _with_part(part: int, cards: tuple[SharedCard, ...]) -> Callable[[Receipt], Receipt]:
    return lambda one: replace(one, state=ReceiptState.SENT, part=part, cards=(*one.cards, *cards))


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
