"""The events of a debt (FCID, reference 1.3): nine kinds, immutable, each with an id that never changes.

Four kinds are in every version of the FCID; its pages name remission in 4.1.0; the names of the other four are ours
until confirmed. Every amount is in whole cents. A payment demand and its withdrawal never change a total: only
obligations, corrections and settlements do.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from enum import StrEnum
from typing import TypeAlias, final

from credentials.debts.errors import InvalidField
from credentials.debts.money import checked
from credentials.encoding import jcs

_MAX_ID_CHARACTERS = 256


class Category(StrEnum):
    """What part of a debt an obligation is."""

    PRINCIPAL = "Algemeen"
    ADMINISTRATION = "Administratiekosten"
    INCREASE = "Verhoging"
    INTEREST = "Rente"


class Stage(StrEnum):
    """How urgent a payment demand is."""

    NOTICE = "Aanschrijving"
    REMINDER = "Herinnering"
    FINAL_NOTICE = "Aanmaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What every event has: its id, when it was registered, and a text for the citizen."""

    id: str
    registered_at: datetime
    description: str | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= _MAX_ID_CHARACTERS:
            raise InvalidField(field="gebeurtenis_kenmerk", reason="an event id has 1 to 256 characters")
        offset = self.registered_at.utcoffset()
        if offset is None:
            raise InvalidField(field="datumtijd_gebeurtenis", reason="a moment without an offset")
        if not isinstance(self.registered_at.tzinfo, timezone):
            # On a zone's own clock the hour that daylight saving repeats compares as one hour.
            object.__setattr__(self, "registered_at", self.registered_at.astimezone(timezone(offset)))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithAmount(Registered):
    """An event with an amount in cents, greater than zero."""

    amount: int

    def __post_init__(self) -> None:
        Registered.__post_init__(self)
        if self.amount <= 0:
            raise InvalidField(field="bedrag", reason="the amount must be greater than zero")
        _within_reason(self.amount)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationImposed(WithAmount):
    """FinancieleVerplichtingOpgelegd (FVO): an amount was legally imposed."""

    imposed_at: datetime
    type: str
    category: Category | None = None
    primary: bool = False
    reference: str | None = None
    decision_number: str | None = None
    legal_ground: str | None = None
    legal_source: str | None = None
    imposed_by: str | None = None
    executed_by: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentDemanded(WithAmount):
    """BetalingsverplichtingOpgelegd (BVO): the citizen was asked to pay. Does not change the balance."""

    imposed_at: datetime
    stage: Stage = Stage.NOTICE
    due: date | None = None
    method: str | None = None
    payee: str | None = None
    iban: str | None = None
    iban_holder: str | None = None
    payment_reference: str | None = None
    obligations: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DemandWithdrawn(Registered):
    """BetalingsverplichtingIngetrokken (BVI): a demand no longer stands. Does not change the balance."""

    demand: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentProcessed(WithAmount):
    """BetalingVerwerkt (BV): money came in."""

    received_at: datetime | None = None
    payment_reference: str | None = None
    received_by: str | None = None
    processed_by: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationRemitted(WithAmount):
    """FinancieleVerplichtingKwijtgescholden (FVK): the whole or a part need not be paid."""

    obligation: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationCorrected(Registered):
    """FinancieleVerplichtingGecorrigeerd (FVC): a signed change of an earlier obligation."""

    amount: int
    corrects: str

    def __post_init__(self) -> None:
        Registered.__post_init__(self)
        if self.amount == 0:
            raise InvalidField(field="bedrag", reason="a correction of nothing")
        _within_reason(self.amount)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SetOff(WithAmount):
    """VerrekeningVerwerkt (VV): the debt was set off against money that the citizen was to receive."""

    payment_reference: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReversed(WithAmount):
    """BetalingIngetrokken (BI): an earlier payment was reversed, for instance a direct debit."""

    payment: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PaidOut(WithAmount):
    """BedragUitbetaald (BU): money went back to the citizen."""


Event: TypeAlias = (
    ObligationImposed
    | PaymentDemanded
    | DemandWithdrawn
    | PaymentProcessed
    | ObligationRemitted
    | ObligationCorrected
    | SetOff
    | PaymentReversed
    | PaidOut
)

EVENT_NAMES: Mapping[type[Event], str] = {
    ObligationImposed: "FinancieleVerplichtingOpgelegd",
    PaymentDemanded: "BetalingsverplichtingOpgelegd",
    DemandWithdrawn: "BetalingsverplichtingIngetrokken",
    PaymentProcessed: "BetalingVerwerkt",
    ObligationRemitted: "FinancieleVerplichtingKwijtgescholden",
    ObligationCorrected: "FinancieleVerplichtingGecorrigeerd",
    SetOff: "VerrekeningVerwerkt",
    PaymentReversed: "BetalingIngetrokken",
    PaidOut: "BedragUitbetaald",
}


def stable_event_id(content: Mapping[str, object], occurrence: int = 1) -> str:
    """Make an id for an event whose source has none: a hash of all its other fields, and of how often they came before.

    Events never change, so the id is the same at every reading. Two events that are equal in every field are two facts
    (somebody paid 50 euro twice on one day): whoever reads the source counts them, `occurrence` from 1. Which of two
    equal events is the first makes no difference, so nothing that is added to the source changes an id.
    """
    counted = dict(content) if occurrence == 1 else {**content, "occurrence": occurrence}
    return "sha256-" + hashlib.sha256(jcs(counted)).hexdigest()[:40]


@final
class EventIds:
    """Ids for the events of one case whose source has none, as they are read one after another."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def next_for(self, content: Mapping[str, object]) -> str:
        """Return the id of one more event with this content."""
        first = stable_event_id(content)
        self._seen[first] += 1
        return first if self._seen[first] == 1 else stable_event_id(content, self._seen[first])


def _within_reason(cents: int) -> None:
    try:
        checked(cents)
    except InvalidField as error:
        raise InvalidField(field="bedrag", reason=error.reason) from None
