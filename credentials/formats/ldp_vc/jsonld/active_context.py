"""An active context: what the names in one place of a document mean (JSON-LD 1.1 API section 4.1).

Once made it never changes, so whatever is worked out from it is worked out once: the expansion of a name, what a key
stands for, and the contexts that follow from it.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final, final

from credentials.encoding import JsonValue
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import has_iri_form, resolve
from credentials.formats.ldp_vc.jsonld.keywords import KEYWORDS, like_keyword

NOTHING: Final[frozenset[str]] = frozenset()

_MAX_REMEMBERED_CHARACTERS: Final = 256


class Absent(Enum):
    """A mapping that a term definition does not have, where one of null has another meaning."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class TermDefinition:
    """What a context says of one term. `iri` is None for a term that means nothing."""

    iri: str | None = None
    prefix: bool = False
    protected: bool = False
    reverse: bool = False
    type: str | None = None
    language: str | Absent | None = ABSENT
    direction: str | Absent | None = ABSENT
    container: frozenset[str] = NOTHING
    index: str | None = None
    nest: str | None = None
    context: JsonValue | Absent = ABSENT
    # Where the context stood does not make it another definition.
    base_url: str = field(default="", compare=False)


@final
class Memory:
    """Counts what the active contexts of one processor remember, so that it can be forgotten in time."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = 0


@final
class Key:
    """What a key of a document stands for in one active context.

    `iri` is a keyword, an IRI or a blank node identifier, and None for what is to be ignored. `plain` is true of a
    property of which nothing is known but how to coerce its values: no container but `@set`, no scope, no reversal, no
    JSON.
    `language` and `direction` are those of its strings, the context's defaults included.
    """

    __slots__ = (
        "container",
        "definition",
        "direction",
        "iri",
        "keyword",
        "language",
        "plain",
        "reverse",
        "scoped",
        "type",
    )

    def __init__(self, active: "ActiveContext", name: str) -> None:
        iri, definition = active.expand(name, vocab=True), active.terms.get(name)
        self.keyword = iri in KEYWORDS
        self.iri = iri if iri is not None and (self.keyword or ":" in iri) else None
        self.definition = definition
        self.container = NOTHING if definition is None else definition.container
        self.reverse = definition is not None and definition.reverse
        self.scoped = definition is not None and definition.context is not ABSENT
        self.type = None if definition is None else definition.type
        self.language, self.direction = active.language, active.direction
        if definition is not None and definition.language is not ABSENT:
            self.language = definition.language
        if definition is not None and definition.direction is not ABSENT:
            self.direction = definition.direction
        special = self.reverse or self.scoped or self.type == "@json" or self.container - {"@set"}
        self.plain = not (self.iri is None or self.keyword or special)


@final
class ActiveContext:
    """Terms and defaults. `children` holds the contexts that followed from this one, by what made them follow."""

    __slots__ = (
        "_aliases",
        "base",
        "children",
        "direction",
        "keys",
        "language",
        "memory",
        "names",
        "original_base",
        "previous",
        "terms",
        "vocab",
    )

    def __init__(self, base: str | None, memory: Memory) -> None:
        self.terms: dict[str, TermDefinition] = {}
        self.base = base
        self.original_base = base
        self.vocab: str | None = None
        self.language: str | None = None
        self.direction: str | None = None
        self.previous: ActiveContext | None = None
        self.memory = memory
        self.children: dict[object, tuple[object, ActiveContext]] = {}
        self.keys: dict[str, Key] = {}
        self.names: dict[str, str | None] = {}
        self._aliases: dict[str, tuple[str, ...]] = {}

    def copy(self) -> "ActiveContext":
        """Return one of the same content, to be changed before anybody else sees it."""
        other = ActiveContext(self.original_base, self.memory)
        other.terms = self.terms.copy()
        other.base = self.base
        other.vocab = self.vocab
        other.language = self.language
        other.direction = self.direction
        other.previous = self.previous
        return other

    def key(self, name: str) -> Key:
        """Return what a key stands for."""
        key = self.keys.get(name)
        if key is None:
            if not isinstance(name, str):
                raise JsonLdError("invalid local context", "a name is not a string")
            key = Key(self, name)
            if len(name) <= _MAX_REMEMBERED_CHARACTERS:
                self.keys[name] = key
                self.memory.held += 1
        return key

    def aliases(self, keyword: str) -> tuple[str, ...]:
        """Return all names of a keyword, itself included, in code point order."""
        known = self._aliases.get(keyword)
        if known is None:
            names = [term for term, definition in self.terms.items() if definition.iri == keyword and term != keyword]
            known = self._aliases[keyword] = tuple(sorted([keyword, *names]))
        return known

    def name(self, text: str) -> str | None:
        """Expand a type or another name from a vocabulary, also relative to the document."""
        if text in self.names:
            return self.names[text]
        expanded = self.expand(text, vocab=True, relative=True)
        if len(text) <= _MAX_REMEMBERED_CHARACTERS:
            self.names[text] = expanded
            self.memory.held += 1
        return expanded

    def expand(self, text: str, *, vocab: bool = False, relative: bool = False) -> str | None:
        """Expand to an IRI (section 5.2.2): a keyword, an IRI, a blank node identifier, what could not be expanded.

        None is for what means nothing: a term defined so, or a text that looks like a keyword.
        """
        definition = self.terms.get(text)
        if definition is not None:
            if vocab or definition.iri in KEYWORDS:
                return definition.iri
        elif text[:1] == "@":
            if text in KEYWORDS:
                return text
            if like_keyword(text):
                return None
        if ":" in text[1:]:
            iri = self._compact(text)
            if iri is not None:
                return iri
        if vocab and self.vocab is not None:
            return self.vocab + text
        return resolve(self.base, text) if relative else text

    def _compact(self, text: str) -> str | None:
        """Expand a text with a colon, or return None for one that only looks as if it had a prefix."""
        prefix, _, suffix = text.partition(":")
        if prefix == "_" or suffix[:2] == "//":
            return text
        definition = self.terms.get(prefix)
        if definition is not None and definition.prefix and definition.iri is not None:
            return definition.iri + suffix
        return text if has_iri_form(text) else None
