"""Whatever the document: others expand it alike, and nothing that safe mode accepts can be changed unnoticed."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pyoxigraph
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyld import jsonld

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc.jsonld import JsonLdError, Processor
from credentials.formats.ldp_vc.rdf import serialise
from tests.unit.jsonld.test_jsonld_manifests import same

QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
XSD = "http://www.w3.org/2001/XMLSchema#"
VOCABULARY = "https://example.org/vocabulary#"
CONTEXT: JsonObject = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "ex": VOCABULARY,
    "name": "ex:name",
    "nl": {"@id": "ex:nl", "@language": "nl"},
    "title": {"@id": "ex:title", "@container": "@language"},
    "date": {"@id": "ex:date", "@type": f"{XSD}date"},
    "amount": {"@id": "ex:amount", "@type": f"{XSD}double"},
    "link": {"@id": "ex:link", "@type": "@id"},
    "kind": {"@id": "ex:kind", "@type": "@vocab"},
    "steps": {"@id": "ex:steps", "@container": "@list"},
    "tags": {"@id": "ex:tags", "@container": "@set"},
    "byId": {"@id": "ex:byId", "@container": "@id"},
    "byType": {"@id": "ex:byType", "@container": "@type"},
    "byKey": {"@id": "ex:byKey", "@container": "@index", "@index": "ex:name"},
    "byIndex": {"@id": "ex:byIndex", "@container": "@index"},
    "claim": {"@id": "ex:claim", "@container": "@graph"},
    "data": {"@id": "ex:data", "@type": "@json"},
    "parent": {"@reverse": "ex:child"},
    "Red": "ex:Red",
    "Person": {"@id": "ex:Person", "@context": {"age": "ex:age", "name": "ex:fullName"}},
    "Group": {"@id": "ex:Group", "@context": {"@propagate": True, "member": {"@id": "ex:member", "@type": "@id"}}},
    "scoped": {"@id": "ex:scoped", "@context": {"name": "ex:scopedName", "only": "ex:only"}},
    "labels": "@nest",
    "label": {"@id": "ex:label", "@nest": "labels"},
}
EXTRA: JsonObject = {"@vocab": "https://example.org/other#", "@language": "en"}
PROCESSOR = Processor({}.__getitem__)
# pyoxigraph gives an index that is a property the language of the node below it, does not end a type's context in
# `@reverse`, and gives a graph a name for properties that are not defined.
NOT_ALIKE = frozenset({"amount", "byKey", "@reverse", "@graph"})

texts = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=6)
iris = st.sampled_from(["urn:x:1", "urn:x:2", "https://example.org/a?b#c", "ex:d", "did:example:1"])
scalars: st.SearchStrategy[JsonValue] = st.one_of(
    texts, st.booleans(), st.integers(1 - 2**53, 2**53 - 1), st.floats(-1e6, 1e6, width=32)
)
types = st.lists(st.sampled_from(["Person", "Group", "Red", "ex:Other"]), min_size=1, max_size=2, unique=True)
languages = st.sampled_from(["nl", "en-GB", "fy"])


def nodes(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    one_or_more = st.one_of(inner, st.lists(inner, min_size=1, max_size=3))
    members: dict[str, st.SearchStrategy[Any]] = {
        "id": st.one_of(iris, st.sampled_from(["_:a", "_:b"])),
        "type": types,
        "@context": st.just(EXTRA),
        "name": st.one_of(scalars, st.lists(texts, min_size=1, max_size=3)),
        "nl": texts,
        "title": st.dictionaries(languages, texts, min_size=1, max_size=2),
        "date": texts,
        "amount": st.one_of(st.integers(0, 9999), st.floats(0, 1e6, width=32)),
        "link": iris,
        "kind": st.sampled_from(["Red", "ex:Blue"]),
        "steps": st.one_of(scalars, st.lists(one_or_more, max_size=3)),
        "tags": st.lists(scalars, min_size=1, max_size=3),
        "byId": st.dictionaries(iris, inner.filter(is_plain_node), min_size=1, max_size=2),
        "byType": st.dictionaries(st.sampled_from(["Person", "Red"]), iris, min_size=1, max_size=2),
        "byKey": st.dictionaries(texts.filter(bool), inner.filter(is_plain_node), min_size=1, max_size=2),
        "byIndex": st.dictionaries(texts.filter(bool), texts, min_size=1, max_size=2),
        "claim": inner.filter(is_plain_node),
        "data": st.recursive(scalars, lambda json: st.dictionaries(texts, json, max_size=2), max_leaves=4),
        "parent": inner.filter(is_plain_node),
        "scoped": one_or_more,
        # pyoxigraph lets pass what is included and states nothing.
        "@included": inner.filter(is_plain_node).map(lambda node: {**node, "type": ["Red"]}),
        "@graph": st.lists(inner.filter(is_plain_node), min_size=1, max_size=2),
        "@reverse": st.fixed_dictionaries({"name": inner.filter(is_plain_node)}),
        "labels": st.fixed_dictionaries({"label": texts}),
        "ex:direct": one_or_more,
        "unknown": texts,
        "age": texts,
        "only": texts,
        "member": iris,
    }
    return st.lists(st.sampled_from(sorted(members)), min_size=1, max_size=5, unique=True).flatmap(
        lambda names: st.fixed_dictionaries({name: members[name] for name in names})
    )


def is_plain_node(value: JsonValue) -> bool:
    return isinstance(value, dict) and not value.keys() & {"@value", "@list", "@set"}


values: st.SearchStrategy[JsonValue] = st.one_of(
    scalars,
    st.builds(lambda text, tag: {"@value": text, "@language": tag}, texts, languages),
    st.builds(lambda text: {"@value": text, "@type": "ex:type"}, texts),
    st.builds(lambda items: {"@list": items}, st.lists(scalars, max_size=3)),
)
documents: st.SearchStrategy[Any] = nodes(st.recursive(values, nodes, max_leaves=5)).map(
    lambda node: {**node, "@context": [CONTEXT, *([EXTRA] if "@context" in node else [])]}
)


def refuse(url: str, options: object) -> None:
    raise AssertionError("nothing is fetched")


def canonical(nquads: str) -> list[str]:
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(nquads, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def by_pyld(document: JsonObject) -> list[JsonValue] | None:
    try:
        expanded: list[JsonValue] = jsonld.expand(document, {"base": "", "documentLoader": refuse})
    except jsonld.JsonLdError:
        return None
    return expanded


@QUICK
@given(documents)
def test_pyld_expands_alike(document: JsonObject) -> None:
    # Section 5.1.2, step 13.8.3.1: PyLD does not leave the type's context in a map of identifiers.
    written = json.dumps({**document, "@context": None})
    assume('"byId"' not in written or '"Person"' not in written)
    theirs = by_pyld(document)
    if theirs is None:
        with pytest.raises(JsonLdError):
            PROCESSOR.expand(document)
    else:
        assert same(PROCESSOR.expand(document), theirs)


@QUICK
@given(documents)
def test_pyoxigraph_reads_the_same_dataset(document: JsonObject) -> None:
    document = for_pyoxigraph(document)
    try:
        theirs = pyoxigraph.parse(json.dumps(document), format=pyoxigraph.RdfFormat.JSON_LD)
        nquads = pyoxigraph.serialize(theirs, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    except SyntaxError:
        with pytest.raises(JsonLdError):
            PROCESSOR.to_quads(document, safe=False)
    else:
        ours = PROCESSOR.to_quads(document, safe=False)
        assert canonical(serialise(ours)) == canonical(nquads.decode())


def for_pyoxigraph(value: Any) -> Any:
    # pyoxigraph writes as many digits as a double has, where section 8.6 wants at most 16.
    if isinstance(value, dict):
        # Of several types that bring contexts it takes the last one's alone.
        return {
            name: item[:1] if name == "type" and isinstance(item, list) else for_pyoxigraph(item)
            for name, item in value.items()
            if name not in NOT_ALIKE
        }
    if isinstance(value, list):
        return [for_pyoxigraph(item) for item in value]
    return int(value) if isinstance(value, float) and value != CONTEXT["@version"] else value


@QUICK
@given(documents, st.data())
def test_a_change_to_a_safe_document_changes_what_is_signed(document: JsonObject, data: st.DataObject) -> None:
    try:
        quads = PROCESSOR.to_quads(document, distinct=False)
    except BlauweKnopError:
        assume(False)
    # What is said of one node in two places may be left out in one of them.
    assume(len(set(quads)) == len(quads))
    changed = copy.deepcopy(document)
    place = data.draw(st.sampled_from(list(places(changed))))
    text = data.draw(st.one_of(texts, iris, st.sampled_from(sorted(CONTEXT)), languages))
    # A value and an array of that value are two spellings of one thing.
    assume(place.holder[place.key] != [text])
    place.change(data.draw(st.sampled_from(["remove", "replace", "rename"])), text)
    assume(changed != document)
    try:
        others = PROCESSOR.to_quads(changed)
    except BlauweKnopError:
        return
    assert canonical(serialise(others)) != canonical(serialise(quads))


class Place:
    """One member of an object or item of an array."""

    def __init__(self, holder: Any, key: Any) -> None:
        self.holder = holder
        self.key = key

    def change(self, how: str, text: str) -> None:
        """Change it."""
        if how == "remove":
            del self.holder[self.key]
        elif how == "rename" and isinstance(self.holder, dict):
            self.holder[text] = self.holder.pop(self.key)
        else:
            self.holder[self.key] = text


def places(value: Any) -> Iterator[Place]:
    """Every place of a document but those in its contexts and in its blank node identifiers."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in members:
        if key == "@context" or (key == "id" and item.startswith("_:")):
            continue
        yield Place(value, key)
        yield from places(item)
