"""N-Quads 1.1: a strict parser, and the canonical form (RDF Dataset Canonicalization 1.0 section 5.2).

The parser takes the grammar of N-Quads 1.1 section 4 and nothing else: no relative IRIs, no blank node as predicate, no
half characters by number.
"""

import re
from collections.abc import Iterable
from typing import Final

from credentials.errors import MalformedInput
from credentials.formats.ldp_vc.rdf.terms import Quad, literal

_HEX: Final = "[0-9A-Fa-f]"
_NUMBERED: Final = rf"\\(?:u{_HEX}{{4}}|U{_HEX}{{8}})"
_LETTERS: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff_:0-9"
)
_LABEL_CHARACTERS: Final = rf"{_LETTERS}\u00b7\u0300-\u036f\u203f-\u2040-"
# Possessive throughout: no line is read twice, however it was made.
_IRI: Final = rf"<(?:[^\x00-\x20<>\"{{}}|^`\\]++|{_NUMBERED})*+>"
_BLANK: Final = rf"_:[{_LETTERS}](?:\.*+[{_LABEL_CHARACTERS}]++)*+"
_STRING: Final = rf'"(?:[^"\\\r\n]++|\\[tbnrf"\'\\]|{_NUMBERED})*+"'
_LITERAL: Final = rf"{_STRING}(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^{_IRI})?+"
_SPACE: Final = "[ \t]*+"
_LINE: Final = re.compile(
    rf"{_SPACE}(?:({_IRI}|{_BLANK}){_SPACE}({_IRI}){_SPACE}({_IRI}|{_BLANK}|{_LITERAL}){_SPACE}"
    rf"(?:({_IRI}|{_BLANK}){_SPACE})?+\.{_SPACE})?+(?:#.*+)?+",
    re.DOTALL,
)
_END_OF_LINE: Final = re.compile("[\r\n]+")
_ESCAPE: Final = re.compile(rf"{_NUMBERED}|\\.")
_SHORT: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_NOT_PLAIN: Final = re.compile("[\x00-\x1f\x7f\\\\\ufffe\uffff]")
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*+:")
_NOT_IN_IRIS: Final = re.compile(r'[\x00-\x20<>"{}|^`\\]')


class InvalidNQuads(MalformedInput):
    """Text that is not N-Quads 1.1."""

    code = "invalid_n_quads"


def parse(text: str) -> list[Quad]:
    """Read N-Quads 1.1, in order, each quad once, its terms in canonical form. Raises InvalidNQuads."""
    quads: dict[Quad, None] = {}
    for number, line in enumerate(_END_OF_LINE.split(text), 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise InvalidNQuads(f"statement {number} is not N-Quads")
        subject, predicate, value, graph = found.groups("")
        if subject:
            try:
                quads[_term(subject), _term(predicate), _term(value), _term(graph)] = None
            except ValueError as error:
                raise InvalidNQuads(f"statement {number} holds {error}") from error
    return list(quads)


def serialise(quads: Iterable[Quad]) -> str:
    """Write canonical N-Quads, in the order given, each line ended by a line feed."""
    return "".join([f"{s} {p} {o} {g} .\n" if g else f"{s} {p} {o} .\n" for s, p, o, g in quads])


def _term(text: str) -> str:
    if text.startswith('"'):
        return _literal(text)
    return _iri(text) if text.startswith("<") else text


def _iri(text: str) -> str:
    if "\\" in text:
        content = _ESCAPE.sub(_character, text[1:-1])
        # What may not be written may not be written by number either.
        if _NOT_IN_IRIS.search(content):
            raise ValueError("an IRI with a character that is not allowed in one")
        text = f"<{content}>"
    if _ABSOLUTE.match(text) is None:
        raise ValueError("a relative IRI")
    return text


def _literal(text: str) -> str:
    string, _, suffix = text.rpartition('"')
    content = string[1:]
    if suffix.startswith("@"):
        return literal(_unescaped(content), language=suffix[1:]) if _NOT_PLAIN.search(content) else text
    datatype = _iri(suffix[2:])[1:-1] if suffix else None
    content = _unescaped(content) if _NOT_PLAIN.search(content) else content
    return literal(content, datatype) if datatype else literal(content)


def _unescaped(content: str) -> str:
    return _ESCAPE.sub(_character, content)


def _character(escape: re.Match[str]) -> str:
    text = escape.group()
    if text[1] not in "uU":
        return _SHORT.get(text[1], text[1])
    code = int.from_bytes(bytes.fromhex(text[2:]))
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError("a number that is no character's")
    return chr(code)
