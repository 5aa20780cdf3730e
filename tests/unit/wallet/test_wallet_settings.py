"""The wallet's settings: the example is right, and what is unsafe is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from service.settings import load
from wallet_api.cli import app
from wallet_api.settings import EXAMPLE, WalletSettings


def _load(folder: Path, text: str) -> WalletSettings:
    path = folder / "wallet.toml"
    path.write_text(text)
    return load(path, WalletSettings)


def test_the_example_is_a_working_settings_file(tmp_path: Path) -> None:
    settings = _load(tmp_path, EXAMPLE)
    assert settings.redirect_uri == "http://localhost:8110/terug"
    assert settings.collecting.copies == 3


def test_the_example_shows_every_setting(tmp_path: Path) -> None:
    settings = _load(tmp_path, EXAMPLE)
    shown = settings.model_fields_set
    assert shown == set(WalletSettings.model_fields) - {"api_email", "ca_file", "trusted_lists"}
    assert "\n# ca_file = " in EXAMPLE  # there is no such file yet
    assert "\n# api_email = " in EXAMPLE  # an address that somebody reads
    assert "\n# keys = " in EXAMPLE  # nor such keys
    assert "\n# key = " in EXAMPLE
    assert settings.errands.model_fields_set == set(type(settings.errands).model_fields) - {"key"}
    assert settings.provider.model_fields_set == set(type(settings.provider).model_fields) - {"keys"}
    assert "\n# [[trusted_lists]]" in EXAMPLE
    for section in (
        settings.trust,
        settings.collecting,
        settings.limits,
        settings.tolerances,
    ):
        assert section.model_fields_set == set(type(section).model_fields)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("insecure_localhost = true", "insecure_localhost = false"),
        ('base_url = "http://localhost:8110"', 'base_url = "http://wallet.example"'),
        ("copies = 3", "copies = 0"),
        ("copies = 3", 'copies = "3"'),
        ('client_id = "blauweknop-wallet"', ""),
        ("[limits]", "[limits]\nonbekend = 1"),
        ('unknown_verifiers = "warn"', 'unknown_verifiers = "trust"'),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    assert old in EXAMPLE
    with pytest.raises(ConfigurationError):
        _load(tmp_path, EXAMPLE.replace(old, new))


def test_init_writes_the_example_once(tmp_path: Path) -> None:
    path = tmp_path / "wallet.toml"
    runner = CliRunner()
    assert runner.invoke(app, ["init", str(path)]).exit_code == 0
    assert path.read_text() == EXAMPLE
    path.write_text("mine")
    assert runner.invoke(app, ["init", str(path)]).exit_code != 0
    assert path.read_text() == "mine"
