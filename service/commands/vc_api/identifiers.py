"""The resolver's endpoint (DID Resolution, HTTPS binding): a percent-encoded DID or DID URL as the path's end."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from credentials.dids import resolve_did
from credentials.dids.documents import ResolutionOptions
from credentials.dids.resolution import RESULT_MEDIA_TYPE
from credentials.encoding import JsonObject

PATH: Final = b"/1.0/identifiers/"


def resolve(path: bytes, options: Mapping[str, str]) -> tuple[int, JsonObject, str]:
    """Return HTTP status, result and media type. `path` is as it was sent; nothing about it raises."""
    # The server's decoded path has lost whether a slash was the DID's or the path's.
    text = unquote_to_bytes(path.partition(b"?")[0].removeprefix(PATH)).decode("utf-8", "replace")
    result = resolve_did(text, ResolutionOptions.from_query(options))
    return result.status, result.to_dict(), RESULT_MEDIA_TYPE
