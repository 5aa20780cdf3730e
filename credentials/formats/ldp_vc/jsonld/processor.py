"""The public face: expand a document, or turn it into quads."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias, final

from credentials.encoding import JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext, Memory
from credentials.formats.ldp_vc.jsonld.context_processing import ContextProcessor
from credentials.formats.ldp_vc.jsonld.expansion import Expander
from credentials.formats.ldp_vc.jsonld.limits import JsonLdLimits
from credentials.formats.ldp_vc.jsonld.remote_contexts import RemoteContexts
from credentials.formats.ldp_vc.jsonld.to_rdf import Deserializer, Names, RdfDirection
from credentials.formats.ldp_vc.rdf.terms import Quad

Mode: TypeAlias = Literal["json-ld-1.1", "json-ld-1.0"]

_LIMITS: Final = JsonLdLimits()


@final
class Processor:
    """A JSON-LD 1.1 processor that reads each context once. It may be shared by threads.

    `load` maps the URL of a context to the document found there, as parsed JSON; it is asked once for each URL.
    Whatever BlauweKnopError it raises travels on to the caller; LookupError, OSError and ValueError become
    `loading remote context failed`.
    """

    __slots__ = ("_limits", "_memory", "_names", "_old", "_remote", "_roots")

    def __init__(
        self, load: Callable[[str], JsonValue], *, mode: Mode = "json-ld-1.1", limits: JsonLdLimits = _LIMITS
    ) -> None:
        self._limits = limits
        self._old = mode == "json-ld-1.0"
        self._remote = RemoteContexts(load)
        self._names = Names()
        self._memory = Memory()
        self._roots: dict[str, ActiveContext] = {}

    def expand(
        self, document: JsonValue, *, base: str = "", expand_context: JsonValue = None, safe: bool = False
    ) -> list[JsonValue]:
        """Expand (JSON-LD 1.1 API section 5.1), against the IRI `base`, if there is one.

        `expand_context` is a context to begin with, or an object that holds one as `@context`. Raises JsonLdError for
        what the specification calls an error, LimitExceeded for what is too large, and with `safe` UnsafeDocument for
        what the expansion, or the RDF of it, would silently leave out.
        """
        try:
            expanded = self._expanded(document, base, expand_context, safe=safe)
            if safe:
                Deserializer(self._names, safe=True, direction="i18n-datatype", generalized=False).quads(expanded)
        except RecursionError as error:
            raise LimitExceeded("the document is nested too deep") from error
        return expanded

    def to_quads(
        self,
        document: JsonValue,
        *,
        base: str = "",
        expand_context: JsonValue = None,
        safe: bool = True,
        rdf_direction: RdfDirection | None = None,
        generalized: bool = False,
        distinct: bool = True,
        kinds: bool = False,
    ) -> list[Quad]:
        """Deserialise to RDF (JSON-LD 1.1 API section 8.1): quads, blank nodes as `_:b0`, `_:b1` and so on.

        A dataset has each quad once; with `distinct` false, what is said twice is there twice. `rdf_direction` says how
        the direction of a text is written, `generalized` that blank nodes may be properties, and `kinds` that a number
        or truth value may not stand for a literal of another kind, such as a date. Raises as `expand`;
        with `safe` also UnsafeDocument for statements that RDF cannot make.
        """
        try:
            expanded = self._expanded(document, base, expand_context, safe=safe)
            writer = Deserializer(self._names, safe=safe, direction=rdf_direction, generalized=generalized, kinds=kinds)
            return writer.quads(expanded, distinct=distinct)
        except RecursionError as error:
            raise LimitExceeded("the document is nested too deep") from error

    def _expanded(self, document: JsonValue, base: str, expand_context: JsonValue, *, safe: bool) -> list[JsonValue]:
        contexts = ContextProcessor(self._remote, self._limits, old=self._old)
        active = self._root(base)
        if expand_context is not None:
            if isinstance(expand_context, dict) and "@context" in expand_context:
                expand_context = expand_context["@context"]
            active = contexts.embedded(active, expand_context, base)
        return Expander(contexts, self._limits, base, safe=safe, old=self._old).document(active, document)

    def _root(self, base: str) -> ActiveContext:
        """Return the context in which nothing is defined; all that was worked out hangs below it."""
        if self._memory.held > self._limits.max_remembered:
            self._memory = Memory()
            self._roots = {}
        root = self._roots.get(base)
        if root is None:
            root = self._roots[base] = ActiveContext(base or None, self._memory)
            self._memory.held += 1
        return root
