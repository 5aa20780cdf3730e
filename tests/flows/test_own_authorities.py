"""`ca_file` of each party: with it another service under an authority of one's own is reached, without it never."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from issuer.app.compose import build
from issuer.app.keys import initialise as make_agency_keys
from issuer.app.keys import load_keys
from issuer.settings import load_agency
from service.settings import load
from tests.tls_server import Authority, served_over_tls
from verifier.app import create as make_verifier
from verifier.app import initialise as make_verifier_keys
from verifier.settings import EXAMPLE as VERIFIER
from verifier.settings import load_verifier
from wallet_api.app import create as make_wallet
from wallet_api.settings import EXAMPLE as WALLET
from wallet_api.settings import WalletSettings

AGENCY = (Path(__file__).parents[2] / "issuer" / "agency.example.toml").read_text()
SET = '\nca_file = "authorities.pem"\n'


def an_agency_logs_in(folder: Path, other: str, more: str) -> None:
    (folder / "debts").mkdir()
    (folder / "scheme.jwk").write_text(json.dumps(SoftwareSigner.generate().public_jwk.to_dict()))
    text = AGENCY.replace(
        '"https://schulden.cjib.example"', f'"http://localhost:8207"\ninsecure_localhost = true{more}'
    )
    text = text.replace("https://digid-makelaar.example", other)
    (folder / "agency.toml").write_text(text)
    settings = load_agency(folder / "agency.toml")
    make_agency_keys(settings)
    app = build(settings, load_keys(settings, datetime.now(UTC)), with_jobs=False).app
    with TestClient(app, base_url="http://localhost:8207", follow_redirects=False) as http:
        http.get("/inloggen")


def a_wallet_reads_the_list(folder: Path, other: str, more: str) -> None:
    text = WALLET.replace("http://localhost:8100", other).replace("\n[provider]", f"{more}[provider]")
    (folder / "wallet.toml").write_text(text.replace("sqlite:///wallet.db", f"sqlite:///{folder}/wallet.db"))
    app = make_wallet(load(folder / "wallet.toml", WalletSettings)).app
    with TestClient(app, base_url="http://localhost:8110") as http:
        assert http.get("/health/ready").status_code == 503  # reached or not: the list is nobody's


def a_verifier_reads_the_list(folder: Path, other: str, more: str) -> None:
    text = VERIFIER.replace("http://localhost:8100", other).replace("\n[organisation]", f"{more}[organisation]")
    (folder / "verifier.toml").write_text(text)
    settings = load_verifier(folder / "verifier.toml")
    make_verifier_keys(settings)
    with TestClient(make_verifier(settings).app, base_url="http://localhost:8120") as http:
        assert http.get("/health/ready").status_code == 503


each_party = pytest.mark.parametrize(
    ("connect", "path"),
    [
        (an_agency_logs_in, "/.well-known/openid-configuration"),
        (a_wallet_reads_the_list, "/trust-list.jwt"),
        (a_verifier_reads_the_list, "/trust-list.jwt"),
    ],
    ids=["agency", "wallet", "verifier"],
)


@each_party
def test_with_the_file_it_is_asked(tmp_path: Path, connect: Callable[[Path, str, str], None], path: str) -> None:
    authority = Authority()
    authority.write(tmp_path)
    with served_over_tls(authority, tmp_path, {}) as server:
        connect(tmp_path, server.base, SET)
        assert set(server.asked) == {path}


@each_party
def test_without_it_nothing_is_asked(tmp_path: Path, connect: Callable[[Path, str, str], None], path: str) -> None:
    authority = Authority()
    authority.write(tmp_path)
    with served_over_tls(authority, tmp_path, {}) as server:
        connect(tmp_path, server.base, "\n")
        assert path not in server.asked
        assert server.asked == []


@each_party
def test_with_another_file_it_does_not_start(
    tmp_path: Path, connect: Callable[[Path, str, str], None], path: str
) -> None:
    (tmp_path / "authorities.pem").write_text("geen certificaat")
    with pytest.raises(ConfigurationError, match="ca_file"):
        connect(tmp_path, f"https://localhost:1{path}", SET)
