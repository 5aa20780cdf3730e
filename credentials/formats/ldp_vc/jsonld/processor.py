"""The public face: expand a document, or turn it into quads."""

from collections.abc import Callable
from typing import Final, Literal, TypeAlias, final

from credentials.encoding import JsonValue
from credentials.formats.ldp_vc.jsonld.limits import JsonLdLimits

Mode: TypeAlias = Literal["json-ld-1.1", "json-ld-1.0"]
RdfDirection: TypeAlias = Literal["i18n-datatype", "compound-literal"]
Quad: TypeAlias = tuple[str, str, str, str]

_LIMITS: Final = JsonLdLimits()


@final
class Processor:
    """A JSON-LD 1.1 processor that reads each context once.

    `load` maps the URL of a context to the document found there, as parsed JSON; it is asked once for each URL, and
    whatever BlauweKnopError it raises travels on to the caller.
    """

    def __init__(
        self, load: Callable[[str], JsonValue], *, mode: Mode = "json-ld-1.1", limits: JsonLdLimits = _LIMITS
    ) -> None:
        self._load = load
        self._mode = mode
        self._limits = limits

    def expand(
        self, document: JsonValue, *, base: str = "", expand_context: JsonValue = None, safe: bool = False
    ) -> list[JsonValue]:
        """Expand (JSON-LD 1.1 API section 5.1).

        Raises JsonLdError for what the specification calls an error, LimitExceeded for what is too large, and with
        `safe` UnsafeDocument for what an expansion would silently leave out.
        """
        raise NotImplementedError

    def to_quads(
        self,
        document: JsonValue,
        *,
        base: str = "",
        expand_context: JsonValue = None,
        safe: bool = True,
        rdf_direction: RdfDirection | None = None,
        generalized: bool = False,
    ) -> list[Quad]:
        """Deserialise to RDF (JSON-LD 1.1 API section 8.1): distinct quads, blank nodes as `_:b0`, `_:b1` and so on.

        Raises as `expand`; with `safe` also UnsafeDocument for statements that RDF cannot make.
        """
        raise NotImplementedError
