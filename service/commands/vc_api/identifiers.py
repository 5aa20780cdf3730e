"""The resolver's endpoint (DID Resolution, HTTPS binding): a percent-encoded DID or DID URL as the path's end."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from credentials.dids.binding import ResolverAnswer, answer

PATH: Final = b"/1.0/identifiers/"


def resolve(path: bytes, accept: str, options: Mapping[str, str]) -> ResolverAnswer:
    """Answer for a path as it was sent, by the request's `Accept`; nothing about it raises."""
    # The server's decoded path has lost whether a slash was the DID's or the path's.
    text = unquote_to_bytes(path.partition(b"?")[0].removeprefix(PATH)).decode("utf-8", "replace")
    return answer(text, accept, options)
