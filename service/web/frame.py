"""What holds for every exchange: headers, a request id, a body limit that counts bytes read, one line in the log."""

import secrets
import time
from collections.abc import Mapping
from typing import Final, final

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.logging import get_logger
from service.problems import REPORTED

MAX_BODY_BYTES: Final = 1 << 16
REQUEST_ID: Final = b"x-request-id"

_log: Final = get_logger(__name__)
_PLAIN_500: Final = b"500"


@final
class Frame:
    """Wrap an app: limit what it reads, complete what it answers, and let no exception through.

    `body_limits` maps path prefixes to limits of their own, for routes that take uploads.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: Mapping[bytes, bytes],
        max_body: int = MAX_BODY_BYTES,
        body_limits: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._headers = headers
        self._max_body = max_body
        self._body_limits = dict(body_limits or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one exchange."""
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        request_id = secrets.token_hex(8)
        status = 0
        reported: list[str] = []
        scope[REPORTED] = reported

        async def complete(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._completed(message.get("headers", ()), request_id, status)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, self._limited(scope, receive), complete)
            except Exception as error:  # noqa: BLE001  # the last wall: what the problem table already reported
                if not reported:
                    _log.error("request_failed", code=type(error).__name__)
                if status == 0:
                    await _plain_500(complete)
            # The route is its template, which holds no identifiers.
            _log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", ""),
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )

    def _completed(self, headers: object, request_id: str, status: int) -> list[tuple[bytes, bytes]]:
        own = list(headers) if isinstance(headers, list | tuple) else []
        names = {name.lower() for name, _ in own}
        own += [(name, value) for name, value in self._headers.items() if name not in names]
        own.append((REQUEST_ID, request_id.encode()))
        if status == 413:
            # The rest of the body is not read: this connection cannot be used again.
            own.append((b"connection", b"close"))
        return own

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        limit = self._limit_of(scope["path"])
        stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        read = 0

        async def counted() -> Message:
            nonlocal read
            # The header may lie, so the bytes are counted too; when it is honest nothing is read at all.
            if not stated.isdigit() or len(stated) > 18 or int(stated) > limit:
                raise HTTPException(413)
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise HTTPException(413)
            return message

        return counted

    def _limit_of(self, path: str) -> int:
        for prefix, limit in self._body_limits.items():
            if path.startswith(prefix):
                return limit
        return self._max_body


async def _plain_500(send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 500,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"3")],
        }
    )
    await send({"type": "http.response.body", "body": _PLAIN_500})
