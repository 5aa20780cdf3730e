"""The terms of a quad as they stand in canonical N-Quads (RDF Dataset Canonicalization 1.0 section 5.2).

Two terms are equal exactly when their texts are: that is what the canonical form is for. So a quad is four strings and
no classes, and hashing, comparing and sorting cost what strings cost.
"""

import re
from typing import Final, TypeAlias

Quad: TypeAlias = tuple[str, str, str, str]
"""Subject, predicate, object and graph as canonical N-Quads: `<iri>`, `_:b0`, `"lit"`, `"lit"@en`, `"lit"^^<dt>`.

The graph of a quad in the default graph is the empty string.
"""

DEFAULT_GRAPH: Final = ""

_XSD_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_SPECIAL: Final = re.compile('[\x00-\x1f\x7f"\\\\\ud800-\udfff\ufffe\uffff]')
# Seven short escapes, and numbers for the other control characters and for what is no character of XML 1.1.
_NUMBERED: Final = (*range(0x20), 0x7F, *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_ESCAPES: Final[dict[int, str]] = {code: f"\\u{code:04X}" for code in _NUMBERED} | {
    ord(character): escape
    for character, escape in zip('\b\t\n\f\r"\\', ("\\b", "\\t", "\\n", "\\f", "\\r", '\\"', "\\\\"), strict=True)
}


find_escaped: Final = _SPECIAL.search
"""Find the first character of a text that a literal must escape; half a character is one of them."""


def iri(value: str) -> str:
    """Write an IRI; the caller has checked that it holds no character that is not allowed in one."""
    return f"<{value}>"


def blank(label: str) -> str:
    """Write a blank node by its label without `_:`."""
    return f"_:{label}"


def literal(lexical: str, datatype: str = _XSD_STRING, language: str = "") -> str:
    """Write a literal: with its language where it has one, without its datatype where that is xsd:string."""
    if find_escaped(lexical):
        lexical = lexical.translate(_ESCAPES)
    if language:
        return f'"{lexical}"@{language}'
    return f'"{lexical}"' if datatype == _XSD_STRING else f'"{lexical}"^^<{datatype}>'
