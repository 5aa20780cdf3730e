"""Create Term Definition (JSON-LD 1.1 API section 4.2): what one local context says of its terms.

Terms are made in the order in which they need each other. The scoped contexts that they bring are only taken along
here; whether they are contexts at all is for whoever processes them.
"""

from dataclasses import replace
from typing import Final, final

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.jsonld.active_context import ABSENT, ActiveContext, TermDefinition
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import has_iri_form
from credentials.formats.ldp_vc.jsonld.keywords import KEYWORDS, like_keyword
from credentials.formats.ldp_vc.jsonld.term_entries import check_entries, container_of, direction_of, language_of

NOT_TERMS: Final = frozenset(
    {"@base", "@direction", "@import", "@language", "@propagate", "@protected", "@version", "@vocab"}
)
"""The entries of a context that are about the context."""

_TYPE_KEYWORDS: Final = frozenset({"@id", "@json", "@none", "@vocab"})
_NEW_TYPES: Final = frozenset({"@json", "@none"})
_NULL: Final[JsonObject] = {"@id": None}
# RFC 3986 section 2.2, gen-delims: a term for an IRI that ends with one may stand before a colon.
_GENERAL_DELIMITERS: Final = (":", "/", "?", "#", "[", "]", "@")


@final
class Definer:
    """Adds the terms of one local context to an active context that is being made."""

    __slots__ = ("active", "base_url", "defined", "depth", "local", "max_depth", "old", "override", "protected")

    def __init__(
        self,
        active: ActiveContext,
        local: JsonObject,
        *,
        base_url: str,
        protected: bool,
        override: bool,
        old: bool,
        max_depth: int,
    ) -> None:
        self.active = active
        self.local = local
        self.base_url = base_url
        self.protected = protected
        self.override = override
        self.old = old
        self.max_depth = max_depth
        self.depth = 0
        self.defined: dict[str, bool] = {}

    def define_all(self) -> None:
        """Define every term. Raises JsonLdError, LimitExceeded."""
        for term in self.local:
            if term not in NOT_TERMS:
                self.define(term)

    def define(self, term: str) -> None:
        """Define a term, and first what it needs. Raises JsonLdError, LimitExceeded."""
        known = self.defined.get(term)
        if known is not None:
            if known:
                return
            raise JsonLdError("cyclic IRI mapping")
        if not isinstance(term, str):
            raise JsonLdError("invalid local context", "a name is not a string")
        if not term:
            raise JsonLdError("invalid term definition", "a term is empty")
        self.defined[term] = False
        self.depth += 1
        if self.depth > self.max_depth:
            raise LimitExceeded(f"more than {self.max_depth} terms need each other")
        self._define(term, self.local[term])
        self.depth -= 1

    def _define(self, term: str, value: JsonValue) -> None:
        if term[0] == "@" and not self._may_be_defined(term, value):
            return
        previous = self.active.terms.pop(term, None)
        guarded = previous is not None and previous.protected and not self.override
        simple = isinstance(value, str)
        if value is None:
            value = _NULL
        elif isinstance(value, str):
            value = {"@id": value}
        elif not isinstance(value, dict):
            raise JsonLdError("invalid term definition")
        definition = self._definition(term, value, simple=simple)
        if guarded and previous is not None:
            # A definition that is ignored would take a protected term away.
            if definition is None or replace(definition, protected=True) != previous:
                raise JsonLdError("protected term redefinition")
            definition = previous
        if definition is not None:
            self.active.terms[term] = definition
            self.defined[term] = True

    def _may_be_defined(self, term: str, value: JsonValue) -> bool:
        if term == "@type":
            if self.old or not isinstance(value, dict) or not value or not value.keys() <= {"@container", "@protected"}:
                raise JsonLdError("keyword redefinition")
            if value.get("@container", "@set") != "@set":
                raise JsonLdError("keyword redefinition")
            return True
        if term in KEYWORDS:
            raise JsonLdError("keyword redefinition")
        return not like_keyword(term)

    def _definition(self, term: str, value: JsonObject, *, simple: bool) -> TermDefinition | None:
        """Return the definition, or None for one that is to be ignored."""
        if simple:
            iri = self._mapping(term, value["@id"])
            return None if iri == _IGNORED else self._simple(term, iri)
        check_entries(term, value, old=self.old)
        type_mapping = self._type(value)
        reverse = "@reverse" in value
        iri = self._reverse(value) if reverse else self._mapping(term, value.get("@id", term))
        if iri == _IGNORED:
            return None
        container = container_of(value, reverse=reverse, old=self.old)
        if "@type" in container:
            type_mapping = type_mapping or "@id"
            if type_mapping not in ("@id", "@vocab"):
                raise JsonLdError("invalid type mapping")
        self._check_index(value, container)
        prefix = value.get("@prefix") is True
        if prefix and iri in KEYWORDS:
            raise JsonLdError("invalid term definition")
        index, nest = value.get("@index"), value.get("@nest")
        return TermDefinition(
            iri=iri,
            prefix=prefix,
            protected=value.get("@protected", self.protected) is True,
            reverse=reverse,
            type=type_mapping,
            language=language_of(value),
            direction=direction_of(value),
            container=container,
            index=index if isinstance(index, str) else None,
            nest=nest if isinstance(nest, str) else None,
            context=value.get("@context", ABSENT),
            base_url=self.base_url,
        )

    def _simple(self, term: str, iri: str | None) -> TermDefinition:
        prefix = (
            iri is not None
            and ":" not in term
            and "/" not in term
            and (iri.endswith(_GENERAL_DELIMITERS) or iri.startswith("_:"))
        )
        return TermDefinition(iri, prefix=prefix, protected=self.protected)

    def _type(self, value: JsonObject) -> str | None:
        if "@type" not in value:
            return None
        given = value["@type"]
        mapping = self.expand(given) if isinstance(given, str) else None
        if mapping is None or (self.old and mapping in _NEW_TYPES):
            raise JsonLdError("invalid type mapping")
        if mapping not in _TYPE_KEYWORDS and not has_iri_form(mapping):
            raise JsonLdError("invalid type mapping")
        return mapping

    def _reverse(self, value: JsonObject) -> str:
        if "@id" in value or "@nest" in value:
            raise JsonLdError("invalid reverse property")
        given = value["@reverse"]
        if not isinstance(given, str):
            raise JsonLdError("invalid IRI mapping")
        if like_keyword(given):
            return _IGNORED
        iri = self.expand(given)
        if iri is None or not _names(iri):
            raise JsonLdError("invalid IRI mapping")
        return iri

    def _mapping(self, term: str, given: JsonValue) -> str | None:
        if given == term:
            return self._implied(term)
        if given is None:
            return None
        if not isinstance(given, str):
            raise JsonLdError("invalid IRI mapping")
        if given not in KEYWORDS and like_keyword(given):
            return _IGNORED
        iri = self.expand(given)
        if iri is None or not (iri in KEYWORDS or _names(iri)):
            raise JsonLdError("invalid IRI mapping")
        if iri == "@context":
            raise JsonLdError("invalid keyword alias")
        if ":" in term[1:-1] or "/" in term:
            # What looks like an IRI may not become another one.
            self.defined[term] = True
            if self.expand(term) != iri:
                raise JsonLdError("invalid IRI mapping")
        return iri

    def _implied(self, term: str) -> str:
        if ":" in term[1:]:
            prefix, _, suffix = term.partition(":")
            if prefix in self.local and prefix not in NOT_TERMS:
                self.define(prefix)
            definition = self.active.terms.get(prefix)
            if definition is None or definition.iri is None:
                return term
            if definition.iri in KEYWORDS:
                raise JsonLdError("invalid IRI mapping")
            return definition.iri + suffix
        if "/" in term:
            iri = self.active.expand(term, vocab=True)
            if iri is None or not has_iri_form(iri):
                raise JsonLdError("invalid IRI mapping")
            return iri
        if term == "@type":
            return term
        if self.active.vocab is None:
            raise JsonLdError("invalid IRI mapping")
        return self.active.vocab + term

    def _check_index(self, value: JsonObject, container: frozenset[str]) -> None:
        if "@index" not in value:
            return
        index = value["@index"]
        if self.old or "@index" not in container or not isinstance(index, str):
            raise JsonLdError("invalid term definition")
        iri = self.expand(index)
        if iri is None or not has_iri_form(iri):
            raise JsonLdError("invalid term definition")

    def expand(self, text: str) -> str | None:
        """Expand relative to the vocabulary, defining first what that needs (section 5.2.2)."""
        if text not in KEYWORDS and not like_keyword(text):
            if text in self.local and text not in NOT_TERMS and not self.defined.get(text):
                self.define(text)
            if text not in self.active.terms and ":" in text[1:]:
                prefix, _, suffix = text.partition(":")
                if prefix != "_" and suffix[:2] != "//" and prefix in self.local and not self.defined.get(prefix):
                    self.define(prefix)
        return self.active.expand(text, vocab=True)


def _names(iri: str) -> bool:
    return iri[:2] == "_:" or has_iri_form(iri)


# No IRI, keyword or blank node identifier.
_IGNORED: Final = ""
