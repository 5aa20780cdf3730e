"""Servers over real sockets: several in one process, one per process, and a graceful stop."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse

from credentials.errors import ConfigurationError
from service.errors import Unreachable
from service.http import OutboundClient, OutboundPolicy
from service.serving import Served, serving
from service.web import assemble
from tests.conftest import _free_port

pytestmark = pytest.mark.long

LOCAL = OutboundPolicy(allow_insecure_localhost=True)


def _app(text: str) -> object:
    app = FastAPI()

    @app.get("/")
    def home() -> PlainTextResponse:
        return PlainTextResponse(text)

    @app.post("/geteld")
    async def count(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    return assemble(pages=app, secure=False)


def test_several_apps_share_a_process_each_on_its_own_port() -> None:
    first, second = _free_port(), _free_port()
    with (
        serving((_app("een"), "127.0.0.1", first), Served(_app("twee"), "127.0.0.1", second)),
        OutboundClient(LOCAL) as client,
    ):
        one, two = client.get(f"http://localhost:{first}/"), client.get(f"http://localhost:{second}/")
        assert (one.body, two.body) == (b"een", b"twee")
        assert "server" not in one.headers
        lying = client.post(f"http://localhost:{first}/", b"x" * 100_000, "text/plain")
        assert lying.status in {405, 413}


def _say(port: int, *parts: bytes) -> bytes:
    """Send raw bytes and return what comes back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answer = b""
        try:
            for part in parts:
                connection.sendall(part)
            while piece := connection.recv(65_536):
                answer += piece
        except (BrokenPipeError, ConnectionResetError):
            pass  # it hung up before everything was sent
        return answer


def _get(*headers: bytes, path: bytes = b"/") -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"host: x", b"connection: close", *headers, b"", b""])


def test_a_request_has_a_head_of_some_size_and_no_more() -> None:
    port = _free_port()
    with serving((_app("een"), "127.0.0.1", port)):
        fits, too_many = [b"x-%d: y" % number for number in range(190)], [b"x-%d: y" % number for number in range(210)]
        assert _say(port, _get(*fits)).startswith(b"HTTP/1.1 200")
        assert _say(port, _get(b"x: " + b"y" * 30_000)).startswith(b"HTTP/1.1 200")
        for large in (
            _get(*too_many),
            _get(b"x: " + b"y" * 33_000),
            _get(b"x" * 33_000 + b": y"),
            _get(path=b"/" + b"y" * 33_000),
        ):
            answer = _say(port, large)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        # Two requests on one connection are weighed apart.
        first = _get(b"x: " + b"y" * 20_000).replace(b"connection: close", b"connection: keep-alive")
        assert _say(port, first, _get(b"x: " + b"y" * 20_000)).count(b"HTTP/1.1 200") == 2


def test_a_head_that_does_not_end_is_not_kept() -> None:
    port = _free_port()
    with serving((_app("een"), "127.0.0.1", port)):
        answer = _say(port, b"GET / HTTP/1.1\r\nx: ", *[b"y" * 10_000] * 1_000)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
        assert _say(port, _get()).startswith(b"HTTP/1.1 200")


def test_a_body_larger_than_a_head_may_be_is_read() -> None:
    port = _free_port()
    body = b"POST /geteld HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 60000\r\n\r\n"
    with serving((_app("een"), "127.0.0.1", port)):
        assert _say(port, body, *[b"z" * 10_000] * 6).endswith(b"60000")


def test_a_taken_port_is_said_plainly() -> None:
    port = _free_port()
    with (
        serving((_app("x"), "127.0.0.1", port)),
        pytest.raises(ConfigurationError, match=f"port {port} is in use"),
        serving((_app("y"), "127.0.0.1", port)),
    ):
        pass


PROGRAM = """
    import os, sys, time
    from fastapi import FastAPI, Request
    from service.serving import serve, Served
    from service.web import assemble
    from service import workers
    from service.workers import Post, serve_posts

    def make(text, port):
        app = FastAPI()
        @app.get("/")
        def home():
            return text
        @app.get("/slow")
        def slow():
            time.sleep(0.6)
            return text
        @app.get("/die")
        async def die():
            os._exit(9)
        @app.get("/who")
        async def who():
            return os.getpid()
        return Served(assemble(pages=app, secure=False), "127.0.0.1", port, text)

    def ready():
        print("ready", flush=True)

    kind, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
    count = {"forked": 1}.get(kind, 3)
    workers.DEATHS_WITHIN = 600.0

    def post(port):
        def made():
            says = open("says").read() if os.path.exists("says") else str(port)
            if says == "broken":
                raise RuntimeError
            return [make(says, port)]
        return Post(str(port), [("127.0.0.1", port)], made, count)

    if kind == "one":
        serve([make(str(port), port) for port in ports], ready=ready)
    else:
        sys.exit(serve_posts([post(port) for port in ports], ready=ready))
"""


_ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def _command(kind: str, *ports: int) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(PROGRAM), kind, *map(str, ports)]


