"""The literals of JSON values (JSON-LD 1.1 API section 8.2.2, steps 4 to 14), as text for N-Quads."""

import math
from typing import Final

from credentials.encoding import JsonValue, jcs
from credentials.errors import MalformedInput
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.rdf.terms import literal
from credentials.formats.ldp_vc.safety import UnsafeDocument

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_BOOLEAN: Final = f"{XSD}boolean"
_DOUBLE: Final = f"{XSD}double"
_INTEGER: Final = f"{XSD}integer"
_STRING: Final = f"{XSD}string"
_JSON: Final = f"{RDF}JSON"

# XML Schema 1.1 part 2 section 3; VCDM 2.0's own context has some of these in another namespace.
_NUMERIC: Final = frozenset(
    {
        "byte",
        "decimal",
        "double",
        "float",
        "int",
        "integer",
        "long",
        "negativeInteger",
        "nonNegativeInteger",
        "nonPositiveInteger",
        "positiveInteger",
        "short",
        "unsignedByte",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
    }
)
_FIRST_DOUBLE: Final = 10**21
# RFC 7493 section 2.2: beyond this, implementations stop agreeing on what the number is.
_MAX_SAFE_INTEGER: Final = (1 << 53) - 1


def json_literal(value: JsonValue) -> str:
    """Write a JSON literal: canonical by RFC 8785. Raises JsonLdError."""
    try:
        return literal(jcs(value).decode("utf-8"), _JSON)
    except MalformedInput as error:
        raise JsonLdError("invalid JSON literal") from error


def scalar_literal(value: JsonValue, datatype: str | None, *, safe: bool) -> str:
    """Write a literal that has no language. Raises JsonLdError, and UnsafeDocument for digits that would be lost."""
    if isinstance(value, str):
        return literal(checked_text(value), datatype or _STRING)
    if isinstance(value, bool):
        return literal("true" if value else "false", datatype or _BOOLEAN)
    if not isinstance(value, int | float):
        raise JsonLdError("invalid value object value", "a value is not JSON")
    if datatype == _DOUBLE or value % 1 or abs(value) >= _FIRST_DOUBLE:
        return literal(_double(value, safe=safe), datatype or _DOUBLE)
    if safe and abs(value) > _MAX_SAFE_INTEGER:
        raise UnsafeDocument("a number is too large")
    return literal(str(int(value)), datatype or _INTEGER)


def check_kind(value: JsonValue, datatype: str) -> None:
    """Refuse a number or truth value as a literal of another kind. Raises UnsafeDocument.

    A string in its place would be signed alike, and be read as something else.
    """
    if isinstance(value, str):
        return
    kind = datatype.rpartition("#")[2]
    if kind != "boolean" if isinstance(value, bool) else kind not in _NUMERIC:
        raise UnsafeDocument("a value is not written as its datatype is")


def checked_text(text: str) -> str:
    """Return a text that UTF-8 can encode. Raises JsonLdError for any other."""
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise JsonLdError("invalid value object value", "a text holds a lone surrogate") from error
    return text


def _double(value: float, *, safe: bool) -> str:
    """Write the canonical form of xsd:double with at most 16 digits (section 8.6)."""
    try:
        number = float(value)
    except OverflowError as error:
        raise JsonLdError("invalid value object value", "a number is out of range") from error
    if not math.isfinite(number):
        raise JsonLdError("invalid value object value", "a number is out of range")
    mantissa, exponent = f"{number:.15E}".split("E")
    whole, _, fraction = mantissa.partition(".")
    lexical = f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
    # Sixteen digits tell what people write apart, but not all doubles: 0.1 + 0.2 would be signed as 0.3.
    if safe and float(lexical) != value:
        raise UnsafeDocument("a number has more digits than are signed")
    return lexical
