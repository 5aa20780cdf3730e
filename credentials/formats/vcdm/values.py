"""Values as the data model wants them: URLs, moments, language values, types, and sets of one or more.

Each reader takes the value and where it stands, as a JSON pointer without its first slash.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.vcdm.problems import InvalidDocument, Problem

Read = TypeVar("Read")

_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):[^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]+\Z")
# URL Standard section 4.4: the schemes whose host may not be empty.
_WITH_HOST: Final = re.compile(r"(?:https?|wss?|ftp)://[^/?#]", re.IGNORECASE)
_SPECIAL: Final = frozenset({"http", "https", "ws", "wss", "ftp"})
# XML Schema 1.1 part 2, section 3.4.28: a dateTime whose time zone is required.
_DATE_TIME_STAMP: Final = re.compile(
    r"(?P<day>-?(?:[1-9]\d{3,11}|0\d{3})-\d{2}-\d{2})T(?P<time>\d{2}:\d{2}:\d{2})(?:\.(?P<fraction>\d{1,12}))?"
    r"(?P<zone>Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)\Z",
    re.ASCII,
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
_LANGUAGE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})
_TERM: Final = re.compile(r"[^\s@:\x00-\x1f\x7f-\x9f][^\s:\x00-\x1f\x7f-\x9f]*\Z")
MAX_ENTRIES: Final = 256


def url(value: JsonValue, what: str) -> str:
    """Demand one absolute URL. Raises InvalidDocument."""
    match = _URL.match(value) if isinstance(value, str) else None
    if match is None or not isinstance(value, str):
        raise InvalidDocument(f"{what} is not a URL", path=f"/{what}")
    if match["scheme"].lower() in _SPECIAL and not _WITH_HOST.match(value):
        raise InvalidDocument(f"{what} is a URL without a host", path=f"/{what}")
    return value


def moment(value: JsonValue, what: str) -> datetime:
    """Demand an XML Schema dateTimeStamp and return it in UTC. Raises InvalidDocument.

    What is finer than a microsecond is cut off. A moment outside the years 1 to 9999 exists, but not here.
    """
    match = _DATE_TIME_STAMP.match(value) if isinstance(value, str) else None
    if match is None:
        raise InvalidDocument(f"{what} is not a dateTimeStamp", path=f"/{what}")
    fraction = (match["fraction"] or "0")[:6]
    zone = "+00:00" if match["zone"] == "Z" else match["zone"]
    # Section 3.3.7.2: the end of a day may be written as its hour 24.
    midnight = match["time"] == "24:00:00" and not fraction.strip("0")
    time = "00:00:00" if midnight else match["time"]
    try:
        at = datetime.fromisoformat(f"{match['day']}T{time}.{fraction:0<6}{zone}")
        return (at + timedelta(days=midnight)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidDocument(f"{what} is no moment that exists", Problem.RANGE, f"/{what}") from error


def one_or_more(value: JsonValue, what: str, read: Callable[[JsonValue, str], Read]) -> tuple[Read, ...]:
    """Demand one value or a non-empty array of them. Raises InvalidDocument."""
    if not isinstance(value, list):
        return (read(value, what),)
    if not value:
        raise InvalidDocument(f"{what} is an empty array", path=f"/{what}")
    if len(value) > MAX_ENTRIES:
        raise InvalidDocument(f"{what} has more than {MAX_ENTRIES} entries", Problem.RANGE, f"/{what}")
    return tuple(read(each, f"{what}/{number}") for number, each in enumerate(value))


def an_object(value: JsonValue, what: str) -> JsonObject:
    """Demand an object that has members. Raises InvalidDocument."""
    if not isinstance(value, dict) or not value:
        raise InvalidDocument(f"{what} is not an object with members", path=f"/{what}")
    return value


def a_node(value: JsonValue, what: str) -> JsonObject:
    """Demand an object that says what it is by `id` and `type`, if it does (sections 4.4, 4.5). Raises InvalidDocument.

    Those are what every reader looks for: the keywords that the base context gives these names to are not taken.
    """
    node = an_object(value, what)
    if "@id" in node or "@type" in node:
        raise InvalidDocument(f"{what} uses a keyword instead of id or type", path=f"/{what}")
    if "id" in node:
        url(node["id"], f"{what}/id")
    if "type" in node:
        types(node["type"], f"{what}/type")
    return node


def typed_object(value: JsonValue, what: str) -> JsonObject:
    """Demand a node with a type (section 4.5). Raises InvalidDocument."""
    node = a_node(value, what)
    if "type" not in node:
        raise InvalidDocument(f"{what} has no type", path=f"/{what}/type")
    return node


def types(value: JsonValue, what: str) -> tuple[str, ...]:
    """Demand one or more terms or absolute URLs (section 4.5). Raises InvalidDocument."""
    return one_or_more(value, what, _type_name)


def language_value(value: JsonValue, what: str) -> None:
    """Demand a string, or a language value object with a string (section 11.1). Raises InvalidDocument."""
    if isinstance(value, str):
        return
    node = an_object(value, what)
    if not _LANGUAGE_MEMBERS.issuperset(node) or not isinstance(node.get("@value"), str):
        raise InvalidDocument(f"{what} is not a language value", path=f"/{what}")
    language = node.get("@language", "und")
    if not isinstance(language, str) or not _LANGUAGE.match(language):
        raise InvalidDocument(f"{what} has no well-formed language", path=f"/{what}/@language")
    if node.get("@direction", "ltr") not in ("ltr", "rtl"):
        raise InvalidDocument(f"{what} has no known direction", path=f"/{what}/@direction")


def _type_name(value: JsonValue, what: str) -> str:
    if isinstance(value, str) and ":" in value:
        # No blank node is one, which would name nothing outside this document.
        return url(value, what)
    if not isinstance(value, str) or not _TERM.match(value):
        raise InvalidDocument(f"{what} is neither a term nor a URL", path=f"/{what}")
    return value
