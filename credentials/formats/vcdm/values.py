"""Values as VCDM 2.0 wants them: URLs, dateTimeStamps, language values, and sets of one or more."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.problems import InvalidDocument

Read = TypeVar("Read")

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+\Z")
# XML Schema 1.1 part 2, section 3.4.28: a dateTime whose time zone is required.
_DATE_TIME_STAMP: Final = re.compile(
    r"(?P<day>-?\d{4,}-\d{2}-\d{2})T(?P<time>\d{2}:\d{2}:\d{2})(?:\.(?P<fraction>\d{1,12}))?(?P<zone>Z|[+-]\d{2}:\d{2})\Z",
    re.ASCII,
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_LANGUAGE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})
MAX_ENTRIES: Final = 256


def url(value: JsonValue, what: str) -> str:
    """Demand one absolute URL. Raises InvalidDocument."""
    if not isinstance(value, str) or not _URL.match(value):
        raise InvalidDocument(f"{what} is not a URL")
    return value


def moment(value: JsonValue, what: str) -> datetime:
    """Demand an XML Schema dateTimeStamp. Raises InvalidDocument."""
    match = _DATE_TIME_STAMP.match(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidDocument(f"{what} is not a dateTimeStamp")
    fraction = (match["fraction"] or "0")[:6]
    zone = "+00:00" if match["zone"] == "Z" else match["zone"]
    try:
        return datetime.fromisoformat(f"{match['day']}T{match['time']}.{fraction:0<6}{zone}")
    except ValueError as error:
        raise InvalidDocument(f"{what} is no moment that exists") from error


def one_or_more(value: JsonValue, what: str, read: Callable[[JsonValue, str], Read]) -> tuple[Read, ...]:
    """Demand one value or a non-empty array of them. Raises InvalidDocument."""
    entries = value if isinstance(value, list) else [value]
    if not entries:
        raise InvalidDocument(f"{what} is an empty array")
    if len(entries) > MAX_ENTRIES:
        raise InvalidDocument(f"{what} has more than {MAX_ENTRIES} entries")
    return tuple(read(each, what) for each in entries)


def an_object(value: JsonValue, what: str) -> JsonObject:
    """Demand an object that has members. Raises InvalidDocument."""
    if not isinstance(value, dict) or not value:
        raise InvalidDocument(f"{what} is not an object with members")
    return value


def typed_object(value: JsonValue, what: str) -> JsonObject:
    """Demand an object with a type, and a URL as `id` if it has one. Raises InvalidDocument."""
    node = an_object(value, what)
    types(node.get("type"), what)
    if "id" in node:
        url(node["id"], f"{what}.id")
    return node


def types(value: JsonValue, what: str) -> tuple[str, ...]:
    """Demand one or more type names. Raises InvalidDocument."""
    return one_or_more(value, f"{what} type", _type_name)


def language_value(value: JsonValue, what: str) -> None:
    """Demand a string, or a language value object with a string (VCDM 2.0 section 11.1). Raises InvalidDocument."""
    if isinstance(value, str):
        return
    node = an_object(value, what)
    if not _LANGUAGE_MEMBERS.issuperset(node) or not isinstance(node.get("@value"), str):
        raise InvalidDocument(f"{what} is not a language value")
    language = node.get("@language", "und")
    if not isinstance(language, str) or not _LANGUAGE.match(language):
        raise InvalidDocument(f"{what} has no well-formed language")
    if node.get("@direction", "ltr") not in ("ltr", "rtl"):
        raise InvalidDocument(f"{what} has no known direction")


def _type_name(value: JsonValue, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidDocument(f"{what} is not a string")
    return value
