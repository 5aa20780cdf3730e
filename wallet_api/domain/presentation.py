"""A request for cards, what the citizen may answer, and the receipt that stays."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, final

from credentials.encoding import JsonObject, JsonValue, b64url_encode, json_compact
from credentials.formats.base import Credential
from wallet_api.domain.card import Card
from wallet_api.domain.disclosure import Fact

# Some verifiers' software refuses to decrypt more than this.
SAFE_CHARACTERS: Final = 49_000
_IN_A_TOKEN: Final = frozenset({"vc+jwt", "jwt_vc_json"})
_PROOF: Final = 420
_TOKEN_PROOF: Final = 1_260
_DOCUMENT_PROOF: Final = 900
_AROUND_ALL: Final = 400


@final
@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks. Only when `known` do name and OIN come from the trust list; otherwise all we know is the host.

    With `attested_by` the list does not have the requester itself but that organisation, which says who it is.
    """

    name: str
    host: str
    known: bool
    identifier: str | None = None
    oin: str | None = None
    may_ask_bsn: bool = False
    registered: tuple[str, ...] = ()
    attested_by: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Reason:
    """Why it is asked, on which ground, and how long it is kept: the requester's own words."""

    purpose: str
    ground: str
    retention: str


@final
@dataclass(frozen=True, slots=True)
class PendingRequest:
    """A request that was read and proven, and waits for the citizen. `parameters` is the request as it was signed.

    `refusal` says which rule it breaks; then it can only be declined.
    """

    id: str
    parameters: JsonObject = field(repr=False)
    requester: Requester
    reason: Reason | None
    expires_at: datetime
    refusal: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Share:
    """One card that would be shown, and whether the answer is less than what is asked without it.

    `disclosed` is the copy of number `copy` as it will travel, but for the holder's proof; `facts` and `envelope` are
    all that can be read in it. With `whole` nothing of this card can be hidden.
    """

    query: str
    card: Card
    copy: int
    disclosed: Credential = field(repr=False)
    facts: tuple[Fact, ...] = field(repr=False)
    envelope: tuple[Fact, ...] = field(repr=False)
    required: bool
    whole: bool = False
    unusual: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def along(self) -> tuple[Fact, ...]:
        """What nobody asked and goes along, because it is in one piece with what was."""
        return tuple(fact for fact in self.facts if fact.along)

    @property
    def fingerprint(self) -> str:
        """A hash of what can be read in it, by which it is known to be the same later."""
        facts: list[JsonValue] = [[list(fact.path), fact.kind, fact.value] for fact in (*self.facts, *self.envelope)]
        return b64url_encode(hashlib.sha256(json_compact([self.query, self.card.id, facts])).digest())

    def value(self, name: str) -> str | int | bool | None:
        """Return the value of a claim of the card itself, if it goes along."""
        return next((fact.value for fact in self.facts if fact.path == (name,)), None)


