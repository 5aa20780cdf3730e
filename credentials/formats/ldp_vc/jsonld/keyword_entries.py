"""Entries of a document whose key is a keyword (JSON-LD 1.1 API section 5.1.2, step 13.4)."""

from collections.abc import Callable
from typing import Final, Protocol, final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.values import as_list, is_node

_NOTHING: Final = "a keyword has no value"


class Recurse(Protocol):
    """The expansion of what stands under a name."""

    def __call__(
        self, active: ActiveContext, name: str | None, element: JsonValue, *, from_map: bool = False
    ) -> JsonValue:
        """Expand it."""
        ...


class RecurseIntoObject(Protocol):
    """The expansion of an object."""

    def __call__(
        self, active: ActiveContext, name: str | None, element: JsonObject, *, from_map: bool = False
    ) -> JsonValue:
        """Expand it."""
        ...


@final
class KeywordEntries:
    """Adds what stands under keywords to the expansion of an object."""

    __slots__ = ("_drop", "_expand", "_expand_object", "_old")

    def __init__(
        self, expand: Recurse, expand_object: RecurseIntoObject, drop: Callable[[str], None], *, old: bool
    ) -> None:
        self._expand = expand
        self._expand_object = expand_object
        self._drop = drop
        self._old = old

    def add(
        self,
        active: ActiveContext,
        type_scoped: ActiveContext,
        name: str | None,
        keyword: str,
        value: JsonValue,
        element: JsonObject,
        result: JsonObject,
    ) -> None:
        """Add one entry. Raises JsonLdError, and whatever `drop` raises."""
        if name == "@reverse":
            raise JsonLdError("invalid reverse property map")
        if keyword in result and (self._old or keyword not in ("@included", "@type")):
            raise JsonLdError("colliding keywords")
        match keyword:
            case "@id":
                self._id(active, value, result)
            case "@type":
                self._type(type_scoped, value, result)
            case "@graph":
                result["@graph"] = self._stated(self._expand(active, "@graph", value))
            case "@included":
                self._included(active, value, result)
            case "@value":
                self._value(active, value, element, result)
            case "@language":
                if not isinstance(value, str):
                    raise JsonLdError("invalid language-tagged string")
                result["@language"] = value
            case "@direction":
                self._direction(value, result)
            case "@index":
                if not isinstance(value, str):
                    raise JsonLdError("invalid @index value")
                self._drop("an index is not signed")
                result["@index"] = value
            case "@list":
                if name is None or name == "@graph":
                    self._drop("a list stands where no property points to it")
                else:
                    expanded = self._expand(active, name, value)
                    if expanded is None:
                        self._drop(_NOTHING)
                    result["@list"] = [] if expanded is None else as_list(expanded)
            case "@set":
                result["@set"] = self._expand(active, name, value)
            case "@reverse":
                self._reverse(active, value, result)
            case _:
                self._drop("a keyword stands where it means nothing")

    def _stated(self, expanded: JsonValue) -> list[JsonValue]:
        values = [] if expanded is None else as_list(expanded)
        if not values:
            self._drop(_NOTHING)
        return values

    def _id(self, active: ActiveContext, value: JsonValue, result: JsonObject) -> None:
        if not isinstance(value, str):
            raise JsonLdError("invalid @id value")
        expanded = active.expand(value, relative=True)
        if expanded is None:
            self._drop("an identifier looks like a keyword")
        result["@id"] = expanded

    def _type(self, type_scoped: ActiveContext, value: JsonValue, result: JsonObject) -> None:
        if isinstance(value, str):
            expanded: JsonValue = type_scoped.name(value)
            if expanded is None:
                self._drop("a type is not defined by the contexts")
        elif isinstance(value, list):
            names: list[JsonValue] = []
            for item in value:
                if not isinstance(item, str):
                    raise JsonLdError("invalid type value")
                names.append(type_scoped.name(item))
            if not names or None in names:
                self._drop("a type is not defined by the contexts")
            expanded = names
        else:
            raise JsonLdError("invalid type value")
        if "@type" in result:
            expanded = [*as_list(result["@type"]), *as_list(expanded)]
        result["@type"] = expanded

    def _included(self, active: ActiveContext, value: JsonValue, result: JsonObject) -> None:
        if self._old:
            self._drop("a keyword stands where it means nothing")
            return
        expanded = as_list(self._expand(active, None, value))
        if not all(map(is_node, expanded)):
            raise JsonLdError("invalid @included value")
        if not expanded:
            self._drop(_NOTHING)
        earlier = result.get("@included")
        result["@included"] = expanded if earlier is None else [*as_list(earlier), *expanded]

    def _value(self, active: ActiveContext, value: JsonValue, element: JsonObject, result: JsonObject) -> None:
        if _is_json(active, element):
            if self._old:
                raise JsonLdError("invalid value object value")
        elif value is not None and not isinstance(value, str | int | float):
            raise JsonLdError("invalid value object value")
        result["@value"] = value

    def _direction(self, value: JsonValue, result: JsonObject) -> None:
        if self._old:
            self._drop("a keyword stands where it means nothing")
            return
        if not isinstance(value, str) or value not in ("ltr", "rtl"):
            raise JsonLdError("invalid base direction")
        result["@direction"] = value

    def _reverse(self, active: ActiveContext, value: JsonValue, result: JsonObject) -> None:
        if not isinstance(value, dict):
            raise JsonLdError("invalid @reverse value")
        expanded = self._expand_object(active, "@reverse", value)
        assert isinstance(expanded, dict)  # keywords were refused, so it is a map of properties
        if not expanded:
            self._drop(_NOTHING)
        for iri, items in expanded.items():
            if iri == "@reverse" and isinstance(items, dict):
                for twice, nodes in items.items():
                    earlier = result.setdefault(twice, [])
                    assert isinstance(earlier, list)
                    earlier.extend(as_list(nodes))
            else:
                reverse = result.setdefault("@reverse", {})
                assert isinstance(reverse, dict)
                if not all(map(is_node, as_list(items))):
                    raise JsonLdError("invalid reverse property value")
                earlier = reverse.setdefault(iri, [])
                assert isinstance(earlier, list)
                earlier.extend(as_list(items))


def _is_json(active: ActiveContext, element: JsonObject) -> bool:
    # Step 12: the last of the first types says what kind of value it is.
    for alias in active.aliases("@type"):
        if alias in element:
            types = element[alias]
            last = types[-1] if isinstance(types, list) and types else types
            return isinstance(last, str) and active.name(last) == "@json"
    return False
