"""Every visible thing is signed: whatever one member or item becomes, other bytes are signed, or none.

Documents are made at random of every keyword, its alias, each kind of container, scoped contexts and terms that mean
nothing. What may be spelled in two ways with one meaning is brought to one spelling before it is compared.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile, UnsafeDocument

V: Final = "https://v.example/"
ALIASES: Final = {
    "id": "@id",
    "type": "@type",
    "graph": "@graph",
    "reverse": "@reverse",
    "included": "@included",
    "value": "@value",
    "list": "@list",
    "set": "@set",
    "nest": "@nest",
    "none": "@none",
    "index": "@index",
}
CONTEXT: Final[JsonObject] = {
    **ALIASES,
    "@version": 1.1,
    "@vocab": V,
    "ex": V,
    "items": {"@container": "@list"},
    "date": {"@type": "http://www.w3.org/2001/XMLSchema#date"},
    "inGraph": {"@container": "@graph"},
    "inGraphs": {"@container": ["@graph", "@id"]},
    "byIndexInGraph": {"@container": ["@graph", "@index"]},
    "byId": {"@container": "@id"},
    "byType": {"@container": "@type"},
    "byLanguage": {"@container": "@language"},
    "byKey": {"@container": "@index", "@index": "key"},
    "byLink": {"@container": "@index", "@index": "link"},
    "byIndex": {"@container": "@index"},
    "link": {"@type": "@id"},
    "kind": {"@type": "@vocab"},
    "data": {"@type": "@json"},
    "parent": {"@reverse": "child"},
    "child": {"@type": "@id"},
    "meansNothing": None,
    "Red": f"{V}Red",
    "Person": {"@context": {"p": f"{V}scoped", "@vocab": None}, "@id": f"{V}Person"},
    "Group": {"@context": {"@propagate": True, "p": f"{V}propagated"}, "@id": f"{V}Group"},
    "scope": {"@context": {"p": f"{V}scoped", "nested": "@nest"}},
    "likeKeyword": "@keyword",
}
IRIS: Final = ["urn:a", "urn:b", "ex:d", "_:x", "https://e.example/é?x#y"]
TEXTS: Final = ["x", "", "nl", "Red", "urn:a", "@id", "_:x", "@json", "é", 0, 1, 2.5, True, False, 1e21]
CONTEXTS: Final = [{"@vocab": "urn:other:"}, {"@language": "en"}, {"@vocab": None}, {"p": None}, {"p": "@type"}, None]
BESIDE: Final = [
    {},
    {},
    {"@language": "en"},
    {"@type": "ex:T"},
    {"@direction": "rtl"},
    {"@index": "i"},
    {"id": "urn:a"},
]
OTHERS: Final = ["p", "q", "@id", "@type", "@context", "@list", "@foo", "ex:full", f"{V}full", "unknown", "blank:z"]
NAMES: Final = [*(name for name in CONTEXT if name[0] != "@" and name not in ("ex", "none")), *OTHERS, "p", "p"]


class Maker:
    """Makes documents, and changes them."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._choose = self._random.choice

    def document(self) -> JsonObject:
        """Make a document, safe or not."""
        return {"@context": CONTEXT, "id": "urn:root", "p": "root", **self._node(3)}

    def changed(self, document: JsonObject) -> JsonObject:
        """Change one thing."""
        changed: Any = deepcopy(document)
        holder, key = self._choose([place for place in places(changed) if place[1] != "@context"])
        match self._choose(["remove", "replace", "replace", "rename", "add"]):
            case "remove":
                del holder[key]
            case "rename" if isinstance(holder, dict):
                holder[self._choose([*NAMES, "urn:new", "@none"])] = holder.pop(key)
            case "add" if isinstance(holder[key], dict):
                name = self._choose(NAMES)
                holder[key].setdefault(name, self._value(name, 1))
            case "add" if isinstance(holder[key], list):
                holder[key].append(self._one("p", 1))
            case _:
                holder[key] = self._choose([self._choose(TEXTS), self._choose(IRIS), "new", self._one("p", 1)])
        return changed  # type: ignore[no-any-return]

    def _node(self, depth: int) -> JsonObject:
        names = self._random.sample(NAMES, self._choose([1, 1, 2, 3]))
        return {name: self._value(name, depth - 1) for name in names}

    def _one(self, name: str, depth: int) -> Any:
        if depth <= 0:
            return self._choose(TEXTS)
        keyword = self._choose(["@value", "value", "@list", "list", "@set", None, None, None])
        if keyword in ("@value", "value"):
            return {keyword: self._choose(TEXTS), **self._choose(BESIDE)}
        if keyword is not None:
            return {keyword: self._value(name, depth - 1), **self._choose(BESIDE)}
        return self._choose([self._choose(TEXTS), self._choose(TEXTS), self._node(depth), self._node(depth), None])

    def _value(self, name: str, depth: int) -> Any:
        match name:
            case "id" | "@id":
                return self._choose(IRIS)
            case "type" | "@type":
                return self._choose(["Person", "Group", "urn:T", ["Person", "Group"], ["ex:T", "Person"], []])
            case "@context":
                return self._choose(CONTEXTS)
            case "byId" | "inGraphs":
                return {self._choose([*IRIS, "none"]): self._one(name, depth)}
            case "byType":
                return {
                    self._choose(["Person", "ex:T", "@none"]): self._choose([self._choose(IRIS), self._one("p", depth)])
                }
            case "byLanguage":
                return {
                    self._choose(["en", "nl", "@none", "x y"]): self._choose(["x", ["x", "y"], None, [], ["x", None]])
                }
            case "byKey" | "byLink" | "byIndex" | "byIndexInGraph":
                return {self._choose(["k", "urn:a", "none"]): self._one(name, depth)}
            case "data":
                return self._choose([*TEXTS, {"a": [1, {"b": None}]}, [], {}, None])
            case "reverse" | "nest":
                return self._node(depth)
        several = [self._one(name, depth) for _ in range(self._choose([0, 1, 2, 2]))]
        return self._choose([several, [several, "x"], *[self._one(name, depth) for _ in range(5)]])


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Give every place of a document but those in contexts."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        yield value, key
        if key != "@context":
            yield from places(item)


