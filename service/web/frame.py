"""What holds for every exchange: headers, a request id, a body of a kind and size that is taken, one line in the log.

The body is read here, whole, before the app sees the request: so its limit holds for routes too that look at no body.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, final

import structlog
from anyio import move_on_after
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credentials import limits
from service.logging import get_logger
from service.problems import REPORTED, Refuse

MAX_BODY_BYTES: Final = limits.BODY_BYTES
LINGER_SECONDS: Final = 3.0
LINGER_IDLE_SECONDS: Final = 0.3
LINGER_BYTES: Final = 1 << 26
BodyLimits: TypeAlias = Mapping[str, int | Callable[[str], int]]
REQUEST_ID: Final = b"x-request-id"

_log: Final = get_logger(__name__)
_PLAIN_500: Final = b"500"


class _NotTaken(Exception):  # seen by the frame alone
    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status


@final
class Frame:
    """Wrap an app: limit what it reads, complete what it answers, and let no exception through.

    `body_limits` maps path prefixes to limits of their own, for routes that take uploads: a number, or what says of one
    path how much more than `max_body` is expected there, so that nobody can make us hold much for nothing. `refuse`
    makes the answer, in the app's own form, to a request that does not come through.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        headers: Mapping[bytes, bytes],
        max_body: int = MAX_BODY_BYTES,
        body_limits: BodyLimits | None = None,
        refuse: Refuse | None = None,
    ) -> None:
        self._app = app
        self._refuse = refuse or _plain
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
                await self._exchange(scope, receive, complete)
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
        if status in (413, 415):
            # Not all of the body may have been read: this connection cannot be used again.
            own.append((b"connection", b"close"))
        return own

    async def _exchange(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._body_of(scope, receive)
        except _NotTaken as error:
            await self._refused(error.status, scope, receive, send)
        except ClientDisconnect:
            return  # There is nobody to answer.
        else:
            await self._app(scope, _replayed(body, receive), send)

    async def _body_of(self, scope: Scope, receive: Receive) -> bytes:
        headers, path = Headers(scope=scope), scope["path"]
        # RFC 9110 section 15.5.16: bodies are taken as they are; a few kilobytes of gzip can hold gigabytes.
        if headers.get("content-encoding", "identity").strip().lower() != "identity":
            raise _NotTaken(415)
        stated, limit = headers.get("content-length"), self._unasked_limit_of(path)
        if stated is not None:
            if not stated.isdecimal() or len(stated) > 18:
                raise _NotTaken(413)
            limit = await self._weighed(int(stated), limit, path)
        elif scope["method"] in ("GET", "HEAD") and "transfer-encoding" not in headers:
            return b""
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise ClientDisconnect
            # The stated length may lie or be absent, so the bytes are counted too.
            body += message.get("body", b"")
            limit = await self._weighed(len(body), limit, path)
            if not message.get("more_body", False):
                return bytes(body)

    async def _weighed(self, size: int, limit: int, path: str) -> int:
        """Return the limit, asked for if what is usual is not enough. Raises _NotTaken."""
        if size > limit:
            limit = await self._limit_of(path)
        if size > limit:
            raise _NotTaken(413)
        return limit

    async def _refused(self, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and then read on for a moment: a client that is still sending would not see the answer otherwise."""

        async def unfinished(message: Message) -> None:
            await send({**message, "more_body": True} if message["type"] == "http.response.body" else message)

        await self._refuse(Request(scope), status)(scope, receive, unfinished)
        with move_on_after(LINGER_SECONDS):
            await _read_on(receive)
        await send({"type": "http.response.body", "body": b""})

    def _unasked_limit_of(self, path: str) -> int:
        limit = self._own_limit_of(path)
        return limit if isinstance(limit, int) else self._max_body

    async def _limit_of(self, path: str) -> int:
        # Only for a body that is larger than most: whoever is asked may have to look in a database.
        limit = self._own_limit_of(path)
        return limit if isinstance(limit, int) else await run_sync(limit, path)

    def _own_limit_of(self, path: str) -> int | Callable[[str], int]:
        for prefix, limit in self._body_limits.items():
            if path.startswith(prefix):
                return limit
        return self._max_body


def _plain(_request: Request, status: int) -> Response:
    return JSONResponse({"status": status}, status)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _read_on(receive: Receive) -> None:
    read, more = 0, True
    while more and read < LINGER_BYTES:
        more = False
        with move_on_after(LINGER_IDLE_SECONDS):
            message = await receive()
            read += len(message.get("body", b""))
            more = message.get("more_body", False)


async def _plain_500(send: Send) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": 500,
            "headers": [(b"content-type", b"text/plain"), (b"content-length", b"3")],
        }
    )
    await send({"type": "http.response.body", "body": _PLAIN_500})
