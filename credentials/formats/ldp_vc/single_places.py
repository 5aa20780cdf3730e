"""One place for each thing: what our own profile demands of the statements of a document.

What is said of a thing may stand wherever the document names it: in the place where a reader looks, or in another that
means the same and is overlooked. So of each thing something may be said only where it is named once: the statements of
each graph form a tree, and a tree has one way to be written down.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from credentials.formats.ldp_vc.leaves import SLOT
from credentials.formats.ldp_vc.rdf import Quad
from credentials.formats.ldp_vc.safety import UnsafeDocument

_SENTINEL: Final = f"<{SLOT}"


def check_single_places(quads: Sequence[Quad]) -> None:
    """Demand that nothing of which something is said is named twice. Raises UnsafeDocument."""
    subjects: dict[str, set[str]] = {}
    for subject, _, _, graph in quads:
        subjects.setdefault(graph, set()).add(subject)
    # The one that no statement points to stands at the top; where there is none, any could.
    named = Counter([(graph, term) for _, _, term, graph in quads if term in subjects[graph]])
    if any(count > 1 for count in named.values()) or len(named) != sum(len(each) - 1 for each in subjects.values()):
        raise UnsafeDocument("one thing is described in a place that is not its only one")


@dataclass(frozen=True, slots=True)
class Places:
    """The same for a template, in one graph.

    `slots` are those that name things, `described` those of them of which something is said. `known` are names that
    the template holds itself, `known_described` those of them of which something is said.
    """

    slots: tuple[int, ...]
    described: tuple[int, ...]
    known: frozenset[bytes]
    known_described: frozenset[bytes]

    @classmethod
    def of(cls, quads: Sequence[Quad]) -> tuple[Self, ...]:
        """Return the places of statements with sentinels that `check_single_places` took, per graph."""
        graphs: dict[str, list[Quad]] = {}
        for quad in quads:
            graphs.setdefault(quad[3], []).append(quad)
        return tuple(cls._of_graph(each) for each in graphs.values())

    @classmethod
    def _of_graph(cls, quads: Sequence[Quad]) -> Self:
        subjects = {quad[0] for quad in quads}
        terms = subjects | {quad[2] for quad in quads}
        return cls(_slots(terms), _slots(subjects), _constants(terms), _constants(subjects))

    def hold(self, leaves: Sequence[bytes]) -> bool:
        """Tell whether each thing of which something is said is named once beyond doubt."""
        names = [leaves[slot] for slot in self.slots]
        if not self.known_described.isdisjoint(names):
            return False
        described = [leaves[slot] for slot in self.described]
        if not self.known.isdisjoint(described):
            return False
        if len(set(names)) == len(names):
            return True
        counts = Counter(names)
        return all(counts[name] == 1 for name in described)


def _slots(terms: set[str]) -> tuple[int, ...]:
    return tuple(sorted(int(term[len(_SENTINEL) : -2]) for term in terms if term.startswith(_SENTINEL)))


def _constants(terms: set[str]) -> frozenset[bytes]:
    return frozenset(
        term[1:-1].encode("utf-8") for term in terms if term.startswith("<") and not term.startswith(_SENTINEL)
    )
