"""The statements of a part bear the labels that they have in the whole, whatever JSON-LD is made of."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc import Canonicaliser, InvalidProof
from credentials.formats.ldp_vc.canonical import Profile
from credentials.formats.ldp_vc.contexts import DATA_INTEGRITY_V2
from credentials.formats.ldp_vc.rdf import canonicalise, serialise
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.statements import Statements
from tests.unit.ecdsa_sd.sd_samples import CANONICALISER, HOLDER, ISSUER, SUITE, options, split

ANY = Canonicaliser(CANONICALISER.bundle, profile=Profile.ANY)
E = "https://e.example/"
CONTEXT: JsonValue = {
    "id": "@id",
    "type": "@type",
    "name": f"{E}name",
    "knows": {"@id": f"{E}knows", "@type": "@id"},
    "list": {"@id": f"{E}list", "@container": "@list"},
    "title": {"@id": f"{E}title", "@container": "@language"},
    "members": {"@id": f"{E}members", "@container": "@id"},
    "graph": {"@id": f"{E}graph", "@container": "@graph"},
    "data": {"@id": f"{E}data", "@type": "@json"},
    "Thing": f"{E}Thing",
}


def document(**members: JsonValue) -> JsonObject:
    return {"@context": CONTEXT, "type": "Thing", **members}


def statements(whole: JsonObject) -> Statements:
    return Statements.of(whole, ANY.quads)


def part(whole: JsonObject, *pointers: str) -> str:
    """The part's statements in canonical form: what they say without the labels."""
    quads = statements(whole).part(pointers)
    assert set(quads) <= set(statements(whole).quads)
    return canonicalise(quads).text


def alone(selected: JsonObject) -> str:
    return canonicalise(ANY.quads(selected)).text


SAMPLES: dict[str, JsonObject] = {
    "nodes in nodes": document(knows=[{"name": "a", "knows": {"name": "b"}}, {"name": "c"}], name="x"),
    "nodes that nothing tells apart": document(knows=[{"name": "a"}, {"name": "a"}, {"name": "b"}], name="x"),
    "a list of texts": document(list=["a", "b", "a"], name="x"),
    "lists that nothing tells apart": document(knows=[{"list": ["a"]}, {"list": ["a"]}], name="x"),
    "a list of nodes": document(list=[{"name": "a"}, {"name": "b", "knows": {"name": "c"}}], name="x"),
    "an empty list": document(list=[], name="x"),
    "a language map": document(title={"nl": "Huis", "fr": "Maison"}, name="x"),
    "a language that is called id": document(title={"nl": "Huis", "id": "Rumah"}, name="x"),
    "an identifier map": document(members={"urn:a": {"name": "a"}, "urn:b": {"name": "b"}}, name="x"),
    "an unnamed graph": document(graph={"name": "a", "knows": {"name": "b"}}, name="x"),
    "JSON": document(data={"name": "a", "list": [{}, {"id": "urn:x"}]}, name="x"),
    "a value object": document(**{f"{E}size": {"@value": "1", "@type": f"{E}metre"}, "name": "x"}),
    "several things at once": document(title={"nl": "x"}, knows=[{"data": {"a": {"b": 1}}, "list": [{"name": "q"}]}]),
}

LABELLED = document(id="_:me", knows={"id": "_:you", "knows": "_:me"}, name="x")


@pytest.mark.parametrize("whole", [*SAMPLES.values(), LABELLED], ids=[*SAMPLES.keys(), "labels of its own"])
def test_naming_the_nodes_changes_no_statement(whole: JsonObject) -> None:
    named = statements(whole)
    assert canonicalise(named.quads).text == alone(whole)
    assert "urn:bnid:" not in serialise(named.quads)
    assert sorted(named.part([""])) == sorted(named.quads)
    assert named.part([]) == []


