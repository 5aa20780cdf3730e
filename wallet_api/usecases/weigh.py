"""Weigh a request against the cards: what would be shown, which of it is required, what is more than usual."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import final

from credentials.clock import Clock
from credentials.debts.claims import ALWAYS_DISCLOSED
from credentials.errors import MalformedInput
from credentials.formats import CredentialFormat, FormatRegistry, HeldView
from credentials.openid.dcql import Candidate, DcqlQuery, Evaluation, Match, evaluate
from credentials.openid.vp_request import PresentationRequest, ResponseMode, parse_parameters
from credentials.trust import TrustedLists
from credentials.trust.x509.certificate import aki
from wallet_api.domain.card import Card, Standing, copy_to_use
from wallet_api.domain.disclosure import Fact, asked_leaves, covers, envelope_of, facts_of, said, shows_bsn
from wallet_api.domain.errors import TooMuchAtOnce
from wallet_api.domain.issuance import OVERVIEW
from wallet_api.domain.overview import overview_of
from wallet_api.domain.parts import divide, room_of
from wallet_api.domain.presentation import Consent, PendingRequest, Requester, Share
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.usecases.show import ShowOverview


@final
class WeighRequests:
    """The wallet's side of DCQL, over one citizen's cards."""

    def __init__(
        self,
        formats: FormatRegistry,
        show: ShowOverview,
        clock: Clock,
        *,
        insecure_localhost: bool,
        trusted_lists: TrustedLists | None = None,
    ) -> None:
        self._trusted_lists = trusted_lists or TrustedLists()
        self._formats = formats
        self._show = show
        self._clock = clock
        self._insecure = insecure_localhost

    def request_of(self, pending: PendingRequest) -> PresentationRequest:
        """Return the request, stored as it was proven, read again by the same parser."""
        return parse_parameters(pending.parameters, insecure_localhost=self._insecure)

    def consent(
        self, wallet: OpenedWallet, pending: PendingRequest, chosen: Mapping[str, int] | None = None
    ) -> Consent:
        """Return what the citizen decides about; of what they decided on before, only the cards and copies chosen."""
        request = self.request_of(pending)
        cards = {card.id: card for card in self._show.cards(wallet)}
        held = {
            card.id: self._held(card)
            for card in cards.values()
            if self._usable(card) and (chosen is None or card.id in chosen)
        }
        evaluation = evaluate(request.dcql, [self._candidate(each, request.dcql) for each in held.values()])
        matches = [
            (query.id, held[match.candidate.key], match)
            for query in request.dcql.credentials
            for match in (evaluation.matches[query.id] if query.multiple else evaluation.matches[query.id][:1])
        ]
        copies = _copies({each.card.id: each.card for _, each, _ in matches}.values())
        shares = _with_required(
            [
                each.share(
                    query,
                    match,
                    pending.requester,
                    copies[_set_of(each.card)] if chosen is None else chosen[each.card.id],
                )
                for query, each, match in matches
            ],
            evaluation,
        )
        room = room_of(request, pending.requester)
        most = room.presentations
        try:
            parts = len(divide([share for share in shares if share.required] or shares, request, room))
        except TooMuchAtOnce as error:
            parts, most = 0, error.fits
        if not pending.requester.may_ask_bsn and any(shows_bsn(share.facts) for share in shares):
            pending = replace(pending, refusal=pending.refusal or "bsn")
        stale = (card for card in cards.values() if card.gone_since is None and not self._usable(card))
        return Consent(
            pending,
            shares,
            evaluation.satisfiable,
            tuple(dict.fromkeys(card.agency.name for card in stale)),
            tuple(each.agreement or "" for each in request.transaction_data),
            request.response_mode is ResponseMode.DIRECT_POST_JWT,
            parts,
            most,
            self._total([share for share in shares if share.required]),
        )

    def _total(self, shares: Sequence[Share]) -> int | None:
        """Add up what these cards say is owed; None unless each agency among them shows its amount."""
        by_agency: dict[str, list[Share]] = {}
        for share in shares:
            by_agency.setdefault(share.card.agency.identifier, []).append(share)
        if not shares or not all(map(_shows_amount, by_agency.values())):
            return None
        try:
            return overview_of([share.card for share in shares], self._clock.now()).balance
        except MalformedInput:
            # It was readable when it came in; another version of the program reads it differently.
            return None

    def check(self, request: PresentationRequest, shares: Sequence[Share]) -> None:
        """Demand that these shares together answer the request. Raises InvalidChoice."""
        selection: dict[str, list[str]] = {}
        for share in shares:
            selection.setdefault(share.query, []).append(share.card.id)
        cards = {share.card.id: share.card for share in shares}
        held = (self._held(card) for card in cards.values())
        evaluate(request.dcql, [self._candidate(each, request.dcql) for each in held]).choose(selection)

    def _candidate(self, held: "_Held", query: DcqlQuery) -> Candidate:
        """Return a card as the query sees it, with those of the trusted lists that it names and the card is under."""
        asked = query.trusted_lists
        found = self._trusted_lists.of(held.view.x5c, asked) if asked else frozenset[str]()
        return replace(held.candidate, trusted_lists=found)

    def _usable(self, card: Card) -> bool:
        return (
            card.gone_since is None
            and card.standing in (Standing.VALID, Standing.UNKNOWN)
            and not card.expired(self._clock.now())
        )

    def _held(self, card: Card) -> "_Held":
        format = self._formats[card.format]
        return _Held(card, format, format.inspect(card.copies[0].credential))


@final
@dataclass(frozen=True, slots=True)
class _Held:
    """A card with its credential, every claim open."""

    card: Card
    format: CredentialFormat
    view: HeldView

    @property
    def candidate(self) -> Candidate:
        return Candidate(
            key=self.card.id,
            format=self.card.format,
            types=frozenset(self.view.types or (self.view.type,)),
            claims=self.view.document,
            authority_keys=_authority_keys(self.view.x5c),
        )

    def share(self, query: str, match: Match, requester: Requester, number: int) -> Share:
        """Make what would be sent, and say what can be read in it."""
        disclosed = self.format.disclose(self.card.copies[number].credential, match.paths)
        seen = self.format.inspect(disclosed)
        whole, facts = not self.view.paths, facts_of(seen)
        asked = asked_leaves(self.view, match.paths)
        wanted = [fact for fact in facts if fact.said_in(asked)]
        if not whole:
            open_ = said(self.view.type, self.view.always_disclosed)
            facts = tuple(
                fact if fact.said_in(asked) or fact.said_in(open_) else replace(fact, along=True) for fact in facts
            )
        return Share(
            query=query,
            card=self.card,
            copy=number,
            disclosed=disclosed,
            facts=facts,
            envelope=envelope_of(seen),
            required=False,
            whole=whole,
            unusual=_unusual(requester, self.card.type, wanted),
        )


def _shows_amount(shares: Sequence[Share]) -> bool:
    """Say whether the cards of one agency show what is owed there: its overview, or else each of its cases."""
    overviews = [share for share in shares if share.card.type == OVERVIEW]
    return all(
        share.card.agency.listed and share.value("saldo_totaal" if overviews else "saldo") is not None
        for share in overviews or shares
    )


def _set_of(card: Card) -> tuple[str, str]:
    """Return what cards have in common that came together, whose copies are shown together."""
    return card.agency.identifier, card.session


def _copies(cards: Iterable[Card]) -> dict[tuple[str, str], int]:
    together: dict[tuple[str, str], list[Card]] = {}
    for card in cards:
        together.setdefault(_set_of(card), []).append(card)
    return {which: copy_to_use(found) for which, found in together.items()}


def _with_required(shares: Sequence[Share], evaluation: Evaluation) -> tuple[Share, ...]:
    """Say which cards the fullest answer has: of each agency those of one option, the first that it can answer whole.

    What the request cannot do without is its first option that this wallet can answer. An agency with no card in that
    one has its cards in another securing; without them it would be missing from the answer.
    """
    required: set[tuple[str, str]] = set()
    by_agency: dict[str, set[str]] = {}
    for share in shares:
        by_agency.setdefault(share.card.agency.identifier, set()).add(share.query)
    for wanted in (each.options for each in evaluation.sets if each.required and each.options):
        for agency, queries in by_agency.items():
            found = queries & set(wanted[0]) or next((set(each) for each in wanted if queries >= set(each)), set())
            required |= {(agency, query) for query in found}
    return tuple(replace(share, required=(share.card.agency.identifier, share.query) in required) for share in shares)


def _unusual(requester: Requester, type: str, asked: Sequence[Fact]) -> tuple[Fact, ...]:
    """Return what is asked beyond what the requester registered.

    What every verifier sees is nobody's wish, and what a card cannot hide is its agency's doing.
    """
    if not requester.known or not requester.registered:
        return ()
    always = ALWAYS_DISCLOSED.get(type, frozenset())
    registered = [tuple(claim.replace("/", ".").split(".")) for claim in requester.registered]
    return tuple(
        fact
        for fact in asked
        if not fact.technical
        and fact.path[0] not in always
        and not any(covers(_wild(path), fact.path) for path in registered)
    )


def _wild(path: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(None if part == "*" else part for part in path)


def _authority_keys(x5c: Sequence[bytes]) -> frozenset[str]:
    keys = set()
    for der in x5c:
        try:
            keys.add(aki(der))
        except MalformedInput:
            continue
    return frozenset(keys)
