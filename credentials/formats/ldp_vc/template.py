"""What a structure becomes in canonical N-Quads, worked out once and then filled in.

A structure is compiled by putting a sentinel in the place of every leaf and having the engine state the facts, in safe
mode. Each sentinel must come out whole, as an IRI or as a literal. To canonicalise a document its leaves are then
filled into those lines.

Leaves that come out as IRIs but are not plainly well formed ones cannot be filled in, since their value decides on
more than its own place: terms, compact and relative IRIs. The structure is compiled once more with these as they are,
and that template serves documents that have the same values there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
from typing import Final, NamedTuple, Self, TypeAlias

from credentials.formats.ldp_vc.blank_nodes import mark
from credentials.formats.ldp_vc.leaves import SLOT
from credentials.formats.ldp_vc.rdf import Quad

Pick: TypeAlias = Callable[[Sequence[bytes]], tuple[bytes, ...]]

_WHOLE: Final = re.compile(rf'(?:<{SLOT}(\d+):>|"{SLOT}(\d+):"(.*))\Z', re.DOTALL)
# Well formed beyond doubt, and not to be taken for a compact IRI: no context of ours has a term of these names. Others
# may be well formed too (RFC 3987), those with % signs among them; the engine itself decides about them.
_CHARACTERS: Final = rb"[A-Za-z0-9._~:/?@!$&'()*+,;=-]*+"
_PLAIN_IRIS: Final = re.compile(
    rb"(?:(?:https?://[A-Za-z0-9.-]++(?::[0-9]{1,5}+)?+(?=[/?#\n])|(?:urn|did):[A-Za-z0-9])%b(?:#%b)?+\n)*+\Z"
    % (_CHARACTERS, _CHARACTERS)
)


class Turn(NamedTuple):
    """Where one line follows another only because of a leaf: what stands first after all that they have in common.

    That is `before`, the leaf of `slot` and the character that ends it, or just `before` where there is no slot.
    """

    before: bytes
    slot: int | None
    end: bytes

    def text(self, leaves: Sequence[bytes]) -> bytes:
        """Return the text that decides."""
        return self.before if self.slot is None else b"%b%b%b" % (self.before, leaves[self.slot], self.end)


@dataclass(frozen=True, slots=True)
class Template:
    """Lines with places for leaves: `pattern` is filled by what `pick` picks; `blank` nodes among them have no name.

    The lines are in the order that was right for the document that this was compiled from. Of each two neighbours in
    `turns` it depends on the leaves whether it still is.
    """

    pattern: bytes
    pick: Pick
    blank: int
    turns: tuple[tuple[Turn, Turn], ...]

    def text(self, leaves: Sequence[bytes]) -> bytes | None:
        """Return the canonical text, None when its lines would have another order or one of them comes twice."""
        if self.blank:
            return None
        for one, other in self.turns:
            first, second = one.text(leaves), other.text(leaves)
            # Where one begins as the other does, what follows would have to be looked at.
            if first >= second or second.startswith(first):
                return None
        return self.pattern % self.pick(leaves)

    def lines(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Return the lines, in an order that need not be right."""
        return (self.pattern % self.pick(leaves)).split(b"\n")[:-1]


def all_plain(iris: Sequence[bytes]) -> bool:
    """Tell whether all are absolute IRIs beyond doubt. They hold no line break: that would be escaped."""
    return _PLAIN_IRIS.match(b"\n".join((*iris, b""))) is not None


def iri_slots(quads: Sequence[Quad], slots: frozenset[int]) -> frozenset[int] | None:
    """Return which slots came out as IRIs, None unless all did come out, each whole and in one role."""
    iris: set[int] = set()
    literals: set[int] = set()
    for quad in quads:
        for term in quad:
            if SLOT not in term:
                continue
            found = _WHOLE.match(term)
            # Part of a longer text, a language, a datatype: there a value does more than stand in its place.
            if found is None or SLOT in (found[3] or ""):
                return None
            if found[1] is not None:
                iris.add(int(found[1]))
            else:
                literals.add(int(found[2]))
    return frozenset(iris) if not iris & literals and iris | literals == slots else None


def written(quads: Sequence[Quad], leaves: Sequence[bytes]) -> Template:
    """Make a template of facts with sentinels, its lines in the order that these leaves give them."""
    numbers: dict[str, int] = {}
    lines = [_Line.of(quad, numbers) for quad in quads]
    lines.sort(key=lambda line: line.filled(leaves))
    slots = [slot for line in lines for slot in line.slots]
    turns = [turn for one, other in pairwise(lines) if (turn := _turn(one, other)) is not None]
    pattern = b"".join([b"%b\n" % line.pattern for line in lines])
    return Template(pattern, picker(slots), len(numbers), tuple(turns))


class _Line(NamedTuple):
    """A line as constants with a slot between each two of them."""

    constants: list[bytes]
    slots: list[int]

    @classmethod
    def of(cls, quad: Quad, numbers: dict[str, int]) -> Self:
        constants = [b""]
        slots: list[int] = []
        for term in quad:
            found = _WHOLE.match(term)
            if found is not None:
                slots.append(int(found[1] or found[2]))
                constants[-1] += b"<" if found[1] else b'"'
                constants.append(b"> " if found[1] else b'"%b ' % found[3].encode("utf-8"))
            elif term.startswith("_:"):
                constants[-1] += mark(numbers.setdefault(term, len(numbers))) + b" "
            elif term:
                constants[-1] += term.encode("utf-8") + b" "
        constants[-1] += b"."
        return cls(constants, slots)

    @property
    def pattern(self) -> bytes:
        return b"%b".join([constant.replace(b"%", b"%%") for constant in self.constants])

    def filled(self, leaves: Sequence[bytes]) -> bytes:
        return self.pattern % tuple([leaves[slot] for slot in self.slots])


def _turn(one: _Line, other: _Line) -> tuple[Turn, Turn] | None:
    """Return what decides on the order of two lines, None when it is the same whatever the leaves are."""
    for place in range(min(len(one.constants), len(other.constants))):
        first, second = one.constants[place], other.constants[place]
        common = _common(first, second)
        if common < min(len(first), len(second)):
            return None
        slots = [line.slots[place] if place < len(line.slots) else None for line in (one, other)]
        if len(first) == len(second) and slots[0] == slots[1] is not None:
            continue
        return _next(one, place, common, slots[0]), _next(other, place, common, slots[1])
    raise AssertionError("two lines of a template are the same")


def _next(line: _Line, place: int, common: int, slot: int | None) -> Turn:
    end = b"" if slot is None else line.constants[place + 1][:1]
    return Turn(line.constants[place][common:], slot, end)


def picker(slots: Sequence[int]) -> Pick:
    """Return what picks these leaves, in this order."""
    # itemgetter of one index returns no tuple.
    if len(slots) < 2:
        return lambda leaves: tuple([leaves[slot] for slot in slots])
    return itemgetter(*slots)


def _common(one: bytes, other: bytes) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
