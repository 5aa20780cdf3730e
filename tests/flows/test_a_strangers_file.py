"""Somebody else's file becomes issued cards by docs/agency.md alone: settings, check, init, import, offer, wallet."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.formats.sd_jwt import SdJwtVc
from issuer.app.compose import build
from issuer.app.keys import load_keys
from issuer.cli import app
from issuer.settings import load_agency
from tests.debt_builders import ROOT
from tests.flows.issuance_kit import FakeLogin, Scene

EXAMPLES = ROOT / "docs" / "examples"
PAGE = (ROOT / "docs" / "agency.md").read_text("utf-8")
WHO = Bsn("999990007")

# As a municipality has it: Windows-1252, days as people write them, Dutch clock time, zeros that a spreadsheet lost.
STRANGE = """Burger;Dossier;Wat;Geboekt;Dagtekening;Hoofd;Soort;Bedrag;Tekst;Uiterste datum
999990007;42;aanslag;2-3-2026;2-3-2026;ja;gem_gemeentelijke_heffingen;€ 1.284,50;Aanslag café;
999990007;42;brief;2-3-2026 10:15;2-3-2026;;Aanschrijving;1.284,50;;46112
999990007;42,0;betaald;1-4-2026;;;;200,-;;
""".replace("\n", "\r\n")
STRANGE_SOURCE = """[source]
kind = "KIND"
encoding = "cp1252"
decimal = "comma"
thousands = "point"
clock = "netherlands"
serial_days = "1900"

[source.digits]
zaakkenmerk = 6

[source.columns]
bsn = "Burger"
zaakkenmerk = "Dossier"
gebeurtenis_type = "Wat"
datumtijd_gebeurtenis = "Geboekt"
datumtijd_opgelegd = "Dagtekening"
primaire_verplichting = "Hoofd"
type = "Soort"
bedrag = "Bedrag"
omschrijving = "Tekst"
vervaldatum = "Uiterste datum"

[source.events]
aanslag = "FinancieleVerplichtingOpgelegd"
brief = "BetalingsverplichtingOpgelegd"
betaald = "BetalingVerwerkt"

"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(EXAMPLES / "agency-csv.toml", tmp_path / "agency.toml")
    (tmp_path / "strange.csv").write_bytes(STRANGE.encode("cp1252"))
    return tmp_path


def settle(folder: Path, source: str) -> None:
    text = (folder / "agency.toml").read_text()
    start, end = text.index("[source]"), text.index("[digid]")
    (folder / "agency.toml").write_text(text[:start] + source + text[end:])


def run(folder: Path, *words: str) -> str:
    """Run a command that the page names."""
    assert re.search(rf"blauweknop issuer {re.escape(' '.join(w for w in words if '.' not in w))}\b", PAGE), words
    given = [str(folder / word) if "." in word else word for word in words]
    result = CliRunner().invoke(app, given)
    assert result.exit_code == 0, result.output
    return result.output


def cards(folder: Path) -> list[dict[str, object]]:
    """Have a wallet fetch the overview and the case, and return what they say."""
    settings = load_agency(folder / "agency.toml")
    clock = FixedClock(datetime.now(UTC))
    keys = load_keys(settings, datetime.now(UTC))
    scene = Scene(build(settings, keys, clock=clock, login_provider=FakeLogin(), with_jobs=False), clock, folder)
    wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt", bsn=WHO)
    found = [wallet.credentials(name)[0] for name in ("overzicht_sdjwt", "zaak_sdjwt")]
    for close in (scene.agency.desk.refresh, scene.agency.database.close):
        close()
    return [dict(SdJwtVc().inspect(each).claims) for each in found]


def test_the_page_is_followed_with_its_own_example(folder: Path) -> None:
    shutil.copy(EXAMPLES / "claims.csv", folder)
    assert "would be issued: 2 overviews" in run(folder, "sources", "check", "agency.toml")
    run(folder, "init", "agency.toml")
    overview, case = cards(folder)
    assert overview["saldo_totaal"] == case["saldo"] == 12_350


def test_a_file_as_agencies_really_have_it_becomes_cards(folder: Path) -> None:
    settle(folder, STRANGE_SOURCE.replace('"KIND"', '"csv"\nfile = "strange.csv"'))
    assert "would be issued: 1 overviews, 1 cards" in run(folder, "sources", "check", "agency.toml")
    run(folder, "init", "agency.toml")
    overview, case = cards(folder)
    assert overview["saldo_totaal"] == 108_450
    assert case["zaakkenmerk"] == "000042"
    assert case["eerst_vervalt_datum"] == "2026-03-31"


def test_the_same_file_is_imported_and_becomes_the_same_cards(folder: Path) -> None:
    settle(folder, STRANGE_SOURCE.replace('"KIND"', '"import"'))
    run(folder, "init", "agency.toml")
    assert "1 people, 1 cases imported" in run(folder, "import", "agency.toml", "strange.csv")
    assert "already" in run(folder, "import", "agency.toml", "strange.csv")
    assert "would be issued: 1 overviews, 1 cards" in run(folder, "sources", "check", "agency.toml")
    overview, case = cards(folder)
    assert (overview["saldo_totaal"], case["zaakkenmerk"]) == (108_450, "000042")


def test_every_refusal_names_file_row_and_column_and_never_the_value(folder: Path) -> None:
    settle(folder, STRANGE_SOURCE.replace('"KIND"', '"import"'))
    run(folder, "init", "agency.toml")
    wrong = STRANGE.replace("999990007;42;aanslag", "123456789;42;aanslag").replace("200,-", "tweehonderd")
    (folder / "strange.csv").write_bytes(wrong.encode("cp1252"))
    result = CliRunner().invoke(app, ["import", str(folder / "agency.toml"), str(folder / "strange.csv")])
    assert result.exit_code == 2
    lines = [line for line in result.output.splitlines() if line.startswith("strange.csv")]
    assert [line.partition(":")[0] for line in lines] == [
        "strange.csv, line 2, column Burger",
        "strange.csv, line 4, column Bedrag",
    ]
    for secret in ("123456789", "tweehonderd"):
        assert secret not in result.output
