"""Containers that are maps, by language, index, identifier or type (JSON-LD 1.1 API section 5.1.2, 13.7 and 13.8)."""

from collections.abc import Callable
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ABSENT, ActiveContext, Key
from credentials.formats.ldp_vc.jsonld.context_processing import ContextProcessor
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.place import Recursion
from credentials.formats.ldp_vc.jsonld.values import as_list, expand_scalar, is_node

_GRAPH_OBJECT: Final = frozenset({"@graph", "@id", "@index"})

_Drop: TypeAlias = Callable[[str], None]


def expand_language_map(active: ActiveContext, key: Key, value: JsonObject, drop: _Drop) -> list[JsonValue]:
    """Expand `{language: text}`. Raises JsonLdError, and whatever `drop` raises."""
    expanded: list[JsonValue] = []
    for language, texts in value.items():
        tagged = active.key(language).iri != "@none"
        items = as_list(texts)
        if not items:
            drop("a language has no text")
        for text in items:
            if text is None:
                drop("a language has no text")
                continue
            if not isinstance(text, str):
                raise JsonLdError("invalid language map value")
            item: JsonObject = {"@value": text}
            if tagged:
                item["@language"] = language.lower()
            if key.direction is not None:
                item["@direction"] = key.direction
            expanded.append(item)
    return expanded


def expand_map(
    active: ActiveContext, name: str, value: JsonObject, expander: Recursion, contexts: ContextProcessor
) -> list[JsonValue]:
    """Expand `{index, identifier or type: values}`. Raises JsonLdError, and whatever the expander raises."""
    key = active.key(name)
    expanded: list[JsonValue] = []
    container = key.container
    for index, values in value.items():
        map_context = active
        if "@id" in container or "@type" in container:
            map_context = active.previous or active
        if "@type" in container:
            definition = map_context.terms.get(index)
            if definition is not None and definition.context is not ABSENT:
                map_context = contexts.scoped(map_context, definition, as_type=True)
        expanded_index = active.key(index)
        items = as_list(expander.any(map_context, name, as_list(values), from_map=True))
        if not items:
            expander.drop("an entry of a map states nothing")
        for item in items:
            node = item if isinstance(item, dict) else {}
            if "@graph" in container and not ("@graph" in node and node.keys() <= _GRAPH_OBJECT):
                node = {"@graph": as_list(item)}
            if expanded_index.iri != "@none":
                _place(active, key, index, node, expander.drop)
            expanded.append(node)
    return expanded


def _place(active: ActiveContext, key: Key, index: str, node: JsonObject, drop: _Drop) -> None:
    """Write into a node what its place in the map says of it."""
    container = key.container
    if "@index" in container:
        index_key = None if key.definition is None else key.definition.index
        if index_key is None:
            drop("an index is not signed")
            node.setdefault("@index", index)
            return
        if "@value" in node:
            raise JsonLdError("invalid value object")
        index_property = active.key(index_key)
        if index_property.iri is None:
            drop("a property is not defined by the contexts")
            return
        node[index_property.iri] = [
            expand_scalar(active, index_property, index),
            *as_list(node.get(index_property.iri, [])),
        ]
        return
    if not is_node(node):
        # The algorithm gives a value an identifier or a second type here, and RDF cannot say what that means.
        drop("a value has an identifier or a type of a node")
    if "@id" in container:
        name = active.expand(index, relative=True)
        if node.setdefault("@id", name) != name:
            drop("the name that a map gives to a node is not the node's own")
    else:
        node["@type"] = [active.name(index), *as_list(node.get("@type", []))]
