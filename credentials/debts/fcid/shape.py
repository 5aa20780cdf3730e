"""The shape of a document: objects, lists and fields where they must be, and a path for whatever is not."""

from typing import Any

from credentials.debts.errors import ForeignCurrency, InvalidField, MissingField, SourceError
from credentials.debts.fcid import names
from credentials.debts.fcid.fields import Field, read_fields
from credentials.debts.fcid.positions import Path
from credentials.encoding import JsonObject, JsonValue


class Fault(Exception):
    """A fault and the path where it stands, before the line is looked up."""

    def __init__(self, path: Path, error: SourceError) -> None:
        super().__init__()
        self.path = (*path, error.field) if error.field else path
        self.error = error


def check_euros(source: JsonObject, path: Path) -> None:
    """Refuse an object that says its amounts are in another currency."""
    for name in names.CURRENCIES:
        if source.get(name, names.EURO) != names.EURO:
            raise Fault(path, ForeignCurrency(field=name, reason="only amounts in euros are taken in"))


def fields_of(source: JsonObject, fields: tuple[Field, ...], path: Path) -> dict[str, Any]:
    """Read the fields of a table from an object, as keyword arguments."""
    try:
        return read_fields(source, fields)
    except SourceError as error:
        raise Fault(path, error) from None


def object_of(value: JsonValue, path: Path) -> JsonObject:
    """Return the value, which must be an object."""
    if not isinstance(value, dict):
        raise Fault(path, InvalidField(reason="not an object") if value is not None else _missing())
    return value


def list_of(source: JsonObject, name: str, path: Path) -> list[JsonValue]:
    """Return the member of this name, which must be a list."""
    value = source.get(name)
    if not isinstance(value, list):
        raise Fault((*path, name), InvalidField(reason="not a list") if value is not None else _missing())
    return value


def _missing() -> MissingField:
    return MissingField(reason="this field is missing")
