"""The plan for documents of one structure: which of their leaves to look at, and what to fill them into."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Self, TypeAlias

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential
from credentials.formats.ldp_vc.blank_nodes import labelled
from credentials.formats.ldp_vc.kept import Kept
from credentials.formats.ldp_vc.leaves import Parts, with_slots
from credentials.formats.ldp_vc.own_profile import identities
from credentials.formats.ldp_vc.rdf import Quad
from credentials.formats.ldp_vc.template import Pick, Template, all_plain, iri_slots, picker, written

State: TypeAlias = Callable[[JsonObject], list[Quad]]
"""State the facts of a document in safe mode; raises MalformedCredential."""

_VARIANTS_KEPT: Final = 64
_NONE: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """How documents of one structure become canonical N-Quads.

    `iris` are the slots that come out as IRIs. In each of `distinct` no two may be alike: they name nodes of which
    something is said.
    """

    state: State
    iris: tuple[int, ...]
    pick_iris: Pick
    distinct: tuple[Pick, ...]
    template: Template
    variants: Kept[tuple[tuple[int, bytes], ...], Template | None] = field(default_factory=lambda: Kept(_VARIANTS_KEPT))

    @classmethod
    def compiled(cls, text: bytes, parts: Parts, state: State, *, own: bool) -> Self | None:
        """Work out the plan from one document, None when its structure has none."""
        compiled = _compile(text, parts.leaves, _NONE, state)
        if compiled is None:
            return None
        document, template, iris = compiled
        order = tuple(sorted(iris))
        distinct = tuple(picker(slots) for slots in identities(document) if len(slots) > 1) if own else ()
        return cls(state, order, picker(order), distinct, template)

    def canonical(self, text: bytes, leaves: Sequence[bytes], hash_name: str) -> bytes | None:
        """Return the canonical N-Quads; None where something is in doubt and the long way must be taken."""
        for pick in self.distinct:
            names = pick(leaves)
            if len(set(names)) != len(names):
                return None
        iris = self.pick_iris(leaves)
        template = self.template if all_plain(iris) else self._variant(text, leaves)
        if template is None:
            return None
        return template.text(leaves) or _in_order(template, leaves, hash_name)

    def _variant(self, text: bytes, leaves: Sequence[bytes]) -> Template | None:
        doubtful = tuple([(slot, leaves[slot]) for slot in self.iris if not all_plain((leaves[slot],))])
        kept = frozenset(slot for slot, _ in doubtful)

        def make() -> Template | None:
            compiled = _compile(text, leaves, kept, self.state)
            return None if compiled is None or compiled[2] != frozenset(self.iris) - kept else compiled[1]

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


def _compile(
    text: bytes, leaves: Sequence[bytes], kept: frozenset[int], state: State
) -> tuple[JsonObject, Template, frozenset[int]] | None:
    document = with_slots(text, kept)
    if document is None:
        return None
    try:
        quads = state(document)
    except MalformedCredential:
        return None
    iris = iri_slots(quads, frozenset(range(len(leaves))) - kept)
    return None if iris is None else (document, written(quads, leaves), iris)
