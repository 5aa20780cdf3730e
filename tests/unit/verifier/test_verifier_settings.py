from pathlib import Path

import pytest

from credentials.errors import ConfigurationError
from verifier.settings import EXAMPLE, load_verifier

PRODUCTION = (
    EXAMPLE.replace("http://localhost:8120", "https://schuldhulp.example")
    .replace("http://localhost:8100", "https://stelsel.example")
    .replace("insecure_localhost = true", "insecure_localhost = false")
)
WITHOUT_LOGIN = PRODUCTION[: PRODUCTION.index("[demo_login]")] + PRODUCTION[PRODUCTION.index("# Case systems") :]


def write(folder: Path, text: str) -> Path:
    path = folder / "verifier.toml"
    path.write_text(text)
    return path


def test_the_example_is_a_settings_file(tmp_path: Path) -> None:
    settings = load_verifier(write(tmp_path, EXAMPLE))
    assert settings.hostname == "localhost"
    assert [counsellor.username for counsellor in settings.counsellors] == ["anna", "bram"]
    assert settings.api_clients[0].token_file == tmp_path / "verifier-state" / "api-token"
    assert settings.database_url == f"sqlite:///{tmp_path / 'verifier-state' / 'verifier.db'}"


def test_production_takes_settings_without_the_demo_login(tmp_path: Path) -> None:
    assert load_verifier(write(tmp_path, WITHOUT_LOGIN)).counsellors == ()


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
        (EXAMPLE.replace("request_seconds = 300", "request_seconds = 86400"), "request_seconds"),
        (EXAMPLE.replace('"00000009990000000021"', '"21"'), "oin"),
    ],
)
def test_unsafe_or_wrong_settings_are_refused(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_verifier(write(tmp_path, text))
    assert named in caught.value.detail
