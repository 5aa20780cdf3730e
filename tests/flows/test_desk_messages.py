"""What the agency's own systems were told, at the desk, and having it told anew."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from credentials.clock import FixedClock, epoch
from issuer.domain.operators import Role
from issuer.domain.webhooks import Happening
from issuer.settings import WebhookSection
from issuer.storage.tables import metadata
from service.audit import audit_table
from service.webhooks.messages import Delivery
from tests.flows.issuance_kit import NOW, Scene, csrf_of
from tests.operators_kit import a_desk, at_the_desk, press

pytestmark = pytest.mark.long

PAGE = "/beheer/berichten"
OUTBOX = metadata.tables["issuer_webhook"]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = a_desk(
        tmp_path,
        FixedClock(NOW),
        webhooks=(WebhookSection(name="zaaksysteem", url="https://zaken.example/berichten", events=tuple(Happening)),),
    )
    made.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
    return made


def states(scene: Scene) -> set[str]:
    with scene.agency.database.read() as connection:
        return set(connection.scalars(select(OUTBOX.c.state)))


def give_up(scene: Scene) -> None:
    with scene.agency.database.write() as connection:
        later = epoch(NOW + timedelta(days=3))
        connection.execute(update(OUTBOX).values(state=Delivery.GIVEN_UP.value, next_at=later, outcome="503"))


def test_what_was_told_is_shown_and_of_nobody(scene: Scene) -> None:
    page = at_the_desk(scene, Role.OPERATOR).get(PAGE).text
    for text in (Happening.ISSUED.value, "zaaksysteem", "Wacht"):
        assert text in page
    assert "Stuur alles opnieuw" not in page


def test_what_was_given_up_is_sent_anew_and_on_record(scene: Scene) -> None:
    give_up(scene)
    browser = at_the_desk(scene, Role.OPERATOR)
    page = browser.get(PAGE).text
    assert "opgegeven" in page
    one = page.partition('name="bericht" value="')[2].partition('"')[0]
    assert press(browser, PAGE, f"{PAGE}/opnieuw", bericht=one).headers["location"] == f"{PAGE}?gedaan=opnieuw"
    assert states(scene) == {Delivery.WAITING.value, Delivery.GIVEN_UP.value}
    assert press(browser, PAGE, f"{PAGE}/opnieuw").status_code == 303
    assert states(scene) == {Delivery.WAITING.value}
    assert press(browser, PAGE, f"{PAGE}/opnieuw").status_code == 409
    with scene.agency.database.read() as connection:
        lines = [each for each in connection.scalars(select(audit_table.c.entry)) if "messages.replayed" in each]
    assert len(lines) == 2
    assert all('"actor":"medewerker:' in each for each in lines)


@pytest.mark.parametrize("name", ["nothing", "", "a b", "x" * 100])
def test_what_was_never_sent_is_not_sent_anew(scene: Scene, name: str) -> None:
    give_up(scene)
    browser = at_the_desk(scene, Role.OPERATOR)
    assert press(browser, PAGE, f"{PAGE}/opnieuw", bericht=name).status_code == 409
    assert states(scene) == {Delivery.GIVEN_UP.value}


def test_an_auditor_sees_none_of_it(scene: Scene) -> None:
    give_up(scene)
    browser = at_the_desk(scene, Role.AUDITOR)
    token = csrf_of(browser.get("/beheer/logboek").text)
    assert browser.get(PAGE).status_code == 403
    assert browser.post(f"{PAGE}/opnieuw", data={"csrf_token": token}).status_code == 403
    assert at_the_desk(scene, Role.OPERATOR).post(f"{PAGE}/opnieuw", data={"csrf_token": "x"}).status_code == 403
    assert states(scene) == {Delivery.GIVEN_UP.value}
