"""JSON-LD contexts from a pinned bundle: whoever controls a context controls what a signature means.

Data Integrity 1.0 section 2.4.1: a verifier acts only on documents whose contexts it knows. So contexts are never
fetched; each file of the bundle is checked against its SHA-256, and a URL that is not in the bundle is refused.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Final, Self, final

from credentials.encoding import JsonValue, json_object
from credentials.errors import ConfigurationError
from credentials.formats.base import MalformedCredential
from credentials.formats.vcdm import CREDENTIALS_V2

CREDENTIALS_V1: Final = "https://www.w3.org/2018/credentials/v1"
DATA_INTEGRITY_V2: Final = "https://w3id.org/security/data-integrity/v2"
MULTIKEY_V1: Final = "https://w3id.org/security/multikey/v1"
DID_V1: Final = "https://www.w3.org/ns/did/v1"
ED25519_SIGNATURE_2020_V1: Final = "https://w3id.org/security/suites/ed25519-2020/v1"
EXAMPLES_V2: Final = "https://www.w3.org/ns/credentials/examples/v2"

BUNDLED: Final[Mapping[str, tuple[str, str]]] = {
    CREDENTIALS_V2: (
        "credentials-v2.jsonld",
        "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",
    ),
    CREDENTIALS_V1: (
        "credentials-v1.jsonld",
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    ),
    DATA_INTEGRITY_V2: (
        "data-integrity-v2.jsonld",
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    MULTIKEY_V1: (
        "multikey-v1.jsonld",
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
    DID_V1: (
        "did-v1.jsonld",
        "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f",
    ),
    ED25519_SIGNATURE_2020_V1: (
        "ed25519-2020-v1.jsonld",
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
}
"""Per URL the bundled file and its SHA-256."""

_EXAMPLES: Final = (
    "credentials-examples-v2.jsonld",
    "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c",
)

# Schemes of the identifiers that we fill in: as a prefix they would silently become something else.
_NEVER_TERMS: Final = frozenset({"http", "https", "urn", "did"})
# `@index` and `@nest` throw keys away unsigned; `@import` fetches; `@direction` has rival forms.
_NEVER_USED: Final = frozenset({"@index", "@nest", "@import", "@reverse", "@direction"})


class UnknownContext(MalformedCredential):
    """A context that is not in the bundle, or one written into the document itself."""

    code = "unknown_context"


@final
class ContextBundle:
    """The contexts that we act on: the W3C's own, and those handed in as `extra` by URL.

    An extra context may not use what makes a reader of the JSON and a reader of the statements see different things
    (`@index`, `@nest`, two terms for one property …). `narrow=False` lifts that, for a canonicaliser that checks every
    document by itself and takes any JSON-LD.
    """

    __slots__ = ("_bytes", "_contexts", "narrow", "whole_iris")

    def __init__(self, extra: Mapping[str, bytes] | None = None, *, narrow: bool = True) -> None:
        self.narrow = narrow
        self._bytes = {url: _pinned(name, expected) for url, (name, expected) in BUNDLED.items()}
        for url, document in (extra or {}).items():
            if url in self._bytes:
                raise ConfigurationError("an extra context may not replace a bundled one")
            self._bytes[url] = document
        self._contexts = {url: _context(document) for url, document in self._bytes.items()}
        if narrow:
            for url in extra or {}:
                _refuse_hazards(self._contexts[url])
            _refuse_aliases(self._contexts.values())
        self.whole_iris = not any(_redefines_iris(each) for each in self._contexts.values())
        """Whether an absolute IRI of a usual scheme always stands for itself."""

    @classmethod
    def with_examples(cls, extra: Mapping[str, bytes] | None = None, *, narrow: bool = True) -> Self:
        """Add the context of the W3C's examples, which gives every term a meaning: for vectors, never in production."""
        return cls({EXAMPLES_V2: _pinned(*_EXAMPLES)} | dict(extra or {}), narrow=narrow)

    def __contains__(self, url: object) -> bool:
        return url in self._contexts

    def urls(self) -> tuple[str, ...]:
        """Return the URLs of all contexts."""
        return tuple(self._contexts)

    def document(self, url: str) -> bytes:
        """Return a context document byte for byte. Raises UnknownContext."""
        if url not in self._bytes:
            raise UnknownContext("a context is not in the bundle")
        return self._bytes[url]

    def context(self, url: str) -> JsonValue:
        """Return the value of `@context` in a context document. Raises UnknownContext."""
        if url not in self._contexts:
            raise UnknownContext("a context is not in the bundle")
        return self._contexts[url]

    def type_iri(self, term: str, urls: Iterable[str]) -> str:
        """Expand a type by the contexts at these URLs, the last that defines it first. Raises UnknownContext."""
        contexts = [self.context(url) for url in urls]
        for context in reversed(contexts):
            expanded = _expand(term, context)
            if expanded is not None:
                return expanded
        prefix, colon, _ = term.partition(":")
        if colon and prefix in _NEVER_TERMS:
            return term
        raise UnknownContext("a type is not defined by the contexts")


