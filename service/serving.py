"""Run one or several apps in this process, with a graceful stop.

Several apps of one owner (an agency's test and production sites, thirteen agencies in a demo) share a process and an
event loop, each on its own port. More than one process is `service.workers`, which uses this in each.
"""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, final

import uvicorn
from starlette.types import ASGIApp

from credentials.errors import ConfigurationError
from service.head import StrictHead
from service.logging import configure

KEEP_ALIVE_SECONDS: Final = 30
GRACEFUL_SECONDS: Final = 10
MAX_CONCURRENT: Final = 1_000
BACKLOG: Final = 2_048
DRAIN_SECONDS: Final = 5.0

_DRAIN_STEP: Final = 0.1
_LAST: Final = (b"connection", b"close")


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
    sockets = [listen(app.host, app.port) for app in apps]
    servers = [_server(app) for app in apps]
    try:
        _run(_serve_all(servers, sockets, ready))
    finally:
        for listener in sockets:
            listener.close()


def serve_on(
    servables: Sequence[Servable],
    sockets: Sequence[socket.socket],
    *,
    ready: Callable[[], None],
    drain_on: int,
    lifeline: int,
) -> None:
    """Serve on sockets that others share, as `serve` does otherwise.

    At the signal `drain_on` no more connections are taken; those that are there get their answers, each the last on its
    connection, and after `DRAIN_SECONDS` without a request all is over. When nobody can write to the pipe `lifeline`
    any more, whoever made this process is gone, and it drains too.
    """
    apps = [servable if isinstance(servable, Served) else Served(*servable) for servable in servables]
    configure()
    servers = [_server(app) for app in apps]

    async def main() -> None:
        loop, drains = asyncio.get_running_loop(), set[asyncio.Task[None]]()

        def drain() -> None:
            loop.remove_reader(lifeline)
            drains.add(loop.create_task(_drain(servers)))

        loop.add_signal_handler(drain_on, drain)
        loop.add_reader(lifeline, drain)
        # A Ctrl-C reaches every process of a terminal; whoever made this one tells it.
        await _serve_all(servers, sockets, ready, stop_on=(signal.SIGTERM,))

    _run(main())


async def _drain(servers: Sequence["_Server"]) -> None:
    for server in servers:
        server.drain()
    quiet = 0.0
    seen = -1
    while quiet < DRAIN_SECONDS and any(server.server_state.connections for server in servers):
        await asyncio.sleep(_DRAIN_STEP)
        answered = sum(server.server_state.total_requests for server in servers)
        busy = answered != seen or any(server.server_state.tasks for server in servers)
        quiet, seen = 0.0 if busy else quiet + _DRAIN_STEP, answered
    for server in servers:
        server.should_exit = True


@contextmanager
def serving(*servables: Servable) -> Iterator[None]:
    """Serve in a thread for as long as the block lasts; for tests and for tools that need a service for a moment."""
    apps = [servable if isinstance(servable, Served) else Served(*servable) for servable in servables]
    sockets = [listen(app.host, app.port) for app in apps]
    servers = [_server(app) for app in apps]
    started = threading.Event()
    thread = threading.Thread(target=_run, args=(_serve_all(servers, sockets, started.set, stop_on=()),), daemon=True)
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
    stop_on: Sequence[int] = (signal.SIGINT, signal.SIGTERM),
) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True

    for number in stop_on:
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

    def drain(self) -> None:
        """Take no more connections, and let each answer be the last on its connection."""
        for listening in self.servers:
            listening.close()
        # The list that answers being made refer to, and what the next ones are made from.
        self.server_state.default_headers.append(_LAST)
        self.config.encoded_headers.append(_LAST)


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
            backlog=BACKLOG,
            ssl_certfile=None if served.tls is None else served.tls.certificate,
            ssl_keyfile=None if served.tls is None else served.tls.key,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Take an address. Raises ConfigurationError when it is in use, or not allowed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"port {port} is in use, or not allowed: {error.strerror}") from error
    listener.setblocking(False)
    return listener


def _run(main: Coroutine[Any, Any, None]) -> None:
    factory = asyncio.new_event_loop
    if sys.platform != "win32":
        import uvloop  # noqa: PLC0415  # not on every platform

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)