def one_spelling(value: Any, name: str = "") -> Any:
    """Write alike what means the same in any document: aliases, prefixes, arrays of one, labels of blank nodes."""
    if isinstance(value, list):
        items = [one_spelling(item, name) for item in value]
        return items[0] if len(items) == 1 and name not in ("items", "@list") else items
    if isinstance(value, str):
        return {} if value[:2] == "_:" else value.replace("ex:", V)
    if isinstance(value, float):
        return int(value) if value % 1 == 0 else value
    if not isinstance(value, dict):
        return value
    node: dict[str, Any] = {}
    for key, item in value.items():
        plain = str(ALIASES.get(key, key)).replace("ex:", V).replace(V, "")
        plain = "@none" if plain[:2] == "_:" or plain == "blank:z" else plain
        if plain != "@context" and not (plain == "@id" and str(item)[:2] == "_:"):
            node[plain] = one_spelling(item, plain)
    only = next(iter(node)) if len(node) == 1 else ""
    is_same = only in ("@value", "@set", "@none") or (only == "@id" and name in ("link", "kind", "child", "byType"))
    return node[only] if is_same else one_list(node, name)


def one_list(node: dict[str, Any], name: str) -> Any:
    return node["@list"] if name == "items" and node.keys() == {"@list"} else node


def text(document: JsonValue) -> str:
    return json.dumps(one_spelling(document), sort_keys=True)


ANY: Final = Canonicaliser(ContextBundle(), profile=Profile.ANY)


def safe(maker: Maker) -> tuple[JsonObject, bytes]:
    while True:
        document = maker.document()
        try:
            # What is said twice in two places may be left out in one of them.
            quads = ANY._processor.to_quads(document, distinct=False)
            if len(set(quads)) == len(quads):
                return document, ANY.canonical(document)
        except BlauweKnopError:
            continue


@pytest.mark.parametrize("seed", range(4))
def test_a_change_that_can_be_seen_is_signed_or_refused(seed: int) -> None:
    maker = Maker(seed)
    taken = 0
    for _ in range(120):
        document, signed = safe(maker)
        for _ in range(6):
            changed = maker.changed(document)
            try:
                other = ANY.canonical(changed)
            except BlauweKnopError:
                continue
            taken += 1
            assert other != signed or text(changed) == text(document), (document, changed)
    assert taken > 100


def test_the_maker_reaches_what_safe_mode_is_for() -> None:
    maker, reasons = Maker(99), set()
    for _ in range(1500):
        try:
            ANY.quads(maker.document())
        except UnsafeDocument as error:
            reasons.add(error.detail)
        except BlauweKnopError:
            continue
    assert len(reasons) > 15
