"""Machine doors: a bearer token (RFC 6750) compared in constant time."""

import hashlib
import hmac
from collections.abc import Callable

from starlette.requests import Request

from credentials.masking import Secret
from service.errors import Unauthorized


def bearer_token(request: Request) -> str:
    """Return the token of the `Authorization` header. Raises Unauthorized."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized
    return token.strip()


def bearer(secret: Secret) -> Callable[[Request], None]:
    """Return a FastAPI dependency that lets through only who has this token. Raises Unauthorized.

    Example:
        app.include_router(router, dependencies=[Depends(bearer(settings.api_token))])
    """
    expected = _digest(secret.reveal())

    def check(request: Request) -> None:
        # Digests first: a comparison of different lengths would tell the length.
        if not hmac.compare_digest(_digest(bearer_token(request)), expected):
            raise Unauthorized

    return check


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
