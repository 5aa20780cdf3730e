"""Where a service whose keys are everyone's does not start."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from service import commands
from service.commands.vc_api.guard import ENVIRONMENT, refuse_production

DEVELOPMENT = 'base_url = "http://localhost:8101"\ninsecure_localhost = true\n[further]\nmembers = 1\n'
PRODUCTION = 'base_url = "https://agency.example"\n'


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "agency.toml"
    path.write_text(DEVELOPMENT)
    return path


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_it_starts_on_a_developers_machine(host: str, settings: Path) -> None:
    refuse_production(host, [settings], {})
    for named in ("demo", "development", "test"):
        refuse_production(host, [], {ENVIRONMENT: named})


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "agency.example", "127.0.0.1.agency.example", ""])
def test_it_cannot_be_reached_from_elsewhere(host: str) -> None:
    with pytest.raises(ConfigurationError):
        refuse_production(host, [], {})


@pytest.mark.parametrize(
    "environment", [{ENVIRONMENT: "production"}, {ENVIRONMENT: ""}, {"CREDENTIALS_DIRECTORY": "/run/credentials/x"}]
)
def test_it_does_not_start_where_the_machine_serves(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        refuse_production("127.0.0.1", [], environment)


@pytest.mark.parametrize(
    "text", [PRODUCTION, PRODUCTION + "insecure_localhost = false\n", 'insecure_localhost = "true"\n', "no toml"]
)
def test_it_does_not_start_beside_a_production_setting(settings: Path, text: str) -> None:
    production = settings.with_name("production.toml")
    production.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        refuse_production("127.0.0.1", [settings, production], {})
    assert "production.toml" in caught.value.detail


def test_the_command_says_why_and_makes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    ids = tmp_path / "ids.json"
    arguments = ["vc-api", "--port", "8443", "--ids-out", str(ids)]
    refused = CliRunner().invoke(commands.build(), [*arguments, "--host", "0.0.0.0"])
    assert isinstance(refused.exception, ConfigurationError)
    monkeypatch.setenv(ENVIRONMENT, "production")
    refused = CliRunner().invoke(commands.build(), arguments)
    assert isinstance(refused.exception, ConfigurationError)
    assert not ids.exists()


def test_the_ids_of_an_earlier_run_are_not_left_for_whoever_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    monkeypatch.setattr("service.serving.serve", lambda *_, **__: None)
    ids = tmp_path / "ids.json"
    ids.write_text("{}")
    arguments = ["vc-api", "--port", "8443", "--ids-out"]
    assert CliRunner().invoke(commands.build(), [*arguments, str(ids)]).exit_code == 0
    assert not ids.exists()
    for unwritable in (tmp_path, tmp_path / "nowhere" / "ids.json"):
        refused = CliRunner().invoke(commands.build(), [*arguments, str(unwritable)])
        assert isinstance(refused.exception, ConfigurationError)
