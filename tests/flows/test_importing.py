"""`blauweknop issuer import`: what whoever imports a file reads, and what is on record of it afterwards."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from issuer.cli import app
from tests.debt_builders import ROOT

EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("agency-csv.toml", "claims.csv"):
        shutil.copy(EXAMPLES / name, tmp_path)
    settings = tmp_path / "agency-csv.toml"
    lines = settings.read_text().splitlines()
    settings.write_text(
        "\n".join(line for line in lines if not line.startswith("file =")).replace('kind = "csv"', 'kind = "import"')
    )
    assert CliRunner().invoke(app, ["init", str(settings)]).exit_code == 0
    return tmp_path


def imported(folder: Path, *options: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["import", str(folder / "agency-csv.toml"), str(folder / "claims.csv"), *options])
    return result.exit_code, result.stdout.splitlines()


def on_record(folder: Path) -> list[dict[str, str]]:
    with sqlite3.connect(folder / "state" / "issuer.db") as opened:
        rows = opened.execute("SELECT entry FROM service_audit ORDER BY number").fetchall()
    opened.close()
    return [json.loads(row[0]) for row in rows]


def test_a_file_is_taken_in_once_and_is_one_line_of_the_audit_log(folder: Path) -> None:
    assert imported(folder) == (0, ["all: 2 people, 2 cases imported"])
    assert imported(folder) == (0, ["all: this file was imported already; nothing changed"])
    # What was issued is compared with it by the service, soon or when it starts; the second time nothing changed.
    with sqlite3.connect(folder / "state" / "issuer.db") as opened:
        assert [row[0] for row in opened.execute("SELECT subject_hash FROM issuer_change")] == ["*"]
    opened.close()
    (line,) = on_record(folder)
    assert (line["action"], line["actor"], line["result"]) == ("debts.imported", "dedijk", "2 people 2 cases")


def test_a_file_that_is_only_checked_leaves_nothing(folder: Path) -> None:
    assert imported(folder, "--check") == (0, ["all: 2 people, 2 cases would be imported"])
    assert on_record(folder) == []


def test_a_wrong_row_is_told_by_line_and_column_and_leaves_nothing(folder: Path) -> None:
    file = folder / "claims.csv"
    file.write_text(file.read_text().replace("100,00", "honderd", 1))
    code, lines = imported(folder)
    assert code == 2
    assert "claims.csv, line " in lines[0]
    assert lines[-1] == "1 faults; nothing was imported"
    assert "honderd" not in "".join(lines)
    assert on_record(folder) == []


def test_a_program_is_told_the_same_as_json(folder: Path) -> None:
    code, lines = imported(folder, "--check", "--json")
    assert (code, json.loads("".join(lines))) == (
        0,
        {"personen": 2, "zaken": 2, "hervat": 0, "wasIngelezen": False, "gebreken": []},
    )
    file = folder / "claims.csv"
    file.write_text(file.read_text().replace("100,00", "honderd", 1))
    code, lines = imported(folder, "--json")
    (fault,) = json.loads("".join(lines))["gebreken"]
    assert (code, fault["bestand"], fault["regel"], fault["kolom"]) == (2, "claims.csv", 4, "Bedrag")
    assert "honderd" not in "".join(lines)
