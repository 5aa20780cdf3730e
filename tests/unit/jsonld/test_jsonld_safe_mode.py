"""Safe mode: what a reader of the JSON sees is in the quads, or the document is refused."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc import ContextBundle
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.ldp_vc.jsonld import Processor
from credentials.formats.ldp_vc.safety import UnsafeDocument

CONTEXT: JsonObject = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "Person": "urn:Person",
    "name": "urn:name",
    "knows": {"@id": "urn:knows", "@type": "@id"},
    "kind": {"@id": "urn:kind", "@type": "@vocab"},
    "list": {"@id": "urn:list", "@container": "@list"},
    "text": {"@id": "urn:text", "@container": "@language"},
    "byIndex": {"@id": "urn:byIndex", "@container": "@index"},
    "byName": {"@id": "urn:byName", "@container": "@index", "@index": "urn:name"},
    "byId": {"@id": "urn:byId", "@container": "@id"},
    "byType": {"@id": "urn:byType", "@container": "@type"},
    "graph": {"@id": "urn:graph", "@container": "@graph"},
    "graphs": {"@id": "urn:graphs", "@container": ["@graph", "@id"]},
    "json": {"@id": "urn:json", "@type": "@json"},
    "parent": {"@reverse": "urn:child"},
    "nothing": None,
    "nest": "@nest",
    "relative": {"@id": "urn:relative", "@type": "@none"},
}
PROCESSOR = Processor({}.__getitem__)


def document(**members: JsonValue) -> JsonObject:
    return {"@context": CONTEXT, "id": "urn:x", "name": "x", **members}


SIGNED: list[JsonObject] = [
    document(),
    document(type="Person"),
    document(type=["Person", "urn:other", "_:blank"]),
    document(name=["a", "b"]),
    document(name={"@set": ["a", "b"]}),
    document(name={"@list": ["a", "a"]}),
    document(name={"@value": "a", "@language": "nl-NL"}),
    document(name={"@value": "a", "@type": "urn:t"}),
    document(name={}),
    document(name=1.5),
    document(knows="urn:y"),
    document(knows={"id": "urn:y"}),
    document(knows=["urn:y", "_:y"]),
    document(kind="Person"),
    document(list=[]),
    document(list=["a", "a", ["a"], []]),
    document(text={"nl": ["a", "b"], "en": "a", "@none": "a"}),
    document(byName={"a": {"id": "urn:y"}, "b": {"knows": "urn:z"}}),
    document(byIndex={"@none": "a"}),
    document(byId={"urn:y": {"name": "y"}}),
    document(byType={"Person": "urn:y"}),
    document(graph={"name": "y"}),
    document(graphs={"urn:g": {"name": "y"}}),
    document(json=None),
    document(json={"b": [None, {}], "a": 1.5}),
    document(parent={"id": "urn:y"}),
    document(**{"@reverse": {"name": {"id": "urn:y"}}}),
    document(**{"@included": {"id": "urn:y", "name": "y"}}),
    document(**{"@graph": [{"id": "urn:y", "name": "y"}]}),
    document(**{"urn:full": "a"}),
    document(knows={"@context": {"name": "urn:other"}, "name": "y"}),
]
UNSIGNED: list[JsonValue] = [
    document(unknown="a"),
    document(nothing="a"),
    document(**{"@unknown": "a"}),
    document(**{"@unknown:a": "a"}),
    document(**{"@": "a"}),
    document(**{"@none": "a"}),
    document(**{"not an iri:a": "a"}),
    document(**{"urn:a b": "a"}),
    document(**{"_:blank": "a"}),
    document(type="Unknown"),
    document(type=["Person", "Unknown"]),
    document(type=["Person", "Person"]),
    document(type=[]),
    document(type=""),
    document(type="@unknown"),
    document(type="@id"),
    document(name=None),
    document(name=[]),
    document(name=[None]),
    document(name=["a", None]),
    document(name=["a", "a"]),
    document(name=[1, 1.0]),
    document(name=["a", ["b"]]),
    document(name=[[]]),
    document(name={"@value": None}),
    document(name={"@set": []}),
    document(name={"@set": None}),
    document(name={"@list": [None]}),
    document(name={"@list": None}),
    document(name={"@list": [["a"]]}),
    document(name={"@language": "nl"}),
    document(name={"@value": "a", "@language": "not a tag"}),
    document(name={"@value": "a", "@language": ""}),
    document(name={"@value": "a", "@type": "urn:<a>"}),
    document(name={"@value": "a", "@index": "i"}),
    document(name={"@value": "a", "@direction": "rtl"}),
    document(name={"id": "relative"}),
    document(name={"id": "@unknown"}),
    document(name={"id": ""}),
    document(name={"id": "urn:y", "@index": "i"}),
    document(knows="relative"),
    document(knows="https://example.org/a b"),
    document(knows="https://example.org/%zz"),
    document(knows="@unknown"),
    document(knows="@type"),
    document(kind="unknown"),
    document(kind="type"),
    document(list=[None]),
    document(text={"nl": None}),
    document(text={"nl": []}),
    document(text={}),
    document(text={"not a tag": "a"}),
    document(byIndex={"i": "a"}),
    document(byIndex={}),
    document(byName={"a": []}),
    document(byId={}),
    document(byId={"relative": {"name": "y"}}),
    document(byId={"urn:y": "a"}),
    document(byType={"Unknown": "urn:y"}),
    document(graph=[]),
    document(graph={"id": "urn:y"}),
    document(graph={}),
    document(graphs={"urn:g": {"id": "urn:y"}}),
    document(graphs={"relative": {"name": "y"}}),
    document(nest={"name": "y"}),
    document(nest={}),
    document(**{"@reverse": {}}),
    document(**{"@included": []}),
    document(**{"@graph": []}),
    document(**{"@graph": ["free"]}),
    document(**{"@graph": [{"@value": "free"}]}),
    document(**{"@graph": [{"@list": ["free"]}]}),
    document(**{"@graph": [{"id": "urn:y"}]}),
    document(id="relative"),
    document(id="urn:\ud800"),
    {"@context": CONTEXT},
    {"@context": CONTEXT, "id": "urn:x"},
    {"@context": CONTEXT, "@set": ["a"]},
    {"@context": CONTEXT, "@list": ["a"]},
    {"@context": CONTEXT, "@value": "a"},
    [document(), None],
    [document(), "free"],
    [document(), {}],
    "free",
    None,
]


@pytest.mark.parametrize("signed", SIGNED)
def test_what_is_signed_as_a_whole_is_taken_and_is_the_same_without_safe_mode(signed: JsonObject) -> None:
    assert PROCESSOR.to_quads(signed) == PROCESSOR.to_quads(signed, safe=False)
    assert PROCESSOR.expand(signed, safe=True) == PROCESSOR.expand(signed)


@pytest.mark.parametrize("unsigned", UNSIGNED, ids=range(len(UNSIGNED)))
def test_what_would_go_unsigned_is_refused_but_not_without_safe_mode(unsigned: JsonValue) -> None:
    with pytest.raises(UnsafeDocument):
        PROCESSOR.to_quads(unsigned)
    PROCESSOR.to_quads(unsigned, safe=False)
    PROCESSOR.expand(unsigned)


def test_the_direction_of_a_text_is_signed_when_it_is_said_how() -> None:
    directed = document(name={"@value": "a", "@language": "AR", "@direction": "rtl"})
    for direction in ("i18n-datatype", "compound-literal"):
        quads = PROCESSOR.to_quads(directed, rdf_direction=direction)  # type: ignore[arg-type]
        assert "rtl" in str(quads)
        assert "ar" in str(quads)
    assert PROCESSOR.expand(directed, safe=True)


def test_a_blank_node_as_a_property_is_signed_when_that_is_allowed() -> None:
    assert PROCESSOR.to_quads(document(**{"_:p": "a"}), generalized=True)[1] == ("<urn:x>", "_:b0", '"a"', "")


def test_a_base_makes_relative_references_absolute() -> None:
    quads = PROCESSOR.to_quads(document(id="a", knows="#b"), base="https://example.org/x/y")
    assert quads[0][0] == "<https://example.org/x/a>"
    assert quads[1][2] == "<https://example.org/x/y#b>"


def test_a_credential_in_a_presentation_is_signed_only_with_what_it_states() -> None:
    bundle = ContextBundle()
    ours = Processor(lambda url: {"@context": bundle.context(url)})
    shown: JsonObject = {"@context": CREDENTIALS_V2, "type": "VerifiablePresentation"}
    enveloped: JsonObject = {
        "@context": CREDENTIALS_V2,
        "id": "data:application/vc+jwt,eyJ",
        "type": "EnvelopedVerifiableCredential",
    }
    assert len(ours.to_quads({**shown, "verifiableCredential": enveloped})) == 3
    for referred in ({"@context": CREDENTIALS_V2, "id": "urn:x"}, {"id": "urn:x"}, "urn:x", [], {}):
        with pytest.raises(UnsafeDocument):
            ours.to_quads({**shown, "verifiableCredential": referred})
