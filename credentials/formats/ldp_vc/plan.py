"""The plan for documents of one structure: which of their leaves to look at, and what to fill them into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential
from credentials.formats.ldp_vc.blank_nodes import labelled
from credentials.formats.ldp_vc.kept import Kept
from credentials.formats.ldp_vc.leaves import Parts, with_slots
from credentials.formats.ldp_vc.rdf import Quad
from credentials.formats.ldp_vc.single_places import Places
from credentials.formats.ldp_vc.template import Pick, Template, all_plain, iri_slots, picker, written

State: TypeAlias = Callable[[JsonObject], list[Quad]]
"""State the facts of a document in safe mode; raises MalformedCredential."""

_VARIANTS_KEPT: Final = 64
# In bytes of the documents that they were compiled from.
_VARIANTS_SIZE: Final = 1 << 14
_NONE: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Compiled:
    """A template, the slots in it that come out as IRIs, and the places of what it names."""

    template: Template
    iris: frozenset[int]
    places: tuple[Places, ...]

    @classmethod
    def of(cls, text: bytes, leaves: Sequence[bytes], kept: frozenset[int], state: State, *, own: bool) -> Self | None:
        """Compile a document, of which some leaves are kept as they are; None where that cannot be."""
        document = with_slots(text, kept)
        if document is None:
            return None
        try:
            quads = state(document)
        except MalformedCredential:
            return None
        iris = iri_slots(quads, frozenset(range(len(leaves))) - kept)
        return None if iris is None else cls(written(quads, leaves), iris, Places.of(quads) if own else ())


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """How documents of one structure become canonical N-Quads.

    `iris` are the slots that come out as IRIs. `own` says whether each thing must have one place.
    """

    state: State
    own: bool
    iris: tuple[int, ...]
    pick_iris: Pick
    compiled: Compiled
    variants: Kept[tuple[tuple[int, bytes], ...], Compiled | None]

    @classmethod
    def of(cls, text: bytes, parts: Parts, state: State, *, own: bool) -> Self | None:
        """Work out the plan from one document, None when its structure has none."""
        compiled = Compiled.of(text, parts.leaves, _NONE, state, own=own)
        if compiled is None:
            return None
        order = tuple(sorted(compiled.iris))
        return cls(
            state, own, order, picker(order), compiled, Kept(_VARIANTS_KEPT, _VARIANTS_SIZE, lambda _: len(text))
        )

    def canonical(self, text: bytes, leaves: Sequence[bytes], hash_name: str) -> bytes | None:
        """Return the canonical N-Quads; None where something is in doubt and the long way must be taken."""
        iris = self.pick_iris(leaves)
        compiled = self.compiled if all_plain(iris) else self._variant(text, leaves)
        if compiled is None or not all(places.hold(leaves) for places in compiled.places):
            return None
        return compiled.template.text(leaves) or _in_order(compiled.template, leaves, hash_name)

    def _variant(self, text: bytes, leaves: Sequence[bytes]) -> Compiled | None:
        if len(text) > _VARIANTS_SIZE:
            return None
        doubtful = tuple([(slot, leaves[slot]) for slot in self.iris if not all_plain((leaves[slot],))])
        kept = frozenset(slot for slot, _ in doubtful)

        def make() -> Compiled | None:
            compiled = Compiled.of(text, leaves, kept, self.state, own=self.own)
            return None if compiled is None or compiled.iris != frozenset(self.iris) - kept else compiled

        return self.variants.get(doubtful, make)


def _in_order(template: Template, leaves: Sequence[bytes], hash_name: str) -> bytes | None:
    lines: list[bytes] | None = template.lines(leaves)
    assert lines is not None
    # Facts that are stated twice are one fact: what that means is for the long way.
    if len(set(lines)) != len(lines):
        return None
    if template.blank:
        lines = labelled(lines, template.blank, hash_name)
        if lines is None:
            return None
    return b"\n".join((*sorted(lines), b""))