@final
@dataclass(frozen=True, slots=True)
class Consent:
    """What the citizen decides about. `satisfiable` is false when the wallet lacks what is asked.

    `agreements` are texts that the citizen agrees to by sharing; `encrypted` says how the answer travels.
    All that is required goes in so many `parts`, in each at most `most` cards; in none when it is too much. `total` is
    what is owed by all that is required, in cents, no debt counted twice; None when that would not be shown.
    """

    request: PendingRequest
    shares: tuple[Share, ...]
    satisfiable: bool
    outdated: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    encrypted: bool = False
    parts: int = 1
    most: int = 0
    total: int | None = None

    @property
    def standard(self) -> tuple[Share, ...]:
        """What goes out unless the citizen chooses otherwise: all that is required."""
        return tuple(share for share in self.shares if share.required)

    @property
    def senders(self) -> int:
        """Of how many organisations that is."""
        return len({share.card.agency.identifier for share in self.standard})

    @property
    def shown(self) -> str:
        """A hash of everything that a citizen is shown here, by which a decision says what it is about.

        Check values are left out: they are others in each copy, and mean nothing to anybody.
        """
        requester, reason = self.request.requester, self.request.reason
        stated: list[JsonValue] = [
            [requester.name, requester.host, requester.known, requester.attested_by],
            None if reason is None else [reason.purpose, reason.ground, reason.retention],
            list(self.agreements),
            self.total,
            *(_stated(share) for share in self.shares),
        ]
        return b64url_encode(hashlib.sha256(json_compact(stated)).digest())

    @property
    def characters(self) -> int:
        """How long an encrypted answer with all that is required will be, within a tenth."""
        inside = sum(_with_proof(share) for share in self.shares if share.required)
        return inside * 4 // 3 + _AROUND_ALL

    @property
    def too_long_for_some(self) -> bool:
        """Say whether an organisation that we do not know may be unable to read the answer because of its length."""
        return self.encrypted and not self.request.requester.known and self.characters > SAFE_CHARACTERS

    @property
    def agencies(self) -> tuple[tuple[str, tuple[Share, ...]], ...]:
        """The cards by agency, in order of name."""
        grouped: dict[str, list[Share]] = {}
        for share in self.shares:
            grouped.setdefault(share.card.agency.name, []).append(share)
        return tuple((name, tuple(grouped[name])) for name in sorted(grouped, key=str.casefold))

    @property
    def with_debts(self) -> tuple[tuple[str, tuple[Share, ...]], ...]:
        """The agencies that state an amount, a debt, or anything else than that nothing is owed."""
        return tuple(entry for entry in self.agencies if not all(_nothing_owed(share) for share in entry[1]))

    @property
    def without_debts(self) -> tuple[Share, ...]:
        """The cards that say that nothing is owed."""
        return tuple(
            share for _, shares in self.agencies if all(_nothing_owed(each) for each in shares) for share in shares
        )

    @property
    def unusual(self) -> bool:
        """Say whether more is asked than the requester registered."""
        return any(share.unusual for share in self.shares)


class ReceiptState(StrEnum):
    """What became of a request."""

    SENT = "verstuurd"
    PARTLY = "deels_gedeeld"
    SHARED = "gedeeld"
    DECLINED = "niet_gedeeld"
    NOT_DELIVERED = "niet_aangekomen"


@final
@dataclass(frozen=True, slots=True)
class SharedCard:
    """One card as it was shown: by whom it was issued, and everything that could be read in it."""

    agency: str
    type: str
    facts: tuple[Fact, ...] = field(repr=False)
    envelope: tuple[Fact, ...] = field(default=(), repr=False)


@final
@dataclass(frozen=True, slots=True)
class Receipt:
    """What was shared with whom, when, why, and for how long they keep it.

    What goes in several `parts` is here from the moment before its part is sent; `part` is the last that was.
    """

    id: str
    requester: Requester
    reason: Reason | None
    at: datetime
    state: ReceiptState
    cards: tuple[SharedCard, ...] = field(repr=False)
    next_address: str | None = field(default=None, repr=False)
    agreements: tuple[str, ...] = field(default=(), repr=False)
    part: int = 1
    parts: int = 1

    @property
    def agencies(self) -> tuple[tuple[str, tuple[SharedCard, ...]], ...]:
        """What was shared by agency, in order of name."""
        grouped: dict[str, list[SharedCard]] = {}
        for card in self.cards:
            grouped.setdefault(card.agency, []).append(card)
        return tuple((name, tuple(grouped[name])) for name in sorted(grouped, key=str.casefold))


def _with_proof(share: Share) -> int:
    """Return how many bytes a card takes with the holder's proof: inside a token all is written in base64 once more."""
    card = len(json_compact(share.disclosed))
    if share.card.format in _IN_A_TOKEN:
        return card * 4 // 3 + _TOKEN_PROOF
    return card + (_DOCUMENT_PROOF if share.card.format == "ldp_vc" else _PROOF)


def _nothing_owed(share: Share) -> bool:
    return share.value("aantal_open_zaken") == 0


def _stated(share: Share) -> JsonValue:
    facts: list[JsonValue] = [
        [list(fact.path), fact.kind, None if fact.per_copy else fact.value, fact.along]
        for fact in (*share.facts, *share.envelope)
    ]
    return [share.query, share.card.id, share.required, share.whole, facts]
