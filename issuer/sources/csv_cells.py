"""One cell of a CSV file as the value of one field, by the notation that the settings declare."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from credentials.debts.errors import InvalidField, SourceError
from credentials.debts.fcid import names
from credentials.debts.fcid.fields import CENTS, DAY, FLAG, TEXTS, Field
from credentials.debts.money import parse_cents, parse_euro
from credentials.debts.payment_reference import checked_reference, unrounded_reference
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.encoding import JsonValue
from credentials.plain_text import text_fault
from issuer.sources.csv_mapping import CsvColumns

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


def check_text(text: str, name: str) -> None:
    """Refuse a cell that no field may hold, whatever is meant by it. Raises InvalidField."""
    fault = text_fault(text, lines=True) or spreadsheet_fault(text)
    if fault is not None:
        raise InvalidField(field=name, reason=fault)


def value_of(wanted: Field, text: str, columns: CsvColumns) -> JsonValue:
    """Return what a document would hold for this cell. Raises a SourceError with the field."""
    try:
        if wanted.kind is CENTS:
            return parse_cents(text) if columns.cents else parse_euro(text, columns.notation)
        if wanted.kind is FLAG:
            return _flag(text)
        if wanted.kind is TEXTS:
            return [part.strip() for part in text.split("|") if part.strip()]
        if wanted.kind is DAY:
            return _day(text, columns.dates)
        if wanted.name == names.PAYMENT_REFERENCE:
            return _REFERENCES[columns.payment_references](text)
    except SourceError as error:
        raise type(error)(field=wanted.name, reason=error.reason) from None
    return text


def _flag(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise InvalidField(reason="neither yes nor no")


def _day(text: str, dates: str) -> str:
    """Return a day in the notation that was declared as ISO 8601; whatever it is not, the reader of days refuses."""
    pattern = _DAYS.get(dates)
    found = pattern.match(text) if pattern is not None else None
    if found is not None:
        day, month, year = found.groups()
        return f"{year}-{month:0>2}-{day:0>2}"
    if _SHORT_YEAR.match(text):
        raise InvalidField(reason="a year of two digits")
    if _SERIAL.match(text):
        raise InvalidField(reason="the number by which a spreadsheet counts days: export this column as text")
    if any(other.match(text) for other in _DAYS.values()):
        raise InvalidField(reason="not a day as the settings say that days are written (dates)")
    return text
