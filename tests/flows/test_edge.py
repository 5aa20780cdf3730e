"""What never reaches a party's own code: requests that could be read in two ways, too large, or coded; over sockets."""

import gzip
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pytest
from starlette.types import ASGIApp

from credentials.clock import FixedClock
from service.serving import serving
from tests import verifier_world, wallet_world
from tests.conftest import _free_port
from tests.flows.issuance_kit import an_agency

MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Doors:
    """One party at its port, and a route of each face that it has."""

    port: int
    protocol: str | None
    business: str
    screen: str
    token: str = ""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Doors]]:
    folder, clock = tmp_path_factory.mktemp("edge"), FixedClock(datetime.now(UTC).replace(microsecond=0))
    agency = an_agency(folder / "agency", clock)
    for name in ("wallet", "verifier"):
        (folder / name).mkdir()
    wallet = wallet_world.make_world(folder / "wallet")
    verifier = verifier_world.make_world(folder / "verifier", clock)
    apps: dict[str, ASGIApp] = {
        "issuer": agency.app,
        "wallet": wallet.service.app,
        "verifier": verifier.service.app,
    }
    ports = {name: _free_port() for name in apps}
    with serving(*((app, "127.0.0.1", ports[name]) for name, app in apps.items())):
        yield {
            "issuer": Doors(ports["issuer"], "/nonce", "/api/v1/aanbiedingen", "/", agency.desk.api_token.reveal()),
            "wallet": Doors(ports["wallet"], None, "/api/v1/wallets", "/"),
            "verifier": Doors(
                ports["verifier"], "/vp/antwoorden/x", "/api/v1/verificatieverzoeken", "/", verifier_world.TOKEN
            ),
        }
    agency.database.close()
    wallet.close()


PARTIES = ("issuer", "wallet", "verifier")


