"""What was issued, at the desk: found without a name, looked at, withdrawn and replaced, once, with a reason."""

import re
from pathlib import Path
from typing import Literal

import pytest
from sqlalchemy import select

from credentials.clock import FixedClock
from credentials.status import Status
from issuer.domain.issuance import CopyState
from issuer.domain.operators import Role
from issuer.domain.reasons import Reason
from issuer.settings import StatusSection
from issuer.storage.tables import issued_copy
from issuer.usecases.issuances import PAGE
from issuer.web.operators import words
from service.audit import audit_table
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOBODY, NOW, Scene, csrf_of
from tests.operators_kit import a_desk, at_the_desk, press

pytestmark = pytest.mark.long

LIST = "/beheer/uitgiften"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return a_desk(tmp_path, FixedClock(NOW))


def issue(scene: Scene) -> str:
    """Issue Samira an overview and two cases in two copies each; return the name of the visit."""
    wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
    for each in wallet.granted["authorization_details"]:
        for identifier in each["credential_identifiers"]:
            wallet.by_identifier(identifier, 2)
    with scene.agency.database.read() as connection:
        sessions = set(connection.scalars(select(issued_copy.c.session)))
    return str(sessions.pop())


def statuses(scene: Scene, session: str) -> dict[str, list[Status]]:
    with scene.agency.store.read() as records:
        copies = records.issuances.copies_in([session])
    found: dict[str, list[Status]] = {}
    for each in copies:
        found.setdefault(each.statement.configuration, []).append(each.status)
    return found


class TestLooking:
    def test_a_visit_is_listed_with_what_and_how_it_stands_and_of_nobody(self, scene: Scene) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.OPERATOR)
        page = browser.get(LIST).text
        assert session in page
        assert "Overzicht, 2 zaken" in page
        one = browser.get(f"{LIST}/{session}").text
        assert len(re.findall(r"lijst 1, plaats \d+", one)) == 6
        for text in (page, one):
            assert SAMIRA.reveal() not in text
            assert "ZAAK-1" not in text

    def test_it_is_found_by_its_number_by_that_of_a_copy_and_by_a_case(self, scene: Scene) -> None:
        session = issue(scene)
        with scene.agency.store.read() as records:
            copy = records.issuances.copies_in([session])[0].id
        browser = at_the_desk(scene, Role.OPERATOR)
        for text in (session, copy, f" {session} "):
            answer = press(browser, LIST, f"{LIST}/zoeken", zoek=text)
            assert answer.headers["location"] == f"{LIST}/{session}"
        found = press(browser, LIST, f"{LIST}/zoeken", zoek="ZAAK-1")
        assert session in found.text
        for text in ("ZAAK-9", "zaak-1", "’; DROP TABLE"):
            assert "Niets gevonden" in press(browser, LIST, f"{LIST}/zoeken", zoek=text).text
        nothing = press(browser, LIST, f"{LIST}/zoeken", zoek="ZAAK-9")
        assert "Niets gevonden" in nothing.text
        assert session not in nothing.text

    @pytest.mark.parametrize("text", ["", "  ", "x" * 257])
    def test_what_is_no_name_of_anything_is_asked_anew(self, scene: Scene, text: str) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        answer = press(browser, LIST, f"{LIST}/zoeken", zoek=text)
        assert answer.status_code == 400
        assert "Vul een nummer of een zaakkenmerk in." in answer.text

    def test_a_list_that_is_long_goes_on_on_a_next_page(self, scene: Scene) -> None:
        for _ in range(PAGE + 1):
            scene.agency.desk.issue.signed_file(NOBODY)
        browser = at_the_desk(scene, Role.OPERATOR)
        page = browser.get(LIST).text
        (further,) = re.findall(rf'href="({LIST}\?voor=[^"]+)"', page)
        rest = browser.get(further).text
        names = [set(re.findall(rf'href="{LIST}/([\w-]+)"', each)) for each in (page, rest)]
        assert [len(each) for each in names] == [PAGE, 1]
        assert not names[0] & names[1]
        assert "Oudere uitgiften" not in rest

    @pytest.mark.parametrize("place", ["x", "1.", ".x", "9" * 12 + ".x", "1." + "x" * 300, "-1.x", "1.\x00"])
    def test_a_place_in_the_list_that_is_none_is_refused(self, scene: Scene, place: str) -> None:
        assert at_the_desk(scene, Role.OPERATOR).get(LIST, params={"voor": place}).status_code == 400

    @pytest.mark.parametrize("path", ["nergens", "nergens/intrekken", "%00", "a%00b/intrekken", "x" * 65])
    def test_what_was_never_issued_is_not_there(self, scene: Scene, path: str) -> None:
        assert at_the_desk(scene, Role.OPERATOR).get(f"{LIST}/{path}").status_code == 404

    def test_an_auditor_sees_none_of_it(self, scene: Scene) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.AUDITOR)
        token = csrf_of(browser.get("/beheer/logboek").text)
        for path in (LIST, f"{LIST}/{session}", f"{LIST}/{session}/intrekken"):
            assert browser.get(path).status_code == 403
        fields = {"csrf_token": token, "reden": "anders", "zoek": session}
        for path in (f"{LIST}/zoeken", f"{LIST}/{session}/intrekken"):
            assert browser.post(path, data=fields).status_code == 403
        assert set(statuses(scene, session)["overzicht_sdjwt"]) == {Status.VALID}


