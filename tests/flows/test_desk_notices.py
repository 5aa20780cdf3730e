"""Notices of deficient data at the desk: given once after saying what they mean, ended once, by an administrator."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from issuer.domain.notices import MOST
from issuer.domain.operators import Role
from service.audit import audit_table
from tests.flows.issuance_kit import NOW, Scene, csrf_of
from tests.operators_kit import a_desk, at_the_desk, press

pytestmark = pytest.mark.long

PAGE = "/beheer/meldingen"
TOLD = {"tekst": "Een levering ontbreekt.", "van": "2026-11-20", "tot": "", "verwacht": "2026-11-30"}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return a_desk(tmp_path, FixedClock(NOW))


def standing(scene: Scene) -> list[str]:
    return [each.notice.what for each in scene.agency.desk.notices.all() if each.ended_at is None]


def asked(browser: Any, **changed: str) -> str:
    """Ask what a notice would mean; return the name by which it is given."""
    answer = press(browser, PAGE, PAGE, **{**TOLD, **changed})
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="melding" value="([\w-]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def give(browser: Any, name: str) -> Any:
    return press(browser, PAGE, f"{PAGE}/geven", melding=name)


def test_a_notice_is_given_once_after_saying_what_it_means(scene: Scene) -> None:
    scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    answer = press(browser, PAGE, PAGE, **TOLD)
    assert "2\u00a0exemplaren die eerder zijn uitgegeven, worden verouderd" in answer.text
    name = asked(browser)
    assert standing(scene) == [], "only said"
    assert give(browser, name).headers["location"] == f"{PAGE}?gedaan=gegeven"
    assert standing(scene) == [TOLD["tekst"]]
    assert give(browser, name).status_code == 409
    page = browser.get(PAGE).text
    assert "Geldt nu" in page
    assert "30\u00a0november 2026" in page
    with scene.agency.database.read() as connection:
        (line,) = [each for each in connection.scalars(select(audit_table.c.entry)) if "notice.added" in each]
    assert '"actor":"medewerker:' in line


def test_it_is_ended_once_after_saying_what_that_means(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    give(browser, asked(browser))
    assert "U beëindigt deze melding" in browser.get(f"{PAGE}/1").text
    assert press(browser, f"{PAGE}/1", f"{PAGE}/1").headers["location"] == f"{PAGE}?gedaan=beeindigd"
    assert standing(scene) == []
    assert "Meldingen van eerder" in browser.get(PAGE).text
    assert press(browser, PAGE, f"{PAGE}/1").status_code == 404
    for number in ("2", "0", "x", "-1", "9" * 10, "٣"):
        assert browser.get(f"{PAGE}/{number}").status_code == 404


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tekst": ""}, "Schrijf in hoogstens 300 tekens"),
        ({"tekst": "x" * 301}, "Schrijf in hoogstens 300 tekens"),
        ({"tekst": "a\u202eb"}, "Gebruik gewone tekens."),
        ({"tekst": "twee\nregels"}, "Gebruik gewone tekens."),
        ({"van": ""}, "Vul de eerste dag in."),
        ({"van": "2026-02-30"}, "Vul de eerste dag in."),
        ({"van": "gisteren"}, "Vul de eerste dag in."),
        ({"tot": "2026-11-19"}, "Vul een dag in die niet voor de eerste dag ligt."),
        ({"tot": "x"}, "Vul een dag in die niet voor"),
        ({"verwacht": "2026-11-01"}, "Vul een dag in die niet voor"),
        ({"soort": "no_such_kind"}, "Gebruik gewone tekens."),
    ],
)
def test_a_notice_that_is_none_is_told_beside_its_field(scene: Scene, changed: dict[str, str], said: str) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    answer = press(browser, PAGE, PAGE, **{**TOLD, **changed})
    assert answer.status_code == 400
    assert said in answer.text
    assert standing(scene) == []


def test_there_is_room_for_so_many(scene: Scene) -> None:
    browser = at_the_desk(scene, Role.ADMINISTRATOR)
    for number in range(MOST):
        give(browser, asked(browser, tekst=f"Melding {number}."))
    answer = press(browser, PAGE, PAGE, **TOLD)
    assert answer.status_code == 400
    assert "Er zijn al te veel meldingen." in answer.text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_notices_are_for_an_administrator(scene: Scene, role: Role) -> None:
    browser = at_the_desk(scene, role)
    token = csrf_of(browser.get("/beheer/logboek" if role is Role.AUDITOR else "/beheer").text)
    assert browser.get(PAGE).status_code == 403
    for path in (PAGE, f"{PAGE}/geven", f"{PAGE}/1"):
        assert browser.post(path, data={"csrf_token": token, **TOLD}).status_code == 403
    name = asked(at_the_desk(scene, Role.ADMINISTRATOR))
    assert give(at_the_desk(scene, Role.ADMINISTRATOR), name).status_code == 409, "in another session"
    assert standing(scene) == []
