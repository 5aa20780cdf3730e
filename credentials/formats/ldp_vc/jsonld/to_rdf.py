"""Deserialize JSON-LD to RDF (JSON-LD 1.1 API section 8.1), straight from the expanded document.

The specification first collects everything that is said of a node (section 7.2). A dataset is a set of statements, so
nothing is gained by that: each node is written down where it stands, and what is said twice is said once in the end.
"""

from typing import Final, Literal, TypeAlias, final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import well_formed, well_formed_language
from credentials.formats.ldp_vc.jsonld.literals import RDF, check_kind, checked_text, json_literal, scalar_literal
from credentials.formats.ldp_vc.jsonld.values import as_list
from credentials.formats.ldp_vc.rdf.terms import DEFAULT_GRAPH, Quad, find_escaped, literal
from credentials.formats.ldp_vc.safety import UnsafeDocument

RdfDirection: TypeAlias = Literal["i18n-datatype", "compound-literal"]

_I18N: Final = "https://www.w3.org/ns/i18n#"
_TYPE: Final = f"<{RDF}type>"
_FIRST: Final = f"<{RDF}first>"
_REST: Final = f"<{RDF}rest>"
_NIL: Final = f"<{RDF}nil>"
_VALUE: Final = f"<{RDF}value>"
_LANGUAGE: Final = f"<{RDF}language>"
_DIRECTION: Final = f"<{RDF}direction>"

_KEYWORDS: Final = frozenset({"@graph", "@id", "@included", "@index", "@reverse", "@type"})
# With no more than these a node is in no statement of its own, and so its name in none at all.
_SILENT: Final = frozenset({"@id", "@included"})
_SILENT_IN_GRAPHS: Final = _SILENT | {"@graph"}
_MAX_KNOWN: Final = 4096
_MAX_KNOWN_CHARACTERS: Final = 256


@final
class Names:
    """IRIs that were found well-formed, as they stand in N-Quads: the names of a vocabulary come again and again.

    `known` holds them by themselves, and `endings` by datatype what a literal of it ends with.
    """

    __slots__ = ("endings", "known")

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.endings: dict[str, str] = {}

    def term(self, iri: str) -> str | None:
        """Return `<iri>`, or None for a text that is no IRI."""
        known = self.known.get(iri)
        if known is None:
            if not well_formed(iri):
                return None
            known = f"<{iri}>"
            if len(iri) <= _MAX_KNOWN_CHARACTERS:
                if len(self.known) >= _MAX_KNOWN:
                    self.known.clear()
                self.known[iri] = known
        return known

    def datatype(self, iri: str) -> bool:
        """Tell whether a literal may be of this datatype: whether it is an IRI."""
        if self.term(iri) is None:
            return False
        if len(iri) <= _MAX_KNOWN_CHARACTERS:
            if len(self.endings) >= _MAX_KNOWN:
                self.endings.clear()
            self.endings[iri] = literal("", iri)[1:]
        return True

    def literal(self, item: JsonObject) -> str | None:
        """Return the literal of a plain text, or of a text of a datatype that was met before; None for all others."""
        text = item["@value"]
        if type(text) is not str or find_escaped(text):
            return None
        if len(item) == 1:
            return f'"{text}"'
        datatype = item.get("@type")
        ending = self.endings.get(datatype) if len(item) == 2 and type(datatype) is str else None
        return None if ending is None else f'"{text}{ending}'


