"""Safe mode, first half: walk a document once, refuse what cannot be signed over, and separate shape from leaves.

The *shape* is everything but the leaf values: names, nesting, array lengths, types, contexts, languages. Two documents
of one shape and one bundle differ in their canonical form only where their leaves stand; `template` rests on that.

Refused here: inline and unknown contexts, floats, null, empty objects and arrays (they sign nothing, and yet a reader
sees them: an empty list of debts), `@direction`, every keyword that moves content around, text that has no one
canonical spelling, properties under their full names, and one thing described in two places. The last two leave the
signature whole while a reader of the JSON misses what they moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.contexts import ContextBundle, UnknownContext
from credentials.formats.ldp_vc.safety import UnsafeDocument as UnsafeDocument  # noqa: PLC0414  # others look here

Leaf: TypeAlias = str | int

# In a key a name stands for itself and what follows it for its value; these cannot be mistaken for names.
_OBJECT: Final = 1
_ARRAY: Final = 2
_END: Final = 3
_CONSTANT: Final = 4
_TEXT: Final = 5
_NUMBER: Final = 6

_MAX_INTEGER: Final = (1 << 53) - 1

_TYPES: Final = frozenset({"type", "@type"})
_LEAF_KEYWORDS: Final = frozenset({"@id", "@value"})
_KEYWORDS: Final = frozenset({"@context", "@id", "@type", "@value", "@language"})


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """How large a JSON-LD document may be before we stop reading it, and how long a worker may take over it.

    A document that costs more than `quick_cost` to parse, or has blank nodes that only a search can tell apart, is
    handled in a separate process that is killed after `seconds`. A value costs 1, a context that is named 10, and four
    times all that when types bring several contexts.
    """

    max_depth: int = 24
    max_values: int = 10_000
    max_characters: int = 1_000_000
    max_blank_nodes: int = 256
    max_quads: int = 12_000
    max_contexts: int = 64
    quick_cost: int = 400
    seconds: float = 2.0


@dataclass(frozen=True, slots=True, repr=False)
class Shape:
    """A document taken apart: `key` identifies its shape, `leaves` are its values in document order.

    `types` counts the types of nodes. `layered` is true when some node has several types that each bring a context of
    their own. `cost` is what it takes to parse.
    """

    key: tuple[object, ...]
    leaves: list[Leaf]
    types: int
    layered: bool
    cost: int


def shape_of(document: JsonObject, bundle: ContextBundle, limits: DocumentLimits) -> Shape:
    """Take a document apart. Raises UnsafeDocument, UnknownContext, LimitExceeded."""
    walk = _Walk(bundle, limits)
    walk.object(document, 1)
    if len(walk.key) > 4 * limits.max_values:
        raise LimitExceeded(f"the document has more than {limits.max_values} values")
    if sum([len(leaf) for leaf in walk.leaves if isinstance(leaf, str)]) > limits.max_characters:
        raise LimitExceeded(f"the document has more than {limits.max_characters} characters")
    cost = (walk.values + 10 * walk.contexts) * (4 if walk.layered else 1)
    return Shape(tuple(walk.key), walk.leaves, walk.types, walk.layered, cost)


def with_leaves(
    document: JsonObject, bundle: ContextBundle, leaves: list[Leaf], prefix: JsonObject | None
) -> JsonObject:
    """Return a copy with other leaves, in document order, and its contexts written in.

    `prefix` is a context to put before each of the document's own.
    """
    return _Rebuild(bundle, iter(leaves), prefix).object(document)


class _Walk:
    __slots__ = (
        "bundle",
        "contexts",
        "described",
        "key",
        "layered",
        "leaves",
        "limits",
        "scope",
        "scopes",
        "types",
        "values",
    )

    def __init__(self, bundle: ContextBundle, limits: DocumentLimits) -> None:
        self.bundle = bundle
        self.limits = limits
        self.key: list[object] = []
        self.leaves: list[Leaf] = []
        self.types = 0
        self.values = 0
        self.layered = False
        self.contexts = 0
        self.scope = 0
        self.scopes = 0
        self.described: set[tuple[int, str]] = set()

    def object(self, node: JsonObject, depth: int) -> None:
        scope = self._enter(node, depth)
        key = self.key
        for name, value in node.items():
            key.append(name)
            if name in _TYPES:
                self._type(value, is_datatype="@value" in node)
            elif name[:1] == "@" and name not in _LEAF_KEYWORDS:
                self._keyword(name, value)
            elif ":" in name:
                # The same property under its full name would be signed alike, and be overlooked by whoever reads the
                # term: a status or an end of validity would seem to be absent.
                raise UnsafeDocument("a property is not written as a term")
            elif type(value) is str:
                key.append(_TEXT)
                self.leaves.append(value)
            else:
                self.value(value, depth)
        key.append(_END)
        self.scope = scope

    def _enter(self, node: JsonObject, depth: int) -> int:
        """Check a node as a whole; return the scope to go back to after it."""
        if not node:
            raise UnsafeDocument("an empty object states nothing")
        self._check_size(depth, len(node))
        scope = self.scope
        if "@context" in node:
            # A credential in a presentation describes its own nodes, in a graph of its own.
            self.scopes += 1
            self.scope = self.scopes
        name = node.get("id", node.get("@id"))
        if len(node) > 1 and isinstance(name, str):
            # What is said of one thing could be moved between two descriptions of it, out of the reader's sight.
            if (self.scope, name) in self.described:
                raise UnsafeDocument("one thing is described in two places")
            self.described.add((self.scope, name))
        return scope

    def value(self, value: JsonValue, depth: int) -> None:
        key = self.key
        if isinstance(value, str):
            key.append(_TEXT)
            self.leaves.append(value)
        elif isinstance(value, dict):
            key.append(_OBJECT)
            self.object(value, depth + 1)
        elif isinstance(value, list):
            if not value:
                raise UnsafeDocument("an empty array states nothing")
            self._check_size(depth, len(value))
            key.append(_ARRAY)
            for item in value:
                if isinstance(item, list):
                    raise UnsafeDocument("an array in an array has no form of its own")
                self.value(item, depth + 1)
            key.append(_END)
        elif isinstance(value, int):
            # RFC 7493 section 2.2: beyond this, implementations stop agreeing on what the number is.
            if abs(value) > _MAX_INTEGER:
                raise UnsafeDocument("a number is too large")
            key.append(_NUMBER)
            self.leaves.append(value)
        elif value is None:
            raise UnsafeDocument("null states nothing")
        else:
            # A fraction becomes an xsd:double whose digits depend on the implementation.
            raise UnsafeDocument("a number is not a whole number")

    def _type(self, value: JsonValue, *, is_datatype: bool) -> None:
        names = value if isinstance(value, list) else [value]
        self.key.append(_ARRAY if isinstance(value, list) else _CONSTANT)
        if not names:
            raise UnsafeDocument("an empty array states nothing")
        for name in names:
            if not isinstance(name, str) or not name or name.startswith(("@", "_:")):
                raise UnsafeDocument("a type is not the name of one")
            self.key.append(name)
        self.key.append(_END)
        if not is_datatype:
            self.types += len(names)
            if len(names) > 1 and sum(name in self.bundle.scoped_types for name in names) > 1:
                self.layered = True

    def _keyword(self, name: str, value: JsonValue) -> None:
        if name not in _KEYWORDS:
            raise UnsafeDocument("a keyword or a name like one is used that we do not sign over")
        self.key.append(_CONSTANT)
        if name == "@context":
            urls = value if isinstance(value, list) else [value]
            self.contexts += len(urls)
            if self.contexts > self.limits.max_contexts:
                raise LimitExceeded(f"the document names more than {self.limits.max_contexts} contexts")
            for url in urls:
                if not isinstance(url, str):
                    raise UnknownContext("a context is written into the document")
                if url not in self.bundle:
                    raise UnknownContext("a context is not in the bundle")
                self.key.append(url)
            self.key.append(_END)
        elif isinstance(value, str):
            self.key.append(value)
        else:
            raise UnsafeDocument("a keyword has a value of the wrong kind")

    def _check_size(self, depth: int, count: int) -> None:
        self.values += count
        if depth > self.limits.max_depth:
            raise LimitExceeded(f"the document is nested deeper than {self.limits.max_depth} levels")
        if self.values > self.limits.max_values:
            raise LimitExceeded(f"the document has more than {self.limits.max_values} values")


class _Rebuild:
    """Walks in the same order as `_Walk`, over a document that it has accepted."""

    __slots__ = ("bundle", "leaves", "prefix")

    def __init__(self, bundle: ContextBundle, leaves: Iterator[Leaf], prefix: JsonObject | None) -> None:
        self.bundle = bundle
        self.leaves = leaves
        self.prefix = prefix

    def object(self, node: JsonObject) -> JsonObject:
        copy: JsonObject = {}
        for name, value in node.items():
            if name == "@context":
                copy[name] = self._contexts(value)
            elif name in _TYPES or name == "@language":
                copy[name] = value
            else:
                copy[name] = self.value(value)
        return copy

    def value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return self.object(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return next(self.leaves)

    def _contexts(self, value: JsonValue) -> list[JsonValue]:
        urls = value if isinstance(value, list) else [value]
        contexts = [self.bundle.context(url) for url in urls if isinstance(url, str)]
        return contexts if self.prefix is None else [self.prefix, *contexts]
