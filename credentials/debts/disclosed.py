"""Typed views of what a credential disclosed: everything is optional, and nothing is of the wrong type.

A holder shows what the request asks and no more, so every field may be None: not disclosed is not the same as nothing.
What is there must be of its type, whoever signed it; unknown claims are left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar, final

from credentials.clock import dutch_day
from credentials.debts.bsn import Bsn
from credentials.debts.catalogue import Dischargeable, Rank
from credentials.debts.claim_table import NOTICE_SLOTS
from credentials.debts.claims import ALL_KINDS, NOTICES, SCHEMA_VERSION
from credentials.debts.dates import parse_day, parse_moment
from credentials.debts.due import Due, due_of
from credentials.debts.errors import InvalidBsn, InvalidField, InvalidNotice, MalformedClaims
from credentials.debts.money import checked
from credentials.debts.notice import Notice
from credentials.debts.phase import Phase
from credentials.encoding import JsonObject, JsonValue
from credentials.plain_text import shown

T = TypeVar("T")

_MAX_TEXT: Final = 4000
_WITHOUT_NOTICES: Final = ("1", SCHEMA_VERSION)


@final
@dataclass(frozen=True, slots=True)
class DisclosedOrganisation:
    """An organisation, as far as it was disclosed."""

    oin: str | None = None
    name: str | None = None
    abbreviation: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedSlot:
    """One open case as an overview states it."""

    slot: str
    digest: str | None = None
    type: str | None = None
    description: str | None = None
    balance: int | None = None
    arrears: int | None = None
    phase: Phase | None = None
    next_due_date: date | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedOverview:
    """An overview, as far as it was disclosed."""

    source: DisclosedOrganisation
    as_of: datetime | None = None
    schema_version: str | None = None
    fcid_version: str | None = None
    coverage: tuple[str, ...] | None = None
    open_cases: int | None = None
    balance: int | None = None
    arrears: int | None = None
    owed: int | None = None
    settled: int | None = None
    highest_phase: Phase | None = None
    more_than_20: bool | None = None
    slots: tuple[DisclosedSlot, ...] = ()
    bsn: Bsn | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def notices_hidden(self) -> bool:
        """Tell whether there are notices, or may be, that were not shown.

        Version 1.0 has none, and a later one bears them. Every securing but an mdoc shows both to everybody; there a
        version that was not shown says nothing, and so not that there are none.
        """
        return not self.notices and self.schema_version not in _WITHOUT_NOTICES

    @property
    def digests(self) -> frozenset[str]:
        """The digests of open cases that were disclosed."""
        return frozenset(slot.digest for slot in self.slots if slot.digest is not None)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedEvent:
    """One event of a case as it was disclosed."""

    slot: str
    type: str | None = None
    at: datetime | None = None
    amount: int | None = None
    description: str | None = None
    id: str | None = None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosedCase:
    """A case, as far as it was disclosed."""

    source: DisclosedOrganisation
    as_of: datetime | None = None
    schema_version: str | None = None
    fcid_version: str | None = None
    digest: str | None = None
    reference: str | None = None
    decision_number: str | None = None
    imposed_by: DisclosedOrganisation = field(default_factory=DisclosedOrganisation)
    executed_by: DisclosedOrganisation = field(default_factory=DisclosedOrganisation)
    type: str | None = None
    description: str | None = None
    legal_ground: str | None = None
    legal_source: str | None = None
    principal: int | None = None
    increases: int | None = None
    administration_costs: int | None = None
    interest: int | None = None
    other_costs: int | None = None
    owed: int | None = None
    settled: int | None = None
    balance: int | None = None
    balance_at: datetime | None = None
    arrears: int | None = None
    origin_date: date | None = None
    last_event_date: date | None = None
    phase: Phase | None = None
    next_due_date: date | None = None
    next_due_amount: int | None = None
    iban: str | None = None
    iban_holder: str | None = None
    payment_reference: str | None = None
    plan_instalment: int | None = None
    plan_instalments: int | None = None
    plan_start: date | None = None
    plan_kept: bool | None = None
    preference: Rank | None = None
    preference_ground: str | None = None
    dischargeable: Dischargeable | None = None
    remedy: str | None = None
    remedy_body: str | None = None
    remedy_until: date | None = None
    remedy_url: str | None = None
    event_count: int | None = None
    events: tuple[DisclosedEvent, ...] = ()

    def due_on(self, today: date) -> Due | None:
        """Tell what is due on a Dutch day; None when what was disclosed does not tell (`credentials.debts.due`)."""
        return due_of(
            today,
            as_of=None if self.as_of is None else dutch_day(self.as_of),
            balance=self.balance,
            arrears=self.arrears,
            first_day=self.next_due_date,
            first_amount=self.next_due_amount,
            phase=self.phase,
        )

    @property
    def dedup_keys(self) -> frozenset[tuple[str, str, str]]:
        """What tells this debt from all others: who imposed it, with the case reference and the decision number.

        Two cases with a key in common are one debt served by two bodies. Empty when none of it was disclosed.
        """
        oin = self.imposed_by.oin
        if oin is None:
            return frozenset()
        numbers = {"zaakkenmerk": self.reference, "beschikkingsnummer": self.decision_number}
        return frozenset((oin, kind, number) for kind, number in numbers.items() if number is not None)


def read_overview(tree: JsonObject) -> DisclosedOverview:
    """Read the disclosed part of an overview. Raises MalformedClaims, naming the path, for a wrong type."""
    read = _Reader(tree)
    coverage = read.text("dekking")
    return DisclosedOverview(
        source=_source(read),
        as_of=read.moment("peildatum"),
        schema_version=read.text("schema_versie"),
        fcid_version=read.text("fcid_versie"),
        coverage=None if coverage is None else tuple(code for code in coverage.split(",") if code),
        open_cases=read.number("aantal_open_zaken"),
        balance=read.number("saldo_totaal"),
        arrears=read.number("achterstand_totaal"),
        owed=read.number("verplicht_totaal"),
        settled=read.number("vereffend_totaal"),
        highest_phase=read.code("hoogste_aanmaanfase", Phase),
        more_than_20=read.flag("meer_dan_20"),
        slots=tuple(
            DisclosedSlot(
                slot=slot,
                digest=case.text("digest"),
                type=case.text("type"),
                description=case.text("omschrijving"),
                balance=case.number("saldo"),
                arrears=case.number("achterstand"),
                phase=case.code("fase", Phase),
                next_due_date=case.day("eerst_vervalt"),
            )
            for slot, case in read.slots("zaken")
        ),
        bsn=read.bsn("subject.bsn"),
        notices=_notices(read),
    )


def read_case(tree: JsonObject) -> DisclosedCase:
    """Read the disclosed part of a case. Raises MalformedClaims, naming the path, for a wrong type."""
    read = _Reader(tree)
    return DisclosedCase(
        source=_source(read),
        as_of=read.moment("peildatum"),
        schema_version=read.text("schema_versie"),
        fcid_version=read.text("fcid_versie"),
        digest=read.text("zaak_digest"),
        reference=read.text("zaakkenmerk"),
        decision_number=read.text("beschikkingsnummer"),
        imposed_by=DisclosedOrganisation(read.text("opgelegd_door.oin"), read.text("opgelegd_door.naam")),
        executed_by=DisclosedOrganisation(read.text("uitgevoerd_door.oin"), read.text("uitgevoerd_door.naam")),
        type=read.text("type"),
        description=read.text("omschrijving"),
        legal_ground=read.text("juridische_grondslag.omschrijving"),
        legal_source=read.text("juridische_grondslag.bron"),
        principal=read.number("primair_bedrag"),
        increases=read.number("verhogingen"),
        administration_costs=read.number("administratiekosten"),
        interest=read.number("rente"),
        other_costs=read.number("kosten_overig"),
        owed=read.number("verplicht"),
        settled=read.number("vereffend"),
        balance=read.number("saldo"),
        balance_at=read.moment("saldo_datumtijd"),
        arrears=read.number("achterstand"),
        origin_date=read.day("ontstaansdatum"),
        last_event_date=read.day("laatste_gebeurtenis_datum"),
        phase=read.code("fase", Phase),
        next_due_date=read.day("eerst_vervalt_datum"),
        next_due_amount=read.number("eerst_vervalt_bedrag"),
        iban=read.text("betaling.iban"),
        iban_holder=read.text("betaling.tnv"),
        payment_reference=read.text("betaling.kenmerk"),
        plan_instalment=read.number("regeling.termijnbedrag"),
        plan_instalments=read.number("regeling.termijnen"),
        plan_start=read.day("regeling.start"),
        plan_kept=read.flag("regeling.nagekomen"),
        preference=read.code("preferentie.waarde", Rank),
        preference_ground=read.text("preferentie.grondslag"),
        dischargeable=read.code("saneerbaar", Dischargeable),
        remedy=read.text("rechtsmiddel.soort"),
        remedy_body=read.text("rechtsmiddel.instantie"),
        remedy_until=read.day("rechtsmiddel.einddatum"),
        remedy_url=read.text("rechtsmiddel.url"),
        event_count=read.number("aantal_gebeurtenissen"),
        events=tuple(
            DisclosedEvent(
                slot=slot,
                type=event.text("type"),
                at=event.moment("datumtijd"),
                amount=event.number("bedrag"),
                description=event.text("omschrijving"),
                id=event.text("kenmerk"),
            )
            for slot, event in read.slots("gebeurtenissen")
        ),
    )


def _notices(read: "_Reader") -> tuple[Notice, ...]:
    slots = read.slots(NOTICES)
    if len(slots) > NOTICE_SLOTS:
        raise MalformedClaims(f"{NOTICES} are more than {NOTICE_SLOTS}")
    return tuple(_notice(notice) for _, notice in slots)


def _notice(read: "_Reader") -> Notice:
    first_day, what, kinds = read.day("van"), read.text("omschrijving"), read.text("soorten")
    if first_day is None or what is None or kinds is None:
        raise MalformedClaims(f"{NOTICES}.* lacks what every notice has")
    try:
        return Notice(
            first_day=first_day,
            last_day=read.day("tot_en_met"),
            expected_end=read.day("hersteld_op"),
            kinds=() if kinds == ALL_KINDS else tuple(kinds.split(",")),
            what=what,
        )
    except InvalidNotice:
        # Left out it would look as if nothing were the matter: so the card is not taken, whoever signed it.
        raise MalformedClaims(f"{NOTICES}.* is no notice") from None


def _source(read: "_Reader") -> DisclosedOrganisation:
    return DisclosedOrganisation(
        read.text("bronorganisatie.oin"), read.text("bronorganisatie.naam"), read.text("bronorganisatie.afkorting")
    )


class _Reader:
    """Reads one object of claims by dotted path; remembers where it stands, to name the path of a fault."""

    def __init__(self, tree: JsonObject, place: str = "") -> None:
        self._tree = tree
        self._place = place

    def text(self, path: str) -> str | None:
        """Read a text."""
        return self._read(path, _text)

    def number(self, path: str) -> int | None:
        """Read an amount in cents or a count."""
        return self._read(path, _number)

    def flag(self, path: str) -> bool | None:
        """Read a yes or no."""
        return self._read(path, _flag)

    def moment(self, path: str) -> datetime | None:
        """Read an RFC 3339 date-time."""
        return self._read(path, lambda value: parse_moment(_text(value)))

    def day(self, path: str) -> date | None:
        """Read a day."""
        return self._read(path, lambda value: parse_day(_text(value)))

    def code(self, path: str, codes: Callable[[str], T]) -> T | None:
        """Read a value of a code list."""
        return self._read(path, lambda value: codes(_text(value)))

    def bsn(self, path: str) -> Bsn | None:
        """Read a BSN."""
        return self._read(path, lambda value: Bsn(_text(value)))

    def slots(self, member: str) -> list[tuple[str, "_Reader"]]:
        """Read the numbered objects below a member, in the order of their names."""
        slots = self._tree.get(member)
        if slots is None:
            return []
        if not isinstance(slots, dict):
            raise self._malformed(member)
        readers: list[tuple[str, _Reader]] = []
        for slot in sorted(slots):
            claims = slots[slot]
            if not isinstance(claims, dict):
                raise self._malformed(member)
            readers.append((slot, _Reader(claims, f"{self._place}{member}.*.")))
        return readers

    def _read(self, path: str, convert: Callable[[JsonValue], T]) -> T | None:
        value: JsonValue = self._tree
        for member in path.split("."):
            if value is None:
                return None
            if not isinstance(value, dict):
                raise self._malformed(path)
            value = value.get(member)
        if value is None:
            return None
        try:
            return convert(value)
        except (InvalidField, InvalidBsn, ValueError):
            # What was wrong with the value might quote it.
            raise self._malformed(path) from None

    def _malformed(self, path: str) -> MalformedClaims:
        return MalformedClaims(f"{self._place}{path} is not of its type")


def _text(value: JsonValue) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT:
        raise ValueError
    # Cards come from strangers too, and this is what every screen and export shows.
    return shown(value)


def _number(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError  # noqa: TRY004  # to `_read` every unfit value is one
    return checked(value)


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise ValueError  # noqa: TRY004  # as above
    return value
