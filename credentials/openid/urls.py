"""URLs in messages: which ones are taken, and how parameters are added to them.

Whether a URL may be fetched (private networks, redirects) is for the outbound client to decide; here it is only
required to be an https URL that every parser reads alike.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from credentials.openid.errors import MalformedMessage
from credentials.openid.members import ErrorClass
from credentials.web_addresses import BROWSER_SCHEMES, LOCAL_HOSTS, has_characters_of_a_url, take_apart

_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*\Z")


def check_url(
    text: str, what: str, *, insecure_localhost: bool = False, query: bool = True, error: ErrorClass = MalformedMessage
) -> str:
    """Return the URL if it is an absolute https URL without user and fragment; without a query if `query` is false.

    With `insecure_localhost`, plain http to this machine is taken too. Raises `error`.
    """
    parts = _split(text, what, error)
    local = insecure_localhost and parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if parts.scheme != "https" and not local:
        raise error(f"{what} is not an https URL")
    if not parts.hostname:
        raise error(f"{what} names no host")
    if "@" in parts.netloc:
        raise error(f"{what} holds a user name")
    if "#" in text:
        raise error(f"{what} holds a fragment")
    if not query and "?" in text:
        raise error(f"{what} holds a query")
    return text


def check_redirect_uri(text: str, what: str, *, error: ErrorClass) -> str:
    """Return the URI if it may be a client's `redirect_uri`: absolute, no fragment (RFC 6749 section 3.1.2).

    Schemes of apps are let through (RFC 8252 section 7.1); whether this client may use it, its registration decides.
    """
    parts = _split(text, what, error)
    if not _SCHEME.match(parts.scheme) or parts.scheme in BROWSER_SCHEMES:
        raise error(f"{what} has a scheme that is not taken")
    if parts.scheme in ("http", "https") and (not parts.hostname or "@" in parts.netloc):
        raise error(f"{what} names no host")
    if "#" in text:
        raise error(f"{what} holds a fragment")
    return text


def host_of(url: str) -> str:
    """Return the host of a URL that has been checked, in lower case."""
    return urlsplit(url).hostname or ""


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Add query parameters to a URL, keeping those it has (RFC 6749 section 3.1)."""
    separator = "&" if "?" in url else "?"
    return f"{url}{separator}{urlencode(parameters, quote_via=quote)}"


def query_of(text: str, what: str, *, error: ErrorClass, max_characters: int = 64_000) -> dict[str, str]:
    """Return the query parameters of a link, each at most once. Raises `error`."""
    if len(text) > max_characters:
        raise error(f"{what} is longer than {max_characters} characters")
    if not has_characters_of_a_url(text):
        raise error(f"{what} holds characters that no URL has")
    _, _, rest = text.partition("?")
    query = rest.partition("#")[0]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=64)
    except ValueError as wrong:
        raise error(f"{what} has an unreadable query") from wrong
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise error(f"{what} has a parameter twice")
    return parameters


def _split(text: str, what: str, error: ErrorClass) -> SplitResult:
    try:
        return take_apart(text)
    except ValueError as wrong:
        raise error(f"{what} is not a URL") from wrong