def _started(kind: str, *ports: int, cwd: Path | None = None, in_background: bool = False) -> subprocess.Popen[str]:
    # A shell starts its background jobs with SIGINT ignored.
    background = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"] if in_background else []
    process = subprocess.Popen(
        [*background, *_command(kind, *ports)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=cwd,
        env=_ENVIRONMENT,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(
    ("number", "in_background"), [(signal.SIGTERM, False), (signal.SIGINT, False), (signal.SIGINT, True)]
)
def test_what_is_being_answered_is_finished_before_the_stop(number: signal.Signals, in_background: bool) -> None:
    port = _free_port()
    process = _started("one", port, in_background=in_background)
    answers: list[bytes] = []
    with OutboundClient(LOCAL) as client:
        thread = threading.Thread(target=lambda: answers.append(client.get(f"http://localhost:{port}/slow").body))
        thread.start()
        time.sleep(0.25)
        process.send_signal(number)
        thread.join()
    assert answers == [f'"{port}"'.encode()]
    assert process.wait(15) == 0
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize(("number", "in_background"), [(signal.SIGTERM, False), (signal.SIGINT, True)])
def test_posts_have_processes_of_their_own_and_stop_together(number: signal.Signals, in_background: bool) -> None:
    ports = [_free_port(), _free_port()]
    process = _started("forked", *ports, in_background=in_background)
    with OutboundClient(LOCAL) as client:
        for port in ports:
            assert client.get(f"http://localhost:{port}/").body == f'"{port}"'.encode()
        assert (
            client.get(f"http://localhost:{ports[0]}/who").body != client.get(f"http://localhost:{ports[1]}/who").body
        )
    process.send_signal(number)
    _ended(process, 0)


def _ended(process: subprocess.Popen[str], code: int) -> None:
    assert process.wait(20) == code
    assert process.stdout is not None
    process.stdout.close()


def _workers(port: int) -> set[str]:
    """Ask who answers, each time on a connection of its own."""
    found = set()
    for _ in range(60):
        answer = _say(port, _get(path=b"/who"))
        if answer:
            found.add(answer.rpartition(b"\r\n")[2].decode())
    return found


def test_workers_share_an_address_and_one_that_dies_is_replaced() -> None:
    port = _free_port()
    process = _started("three", port)
    before = _workers(port)
    assert 1 <= len(before) <= 3
    _say(port, _get(path=b"/die"))
    for _ in range(100):
        after = _workers(port)
        if after - before:
            break
    assert len(before - after) <= 1
    assert all(_say(port, _get()).startswith(b"HTTP/1.1 200") for _ in range(20))
    process.terminate()
    _ended(process, 0)


def test_workers_that_keep_dying_end_it_all() -> None:
    port = _free_port()
    process = _started("three", port)
    for _ in range(200):
        if process.poll() is not None:
            break
        with contextlib.suppress(ConnectionError):
            _say(port, _get(path=b"/die"))
    _ended(process, 1)


def test_workers_end_when_their_maker_is_killed() -> None:
    port = _free_port()
    process = _started("three", port)
    process.kill()
    _ended(process, -signal.SIGKILL)
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("somebody still listens")


def test_no_request_fails_while_workers_are_renewed(tmp_path: Path) -> None:
    port = _free_port()
    process = _started("three", port, cwd=tmp_path)
    stop, answers, failed = threading.Event(), set[bytes](), list[str]()

    def ask(path: str) -> None:
        with OutboundClient(LOCAL) as client:  # it keeps its connections
            while not stop.is_set():
                try:
                    answers.add(client.get(f"http://localhost:{port}{path}").body)
                except Unreachable as error:
                    failed.append(repr(error))

    threads = [threading.Thread(target=ask, args=(path,)) for path in ["/"] * 6 + ["/slow"] * 2]
    for thread in threads:
        thread.start()
    try:
        for says in ("nieuw", "nieuwer"):
            (tmp_path / "says").write_text(says)
            process.send_signal(signal.SIGHUP)
            _eventually(lambda says=says: f'"{says}"'.encode() in answers)
            # The old ones drain: by now nobody else answers.
            _eventually(lambda says=says: (answers.clear(), time.sleep(1), answers == {f'"{says}"'.encode()})[-1])
        # New ones that cannot begin leave the old ones at work.
        (tmp_path / "says").write_text("broken")
        process.send_signal(signal.SIGHUP)
        time.sleep(2)
        answers.clear()
        time.sleep(1)
        assert answers == {b'"nieuwer"'}
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failed == []
    process.terminate()
    _ended(process, 0)


def test_workers_that_cannot_begin_say_so(tmp_path: Path) -> None:
    (tmp_path / "says").write_text("broken")
    process = subprocess.Popen(_command("three", _free_port()), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, cwd=tmp_path, env=_ENVIRONMENT)  # fmt: skip
    _ended(process, 1)


def _eventually(holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to be so")
