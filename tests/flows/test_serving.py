"""Servers over real sockets: several in one process, one per process, and a graceful stop."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse

from credentials.errors import ConfigurationError
from service.errors import Unreachable
from service.http import OutboundClient, OutboundPolicy
from service.serving import Served, serving
from service.web import assemble
from tests.conftest import _free_port

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
    import sys, time
    from fastapi import FastAPI, Request
    from service.serving import serve, serve_forked, Served
    from service.web import assemble

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
            import os
            os._exit(9)
        return Served(assemble(pages=app, secure=False), "127.0.0.1", port, text)

    def ready():
        print("ready", flush=True)

    kind, ports = sys.argv[1], [int(port) for port in sys.argv[2:]]
    if kind == "one":
        serve([make(str(port), port) for port in ports], ready=ready)
    else:
        sys.exit(serve_forked([lambda port=port: make(str(port), port) for port in ports], ready=ready))
"""


def _started(kind: str, *ports: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), kind, *map(str, ports)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _answers(client: OutboundClient, url: str) -> bytes:
    for _ in range(200):
        try:
            return client.get(url).body
        except Unreachable:
            time.sleep(0.05)
    raise AssertionError("no answer")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_is_being_answered_is_finished_before_the_stop(number: signal.Signals) -> None:
    port = _free_port()
    process = _started("one", port)
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


def test_forked_apps_stop_together() -> None:
    ports = [_free_port(), _free_port()]
    process = _started("forked", *ports)
    with OutboundClient(LOCAL) as client:
        for port in ports:
            assert _answers(client, f"http://localhost:{port}/") == f'"{port}"'.encode()
    process.terminate()
    assert process.wait(15) == 0
    assert process.stdout is not None
    process.stdout.close()


def test_when_one_forked_app_dies_the_others_stop_and_it_is_told() -> None:
    ports = [_free_port(), _free_port()]
    process = _started("forked", *ports)
    with OutboundClient(LOCAL) as client:
        for port in ports:
            _answers(client, f"http://localhost:{port}/")
        with pytest.raises(Unreachable):
            client.get(f"http://localhost:{ports[0]}/die")
    assert process.wait(20) == 1
    assert process.stdout is not None
    process.stdout.close()
