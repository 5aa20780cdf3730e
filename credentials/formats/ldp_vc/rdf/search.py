"""Telling apart blank nodes of which the same is said: RDFC-1.0 sections 4.7 and 4.8.

The search is exponential for some datasets, and those are easily made. So it counts its steps and gives up at a number
that the caller sets: every quad looked at, and every node of every order tried, is one.

Orders that differ in nothing but the places of interchangeable nodes have the same path, so only one of them is tried.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any, Final, TypeAlias

from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.rdf.terms import Quad

_MAX_DEPTH: Final = 200
"""How far the search may go from node to node: each costs a level of recursion."""

Issued: TypeAlias = dict[str, str]
"""From a node to the temporary label that one path gave it, in order of issue."""


class PoisonedDataset(LimitExceeded):
    """Blank nodes that look so much alike that telling them apart takes more work than we give (section 7.1)."""

    code = "poisoned_dataset"


class Search:
    """The state of steps 5.1 to 5.3 of section 4.4.3.

    `issued` is the canonical issuer, which `label` adds to; `first` are the first-degree hashes.
    """

    def __init__(
        self,
        mentions: Mapping[str, list[Quad]],
        first: Mapping[str, str],
        issued: Issued,
        algorithm: Callable[[bytes], Any],
        work: int,
    ) -> None:
        self._mentions = mentions
        self._first = first
        self._issued = issued
        self._algorithm = algorithm
        self._work = work
        self._related: dict[str, list[tuple[str, str]]] = {}
        self._hashes: dict[str, str] = {}
        self._kinds: dict[str, frozenset[Quad]] = {}

    def label(self, nodes: list[str]) -> None:
        """Issue canonical labels to nodes that share a first-degree hash, and to all that are found on the way."""
        results = [self._n_degree(node, {node: "_:b0"}, 1) for node in nodes if node not in self._issued]
        # Python's sort is stable: of equals, which are interchangeable, the first named comes first.
        for _, temporary in sorted(results, key=lambda result: result[0]):
            for node in temporary:
                if node not in self._issued:
                    self._issued[node] = f"_:c14n{len(self._issued)}"

    def _n_degree(self, node: str, issuer: Issued, depth: int) -> tuple[str, Issued]:
        if depth > _MAX_DEPTH:
            raise PoisonedDataset("blank nodes hang together in too long a chain")
        # Steps 1 to 3 of section 4.8.3: what the others are to this node.
        groups: dict[str, list[str]] = {}
        issued, first, hashes = self._issued, self._first, self._hashes
        related = self._relations(node)
        self._spend(len(related))
        for position, other in related:
            key = position + (issued.get(other) or issuer.get(other) or first[other])
            hashed = hashes.get(key)
            if hashed is None:
                hashed = hashes[key] = self._hash(key)
            groups.setdefault(hashed, []).append(other)
        data: list[str] = []
        for hashed in sorted(groups):
            path, issuer = self._shortest(groups[hashed], issuer, depth)
            data += (hashed, path)
        return self._hash("".join(data)), issuer

    def _shortest(self, nodes: list[str], issuer: Issued, depth: int) -> tuple[str, Issued]:
        # Steps 5.4 and 5.5: the least path over all orders of the nodes.
        issued = self._issued
        chosen: str | None = None
        chosen_issuer = issuer
        for order in self._orders(nodes, issuer):
            self._spend(len(order))
            copy = issuer.copy()
            path = ""
            fresh: list[str] = []
            for node in order:
                label = issued.get(node)
                if label is None:
                    label = copy.get(node)
                    if label is None:
                        fresh.append(node)
                        label = copy[node] = f"_:b{len(copy)}"
                path += label
            if _is_longer(path, chosen):
                continue
            for node in fresh:
                hashed, deeper = self._n_degree(node, copy, depth + 1)
                path += f"{copy[node]}<{hashed}>"
                copy = deeper
                if _is_longer(path, chosen):
                    break
            else:
                if chosen is None or path < chosen:
                    chosen, chosen_issuer = path, copy
        assert chosen is not None  # the first order is always taken
        return chosen, chosen_issuer

    def _orders(self, nodes: list[str], issuer: Issued) -> Iterator[tuple[str, ...]]:
        if len(nodes) == 1:
            return iter([tuple(nodes)])
        repeated = len(set(nodes)) < len(nodes)
        kinds: dict[object, list[str]] = {}
        for node in nodes:
            # A label that an earlier group gave on this path tells a node from the others of its kind.
            kinds.setdefault(node if repeated or node in issuer else self._kind(node), []).append(node)
        return permutations(nodes) if len(kinds) == len(nodes) else _arrangements(list(kinds.values()))

    def _kind(self, node: str) -> frozenset[Quad]:
        # Two nodes of one kind can change places without the dataset becoming another.
        kind = self._kinds.get(node)
        if kind is None:
            kind = self._kinds[node] = frozenset([_with(quad, node, "_:") for quad in self._mentions[node]])
        return kind

    def _relations(self, node: str) -> list[tuple[str, str]]:
        # Section 4.7.3 without the related node's own part: position, and the predicate but for a graph.
        related = self._related.get(node)
        if related is None:
            related = self._related[node] = []
            for subject, predicate, value, graph in self._mentions[node]:
                if subject.startswith("_:") and subject != node:
                    related.append(("s" + predicate, subject))
                if value.startswith("_:") and value != node:
                    related.append(("o" + predicate, value))
                if graph.startswith("_:") and graph != node:
                    related.append(("g", graph))
        return related

    def _spend(self, steps: int) -> None:
        self._work -= steps
        if self._work < 0:
            raise PoisonedDataset("blank nodes are too much alike")

    def _hash(self, text: str) -> str:
        digest: str = self._algorithm(text.encode()).hexdigest()
        return digest


def _is_longer(path: str, chosen: str | None) -> bool:
    return chosen is not None and len(path) >= len(chosen) and path > chosen


def _with(quad: Quad, node: str, label: str) -> Quad:
    subject, predicate, value, graph = quad
    return (
        label if subject == node else subject,
        predicate,
        label if value == node else value,
        label if graph == node else graph,
    )


def _arrangements(kinds: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Give every order of the nodes in which those of one kind keep their own order."""
    # The next permutation of a multiset, by exchange and reversal: no recursion, whatever the number of nodes.
    order = [number for number, nodes in enumerate(kinds) for _ in nodes]
    while True:
        nodes = [iter(kind) for kind in kinds]
        yield tuple([next(nodes[number]) for number in order])
        last = len(order) - 2
        while last >= 0 and order[last] >= order[last + 1]:
            last -= 1
        if last < 0:
            return
        other = next(at for at in range(len(order) - 1, last, -1) if order[at] > order[last])
        order[last], order[other] = order[other], order[last]
        order[last + 1 :] = reversed(order[last + 1 :])
