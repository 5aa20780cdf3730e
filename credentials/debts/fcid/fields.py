"""How one field of a document is read and written: its kind of value, in both directions.

A kind reads a JSON value into ours and raises InvalidField without naming the value; the caller knows the field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias, final

from credentials.debts.agency import is_oin
from credentials.debts.catalogue import Dischargeable, Rank, is_claim_type
from credentials.debts.dates import parse_day, parse_moment, write_moment
from credentials.debts.errors import InvalidField, MissingField
from credentials.debts.events import Category, Stage
from credentials.debts.iban import checked_iban
from credentials.debts.money import checked
from credentials.debts.phase import Phase
from credentials.debts.spreadsheets import spreadsheet_fault
from credentials.encoding import JsonObject, JsonValue
from credentials.plain_text import text_fault

Mark: TypeAlias = Literal["V", "L", "S", "M", "I"]
"""How well a name is known.

V: read, as it is spelt in JSON, in the standard's public pages. L: those pages have it as a Dutch label, so that it is
there; how JSON spells it is a guess. S: only others who write about the standard have it. M: plausible, in no source
that could be read. I: our own, beside the standard.
"""

V3: Final = "3.0.0"
V4: Final = "4.1.0"

MAX_TEXT_CHARACTERS: Final = 2000


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. The attribute it fills has the type that `read` returns, hence `Any` between the two."""

    read: Callable[[JsonValue], Any]
    write: Callable[[Any], JsonValue]


@final
@dataclass(frozen=True, slots=True)
class Field:
    """One field: our attribute, the document's name for it, and since which version it is there."""

    attribute: str
    name: str
    kind: Kind
    mark: Mark
    required: bool = False
    since: str = V3


def read_fields(source: JsonObject, fields: tuple[Field, ...]) -> dict[str, Any]:
    """Read the fields that are there, as keyword arguments. Raises MissingField, InvalidField; `null` is not there."""
    values: dict[str, Any] = {}
    for field in fields:
        value = source.get(field.name)
        if value is not None:
            try:
                values[field.attribute] = field.kind.read(value)
            except InvalidField as error:
                raise InvalidField(field=field.name, reason=error.reason) from None
        elif field.required:
            raise MissingField(field=field.name, reason="this field is missing")
    return values


def write_fields(source: object, fields: tuple[Field, ...]) -> JsonObject:
    """Write the fields that have a value, in the order of the table."""
    return {
        field.name: field.kind.write(value)
        for field in fields
        if (value := getattr(source, field.attribute)) is not None and value != ()
    }


def _same(value: Any) -> JsonValue:  # noqa: ANN401  # the attribute's own type
    return value  # type: ignore[no-any-return]  # a JSON scalar already


def _text(value: JsonValue) -> str:
    return _checked_text(value, lines=False)


def _prose(value: JsonValue) -> str:
    return _checked_text(value, lines=True)


def _checked_text(value: JsonValue, *, lines: bool) -> str:
    if not isinstance(value, str) or not value or len(value) > MAX_TEXT_CHARACTERS:
        raise InvalidField(reason=f"not a text of 1 to {MAX_TEXT_CHARACTERS} characters")
    fault = text_fault(value, lines=lines) or spreadsheet_fault(value)
    if fault is not None:
        raise InvalidField(reason=fault)
    return value


def _cents(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidField(reason="not a whole number of cents")
    return checked(value)


def _count(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= 1200:
        raise InvalidField(reason="not a number from 1 to 1200")
    return value


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise InvalidField(reason="not true or false")
    return value


def _moment(value: JsonValue) -> datetime:
    return parse_moment(_text(value))


def _day(value: JsonValue) -> date:
    return parse_day(_text(value))


def _oin(value: JsonValue) -> str:
    if not isinstance(value, str) or not is_oin(value):
        raise InvalidField(reason="not an OIN of twenty digits")
    return value


def _claim_type(value: JsonValue) -> str:
    if not isinstance(value, str) or not is_claim_type(value):
        raise InvalidField(reason="not a claim type code")
    return value


def _iban(value: JsonValue) -> str:
    return checked_iban(_text(value))


def _texts(value: JsonValue) -> tuple[str, ...]:
    # A single reference may stand alone or in a list; which of the two is not confirmed.
    return tuple(_text(item) for item in (value if isinstance(value, list) else [value]))


def _code(codes: Callable[[str], Any]) -> Callable[[JsonValue], Any]:
    def read(value: JsonValue) -> Any:  # noqa: ANN401  # a member of the code list
        try:
            return codes(_text(value))
        except ValueError:
            raise InvalidField(reason="not a value of the code list") from None

    return read


TEXT: Final = Kind(_text, _same)
PROSE: Final = Kind(_prose, _same)
CENTS: Final = Kind(_cents, _same)
COUNT: Final = Kind(_count, _same)
FLAG: Final = Kind(_flag, _same)
MOMENT: Final = Kind(_moment, write_moment)
DAY: Final = Kind(_day, date.isoformat)
OIN: Final = Kind(_oin, _same)
CLAIM_TYPE: Final = Kind(_claim_type, _same)
IBAN: Final = Kind(_iban, _same)
TEXTS: Final = Kind(_texts, list)
CATEGORY: Final = Kind(_code(Category), str)
STAGE: Final = Kind(_code(Stage), str)
PHASE: Final = Kind(_code(Phase), str)
RANK: Final = Kind(_code(Rank), str)
DISCHARGEABLE: Final = Kind(_code(Dischargeable), str)
