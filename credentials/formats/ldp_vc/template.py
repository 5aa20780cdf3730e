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
from operator import itemgetter
from typing import Final, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Template:
    """Lines with places for leaves: `pattern` is filled by what `pick` picks; `blank` nodes among them have no name."""

    pattern: bytes
    pick: Pick
    blank: int

    def fill(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Return the lines, in the order that was right for the document that this was compiled from."""
        return (self.pattern % self.pick(leaves)).split(b"\n")


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
    lines: list[tuple[bytes, bytes, list[int]]] = []
    for quad in quads:
        parts: list[bytes] = []
        order: list[int] = []
        for term in quad:
            found = _WHOLE.match(term)
            if found is not None:
                order.append(int(found[1] or found[2]))
                parts.append(b"<%b>" if found[1] else b'"%b"' + _constant(found[3]))
            elif term.startswith("_:"):
                parts.append(mark(numbers.setdefault(term, len(numbers))))
            elif term:
                parts.append(_constant(term))
        pattern = b" ".join((*parts, b"."))
        lines.append((pattern % tuple([leaves[slot] for slot in order]), pattern, order))
    lines.sort()
    slots = [slot for _, _, order in lines for slot in order]
    return Template(b"\n".join([pattern for _, pattern, _ in lines]), picker(slots), len(numbers))


def picker(slots: Sequence[int]) -> Pick:
    """Return what picks these leaves, in this order."""
    # itemgetter of one index returns no tuple.
    if len(slots) < 2:
        return lambda leaves: tuple([leaves[slot] for slot in slots])
    return itemgetter(*slots)


def _constant(text: str) -> bytes:
    return text.encode("utf-8").replace(b"%", b"%%")
