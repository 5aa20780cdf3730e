"""`application/x-www-form-urlencoded` bodies: how OAuth requests and OpenID4VP responses travel."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote_plus, unquote_to_bytes, urlencode

from credentials.errors import LimitExceeded, MalformedInput
from credentials.openid.errors import InvalidRequest
from credentials.openid.members import ErrorClass

MEDIA_TYPE: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 64_000
MAX_FIELDS: Final = 64

# RFC 8707 section 2 lets `resource` come more than once; its values, being URIs, are joined by a space.
_REPEATABLE: Final = frozenset({"resource"})


def parse_form(
    body: bytes, *, max_bytes: int = MAX_FORM_BYTES, max_fields: int = MAX_FIELDS, error: ErrorClass = InvalidRequest
) -> dict[str, str]:
    """Read a form, each parameter at most once; one without a value counts as absent (RFC 6749 section 3.1).

    Raises `error`.
    """
    if len(body) > max_bytes:
        raise error(f"the form is larger than {max_bytes} bytes")
    try:
        pairs = form_pairs(body, "the form", max_fields=max_fields)
    except MalformedInput as wrong:
        raise error(wrong.detail) from wrong
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name in fields:
            if name not in _REPEATABLE:
                raise error("the form has a parameter twice")
            fields[name] = f"{fields[name]} {value}"
        else:
            fields[name] = value
    return {name: value for name, value in fields.items() if value}


def form_pairs(data: bytes, what: str, *, max_fields: int) -> list[tuple[str, str]]:
    """Read names and values in their order, for a form or a query; `what` names it in errors.

    Unlike urllib's parse_qsl nothing is guessed or left out. Raises MalformedInput (not UTF-8; a null character, which
    no parameter has a use for and databases disagree on), LimitExceeded.
    """
    parts = data.split(b"&", max_fields)
    if len(parts) > max_fields:
        raise LimitExceeded(f"{what} has more than {max_fields} fields")
    return [_pair(part, what) for part in parts if part]


def _pair(part: bytes, what: str) -> tuple[str, str]:
    name, _, value = part.replace(b"+", b" ").partition(b"=")
    try:
        return _decoded(name), _decoded(value)
    except UnicodeError as error:
        raise MalformedInput(f"{what} is not UTF-8") from error


def _decoded(data: bytes) -> str:
    text = unquote_to_bytes(data).decode("utf-8")
    if "\0" in text:
        raise MalformedInput("a parameter holds a null character")
    return text


def build_form(fields: Mapping[str, str]) -> bytes:
    """Write a form."""
    return urlencode(fields, quote_via=quote_plus).encode("ascii")


def required(
    fields: Mapping[str, str], name: str, *, error: ErrorClass = InvalidRequest, max_length: int = 4_000
) -> str:
    """Return a parameter that must be there. Raises `error`."""
    value = optional(fields, name, error=error, max_length=max_length)
    if value is None:
        raise error(f"{name} is missing")
    return value


def optional(
    fields: Mapping[str, str], name: str, *, error: ErrorClass = InvalidRequest, max_length: int = 4_000
) -> str | None:
    """Return a parameter, None when absent. Raises `error` if it is too long."""
    value = fields.get(name) or None
    if value is not None and len(value) > max_length:
        raise error(f"{name} is longer than {max_length} characters")
    return value
