"""Authorities of one's own, beside the public ones: which files are taken, and what they let through."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer import Typer
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from service.authorities import read_authorities
from service.commands import doctor
from service.errors import Unreachable
from service.http import OutboundClient, OutboundPolicy
from service.settings import PartySettings, load
from tests.tls_server import Authority, served_over_tls

KNOWN = "connects under the authorities that this machine knows"
PAGES = {"/": (200, {"Content-Type": "application/json"}, b"{}")}


def client(ca_file: Path | None = None) -> OutboundClient:
    return OutboundClient(OutboundPolicy(allow_insecure_localhost=True, ca_file=ca_file))


def test_a_server_under_an_authority_of_ones_own_is_spoken_to(tmp_path: Path) -> None:
    authority = Authority()
    with served_over_tls(authority, tmp_path, PAGES) as server, client(authority.write(tmp_path)) as http:
        assert http.get(f"{server.base}/").ok
        assert server.asked == ["/"]


def test_without_the_file_nothing_is_said_to_it_and_the_log_can_say_why(tmp_path: Path) -> None:
    authority = Authority()
    trusting = client(authority.write(tmp_path))  # what one client trusts, no other does
    with served_over_tls(authority, tmp_path, PAGES) as server, trusting, client() as http:
        with pytest.raises(Unreachable, match="ca_file"):
            http.get(f"{server.base}/")
        assert server.asked == []


@pytest.mark.parametrize("name", ["Eigen netwerk", "Een ander netwerk"])
def test_another_authority_does_not_help_whatever_its_name(tmp_path: Path, name: str) -> None:
    with (
        served_over_tls(Authority("Eigen netwerk"), tmp_path, PAGES) as server,
        client(Authority(name).write(tmp_path)) as http,
    ):
        with pytest.raises(Unreachable, match="ca_file"):
            http.get(f"{server.base}/")
        assert server.asked == []


def test_the_name_still_has_to_be_right(tmp_path: Path) -> None:
    authority = Authority()
    with (
        served_over_tls(authority, tmp_path, PAGES, host="elders.example") as server,
        client(authority.write(tmp_path)) as http,
        pytest.raises(Unreachable, match="name"),
    ):
        http.get(f"{server.base}/")


def test_a_server_that_is_not_there_is_no_question_of_trust(tmp_path: Path) -> None:
    with served_over_tls(Authority(), tmp_path, PAGES) as server:
        gone = server.base
    with client() as http, pytest.raises(Unreachable, match="no answer"):
        http.get(f"{gone}/")


def test_a_file_may_hold_several(tmp_path: Path) -> None:
    first, second = Authority("Een"), Authority("Twee")
    file = tmp_path / "both.pem"
    file.write_bytes(b"# ons netwerk\n" + first.pem() + second.pem())
    assert len(read_authorities(file)) == 2
    with served_over_tls(second, tmp_path, PAGES) as server, client(file) as http:
        assert http.get(f"{server.base}/").ok


def a_leaf(authority: Authority) -> bytes:
    return authority.pem() + authority.leaf()[0].public_bytes(Encoding.PEM)


def a_key(authority: Authority) -> bytes:
    return authority.pem() + authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


NO_AUTHORITIES: list[tuple[Callable[[Authority], bytes], str]] = [
    (lambda _: b"", "no PEM certificates"),
    (lambda one: one.certificate.public_bytes(Encoding.DER), "no PEM certificates"),
    (lambda one: one.pem()[:-60] + b"\n-----END CERTIFICATE-----\n", "cannot be read"),
    (a_leaf, "not an authority's"),
    (a_key, "private key"),
    (lambda one: one.pem() + b"#" * (1 << 20), "1 MiB"),
]


@pytest.mark.parametrize(("content", "fault"), NO_AUTHORITIES)
def test_another_file_stops_the_service_and_is_not_quoted(
    tmp_path: Path, content: Callable[[Authority], bytes], fault: str
) -> None:
    file, settings = tmp_path / "authorities.pem", tmp_path / "party.toml"
    file.write_bytes(content(Authority()))
    settings.write_text('base_url="https://a.example"\nport=1\ndatabase="x"\nca_file="authorities.pem"\n')
    with pytest.raises(ConfigurationError, match=fault) as caught:
        load(settings, PartySettings)
    assert "ca_file" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    with pytest.raises(ConfigurationError, match=fault):
        client(file)


def test_a_file_that_is_not_there_stops_the_service(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        client(tmp_path / "none.pem")


def said_by_the_doctor(settings: Path) -> str:
    app = Typer()
    app.callback()(lambda: None)
    doctor.register(app)
    return " ".join(CliRunner().invoke(app, ["doctor", "--settings", str(settings)]).output.split())


def test_the_doctor_says_whom_a_party_trusts(tmp_path: Path) -> None:
    settings = tmp_path / "wallet.toml"
    settings.write_text("port = 1\n")
    assert f"well wallet.toml: {KNOWN}, no others" in said_by_the_doctor(settings)
    Authority("Eigen netwerk").write(tmp_path)
    settings.write_text('ca_file = "authorities.pem"\n')
    assert f"well wallet.toml: ca_file: {KNOWN}, and CN=Eigen netwerk, until 20" in said_by_the_doctor(settings)


def test_the_doctor_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    settings = tmp_path / "wallet.toml"
    settings.write_text('ca_file = "authorities.pem"\n')
    assert "not well wallet.toml: ca_file The service will not start: it cannot be read" in said_by_the_doctor(settings)
    Authority(days=-1).write(tmp_path)
    assert "One of them is not valid today" in said_by_the_doctor(settings)
    assert "The settings cannot be read" in said_by_the_doctor(tmp_path / "none.toml")