def _pinned(name: str, expected: str) -> bytes:
    document = files(__package__).joinpath("bundled", name).read_bytes()
    if hashlib.sha256(document).hexdigest() != expected:
        raise ConfigurationError(f"the bundled context {name} is not the pinned one")
    return document


def _context(document: bytes) -> JsonValue:
    parsed = json_object(document, "context")
    if "@context" not in parsed:
        raise ConfigurationError("a context document has no @context")
    return parsed["@context"]


def _refuse_hazards(value: JsonValue) -> None:
    if isinstance(value, list):
        for item in value:
            _refuse_hazards(item)
    elif isinstance(value, dict):
        if not _NEVER_TERMS.isdisjoint(value) or not _NEVER_USED.isdisjoint(value):
            raise ConfigurationError("an extra context uses a feature that we do not sign over")
        for name, item in value.items():
            if isinstance(item, str) and (item in _NEVER_USED or (name == "@type" and item == "@json")):
                raise ConfigurationError("an extra context uses a feature that we do not sign over")
            if item is None:
                # A term that means nothing would make what it marks vanish from the signature.
                raise ConfigurationError("an extra context sets a term or keyword to null")
            _refuse_hazards(item)
    elif isinstance(value, str) and value in _NEVER_USED:
        raise ConfigurationError("an extra context uses a feature that we do not sign over")


def _redefines_iris(value: JsonValue) -> bool:
    if isinstance(value, list):
        return any(map(_redefines_iris, value))
    if not isinstance(value, dict):
        return False
    return any(name.partition(":")[0] in _NEVER_TERMS or _redefines_iris(item) for name, item in value.items())


def _refuse_aliases(contexts: Iterable[JsonValue]) -> None:
    # Two terms for one property: a document that uses the other one has the same signature, and another reader.
    terms: dict[str, str] = {}
    for context in contexts:
        for term, iri in _properties(context):
            if terms.setdefault(iri, term) != term:
                raise ConfigurationError("the contexts have two terms for one property")


def _properties(context: JsonValue) -> Iterator[tuple[str, str]]:
    if isinstance(context, list):
        for each in context:
            yield from _properties(each)
    elif isinstance(context, dict):
        for term, definition in context.items():
            # What is defined by a plain string may be a type or a prefix, but also a property.
            iri = _expand(term, context)
            if iri is not None and not term.startswith("@"):
                yield term, iri
            if isinstance(definition, dict) and "@context" in definition:
                yield from _properties(definition["@context"])


def _expand(term: str, context: JsonValue) -> str | None:
    if not isinstance(context, dict):
        return None
    definition = context.get(term)
    iri = definition.get("@id") if isinstance(definition, dict) else definition
    if isinstance(iri, str) and not iri.startswith("@"):
        prefix, _, rest = iri.partition(":")
        base = _plain(context.get(prefix))
        return f"{base}{rest}" if base is not None and not rest.startswith("//") else iri
    vocabulary = context.get("@vocab")
    return f"{vocabulary}{term}" if isinstance(vocabulary, str) and ":" not in term else None


def _plain(definition: JsonValue) -> str | None:
    return definition if isinstance(definition, str) else None


__all__: Final[list[str]] = [
    "BUNDLED",
    "CREDENTIALS_V1",
    "CREDENTIALS_V2",
    "DATA_INTEGRITY_V2",
    "DID_V1",
    "ED25519_SIGNATURE_2020_V1",
    "EXAMPLES_V2",
    "MULTIKEY_V1",
    "ContextBundle",
    "UnknownContext",
]
