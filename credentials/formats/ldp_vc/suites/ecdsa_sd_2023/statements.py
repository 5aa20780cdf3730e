"""The statements of a compact document and of its parts, with the same blank node labels in all of them.

DI-ECDSA 3.4.5 to 3.4.8 and 3.4.15 do this by skolemising the expanded document and compacting it again, so that nodes
without a name keep one when a part is taken. We put the names into the compact document itself, as `@id` of every
object that is a node. Which objects are nodes only the contexts know; so it is tried, and taken only when the
statements are the same but for the names: when both datasets have one canonical form.

What is still without a name then (the cells of a list, a graph that a container makes) is recognised by all that is
said of it: such a thing is in a part as a whole or not at all.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats.ldp_vc.leaves import json_text
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.rdf import Quad, canonicalise
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.pointers import select

ToQuads: TypeAlias = Callable[[JsonObject], list[Quad]]

_Path: TypeAlias = tuple[str, ...]
_Named: TypeAlias = tuple[JsonObject, list[Quad], Mapping[str, str]]

_MAX_TRIED: Final = 150_000
"""How many characters we read to find out which places of a document are nodes, all trials together."""

# An object with one of these has a name, or is none that could have one.
_NAMED_OR_NO_NODE: Final = frozenset({"@id", "id", "@value", "@list", "@set"})
_NOT_ENTERED: Final = frozenset({"@context", "@type", "type", "@value"})


@dataclass(frozen=True, slots=True)
class Statements:
    """`quads` are the document's statements; `part` gives those of a part of it, in the same labels.

    `issued` gives the canonical label of each of these labels, both without `_:`.
    """

    quads: tuple[Quad, ...]
    issued: Mapping[str, str]
    _named: JsonObject
    _prefix: str
    _to_quads: ToQuads
    _unnamed: dict[tuple[str, ...], list[dict[str, str]]] = field(repr=False)

    @classmethod
    def of(cls, document: JsonObject, to_quads: ToQuads) -> "Statements":
        """Name the nodes of a document. Raises InvalidProof, LimitExceeded, or what `to_quads` raises."""
        # A document cannot hold its own hash, so none of its IRIs can be taken for a name of ours.
        text = json_text(document)
        prefix = f"urn:bnid:{sha256(text).hexdigest()}:"
        named, quads, issued = _with_names(document, len(text), prefix, to_quads)
        unnamed: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
        for thing in _things(quads):
            form = canonicalise(thing)
            unnamed[form.lines].append({label: f"_:{node}" for node, label in form.labels.items()})
        return cls(tuple(_without_names(quads, prefix)), issued, named, prefix, to_quads, unnamed)

    def part(self, pointers: Sequence[str]) -> list[Quad]:
        """Return the statements of what the pointers select.

        Raises InvalidProof with PROOF_GENERATION_ERROR for a pointer that matches nothing, or a part of a list.
        """
        selected = select(self._named, pointers)
        if selected is None:
            return []
        quads = self._to_quads(selected)
        same: dict[str, str] = {}
        taken: dict[tuple[str, ...], int] = defaultdict(int)
        for thing in _things(quads):
            form = canonicalise(thing)
            known = self._unnamed.get(form.lines, ())
            number = taken[form.lines]
            if number == len(known):
                raise InvalidProof("a JSON pointer selects a part of what only a whole can be", ProofProblem.GENERATION)
            taken[form.lines] += 1
            same.update({f"_:{node}": known[number][label] for node, label in form.labels.items()})
        part = _without_names([_renamed(quad, same) for quad in quads], self._prefix)
        if not set(part) <= set(self.quads):
            raise InvalidProof("a part of the document states what the whole does not", ProofProblem.GENERATION)
        return part


def _with_names(document: JsonObject, size: int, prefix: str, to_quads: ToQuads) -> _Named:
    wanted = canonicalise(to_quads(document)).lines
    labels = {label: f"{prefix}x{number}" for number, label in enumerate(dict.fromkeys(_labels(document)))}

    def tried(paths: Iterable[_Path]) -> _Named | None:
        named = _Naming(prefix, frozenset(paths), labels).object(document, ())
        try:
            quads = to_quads(named)
            form = canonicalise(_without_names(quads, prefix))
        except BlauweKnopError:
            return None
        return (named, quads, form.labels) if form.lines == wanted else None

    spent = 0

    def nodes(paths: list[_Path]) -> list[_Path]:
        # Few places are no nodes (the inside of a JSON literal, a map of languages): halves find them soon.
        nonlocal spent
        spent += size
        if spent > _MAX_TRIED:
            raise LimitExceeded("it takes too long to find out what in the document is a node")
        if tried(paths) is not None:
            return paths
        half = len(paths) // 2
        return [*nodes(paths[:half]), *nodes(paths[half:])] if half else []

    paths = list(dict.fromkeys(_paths(document, ())))
    result = tried(paths) or tried(nodes(paths))
    if result is None:
        raise InvalidProof("the nodes of the document cannot be told apart", ProofProblem.GENERATION)
    return result


def _paths(value: JsonValue, path: _Path) -> Iterable[_Path]:
    # Items of one array stand in one place.
    if isinstance(value, list):
        for item in value:
            yield from _paths(item, path)
    elif isinstance(value, dict):
        yield path
        for name, item in value.items():
            if name not in _NOT_ENTERED:
                yield from _paths(item, (*path, name))


def _labels(value: JsonValue) -> Iterable[str]:
    """Give the labels that a document has for its own nodes: names within it."""
    if isinstance(value, list):
        for item in value:
            yield from _labels(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name in ("@id", "id") and isinstance(item, str) and item.startswith("_:"):
                yield item
            elif name not in _NOT_ENTERED:
                yield from _labels(item)


@dataclass(slots=True)
class _Naming:
    prefix: str
    paths: frozenset[_Path]
    labels: dict[str, str]
    count: int = 0

    def object(self, node: JsonObject, path: _Path) -> JsonObject:
        copy: JsonObject = {}
        if path in self.paths and not _NAMED_OR_NO_NODE & node.keys():
            copy["@id"] = f"{self.prefix}{self.count}"
            self.count += 1
        for name, value in node.items():
            copy[name] = value if name in _NOT_ENTERED else self.value(value, (*path, name))
        return copy

    def value(self, value: JsonValue, path: _Path) -> JsonValue:
        if isinstance(value, dict):
            return self.object(value, path)
        if isinstance(value, list):
            return [self.value(item, path) for item in value]
        return self.labels.get(value, value) if isinstance(value, str) else value


def _without_names(quads: Iterable[Quad], prefix: str) -> list[Quad]:
    start = f"<{prefix}"

    def term(text: str) -> str:
        return f"_:named{text[len(start) : -1]}" if text.startswith(start) else text

    return [(term(s), p, term(o), term(g)) for s, p, o, g in quads]


def _things(quads: Iterable[Quad]) -> Iterable[list[Quad]]:
    """Group the statements about what has no name by what hangs together."""
    parents: dict[str, str] = {}

    def root(node: str) -> str:
        while (parent := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[parent]
        return node

    said: list[tuple[str, Quad]] = []
    for quad in quads:
        nodes = [term for term in quad if term.startswith("_:")]
        for node in nodes:
            parents[root(node)] = root(nodes[0])
        if nodes:
            said.append((nodes[0], quad))
    things: dict[str, list[Quad]] = {}
    for node, quad in said:
        things.setdefault(root(node), []).append(quad)
    return things.values()


def _renamed(quad: Quad, names: dict[str, str]) -> Quad:
    s, p, o, g = quad
    return names.get(s, s), p, names.get(o, o), names.get(g, g)
