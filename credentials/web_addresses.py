"""Web addresses as the specifications compare and derive them: one reading for everything that has an address.

Whether an address may be fetched is for the outbound client to decide.
"""

import re
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""This machine, which a setting may allow plain http to."""

MAX_CHARACTERS: Final = 2_048

BROWSER_SCHEMES: Final = frozenset(
    {"about", "blob", "data", "file", "filesystem", "ftp", "javascript", "vbscript", "view-source", "ws", "wss"}
)
"""Schemes that a browser acts on itself, beside http; others it hands to an app (RFC 8252 section 7.1)."""

# RFC 3986 section 2: no white space, no backslash, no control character, nothing outside ASCII. urlsplit drops some of
# these silently, so they are refused before it sees them.
_CHARACTERS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+\Z")
_PERCENT: Final = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class Normalised(NamedTuple):
    """What is left of an address, without query and fragment, when every spelling of it is one."""

    scheme: str
    host: str
    port: int | None
    path: str


def has_characters_of_a_url(text: str) -> bool:
    """Tell whether a text holds only characters that a URL may have, and at least one."""
    return _CHARACTERS.match(text) is not None


def take_apart(url: str, *, max_characters: int = MAX_CHARACTERS) -> SplitResult:
    """Take a URL apart, without rewriting any of it; host and port can be read from what is returned.

    Raises ValueError for what is too long or no URL that every reader takes apart alike.
    """
    if len(url) > max_characters:
        raise ValueError(f"longer than {max_characters} characters")
    if not has_characters_of_a_url(url):
        raise ValueError("holds characters that no URL has")
    parts = urlsplit(url)
    _ = parts.port, parts.hostname
    return parts


def normalised(url: str) -> Normalised:
    """Normalise an address by syntax and by scheme (RFC 3986 sections 6.2.2 and 6.2.3).

    Raises ValueError for what is no address of a host, or names a user.

    >>> normalised("HTTPS://A.example:443/x/%2e%2e/%7Eb?c#d")
    Normalised(scheme='https', host='a.example', port=443, path='/~b')
    """
    parts = urlsplit(url.partition("#")[0].partition("?")[0])
    if not parts.hostname or "@" in parts.netloc:
        raise ValueError("not the address of a host")
    port = parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme)
    # Section 6.2.2.1: the host is compared in lower case, also where it was written in percents.
    host = _PERCENT.sub(_decoded, parts.hostname).lower()
    return Normalised(parts.scheme, host, port, _without_dots(_PERCENT.sub(_decoded, parts.path)) or "/")


def well_known(identifier: str, name: str, *, final_slash: bool = False) -> str:
    """Return the address with `/.well-known/<name>` between host and path, and the path without a slash at its end.

    With `final_slash` such a slash is kept, unless it is all there is.

    >>> well_known("https://a.example/t/1/", "oauth-authorization-server")
    'https://a.example/.well-known/oauth-authorization-server/t/1'
    """
    parts = urlsplit(identifier)
    path = parts.path if final_slash and parts.path != "/" else parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}/.well-known/{name}{path}"


def _decoded(match: re.Match[str]) -> str:
    # Section 6.2.2.2: what needed no percent is decoded; 6.2.2.1: what is left of them is in upper case.
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    # Section 5.2.4, for a path that begins at the root.
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
