"""Entries of a document whose key is a keyword (JSON-LD 1.1 API section 5.1.2, step 13.4)."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.place import Place, Recursion
from credentials.formats.ldp_vc.jsonld.values import as_list, is_node

_NO_VALUE: Final = "a keyword has no value"
_NO_MEANING: Final = "a keyword stands where it means nothing"


@final
class KeywordEntries:
    """Adds what stands under keywords to the expansion of an object."""

    __slots__ = ("_expander", "_old")

    def __init__(self, expander: Recursion, *, old: bool) -> None:
        self._expander = expander
        self._old = old

    def add(self, place: Place, keyword: str, value: JsonValue) -> None:
        """Add one entry. Raises JsonLdError, and whatever the expander raises."""
        if place.name == "@reverse":
            raise JsonLdError("invalid reverse property map")
        if keyword in place.result and (self._old or keyword not in _MERGED) and not _is_reversed_term(place, keyword):
            raise JsonLdError("colliding keywords")
        handler = _HANDLERS.get(keyword)
        if handler is None or (self._old and keyword in _NEW):
            self._expander.drop(_NO_MEANING)
        else:
            handler(self, place, value)

    def id(self, place: Place, value: JsonValue) -> None:
        """Add `@id`."""
        if not isinstance(value, str):
            raise JsonLdError("invalid @id value")
        expanded = place.active.expand(value, relative=True)
        if expanded is None:
            self._expander.drop("an identifier looks like a keyword")
        place.result["@id"] = expanded

    def type(self, place: Place, value: JsonValue) -> None:
        """Add `@type`, by the context that the types themselves have not changed."""
        scope, result = place.type_scoped, place.result
        if isinstance(value, str):
            expanded: JsonValue = scope.name(value)
        elif isinstance(value, list):
            names = [scope.name(item) for item in value if isinstance(item, str)]
            if len(names) != len(value):
                raise JsonLdError("invalid type value")
            expanded = [*names]
        else:
            raise JsonLdError("invalid type value")
        if not expanded or (isinstance(expanded, list) and None in expanded):
            self._expander.drop("a type is not defined by the contexts")
        if "@type" in result:
            expanded = [*as_list(result["@type"]), *as_list(expanded)]
        result["@type"] = expanded

    def graph(self, place: Place, value: JsonValue) -> None:
        """Add `@graph`."""
        expanded = self._expander.any(place.active, "@graph", value)
        values = [] if expanded is None else as_list(expanded)
        if not values:
            self._expander.drop(_NO_VALUE)
        place.result["@graph"] = values

    def included(self, place: Place, value: JsonValue) -> None:
        """Add `@included`."""
        expanded = as_list(self._expander.any(place.active, None, value))
        if not all(map(is_node, expanded)):
            raise JsonLdError("invalid @included value")
        if not expanded:
            self._expander.drop(_NO_VALUE)
        place.result["@included"] = [*as_list(place.result.get("@included", [])), *expanded]

    def value(self, place: Place, value: JsonValue) -> None:
        """Add `@value`."""
        if _is_json(place.active, place.element):
            if self._old:
                raise JsonLdError("invalid value object value")
        elif value is not None and not isinstance(value, str | int | float):
            raise JsonLdError("invalid value object value")
        place.result["@value"] = value

    def language(self, place: Place, value: JsonValue) -> None:
        """Add `@language`."""
        if not isinstance(value, str):
            raise JsonLdError("invalid language-tagged string")
        # Which is left to us; signatures can only agree when all do alike, and the others do this.
        place.result["@language"] = value.lower()

    def direction(self, place: Place, value: JsonValue) -> None:
        """Add `@direction`."""
        if not isinstance(value, str) or value not in ("ltr", "rtl"):
            raise JsonLdError("invalid base direction")
        place.result["@direction"] = value

    def index(self, place: Place, value: JsonValue) -> None:
        """Add `@index`."""
        if not isinstance(value, str):
            raise JsonLdError("invalid @index value")
        self._expander.drop("an index is not signed")
        place.result["@index"] = value

    def list(self, place: Place, value: JsonValue) -> None:
        """Add `@list`."""
        if place.name is None or place.name == "@graph":
            self._expander.drop("a list stands where no property points to it")
            return
        expanded = self._expander.any(place.active, place.name, value)
        if expanded is None:
            self._expander.drop(_NO_VALUE)
        place.result["@list"] = [] if expanded is None else as_list(expanded)

    def set(self, place: Place, value: JsonValue) -> None:
        """Add `@set`."""
        place.result["@set"] = self._expander.any(place.active, place.name, value)

    def reverse(self, place: Place, value: JsonValue) -> None:
        """Add `@reverse`, and turn around once more what is reversed in it."""
        if not isinstance(value, dict):
            raise JsonLdError("invalid @reverse value")
        expanded = self._expander.object(place.active, "@reverse", value)
        assert isinstance(expanded, dict)  # keywords were refused, so it is a map of properties
        if not expanded:
            self._expander.drop(_NO_VALUE)
        for iri, items in expanded.items():
            if iri == "@reverse" and isinstance(items, dict):
                for twice, nodes in items.items():
                    _extend(place.result, twice, nodes)
            else:
                if not all(map(is_node, as_list(items))):
                    raise JsonLdError("invalid reverse property value")
                reverse = place.result.setdefault("@reverse", {})
                assert isinstance(reverse, dict)  # nothing else is ever put there
                _extend(reverse, iri, items)


_Handler: TypeAlias = Callable[[KeywordEntries, Place, JsonValue], None]

_HANDLERS: Final[Mapping[str, _Handler]] = {
    "@id": KeywordEntries.id,
    "@type": KeywordEntries.type,
    "@graph": KeywordEntries.graph,
    "@included": KeywordEntries.included,
    "@value": KeywordEntries.value,
    "@language": KeywordEntries.language,
    "@direction": KeywordEntries.direction,
    "@index": KeywordEntries.index,
    "@list": KeywordEntries.list,
    "@set": KeywordEntries.set,
    "@reverse": KeywordEntries.reverse,
}
_NEW: Final = frozenset({"@included", "@direction"})
_MERGED: Final = frozenset({"@included", "@type"})


def _is_reversed_term(place: Place, keyword: str) -> bool:
    # What a reversed term has put under `@reverse` is no second `@reverse`, whichever of the two comes first.
    return keyword == "@reverse" and sum(place.active.key(name).iri == keyword for name in place.element) == 1


def _extend(properties: JsonObject, iri: str, values: JsonValue) -> None:
    earlier = properties.setdefault(iri, [])
    assert isinstance(earlier, list)  # properties have arrays
    earlier.extend(as_list(values))


def _is_json(active: ActiveContext, element: JsonObject) -> bool:
    # Step 12: the last of the first types says what kind of value it is.
    for alias in active.aliases("@type"):
        if alias in element:
            types = element[alias]
            last = types[-1] if isinstance(types, list) and types else types
            return isinstance(last, str) and active.name(last) == "@json"
    return False
