"""The Expansion algorithm (JSON-LD 1.1 API section 5.1): a document without its context, every name spelled out.

Step numbers are those of section 5.1.2. Where the algorithm lets something go that a reader of the document sees, safe
mode refuses the document instead: there is no other difference.
"""

from typing import Final, final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.jsonld.active_context import ABSENT, ActiveContext, Key
from credentials.formats.ldp_vc.jsonld.context_processing import ContextProcessor
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.keyword_entries import KeywordEntries
from credentials.formats.ldp_vc.jsonld.limits import JsonLdLimits
from credentials.formats.ldp_vc.jsonld.maps import expand_language_map, expand_map
from credentials.formats.ldp_vc.jsonld.place import Place
from credentials.formats.ldp_vc.jsonld.values import as_list, expand_scalar, finish_value_object, is_node
from credentials.formats.ldp_vc.safety import UnsafeDocument

_MAPS: Final = frozenset({"@id", "@index", "@type"})
_NAMED_GRAPHS: Final = frozenset({"@id", "@index"})


@final
class Expander:
    """Expands one document."""

    __slots__ = ("_base_url", "_contexts", "_depth", "_entries", "_limits", "_values", "old", "safe")

    def __init__(
        self, contexts: ContextProcessor, limits: JsonLdLimits, base_url: str, *, safe: bool, old: bool
    ) -> None:
        self._contexts = contexts
        self._limits = limits
        self._base_url = base_url
        self._values = 0
        self._depth = 0
        self._entries = KeywordEntries(self, old=old)
        self.safe = safe
        self.old = old

    def document(self, active: ActiveContext, document: JsonValue) -> list[JsonValue]:
        """Expand a whole document. Raises JsonLdError, LimitExceeded, and UnsafeDocument in safe mode."""
        expanded = self.any(active, None, document)
        if isinstance(expanded, dict) and len(expanded) == 1 and "@graph" in expanded:
            expanded = expanded["@graph"]
        if expanded is None:
            self.drop("the document states nothing")
            return []
        return as_list(expanded)

    def drop(self, why: str) -> None:
        """Note that something is let go. Raises UnsafeDocument in safe mode."""
        if self.safe:
            raise UnsafeDocument(why)

    def any(self, active: ActiveContext, name: str | None, element: JsonValue, *, from_map: bool = False) -> JsonValue:
        """Expand whatever stands under a name."""
        if isinstance(element, dict):
            return self.object(active, name, element, from_map=from_map)
        if isinstance(element, list):
            return self._array(active, name, element, from_map=from_map)
        if element is None:
            return None
        # Step 4.
        if name is None or name == "@graph":
            return None
        key = active.key(name)
        if key.scoped and key.definition is not None:
            active = self._contexts.scoped(active, key.definition, as_type=False)
            key = active.key(name)
        return expand_scalar(active, key, element)

    def _array(self, active: ActiveContext, name: str | None, items: list[JsonValue], *, from_map: bool) -> JsonValue:
        # Step 5.
        self._enter(len(items))
        in_list = name is not None and "@list" in active.key(name).container
        result: list[JsonValue] = []
        for item in items:
            expanded = self.any(active, name, item, from_map=from_map)
            if isinstance(expanded, list):
                if in_list:
                    result.append({"@list": expanded})
                else:
                    if self.safe and (isinstance(item, list) or not expanded):
                        raise UnsafeDocument("an array in an array has no form of its own")
                    result.extend(expanded)
            elif expanded is not None:
                result.append(expanded)
            else:
                self.drop("an item of an array states nothing")
        self._depth -= 1
        return result

    def object(
        self, active: ActiveContext, name: str | None, element: JsonObject, *, from_map: bool = False
    ) -> JsonValue:
        """Expand a JSON object: a node, a value, a list or a set."""
        self._enter(len(element))
        # Steps 3, 7 to 9: which context speaks here.
        definition = None if name is None else active.terms.get(name)
        if active.previous is not None and not from_map and not _keeps_context(active, element):
            active = active.previous
        if definition is not None and definition.context is not ABSENT:
            active = self._contexts.scoped(active, definition, as_type=False)
        if "@context" in element:
            active = self._contexts.embedded(active, element["@context"], self._base_url)
        # Steps 10 and 11: what types say of it.
        type_scoped = active
        for alias in type_scoped.aliases("@type"):
            if alias in element:
                active = self._typed(active, type_scoped, element[alias])
        result: JsonObject = {}
        self._add_entries(Place(active, type_scoped, name, element, result))
        self._depth -= 1
        return _finished(name, result)

    def _typed(self, active: ActiveContext, type_scoped: ActiveContext, types: JsonValue) -> ActiveContext:
        for term in sorted([item for item in as_list(types) if isinstance(item, str)]):
            definition = type_scoped.terms.get(term)
            if definition is not None and definition.context is not ABSENT:
                active = self._contexts.scoped(active, definition, as_type=True)
        return active

    def _add_entries(self, place: Place) -> None:
        # Steps 13 and 14.
        nests: list[str] = []
        active, result = place.active, place.result
        keys = active.keys
        for name, value in place.element.items():
            if name == "@context":
                continue
            key = keys.get(name) or active.key(name)
            iri = key.iri
            if key.plain and type(value) is str and iri not in result:
                # What most entries are; of the steps below only the last would do something for them.
                result[iri] = [expand_scalar(active, key, value)]  # type: ignore[index]  # a property has an IRI
            elif iri is None:
                self.drop("a property is not defined by the contexts")
            elif not key.keyword:
                self._add_property(place, key, name, value)
            elif iri == "@nest":
                nests.append(name)
            else:
                self._entries.add(place, iri, value)
        for nest in nests:
            self._add_nested(place, nest)

    def _add_property(self, place: Place, key: Key, name: str, value: JsonValue) -> None:
        active = place.active
        expanded = self.any(active, name, value) if key.plain else self._contained(active, key, name, value)
        if expanded is None:
            self.drop("a property has no value")
            return
        if self.safe and expanded == []:
            raise UnsafeDocument("an empty array states nothing")
        iri = key.iri or ""
        if key.reverse:
            _add_reverse(place.result, iri, expanded)
        else:
            _add(place.result, iri, expanded)

    def _add_nested(self, place: Place, nest: str) -> None:
        self.drop("the name of a nest is not signed")
        active, definition = place.active, place.active.terms.get(nest)
        if definition is not None and definition.context is not ABSENT:
            active = self._contexts.scoped(active, definition, as_type=False)
        for value in as_list(place.element[nest]):
            if not isinstance(value, dict) or any(active.key(entry).iri == "@value" for entry in value):
                raise JsonLdError("invalid @nest value")
            self._enter(len(value))
            self._add_entries(Place(active, place.type_scoped, nest, value, place.result))
            self._depth -= 1

    def _contained(self, active: ActiveContext, key: Key, name: str, value: JsonValue) -> JsonValue:
        # Steps 13.6 to 13.12.
        container = key.container
        if key.type == "@json":
            expanded: JsonValue = {"@value": value, "@type": "@json"}
        elif isinstance(value, dict) and "@language" in container:
            expanded = expand_language_map(active, key, value, self.drop)
            self._count(len(value))
        elif isinstance(value, dict) and not container.isdisjoint(_MAPS):
            self._enter(len(value))
            expanded = expand_map(active, name, value, self, self._contexts)
            self._depth -= 1
        else:
            expanded = self.any(active, name, value)
        if expanded is None:
            return None
        if "@list" in container and not (isinstance(expanded, dict) and "@list" in expanded):
            expanded = {"@list": as_list(expanded)}
        if "@graph" in container and container.isdisjoint(_NAMED_GRAPHS):
            return [{"@graph": as_list(item)} for item in as_list(expanded)]
        return expanded

    def _enter(self, count: int) -> None:
        self._depth += 1
        if self._depth > self._limits.max_depth:
            raise LimitExceeded(f"the document is nested deeper than {self._limits.max_depth} levels")
        self._values += count
        if self._values > self._limits.max_values:
            raise self._too_many()

    def _count(self, count: int) -> None:
        self._values += count
        if self._values > self._limits.max_values:
            raise self._too_many()

    def _too_many(self) -> LimitExceeded:
        return LimitExceeded(f"the document has more than {self._limits.max_values} values")


