"""RDF Dataset Canonicalization 1.0 of JSON-LD documents, in safe mode, with limits, and fast for shapes seen before.

The way of a document: `shape` takes it apart and refuses what is unsafe; `template` knows, or works out once, what its
shape becomes; the leaves are filled in; `blank_nodes` labels, or the `worker` does; the lines are sorted. A document
that states one fact twice is refused: its copy would be signed as one and read as two.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar, final

from credentials.encoding import JsonObject
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.blank_nodes import HASHES, labelled, unlabelled
from credentials.formats.ldp_vc.contexts import ContextBundle
from credentials.formats.ldp_vc.engine import expanded, to_nquads
from credentials.formats.ldp_vc.shape import DocumentLimits, Shape, UnsafeDocument, shape_of
from credentials.formats.ldp_vc.template import Compiler, Fixed, Roles, Template, escaped
from credentials.formats.ldp_vc.worker import CANONICALISE, EXPAND_AND_PARSE, PARSE, Worker

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

_SHAPES_KEPT: Final = 256
_VARIANTS_KEPT: Final = 64
_HASHES_KEPT: Final = 1024


@final
class Canonicaliser:
    """Canonicalise documents against one bundle of contexts."""

    def __init__(self, bundle: ContextBundle, limits: DocumentLimits | None = None) -> None:
        self.bundle = bundle
        self._limits = limits or DocumentLimits()
        self._worker = Worker(self._limits.seconds)
        self._compiled: _Kept[tuple[object, ...], _Compiled] = _Kept(_SHAPES_KEPT)
        self._small: _Kept[tuple[object, ...], bytes] = _Kept(_HASHES_KEPT)

    def canonical(self, document: JsonObject, hash_name: str = "sha256") -> bytes:
        """Return the canonical N-Quads. Raises UnsafeDocument, UnknownContext, LimitExceeded, MalformedCredential."""
        shape = shape_of(document, self.bundle, self._limits)
        compiler = Compiler(document, shape, self.bundle, self._parser(shape), self._limits)
        compiled = self._compiled.get(shape.key, lambda: _Compiled(*compiler.base()))
        template = compiled.template
        fixed = compiled.roles.fixed(shape.leaves)
        if fixed:
            template = compiled.variants.get(fixed, lambda: compiler.variant(fixed, compiled.template.quads))
        lines = template.fill(escaped(shape.leaves, compiled.roles))
        if template.blank_nodes:
            return self._labelled(lines, template.blank_nodes, hash_name)
        return _sorted(lines)

    def digest(self, document: JsonObject, hash_name: str = "sha256") -> bytes:
        """Return the hash of the canonical N-Quads. Raises as `canonical`."""
        digest: bytes = HASHES[hash_name](self.canonical(document, hash_name)).digest()
        return digest

    def digest_of_options(self, options: JsonObject, hash_name: str) -> bytes:
        """Return the hash of a proof configuration, kept for the next proof with the same options."""
        key = (hash_name, repr(options))
        return self._small.get(key, lambda: self.digest(options, hash_name))

    def close(self) -> None:
        """End the worker process, if one was needed."""
        self._worker.close()

    def _parser(self, shape: Shape) -> Callable[[bytes], str]:
        if shape.cost > self._limits.quick_cost:
            job = EXPAND_AND_PARSE if shape.layered else PARSE
            return lambda data: self._worker.run(job, data).decode("utf-8")
        return (lambda data: to_nquads(expanded(data))) if shape.layered else to_nquads

    def _labelled(self, lines: list[str], count: int, hash_name: str) -> bytes:
        if count > self._limits.max_blank_nodes:
            raise LimitExceeded(f"the document has more than {self._limits.max_blank_nodes} nodes without a name")
        done = labelled(lines, count, hash_name)
        if done is not None:
            return _sorted(done)
        _check_distinct(lines)
        answer = self._worker.run(CANONICALISE[hash_name], unlabelled(lines).encode("utf-8"))
        # Not by splitlines: a literal may hold U+2028.
        return _sorted([line for line in answer.decode("utf-8").split("\n") if line])


@dataclass(frozen=True, slots=True)
class _Compiled:
    roles: Roles
    template: Template
    variants: "_Kept[Fixed, Template]" = field(default_factory=lambda: _Kept(_VARIANTS_KEPT))


class _Kept(Generic[Key, Value]):
    """The most recently used results; making one twice at the same time does no harm."""

    __slots__ = ("_limit", "_lock", "_values")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
                return value
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._limit:
                self._values.popitem(last=False)
        return value


def _check_distinct(lines: list[str]) -> None:
    if len(set(lines)) != len(lines):
        raise UnsafeDocument("the document states one fact twice")


def _sorted(lines: list[str]) -> bytes:
    _check_distinct(lines)
    # Python compares by code point, as the specification demands.
    return "\n".join([*sorted(lines), ""]).encode("utf-8")
