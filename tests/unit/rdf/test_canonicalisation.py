"""What canonicalisation promises beyond the W3C suite: bounds, ties, sets, and the label map."""

from itertools import combinations

import pytest

from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.rdf import PoisonedDataset, Quad, canonicalise

P, Q = "<urn:p>", "<urn:q>"


def _edges(*pairs: tuple[str, str], predicate: str = P) -> list[Quad]:
    return [(f"_:{start}", predicate, f"_:{end}", "") for start, end in pairs]


def _clique(size: int) -> list[Quad]:
    pairs = [pair for a, b in combinations(range(size), 2) for pair in ((a, b), (b, a))]
    return _edges(*[(f"e{a}", f"e{b}") for a, b in pairs])


def test_no_quads_have_a_canonical_form_too() -> None:
    canonical = canonicalise([])
    assert (canonical.lines, canonical.text, canonical.labels) == ((), "", {})


def test_a_quad_that_comes_twice_counts_once() -> None:
    quads = [("_:x", P, '"v"', ""), ("_:y", P, '"v"', ""), ("_:y", Q, '"v"', "")]
    assert canonicalise([*quads, *quads]) == canonicalise(quads)


def test_labels_come_in_order_of_issue_and_without_their_prefix() -> None:
    canonical = canonicalise([("_:x", P, '"1"', ""), ("_:y", P, '"2"', ""), ("_:x", P, "_:y", "_:y")])
    assert sorted(canonical.labels) == ["x", "y"]
    assert list(canonical.labels.values()) == ["c14n0", "c14n1"]


def test_lines_are_sorted_by_code_point_and_not_by_utf_16_unit() -> None:
    canonical = canonicalise([("<urn:\U00010000>", P, '"v"', ""), ("<urn:\uffee>", P, '"v"', "")])
    assert [line[5] for line in canonical.lines] == ["\uffee", "\U00010000"]


def test_interchangeable_nodes_are_labelled_in_the_order_in_which_they_are_named() -> None:
    quads = [("<urn:s>", P, f"_:{name}", "") for name in "zyx"] + [(f"_:{name}", P, '"v"', "") for name in "xyz"]
    assert list(canonicalise(quads).labels) == ["z", "y", "x"]


def test_the_hash_decides_on_the_labels() -> None:
    quads = [(f"_:n{number}", P, f'"{number}"', "") for number in range(8)]
    assert canonicalise(quads).labels != canonicalise(quads, hash_name="sha384").labels


def test_many_interchangeable_nodes_need_no_search() -> None:
    # Two parents that nothing tells apart, each with a dozen children that nothing tells apart: 12! orders, one path.
    quads = [(f"_:{parent}", P, f"_:{parent}{child}", "") for parent in "ab" for child in range(12)]
    quads += [(f"_:{parent}{child}", Q, '"v"', "") for parent in "ab" for child in range(12)]
    assert len(canonicalise(quads, work=3000).labels) == 26


def test_a_node_that_many_graphs_name_needs_no_search() -> None:
    quads = [("_:a", P, "_:b", f"<urn:g{number}>") for number in range(12)]
    quads += [("_:c", P, "_:d", f"<urn:g{number}>") for number in range(12)]
    assert sorted(canonicalise(quads, work=500).labels) == ["a", "b", "c", "d"]


def test_a_clique_is_refused_and_a_smaller_one_is_not() -> None:
    assert len(canonicalise(_clique(4)).labels) == 4
    with pytest.raises(PoisonedDataset) as refused:
        canonicalise(_clique(9))
    assert isinstance(refused.value, LimitExceeded)


def test_the_bound_is_exact() -> None:
    quads = _edges(("a", "b"), ("b", "c"), ("c", "a"))
    enough = next(work for work in range(1000) if _fits(quads, work))
    assert enough > 0
    assert not _fits(quads, enough - 1)
    assert _fits(quads[::-1], enough)


def _fits(quads: list[Quad], work: int) -> bool:
    try:
        canonicalise(quads, work=work)
    except PoisonedDataset:
        return False
    return True


def test_a_long_chain_ends_in_a_refusal_and_not_in_a_recursion_error() -> None:
    names = [f"n{number}" for number in range(5000)]
    with pytest.raises(PoisonedDataset, match="chain"):
        canonicalise(_edges(*zip(names, [*names[1:], names[0]], strict=True)), work=10**9)


def test_a_long_list_of_different_values_needs_no_search() -> None:
    cells = [(f"_:c{at}", P, f'"{at}"', "") for at in range(2000)]
    links = _edges(*[(f"c{at}", f"c{at + 1}") for at in range(1999)], predicate=Q)
    assert len(canonicalise([*cells, *links], work=0).labels) == 2000