def _keeps_context(active: ActiveContext, element: JsonObject) -> bool:
    # Step 7: a context that is not propagated ends at the next node, and neither of these is one.
    for alias in active.aliases("@value"):
        if alias in element:
            return True
    return len(element) == 1 and active.key(next(iter(element))).iri == "@id"


def _finished(name: str | None, result: JsonObject) -> JsonValue:
    # Steps 15 to 20.
    if "@value" in result:
        if not finish_value_object(result):
            return None
    elif "@type" in result:
        result["@type"] = as_list(result["@type"])
    elif "@set" in result or "@list" in result:
        if not result.keys() <= {"@index", "@set"} and not result.keys() <= {"@index", "@list"}:
            raise JsonLdError("invalid set or list object")
        if "@set" in result:
            return result["@set"]
    if len(result) == 1 and "@language" in result:
        return None
    return None if (name is None or name == "@graph") and _says_nothing(result) else result


def _says_nothing(result: JsonObject) -> bool:
    # Step 19: about what no property points to.
    return not result or "@value" in result or "@list" in result or (len(result) == 1 and "@id" in result)


def _add(result: JsonObject, iri: str, expanded: JsonValue) -> None:
    values = result.get(iri)
    if values is None:
        result[iri] = list(expanded) if isinstance(expanded, list) else [expanded]
    elif isinstance(values, list):
        values.extend(as_list(expanded))


def _add_reverse(result: JsonObject, iri: str, expanded: JsonValue) -> None:
    # Step 13.13.
    reverse = result.setdefault("@reverse", {})
    assert isinstance(reverse, dict)  # nothing else is ever put there
    for item in as_list(expanded):
        if not is_node(item):
            raise JsonLdError("invalid reverse property value")
        _add(reverse, iri, item)
