"""What the manifests do not ask: limits, hostile input, what is remembered, and numbers."""

import random
import threading
import time
from collections import Counter
from typing import Any

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, LimitExceeded, Unavailable
from credentials.formats.ldp_vc import ContextBundle
from credentials.formats.ldp_vc.contexts import BUNDLED
from credentials.formats.ldp_vc.jsonld import JsonLdError, JsonLdLimits, Processor
from credentials.formats.ldp_vc.safety import UnsafeDocument

VOCAB: JsonObject = {"@vocab": "https://example.org/"}
A, B = "https://example.org/a", "https://example.org/b"


def nothing(url: str) -> JsonValue:
    raise LookupError(url)


def processor(contexts: dict[str, JsonValue] | None = None, **limits: int) -> Processor:
    known = contexts or {}
    return Processor(lambda url: {"@context": known[url]}, limits=JsonLdLimits(**limits))


def objects(document: JsonValue, **options: Any) -> list[str]:
    return [quad[2] for quad in Processor(nothing).to_quads(document, **options)]


def nested(levels: int, innermost: JsonValue, name: str = "p") -> JsonValue:
    for _ in range(levels):
        innermost = {name: innermost}
    return innermost


def test_a_document_becomes_quads_with_labels_in_order_of_use() -> None:
    document: JsonObject = {
        "@context": {**VOCAB, "in": {"@container": "@graph"}},
        "@type": "Person",
        "knows": [{"@id": "_:z", "name": "Z"}, {"@id": "urn:x"}],
        "in": {"@id": "urn:y", "name": "Y"},
    }
    assert Processor(nothing).to_quads(document) == [
        ("_:b0", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://example.org/Person>", ""),
        ("_:b1", "<https://example.org/name>", '"Z"', ""),
        ("_:b0", "<https://example.org/knows>", "_:b1", ""),
        ("_:b0", "<https://example.org/knows>", "<urn:x>", ""),
        ("<urn:y>", "<https://example.org/name>", '"Y"', "_:b2"),
        ("_:b0", "<https://example.org/in>", "_:b2", ""),
    ]


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (1, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1.0, '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (-0.0, '"0"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (10**20, '"100000000000000000000"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (1e21, '"1.0E21"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (10**21, '"1.0E21"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (1.5, '"1.5E0"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (-0.001, '"-1.0E-3"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (99.99, '"9.998999999999999E1"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (5e-324, '"4.940656458412465E-324"^^<http://www.w3.org/2001/XMLSchema#double>'),
        (True, '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
    ],
)
def test_a_number_has_its_canonical_form(value: JsonValue, literal: str) -> None:
    assert objects({"urn:p": value}, safe=False) == [literal]


def test_a_whole_number_of_type_double_is_written_as_one() -> None:
    typed: JsonValue = {"@value": 5, "@type": "http://www.w3.org/2001/XMLSchema#double"}
    assert objects({"urn:p": typed}) == ['"5.0E0"^^<http://www.w3.org/2001/XMLSchema#double>']


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, b"x", (1, 2), "\ud800", {1: 2}, {None: 3}])
def test_what_is_no_json_is_refused(value: Any) -> None:
    data: JsonObject = {"@context": {"urn:p": {"@type": "@json"}}, "urn:p": value}
    for document in ({"urn:p": value}, {"urn:p": [value]}, data, {"@context": {"p": value}, "urn:p": 1}):
        if document is data and value in ("\ud800", (1, 2)):
            continue
        with pytest.raises(JsonLdError):
            Processor(nothing).to_quads(document, safe=False)


def test_an_error_has_the_code_of_the_specification_and_shows_nothing_of_the_input() -> None:
    with pytest.raises(JsonLdError) as caught:
        Processor(nothing).expand({"@id": {"secret": "12345"}})
    assert caught.value.keyword_error == "invalid @id value"
    assert caught.value.code == "invalid_json_ld"
    assert "12345" not in str(caught.value)


def test_a_context_is_loaded_once_and_read_once() -> None:
    loaded: Counter[str] = Counter()

    def load(url: str) -> JsonValue:
        loaded[url] += 1
        return {"@context": VOCAB}

    ours = Processor(load)
    for number in range(5):
        ours.to_quads({"@context": [A, B], "name": number, "part": {"@context": A, "name": "x"}})
    assert loaded == {A: 1, B: 1}


def test_what_the_loader_refuses_is_refused() -> None:
    def unavailable(url: str) -> JsonValue:
        raise Unavailable("not now")

    with pytest.raises(Unavailable):
        Processor(unavailable).expand({"@context": A})
    with pytest.raises(JsonLdError, match="loading remote context failed"):
        Processor(nothing).expand({"@context": A})
    for document in ([], "x", {"no": "context"}):
        with pytest.raises(JsonLdError, match="invalid remote context"):
            Processor(lambda _, found=document: found).expand({"@context": A})  # type: ignore[misc]
    with pytest.raises(JsonLdError, match="loading document failed"):
        Processor(nothing).expand({"@context": "relative"})


def test_contexts_that_name_each_other_come_to_an_end() -> None:
    with pytest.raises(JsonLdError, match="context overflow"):
        processor({A: B, B: A}).expand({"@context": A})
    with pytest.raises(JsonLdError, match="context overflow"):
        processor({A: [A, A]}).expand({"@context": A})


def test_a_context_may_be_scoped_to_one_of_its_own_terms() -> None:
    ours = processor({A: {**VOCAB, "@version": 1.1, "part": {"@context": A}}})
    assert [quad[2] for quad in ours.to_quads({"@context": A, "part": {"part": {"name": "x"}}})] == [
        '"x"',
        "_:b2",
        "_:b1",
    ]


def test_terms_that_need_each_other_in_a_circle_are_refused() -> None:
    with pytest.raises(JsonLdError, match="cyclic IRI mapping"):
        Processor(nothing).expand({"@context": {"a": "b:x", "b": "a:x"}})


def test_a_definition_that_is_ignored_does_not_take_a_protected_term_away() -> None:
    ours = processor({A: {"@protected": True, "name": "https://example.org/name"}})
    with pytest.raises(JsonLdError, match="protected term redefinition"):
        ours.expand({"@context": [A, {"@vocab": "urn:x:", "name": {"@id": "@ignored"}}], "name": "x"})


def test_a_context_document_among_contexts_is_taken_as_its_context() -> None:
    assert objects({"@context": [{"@context": VOCAB}], "name": "x"}) == ['"x"']
    with pytest.raises(JsonLdError, match="keyword redefinition"):
        objects({"@context": {"@context": VOCAB}, "name": "x"})


@pytest.mark.parametrize(
    "document",
    [
        nested(70, "x", "urn:p"),
        nested(5000, "x", "urn:p"),
        {"urn:p": nested(5000, "x", "@list")},
        {"@context": nested(70, {}, "@context")},
        {"@context": {"@version": 1.1, "a": nested(3000, {"@id": "urn:b"}, "@context")}},
        {"@context": {f"t{n}": f"t{n + 1}:x" for n in range(5000)}},
        {"@context": [{"a": "urn:a", f"a{n}": "urn:b"} for n in range(1001)]},
        {"@context": [{f"t{n}": "urn:x" for n in range(300)}, *({f"u{n}": "urn:x"} for n in range(100))]},
        {"urn:p": list(range(2001))},
        [{"urn:p": 1}] * 1200,
        {"@context": {"m": {"@id": "urn:m", "@container": "@language"}}, "m": {f"a-{n}": "x" for n in range(2001)}},
    ],
    ids=range(11),
)
def test_too_much_is_refused(document: JsonValue) -> None:
    for safe in (True, False):
        with pytest.raises((LimitExceeded, JsonLdError)):
            processor(max_values=2000, max_terms=20_000).to_quads(document, safe=safe)


def test_json_that_contains_itself_is_refused() -> None:
    node: dict[str, Any] = {}
    node["urn:p"] = node
    items: list[Any] = []
    items.append(items)
    context: dict[str, Any] = {}
    context["t"] = {"@id": "urn:t", "@context": context}
    for document in (
        node,
        items,
        {"@context": context, "t": 1},
        {"@context": {"d": {"@id": "urn:d", "@type": "@json"}}, "d": node},
    ):
        with pytest.raises(BlauweKnopError):
            Processor(nothing).to_quads(document, safe=False)


def test_a_limit_is_a_setting() -> None:
    document: JsonValue = {"@context": VOCAB, "a": {"b": [1, 2, 3]}}
    assert processor(max_depth=3).to_quads(document)
    with pytest.raises(LimitExceeded):
        processor(max_depth=2).to_quads(document)
    with pytest.raises(LimitExceeded):
        processor(max_values=4).to_quads(document)
    with pytest.raises(LimitExceeded):
        processor(max_contexts=0).to_quads(document)


def test_what_documents_bring_along_is_forgotten_in_time() -> None:
    ours = processor(max_remembered=200)
    for number in range(300):
        ours.to_quads({"@context": {f"t{number}": "urn:t"}, f"t{number}": "x", "@type": f"urn:{number}"})
        assert ours._memory.held < 220
    for _ in range(5):
        ours.to_quads({"@context": {"t": "urn:t", "long": "urn:" + "x" * 30_000}, "t": "x"})
        assert ours._memory.held < 520


def test_a_processor_may_be_shared_by_threads() -> None:
    bundle = ContextBundle()
    ours = Processor(lambda url: {"@context": bundle.context(url)}, limits=JsonLdLimits(max_remembered=300))
    document: JsonObject = {"@context": list(BUNDLED)[:1], "type": "VerifiableCredential", "issuer": "did:example:1"}
    expected = ours.to_quads(document)
    wrong: list[object] = []

    def work() -> None:
        for _ in range(30):
            found = ours.to_quads(document)
            if found != expected:
                wrong.append(found)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_order_of_types_does_not_matter_and_each_brings_its_context() -> None:
    context: JsonObject = {
        "@version": 1.1,
        "One": {"@id": "urn:One", "@context": {"one": "urn:one", "both": "urn:of-one"}},
        "Two": {"@id": "urn:Two", "@context": {"two": "urn:two", "both": "urn:of-two"}},
    }
    for types in (["One", "Two"], ["Two", "One"]):
        document: JsonObject = {"@context": context, "@type": [*types], "one": "1", "two": "2", "both": "3"}
        found = {quad[1:3] for quad in Processor(nothing).to_quads(document)}
        assert {("<urn:one>", '"1"'), ("<urn:two>", '"2"'), ("<urn:of-two>", '"3"')} < found


def test_a_reversed_term_and_reverse_go_together_in_any_order_but_two_reverses_do_not() -> None:
    context: JsonObject = {"parent": {"@reverse": "urn:child"}, "back": "@reverse"}
    back: JsonValue = {"urn:p": {"@id": "urn:a"}}
    one: JsonObject = {"@context": context, "@id": "urn:x", "parent": {"@id": "urn:b"}, "@reverse": back}
    other = dict(reversed(one.items()))
    assert sorted(Processor(nothing).to_quads(one)) == sorted(Processor(nothing).to_quads(other))
    with pytest.raises(JsonLdError, match="colliding keywords"):
        Processor(nothing).to_quads({**one, "back": back})


KEYS = (
    *(
        "@context",
        "@id",
        "@type",
        "@value",
        "@language",
        "@direction",
        "@index",
        "@graph",
        "@included",
        "@list",
        "@set",
    ),
    *("@reverse", "@nest", "@none", "@json", "@base", "@vocab", "@import", "@propagate", "@protected", "@version"),
    *("@container", "@prefix", "@foo", "@foo:a", "a", "b", "a:b", "urn:x", "_:b"),
)
SCALARS = [
    None,
    True,
    False,
    0,
    1,
    1.1,
    -5,
    1e30,
    "",
    "a",
    "b",
    "a:b",
    "urn:x",
    "_:b",
    "@id",
    "@type",
    "@json",
    "@none",
]
MORE = [
    "@foo",
    "@set",
    "@list",
    "@index",
    "@graph",
    "@language",
    "@vocab",
    "ltr",
    "en",
    "x y",
    "\ud800",
    "//x",
    "#f",
    A,
]


def any_json(rng: random.Random, depth: int) -> Any:
    kind = rng.random()
    if depth == 0 or kind < 0.35:
        return rng.choice([*SCALARS, *MORE])
    if kind < 0.55:
        return [any_json(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(KEYS): any_json(rng, depth - 1) for _ in range(rng.randrange(5))}


def test_nonsense_is_expanded_or_refused() -> None:
    rng = random.Random(11)
    contexts: list[Any] = []
    outcomes: Counter[str] = Counter()
    for _ in range(2500):
        contexts = [any_json(rng, 3)]
        document = {"@context": any_json(rng, 4), **dict.fromkeys(["a", "b"], any_json(rng, 4))}
        ours = Processor(lambda _, found=contexts: {"@context": found[0]})  # type: ignore[misc]
        for safe in (True, False):
            try:
                ours.expand(document, safe=safe, base="https://example.org/x")
                ours.to_quads(document, safe=safe, rdf_direction="compound-literal")
                outcomes["done"] += 1
            except BlauweKnopError as error:
                outcomes[error.code] += 1
    assert {"done", "invalid_json_ld", "unsafe_document"} <= outcomes.keys()


def test_long_texts_take_no_longer_than_they_are() -> None:
    started = time.process_time()
    for text in (
        "http://" + "a:" * 50_000 + "@",
        "urn:" + "%41" * 50_000 + "%",
        "a/" * 50_000,
        "../" * 50_000,
        "en-" * 50_000,
        "a-" + "b-" * 50_000,
    ):
        tagged: JsonValue = {"@value": "x", "@language": text}
        Processor(nothing).to_quads({"@id": text, "urn:p": [tagged, {"@id": text}]}, base="urn:x/y", safe=False)
    # Quadratic time would be minutes.
    assert time.process_time() - started < 5


def test_safe_mode_takes_a_number_only_if_every_digit_is_signed() -> None:
    for value in (99.99, 3.7, 1e21, 1e300, 0.1, 0.3, -0.0, 2**53 - 1):
        assert objects({"urn:p": value})
    for value in (1.1 + 2.2, 0.1 + 0.2, 2**53, 1e20, 10**21 + 1):
        with pytest.raises(UnsafeDocument):
            objects({"urn:p": value})
