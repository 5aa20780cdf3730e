"""Answer a request for cards: who asks, what exactly, yes or no, and a receipt of it.

Nothing is fetched from a host that the trust list does not know before the citizen agreed, and nothing is sent before
the citizen chose. Whoever asks learns from a refusal no more than that it was refused.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.errors import MalformedInput
from credentials.formats import Credential, FormatRegistry, KeyResolver
from credentials.keys import SoftwareSigner
from credentials.openid.dcql import Candidate, Evaluation, Match, evaluate
from credentials.openid.errors import AccessDenied, InvalidPresentationRequest, InvalidTransactionData
from credentials.openid.request_link import RequestByValue, RequestReference
from credentials.openid.request_object import UnverifiedRequest, VerifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest, parse_parameters
from credentials.openid.vp_response import Presentation, build_error, build_response
from credentials.trust import (
    InvalidChain,
    IssuerNotAllowed,
    IssuerWithdrawn,
    Participant,
    Role,
    TrustList,
    UnknownVerifier,
    recognise_verifier,
)
from credentials.trust.x509.certificate import aki
from service.errors import NotFound
from wallet_api.domain.card import Card, Standing, copy_to_use
from wallet_api.domain.disclosure import BSN, Fact, asks_bsn, covers, shown_facts
from wallet_api.domain.errors import (
    AlreadyAnswered,
    Expired,
    NotDelivered,
    NothingSelected,
    RequestRefused,
    UnknownHost,
)
from wallet_api.domain.presentation import (
    Consent,
    PendingRequest,
    Reason,
    Receipt,
    ReceiptState,
    Requester,
    Share,
    SharedCard,
)
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Requesters, Shelf, TrustSource
from wallet_api.usecases.show import ShowOverview

_LEGIBLE: Final = frozenset({"dc+sd-jwt"})


@final
@dataclass(frozen=True, slots=True)
class Shelves:
    """Where requests wait, cards lie and receipts stay."""

    requests: Shelf[PendingRequest]
    cards: Shelf[Card]
    receipts: Shelf[Receipt]


@final
@dataclass(frozen=True, slots=True)
class RequestPolicy:
    """How strangers are treated: warned about, or refused; and whether unsigned requests exist (development only)."""

    refuse_unknown: bool = False
    insecure_localhost: bool = False
    lifetime: timedelta = timedelta(minutes=15)


@final
class ShareCards:
    """Requests under way, the citizen's decisions, and their receipts."""

    def __init__(
        self,
        *,
        trust: TrustSource,
        requesters: Requesters,
        formats: FormatRegistry,
        keys: KeyResolver,
        show: ShowOverview,
        shelves: Shelves,
        policy: RequestPolicy,
        clock: Clock,
    ) -> None:
        self._trust = trust
        self._requesters = requesters
        self._formats = formats
        self._keys = keys
        self._show = show
        self._shelves = shelves
        self._policy = policy
        self._clock = clock

    def read(self, wallet: OpenedWallet, text: str, *, stranger_agreed: bool = False) -> PendingRequest:
        """Read a request link, fetch and prove the request, and keep it for the citizen's word.

        Raises UnknownHost when it must be fetched from a host that nobody on the trust list has and the citizen has
        not agreed to that; RequestRefused for a request that must not be shown at all; Unavailable.
        """
        trust_list = self._trust.current()
        try:
            verified, expires_at = self._fetched(text, trust_list, stranger_agreed=stranger_agreed)
        except InvalidTransactionData as error:
            raise RequestRefused("transaction") from error
        except InvalidPresentationRequest as error:
            raise RequestRefused("malformed") from error
        pending = self._pending(verified, trust_list, expires_at)
        self._shelves.requests.put(wallet, pending.id, pending, expires_at=pending.expires_at)
        return pending

    def consent(self, wallet: OpenedWallet, id: str) -> Consent:
        """Return what the citizen decides about. Raises AlreadyAnswered, NotFound, Expired."""
        pending = self._waiting(wallet, id)
        request = self._request(pending)
        cards = {card.id: card for card in self._show.cards(wallet)}
        evaluation = evaluate(request.dcql, [self._candidate(card) for card in cards.values() if self._usable(card)])
        shares = tuple(
            self._share(
                pending.requester, query.id, cards[match.candidate.key], match, evaluation, several=query.multiple
            )
            for query in request.dcql.credentials
            for match in (evaluation.matches[query.id] if query.multiple else evaluation.matches[query.id][:1])
        )
        if (
            any(asks_bsn(share.card.claims, self._paths(share)) for share in shares)
            and not pending.requester.may_ask_bsn
        ):
            pending = replace(pending, refusal="bsn")
        outdated = tuple(
            dict.fromkeys(
                card.agency.name for card in cards.values() if card.gone_since is None and not self._usable(card)
            )
        )
        return Consent(pending, shares, evaluation.satisfiable, outdated)

    def share(self, wallet: OpenedWallet, id: str, chosen: Sequence[tuple[str, str]] | None = None) -> Receipt:
        """Send what the citizen chose: pairs of query and card id; None for all that is required.

        The receipt is written before anything is sent, so that nothing is shared without one. Raises AlreadyAnswered,
        NotFound, Expired, RequestRefused, NothingSelected, InvalidChoice, NotDelivered.
        """
        consent = self.consent(wallet, id)
        if consent.request.refusal is not None:
            raise RequestRefused(consent.request.refusal)
        if not consent.satisfiable:
            raise NothingSelected
        shares = _chosen(consent.shares, chosen)
        if not shares:
            raise NothingSelected
        request = self._request(consent.request)
        self._check_choice(request, shares)
        pending = self._take(wallet, id)
        receipt = self._receipt(pending, ReceiptState.SENT, shares)
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        fields = build_response(request, self._presentations(wallet, request, shares))
        return self._deliver(wallet, receipt, request, fields, ReceiptState.SHARED)

    def decline(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Say no. The requester hears that it was declined, and nothing of what is in the wallet."""
        pending = self._take(wallet, id)
        receipt = self._receipt(pending, ReceiptState.DECLINED, ())
        self._shelves.receipts.put(wallet, receipt.id, receipt)
        request = self._request(pending)
        try:
            return self._deliver(wallet, receipt, request, build_error(request, AccessDenied()), ReceiptState.DECLINED)
        except NotDelivered:
            # The citizen's no stands, whether or not it was heard.
            return receipt

    def history(self, wallet: OpenedWallet) -> list[Receipt]:
        """Return all receipts, the latest first."""
        return list(reversed(self._shelves.receipts.all(wallet)))

    def receipt(self, wallet: OpenedWallet, id: str) -> Receipt:
        """Return one receipt. Raises NotFound."""
        return self._shelves.receipts.get(wallet, id)

    def forget(self, wallet: OpenedWallet, id: str) -> None:
        """Throw a receipt away. Raises NotFound."""
        self._shelves.receipts.take(wallet, id)

    # Reading a request.

    def _fetched(
        self, text: str, trust_list: TrustList, *, stranger_agreed: bool
    ) -> tuple[VerifiedRequest, datetime | None]:
        link = self._requesters.read_link(text)
        nonce: str | None = None
        if isinstance(link, VerifiedRequest):
            return link, None
        if isinstance(link, RequestReference):
            host = urlsplit(link.request_uri).netloc
            if not stranger_agreed and host not in _verifier_hosts(trust_list):
                raise UnknownHost(host)
            nonce = secrets.token_urlsafe(24) if link.method == "post" else None
            jwt = self._requesters.fetch(link, nonce)
        else:
            jwt = link.request if isinstance(link, RequestByValue) else ""
        unverified = UnverifiedRequest.parse(jwt)
        verified = verify_request(
            unverified,
            client_id=link.client_id,
            now=self._clock.now(),
            wallet_nonce=nonce,
            resolver=self._keys,
            insecure_localhost=self._policy.insecure_localhost,
        )
        expires = unverified.token.payload.get("exp")
        return verified, datetime.fromtimestamp(expires, self._clock.now().tzinfo) if isinstance(expires, int) else None

    def _pending(self, verified: VerifiedRequest, trust_list: TrustList, expires_at: datetime | None) -> PendingRequest:
        request, now = verified.request, self._clock.now()
        requester, refusal = self._requester(verified, trust_list, now)
        asked = {part for query in request.dcql.credentials for claim in query.claims for part in claim.path}
        if BSN in asked and not requester.may_ask_bsn:
            # Whoever asks what they may not ask gets nothing at all, whether or not it is here.
            refusal = refusal or "bsn"
        latest = now + self._policy.lifetime
        purpose = request.purpose if verified.signed else None
        return PendingRequest(
            id=secrets.token_hex(16),
            parameters=request.to_parameters(),
            requester=requester,
            reason=Reason(purpose.doel, purpose.grondslag, purpose.bewaartermijn) if purpose is not None else None,
            expires_at=min(expires_at, latest) if expires_at is not None else latest,
            refusal=refusal,
        )

    def _requester(
        self, verified: VerifiedRequest, trust_list: TrustList, now: datetime
    ) -> tuple[Requester, str | None]:
        host = urlsplit(verified.request.response_uri).netloc
        stranger = Requester(host, host, known=False)
        if not verified.signed:
            # Anybody can write an unsigned request; outside development that is reason enough.
            return stranger, None if self._policy.insecure_localhost else "unsigned"
        try:
            found = recognise_verifier(trust_list, now, client_id=verified.request.client_id.full, x5c=verified.x5c)
        except UnknownVerifier:
            return stranger, "unknown" if self._policy.refuse_unknown else None
        except (InvalidChain, IssuerWithdrawn, IssuerNotAllowed):
            return stranger, "signature"
        return _known(found, host), None

    # Deciding.

    def _waiting(self, wallet: OpenedWallet, id: str) -> PendingRequest:
        try:
            pending = self._shelves.requests.get(wallet, id)
        except NotFound as error:
            raise AlreadyAnswered from error
        if self._clock.now() >= pending.expires_at:
            raise Expired
        return pending

    def _take(self, wallet: OpenedWallet, id: str) -> PendingRequest:
        try:
            pending = self._shelves.requests.take(wallet, id)
        except NotFound as error:
            raise AlreadyAnswered from error
        if self._clock.now() >= pending.expires_at:
            raise Expired
        return pending

    def _request(self, pending: PendingRequest) -> PresentationRequest:
        # Stored as it was proven; read again by the same parser.
        return parse_parameters(pending.parameters, insecure_localhost=self._policy.insecure_localhost)

    def _usable(self, card: Card) -> bool:
        return (
            card.gone_since is None
            and card.standing in (Standing.VALID, Standing.UNKNOWN)
            and not card.expired(self._clock.now())
        )

    def _candidate(self, card: Card) -> Candidate:
        credential = card.copies[0].credential
        view = self._formats[card.format].inspect(credential)
        return Candidate(
            key=card.id,
            format=card.format,
            types=frozenset(view.types or (view.type,)),
            # OpenID4VP 1.0 appendix B.1.2: paths point into the whole W3C credential, or into the processed payload.
            claims=credential if isinstance(credential, dict) else view.claims,
            authority_keys=_authority_keys(view.x5c),
        )

    def _share(
        self, requester: Requester, query: str, card: Card, match: Match, evaluation: Evaluation, *, several: bool
    ) -> Share:
        paths = match.paths if card.format in _LEGIBLE else None
        facts = shown_facts(card.type, card.claims, paths)
        required = any(
            query in credential_set.options[0]
            for credential_set in evaluation.sets
            if credential_set.required and credential_set.options
        )
        return Share(query, card, match.paths, facts, required, several, _unusual(requester, facts))

    def _paths(self, share: Share) -> tuple[tuple[str | int | None, ...], ...] | None:
        # A format without selective disclosure shows everything, whatever was asked.
        return share.paths if share.card.format in _LEGIBLE else None

    def _check_choice(self, request: PresentationRequest, shares: Sequence[Share]) -> None:
        selection: dict[str, list[str]] = {}
        for share in shares:
            selection.setdefault(share.query, []).append(share.card.id)
        candidates = [self._candidate(card) for card in {share.card.id: share.card for share in shares}.values()]
        evaluate(request.dcql, candidates).choose(selection)

    # Sending.

    def _presentations(
        self, wallet: OpenedWallet, request: PresentationRequest, shares: Sequence[Share]
    ) -> Mapping[str, Sequence[Presentation]]:
        by_session: dict[tuple[str, str], list[Card]] = {}
        for share in shares:
            by_session.setdefault((share.card.agency.identifier, share.card.session), []).append(share.card)
        numbers = {session: copy_to_use(cards) for session, cards in by_session.items()}
        answer: dict[str, list[Presentation]] = {}
        for share in shares:
            number = numbers[share.card.agency.identifier, share.card.session]
            answer.setdefault(share.query, []).append(self._present(request, share, number))
        for card in {share.card.id: share.card for share in shares}.values():
            # Marked before it is sent: a copy whose answer was lost on the way counts as used.
            self._shelves.cards.update(wallet, card.id, _using(numbers[card.agency.identifier, card.session]))
        return answer

    def _present(self, request: PresentationRequest, share: Share, number: int) -> Credential:
        copy = share.card.copies[number]
        return self._formats[share.card.format].present(
            copy.credential,
            self._paths(share),
            SoftwareSigner.from_private_jwk(copy.private_jwk),
            # OpenID4VP 1.0 section 14.1.2: the whole client identifier, prefix included.
            audience=request.client_id.full,
            nonce=request.nonce,
            now=self._clock.now(),
        )

    def _receipt(self, pending: PendingRequest, state: ReceiptState, shares: Sequence[Share]) -> Receipt:
        return Receipt(
            id=pending.id,
            requester=pending.requester,
            reason=pending.reason,
            at=self._clock.now(),
            state=state,
            cards=tuple(SharedCard(share.card.agency.name, share.card.type, share.facts) for share in shares),
        )

    def _deliver(
        self,
        wallet: OpenedWallet,
        receipt: Receipt,
        request: PresentationRequest,
        fields: Mapping[str, str],
        state: ReceiptState,
    ) -> Receipt:
        try:
            address = self._requesters.deliver(request.response_uri, fields)
        except NotDelivered:
            self._shelves.receipts.update(wallet, receipt.id, _in_state(ReceiptState.NOT_DELIVERED, None))
            raise
        return self._shelves.receipts.update(wallet, receipt.id, _in_state(state, address))


def _chosen(shares: Sequence[Share], chosen: Sequence[tuple[str, str]] | None) -> list[Share]:
    if chosen is None:
        return [share for share in shares if share.required]
    wanted = set(chosen)
    return [share for share in shares if (share.query, share.card.id) in wanted]


def _using(number: int) -> Callable[[Card], Card]:
    return lambda card: card.using(number)


def _in_state(state: ReceiptState, address: str | None) -> Callable[[Receipt], Receipt]:
    return lambda receipt: replace(receipt, state=state, next_address=address)


def _unusual(requester: Requester, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    if not requester.known or not requester.registered:
        return ()
    registered = [tuple(claim.replace("/", ".").split(".")) for claim in requester.registered]
    return tuple(
        fact for fact in facts if not fact.technical and not any(covers(_wild(path), fact.path) for path in registered)
    )


def _wild(path: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(None if part == "*" else part for part in path)


def _known(participant: Participant, host: str) -> Requester:
    return Requester(
        participant.name, host, True, participant.identifier, participant.oin, participant.bsn, participant.claims
    )


def _verifier_hosts(trust_list: TrustList) -> frozenset[str]:
    return frozenset(urlsplit(each.identifier).netloc for each in trust_list.with_role(Role.VERIFIER))


def _authority_keys(x5c: Sequence[bytes]) -> frozenset[str]:
    keys = set()
    for der in x5c:
        try:
            keys.add(aki(der))
        except MalformedInput:
            continue
    return frozenset(keys)
