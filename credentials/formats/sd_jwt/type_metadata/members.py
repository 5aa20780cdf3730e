"""Members of type metadata, read strictly; what is not understood is left alone (SD-JWT VC section 5.2)."""

from collections.abc import Callable
from typing import Final, TypeVar

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded, MalformedInput

MAX_ENTRIES: Final = 2_000

_Entry = TypeVar("_Entry")


class MalformedTypeMetadata(MalformedInput):
    """Type metadata that breaks its specification: it may not be used at all."""

    code = "malformed_type_metadata"


def text(entry: JsonObject, name: str) -> str:
    """Return a text that must be there. Raises MalformedTypeMetadata."""
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise MalformedTypeMetadata(f"{name} is not a text")
    return value


def optional_text(entry: JsonObject, name: str) -> str | None:
    """Return a text, None where there is none. Raises MalformedTypeMetadata."""
    return text(entry, name) if name in entry else None


def an_object(value: JsonValue, what: str) -> JsonObject:
    """Demand an object. Raises MalformedTypeMetadata."""
    if not isinstance(value, dict):
        raise MalformedTypeMetadata(f"{what} is not an object")
    return value


def entries(entry: JsonObject, name: str, read: Callable[[JsonObject], _Entry]) -> tuple[_Entry, ...] | None:
    """Read an array of objects, None where there is none. Raises MalformedTypeMetadata, LimitExceeded."""
    if name not in entry:
        return None
    values = entry[name]
    if not isinstance(values, list):
        raise MalformedTypeMetadata(f"{name} is not an array")
    if len(values) > MAX_ENTRIES:
        raise LimitExceeded(f"{name} has more than {MAX_ENTRIES} entries")
    return tuple(read(an_object(value, f"an entry of {name}")) for value in values)
