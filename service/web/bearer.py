"""Machine doors: the bearer token of a request (RFC 6750 section 2.1)."""

from starlette.requests import Request

from service.errors import Unauthorized


def bearer_token(request: Request) -> str:
    """Return the token of the `Authorization` header. Raises Unauthorized."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized
    return token.strip()
