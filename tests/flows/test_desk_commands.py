"""The desk's screens as commands: the same, for whoever has the state folder."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock, SystemClock
from issuer.cli import app
from issuer.domain.operators import Role
from tests.operators_kit import a_desk, at_the_desk

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agency with a desk, somebody who came to it, and something that was issued."""
    folder = tmp_path_factory.mktemp("agency")
    scene = a_desk(folder, FixedClock(SystemClock().now()))
    at_the_desk(scene, Role.OPERATOR)
    scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
    scene.agency.database.close()
    (folder / "agency.toml").write_text(SETTINGS)
    return folder


SETTINGS = """\
base_url = "http://localhost:8207"
port = 8207
state = "state"
insecure_localhost = true
[agency]
oin = "00000000900000007000"
name = "Centraal Justitieel Incassobureau"
abbreviation = "cjib"
[source]
kind = "fcid"
directory = "debts"
[digid]
issuer = "https://digid.example"
client_id = "cjib"
[operators]
issuer = "https://login.agency.example"
client_id = "desk"
[operators.roles]
operator = ["desk"]
"""


def run(place: Path, command: str, *more: str, code: int = 0, said: str = "") -> str:
    done = CliRunner().invoke(app, [command, str(place / "agency.toml"), *more], input=said)
    assert done.exit_code == code, done.output
    return done.stdout


def read(place: Path, command: str, *more: str, code: int = 0, said: str = "") -> Any:
    return json.loads(run(place, command, *more, "--json", code=code, said=said))


def test_the_overview_is_told_and_its_exit_code_says_whether_all_is_well(place: Path) -> None:
    found = read(place, "overview")
    assert found["uitgegeven"]["exemplaren"] == 2
    assert found["bron"]["leesbaar"]
    assert "2 copies issued" in run(place, "overview")
    broken = place / "debts" / "broken.json"
    broken.write_text("{")
    assert not read(place, "overview", code=2)["bron"]["leesbaar"]
    broken.unlink()


def test_the_log_is_shown_proven_and_copied(place: Path, tmp_path: Path) -> None:
    actions = [each["action"] for each in read(place, "audit")["regels"]]
    assert "operator.login" in actions
    assert "credentials.issued" in actions
    assert "operator.login" in run(place, "audit")
    assert read(place, "audit", "--prove")["kloptNietVanaf"] is None
    copy = tmp_path / "log.jsonl"
    run(place, "audit", "--export", str(copy))
    assert copy.stat().st_mode & 0o077 == 0
    assert json.loads(copy.read_text().splitlines()[-1])["actor"] == "opdrachtregel"
    table = tmp_path / "log.csv"
    run(place, "audit", "--export", str(table))
    assert table.read_text().startswith("number;at;action;actor;object;result;reason;hash")


def test_somebodys_deeds_are_found_by_who_they_are(place: Path) -> None:
    pseudonym = run(place, "audit", "--who", said="eva\n").strip()
    assert pseudonym in {each["actor"] for each in read(place, "audit")["regels"]}
    assert run(place, "audit", "--who", said="somebody\n").strip() != pseudonym


def test_what_was_issued_is_found_replaced_and_withdrawn(place: Path) -> None:
    (one,) = read(place, "issuances")["uitgiften"]
    (part,) = one["onderdelen"]
    assert (part["configuratie"], part["exemplaren"], part["staat"]) == ("overzicht_sdjwt", 2, {"valid": 2})
    assert read(place, "issuances", "--case", said="ZAAK-1\n")["uitgiften"] == []
    copies = read(place, "issuances", one["id"])["uitgiften"][0]["onderdelen"][0]["uitgegeven"]
    assert {each["lijst"] for each in copies} == {1}
    assert f"place {copies[0]['plaats']}" in run(place, "issuances", one["id"])
    run(place, "issuances", "nothing", code=2)
    assert (
        read(place, "replace", one["id"], "--reason", "gegevens-gewijzigd", "--part", part["onderdeel"])["aantal"] == 2
    )
    run(place, "replace", one["id"], "--reason", "gegevens-gewijzigd", code=2)
    run(place, "withdraw", one["id"], "--reason", "anders", "--part", "nothing", code=2)
    run(place, "withdraw", one["id"], "--reason", "hij belde", code=2)
    assert run(place, "withdraw", copies[0]["id"], "--reason", "fout-in-gegevens") == "2 copies are invalid\n"
    lines = read(place, "audit")["regels"]
    assert ("issuance.withdrawn", "opdrachtregel") in {(each["action"], each["actor"]) for each in lines}


def test_lists_and_what_is_kept_are_told(place: Path) -> None:
    (one,) = read(place, "lists")["statuslijsten"]
    assert one["gebruikt"] == 2
    assert not one["teLaat"]
    assert "2 of 131072 places" in run(place, "lists")
    kept = {each["instelling"]: each["hoeLang"] for each in read(place, "retention")["bewaartermijnen"]}
    assert kept["refresh_days"] == "90 dagen"
    assert "Logboek: blijft staan" in run(place, "retention")
