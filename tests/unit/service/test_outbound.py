"""The outbound client reaches the public internet, what it was asked for, and nothing else."""

import gzip
import http.server
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from credentials.errors import ConfigurationError
from service.errors import (
    AddressRefused,
    AnswerTooLarge,
    UnexpectedContentType,
    UnexpectedStatus,
    Unreachable,
)
from service.http import OutboundClient, OutboundPolicy
from service.outbound_guard import GuardedBackend, is_public

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%eth0",
    "fec0::1", "ff02::1", "100::1", "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "145.100.190.1", "2a00:1450:400e:80c::200e", "2001:610:1::1"])
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://voorbeeld.nl/",
        "ftp://voorbeeld.nl/",
        "file:///etc/passwd",
        "//voorbeeld.nl/",
        "https://",
        "https:///pad",
        "https://naam@voorbeeld.nl/",
        "https://naam:wachtwoord@voorbeeld.nl/",
        "https://voorbeeld.nl:8443/",
        "https://voorbeeld.nl:0/",
        "https://voorbeeld.nl:99999/",
        "https://voorbeeld.nl\\@127.0.0.1/",
        "https://voorbeeld.nl/\r\nHost: x",
        "https://voorbeeld.nl/ x",
        "https://[::1/",
        "https://vo\u00f6rbeeld.nl/",
        "http://localhost/",
        "http://127.0.0.1/",
        "https://voorbeeld.nl/" + "x" * 9000,
    ],
)
def test_a_url_that_is_not_plain_https_is_refused_before_anything_is_resolved(url: str) -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        raise AssertionError("resolved")

    with OutboundClient(resolver=resolver) as client, pytest.raises(AddressRefused):
        client.get(url)


@pytest.mark.parametrize("address", [address for address in PRIVATE if "%" not in address])
def test_a_name_with_a_private_address_is_refused(address: str) -> None:
    with OutboundClient(resolver=lambda _h, _p: [address]) as client, pytest.raises(AddressRefused):
        client.get("https://voorbeeld.nl/")


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with OutboundClient(resolver=lambda _h, _p: ["8.8.8.8", "10.0.0.1"]) as client, pytest.raises(AddressRefused):
        client.get("https://voorbeeld.nl/")


def test_the_checked_address_is_the_one_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    connected: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"]

    def connect(address: tuple[str, int], *_a: object, **_k: object) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with OutboundClient(resolver=resolver) as client, pytest.raises(Unreachable):
        client.get("https://voorbeeld.nl/")
    assert asked == ["voorbeeld.nl"]
    assert connected == ["8.8.8.8"]


def test_a_host_that_is_not_on_the_list_is_refused() -> None:
    policy = OutboundPolicy(allowed_hosts=frozenset({"agentschap.nl"}))
    with OutboundClient(policy) as client, pytest.raises(AddressRefused, match="list"):
        client.get("https://voorbeeld.nl/")


def test_a_name_that_does_not_resolve_is_unreachable_and_not_named() -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known: voorbeeld.nl")

    with OutboundClient(resolver=resolver) as client, pytest.raises(Unreachable) as caught:
        client.get("https://voorbeeld.nl/")
    assert "voorbeeld" not in str(caught.value)


def test_localhost_must_be_this_machine_even_when_it_is_allowed() -> None:
    policy = OutboundPolicy(allow_insecure_localhost=True)
    with OutboundClient(policy, resolver=lambda _h, _p: ["8.8.8.8"]) as client, pytest.raises(AddressRefused):
        client.get("http://localhost:1/")


def test_unix_sockets_are_refused() -> None:
    with pytest.raises(AddressRefused):
        GuardedBackend(allow_localhost=True).connect_unix_socket("/run/x")


# A loopback server that answers as each path says.

