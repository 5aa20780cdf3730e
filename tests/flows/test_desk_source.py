"""The register at the desk: what is wrong in it, and files that are read, looked at, and then count, or do not."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from credentials.clock import FixedClock
from issuer.domain.operators import Role
from issuer.storage.tables import debts, imported
from issuer.usecases.purge import Purge
from service.audit import audit_table
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOW, Scene, csrf_of
from tests.operators_kit import a_desk, an_importing_agency, at_the_desk, claims, press, send_file, upload_to

pytestmark = pytest.mark.long

SOURCE = "/beheer/bron"


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return an_importing_agency(tmp_path, FixedClock(NOW))


def rows(scene: Scene) -> tuple[int, int]:
    """How many people's debts are stored, and how many imports count."""
    with scene.agency.database.read() as connection:
        stored = connection.scalar(select(func.count()).select_from(debts)) or 0
        current = select(func.count()).select_from(imported).where(imported.c.is_current.is_(True))
        return stored, connection.scalar(current) or 0


def waiting(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="import" value="([0-9a-f]+)"', answer.text)
    assert found is not None, answer.text
    return found[1]


def confirm(browser: Any, import_id: str, said: str = "ja") -> Any:
    return press(browser, SOURCE, f"{SOURCE}/bevestigen", **{"import": import_id, "antwoord": said})


class TestImporting:
    def test_a_file_is_read_and_shown_and_counts_once_somebody_says_so(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        assert "Burgers krijgen nu niets." in browser.get(SOURCE).text
        shown = send_file(browser, claims())
        import_id = waiting(shown)
        for text in ("Klopt dit?", "2, waarvan 1", "€\u00a0123,50", "ws_belasting"):
            assert text in shown.text
        assert "999990007" not in shown.text
        assert rows(scene) == (2, 0), "nobody sees it yet"
        done = confirm(browser, import_id)
        assert done.headers["location"] == f"{SOURCE}?gedaan=ingelezen"
        page = browser.get(done.headers["location"]).text
        assert "De gegevens van het bestand gelden vanaf nu." in page
        assert "De bron is te lezen" in page
        assert scene.agency.desk.show_debts(SAMIRA).overview.balance == 12_350
        with scene.agency.database.read() as connection:
            line = connection.scalars(select(audit_table.c.entry).order_by(audit_table.c.number.desc())).first()
        assert '"action":"debts.imported"' in str(line)
        assert '"actor":"medewerker:' in str(line)

    def test_it_counts_once(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        import_id = waiting(send_file(browser, claims()))
        assert confirm(browser, import_id).status_code == 303
        assert confirm(browser, import_id).status_code == 409
        assert "Dit bestand is al ingelezen" in send_file(browser, claims()).text
        assert rows(scene) == (2, 1)

    def test_whoever_says_no_leaves_nothing(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        import_id = waiting(send_file(browser, claims()))
        assert confirm(browser, import_id, "nee").headers["location"] == f"{SOURCE}?gedaan=niet"
        assert rows(scene) == (0, 0)
        assert confirm(browser, import_id).status_code == 409

    def test_nobody_else_can_say_yes(self, scene: Scene) -> None:
        import_id = waiting(send_file(at_the_desk(scene, Role.OPERATOR), claims()))
        assert confirm(at_the_desk(scene, Role.ADMINISTRATOR), import_id).status_code == 409
        assert rows(scene) == (2, 0)

    def test_what_another_file_of_its_name_came_before_is_overtaken(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        first = waiting(send_file(browser, claims()))
        second = waiting(send_file(at_the_desk(scene, Role.OPERATOR), claims() + b"\r\n"))
        assert confirm(browser, first).status_code == 409
        assert rows(scene) == (2, 0)
        assert first != second

    def test_what_nobody_confirms_is_gone_after_a_day(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        confirm(browser, waiting(send_file(browser, claims())))
        send_file(browser, claims().replace(b"80,25", b"90,25"))
        assert rows(scene) == (4, 1)
        purge = Purge(scene.agency.store, scene.clock)
        purge()
        assert rows(scene) == (4, 1)
        scene.clock.at += timedelta(days=1, minutes=1)
        purge()
        assert rows(scene) == (2, 1)

    def test_the_next_file_takes_the_place_of_the_one_before_it(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        confirm(browser, waiting(send_file(browser, claims())))
        only_one = b"".join(line for line in claims().splitlines(keepends=True) if b"WS-2026-002" not in line)
        shown = send_file(browser, only_one)
        assert "Nu zijn er 2\u00a0mensen in dit deel van de bron. Straks 1." in shown.text
        confirm(browser, waiting(shown))
        assert rows(scene) == (1, 1)

    def test_every_wrong_row_is_told_by_line_and_column_and_never_its_value(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        answer = send_file(browser, claims().replace(b"214,50", b"veel").replace(b"2026-06-15", b"morgen"))
        assert answer.status_code == 400
        assert "Er zijn 3 fouten gevonden" in answer.text
        assert "bestand.csv, regel 2" in answer.text
        assert "Bedrag" in answer.text
        for text in ("veel", "morgen", "claims.csv", SAMIRA.reveal()):
            assert text not in answer.text.partition("<main")[2]
        assert rows(scene) == (0, 0)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"name": "debts.pdf"}, "Dit soort bestand lezen wij niet."),
            ({"name": ""}, "Kies een bestand."),
            ({"content": b""}, "Kies een bestand."),
            ({"moment": ""}, "niet in de toekomst"),
            ({"moment": "2026-11-24T00:00"}, "niet in de toekomst"),
            ({"moment": "gisteren"}, "niet in de toekomst"),
            ({"moment": "2026-03-29T02:30"}, "niet in de toekomst"),
            ({"moment": "0001-01-01T00:00"}, "niet in de toekomst"),
            ({"moment": "1990-01-01T00:00"}, "Het bestand is niet ingelezen"),
            ({"deel": ""}, "Geef het een naam"),
            ({"deel": "../x"}, "Geef het een naam"),
            ({"name": "x.xlsx"}, "Het bestand is niet ingelezen"),
            ({"name": "x.json"}, "Het bestand is niet ingelezen"),
        ],
    )
    def test_what_cannot_be_read_is_told_beside_its_field(
        self, scene: Scene, changed: dict[str, Any], said: str
    ) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        answer = send_file(browser, **{"content": claims(), **changed})
        assert answer.status_code == 400, answer.text
        assert said in answer.text
        assert rows(scene) == (0, 0)


class TestWhoMaySend:
    def test_a_large_request_is_taken_at_an_address_of_ours_alone(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        large = claims() + b"\r\n" * 100_000
        assert send_file(browser, large).status_code == 200
        for to in (f"{SOURCE}/inlezen/x", f"{SOURCE}/inlezen/", f"{SOURCE}/controle"):
            assert send_file(browser, large, to=to).status_code == 413
        assert send_file(browser, b"x" * (9 << 20)).status_code == 413

    def test_an_address_is_good_for_an_hour(self, scene: Scene) -> None:
        to = upload_to(at_the_desk(scene, Role.OPERATOR))
        scene.clock.at += timedelta(minutes=61)
        browser = at_the_desk(scene, Role.OPERATOR)
        answer = send_file(browser, claims(), to=to)
        assert answer.status_code == 400
        assert "U deed er te lang over." in answer.text
        assert rows(scene) == (0, 0)

    def test_who_may_not_change_anything_may_not_import(self, scene: Scene) -> None:
        to = upload_to(at_the_desk(scene, Role.OPERATOR))
        auditor = at_the_desk(scene, Role.AUDITOR)
        token = csrf_of(auditor.get("/beheer/logboek").text)
        answer = auditor.post(to, data={"csrf_token": token, "deel": "all"}, files={"bestand": ("a.csv", claims())})
        assert answer.status_code == 403
        nobody = scene.http().post(to, data={"deel": "all"}, files={"bestand": ("a.csv", claims())})
        assert nobody.status_code in (303, 403)
        assert rows(scene) == (0, 0)

    def test_without_the_pages_own_token_nothing_is_read(self, scene: Scene) -> None:
        browser = at_the_desk(scene, Role.OPERATOR)
        assert send_file(browser, claims(), csrf_token="x").status_code == 403
        assert rows(scene) == (0, 0)

    def test_where_the_register_is_another_there_is_nothing_to_import(self, tmp_path: Path) -> None:
        browser = at_the_desk(a_desk(tmp_path, FixedClock(NOW)), Role.ADMINISTRATOR)
        page = browser.get(SOURCE).text
        assert "De bron is te lezen" in page
        assert "Een bestand inlezen" not in page


class TestChecking:
    def test_what_is_wrong_is_told_by_file_and_column(self, tmp_path: Path) -> None:
        scene = a_desk(tmp_path, FixedClock(NOW))
        browser = at_the_desk(scene, Role.OPERATOR)
        assert "Alles in de bron is te lezen" in press(browser, SOURCE, f"{SOURCE}/controle").text
        (tmp_path / "debts" / "broken.json").write_text('{"bsn": "999990007"')
        assert "Een deel van de bron is niet te lezen" in browser.get(SOURCE).text
        page = press(browser, SOURCE, f"{SOURCE}/controle").text
        assert "Niet alles in de bron is te lezen" in page
        assert "broken.json" in page
        assert "Wat wij zouden uitgeven" in page
        assert SAMIRA.reveal() not in page
