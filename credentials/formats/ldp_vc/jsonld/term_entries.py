"""The entries of a term definition that can be judged by themselves (JSON-LD 1.1 API section 4.2.2)."""

from typing import Final

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc.jsonld.active_context import ABSENT, NOTHING, Absent
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.keywords import KEYWORDS

_OLD_ENTRIES: Final = frozenset({"@container", "@id", "@language", "@reverse", "@type"})
_NEW_ENTRIES: Final = frozenset({"@context", "@direction", "@index", "@nest", "@prefix", "@protected"})
_CONTAINERS: Final = frozenset({"@graph", "@id", "@index", "@language", "@list", "@set", "@type"})
_GRAPH_CONTAINERS: Final = (frozenset({"@graph", "@id"}), frozenset({"@graph", "@index"}))
_NEW_CONTAINERS: Final = frozenset({"@graph", "@id", "@type"})


def check_entries(term: str, value: JsonObject, *, old: bool) -> None:
    """Check that there are no other entries than there may be, and flags are flags. Raises JsonLdError."""
    if value.keys() <= _OLD_ENTRIES:
        return
    if old or not value.keys() <= _OLD_ENTRIES | _NEW_ENTRIES:
        raise JsonLdError("invalid term definition")
    if not isinstance(value.get("@protected", False), bool):
        raise JsonLdError("invalid @protected value")
    if "@nest" in value:
        nest = value["@nest"]
        if not isinstance(nest, str) or (nest in KEYWORDS and nest != "@nest"):
            raise JsonLdError("invalid @nest value")
    if "@prefix" in value:
        if ":" in term or "/" in term:
            raise JsonLdError("invalid term definition")
        if not isinstance(value["@prefix"], bool):
            raise JsonLdError("invalid @prefix value")


def container_of(value: JsonObject, *, reverse: bool, old: bool) -> frozenset[str]:
    """Return the container mapping. Raises JsonLdError."""
    given = value.get("@container", ABSENT)
    if given is ABSENT or (reverse and given is None):
        return NOTHING
    if reverse and given not in ("@set", "@index"):
        raise JsonLdError("invalid reverse property")
    if old and (not isinstance(given, str) or given in _NEW_CONTAINERS):
        raise JsonLdError("invalid container mapping")
    names = given if isinstance(given, list) else [given]
    container = frozenset([name for name in names if isinstance(name, str)])
    if len(container) != len(names) or not container or not container <= _CONTAINERS:
        raise JsonLdError("invalid container mapping")
    others = container - {"@set"}
    if len(others) > 1 and others not in _GRAPH_CONTAINERS:
        raise JsonLdError("invalid container mapping")
    if "@list" in container and len(container) > 1:
        raise JsonLdError("invalid container mapping")
    return container


def language_of(value: JsonObject) -> str | Absent | None:
    """Return the language mapping, in lower case. Raises JsonLdError."""
    if "@language" not in value or "@type" in value:
        return ABSENT
    language = value["@language"]
    if language is not None and not isinstance(language, str):
        raise JsonLdError("invalid language mapping")
    return None if language is None else language.lower()


def direction_of(value: JsonObject) -> str | Absent | None:
    """Return the direction mapping. Raises JsonLdError."""
    if "@direction" not in value or "@type" in value:
        return ABSENT
    direction = value["@direction"]
    if direction is None or (isinstance(direction, str) and direction in ("ltr", "rtl")):
        return direction
    raise JsonLdError("invalid base direction")