def say(port: int, head: bytes, body: bytes = b"") -> bytes:
    """Send raw bytes, all of them, and only then read what came back until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head)
        for start in range(0, len(body), MEGABYTE):
            connection.sendall(body[start : start + MEGABYTE])
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:60]
    return int(answer[9:12])


def parts(answer: bytes) -> tuple[int, dict[str, str], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = (line.split(": ", 1) for line in head.decode("ascii").split("\r\n")[1:])
    return status_of(answer), {name.lower(): value for name, value in lines}, body


def head(line: str, *headers: str) -> bytes:
    return "\r\n".join([line, *headers, "", ""]).encode("latin-1")


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize(
    ("line", "headers"),
    [
        # RFC 9112 section 3.2.
        ("GET /health/live HTTP/1.1", []),
        ("GET /health/live HTTP/1.1", ["host: a.example", "host: a.example"]),
        ("GET /health/live HTTP/1.1", ["host: a.example", "Host: b.example"]),
        ("GET /health/live HTTP/1.0", ["host: a.example", "host: b.example"]),
        *(
            ("GET /health/live HTTP/1.1", [f"host: {host}"])
            for host in ("", "a b", "a,b", "a@b", "a/b", "a:x", "a:123456", "[a", "a?b", "a#b", "é", "a\tb", "[::1]x")
        ),
        ("GET /health/live HTTP/0.9", ["host: a.example"]),
        ("GET /health/live HTTP/2.0", ["host: a.example"]),
        ("GET /health/live", []),
        # Section 6.1.
        ("POST /health/live HTTP/1.0", ["host: a.example", "transfer-encoding: chunked"]),
        ("POST /health/live HTTP/1.1", ["host: a.example", "transfer-encoding: gzip, chunked"]),
        ("POST /health/live HTTP/1.1", ["host: a.example", "transfer-encoding: chunked", "transfer-encoding: chunked"]),
        ("POST /health/live HTTP/1.1", ["host: a.example", "transfer-encoding: chunked", "content-length: 3"]),
        ("POST /health/live HTTP/1.1", ["host: a.example", "content-length: 3", "content-length: 4"]),
    ],
)
def test_what_could_be_read_in_two_ways_is_400(
    doors: dict[str, Doors], party: str, line: str, headers: list[str]
) -> None:
    answer = say(doors[party].port, head(line, *headers, "connection: close"))
    assert status_of(answer) == 400
    assert b"a.example" not in answer


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize(
    ("version", "headers"),
    [
        ("1.1", ["host: a.example"]),
        ("1.1", ["HOST: a.example:8443"]),
        ("1.1", ["host: [::1]:1"]),
        ("1.1", ["host: my_service"]),
        # What a probe of a load balancer still sends.
        ("1.0", []),
        ("1.0", ["host: a.example"]),
    ],
)
def test_one_host_is_enough(doors: dict[str, Doors], party: str, version: str, headers: list[str]) -> None:
    request = head(f"GET /health/live HTTP/{version}", *headers, "connection: close")
    assert status_of(say(doors[party].port, request)) == 200


def posted(path: str, *headers: str) -> bytes:
    return head(f"POST {path} HTTP/1.1", "host: localhost", "connection: close", *headers)


def in_chunks(body: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:1000], body[1000:]) if part) + b"0\r\n\r\n"


def assert_own_form(answer: bytes, kind: str, status: int) -> None:
    found, headers, body = parts(answer)
    assert found == status
    assert headers["connection"] == "close"
    assert headers["x-content-type-options"] == "nosniff"
    match kind:
        case "protocol":
            assert json.loads(body) == {"error": "invalid_request"}
        case "business":
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(body)["status"] == status
        case _:
            assert headers["content-type"].startswith("text/html")


FACES = [(party, kind) for party in PARTIES for kind in ("protocol", "business", "screen")]
FACES.remove(("wallet", "protocol"))


def path_of(doors: dict[str, Doors], party: str, kind: str) -> tuple[int, str]:
    return doors[party].port, getattr(doors[party], kind)


@pytest.mark.parametrize(("party", "kind"), FACES)
def test_a_body_that_is_too_large_is_413_in_the_words_of_its_door_also_where_nobody_reads_it(
    doors: dict[str, Doors], party: str, kind: str
) -> None:
    port, path = path_of(doors, party, kind)
    large = b"x" * (30 * MEGABYTE)
    assert_own_form(say(port, posted(path, f"content-length: {len(large)}"), large), kind, 413)
    assert_own_form(say(port, posted(path, "content-length: 31457280")), kind, 413)
    assert_own_form(say(port, posted(path, "content-length: 99999999999999999")), kind, 413)
    assert_own_form(say(port, posted(path, "transfer-encoding: chunked"), in_chunks(large)), kind, 413)


@pytest.mark.parametrize(("party", "kind"), FACES)
def test_a_coded_body_is_415_in_the_words_of_its_door(doors: dict[str, Doors], party: str, kind: str) -> None:
    port, path = path_of(doors, party, kind)
    body = gzip.compress(b"{}" * MEGABYTE)
    for coding in ("gzip", "GZIP", "deflate", "br", "identity, gzip", "x"):
        headers = [f"content-encoding: {coding}", "content-type: application/json", f"content-length: {len(body)}"]
        answer = say(port, posted(path, *headers), body)
        assert_own_form(answer, kind, 415)
        # RFC 9110 section 12.5.3.
        assert parts(answer)[1]["accept-encoding"] == "identity"


def test_a_small_body_comes_through_stated_in_chunks_or_uncoded(doors: dict[str, Doors]) -> None:
    port = doors["issuer"].port
    for headers, body in (
        ([], b""),
        (["content-length: 2"], b"{}"),
        (["transfer-encoding: chunked"], in_chunks(b"{}")),
        (["content-encoding: identity", "content-length: 2"], b"{}"),
    ):
        assert status_of(say(port, posted("/nonce", *headers), body)) == 200


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_a_json_api_takes_json_only(doors: dict[str, Doors], party: str, content_type: str) -> None:
    port, path = path_of(doors, party, "business")
    named = [f"content-type: {content_type}"] if content_type else []
    request = posted(path, *named, "content-length: 2", f"authorization: Bearer {doors[party].token}")
    status, headers, body = parts(say(port, request, b"{}"))
    assert status == 415
    assert headers["content-type"] == "application/problem+json"
    assert json.loads(body)["status"] == 415


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("body", [b'{"a":1,"a":1}', b"[" * 200, b'{"a":NaN}', b'{"a":"\xff"}'])
def test_a_json_api_reads_json_in_one_way(doors: dict[str, Doors], party: str, body: bytes) -> None:
    port, path = path_of(doors, party, "business")
    headers = ["content-type: application/json", f"authorization: Bearer {doors[party].token}"]
    status, _, answer = parts(say(port, posted(path, *headers, f"content-length: {len(body)}"), body))
    assert status == 400
    assert json.loads(answer)["type"].endswith(("/malformed_input", "/limit_exceeded"))


def test_who_hangs_up_before_the_end_of_a_body_leaves_the_service_well(doors: dict[str, Doors]) -> None:
    port = doors["issuer"].port
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(posted("/nonce", "content-length: 60000") + b"x" * 1000)
    assert status_of(say(port, posted("/nonce"))) == 200
