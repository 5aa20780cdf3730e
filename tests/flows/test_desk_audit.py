"""The audit log at the desk: read, proven and taken along by who watches over it, and by nobody else."""

import csv
import hashlib
import json
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from credentials.clock import FixedClock, epoch
from credentials.encoding import jcs
from issuer.domain.operators import Role
from issuer.ports import Event
from service.audit import audit_table
from tests.flows.issuance_kit import NOW, Scene, csrf_of
from tests.operators_kit import a_desk, at_the_desk, press

pytestmark = pytest.mark.long

LOG = "/beheer/logboek"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    made = a_desk(tmp_path, clock)
    made.offer("overzicht_sdjwt")
    return made


def test_an_auditor_comes_to_the_log_at_once_and_sees_what_was_done(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    page = browser.get(LOG)
    assert page.status_code == 200
    assert "offer.created" in page.text
    assert "operator.login" in page.text
    assert "Klopt niet" not in page.text
    assert 'href="/beheer"' not in page.text.partition("<main")[0].partition("<nav")[2]


@pytest.mark.parametrize("role", [Role.OPERATOR])
def test_who_only_acts_does_not_watch(scene: Scene, role: Role) -> None:
    browser = at_the_desk(scene, role)
    token = csrf_of(browser.get("/beheer").text)
    assert browser.get(LOG).status_code == 403
    for path in ("controle", "kopie"):
        answer = browser.post(f"{LOG}/{path}", data={"csrf_token": token, "vorm": "csv"})
        assert answer.status_code == 403
        assert "offer.created" not in answer.text


def test_without_the_pages_own_token_nothing_is_handed_out(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    assert browser.post(f"{LOG}/kopie", data={"vorm": "csv"}).status_code == 403


def test_the_whole_chain_is_proven(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    assert "Het logboek is heel" in press(browser, LOG, f"{LOG}/controle").text
    with scene.agency.database.write() as connection:
        connection.execute(update(audit_table).where(audit_table.c.number == 1).values(at=epoch(NOW) - 60))
    assert "Het logboek klopt niet vanaf regel 1" in press(browser, LOG, f"{LOG}/controle").text
    assert "Klopt niet" in browser.get(LOG).text


@pytest.mark.parametrize("written", ["", "{", "[]", '{"action": 1}', "[" * 100_000])
def test_a_line_that_somebody_else_wrote_is_told_not_to_hold(scene: Scene, written: str) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    with scene.agency.database.write() as connection:
        connection.execute(update(audit_table).where(audit_table.c.number == 1).values(entry=written))
    page = browser.get(LOG)
    assert page.status_code == 200
    assert "Klopt niet" in page.text


def test_whoever_has_a_copy_can_go_through_the_chain(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    answer = press(browser, LOG, f"{LOG}/kopie", vorm="jsonl")
    assert answer.headers["content-disposition"] == 'attachment; filename="logboek-2026-11-23.jsonl"'
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines[-1]["action"] == "audit.exported", "that it was taken is in it"
    previous = hashlib.sha256(b"blauweknop audit chain").digest()
    for line in lines:
        content = jcs({name: line[name] for name in ("action", "actor", "object", "reason", "result")})
        at = epoch(clock_of(line["at"]))
        previous = hashlib.sha256(
            previous + line["number"].to_bytes(8) + at.to_bytes(8, signed=True) + content
        ).digest()
        assert line["hash"] == previous.hex()


def clock_of(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_spreadsheet_takes_no_cell_for_a_formula(scene: Scene) -> None:
    with scene.agency.store.write() as records:
        records.audit(Event("x", "=1+1", "-ok"))
    browser = at_the_desk(scene, Role.AUDITOR)
    answer = press(browser, LOG, f"{LOG}/kopie", vorm="csv")
    rows = list(csv.DictReader(answer.text.splitlines(), delimiter=";"))
    assert [row["number"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    (row,) = [row for row in rows if row["action"] == "x"]
    assert (row["object"], row["result"]) == ("'=1+1", "'-ok")


@pytest.mark.parametrize("form", ["", "xml"])
def test_there_is_no_other_form_of_a_copy(scene: Scene, form: str) -> None:
    browser = at_the_desk(scene, Role.AUDITOR)
    assert press(browser, LOG, f"{LOG}/kopie", vorm=form).status_code == 400


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 20])
def test_a_page_that_is_no_number_is_refused(scene: Scene, number: str) -> None:
    assert at_the_desk(scene, Role.AUDITOR).get(f"{LOG}?pagina={number}").status_code == 400


def test_a_page_past_the_end_is_the_last(scene: Scene) -> None:
    assert "offer.created" in at_the_desk(scene, Role.AUDITOR).get(f"{LOG}?pagina=999").text
