"""RDF Dataset Canonicalization 1.0 (RDFC-1.0), section 4: the whole algorithm, with a bound on its work.

Blank nodes whose first-degree hash is their own are labelled in the order of their hashes and nothing more happens:
so it is for nearly all documents. `search` tells the others apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256, sha384
from typing import Any, Final

from credentials.formats.ldp_vc.rdf.search import PoisonedDataset, Search
from credentials.formats.ldp_vc.rdf.terms import Quad

HASHES: Final[Mapping[str, Callable[[bytes], Any]]] = {"sha256": sha256, "sha384": sha384}
"""The hashes that RDFC-1.0 must support (section 3), by name."""

DEFAULT_WORK: Final = 30_000
"""Steps of the search of section 4.8 that one dataset may take: deterministic, unlike a time-out."""


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonicalised dataset.

    `lines` are the canonical N-Quads, sorted by code point, each once, without line feeds. `labels` is the issued
    identifiers map: from each blank node label of the input to its canonical one, both without `_:`, in order of issue.
    """

    lines: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def text(self) -> str:
        """The serialised canonical form: each line with its line feed."""
        return "\n".join([*self.lines, ""])


def canonicalise(quads: Iterable[Quad], *, hash_name: str = "sha256", work: int = DEFAULT_WORK) -> Canonical:
    """Label the blank nodes canonically and sort the quads (section 4.4.3).

    The same dataset gives the same answer, and the same refusal, on every machine. Nodes that nothing tells apart are
    labelled in the order in which the quads first name them. Raises PoisonedDataset when the search needs more than
    `work` steps.
    """
    ground: list[str] = []
    bound: list[Quad] = []
    # Step 2: for each blank node what is said of it. A set is a set: a quad that comes twice counts once.
    mentions: defaultdict[str, list[Quad]] = defaultdict(list)
    for quad in dict.fromkeys(quads):
        subject, predicate, value, graph = quad
        # Of all terms only blank nodes begin with an underscore; the empty graph has no first character.
        if subject[0] != "_" and value[0] != "_" and graph[:1] != "_":
            ground.append(f"{subject} {predicate} {value} {graph} ." if graph else f"{subject} {predicate} {value} .")
            continue
        bound.append(quad)
        if subject[0] == "_":
            mentions[subject].append(quad)
        if value[0] == "_" and value != subject:
            mentions[value].append(quad)
        if graph[:1] == "_" and graph not in (subject, value):
            mentions[graph].append(quad)
    issued = _issued(mentions, HASHES[hash_name], work)
    for subject, predicate, value, graph in bound:
        head = f"{issued.get(subject, subject)} {predicate} {issued.get(value, value)}"
        ground.append(f"{head} {issued.get(graph, graph)} ." if graph else f"{head} .")
    # Python compares by code point, as the specification demands.
    ground.sort()
    return Canonical(tuple(ground), {node[2:]: label[2:] for node, label in issued.items()})


def _issued(mentions: Mapping[str, list[Quad]], algorithm: Callable[[bytes], Any], work: int) -> dict[str, str]:
    # Steps 3 and 4.
    first: dict[str, str] = {}
    alike: dict[str, list[str]] = {}
    for node, quads in mentions.items():
        hashed = algorithm(_first_degree(node, quads).encode()).hexdigest()
        first[node] = hashed
        alike.setdefault(hashed, []).append(node)
    issued: dict[str, str] = {}
    shared: list[list[str]] = []
    for hashed in sorted(alike):
        nodes = alike[hashed]
        if len(nodes) == 1:
            issued[nodes[0]] = f"_:c14n{len(issued)}"
        else:
            shared.append(nodes)
    if shared:
        search = Search(mentions, first, issued, algorithm, work)
        for nodes in shared:
            search.label(nodes)
    return issued


def _first_degree(node: str, quads: list[Quad]) -> str:
    # Section 4.6: the node itself is called a, every other blank node z.
    lines: list[str] = []
    for subject, predicate, value, graph in quads:
        s = subject if subject[0] != "_" else "_:a" if subject == node else "_:z"
        o = value if value[0] != "_" else "_:a" if value == node else "_:z"
        if graph:
            g = graph if graph[0] != "_" else "_:a" if graph == node else "_:z"
            lines.append(f"{s} {predicate} {o} {g} .\n")
        else:
            lines.append(f"{s} {predicate} {o} .\n")
    lines.sort()
    return "".join(lines)


__all__ = ["DEFAULT_WORK", "HASHES", "Canonical", "PoisonedDataset", "canonicalise"]
