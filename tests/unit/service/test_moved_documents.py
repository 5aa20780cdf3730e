"""A signed document that has moved is followed, a few steps, to where the first address could have led as well."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.errors import AddressRefused, UnexpectedContentType, UnexpectedStatus, Unreachable
from service.http import OutboundClient, OutboundPolicy
from tests.tls_server import Answer, Authority, Served, served, served_over_tls

LIST = "application/statuslist+jwt"
ANSWERS: dict[str, Answer] = {"/list": (200, {"Content-Type": LIST}, b"signed")}
ANSWERS |= {f"/{code}": (code, {"Location": "/list"}, b"") for code in (301, 302, 303, 307, 308)}
ANSWERS |= {f"/steps/{number}": (302, {"Location": str(number - 1)}, b"") for number in range(2, 9)}
ANSWERS |= {
    "/steps/1": (302, {"Location": "../list#tail"}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/nowhere": (302, {}, b""),
    "/page": (302, {"Location": "/html"}, b""),
    "/html": (200, {"Content-Type": "text/html"}, b"<p>"),
    "/choices": (300, {"Location": "/list"}, b""),
    "/gone": (302, {"Location": "/404"}, b""),
}


@pytest.fixture
def server() -> Iterator[Served]:
    with served(dict(ANSWERS)) as running:
        yield running


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient(OutboundPolicy(allow_insecure_localhost=True)) as made:
        yield made


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_each_kind_of_redirect_is_followed(server: Served, client: OutboundClient, code: int) -> None:
    assert client.fetch_wherever(f"{server.base}/{code}", LIST) == b"signed"
    with pytest.raises(UnexpectedStatus):
        client.fetch(f"{server.base}/{code}", LIST)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_what_is_sent_goes_nowhere_else(server: Served, client: OutboundClient, code: int) -> None:
    assert client.post_form(f"{server.base}/{code}", {"code": "secret"}).status == code
    assert client.post_json(f"{server.base}/{code}", {"code": "secret"}).status == code
    assert server.asked == [f"/{code}"] * 2


def test_three_steps_are_taken_and_a_fourth_is_not(server: Served, client: OutboundClient) -> None:
    assert client.fetch_wherever(f"{server.base}/steps/3", LIST) == b"signed"
    assert server.asked == ["/steps/3", "/steps/2", "/steps/1", "/list"]
    server.asked.clear()
    with pytest.raises(UnexpectedStatus, match="too often"):
        client.fetch_wherever(f"{server.base}/steps/4", LIST)
    assert server.asked == ["/steps/4", "/steps/3", "/steps/2", "/steps/1"]


def test_a_circle_ends(server: Served, client: OutboundClient) -> None:
    with pytest.raises(UnexpectedStatus, match="too often"):
        client.fetch_wherever(f"{server.base}/loop", LIST)
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/nowhere", UnexpectedStatus),
        ("/choices", UnexpectedStatus),
        ("/gone", UnexpectedStatus),
        ("/page", UnexpectedContentType),
    ],
)
def test_what_leads_to_no_list_is_refused(
    server: Served, client: OutboundClient, path: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        client.fetch_wherever(f"{server.base}{path}", LIST)


@pytest.mark.parametrize(
    "location",
    [
        "http://voorbeeld.nl/list",
        "https://voorbeeld.nl:8443/list",
        "https://naam@voorbeeld.nl/list",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/list",
        "//10.0.0.1/list",
        "https://inwendig.example/list",
        "file:///etc/passwd",
        "data:application/statuslist+jwt,signed",
        "https://[::1/list",
        "https://voorbeeld.nl/" + "x" * 9_000,
    ],
)
def test_every_step_is_checked_as_the_first_was(server: Served, location: str) -> None:
    def resolver(host: str, _port: int) -> list[str]:
        return {"localhost": ["127.0.0.1"], "voorbeeld.nl": ["127.0.0.1"], "inwendig.example": ["192.168.1.1"]}.get(
            host, [host]
        )

    server.answers = {"/": (302, {"Location": location}, b"")}
    policy = OutboundPolicy(allow_insecure_localhost=True)
    with OutboundClient(policy, resolver=resolver) as client, pytest.raises(AddressRefused):
        client.fetch_wherever(f"{server.base}/", LIST)
    assert server.asked == ["/"]


def test_a_host_that_is_not_on_the_list_is_no_next_step(server: Served) -> None:
    server.answers = {"/": (302, {"Location": "https://voorbeeld.nl/list"}, b"")}
    policy = OutboundPolicy(allow_insecure_localhost=True, allowed_hosts=frozenset({"agentschap.nl"}))
    with OutboundClient(policy) as client, pytest.raises(AddressRefused, match="list"):
        client.fetch_wherever(f"{server.base}/", LIST)


def test_https_is_never_left(server: Served, tmp_path: Path) -> None:
    """On localhost plain http is allowed, and still no step away from https."""
    authority = Authority()
    policy = OutboundPolicy(allow_insecure_localhost=True, ca_file=authority.write(tmp_path))
    answers: dict[str, Answer] = {
        "/down": (302, {"Location": f"{server.base}/list"}, b""),
        "/same": (302, {"Location": "/list"}, b""),
        "/list": ANSWERS["/list"],
    }
    with served_over_tls(authority, tmp_path, answers) as secure, OutboundClient(policy) as client:
        assert client.fetch_wherever(f"{secure.base}/same", LIST) == b"signed"
        with pytest.raises(AddressRefused, match="https"):
            client.fetch_wherever(f"{secure.base}/down", LIST)
        server.answers = {"/up": (302, {"Location": f"{secure.base}/list"}, b"")}
        assert client.fetch_wherever(f"{server.base}/up", LIST) == b"signed"
    assert server.asked == ["/up"]


def test_nobody_elsewhere_leads_to_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on a development machine either, where localhost is allowed."""
    authority = Authority()
    policy = OutboundPolicy(allow_insecure_localhost=True, ca_file=authority.write(tmp_path))
    with served_over_tls(authority, tmp_path, {}, host="voorbeeld.nl") as server:
        server.answers = {"/": (302, {"Location": f"{server.base}/list"}, b""), "/list": ANSWERS["/list"]}
        connect, asked = socket.create_connection, server.asked
        monkeypatch.setattr(
            socket, "create_connection", lambda _address, *_a, **_k: connect(server.server_address[:2], 5)
        )
        with OutboundClient(policy, resolver=lambda _h, _p: ["8.8.8.8"]) as client:
            assert client.fetch_wherever("https://voorbeeld.nl/list", LIST) == b"signed"
            with pytest.raises(AddressRefused, match="this machine"):
                client.fetch_wherever("https://voorbeeld.nl/", LIST)
    assert asked == ["/list", "/"]


def test_all_steps_share_one_time_limit(server: Served) -> None:
    policy = OutboundPolicy(allow_insecure_localhost=True, total_seconds=0)
    with OutboundClient(policy) as client, pytest.raises(Unreachable):
        client.fetch_wherever(f"{server.base}/loop", LIST)
    assert server.asked == []
