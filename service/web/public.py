"""Documents that everyone may read and keep: metadata, trust lists, status lists, contexts."""

import hashlib
from functools import lru_cache
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_HEADERS: Final = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
}


class PublicResponse(Response):
    """A public document with CORS, a cache time and an ETag.

    Hand in the request to answer 304 when the client has this very version already.

    Example:
        return PublicResponse(token, "application/statuslist+jwt", max_age=300, request=request)
    """

    def __init__(self, content: bytes | str, media_type: str, *, max_age: int, request: Request | None = None) -> None:
        data = content.encode("utf-8") if isinstance(content, str) else content
        etag = _etag(data)
        headers = {**_HEADERS, "etag": etag, "cache-control": f"public, max-age={max_age}"}
        known = request is not None and etag in request.headers.get("if-none-match", "")
        super().__init__(b"" if known else data, 304 if known else 200, headers, media_type=None)
        if not known:
            # Set as given: Starlette would add a charset to text types.
            self.headers["content-type"] = media_type


@lru_cache(maxsize=64)
def _etag(data: bytes) -> str:
    # Most of what is served here is the same bytes as a moment ago.
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'
