"""Safe mode, second half, and speed: what a shape becomes in N-Quads, worked out once by the generic engine.

A shape is compiled by putting a sentinel `urn:slot:N:` in the place of every leaf and having the engine write the
N-Quads. Each sentinel must come out, as an IRI or as a literal: one that does not belongs to a value that would be
shown but not signed. To canonicalise a document its leaves are then filled into those lines.

Some leaves cannot be filled in, since their value decides on more than their own place: numbers (whose datatype
depends on them), terms and compact IRIs, and IRIs that are not plainly well formed. Those are *fixed*: the shape is
compiled once more with their real values in it, and that variant serves documents that have these values there.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, json_compact
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.blank_nodes import mark
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.formats.ldp_vc.shape import DocumentLimits, Leaf, Shape, UnsafeDocument, with_leaves

Parse: TypeAlias = Callable[[bytes], str]
"""Turn JSON-LD with its contexts written in into N-Quads, with whatever labels."""
Fixed: TypeAlias = tuple[tuple[int, str], ...]

_UNDEFINED: Final = "urn:undefined:"
_RELATIVE: Final = "https://relative.invalid/"
# Put before a document's own contexts, this gives a face to what an engine drops without a word: terms that no context
# defines, and IRIs that are relative.
_REVEALING: Final[JsonObject] = {"@vocab": _UNDEFINED, "@base": _RELATIVE}
_REVEALED: Final = (f"<{_UNDEFINED}", f"<{_RELATIVE}")
_TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_TERM: Final = re.compile(r'<[^>]*>|_:[^ ]+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?')
_SENTINEL: Final = re.compile(r'(?:<urn:slot:(\d+):>|"urn:slot:(\d+):")')
_SENTINEL_START: Final = "urn:slot:"
# Well formed beyond doubt, and not to be taken for a compact IRI: the bundle has no term of these names. Others may be
# well formed too (RFC 3987); the engine itself decides about them.
_CHARACTER: Final = r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_PLAIN_IRIS: Final = re.compile(
    r"(?:(?:https?://[A-Za-z0-9.-]++(?::[0-9]{1,5}+)?+(?=[/?#\n])|(?:urn|did):[A-Za-z0-9])"
    rf"{_CHARACTER}*+(?:#{_CHARACTER}*+)?+\n)*+\Z"
)
_SPECIAL: Final = re.compile('[\x00-\x1f\x7f"\\\\\ud800-\udfff\ufffe\uffff]')
_NO_CHARACTER: Final = re.compile("[\ud800-\udfff\ufffe\uffff]")
# Canonical N-Quads (RDF-CANON section 5.2): seven short escapes, and numbers for the other control characters.
_ESCAPES: Final[dict[int, str]] = {code: f"\\u{code:04X}" for code in (*range(0x20), 0x7F)} | {
    ord(character): escape
    for character, escape in zip('\b\t\n\f\r"\\', ("\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\\\"), strict=True)
}


@dataclass(frozen=True, slots=True)
class Template:
    """N-Quads with places for leaves: `pattern` is filled by the escaped leaves that `pick` picks."""

    pattern: str
    pick: Callable[[Sequence[Leaf]], tuple[Leaf, ...]]
    blank_nodes: int
    quads: int

    def fill(self, leaves: Sequence[Leaf]) -> list[str]:
        """Return the lines for leaves that were escaped, or checked to need no escaping."""
        return (self.pattern % self.pick(leaves)).split("\n")


@dataclass(frozen=True, slots=True)
class Roles:
    """Where the leaves of a shape stand: in IRI places, in literals, or as numbers that are always fixed."""

    iris: tuple[int, ...]
    literals: tuple[int, ...]
    numbers: tuple[int, ...]

    def fixed(self, leaves: Sequence[Leaf]) -> Fixed:
        """Return the leaves that must be compiled in, with a text that tells their values apart."""
        doubtful: list[int] = []
        iris = [str(leaves[slot]) for slot in self.iris]
        lines = "\n".join([*iris, ""])
        # An IRI with a line break in it would look like two that are well formed.
        if not _PLAIN_IRIS.match(lines) or lines.count("\n") != len(iris):
            doubtful = [slot for slot, iri in zip(self.iris, iris, strict=True) if not _is_plain(iri)]
        return tuple([(slot, repr(leaves[slot])) for slot in (*doubtful, *self.numbers)])


def escaped(leaves: list[Leaf], roles: Roles) -> Sequence[Leaf]:
    """Return the leaves as they stand in canonical N-Quads. Raises UnsafeDocument."""
    literals = [str(leaves[slot]) for slot in roles.literals]
    if not _SPECIAL.search("".join(literals)):
        return leaves
    filled = list(leaves)
    for slot, literal in zip(roles.literals, literals, strict=True):
        if _SPECIAL.search(literal):
            if _NO_CHARACTER.search(literal):
                raise UnsafeDocument("a text holds a character that is none")
            filled[slot] = literal.translate(_ESCAPES)
    return filled


@dataclass(frozen=True, slots=True, repr=False)
class Compiler:
    """Works out what documents of one shape become, by way of one of them."""

    document: JsonObject
    shape: Shape
    bundle: ContextBundle
    parse: Parse
    limits: DocumentLimits

    def base(self) -> tuple[Roles, Template]:
        """Find what becomes of each leaf. Raises UnsafeDocument when one is not signed, LimitExceeded."""
        sentinels = self._sentinels()
        lines = self._lines(sentinels)
        iris, literals = _places(lines)
        if len(iris | literals) != len(sentinels):
            raise UnsafeDocument("a value would be shown but not signed")
        if iris & literals:
            raise UnsafeDocument("a value would be signed both as an identifier and as text")
        numbers = {slot for slot, leaf in enumerate(self.shape.leaves) if not isinstance(leaf, str)}
        if iris & numbers:
            raise UnsafeDocument("a number stands where an identifier belongs")
        return Roles(tuple(sorted(iris)), tuple(sorted(literals - numbers)), tuple(sorted(numbers))), _written(lines)

    def variant(self, fixed: Fixed, quads: int) -> Template:
        """Compile with some leaves as they are. Raises UnsafeDocument when that changes how much is signed."""
        leaves = self._sentinels()
        for slot, _ in fixed:
            if _SENTINEL_START in str(self.shape.leaves[slot]):
                raise UnsafeDocument("a value looks like a place for one")
            leaves[slot] = self.shape.leaves[slot]
        lines = self._lines(leaves)
        if len(lines) != quads:
            raise UnsafeDocument("an identifier is relative, malformed or not defined")
        return _written(lines)

    def _sentinels(self) -> list[Leaf]:
        return [f"{_SENTINEL_START}{slot}:" for slot in range(len(self.shape.leaves))]

    def _lines(self, leaves: list[Leaf]) -> list[list[str]]:
        lines = self._parsed(leaves, None)
        revealed = self._parsed(leaves, _REVEALING)
        # A datatype stands behind its literal; what stands in the literal is not looked at.
        if any(term.rpartition('"')[2].lstrip("^").startswith(_REVEALED) for line in revealed for term in line):
            raise UnsafeDocument("a term is not defined by the contexts, or an identifier is relative")
        if len(revealed) != len(lines):
            raise UnsafeDocument("a part of the document would be shown but not signed")
        if sum(line[1] == _TYPE for line in lines) != self.shape.types:
            raise UnsafeDocument("a type would be shown but not signed")
        return lines

    def _parsed(self, leaves: list[Leaf], prefix: JsonObject | None) -> list[list[str]]:
        document = with_leaves(self.document, self.bundle, leaves, prefix)
        try:
            data = json_compact(document)
        except UnicodeEncodeError as error:
            raise UnsafeDocument("a name holds half a character") from error
        lines = [_TERM.findall(line) for line in self.parse(data).split("\n") if line]
        if len(lines) > self.limits.max_quads:
            raise LimitExceeded(f"the document states more than {self.limits.max_quads} facts")
        return lines


def _places(lines: list[list[str]]) -> tuple[set[int], set[int]]:
    iris: set[int] = set()
    literals: set[int] = set()
    for line in lines:
        for term in line:
            found = _SENTINEL.match(term)
            if found is not None and found[1] is not None:
                iris.add(int(found[1]))
            elif found is not None:
                literals.add(int(found[2]))
    return iris, literals


def _written(lines: list[list[str]]) -> Template:
    numbers: dict[str, int] = {}
    order: list[int] = []
    patterns: list[str] = []
    for line in lines:
        parts: list[str] = []
        for term in line:
            found = _SENTINEL.match(term)
            if found is not None:
                order.append(int(found[1] or found[2]))
                suffix = term[found.end() :].replace("%", "%%")
                parts.append("<%s>" if found[1] is not None else f'"%s"{suffix}')
            elif term.startswith("_:"):
                parts.append(mark(numbers.setdefault(term, len(numbers))))
            else:
                parts.append(term.replace("%", "%%"))
        patterns.append(" ".join([*parts, "."]))
    return Template("\n".join(patterns), _picker(order), len(numbers), len(lines))


def _picker(order: list[int]) -> Callable[[Sequence[Leaf]], tuple[Leaf, ...]]:
    # itemgetter of one index returns no tuple.
    if len(order) < 2:
        return lambda leaves: tuple(leaves[slot] for slot in order)
    return itemgetter(*order)


def _is_plain(iri: str) -> bool:
    return "\n" not in iri and _PLAIN_IRIS.match(f"{iri}\n") is not None
