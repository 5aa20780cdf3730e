from pathlib import Path

import pytest

from credentials.errors import ConfigurationError
from verifier.domain.happenings import Happening
from verifier.settings import EXAMPLE, load_verifier

PRODUCTION = (
    EXAMPLE.replace("http://localhost:8120", "https://schuldhulp.example")
    .replace("http://localhost:8100", "https://stelsel.example")
    .replace("insecure_localhost = true", "insecure_localhost = false")
)
WITHOUT_LOGIN = PRODUCTION[: PRODUCTION.index("[demo_login]")] + PRODUCTION[PRODUCTION.index("# Case systems") :]

LOGIN = """
[login]
issuer = "https://login.gemeente.example/"
client_id = "schuldhulp"
second_factor = ["mfa"]
[login.roles]
counsellor = ["helper"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "verifier.toml"
    path.write_text(text)
    return path


def test_the_example_is_a_settings_file(tmp_path: Path) -> None:
    settings = load_verifier(write(tmp_path, EXAMPLE))
    assert settings.hostname == "localhost"
    assert [counsellor.username for counsellor in settings.counsellors] == [
        "anna",
        "bram",
        "carla",
        "fatma",
        "els",
    ]
    assert settings.api_clients[0].token_file == tmp_path / "verifier-state" / "api-token"
    assert settings.database_url == f"sqlite:///{tmp_path / 'verifier-state' / 'verifier.db'}"


def test_production_takes_settings_without_the_demo_login(tmp_path: Path) -> None:
    assert load_verifier(write(tmp_path, WITHOUT_LOGIN)).counsellors == ()


def test_production_takes_a_login_provider_as_it_calls_itself(tmp_path: Path) -> None:
    login = load_verifier(write(tmp_path, WITHOUT_LOGIN + LOGIN)).login
    assert login is not None
    assert (login.issuer, login.authentication) == ("https://login.gemeente.example/", "private_key_jwt")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (PRODUCTION, "demo_login"),
        (WITHOUT_LOGIN.replace('"x509_hash"', '"redirect_uri"'), "unsigned"),
        (WITHOUT_LOGIN.replace("https://schuldhulp.example", "http://schuldhulp.example"), "base_url"),
        (WITHOUT_LOGIN.replace("https://schuldhulp.example", "http://localhost:8120"), "plain http"),
        (WITHOUT_LOGIN.replace("https://stelsel.example", "http://localhost:8100"), "plain http"),
        (WITHOUT_LOGIN.replace("insecure_localhost = false", "insecure_localhost = true"), "insecure_localhost"),
        (EXAMPLE.replace('"bram"', '"anna"'), "one name"),
        (EXAMPLE + "\nonbekend = 1\n", "onbekend"),
        (EXAMPLE + LOGIN, "either login or demo_login"),
        (WITHOUT_LOGIN + LOGIN.replace("https://login.gemeente.example", "http://localhost:1"), "plain http"),
        (WITHOUT_LOGIN + LOGIN.replace('counsellor = ["helper"]', ""), "nobody could log in"),
        (WITHOUT_LOGIN + LOGIN.replace("client_id", "client"), "login.client_id"),
        (EXAMPLE.replace("request_seconds = 300", "request_seconds = 86400"), "request_seconds"),
        (EXAMPLE.replace('"00000009990000000021"', '"21"'), "oin"),
    ],
)
def test_unsafe_or_wrong_settings_are_refused(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_verifier(write(tmp_path, text))
    assert named in caught.value.detail


@pytest.mark.parametrize(
    "section",
    [
        'name = "a"\nclient = "niemand"\nurl = "https://zaken.example/x"',
        'name = "a"\nclient = "zaaksysteem"\nurl = "https://naam@zaken.example/x"',
        'name = "a"\nclient = "zaaksysteem"\nurl = "https://zaken.example/x"\nevents = []',
    ],
)
def test_a_webhook_is_for_a_client_of_the_api_at_an_address(tmp_path: Path, section: str) -> None:
    good = 'name = "zaken"\nclient = "zaaksysteem"\nurl = "https://zaken.example/x"'
    assert load_verifier(write(tmp_path, f"{EXAMPLE}\n[[webhooks]]\n{good}\n")).webhooks[0].events == tuple(Happening)
    with pytest.raises(ConfigurationError):
        load_verifier(write(tmp_path, f"{EXAMPLE}\n[[webhooks]]\n{section}\n"))
