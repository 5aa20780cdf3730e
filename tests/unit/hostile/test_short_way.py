"""The short way through templates never says anything else than the long way."""

import json
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, Profile
from credentials.formats.ldp_vc.rdf import canonicalise

URL: Final = "https://example.org/contexts/odd"
TERMS: Final[JsonObject] = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "kind": "@type",
    "val": "@value",
    "ex": "https://example.org/",
    "p": "ex:p",
    "link": {"@id": "ex:link", "@type": "@id"},
    "vv": {"@id": "ex:vv", "@type": "@vocab"},
    "date": {"@id": "ex:date", "@type": "http://www.w3.org/2001/XMLSchema#date"},
    "list": {"@id": "ex:list", "@container": "@list"},
    "lang": {"@id": "ex:lang", "@container": "@language"},
    "json": {"@id": "ex:json", "@type": "@json"},
    "graph": {"@id": "ex:graph", "@container": "@graph"},
    "Red": "ex:Red",
    "T": {"@id": "ex:T", "@context": {"p": "ex:scoped"}},
}


def bundle(**terms: JsonValue) -> ContextBundle:
    document: JsonObject = {"@context": {**TERMS, **terms}}
    return ContextBundle({URL: json.dumps(document).encode()}, narrow=False)


CANONICALISER: Final = Canonicaliser(bundle(), profile=Profile.ANY)

LITERALS: Final = ["x", "", ":", '":"', "\\", "é", "\x7f", "\ufffe", "@id", "urn:slot:0:", "urn:slot:1:"]
IRIS: Final = [
    "https://example.org/x",
    "https://example.org:99999/",
    "http://h",
    "urn:a",
    "urn:b",
    "urn:a%20b",
    "did:ex:1",
]
OTHERS: Final = ["ex:d", "Red", "T", "_:x", "#x"]
texts: st.SearchStrategy[JsonValue] = st.sampled_from([*LITERALS, *IRIS, *OTHERS])
names: Final = ["p", "link", "vv", "date", "list", "kind", "ex:full", "json"]


def nodes(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    return st.one_of(
        st.dictionaries(st.sampled_from([*names, "id", "type"]), inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=2),
        st.fixed_dictionaries({"graph": inner}),
        st.fixed_dictionaries({"lang": st.fixed_dictionaries({"en": texts})}),
        st.fixed_dictionaries({"val": texts, "@type": st.just("ex:T")}),
    )


structures = st.dictionaries(st.sampled_from(names), st.recursive(texts, nodes, max_leaves=5), min_size=1, max_size=3)


def refilled(value: JsonValue, data: st.DataObject) -> JsonValue:
    if isinstance(value, dict):
        return {name: refilled(item, data) for name, item in value.items()}
    if isinstance(value, list):
        return [refilled(item, data) for item in value]
    return data.draw(texts)


def long_way(canonicaliser: Canonicaliser, document: JsonObject, hash_name: str) -> bytes | type[BlauweKnopError]:
    try:
        return canonicalise(canonicaliser.quads(document), hash_name=hash_name).text.encode()
    except BlauweKnopError as error:
        return type(error)


def either_way(canonicaliser: Canonicaliser, document: JsonObject, hash_name: str) -> bytes | type[BlauweKnopError]:
    try:
        return canonicaliser.canonical(document, hash_name)
    except BlauweKnopError as error:
        return type(error)


@settings(max_examples=250, deadline=None)
@given(structures, st.sampled_from(["sha256", "sha384"]), st.data())
def test_documents_of_one_structure(structure: JsonObject, hash_name: str, data: st.DataObject) -> None:
    for _ in range(4):
        document: JsonObject = {"@context": URL, "id": "urn:root"}
        for name, value in structure.items():
            document[name] = refilled(value, data)
        expected = long_way(CANONICALISER, document, hash_name)
        assert either_way(CANONICALISER, document, hash_name) == expected


@pytest.mark.parametrize(
    "terms",
    [
        {"did": {"@id": "https://example.org/did/", "@prefix": True}},
        {"did:ex:1": None},
        {"did:ex:1": {"@id": "did:ex:1", "@context": {"p": "ex:other"}}},
        {"T": {"@id": "ex:T", "@context": {"did": {"@id": "https://example.org/did/", "@prefix": True}}}},
    ],
)
def test_a_context_that_gives_iris_another_meaning(terms: JsonObject) -> None:
    canonicaliser = Canonicaliser(bundle(**terms), profile=Profile.ANY)
    for name in ("urn:a", "urn:b", "urn:c", "did:ex:1"):
        document: JsonObject = {"@context": URL, "id": "urn:root", "type": "T", "vv": name, "kind": name, "p": "x"}
        expected = long_way(canonicaliser, document, "sha256")
        assert either_way(canonicaliser, document, "sha256") == expected
