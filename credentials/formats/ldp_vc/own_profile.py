"""The documents of our own profile: narrower than safe mode, so that reading the JSON is enough to know what is said.

Refused here: inline and unknown contexts, floats, null, empty objects and arrays (they sign nothing, and yet a reader
sees them: an empty list of debts), `@direction`, every keyword that moves content around, and properties under their
full names: these leave the signature whole while a reader of the JSON misses what they moved. For the same reason
`single_places` refuses what is described in one of several places.
"""

from dataclasses import dataclass, field
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.contexts import ContextBundle, UnknownContext
from credentials.formats.ldp_vc.limits import DocumentLimits
from credentials.formats.ldp_vc.safety import UnsafeDocument

_MAX_INTEGER: Final = (1 << 53) - 1
_TYPES: Final = frozenset({"type", "@type"})
_KEYWORDS: Final = frozenset({"@context", "@id", "@type", "@value", "@language"})
_NO_CHARACTERS: Final = ("\ufffe", "\uffff")


def check_profile(document: JsonObject, bundle: ContextBundle, limits: DocumentLimits) -> None:
    """Walk a document once. Raises UnsafeDocument, UnknownContext, LimitExceeded."""
    _Walk(bundle, limits).object(document, 1)


@dataclass(slots=True)
class _Walk:
    bundle: ContextBundle
    limits: DocumentLimits
    contexts: int = 0
    values: int = 0
    characters: int = field(default=0)

    def object(self, node: JsonObject, depth: int) -> None:
        if not node:
            raise UnsafeDocument("an empty object states nothing")
        self._count(depth, len(node))
        if "type" in node and "@type" in node:
            # Which of them stands under which name is not signed, and readers look under one.
            raise UnsafeDocument("a node has types under two names")
        for member, value in node.items():
            if member in _TYPES:
                _check_types(value)
            elif member[:1] == "@":
                self._keyword(member, value)
            elif ":" in member:
                # The same property under its full name would be signed alike, and be overlooked by whoever reads the
                # term: a status or an end of validity would seem to be absent.
                raise UnsafeDocument("a property is not written as a term")
            else:
                self.value(value, depth)

    def value(self, value: JsonValue, depth: int) -> None:
        if isinstance(value, str):
            self._text(value)
        elif isinstance(value, dict):
            self.object(value, depth + 1)
        elif isinstance(value, list):
            if not value:
                raise UnsafeDocument("an empty array states nothing")
            self._count(depth, len(value))
            for item in value:
                if isinstance(item, list):
                    raise UnsafeDocument("an array in an array has no form of its own")
                self.value(item, depth + 1)
        elif isinstance(value, int):
            # RFC 7493 section 2.2: beyond this, implementations stop agreeing on what the number is.
            if abs(value) > _MAX_INTEGER:
                raise UnsafeDocument("a number is too large")
        elif value is None:
            raise UnsafeDocument("null states nothing")
        else:
            # A fraction becomes an xsd:double whose digits depend on the implementation.
            raise UnsafeDocument("a number is not a whole number")

    def _keyword(self, name: str, value: JsonValue) -> None:
        if name not in _KEYWORDS:
            raise UnsafeDocument("a keyword or a name like one is used that we do not sign over")
        if name == "@context":
            self._check_contexts(value if isinstance(value, list) else [value])
        elif name == "@value":
            if not isinstance(value, str | int):
                raise UnsafeDocument("a keyword has a value of the wrong kind")
            self.value(value, 0)
        elif not isinstance(value, str):
            raise UnsafeDocument("a keyword has a value of the wrong kind")
        else:
            self._text(value)

    def _check_contexts(self, urls: list[JsonValue]) -> None:
        self.contexts += len(urls)
        if self.contexts > self.limits.max_contexts:
            raise LimitExceeded(f"the document names more than {self.limits.max_contexts} contexts")
        for url in urls:
            if not isinstance(url, str):
                raise UnknownContext("a context is written into the document")
            if url not in self.bundle:
                raise UnknownContext("a context is not in the bundle")

    def _text(self, text: str) -> None:
        self.characters += len(text)
        if self.characters > self.limits.max_characters:
            raise LimitExceeded(f"the document has more than {self.limits.max_characters} characters")
        if not text.isascii() and any(each in text for each in _NO_CHARACTERS):
            raise UnsafeDocument("a text holds a character that is none")

    def _count(self, depth: int, count: int) -> None:
        self.values += count
        if depth > self.limits.max_depth:
            raise LimitExceeded(f"the document is nested deeper than {self.limits.max_depth} levels")
        if self.values > self.limits.max_values:
            raise LimitExceeded(f"the document has more than {self.limits.max_values} values")


def _check_types(value: JsonValue) -> None:
    names = value if isinstance(value, list) else [value]
    if not names:
        raise UnsafeDocument("an empty array states nothing")
    for name in names:
        if not isinstance(name, str) or not name or name.startswith(("@", "_:")):
            raise UnsafeDocument("a type is not the name of one")
