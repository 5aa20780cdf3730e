"""Turn frozen dataclasses into JSON and back, by their annotations: what the vault encrypts.

Texts, whole numbers, booleans, moments, enumerations, tuples, nested dataclasses and JSON itself; nothing else is kept.
"""

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin

from credentials.encoding import JsonValue
from credentials.errors import MalformedInput

_Item = TypeVar("_Item")


def to_json(value: object) -> JsonValue:
    """Return the JSON form of a value."""
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return value.isoformat()
        case tuple() | list():
            return [to_json(item) for item in value]
        case dict():
            return {str(name): to_json(item) for name, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: to_json(getattr(value, each.name)) for each in dataclasses.fields(value)}
    raise TypeError(f"the vault keeps no {type(value).__name__}")


def from_json(kind: type[_Item], value: JsonValue) -> _Item:
    """Return the value that has this JSON form. Raises MalformedInput, for a form of another version of the program."""
    try:
        item: _Item = _read(kind, value)
    except (TypeError, ValueError, KeyError) as error:
        raise MalformedInput("the vault holds something of another form") from error
    return item


def _read(kind: Any, value: JsonValue) -> Any:  # noqa: ANN401  # it is the annotation that says what comes out
    # A string annotation is an alias of ours for JSON as it is.
    if isinstance(kind, str) or kind is Any or get_origin(kind) is dict:
        return value
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _read_union(arguments, value)
    if origin is tuple:
        return _read_tuple(arguments, value)
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, Mapping):
            raise TypeError
        return kind(  # type: ignore[operator]  # the annotation is a dataclass, not an instance of one
            **{each.name: _read(each.type, value[each.name]) for each in dataclasses.fields(kind) if each.name in value}
        )
    if kind is datetime:
        return datetime.fromisoformat(str(value))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(str(value))
    if not isinstance(value, kind):
        raise TypeError
    return value


def _read_union(arguments: tuple[Any, ...], value: JsonValue) -> Any:  # noqa: ANN401  # see _read
    if value is None and type(None) in arguments:
        return None
    others = [each for each in arguments if each is not type(None)]
    return _read(others[0], value) if len(others) == 1 else value


def _read_tuple(arguments: tuple[Any, ...], value: JsonValue) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise TypeError
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return tuple(_read(arguments[0], item) for item in value)
    return tuple(_read(kind, item) for kind, item in zip(arguments, value, strict=True))
