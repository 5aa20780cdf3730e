"""`blauweknop verifier init` and `describe`: keys of one's own, and the entry that the scheme puts on its list."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from credentials.errors import ConfigurationError
from credentials.openid.client_id import client_id_of_certificate
from credentials.trust import Participant, Role, TrustList, recognise_verifier
from credentials.trust.x509 import to_der
from verifier.app import create, purge
from verifier.cli import app
from verifier.settings import load_verifier
from verifier.storage.keys import KeyFiles


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "verifier.toml"
    made = CliRunner().invoke(app, ["init", str(path)])
    assert made.exit_code == 0, made.output
    assert "access.pem" in made.output
    return path


def test_keys_are_made_once_and_for_their_owner_only(settings_file: Path) -> None:
    state = settings_file.parent / "verifier-state"
    before = {path.name: path.read_bytes() for path in state.iterdir() if path.suffix in (".pem", ".key")}
    assert {"access.pem", "access-chain.pem", "authority.pem", "authority-certificate.pem", "data.key"} <= before.keys()
    for name in ("access.pem", "authority.pem", "data.key", "api-token"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o600
    again = CliRunner().invoke(app, ["init", str(settings_file)])
    assert again.output.strip() == "nothing to make"
    assert {path.name: path.read_bytes() for path in state.iterdir() if path.name in before} == before


def test_the_entry_for_the_trust_list_lets_wallets_recognise_this_verifier(settings_file: Path) -> None:
    printed = CliRunner().invoke(app, ["describe", str(settings_file)])
    participant = Participant.parse(json.loads(printed.output))
    assert participant.roles == {Role.VERIFIER}
    access = KeyFiles(settings_file.parent / "verifier-state").access()
    assert to_der(KeyFiles(settings_file.parent / "verifier-state").anchor()) not in access.chain
    client_id = client_id_of_certificate(access.chain[0]).full
    assert client_id in participant.client_ids
    now = datetime.now(UTC)
    trust_list = TrustList("https://stelsel.example", now, now, 1, (participant,))
    assert recognise_verifier(trust_list, now, client_id=client_id, x5c=access.chain) == participant


def test_a_key_that_others_may_read_is_refused(settings_file: Path) -> None:
    key = settings_file.parent / "verifier-state" / "data.key"
    key.chmod(0o644)
    with pytest.raises(ConfigurationError, match=r"data\.key"):
        create(load_verifier(settings_file))


def test_a_verifier_without_keys_does_not_start(settings_file: Path) -> None:
    (settings_file.parent / "verifier-state" / "access.pem").unlink()
    with pytest.raises(ConfigurationError):
        create(load_verifier(settings_file))


def test_purging_from_the_command_line(settings_file: Path) -> None:
    assert purge(load_verifier(settings_file)) == 0
    assert "0 files deleted" in CliRunner().invoke(app, ["purge", str(settings_file)]).output
