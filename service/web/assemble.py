"""One root for a party's apps: dispatch by path, health, and the frame around each kind of answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Final, final

from anyio.to_thread import run_sync
from starlette.types import ASGIApp, Receive, Scope, Send

from service.jobs import Job
from service.logging import get_logger
from service.place import ROOT, Place
from service.problems import refusal_of
from service.web.below import HEALTH, Below, Refusing
from service.web.frame import MAX_BODY_BYTES, BodyLimits, Frame
from service.web.headers import BUSINESS, PREFLIGHT, PROTOCOL, SCREEN, encoded
from service.web.openapi import API_ROOT

PROTOCOL_PREFIXES: Final = ("/.well-known/", "/oauth/", "/credential", "/nonce", "/vp/", "/status/")

_log: Final = get_logger(__name__)


OK: Final = "ok"
DEGRADED: Final = "degraded"
UNAVAILABLE: Final = "unavailable"


@final
class Health:
    """`/health/live` says that the process answers; `/health/ready` runs the checks, each of which raises when not so.

    What is `watched` says in a few words how it is, and `OK` when all is well. Without it the party still does what it
    can, and must not be taken out of service: the answer is 200 all the same, and its status says that not all is well.
    The answer names the checks and never why one failed.
    """

    def __init__(
        self,
        checks: Mapping[str, Callable[[], object]] | None = None,
        *,
        watched: Mapping[str, Callable[[], str]] | None = None,
    ) -> None:
        self._checks = dict(checks or {})
        self._watched = dict(watched or {})

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer `/health/live` or `/health/ready`."""
        if scope["path"] != "/health/ready":
            await _answer(send, 200, {"status": OK})
            return
        needed, watched = await run_sync(self._outcomes)
        ready = all(word == OK for word in needed.values())
        well = all(word == OK for word in watched.values())
        status = (OK if well else DEGRADED) if ready else UNAVAILABLE
        checks = needed | watched
        await _answer(send, 200 if ready else 503, {"status": status} | ({"checks": checks} if checks else {}))

    def _outcomes(self) -> tuple[dict[str, str], dict[str, str]]:
        needed = {name: OK if _passes(name, check) else UNAVAILABLE for name, check in self._checks.items()}
        return needed, {name: _seen(name, watch) for name, watch in self._watched.items()}


def assemble(
    *,
    pages: ASGIApp | None = None,
    business: ASGIApp | None = None,
    protocol: ASGIApp | None = None,
    protocol_prefixes: Sequence[str] = PROTOCOL_PREFIXES,
    screen_prefixes: Sequence[str] = (),
    health: Health | None = None,
    secure: bool = True,
    max_body: int = MAX_BODY_BYTES,
    body_limits: BodyLimits | None = None,
    jobs: Sequence[Job] = (),
    closing: Sequence[Callable[[], None]] = (),
    place: Place = ROOT,
    beside: Mapping[str, str] | None = None,
    apart: Mapping[str, ASGIApp] | None = None,
) -> ASGIApp:
    """Put a party's apps under one root. Paths are passed on whole: each app declares them in full, from `place` on.

    `screen_prefixes` are paths below a protocol prefix that people see all the same, such as the login that a wallet
    sends its user to. `secure` adds HSTS (leave it on unless `insecure_localhost`); `jobs` run while the service does,
    begun in this order and ended in the other; `closing` is called when it ends. `beside` maps what is the party's own
    on the host though not below its place, as whole paths, to paths inside. `apart` are screens of another kind, with a
    login of their own, by the path below which they are.
    """

    def framed(app: ASGIApp | None, headers: Mapping[str, str]) -> ASGIApp | None:
        if app is None:
            return None
        return Frame(
            app,
            headers=encoded(headers, secure=secure),
            max_body=max_body,
            body_limits=body_limits,
            refuse=refusal_of(app),
        )

    def root(pages: ASGIApp | None, business: ASGIApp | None, protocol: ASGIApp | None, health: ASGIApp) -> _Root:
        return _Root(
            pages=framed(pages, SCREEN),
            business=framed(business, BUSINESS),
            protocol=framed(protocol, PROTOCOL),
            other=Frame(_NotFound(), headers=encoded(BUSINESS, secure=secure)),
            health=Frame(health, headers=encoded(BUSINESS, secure=secure)),
            prefixes=tuple(protocol_prefixes),
            screens=tuple(screen_prefixes),
            apart={path: app for path, each in (apart or {}).items() if (app := framed(each, SCREEN)) is not None},
            preflight=encoded({**PROTOCOL, **PREFLIGHT}, secure=secure),
            jobs=jobs,
            closing=closing,
        )

    inside = root(pages, business, protocol, health or Health())
    if not place.path:
        return inside
    outside = root(_refusing(pages), _refusing(business), _refusing(protocol), _NotFound())
    return Below(inside, outside, place, beside or {})


@final
class _Root:
    def __init__(
        self,
        *,
        pages: ASGIApp | None,
        business: ASGIApp | None,
        protocol: ASGIApp | None,
        other: ASGIApp,
        health: ASGIApp,
        prefixes: tuple[str, ...],
        screens: tuple[str, ...],
        apart: Mapping[str, ASGIApp],
        preflight: Mapping[bytes, bytes],
        jobs: Sequence[Job],
        closing: Sequence[Callable[[], None]],
    ) -> None:
        self._pages = pages or other
        self._business = business or other
        self._protocol = protocol
        self._health = health
        self._prefixes = prefixes
        self._screens = screens
        self._apart = apart
        self._preflight = list(preflight.items())
        self._jobs = jobs
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        path = scope.get("path", "")
        if scope.get("method") == "HEAD":
            # The server leaves the body out by itself (RFC 9110 section 9.3.2); the copy keeps its own method.
            scope = {**scope, "method": "GET"}
        if self._protocol is not None and self._is_protocol(path):
            if scope.get("method") == "OPTIONS":
                await send({"type": "http.response.start", "status": 204, "headers": self._preflight})
                await send({"type": "http.response.body", "body": b""})
                return
            await self._protocol(scope, receive, send)
        elif path.startswith(API_ROOT):
            await self._business(scope, receive, send)
        elif path in HEALTH:
            await self._health(scope, receive, send)
        else:
            await self._screens_of(path)(scope, receive, send)

    def _screens_of(self, path: str) -> ASGIApp:
        for below, app in self._apart.items():
            if path == below or path.startswith(f"{below}/"):
                return app
        return self._pages

    def _is_protocol(self, path: str) -> bool:
        return path.startswith(self._prefixes) and not path.startswith(self._screens)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        for job in self._jobs:
            job.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for job in reversed(self._jobs):
            await run_sync(job.stop)
        for close in self._closing:
            await run_sync(close)
        await send({"type": "lifespan.shutdown.complete"})


class _NotFound:
    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await _answer(send, 404, {"status": "not found"})


def _refusing(app: ASGIApp | None) -> ASGIApp | None:
    """Return the door of an app behind which there is nothing."""
    refuse = None if app is None else refusal_of(app)
    return None if refuse is None else Refusing(refuse)


def _seen(name: str, watch: Callable[[], str]) -> str:
    words: list[str] = []
    return words[0] if _passes(name, lambda: words.append(watch())) else UNAVAILABLE


def _passes(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception as error:  # noqa: BLE001  # whatever fails, the service is not ready
        _log.warning("not_ready", check=name, code=type(error).__name__)
        return False
    return True


async def _answer(send: Send, status: int, body: object) -> None:
    data = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