_JSON = {"Content-Type": "application/json"}
_ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 5_000_000)),
    "/broken": (200, {"Content-Encoding": "gzip"}, b"not gzip"),
    "/large": (200, {}, b"x" * 2_000_000),
    "/redirect": (302, {"Location": "http://169.254.169.254/"}, b""),
    "/cookie": (200, {"Set-Cookie": "volg=1", **_JSON}, b"{}"),
    "/html": (200, {"Content-Type": "text/html; charset=utf-8"}, b"<p>"),
    "/none": (404, _JSON, b"{}"),
}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections: set[int]
    seen: list[dict[str, str]]

    def do_GET(self) -> None:
        type(self).connections.add(self.client_address[1])
        type(self).seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.path == "/drip":
            self._drip()
            return
        status, headers, body = _ANSWERS.get(self.path, (200, _JSON, b'{"ok":true}'))
        self._send(body, status, **headers)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._send(body, 201, **{"Content-Type": self.headers["content-type"]})

    def _send(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that leaves early is what some tests are about."""


@pytest.fixture
def server() -> Iterator[str]:
    _Handler.connections, _Handler.seen = set(), []
    running = _Server(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://localhost:{running.server_port}"
    running.shutdown()
    running.server_close()
    thread.join()


@pytest.fixture
def client() -> Iterator[OutboundClient]:
    with OutboundClient(OutboundPolicy(allow_insecure_localhost=True, total_seconds=1)) as made:
        yield made


def test_an_answer_comes_back_with_its_status_and_media_type(server: str, client: OutboundClient) -> None:
    answer = client.get(f"{server}/")
    assert (answer.status, answer.ok, answer.content_type) == (200, True, "application/json")
    assert answer.json() == {"ok": True}


def test_forms_and_json_are_posted(server: str, client: OutboundClient) -> None:
    form = client.post_form(f"{server}/", {"a": "b c"})
    assert (form.status, form.body, form.content_type) == (201, b"a=b+c", "application/x-www-form-urlencoded")
    assert client.post_json(f"{server}/", {"é": 1}).json() == {"é": 1}


def test_a_connection_is_used_again(server: str, client: OutboundClient) -> None:
    for _ in range(5):
        client.get(f"{server}/")
    assert len(_Handler.connections) == 1


def test_a_redirect_is_shown_and_not_followed(server: str, client: OutboundClient) -> None:
    answer = client.get(f"{server}/redirect")
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")
    assert len(_Handler.seen) == 1


def test_cookies_are_not_kept(server: str, client: OutboundClient) -> None:
    client.get(f"{server}/cookie")
    client.get(f"{server}/")
    assert "cookie" not in _Handler.seen[-1]


def test_a_proxy_in_the_environment_is_not_used(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with OutboundClient(OutboundPolicy(allow_insecure_localhost=True)) as client:
        assert client.get(f"{server}/").ok


@pytest.mark.parametrize("path", ["/bomb", "/large"])
def test_an_answer_over_the_limit_is_refused_even_when_it_is_compressed(
    server: str, client: OutboundClient, path: str
) -> None:
    with pytest.raises(AnswerTooLarge):
        client.get(f"{server}{path}")


def test_a_limit_of_ones_own_is_kept(server: str, client: OutboundClient) -> None:
    with pytest.raises(AnswerTooLarge):
        client.get(f"{server}/", max_bytes=3)


def test_an_answer_that_does_not_decompress_is_no_answer(server: str, client: OutboundClient) -> None:
    with pytest.raises(Unreachable):
        client.get(f"{server}/broken")


def test_a_server_that_drips_is_left_in_time(server: str, client: OutboundClient) -> None:
    started = time.monotonic()
    with pytest.raises(Unreachable):
        client.get(f"{server}/drip")
    assert time.monotonic() - started < 3


def test_a_document_of_another_media_type_is_refused(server: str, client: OutboundClient) -> None:
    assert client.fetch(f"{server}/", "application/json") == b'{"ok":true}'
    assert client.fetch(f"{server}/html", "*/*") == b"<p>"
    with pytest.raises(UnexpectedContentType):
        client.fetch(f"{server}/html", "application/json")
    with pytest.raises(UnexpectedStatus):
        client.fetch(f"{server}/none", "application/json")


def test_nothing_answers(client: OutboundClient) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable):
        client.get(f"http://localhost:{port}/")


def test_localhost_is_refused_by_default(server: str) -> None:
    with OutboundClient() as client, pytest.raises(AddressRefused):
        client.get(f"{server}/")


def test_tls_uses_the_name_although_the_connection_goes_to_the_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server shows a certificate of another name: the address is right, the name decides, so it is refused."""
    names: list[str | None] = []
    context = _tls_context(tmp_path, "iemand-anders.nl")
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        try:
            context.wrap_socket(connection, server_side=True)
        except (OSError, ssl.SSLError):
            connection.close()

    thread = threading.Thread(target=serve)
    thread.start()
    original = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda _address, *_a, **_k: original(("127.0.0.1", listener.getsockname()[1]), 5)
    )
    with OutboundClient(resolver=lambda _h, _p: ["8.8.8.8"]) as client, pytest.raises(Unreachable):
        client.get("https://voorbeeld.nl/")
    thread.join()
    listener.close()
    assert names == ["voorbeeld.nl"]


def _tls_context(folder: Path, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "tls.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("address", ["10.1.2.3", "172.16.0.1", "192.168.7.7", "fd00::1"])
def test_a_host_of_ones_own_network_is_spoken_to_where_it_is_named(address: str) -> None:
    named = GuardedBackend(
        allow_localhost=False, private_hosts=frozenset({"fcid.example"}), resolver=lambda *_: [address]
    )
    assert named._checked("fcid.example", 443) == [address]
    with pytest.raises(AddressRefused):
        named._checked("other.example", 443)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "fe80::1", "0.0.0.0", "100.64.0.1"])
def test_a_machines_own_address_is_of_no_network(address: str) -> None:
    named = GuardedBackend(
        allow_localhost=False, private_hosts=frozenset({"fcid.example"}), resolver=lambda *_: [address, "10.0.0.1"]
    )
    with pytest.raises(AddressRefused):
        named._checked("fcid.example", 443)


def test_a_certificate_that_cannot_be_shown_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(ConfigurationError):
        OutboundClient(OutboundPolicy(certificate=(tmp_path / "a.pem", tmp_path / "a.pem")))
