"""The signing keys at the desk: a step is said before it is taken, refused where it may not be, and on record."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from issuer.domain.operators import Role
from service.audit import audit_table
from tests.flows.issuance_kit import Scene, csrf_of
from tests.operators_kit import a_desk, at_the_desk, press

pytestmark = pytest.mark.long

KEYS = "/beheer/sleutels"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    # Keys and certificates are made on the machine's clock.
    return a_desk(tmp_path, FixedClock(datetime.now(UTC)))


def audited(scene: Scene) -> list[str]:
    with scene.agency.database.read() as connection:
        return [each for each in connection.scalars(select(audit_table.c.entry)) if '"key.' in each]


def test_a_key_is_replaced_in_steps_each_said_first(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    assert "Tekent" in browser.get(KEYS).text
    asked = browser.get(f"{KEYS}/maken").text
    assert "signer-2" in asked
    assert audited(scene) == [], "only said"
    done = press(browser, f"{KEYS}/maken", f"{KEYS}/maken")
    assert done.headers["location"] == f"{KEYS}?gedaan=maken"
    assert "Volgende" in browser.get(done.headers["location"]).text
    early = browser.get(f"{KEYS}/gebruiken").text
    assert "Dit kan nu niet" in early
    assert "Ja, neem ze in gebruik" not in early
    scene.clock.at += timedelta(days=3)
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    assert press(browser, f"{KEYS}/gebruiken", f"{KEYS}/gebruiken").status_code == 303
    page = browser.get(KEYS).text
    assert "Alleen om na te gaan" in page
    assert {each["kid"] for each in scene.http().get("/.well-known/jwt-vc-issuer").json()["jwks"]["keys"]}
    lines = audited(scene)
    assert len(lines) == 4
    assert all('"actor":"medewerker:' in each for each in lines)
    assert "Er is niets te doen" in browser.get(f"{KEYS}/opruimen").text


def test_a_step_that_may_not_be_taken_is_refused_also_when_it_is_sent(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    answer = press(browser, f"{KEYS}/maken", f"{KEYS}/gebruiken")
    assert answer.status_code == 409
    assert "Dit kan nu niet" in answer.text
    assert audited(scene) == []
    assert browser.get(f"{KEYS}/weg").status_code == 404


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_keys_are_for_an_administrator(scene: Scene, role: Role) -> None:
    browser = at_the_desk(scene, role)
    token = csrf_of(browser.get("/beheer/logboek" if role is Role.AUDITOR else "/beheer").text)
    for path in (KEYS, f"{KEYS}/maken"):
        assert browser.get(path).status_code == 403
    assert browser.post(f"{KEYS}/maken", data={"csrf_token": token}).status_code == 403
    administrator = at_the_desk(scene, Role.ADMINISTRATOR)
    assert administrator.post(f"{KEYS}/maken").status_code == 415
    assert administrator.post(f"{KEYS}/maken", data={"csrf_token": "x"}).status_code == 403
    assert audited(scene) == []
