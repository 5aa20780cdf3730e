"""One cell of a table as the value of one field of the FCID, by the notation that the settings declare.

A cell is a text, as a CSV file has nothing else; or what a spreadsheet, JSON or a database says that it is: a number, a
truth value, a day or a moment. Whatever its kind, it is taken where it can mean one thing, and refused where not.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

from credentials.clock import day_shown, dutch_day, on_dutch_clocks, start_of_day
from credentials.debts.dates import write_moment
from credentials.debts.errors import InvalidField, SourceError
from credentials.debts.fcid import names
from credentials.debts.fcid.fields import CENTS, DAY, FLAG, MOMENT, TEXTS, Field
from credentials.debts.money import MAX_CENTS, checked, parse_cents, parse_euro
from credentials.debts.payment_reference import checked_reference, unrounded_reference
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.encoding import JsonValue
from credentials.plain_text import text_fault
from issuer.sources.columns import Columns, is_name

Cell: TypeAlias = str | int | Decimal | bool | date | datetime | SourceError | None
"""An `int` is a whole number that was never anything else (JSON, a database). A `Decimal` may have come by way of a
binary fraction, as every number of a spreadsheet has. A `datetime` without an offset is a clock that hangs somewhere. A
`SourceError` says why nothing that counts stands there."""

_TRUE: Final = frozenset({"1", "ja", "j", "true", "waar"})
_FALSE: Final = frozenset({"0", "nee", "n", "false", "onwaar"})
_DAYS: Final[Mapping[str, re.Pattern[str]]] = {
    "d-m-y": re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})\Z"),
    "d/m/y": re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z"),
}
_REFERENCES: Final[Mapping[str, Callable[[str], str]]] = {
    "checked": checked_reference,
    "unrounded": unrounded_reference,
    "free": str,
}
_SHORT_YEAR: Final = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2}\Z")
_SERIAL: Final = re.compile(r"[0-9]{4,6}(?:[.,][0-9]+)?\Z")
_WITH_ZERO: Final = re.compile(r"([0-9]+)[.,]0\Z")
_CLOCK: Final = re.compile(r"(?P<day>[0-9/-]{8,10})[T ](?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)\Z")
# As databases write a day.
_MIDNIGHT: Final = re.compile(r"(?<=[0-9])[T ]00?:00(?::00(?:\.0{1,9})?)?\Z")
_DAY_ONLY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")

# IEEE 754: what a spreadsheet, and whatever else counts in binary fractions, keeps of a number.
_DIGITS_KEPT: Final = 15
_WIDEST: Final = 400
_TOO_LONG: Final = 10**40
# Excel's two ways to count days; one day more before March 1900, which no debt is from.
_FIRST_DAYS: Final = {"1900": datetime(1899, 12, 30), "1904": datetime(1904, 1, 1)}  # noqa: DTZ001  # no moments
_YEARS: Final = range(1950, 2200)

_NO_OFFSET: Final = 'a moment without an offset: say in the settings that it is Dutch time (clock = "netherlands")'


def check_text(text: str, name: str) -> None:
    """Refuse a cell that no field may hold, whatever is meant by it. Raises InvalidField."""
    fault = text_fault(text, lines=True) or spreadsheet_fault(text)
    if fault is not None:
        raise InvalidField(field=name, reason=fault)


def value_of(wanted: Field, cell: Cell, columns: Columns) -> JsonValue:
    """Return what a document would hold for this cell, which is not empty. Raises a SourceError with the field."""
    try:
        if wanted.kind is CENTS:
            return _amount(cell, columns)
        if wanted.kind is FLAG:
            return _flag(cell)
        if wanted.kind is DAY:
            return _day(cell, columns)
        if wanted.kind is MOMENT:
            return _moment(cell, columns)
        text = _text(cell, wanted.name, columns)
        if wanted.kind is TEXTS:
            return [part.strip() for part in text.split("|") if part.strip()]
        if wanted.name == names.PAYMENT_REFERENCE:
            return _REFERENCES[columns.payment_references](text)
    except SourceError as error:
        raise type(error)(field=wanted.name, reason=error.reason) from None
    return text


def text_of(cell: Cell, name: str, columns: Columns) -> str:
    """Return a cell that names something: a citizen, a case, a kind of event. Raises InvalidField with the field."""
    try:
        return _text(cell, name, columns)
    except InvalidField as error:
        raise InvalidField(field=name, reason=error.reason) from None


def moment_of(cell: Cell, name: str, columns: Columns) -> str:
    """Return a moment as RFC 3339, which the caller reads. Raises InvalidField with the field."""
    try:
        return _moment(cell, columns)
    except InvalidField as error:
        raise InvalidField(field=name, reason=error.reason) from None


def day_of(cell: Cell, name: str, columns: Columns) -> str:
    """Return a day as ISO 8601. Raises InvalidField with the field."""
    try:
        return _day(cell, columns)
    except InvalidField as error:
        raise InvalidField(field=name, reason=error.reason) from None


def is_day(cell: Cell) -> bool:
    """Tell whether a cell says a day and no time of it."""
    if isinstance(cell, str):
        return bool(_DAY_ONLY.match(cell)) or any(pattern.match(cell) for pattern in _DAYS.values())
    if isinstance(cell, datetime):
        return cell.tzinfo is None and cell.time() == time()
    return isinstance(cell, date)


def _text(cell: Cell, name: str, columns: Columns) -> str:
    digits = columns.digits.get(name)
    if isinstance(cell, str):
        if digits is not None or is_name(name):
            return _digits_in_text(cell, name, digits)
        return cell
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        raise InvalidField(reason="a text should stand here")
    if not 0 <= cell < _TOO_LONG:
        # Before it is written out: a number in short may be very long in full.
        raise InvalidField(reason="a number with a minus, or of more digits than a name has")
    if cell != int(cell):
        raise InvalidField(reason="a number with decimals where a text should stand")
    whole = str(int(cell))
    if isinstance(cell, Decimal):
        if len(whole) > _DIGITS_KEPT:
            raise InvalidField(reason="a number of which fifteen digits were kept: export this column as text")
        if digits is None and name != names.BSN:
            raise InvalidField(
                reason="a number where a name should stand: zeros before it may be lost. Export this column as text, "
                "or say in the settings how many digits it has (digits)"
            )
    return _padded(whole, digits)


def _digits_in_text(text: str, name: str, digits: int | None) -> str:
    """Return a name of digits as it was before a program took it for a number."""
    with_zero = _WITH_ZERO.match(text)
    if with_zero is not None:
        if digits is None and name != names.BSN:
            raise InvalidField(
                reason="a number that was turned into one with decimals: export this column as text, or say in the "
                "settings how many digits it has (digits)"
            )
        text = with_zero.group(1)
    if digits and not (text.isascii() and text.isdigit()):
        raise InvalidField(reason=f"not a number of {digits} digits, as the settings say (digits)")
    return _padded(text, digits)


def _padded(text: str, digits: int | None) -> str:
    if not digits:
        return text
    if len(text) > digits:
        raise InvalidField(reason=f"more digits than the {digits} that the settings say (digits)")
    return text.zfill(digits)


def _amount(cell: Cell, columns: Columns) -> int:
    if isinstance(cell, str):
        return parse_cents(cell) if columns.cents else parse_euro(cell, columns.notation)
    if isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        raise InvalidField(reason="not an amount")
    amount = Decimal(cell) if isinstance(cell, int) else kept(cell)
    if abs(amount) > MAX_CENTS:
        raise InvalidField(reason="the amount is larger than any debt")
    cents = amount if columns.cents else amount * 100
    if cents != int(cents):
        raise InvalidField(
            reason="not a whole number of cents" if columns.cents else "an amount in euros with more than two decimals"
        )
    return checked(int(cents))


def kept(number: Decimal) -> Decimal:
    """Return a number as a spreadsheet shows it: fifteen digits, without what binary fractions leave behind them."""
    if not number.is_finite() or abs(number.adjusted()) > _WIDEST:
        raise InvalidField(reason="not a number of our size")
    return Decimal(f"{number:.{_DIGITS_KEPT}g}")


def _flag(cell: Cell) -> bool:
    if isinstance(cell, bool):
        return cell
    text = cell.lower() if isinstance(cell, str) else str(cell) if isinstance(cell, int | Decimal) else ""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InvalidField(reason="neither yes nor no")


def _day(cell: Cell, columns: Columns) -> str:
    """Return a day as ISO 8601; what a text is not, the reader of days refuses."""
    if isinstance(cell, str):
        return _day_in_text(cell, columns)
    found = _counted(cell, columns) if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else cell
    if isinstance(found, datetime):
        if found.tzinfo is not None:
            return dutch_day(found).isoformat()
        if found.time() != time() and columns.clock is None:
            raise InvalidField(reason=_NO_OFFSET)
        return day_shown(found).isoformat()
    if not isinstance(found, date):
        raise InvalidField(reason="not a day")
    return found.isoformat()


def _day_in_text(text: str, columns: Columns) -> str:
    text = _MIDNIGHT.sub("", text)
    pattern = _DAYS.get(columns.dates)
    found = pattern.match(text) if pattern is not None else None
    if found is not None:
        day, month, year = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    if _SHORT_YEAR.match(text):
        raise InvalidField(reason="a year of two digits")
    if _SERIAL.match(text):
        return day_shown(_counted(Decimal(text.replace(",", ".")), columns)).isoformat()
    if any(other.match(text) for other in _DAYS.values()):
        raise InvalidField(reason="not a day as the settings say that days are written (dates)")
    return text


def _moment(cell: Cell, columns: Columns) -> str:
    """Return a moment as RFC 3339; what a text is not, the reader of moments refuses."""
    if isinstance(cell, str):
        return _moment_in_text(cell, columns)
    found = _counted(cell, columns) if isinstance(cell, int | Decimal) and not isinstance(cell, bool) else cell
    if isinstance(found, datetime):
        return write_moment(found if found.tzinfo is not None else _at_clock(found, columns))
    if not isinstance(found, date):
        raise InvalidField(reason="not a moment")
    return _beginning(found, columns)


def _moment_in_text(text: str, columns: Columns) -> str:
    clock = _CLOCK.match(text)
    day_text = clock["day"] if clock is not None else text
    day = _day_in_text(day_text, columns) if clock is not None or is_day(text) or _SERIAL.match(text) else ""
    if not _DAY_ONLY.match(day):
        return text
    try:
        if clock is None:
            return _beginning(date.fromisoformat(day), columns)
        at = time.fromisoformat(clock["time"].zfill(len(clock["time"]) + (clock["time"][1] == ":")))
        return write_moment(_at_clock(datetime.fromisoformat(f"{day}T{at.isoformat()}"), columns))
    except ValueError:
        # The library's message quotes the input.
        raise InvalidField(reason="not an existing moment") from None


def _beginning(day: date, columns: Columns) -> str:
    if columns.clock is None:
        raise InvalidField(
            reason="a day where a moment should stand: say in the settings that it stands for its beginning in the "
            'Netherlands (clock = "netherlands")'
        )
    return write_moment(start_of_day(day))


def _at_clock(local: datetime, columns: Columns) -> datetime:
    """Return the moment at which Dutch clocks said so. The hour that they say twice is refused, and that never came."""
    if columns.clock is None:
        raise InvalidField(reason=_NO_OFFSET)
    found = on_dutch_clocks(local)
    if len(found) != 1:
        reason = "an hour that Dutch clocks say twice" if found else "an hour that Dutch clocks skip"
        raise InvalidField(reason=f"{reason}: write an offset")
    return found[0]


def _counted(number: int | Decimal, columns: Columns) -> datetime:
    """Return the day, and the time of it, that a spreadsheet counts by this number."""
    if columns.serial_days is None:
        raise InvalidField(
            reason="the number by which a spreadsheet counts days: export this column as text, or say in the settings "
            "from when it counts (serial_days)"
        )
    return counted(number, columns.serial_days)


def counted(number: int | Decimal, since: str) -> datetime:
    """Return the day with its time that is counted by this number, to the second. Raises InvalidField."""
    if not 0 <= number < 200_000:
        raise InvalidField(reason="not a number by which a spreadsheet counts days of our time")
    day = int(number)
    seconds = round((Decimal(number) - day) * 86_400)
    found = _FIRST_DAYS[since] + timedelta(days=day, seconds=seconds)
    if found.year not in _YEARS:
        raise InvalidField(reason="not a number by which a spreadsheet counts days of our time")
    return found
