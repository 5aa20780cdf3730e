"""Weigh a request against the cards: what would be shown, which of it is required, what is more than usual."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import MalformedInput
from credentials.formats import ClaimsPath, FormatRegistry
from credentials.openid.dcql import Candidate, Evaluation, Match, evaluate
from credentials.openid.vp_request import PresentationRequest, parse_parameters
from credentials.trust.x509.certificate import aki
from wallet_api.domain.card import Card, Standing
from wallet_api.domain.disclosure import Fact, asks_bsn, covers, shown_facts
from wallet_api.domain.presentation import Consent, PendingRequest, Requester, Share
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.usecases.show import ShowOverview

_SELECTIVE: Final = frozenset({"dc+sd-jwt"})


def paths_to_show(share: Share) -> tuple[ClaimsPath, ...] | None:
    """Return the paths to disclose; None for a format that shows everything, whatever was asked."""
    return share.paths if share.card.format in _SELECTIVE else None


@final
class WeighRequests:
    """The wallet's side of DCQL, over one citizen's cards."""

    def __init__(self, formats: FormatRegistry, show: ShowOverview, clock: Clock, *, insecure_localhost: bool) -> None:
        self._formats = formats
        self._show = show
        self._clock = clock
        self._insecure = insecure_localhost

    def request_of(self, pending: PendingRequest) -> PresentationRequest:
        """Return the request, stored as it was proven, read again by the same parser."""
        return parse_parameters(pending.parameters, insecure_localhost=self._insecure)

    def consent(self, wallet: OpenedWallet, pending: PendingRequest) -> Consent:
        """Return what the citizen decides about."""
        request = self.request_of(pending)
        cards = {card.id: card for card in self._show.cards(wallet)}
        evaluation = evaluate(request.dcql, [self._candidate(card) for card in cards.values() if self._usable(card)])
        shares = tuple(
            _share(pending.requester, query.id, cards[match.candidate.key], match, evaluation)
            for query in request.dcql.credentials
            for match in (evaluation.matches[query.id] if query.multiple else evaluation.matches[query.id][:1])
        )
        if not pending.requester.may_ask_bsn and any(
            asks_bsn(share.card.claims, paths_to_show(share)) for share in shares
        ):
            pending = replace(pending, refusal=pending.refusal or "bsn")
        stale = (card for card in cards.values() if card.gone_since is None and not self._usable(card))
        return Consent(
            pending, shares, evaluation.satisfiable, tuple(dict.fromkeys(card.agency.name for card in stale))
        )

    def check(self, request: PresentationRequest, shares: Sequence[Share]) -> None:
        """Demand that these shares together answer the request. Raises InvalidChoice."""
        selection: dict[str, list[str]] = {}
        for share in shares:
            selection.setdefault(share.query, []).append(share.card.id)
        cards = {share.card.id: share.card for share in shares}
        evaluate(request.dcql, [self._candidate(card) for card in cards.values()]).choose(selection)

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


def _share(requester: Requester, query: str, card: Card, match: Match, evaluation: Evaluation) -> Share:
    facts = shown_facts(card.type, card.claims, match.paths if card.format in _SELECTIVE else None)
    required = any(
        query in credential_set.options[0]
        for credential_set in evaluation.sets
        if credential_set.required and credential_set.options
    )
    return Share(query, card, match.paths, facts, required, _unusual(requester, facts))


def _unusual(requester: Requester, facts: Sequence[Fact]) -> tuple[Fact, ...]:
    if not requester.known or not requester.registered:
        return ()
    registered = [tuple(claim.replace("/", ".").split(".")) for claim in requester.registered]
    return tuple(
        fact for fact in facts if not fact.technical and not any(covers(_wild(path), fact.path) for path in registered)
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
