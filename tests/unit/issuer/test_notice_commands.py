"""`blauweknop issuer notice …`: what an operator says, and what is told back."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from issuer.cli import app

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    for name in ("agency-csv.toml", "claims.csv"):
        shutil.copy(EXAMPLES / name, tmp_path)
    assert CliRunner().invoke(app, ["init", str(tmp_path / "agency-csv.toml")]).exit_code == 0
    return tmp_path / "agency-csv.toml"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["notice", *arguments])


@pytest.mark.long
def test_an_operator_tries_adds_sees_and_ends_a_notice(settings: Path) -> None:
    add = ("add", str(settings), "Een levering ontbreekt.", "--from", "2026-11-20", "--expected-end", "2026-11-21")
    tried = run(*add, "--dry-run")
    assert tried.stdout == "notice 1 would be added; 0 credentials would be superseded\n"
    assert run("list", str(settings)).stdout == "no notices\n"
    assert run(*add).stdout == "notice 1 added; 0 credentials superseded\n"
    line = "1 standing: from 2026-11-20, expected to end on 2026-11-21 (that day has passed); all kinds: "
    assert run("list", str(settings)).stdout == f"{line}Een levering ontbreekt.\n"
    told = json.loads(run("end", str(settings), "1", "--json").stdout)
    assert (told["number"], told["state"], told["superseded"], told["dry_run"]) == (1, "ended", 0, False)
    assert json.loads(run("list", str(settings), "--json").stdout) == []
    assert [each["what"] for each in json.loads(run("list", str(settings), "--ended", "--json").stdout)] == [
        "Een levering ontbreekt."
    ]


@pytest.mark.long
def test_what_cannot_be_is_refused_with_exit_code_2(settings: Path) -> None:
    add = ("add", str(settings), "Een levering ontbreekt.", "--from", "2026-11-20")
    assert run(*add, "--to", "2026-11-19").exit_code == 2
    assert "a kind is not the code of a claim type" in run(*add, "--kind", "boetes").stderr
    assert run("add", str(settings), "x" * 301, "--from", "2026-11-20").exit_code == 2
    assert run("add", str(settings), "Iets.", "--from", "20-11-2026").exit_code == 2
    assert run("end", str(settings), "1").exit_code == 2
    for _ in range(5):
        assert run(*add).exit_code == 0
    assert run(*add).exit_code == 2
