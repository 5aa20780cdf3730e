"""What JSON pointers select, and what goes with it (DI-ECDSA 3.4.10 to 3.4.13)."""

import pytest

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import InvalidProof
from credentials.formats.ldp_vc.proof_errors import ProofProblem
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import select

DOCUMENT: JsonObject = {
    "@context": ["https://example.org/context"],
    "id": "urn:root",
    "type": ["A", "B"],
    "plain": "text",
    "nothing": None,
    "node": {"id": "urn:node", "type": "C", "x": 1, "y": {"id": "_:b0", "z": [True]}},
    "list": [{"type": "D", "n": 0}, {"n": 1}, {"n": 2}],
    "matrix": [[1, 2], [3, 4]],
    "a/b": {"m~n": "escaped"},
    "": {"": "unnamed"},
    "0": "a name, not an index",
}
CONTEXT = {"@context": ["https://example.org/context"]}
ROOT = {**CONTEXT, "id": "urn:root", "type": ["A", "B"]}


@pytest.mark.parametrize(
    ("pointers", "selected"),
    [
        (["/plain"], {"plain": "text"}),
        (["/nothing"], {"nothing": None}),
        (["/type"], {}),
        (["/node/x"], {"node": {"id": "urn:node", "type": "C", "x": 1}}),
        (["/node"], {"node": DOCUMENT["node"]}),
        (["/node/x", "/node"], {"node": DOCUMENT["node"]}),
        (["/node", "/node/x"], {"node": DOCUMENT["node"]}),
        (["/node/y/z"], {"node": {"id": "urn:node", "type": "C", "y": {"z": [True]}}}),
        (["/list/1"], {"list": [{"n": 1}]}),
        (["/list/2/n", "/list/0/n"], {"list": [{"type": "D", "n": 0}, {"n": 2}]}),
        (["/list", "/list/1/n"], {"list": DOCUMENT["list"]}),
        (["/list/1/n", "/list"], {"list": DOCUMENT["list"]}),
        (["/matrix/1/0"], {"matrix": [[3]]}),
        (["/a~1b/m~0n"], {"a/b": {"m~n": "escaped"}}),
        (["//"], {"": {"": "unnamed"}}),
        (["/0"], {"0": "a name, not an index"}),
    ],
)
def test_selects(pointers: list[str], selected: JsonObject) -> None:
    assert select(DOCUMENT, pointers) == {**ROOT, **selected}


def test_the_empty_pointer_selects_everything_and_no_pointer_nothing() -> None:
    assert select(DOCUMENT, [""]) == DOCUMENT
    assert select(DOCUMENT, ["/plain", ""]) == DOCUMENT
    assert select(DOCUMENT, []) is None


def test_keywords_go_along_as_their_aliases_do() -> None:
    document: JsonObject = {"@id": "urn:x", "@type": "T", "p": 1, "q": 2}
    assert select(document, ["/p"]) == {"@id": "urn:x", "@type": "T", "p": 1}


def test_a_selection_shares_nothing_with_its_document() -> None:
    selected = select(DOCUMENT, ["/node", "/list"])
    assert selected is not None
    for name in ("@context", "node", "list", "type"):
        assert selected[name] is not DOCUMENT[name]


@pytest.mark.parametrize(
    "pointer",
    [
        "/absent",
        "/node/absent",
        "/plain/0",
        "/plain/length",
        "/nothing/0",
        "/list/3",
        "/list/-1",
        "/list/-",
        "/list/01",
        "/list/1 ",
        "/list/1e0",
        "/list/\u0661",
        "/list/9999999999",
        "/list/",
        "/matrix/0/2",
        "/node/x/0",
        "/@context",
        "/@context/0",
        "plain",
        "#/plain",
        "$.plain",
        "/a~2b",
        "/a~",
    ],
)
def test_refuses(pointer: str) -> None:
    with pytest.raises(InvalidProof) as refused:
        select(DOCUMENT, [pointer])
    assert refused.value.problem is ProofProblem.GENERATION
    assert "absent" not in str(refused.value)
