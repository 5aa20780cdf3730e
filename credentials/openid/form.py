"""`application/x-www-form-urlencoded` bodies: how OAuth requests and OpenID4VP responses travel."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote_plus, urlencode

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
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=max_fields)
    except ValueError as wrong:
        raise error("the form is not readable") from wrong
    fields: dict[str, str] = {}
    for name, value in pairs:
        # No parameter has a use for it, and databases disagree on it.
        if "\0" in name or "\0" in value:
            raise error("the form holds a null character")
        if name in fields:
            if name not in _REPEATABLE:
                raise error("the form has a parameter twice")
            fields[name] = f"{fields[name]} {value}"
        else:
            fields[name] = value
    return {name: value for name, value in fields.items() if value}


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