@final
class Deserializer:
    """Turns one expanded document into quads."""

    __slots__ = (
        "_compound",
        "_direction",
        "_fresh",
        "_generalized",
        "_indexes",
        "_kinds",
        "_labels",
        "_names",
        "_quads",
        "_safe",
    )

    def __init__(
        self, names: Names, *, safe: bool, direction: RdfDirection | None, generalized: bool, kinds: bool = False
    ) -> None:
        self._names = names
        self._kinds = kinds
        self._safe = safe
        self._direction = direction
        self._generalized = generalized
        self._quads: list[Quad] = []
        self._fresh = 0
        self._labels: dict[str, str] = {}
        self._indexes: dict[tuple[str, str], JsonValue] = {}
        self._compound: dict[tuple[str, ...], str] = {}

    def quads(self, expanded: list[JsonValue], *, distinct: bool = True) -> list[Quad]:
        """Return quads, each once if `distinct`. Raises JsonLdError, and UnsafeDocument in safe mode."""
        self._nodes(DEFAULT_GRAPH, expanded)
        quads = self._quads
        return list(dict.fromkeys(quads)) if distinct and len(set(quads)) != len(quads) else quads

    def _nodes(self, graph: str, nodes: list[JsonValue]) -> None:
        # A graph of statements says something of its name only where it is not part of another one.
        silent = _SILENT if graph == DEFAULT_GRAPH else _SILENT_IN_GRAPHS
        for node in nodes:
            if self._safe and isinstance(node, dict) and node.keys() <= silent:
                # As when a container makes a graph of what was meant as a reference.
                raise UnsafeDocument("a node states nothing where no property points to it")
            self._node(graph, node)

    def _node(self, graph: str, node: JsonValue) -> str | None:
        """Write down what is said of a node; return the term for it, or None where there is none."""
        if not isinstance(node, dict):
            raise JsonLdError("invalid value object", "a node is not an object")
        if "@id" not in node:
            subject: str | None = self._blank()
        elif (subject := self._resource(node["@id"])) is None:
            self._drop("an identifier is not an absolute IRI")
        for entry, value in node.items():
            if entry not in _KEYWORDS:
                self._property(graph, subject, entry, value)
            elif entry != "@id":
                self._keyword(graph, subject, entry, value)
        return subject

    def _keyword(self, graph: str, subject: str | None, keyword: str, value: JsonValue) -> None:
        match keyword:
            case "@type":
                self._types(graph, subject, as_list(value))
            case "@reverse" if isinstance(value, dict):
                self._reverse(graph, subject, value)
            case "@graph" if subject is not None:
                self._nodes(subject, as_list(value))
            case "@included":
                self._nodes(graph, as_list(value))
            case "@index" if subject is not None:
                if self._indexes.setdefault((graph, subject), value) != value:
                    raise JsonLdError("conflicting indexes")
            case _:
                pass

    def _property(self, graph: str, subject: str | None, iri: str, values: JsonValue) -> None:
        predicate = self._names.known.get(iri) or self._predicate(iri)
        terms: list[str | None] = []
        for value in values if type(values) is list else [values]:
            term = self._object(graph, subject, predicate, value)
            terms.append(term)
            if subject is not None and predicate is not None and term is not None:
                self._quads.append((subject, predicate, term, graph))
        if self._safe and len(terms) > 1:
            _check_distinct(terms)

    def _types(self, graph: str, subject: str | None, types: list[JsonValue]) -> None:
        terms = [self._resource(item) for item in types]
        for term in terms:
            if term is None:
                self._drop("a type is not an absolute IRI")
            elif subject is not None:
                self._quads.append((subject, _TYPE, term, graph))
        if self._safe:
            _check_distinct(terms)

    def _reverse(self, graph: str, subject: str | None, properties: JsonObject) -> None:
        for iri, nodes in properties.items():
            predicate = self._predicate(iri)
            terms = [self._node(graph, node) for node in as_list(nodes)]
            for term in terms:
                if subject is not None and predicate is not None and term is not None:
                    self._quads.append((term, predicate, subject, graph))
            if self._safe:
                _check_distinct(terms)

    def _predicate(self, iri: str) -> str | None:
        if iri[:2] == "_:":
            if self._generalized:
                return self._label(iri)
            self._drop("a property is a blank node")
            return None
        predicate = self._names.term(iri)
        if predicate is None:
            self._drop("a property is not an absolute IRI")
        return predicate

    def _resource(self, name: JsonValue) -> str | None:
        if not isinstance(name, str):
            return None
        return self._label(name) if name[:2] == "_:" else self._names.term(name)

    def _object(self, graph: str, subject: str | None, predicate: str | None, value: JsonValue) -> str | None:
        if isinstance(value, dict):
            if "@value" in value:
                return self._literal(graph, subject, predicate, value)
            if "@list" in value:
                if len(value) > 1:
                    # Section 5.1.2, step 17 lets a type stand beside a list, and with it anything else.
                    self._drop("something stands beside a list that is not signed")
                return self._list(graph, as_list(value["@list"]))
        return self._node(graph, value)

    def _list(self, graph: str, items: list[JsonValue]) -> str:
        # Section 8.3.
        cells = [self._blank() for _ in items]
        for cell, rest, item in zip(cells, [*cells[1:], _NIL], items, strict=False):
            term = self._object(graph, cell, _FIRST, item)
            if term is not None:
                self._quads.append((cell, _FIRST, term, graph))
            self._quads.append((cell, _REST, rest, graph))
        return cells[0] if cells else _NIL

    def _literal(self, graph: str, subject: str | None, predicate: str | None, item: JsonObject) -> str | None:
        # Section 8.2.2.
        known = self._names.literal(item)
        if known is not None:
            return known
        text, datatype = item["@value"], item.get("@type")
        if datatype == "@json":
            return json_literal(text)
        if datatype is not None and not (isinstance(datatype, str) and self._names.datatype(datatype)):
            self._drop("a datatype is not an absolute IRI")
            return None
        if self._kinds and datatype is not None:
            check_kind(text, datatype)
        language = item.get("@language")
        if language is not None and not (isinstance(language, str) and well_formed_language(language)):
            self._drop("a language is not the tag of one")
            return None
        direction = item.get("@direction")
        if isinstance(direction, str):
            if self._direction is not None:
                return self._directed((graph, subject or "", predicate or ""), item, language or "", direction)
            self._drop("the direction of a text is not signed")
        if language and isinstance(text, str):
            return literal(checked_text(text), language=language)
        return scalar_literal(text, datatype, safe=self._safe)

    def _directed(self, at: tuple[str, str, str], item: JsonObject, language: str, direction: str) -> str:
        graph = at[0]
        language = language.lower()
        if self._direction == "i18n-datatype":
            return scalar_literal(item["@value"], f"{_I18N}{language}_{direction}", safe=self._safe)
        text = scalar_literal(item["@value"], None, safe=self._safe)
        # A text that is there twice is there once, but two items of a list are two.
        key = (*at, text, language, direction, str(item.get("@index")))
        known = self._compound.get(key)
        if known is not None:
            return known
        node = self._compound[key] = self._blank()
        self._quads.append((node, _VALUE, text, graph))
        if language:
            self._quads.append((node, _LANGUAGE, literal(language), graph))
        self._quads.append((node, _DIRECTION, literal(direction), graph))
        return node

    def _blank(self) -> str:
        label = f"_:b{self._fresh}"
        self._fresh += 1
        return label

    def _label(self, name: str) -> str:
        label = self._labels.get(name)
        if label is None:
            label = self._labels[name] = self._blank()
        return label

    def _drop(self, why: str) -> None:
        if self._safe:
            raise UnsafeDocument(why)


def _check_distinct(terms: list[str | None]) -> None:
    if len(set(terms)) != len(terms):
        # A set holds a thing once, but who reads the array sees it twice.
        raise UnsafeDocument("an array holds one thing twice")
