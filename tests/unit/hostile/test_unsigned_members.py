"""Members that JSON-LD reads and RDF does not hold: a signature would not cover them, so safe mode refuses them."""

import pytest

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc.jsonld import Processor
from credentials.formats.ldp_vc.safety import UnsafeDocument

CONTEXTS: JsonObject = {}
PROCESSOR = Processor(CONTEXTS.__getitem__)
CONTEXT: JsonObject = {
    "@vocab": "https://example.org/",
    "byId": {"@container": "@id"},
    "byKey": {"@container": "@index", "@index": "key"},
    "graphs": {"@container": ["@graph", "@id"]},
}
INNER: JsonObject = {"@id": "urn:b", "q": "1"}


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"p": {"@list": ["x"], "@type": "urn:T"}}, id="a type beside a list"),
        pytest.param({"p": {"@list": ["x"], "@type": "urn:T", "@id": "urn:c", "q": "y"}}, id="a node beside a list"),
        pytest.param({"byKey": {"k": {"@list": ["x"]}}}, id="a list in a map"),
        pytest.param({"byId": {"urn:c": INNER}}, id="another name in a map"),
        pytest.param({"graphs": {"urn:c": {"@id": "urn:d", "@graph": [INNER]}}}, id="another graph name in a map"),
        pytest.param({"@included": [{"@id": "urn:c", "@included": [INNER]}]}, id="a name that only includes"),
        pytest.param({"@graph": [{"@id": "urn:c", "@graph": [INNER]}]}, id="a graph in a graph"),
    ],
)
def test_what_no_statement_holds_is_refused(members: JsonObject) -> None:
    document: JsonObject = {"@context": CONTEXT, "@id": "urn:a", "r": "z", **members}
    with pytest.raises(UnsafeDocument):
        PROCESSOR.to_quads(document)
    assert PROCESSOR.to_quads(document, safe=False)


@pytest.mark.parametrize(
    "members",
    [
        {"p": {"@list": ["x"]}},
        {"byId": {"urn:b": INNER, "urn:c": {"q": "2"}}},
        {"graphs": {"urn:c": {"@id": "urn:c", "@graph": [INNER]}}},
        {"@included": [{"@id": "urn:c", "q": "2", "@included": [INNER]}]},
        {"@graph": [{"@id": "urn:c", "q": "2", "@graph": [INNER]}]},
    ],
)
def test_what_statements_hold_is_taken(members: JsonObject) -> None:
    assert PROCESSOR.to_quads({"@context": CONTEXT, "@id": "urn:a", "r": "z", **members})
