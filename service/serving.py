"""Run one or several apps in this process, or one process per app, with a graceful stop.

Several apps of one owner (an agency's test and production sites, thirteen agencies in a demo) share a process and an
event loop, each on its own port. `serve_forked` gives each app a process of its own after the imports were done once.
"""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final, TypeAlias, final

import uvicorn
from starlette.types import ASGIApp

from credentials.errors import ConfigurationError
from service.head import StrictHead
from service.logging import configure, get_logger

KEEP_ALIVE_SECONDS: Final = 30
GRACEFUL_SECONDS: Final = 10
MAX_CONCURRENT: Final = 1_000

_log: Final = get_logger(__name__)


@final
@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and its key, as PEM files. Only where no proxy with TLS stands before the service."""

    certificate: Path
    key: Path


@final
@dataclass(frozen=True, slots=True)
class Served:
    """One app and where it listens."""

    app: ASGIApp
    host: str
    port: int
    name: str = ""
    tls: Tls | None = None


Servable: TypeAlias = "Served | tuple[ASGIApp, str, int]"


def serve(servables: Sequence[Servable], *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is being answered. `ready` is called once all listen.

    Raises ConfigurationError when an address cannot be listened on.
    """
    apps = [servable if isinstance(servable, Served) else Served(*servable) for servable in servables]
    configure()
    sockets = [_listen(app) for app in apps]
    servers = [_server(app) for app in apps]
    try:
        _run(_serve_all(servers, sockets, ready))
    finally:
        for listener in sockets:
            listener.close()


def serve_forked(factories: Sequence[Callable[[], Servable]], *, ready: Callable[[], None] | None = None) -> int:
    """Give each app a process of its own, made by forking this one; wait, and pass signals on.

    Each factory runs in its child, so that keys and connections of one never exist in another. Returns the exit code:
    0 after a stop, 1 when a child died by itself (the others are stopped then).
    """
    # What was imported is left alone by the collector from here on, so that the children go on sharing its memory.
    gc.collect()
    gc.freeze()
    children = [_fork(factory) for factory in factories]
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()
        _signal(children, signal.SIGTERM)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if ready is not None:
            ready()
        return _wait_for(children, stopping)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def serving(*servables: Servable) -> Iterator[None]:
    """Serve in a thread for as long as the block lasts; for tests and for tools that need a service for a moment."""
    apps = [servable if isinstance(servable, Served) else Served(*servable) for servable in servables]
    sockets = [_listen(app) for app in apps]
    servers = [_server(app) for app in apps]
    started = threading.Event()
    thread = threading.Thread(
        target=_run, args=(_serve_all(servers, sockets, started.set, signals=False),), daemon=True
    )
    thread.start()
    try:
        if not started.wait(GRACEFUL_SECONDS):
            raise ConfigurationError("the services did not start in time")
        yield
    finally:
        for server in servers:
            server.should_exit = True
        thread.join(GRACEFUL_SECONDS)
        for listener in sockets:
            listener.close()


async def _serve_all(
    servers: Sequence["_Server"],
    sockets: Sequence[socket.socket],
    ready: Callable[[], None] | None,
    *,
    signals: bool = True,
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    if signals:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
    tasks = [
        asyncio.ensure_future(server.serve(sockets=[listener]))
        for server, listener in zip(servers, sockets, strict=True)
    ]
    while not all(server.started for server in servers):
        if any(task.done() for task in tasks):
            stop()
            break
        await asyncio.sleep(0.01)
    else:
        if ready is not None:
            ready()
    await asyncio.gather(*tasks)


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves the signals to us: there may be several in one loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(served: Served) -> _Server:
    return _Server(
        uvicorn.Config(
            served.app,
            loop="none",
            http=StrictHead,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACEFUL_SECONDS,
            limit_concurrency=MAX_CONCURRENT,
            backlog=2048,
            ssl_certfile=None if served.tls is None else served.tls.certificate,
            ssl_keyfile=None if served.tls is None else served.tls.key,
        )
    )


def _listen(served: Served) -> socket.socket:
    family = socket.AF_INET6 if ":" in served.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((served.host, served.port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"port {served.port} is in use, or not allowed: {error.strerror}") from error
    listener.setblocking(False)
    return listener


def _run(main: Coroutine[Any, Any, None]) -> None:
    factory = asyncio.new_event_loop
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415  # not on every platform

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


def _fork(factory: Callable[[], Servable]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        serve([factory()])
        code = 0
    except ConfigurationError as error:
        sys.stderr.write(f"{error.detail}\n")
    except BaseException as error:  # noqa: BLE001  # a child must never run on into the parent's code
        _log.error("child_failed", code=type(error).__name__)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _wait_for(children: list[int], stopping: threading.Event) -> int:
    code = 0
    waiting = set(children)
    while waiting:
        try:
            child, status = os.wait()
        except ChildProcessError:
            break
        if child not in waiting:
            continue
        waiting.discard(child)
        if not stopping.is_set():
            code = 1
            stopping.set()
            _signal(list(waiting), signal.SIGTERM)
        elif os.waitstatus_to_exitcode(status) not in (0, -signal.SIGTERM):
            code = 1
    return code


def _signal(children: Sequence[int], number: int) -> None:
    for child in children:
        try:
            os.kill(child, number)
        except ProcessLookupError:
            continue