@pytest.mark.parametrize("whole", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_member_can_be_shown_by_itself(whole: JsonObject) -> None:
    kept = {name: whole[name] for name in ("@context", "type")}
    for name in whole:
        if name != "@context":
            assert part(whole, "/" + name.replace("/", "~1")) == alone({**kept, name: whole[name]})


@pytest.mark.parametrize(
    ("sample", "pointer", "selected"),
    [
        ("nodes in nodes", "/knows/0/knows", {"knows": [{"knows": {"name": "b"}}]}),
        ("nodes in nodes", "/knows/1/name", {"knows": [{"name": "c"}]}),
        ("lists that nothing tells apart", "/knows/1/list", {"knows": [{"list": ["a"]}]}),
        ("a language map", "/title/nl", {"title": {"nl": "Huis"}}),
        ("an identifier map", "/members/urn:a/name", {"members": {"urn:a": {"name": "a"}}}),
    ],
)
def test_parts_of_members_can_be_shown(sample: str, pointer: str, selected: JsonObject) -> None:
    assert part(SAMPLES[sample], pointer) == alone(document(**selected))


@pytest.mark.parametrize(
    ("sample", "pointer"),
    [
        ("a list of texts", "/list/1"),
        ("a list of nodes", "/list/0"),
        ("a list of nodes", "/list/1/knows"),
        ("an unnamed graph", "/graph/name"),
        ("JSON", "/data/name"),
        ("JSON", "/data/list/0"),
    ],
)
def test_what_only_a_whole_can_be_is_not_shown_in_part(sample: str, pointer: str) -> None:
    with pytest.raises(InvalidProof):
        statements(SAMPLES[sample]).part([pointer])


def test_two_nodes_that_nothing_tells_apart_keep_their_labels() -> None:
    whole = statements(SAMPLES["nodes that nothing tells apart"])
    shown = [frozenset(whole.part([f"/knows/{at}"])) for at in range(3)]
    assert len(set(shown)) == 3
    assert frozenset(whole.part(["/knows/0", "/knows/1"])) == shown[0] | shown[1]


def test_a_document_may_hold_names_like_ours() -> None:
    whole = document(knows=[{"id": "urn:bnid:0", "name": "a"}, {"name": "b"}], name="_:named0")
    named = statements(whole)
    assert canonicalise(named.quads).text == alone(whole)
    assert "<urn:bnid:0>" in serialise(named.quads)


def test_a_label_that_holds_the_document_together_is_not_shown_without_its_node() -> None:
    whole: JsonObject = {**LABELLED, "@context": [CONTEXT, DATA_INTEGRITY_V2]}
    proof: JsonObject = {**options(), "proofValue": SUITE.create(whole, options(), ISSUER, ANY, ProofRequest())}
    HOLDER.verify(whole, proof, ISSUER.public_jwk, ANY)
    SUITE.verify(*split(SUITE.derive(whole, proof, ("/name",), ANY)), ISSUER.public_jwk, ANY)
    SUITE.verify(*split(SUITE.derive(whole, proof, ("",), ANY)), ISSUER.public_jwk, ANY)
    with pytest.raises(InvalidProof, match="another thing alone"):
        SUITE.derive(whole, proof, ("/knows",), ANY)


def test_a_text_that_looks_like_a_label_of_the_document_is_not_guessed_at() -> None:
    with pytest.raises(InvalidProof, match="cannot be told apart"):
        statements(document(id="_:me", knows={"id": "_:you", "knows": "_:me"}, name="_:you"))


def with_json_among(places: int, size: int) -> JsonObject:
    """Make a document of that many kinds of places, one of them JSON that may not be named."""
    terms = {f"p{number}": f"{E}p{number}" for number in range(places)}
    nodes: JsonObject = {name: {"name": "x" * size} for name in terms}
    whole = document(data={"a": {"b": 1}}, **nodes)
    return {**whole, "@context": [CONTEXT, {**terms}]}


def test_one_place_that_is_no_node_is_found_among_many() -> None:
    whole = with_json_among(90, 1)
    assert part(whole, "/p7") == alone({**document(p7={"name": "x"}), "@context": whole["@context"]})


def test_finding_the_places_that_are_no_nodes_has_a_bound() -> None:
    with pytest.raises(LimitExceeded):
        statements(with_json_among(90, 500))


def test_a_pointer_given_many_times_is_followed_once() -> None:
    whole = document(knows=[{"name": str(number)} for number in range(1000)], name="x")
    assert statements(whole).part(["/knows"] * 256) == statements(whole).part(["/knows"])
