"""How an agency writes its rows, as its settings declare it: columns, words, notation; one for every kind of table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, final

from credentials.debts.fcid import names
from credentials.debts.fcid.v4_1 import ADAPTER
from credentials.debts.money import Notation
from credentials.debts.person import Numbering
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.errors import ConfigurationError
from credentials.plain_text import text_fault

BALANCE_AT: Final = "saldo_datumtijd"

_REQUIRED: Final = (names.REFERENCE, names.EVENT_TYPE, "datumtijd_gebeurtenis")
_FIELDS: Final = frozenset(each.name for entry in names.EVENT_TABLE for each in entry.fields)
_NUMBERS: Final = frozenset({names.BSN, names.CUSTOMER_NUMBER})
_OTHERS: Final = frozenset({names.REFERENCE, names.EVENT_TYPE, BALANCE_AT})
_DECIMALS: Final[Mapping[str, Literal[",", "."]]] = {"comma": ",", "point": "."}
_THOUSANDS: Final[Mapping[str, Literal[".", ",", " "]]] = {"point": ".", "comma": ",", "space": " "}


def is_field(name: str, numbering: Numbering) -> bool:
    """Tell whether a row may have such a field, where people are known by this number."""
    return name in _FIELDS or name in _OTHERS or name == numbering.value


def required(numbering: Numbering) -> tuple[str, ...]:
    """Return the fields that every row has, where people are known by this number."""
    return (numbering.value, *_REQUIRED)


def is_name(field: str) -> bool:
    """Tell whether a field names something, mostly by digits: a citizen, a case, an event, a decision, a payment."""
    return field in _NUMBERS or field.endswith(("kenmerk", "beschikkingsnummer"))


@final
@dataclass(frozen=True, slots=True)
class TotalRow:
    """By what a row is known that adds up others and states no event: this text in this column, and no citizen."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds which field. Raises ConfigurationError for a field that the FCID does not have.

    `constants` fills fields for which there is no column; `events` translates the file's words for kinds of events.
    `thousands` says what separates thousands, so that "1.284" has one meaning. `dates` says how days are written
    beside ISO 8601: "d-m-y" (30-4-2026), "d/m/y", or "iso" for nothing else. `payment_references` is "checked" where
    these are Dutch payment references or RF creditor references, whose check digits must then be right; "free" takes
    any, and "unrounded" any that a spreadsheet cannot have rounded. `digits` says how many digits a name of them has
    (0: any number, and no zeros before it), so that lost zeros are put back. `clock` says that moments without an
    offset are of Dutch clocks, and days their beginning; `serial_days` from when a spreadsheet counts the days.
    `numbering` says by which number people are known; a column with another number of theirs is not taken.
    `delimiter` and `encoding` are a CSV file's, `sheet` names one of a workbook, `rows` the member of a JSON object.
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
    digits: Mapping[str, int] = field(default_factory=dict)
    clock: Literal["netherlands"] | None = None
    serial_days: Literal["1900", "1904"] | None = None
    sheet: str | None = None
    rows: str | None = None
    # Not in the text of a mapping by which imports are told apart: one agency has one.
    numbering: Numbering = field(default=Numbering.BSN, repr=False)

    def __post_init__(self) -> None:
        mapped = self.columns.keys() | self.constants.keys()
        if self.numbering is not Numbering.BSN and names.BSN in mapped:
            raise ConfigurationError("source.columns: a private creditor has no ground to process a bsn")
        unknown = sorted(name for name in mapped if not is_field(name, self.numbering))
        if unknown:
            raise ConfigurationError(f"source.columns: the FCID has no field {', '.join(unknown)}")
        missing = [name for name in required(self.numbering) if name not in mapped]
        if missing:
            raise ConfigurationError(f"source.columns: no column for {', '.join(missing)}")
        strange = sorted(set(self.events.values()) - ADAPTER.by_name.keys())
        if strange:
            raise ConfigurationError(f"source.events: the FCID has no event {', '.join(strange)}")
        for name, text in self.constants.items():
            fault = text_fault(text) or spreadsheet_fault(text)
            if fault is not None:
                raise ConfigurationError(f"source.constants.{name}: {fault}")
        nameless = sorted(name for name in self.digits if not is_name(name))
        if nameless:
            raise ConfigurationError(f"source.digits: no name that is written in digits: {', '.join(nameless)}")
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
