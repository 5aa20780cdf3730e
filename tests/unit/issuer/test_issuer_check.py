"""`blauweknop issuer check`: what an operator reads about a register before it is served."""

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


def checked(folder: Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(app, ["check", str(folder / "agency-csv.toml")])
    return result.exit_code, result.output.splitlines()


def test_a_sound_register_is_counted(folder: Path) -> None:
    assert checked(folder) == (0, ["2 people, nothing wrong"])
    assert sorted(path.name for path in folder.iterdir()) == ["agency-csv.toml", "claims.csv"]


def test_every_wrong_row_is_printed_without_its_value(folder: Path) -> None:
    file = folder / "claims.csv"
    text = file.read_text().replace("100,00", "honderd").replace("8000000020260002", "8,00000002026E+15")
    file.write_text(text)
    code, lines = checked(folder)
    assert code == 1
    assert [line.partition(":")[2].partition(": ")[0].strip() for line in lines] == [
        "claims.csv, line 4, field Bedrag",
        "claims.csv, line 8, field Kenmerk",
        "claims.csv, line 9, field Kenmerk",
    ]
    assert "honderd" not in "".join(lines)


def test_a_folder_of_documents_is_checked_too(folder: Path) -> None:
    settings = folder / "agency-csv.toml"
    text = settings.read_text()
    start, end = text.index("[source]"), text.index("[digid]")
    settings.write_text(text[:start] + '[source]\nkind = "fcid"\ndirectory = "debts"\n\n' + text[end:])
    (folder / "debts").mkdir()
    assert checked(folder) == (0, ["0 people, nothing wrong"])
    (folder / "debts" / "a.json").write_text("{")
    code, lines = checked(folder)
    assert code == 1
    assert len(lines) == 1
    assert "a.json" in lines[0]
