"""How an agency's CSV file is written, as its settings declare it: columns, words, and notation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, final

from credentials.debts.fcid import names
from credentials.debts.fcid.v4_1 import ADAPTER
from credentials.debts.money import Notation
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.errors import ConfigurationError
from credentials.plain_text import text_fault

BALANCE_AT: Final = "saldo_datumtijd"
REQUIRED: Final = (names.BSN, names.REFERENCE, names.EVENT_TYPE, "datumtijd_gebeurtenis")

_FIELDS: Final = frozenset(each.name for entry in names.EVENT_TABLE for each in entry.fields)
_OTHERS: Final = frozenset({names.BSN, names.REFERENCE, names.EVENT_TYPE, BALANCE_AT})
_DECIMALS: Final[Mapping[str, Literal[",", "."]]] = {"comma": ",", "point": "."}
_THOUSANDS: Final[Mapping[str, Literal[".", ",", " "]]] = {"point": ".", "comma": ",", "space": " "}


@final
@dataclass(frozen=True, slots=True)
class TotalRow:
    """By what a row is known that adds up others and states no event: this text in this column, and no citizen."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class CsvColumns:
    """Which column holds which field. Raises ConfigurationError for a field that the FCID does not have.

    `constants` fills fields for which there is no column; `events` translates the file's words for kinds of events.
    `thousands` says what separates thousands, so that "1.284" has one meaning. `dates` says how days are written
    beside ISO 8601: "d-m-y" (30-4-2026), "d/m/y", or "iso" for nothing else. `payment_references` is "checked" where
    these are Dutch payment references or RF creditor references, whose check digits must then be right; "free" takes
    any, and "unrounded" any that a spreadsheet cannot have rounded.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ";"
    encoding: str = "utf-8-sig"
    decimal: Literal["cents", "comma", "point"] = "cents"
    thousands: Literal["point", "comma", "space"] | None = None
    dates: Literal["iso", "d-m-y", "d/m/y"] = "d-m-y"
    payment_references: Literal["checked", "unrounded", "free"] = "unrounded"
    total_row: TotalRow | None = None

    def __post_init__(self) -> None:
        mapped = self.columns.keys() | self.constants.keys()
        unknown = sorted(mapped - _FIELDS - _OTHERS)
        if unknown:
            raise ConfigurationError(f"source.columns: the FCID has no field {', '.join(unknown)}")
        missing = [name for name in REQUIRED if name not in mapped]
        if missing:
            raise ConfigurationError(f"source.columns: no column for {', '.join(missing)}")
        strange = sorted(set(self.events.values()) - ADAPTER.by_name.keys())
        if strange:
            raise ConfigurationError(f"source.events: the FCID has no event {', '.join(strange)}")
        for name, text in self.constants.items():
            fault = text_fault(text) or spreadsheet_fault(text)
            if fault is not None:
                raise ConfigurationError(f"source.constants.{name}: {fault}")
        if self.thousands is not None and self.thousands in (self.decimal, *(("point", "comma", "space") * self.cents)):
            raise ConfigurationError("source.thousands: goes with decimal comma or point, and is the other of the two")

    @property
    def cents(self) -> bool:
        """Tell whether amounts are whole cents."""
        return self.decimal == "cents"

    @property
    def notation(self) -> Notation:
        """How amounts in euros are written."""
        thousands = _THOUSANDS[self.thousands] if self.thousands else None
        return Notation(_DECIMALS[self.decimal], thousands)
