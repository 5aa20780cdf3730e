"""`blauweknop issuer sources check`: what an operator reads about a register before it is served."""

import json
import shutil
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
    return tmp_path


def checked(folder: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["sources", "check", str(folder / "agency-csv.toml"), *options])
    return result.exit_code, result.output


def spoil(folder: Path) -> None:
    file = folder / "claims.csv"
    text = file.read_text().replace("100,00", "honderd").replace("8000000020260002", "8,00000002026E+15")
    file.write_text(text.replace("honderd;", "honderd;", 1))


def test_a_sound_register_shows_what_would_be_issued(folder: Path) -> None:
    code, text = checked(folder)
    assert code == 0
    assert "would be issued: 2 overviews, 1 cards of open cases (of 2 cases)" in text
    assert "open in all: € 123,50" in text
    assert "vervaldatum" in text
    assert sorted(path.name for path in folder.iterdir()) == ["agency-csv.toml", "claims.csv"]


def test_a_preview_names_nobody(folder: Path) -> None:
    for options in ((), ("--json",)):
        _, text = checked(folder, *options)
        for row in (folder / "claims.csv").read_text().splitlines()[1:]:
            for secret in (row.split(";")[0], row.split(";")[1]):
                assert secret not in text


def test_every_wrong_row_and_column_is_printed_without_its_value(folder: Path) -> None:
    spoil(folder)
    code, text = checked(folder)
    assert code == 2
    lines = text.splitlines()
    assert [line.partition(": ")[0] for line in lines[:-1]] == [
        "claims.csv, line 4, column Bedrag",
        "claims.csv, line 8, column Kenmerk",
        "claims.csv, line 9, column Kenmerk",
    ]
    assert lines[-1] == "3 faults"
    assert "honderd" not in text
    assert "E+15" not in text


def test_a_row_that_is_wrong_twice_is_told_twice(folder: Path) -> None:
    file = folder / "claims.csv"
    lines = file.read_text().splitlines()
    cells = lines[1].split(";")
    lines[1] = ";".join(
        "x" if title in ("BSN", "Bedrag") else cell for title, cell in zip(lines[0].split(";"), cells, strict=True)
    )
    file.write_text("\n".join(lines))
    _, text = checked(folder)
    assert "line 2, column BSN" in text
    assert "line 2, column Bedrag" in text


def test_more_faults_than_a_log_holds_are_all_told(folder: Path) -> None:
    file = folder / "claims.csv"
    header, first, *_ = file.read_text().splitlines()
    cells = first.split(";")
    cells[header.split(";").index("Bedrag")] = "x"
    file.write_text("\n".join([header, *[";".join(cells)] * 250]))
    code, text = checked(folder)
    assert code == 2
    assert text.splitlines()[-1] == "250 faults"


def test_another_program_reads_faults_and_preview_as_json(folder: Path) -> None:
    code, text = checked(folder, "--json")
    found = json.loads(text)
    assert code == 0
    assert (found["leesbaar"], found["gebreken"]) == (True, [])
    assert found["voorbeeld"]["saldo"] == 12_350
    spoil(folder)
    code, text = checked(folder, "--json")
    found = json.loads(text)
    assert code == 2
    assert found["leesbaar"] is False
    assert [(each["bestand"], each["regel"], each["kolom"]) for each in found["gebreken"]] == [
        ("claims.csv", 4, "Bedrag"),
        ("claims.csv", 8, "Kenmerk"),
        ("claims.csv", 9, "Kenmerk"),
    ]


def test_a_refresh_by_hand_says_that_nothing_could_be_read(folder: Path) -> None:
    settings = str(folder / "agency-csv.toml")
    assert CliRunner().invoke(app, ["init", settings]).exit_code == 0
    sound = CliRunner().invoke(app, ["refresh", settings])
    assert (sound.exit_code, sound.output.splitlines()[-1]) == (0, "0 people checked, 0 credentials superseded")
    spoil(folder)
    broken = CliRunner().invoke(app, ["refresh", settings])
    assert broken.exit_code == 2
    assert "nobody checked" in broken.output
    assert "0 people checked" not in broken.output


def test_a_folder_of_documents_is_checked_too(folder: Path) -> None:
    settings = folder / "agency-csv.toml"
    text = settings.read_text()
    start, end = text.index("[source]"), text.index("[digid]")
    settings.write_text(text[:start] + '[source]\nkind = "fcid"\ndirectory = "debts"\n\n' + text[end:])
    (folder / "debts").mkdir()
    code, text = checked(folder)
    assert code == 0
    assert "0 overviews" in text
    (folder / "debts" / "a.json").write_text("{")
    code, text = checked(folder)
    assert code == 2
    assert "a.json" in text
    assert "1 faults" in text
