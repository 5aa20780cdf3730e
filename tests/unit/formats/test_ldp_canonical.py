import json

import pyoxigraph
import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import ConfigurationError, LimitExceeded
from credentials.formats import MalformedCredential
from credentials.formats.ldp_vc import (
    Canonicaliser,
    ContextBundle,
    DocumentLimits,
    Profile,
    UnknownContext,
    UnsafeDocument,
)
from credentials.formats.ldp_vc.contexts import BUNDLED, CREDENTIALS_V2
from credentials.formats.ldp_vc.rdf import PoisonedDataset
from credentials.formats.ldp_vc.worker import TooCostly
from tests.unit.formats.format_samples import CONTEXT_URL, EXAMPLES_URL, bundle

BUNDLE = bundle()
CANONICALISER = Canonicaliser(BUNDLE)


def by_the_engine(document: JsonObject) -> bytes:
    """The same by pyoxigraph alone, without any of our own steps but writing the contexts in."""

    def inlined(value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {
                name: [BUNDLE.context(str(url)) for url in (item if isinstance(item, list) else [item])]
                if name == "@context"
                else inlined(item)
                for name, item in value.items()
            }
        return [inlined(item) for item in value] if isinstance(value, list) else value

    dataset = pyoxigraph.Dataset(pyoxigraph.parse(json.dumps(inlined(document)), format=pyoxigraph.RdfFormat.JSON_LD))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = (pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b"").decode().split("\n")[:-1]
    return "".join(f"{line}\n" for line in sorted(lines)).encode()


def credential(**members: JsonValue) -> JsonObject:
    return {
        "@context": [CREDENTIALS_V2, CONTEXT_URL],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential", "Voorbeeld"],
        "issuer": "did:example:1",
        "credentialSubject": {"id": "did:example:2", "saldo": "5"},
        **members,
    }


def subject(**members: JsonValue) -> JsonObject:
    return credential(credentialSubject={"id": "did:example:2", **members})


SAFE: list[JsonObject] = [
    credential(),
    subject(omschrijving='regel 1\nregel 2\t"citaat" \\ \b\f\r \x01\x0b\x1f\x7f é 😀 %s %d {x} _:b0 <urn:x>'),
    subject(omschrijving=["a", "b"], saldo="1"),
    subject(omschrijving=""),
    subject(soort="boete"),
    subject(soort="urn:anders"),
    subject(soort="https://example.org/soort?x=%20#y"),
    subject(site="https://example.org:8080/a"),
    subject(site="https://ééé.example/"),
    subject(site="data:image/png;base64,iVBOR+/="),
    subject(saldo=5),
    subject(site=5),
    subject(saldo=[5, 6]),
    subject(omschrijving=True),
    subject(omschrijving=5),
    subject(omschrijving={"@value": "x", "@language": "nl"}),
    subject(omschrijving={"@value": "x", "@type": "https://example.org/soort"}),
    subject(bron={"omschrijving": "zonder naam"}),
    subject(zaken=[{"id": "urn:z1", "saldo": "1"}, {"id": "urn:z2", "saldo": "1"}]),
    subject(zaken=[{"saldo": "1"}, {"saldo": "2"}]),
    subject(zaken=[{"saldo": "1", "bron": {"omschrijving": "x"}}, {"saldo": "1", "bron": {"omschrijving": "y"}}]),
    subject(zaken=[{"saldo": "1"}, {"saldo": "1"}]),
    subject(zaken=[{"saldo": "1\u2028\x85"}, {"saldo": "1\u2028\x85"}]),
    subject(bron={"id": "_:b7", "saldo": "1"}),
    credential(evidence={"type": "Voorbeeld", "saldo": "5"}),
    credential(name="Zaak", description={"@value": "x", "@language": "nl"}),
    {"@context": [CREDENTIALS_V2], "type": "VerifiablePresentation", "verifiableCredential": [credential()]},
    {"@context": CREDENTIALS_V2, "type": "VerifiablePresentation", "verifiableCredential": [credential(), subject()]},
    {
        "@context": CREDENTIALS_V2,
        "type": "VerifiablePresentation",
        "holder": {"id": "did:example:2", "name": "x"},
        "verifiableCredential": [credential()],
    },
    {"@context": [CREDENTIALS_V2, EXAMPLES_URL], "type": "Anything", "at": "all"},
]
UNSAFE: list[JsonObject] = [
    subject(onbekend="x"),
    subject(bron={"onbekend": "x"}),
    subject(onbekend={"saldo": "5"}),
    subject(type="Onbekend", saldo="5"),
    subject(type="", saldo="5"),
    subject(type=[], saldo="5"),
    subject(type=["Voorbeeld", "Voorbeeld"], saldo="5"),
    subject(type=5, saldo="5"),
    subject(bron={"id": "relatief"}),
    subject(bron={"id": "/relatief"}),
    subject(bron={"id": "https://a b"}),
    subject(bron={"id": "https://a/%zz"}),
    subject(bron={"id": "https://a:b/"}),
    subject(bron={"id": "urn:a\nurn:b"}),
    subject(bron={"id": ""}),
    subject(site="boete"),
    subject(soort="geen term"),
    subject(soort="onbekend"),
    subject(omschrijving=None),
    subject(omschrijving=[]),
    subject(zaken=[]),
    subject(bron={}),
    subject(omschrijving=[["x"]]),
    subject(omschrijving=1.0),
    subject(omschrijving=9.5),
    subject(omschrijving=10**17),
    subject(omschrijving={"@value": "x", "@direction": "ltr"}),
    subject(omschrijving={"@value": "x", "@language": 5}),
    subject(omschrijving={"@value": "x", "@index": "y"}),
    subject(omschrijving={"@value": "x", "@type": "onbekend"}),
    subject(omschrijving={"@list": ["x"]}),
    subject(omschrijving={"@set": ["x"]}),
    subject(**{"@graph": [{"saldo": "1"}]}),
    subject(**{"@included": {"saldo": "1"}}),
    subject(**{"@reverse": {"bron": {"id": "urn:x"}}}),
    subject(**{"@onbekend": "x"}),
    subject(omschrijving="\ufffe"),
    subject(omschrijving="\ud800"),
    subject(bron={"id": "urn:\ud800"}),
    subject(type="\ud800", saldo="5"),
    subject(**{"urn:b:omschrijving": "x"}),
    credential(**{"https://www.w3.org/2018/credentials#validUntil": "2030-01-01T00:00:00Z"}),
    subject(zaken={"id": "did:example:2", "saldo": "1"}),
    credential(evidence={"id": "urn:uuid:1", "type": "Voorbeeld"}),
    credential(issuer={"id": "did:example:2", "saldo": "1"}),
    credential(issuer={"id": "did:example:1", "@id": "did:example:2"}),
    subject(**{"\ud800": "x"}),
    subject(omschrijving=["x", "x"]),
    subject(zaken=[{"id": "urn:z1", "saldo": "1"}, {"id": "urn:z1", "saldo": "1"}]),
    credential(issuer={"id": "did:example:1", "saldo": None}),
    credential(verifiableCredential={"@context": CREDENTIALS_V2, "id": "urn:a"}),
    {"@context": [CREDENTIALS_V2], "type": "VerifiablePresentation", "verifiableCredential": [{"type": "Voorbeeld"}]},
    {
        "@context": [CREDENTIALS_V2],
        "type": "VerifiablePresentation",
        "verifiableCredential": [{"id": "urn:a", "x": "y"}],
    },
]


@pytest.mark.parametrize("document", SAFE)
def test_a_safe_document_becomes_what_the_engine_makes_of_it(document: JsonObject) -> None:
    expected = by_the_engine(document)
    # The first time the long way, then by a plan that is made, then by the plan.
    canonicaliser = Canonicaliser(BUNDLE)
    for _ in range(3):
        assert canonicaliser.canonical(document) == expected


@pytest.mark.parametrize("document", UNSAFE)
def test_a_document_with_something_unsigned_is_refused(document: JsonObject) -> None:
    for _ in range(3):
        with pytest.raises(MalformedCredential):
            CANONICALISER.canonical(document)


def test_the_reason_says_that_something_would_go_unsigned() -> None:
    with pytest.raises(UnsafeDocument, match="not defined"):
        CANONICALISER.canonical(subject(onbekend="x"))


@pytest.mark.parametrize(
    "context",
    [
        "https://example.org/unknown/v1",
        ["https://www.w3.org/ns/credentials/v2", "https://example.org/unknown/v1"],
        {"@vocab": "urn:x"},
        ["https://www.w3.org/ns/credentials/v2", {"saldo": "urn:other"}],
        None,
        5,
    ],
)
def test_an_unknown_or_inline_context_is_refused(context: JsonValue) -> None:
    for document in (credential(**{"@context": context}), subject(bron={"@context": context, "saldo": "1"})):
        with pytest.raises(UnknownContext):
            CANONICALISER.canonical(document)


def test_one_shape_with_other_values_gives_other_bytes() -> None:
    one, other = (CANONICALISER.canonical(subject(omschrijving=text)) for text in ("a", "b"))
    assert one != other
    assert one.replace(b'"a"', b'"b"') == other


def test_a_value_that_looks_like_our_own_places_is_signed_as_it_is() -> None:
    for text in ("urn:slot:0:", "urn:slot:3:", "\x010\x01", "urn:undefined:x", "%s"):
        document = subject(omschrijving=text)
        assert CANONICALISER.canonical(document) == by_the_engine(document)
    for iri in ("urn:slot:0:", "urn:slot:2:"):
        document = subject(bron={"id": iri})
        assert CANONICALISER.canonical(document) == by_the_engine(document)


def test_a_graph_that_would_take_minutes_is_given_up() -> None:
    canonicaliser = Canonicaliser(BUNDLE, profile=Profile.ANY)
    poison: JsonObject = {
        "@context": EXAMPLES_URL,
        "@id": "urn:all",
        "nodes": [{"@id": f"_:b{n}", "knows": [{"@id": f"_:b{m}"} for m in range(12) if m != n]} for n in range(12)],
    }
    for _ in range(3):
        with pytest.raises(PoisonedDataset):
            canonicaliser.canonical(poison)
    mild: JsonObject = {"@context": EXAMPLES_URL, "nodes": [{"x": [{"y": "1"}, {"y": "1"}]}, {"x": {"y": "1"}}]}
    for _ in range(3):
        assert canonicaliser.canonical(mild) == by_the_engine(mild)


LAYERED_URL = "https://example.org/contexts/layered/v1"
LAYERED = b"""{"@context": {
  "A": {"@id": "urn:A", "@context": {"p": "urn:p"}},
  "B": {"@id": "urn:B", "@context": {"q": {"@id": "urn:q", "@type": "@id"}}}}}"""


def layered(**members: JsonValue) -> JsonObject:
    return {"@context": [CREDENTIALS_V2, LAYERED_URL], "id": "urn:a", "type": ["A", "B"], "p": "x", **members}


def test_several_types_that_each_bring_a_context_are_all_heard() -> None:
    canonicaliser = Canonicaliser(bundle({LAYERED_URL: LAYERED}))
    canonical = canonicaliser.canonical(layered(q="urn:b"))
    assert canonical == (
        b"<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:A> .\n"
        b"<urn:a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:B> .\n"
        b'<urn:a> <urn:p> "x" .\n<urn:a> <urn:q> <urn:b> .\n'
    )
    for unsafe in (layered(q="b"), layered(r="x"), layered(type=["A", "B", "C"])):
        with pytest.raises(UnsafeDocument):
            canonicaliser.canonical(unsafe)


def test_a_large_document_is_canonicalised_elsewhere_with_the_same_outcome() -> None:
    contexts = bundle({LAYERED_URL: LAYERED})
    here, elsewhere = Canonicaliser(contexts), Canonicaliser(contexts, DocumentLimits(quick_values=0, seconds=20))
    for document in (SAFE[1], layered(q="urn:b")):
        assert elsewhere.canonical(document) == here.canonical(document)
        assert elsewhere.canonical(document, "sha384") == here.canonical(document, "sha384")
    with pytest.raises(UnsafeDocument):
        elsewhere.canonical(subject(onbekend="x"))
    elsewhere.close()
    assert elsewhere.canonical(SAFE[2]) == here.canonical(SAFE[2])
    elsewhere.close()


def test_what_takes_too_long_elsewhere_is_given_up_and_the_next_is_served() -> None:
    canonicaliser = Canonicaliser(BUNDLE, DocumentLimits(quick_values=0, seconds=20, max_values=100_000))
    assert canonicaliser.canonical(SAFE[1])
    canonicaliser._worker._seconds = 0.001
    large = subject(zaken=[{"id": f"urn:z:{number}", "saldo": str(number)} for number in range(2_000)])
    with pytest.raises(TooCostly):
        canonicaliser.canonical(large)
    canonicaliser._worker._seconds = 20
    assert canonicaliser.canonical(SAFE[1]) == by_the_engine(SAFE[1])
    canonicaliser.close()


def test_a_worker_that_was_killed_is_replaced() -> None:
    canonicaliser = Canonicaliser(BUNDLE, DocumentLimits(quick_values=0, seconds=20))
    expected = canonicaliser.canonical(SAFE[1])
    process = canonicaliser._worker._process
    assert process is not None
    process.kill()
    process.wait()
    assert canonicaliser.canonical(SAFE[1]) == expected
    canonicaliser.close()


@pytest.mark.parametrize(
    "limits",
    [
        DocumentLimits(max_depth=1),
        DocumentLimits(max_values=3),
        DocumentLimits(max_characters=5),
        DocumentLimits(max_blank_nodes=0),
        DocumentLimits(max_quads=2),
        DocumentLimits(max_contexts=1),
    ],
)
def test_limits_hold(limits: DocumentLimits) -> None:
    with pytest.raises(LimitExceeded):
        Canonicaliser(BUNDLE, limits).canonical(subject(bron={"omschrijving": "x"}))


def test_bundled_contexts_are_the_published_ones() -> None:
    assert BUNDLED[CREDENTIALS_V2][1] == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
    assert set(ContextBundle().urls()) == set(BUNDLED)
    assert CREDENTIALS_V2 in ContextBundle()
    assert b"@context" in ContextBundle().document(CREDENTIALS_V2)


def test_no_bundled_context_has_a_term_that_we_fill_in_as_a_scheme() -> None:
    for url in BUNDLED:
        text = json.dumps(ContextBundle().context(url))
        for scheme in ("http", "https", "urn", "did"):
            assert f'"{scheme}":' not in text


@pytest.mark.parametrize(
    "context",
    [
        b'{"@context": {"urn": "https://evil.example/"}}',
        b'{"@context": {"saldo": null}}',
        b'{"@context": {"saldo": {"@id": "urn:x", "@container": "@index"}}}',
        b'{"@context": {"saldo": {"@id": "urn:x", "@type": "@json"}}}',
        b'{"@context": {"saldo": {"@id": "urn:x", "@context": {"did": "urn:y"}}}}',
        b'{"@context": [{"@import": "https://example.org"}]}',
        b'{"@context": {"a": {"@id": "urn:x"}, "b": {"@id": "urn:x"}}}',
        b'{"@context": {"geldig_tot": {"@id": "https://www.w3.org/2018/credentials#validUntil"}}}',
        b'{"x": 1}',
    ],
)
def test_a_context_with_hidden_corners_is_not_taken_into_the_bundle(context: bytes) -> None:
    with pytest.raises(ConfigurationError):
        ContextBundle({"https://example.org/c": context})


def test_a_bundled_context_cannot_be_replaced() -> None:
    with pytest.raises(ConfigurationError):
        ContextBundle({CREDENTIALS_V2: b'{"@context": {}}'})


def test_types_expand_by_the_contexts() -> None:
    both = [CREDENTIALS_V2, CONTEXT_URL]
    assert BUNDLE.type_iri("Voorbeeld", both) == "urn:nl:blauweknop:voorbeeld:1"
    assert BUNDLE.type_iri("VerifiableCredential", both) == "https://www.w3.org/2018/credentials#VerifiableCredential"
    assert BUNDLE.type_iri("urn:iets:anders", both) == "urn:iets:anders"
    assert BUNDLE.type_iri("Iets", [CREDENTIALS_V2, EXAMPLES_URL]) == "https://www.w3.org/ns/credentials/examples#Iets"
    with pytest.raises(UnknownContext):
        BUNDLE.type_iri("Iets", both)
    with pytest.raises(UnknownContext):
        BUNDLE.type_iri("Iets", ["https://example.org/unknown"])