class TestTakingBack:
    def test_all_of_it_is_withdrawn_once_with_a_reason_and_by_whom(self, scene: Scene) -> None:
        session = issue(scene)
        before = scene.agency.desk.read_status_list("token", 1).fingerprint
        browser = at_the_desk(scene, Role.OPERATOR)
        asked = browser.get(f"{LIST}/{session}/intrekken")
        assert "Dat zijn 6\u00a0exemplaren." in asked.text
        assert "Dit is voorgoed" in asked.text
        path = f"{LIST}/{session}/intrekken"
        done = press(browser, path, path, reden=Reason.WRONG_PERSON.value)
        assert done.headers["location"] == f"{LIST}/{session}?gedaan=ingetrokken"
        assert "Ingetrokken" in browser.get(done.headers["location"]).text
        assert {each for some in statuses(scene, session).values() for each in some} == {Status.INVALID}
        assert scene.agency.desk.read_status_list("token", 1).fingerprint != before, "published before it is told"
        again = press(browser, LIST, path, reden=Reason.WRONG_PERSON.value)
        assert again.status_code == 409
        with scene.agency.database.read() as connection:
            lines = list(connection.scalars(select(audit_table.c.entry)))
        (line,) = [each for each in lines if "issuance.withdrawn" in each]
        assert '"reason":"verkeerde-persoon"' in line
        assert '"actor":"medewerker:' in line
        assert f'"object":"{session}"' in line

    def test_one_case_is_replaced_and_the_rest_stays(self, scene: Scene) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.ADMINISTRATOR)
        page = browser.get(f"{LIST}/{session}").text
        overview, part, _ = [each.id for each in scene.agency.work.issued.find(session).statements]
        assert f"/vervangen?deel={part}" in page
        assert f"/vervangen?deel={overview}" in page
        path = f"{LIST}/{session}/vervangen"
        done = press(browser, f"{path}?deel={part}", path, reden=Reason.DATA_CHANGED.value, deel=part)
        assert done.status_code == 303
        found = statuses(scene, session)
        assert found["overzicht_sdjwt"] == [Status.VALID] * 2
        assert sorted(found["zaak_sdjwt"]) == [Status.VALID, Status.VALID, Status.SUPERSEDED, Status.SUPERSEDED]
        # What is superseded can still turn out to have been wrong.
        press(browser, path, f"{LIST}/{session}/intrekken", reden=Reason.OTHER.value)
        assert set(statuses(scene, session)["zaak_sdjwt"]) == {Status.INVALID}
        assert "Alles intrekken" not in browser.get(f"{LIST}/{session}").text

    @pytest.mark.parametrize("shown", ["daily", "at_once"])
    def test_whoever_replaces_reads_when_it_shows(self, tmp_path: Path, shown: Literal["daily", "at_once"]) -> None:
        scene = a_desk(tmp_path, FixedClock(NOW), status=StatusSection(superseded=shown))
        page = at_the_desk(scene, Role.OPERATOR).get(f"{LIST}/{issue(scene)}/vervangen").text
        assert ("na de volgende dagelijkse ronde" in page) is (shown == "daily")

    @pytest.mark.parametrize("reason", ["", "omdat", "Jan Jansen belde"])
    def test_without_a_reason_of_the_list_nothing_happens(self, scene: Scene, reason: str) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.OPERATOR)
        path = f"{LIST}/{session}/intrekken"
        answer = press(browser, path, path, reden=reason)
        assert answer.status_code == 400
        assert "Kies waarom u dit doet." in answer.text
        assert "Jansen" not in answer.text
        assert set(statuses(scene, session)["overzicht_sdjwt"]) == {Status.VALID}

    @pytest.mark.parametrize("part", ["0", "nothing", "x" * 300])
    def test_a_part_that_is_not_there_is_not_found(self, scene: Scene, part: str) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.OPERATOR)
        path = f"{LIST}/{session}/intrekken"
        assert press(browser, path, path, reden="anders", deel=part).status_code == 404
        assert browser.get(f"{path}?deel={part}").status_code == 404
        assert set(statuses(scene, session)["overzicht_sdjwt"]) == {Status.VALID}

    def test_what_was_shown_is_taken_back_also_when_more_was_issued_meanwhile(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        _, cases = wallet.granted["authorization_details"]
        first, second = cases["credential_identifiers"]
        wallet.by_identifier(second)
        with scene.agency.database.read() as connection:
            session = str(connection.scalars(select(issued_copy.c.session)).first())
        (shown,) = scene.agency.work.issued.find(session).statements
        browser = at_the_desk(scene, Role.OPERATOR)
        path = f"{LIST}/{session}/intrekken"
        page = browser.get(f"{path}?deel={shown.id}").text
        wallet.by_identifier(first)
        token = csrf_of(page)
        assert browser.post(path, data={"csrf_token": token, "reden": "anders", "deel": shown.id}).status_code == 303
        with scene.agency.store.read() as records:
            marked = {each.statement for each in records.issuances.copies_in([session]) if each.status.value}
        assert marked == {shown.statement}

    def test_without_the_pages_own_token_nothing_happens(self, scene: Scene) -> None:
        session = issue(scene)
        browser = at_the_desk(scene, Role.OPERATOR)
        assert browser.post(f"{LIST}/{session}/intrekken", data={"reden": "anders"}).status_code == 403
        assert browser.get(f"{LIST}/{session}/weg").status_code == 404
        assert set(statuses(scene, session)["overzicht_sdjwt"]) == {Status.VALID}


def test_status_lists_are_shown_with_how_full_they_are(scene: Scene) -> None:
    issue(scene)
    page = at_the_desk(scene, Role.OPERATOR).get("/beheer/statuslijsten").text
    assert "6 van 131072" in page
    assert "Wordt gevuld" in page


def test_a_list_that_was_not_signed_in_time_is_an_alarm(scene: Scene) -> None:
    issue(scene)
    scene.agency.desk.publish()
    scene.clock.at += scene.agency.settings.status_lifetime * 0.9
    browser = at_the_desk(scene, Role.OPERATOR)
    for path in ("/beheer/statuslijsten", "/beheer"):
        assert "te oud" in browser.get(path).text


def test_what_is_kept_is_for_an_administrator(scene: Scene) -> None:
    page = at_the_desk(scene, Role.ADMINISTRATOR).get("/beheer/bewaartermijnen")
    assert "refresh_days" in page.text
    assert "90 dagen" in page.text
    assert at_the_desk(scene, Role.OPERATOR).get("/beheer/bewaartermijnen").status_code == 403


def test_every_code_has_words() -> None:
    assert words.REASONS.keys() == set(Reason)
    assert words.STATES.keys() == set(CopyState)
    assert words.STATUSES.keys() == set(Status) - {each for each in Status if each.name == "SUSPENDED"}
