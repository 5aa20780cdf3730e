"""Go through a register once, say everything that is wrong with it, and what would be issued.

A preview is of the whole, and names nobody: how many people, cards and kinds of debt there would be, what they come to
together, and which fields are filled how often. It is by these that somebody sees a column that was mapped wrongly.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.clock import dutch_day
from credentials.debts.case import Case
from credentials.debts.errors import SourceError
from credentials.debts.events import Event
from credentials.debts.fcid import names
from credentials.debts.money import euro
from credentials.encoding import JsonObject
from issuer.domain.errors import SourceUnavailable
from issuer.domain.facts import Facts
from issuer.ports import DebtSource


@dataclass(slots=True)
class Preview:
    """What would be issued. Amounts in whole cents."""

    people: int = 0
    cases: int = 0
    open_cases: int = 0
    balance: int = 0
    arrears: int = 0
    earliest: datetime | None = None
    kinds: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    filled: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, facts: Facts, cases: Iterable[Case]) -> None:
        """Count one person's debts."""
        self.people += 1
        at = facts.overview.as_of
        self.earliest = at if self.earliest is None else min(self.earliest, at)
        for case in cases:
            self.cases += 1
            self.kinds[case.type] += 1
            if case.is_open:
                self.open_cases += 1
                self.balance += case.balance
                self.arrears += case.arrears
                self.phases[case.phase] += 1
            for event in case.events:
                self._add_event(event)

    def _add_event(self, event: Event) -> None:
        entry = _ENTRIES[type(event)]
        self.events[entry.name] += 1
        for each in entry.fields:
            if getattr(event, each.attribute) not in (None, ()):
                self.filled[(entry.name, each.name)] += 1

    def to_dict(self) -> JsonObject:
        """Return it as JSON, with the FCID's names."""
        return {
            "personen": self.people,
            "overzichten": self.people,
            "zaken": self.cases,
            "openZaken": self.open_cases,
            "saldo": self.balance,
            "achterstand": self.arrears,
            "oudsteStand": self.earliest.isoformat() if self.earliest is not None else None,
            "soorten": dict(sorted(self.kinds.items())),
            "fasen": dict(sorted(self.phases.items())),
            "gebeurtenissen": {
                name: {
                    "aantal": count,
                    "velden": {key: value for (event, key), value in self.filled.items() if event == name},
                }
                for name, count in sorted(self.events.items())
            },
        }

    def lines(self) -> Iterable[str]:
        """Tell it to a person."""
        yield f"would be issued: {self.people} overviews, {self.open_cases} cards of open cases (of {self.cases} cases)"
        if self.earliest is not None:
            yield f"complete until: {dutch_day(self.earliest).isoformat()} (the earliest of all)"
        yield f"open in all: {euro(self.balance)}, of which late {euro(self.arrears)}"
        yield "kinds of debt: " + (", ".join(f"{name} {count}" for name, count in sorted(self.kinds.items())) or "none")
        yield "phases: " + (", ".join(f"{name} {count}" for name, count in sorted(self.phases.items())) or "none")
        for name, count in sorted(self.events.items()):
            yield f"{name}: {count}, with " + ", ".join(
                f"{key} {'all' if value == count else value}"
                for (event, key), value in self.filled.items()
                if event == name
            )


_ENTRIES: Final = {entry.event: entry for entry in names.EVENT_TABLE}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to. Without faults, and with everything read, the preview is of all that would be issued."""

    faults: tuple[SourceError, ...]
    preview: Preview
    unavailable: str = ""

    @property
    def sound(self) -> bool:
        """Say whether all of it can be served."""
        return not self.faults and not self.unavailable

    def to_dict(self) -> JsonObject:
        """Return it as JSON."""
        return {
            "leesbaar": self.sound,
            "gebreken": [fault_as_json(fault) for fault in self.faults],
            "nietBereikbaar": self.unavailable or None,
            "voorbeeld": self.preview.to_dict(),
        }


def fault_as_json(fault: SourceError) -> JsonObject:
    """Return where something is wrong and why, as JSON; never what stood there."""
    return {
        "bestand": fault.file,
        "regel": fault.line or None,
        "kolom": fault.field or None,
        "code": fault.code,
        "reden": fault.reason,
    }


def check(
    source: DebtSource, faults: Sequence[SourceError], now: datetime, *, enough: Callable[[], bool] = lambda: False
) -> Checked:
    """Go through a register; `faults` are added to while that is done, and `enough` says when to break off."""
    preview, unavailable = Preview(), ""
    condition = source.condition(now)
    if condition.serving:
        unavailable = _go_through(source, preview, now, faults, enough)
    elif not faults:
        unavailable = "the register cannot be read"
    # A folder is looked through more than once, and tells the same each time.
    return Checked(tuple({str(fault): fault for fault in faults}.values()), preview, unavailable)


def _go_through(
    source: DebtSource, preview: Preview, now: datetime, faults: Sequence[SourceError], enough: Callable[[], bool]
) -> str:
    try:
        for person in source.people():
            if enough():
                return "broken off: it takes too long"
            told = len(faults)
            try:
                known = source.cases_of(person, now)
            except SourceUnavailable:
                if len(faults) == told:
                    # No fault of this person's debts: the register as a whole does not answer.
                    raise
                continue
            preview.add(Facts.of(source.agency, known.cases, known.as_of), known.cases)
    except SourceUnavailable as error:
        return error.detail
    return ""
