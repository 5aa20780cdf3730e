"""Known deficient data: from the operator who says so to every card of that time, and back again when it is over."""

from datetime import date, timedelta
from inspect import signature
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from credentials.clock import FixedClock
from credentials.debts.disclosed import read_overview
from credentials.encoding import JsonObject
from credentials.formats.sd_jwt import SdJwtVc
from credentials.status.values import Status
from issuer.jobs import periodic_jobs
from issuer.settings import StatusSection
from issuer.web.telling import telling
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import NOBODY, NOW, Scene, an_agency, log_in, several_cases

WHAT = "Een levering met betalingen ontbreekt."


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def said(**more: Any) -> JsonObject:
    return {"van": "2026-11-20", "omschrijving": WHAT, **more}


def get(scene: Scene, resource: str) -> Any:
    token = scene.agency.desk.api_token.reveal()
    return scene.http().get(f"/api/v1/{resource}", headers={"authorization": f"Bearer {token}"})


def overview_of(scene: Scene, **more: Any) -> Any:
    (issued,) = scene.wallet_with_token("overzicht_sdjwt", **more).credentials("overzicht_sdjwt")
    return read_overview(SdJwtVc().inspect(issued).always_disclosed)


def statuses(scene: Scene) -> list[Status]:
    with scene.agency.store.read() as records:
        return list(records.issuances.statuses(1).values())


class TestANotice:
    def test_stands_in_every_overview_until_it_is_ended(self, scene: Scene) -> None:
        assert overview_of(scene).notices == ()
        added = scene.api("meldingen", said(totEnMet="2026-11-22", hersteldOp="2026-12-01", soorten=["cjib_wahv"]))
        assert added.status_code == 201, added.text
        assert added.json()["melding"]["nummer"] == 1
        (notice,) = overview_of(scene).notices
        assert (notice.first_day, notice.last_day, notice.expected_end) == (
            date(2026, 11, 20),
            date(2026, 11, 22),
            date(2026, 12, 1),
        )
        assert (notice.what, notice.kinds) == (WHAT, ("cjib_wahv",))
        ended = scene.api("meldingen/1/beeindiging", {})
        assert (ended.status_code, ended.json()["melding"]["status"]) == (201, "beeindigd")
        assert overview_of(scene).notices == ()

    def test_makes_what_was_issued_before_it_outdated_and_so_does_its_end(
        self, scene: Scene, clock: FixedClock
    ) -> None:
        clock.advance(timedelta(days=-10))
        before = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        ids = before.granted["authorization_details"][1]["credential_identifiers"]  # type: ignore[index,call-overload]
        before.credentials("overzicht_sdjwt")
        before.ask({"credential_identifier": ids[0], "proofs": {"jwt": before.proofs()}})  # type: ignore[index]
        clock.advance(timedelta(days=10))
        during = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt")
        ids = during.granted["authorization_details"][1]["credential_identifiers"]  # type: ignore[index,call-overload]
        during.credentials("overzicht_sdjwt")
        during.ask({"credential_identifier": ids[0], "proofs": {"jwt": during.proofs()}})  # type: ignore[index]
        # Both overviews, and of the cases the one of its days.
        assert scene.api("meldingen", said()).json()["verouderd"] == 3
        assert statuses(scene) == [Status.SUPERSEDED] * 3
        assert scene.api("bronverversingen").json()["verouderd"] == 0
        overview_of(scene)
        assert scene.api("meldingen/1/beeindiging", {}).json()["verouderd"] == 1
        assert statuses(scene) == [Status.SUPERSEDED] * 4

    @pytest.mark.long
    def test_that_is_announced_stands_from_its_day(self, scene: Scene, clock: FixedClock) -> None:
        assert scene.api("meldingen", said(van="2026-11-25")).json()["verouderd"] == 0
        assert overview_of(scene).notices == ()
        clock.advance(timedelta(days=2))
        assert [each.what for each in overview_of(scene).notices] == [WHAT]
        # What was issued before it is no longer what an overview says now: the next look finds it.
        assert scene.api("bronverversingen").json()["verouderd"] == 1

    @pytest.mark.long
    def test_is_told_to_who_has_no_debts(self, scene: Scene) -> None:
        scene.api("meldingen", said())
        overview = overview_of(scene, bsn=NOBODY)
        assert (overview.notices[0].what, overview.notices_hidden) == (WHAT, False)
        # And that they have none is still how things stand.
        assert scene.api("bronverversingen").json()["verouderd"] == 0

    @pytest.mark.long
    def test_needs_no_register_that_can_be_read(self, scene: Scene) -> None:
        overview_of(scene)
        (scene.folder / "debts" / "samira.json").write_text("{")
        assert scene.api("meldingen", said()).json()["verouderd"] == 1

    @pytest.mark.long
    def test_is_only_tried_out(self, scene: Scene) -> None:
        overview_of(scene)
        tried = scene.api("meldingen", said(proef=True)).json()
        assert (tried["verouderd"], tried["proef"], tried["melding"]["status"]) == (1, True, "geldt")
        assert get(scene, "meldingen").json() == {"meldingen": []}
        assert statuses(scene) == []
        scene.api("meldingen", said())
        overview_of(scene)
        assert scene.api("meldingen/1/beeindiging", {"proef": True}).json()["verouderd"] == 1
        assert get(scene, "meldingen").json()["meldingen"][0]["status"] == "geldt"

    @pytest.mark.long
    def test_shows_at_once_with_what_waits_for_the_batch_of_the_day(self, tmp_path: Path, clock: FixedClock) -> None:
        daily = StatusSection(ttl_seconds=60, superseded="daily")
        scene = Scene(an_agency(tmp_path, clock, status=daily), clock, tmp_path)
        overview_of(scene)
        overview_of(scene, bsn=NOBODY)
        scene.restate(several_cases(3))
        assert scene.api("bronverversingen").json()["verouderd"] == 1
        assert statuses(scene) == []
        # Theirs alone would not change with the others, and that would tell.
        scene.api("meldingen", said())
        assert len(statuses(scene)) >= 2
        assert set(statuses(scene)) == {Status.SUPERSEDED}

    def test_is_gone_on_with_after_a_crash(self, scene: Scene, clock: FixedClock) -> None:
        overview_of(scene)
        # What a killed process left: the notice, and nothing marked.
        with scene.agency.store.write() as records:
            records.notices.add(scene_notice(), clock.now())
        supersede = scene.agency.desk.notices.supersede
        assert supersede.after_a_change() == 1
        assert supersede.after_a_change() == 0
        assert statuses(scene) == [Status.SUPERSEDED]


def scene_notice() -> Any:
    from credentials.debts.notice import Notice

    return Notice(first_day=date(2026, 11, 20), what=WHAT)


REFUSED: list[JsonObject] = [
    {},
    {"van": "2026-11-20"},
    said(van="20-11-2026"),
    said(van="2026-02-30"),
    said(van=20261120),
    said(van="2026-11-20T00:00:00Z"),
    said(totEnMet="2026-11-19"),
    said(hersteldOp="2026-11-19"),
    said(omschrijving=""),
    said(omschrijving="x" * 301),
    said(omschrijving="Twee\nregels"),
    said(omschrijving="Om\u202egekeerd"),
    said(soorten=["boetes"]),
    said(soorten=["gem_leges"]),
    said(soorten="cjib_wahv"),
    said(tot="2026-11-21"),
]


class TestWhatIsNotTaken:
    def test_is_refused_without_quoting_it(self, scene: Scene) -> None:
        answers = [scene.api("meldingen", body) for body in REFUSED]
        assert [answer.status_code for answer in answers] == [400] * len(REFUSED)
        for answer in answers:
            assert answer.headers["content-type"] == "application/problem+json"
            assert not any(word in answer.text for word in ("gekeerd", "boetes", "20261120"))
        assert get(scene, "meldingen").json() == {"meldingen": []}

    def test_is_one_more_than_there_is_room_for(self, scene: Scene) -> None:
        for _ in range(5):
            assert scene.api("meldingen", said()).status_code == 201
        assert scene.api("meldingen", said()).status_code == 409
        assert scene.api("meldingen", said(proef=True)).status_code == 409

    def test_is_an_end_of_what_is_not_there(self, scene: Scene) -> None:
        for number in ("1", "0", "-1"):
            assert scene.api(f"meldingen/{number}/beeindiging", {}).status_code == 404
            assert scene.api(f"meldingen/{number}/beeindiging", {"proef": True}).status_code == 404
        for name in ("een", "1.0", "١", "9" * 30):
            assert scene.api(f"meldingen/{name}/beeindiging", {}).status_code == 404


@pytest.mark.long
class TestTheAgencysOwnPage:
    def test_says_what_is_the_matter_in_both_languages(self, scene: Scene) -> None:
        scene.api("meldingen", said(totEnMet="2026-11-22", hersteldOp="2026-12-01", soorten=["cjib_wahv"]))
        browser = scene.http()
        log_in(browser)
        page = browser.get("/schulden").text.replace("\u00a0", " ")
        assert "Let op: onze gegevens kloppen nu niet helemaal" in page
        assert WHAT in page
        assert "Het gaat om gegevens van 20 november 2026 tot en met 22 november 2026." in page
        assert "Het gaat alleen om: Verkeersboete." in page
        assert "Wij verwachten dat het op 1 december 2026 weer klopt." in page
        browser.get("/taal?taal=en&terug=/schulden")
        page = browser.get("/schulden").text.replace("\u00a0", " ")
        assert "our data are not quite right" in page
        # What the agency wrote itself stays as it wrote it.
        assert f'<span lang="nl">{WHAT}</span>' in page
        assert "It is only about: Traffic fine." in page

    def test_says_so_on_paper_too(self, scene: Scene) -> None:
        scene.api("meldingen", said())
        desk = scene.agency.desk
        facts = desk.show_debts(SAMIRA)
        paper = desk.pages.fragment(
            "overzicht.html", language="nl", title="", made_at=NOW, whom=None, **telling(desk, facts)
        )
        assert "Let op: onze gegevens kloppen nu niet helemaal" in paper
        assert WHAT in paper

    def test_says_when_it_is_late_and_promises_nothing_to_who_has_no_debts(
        self, scene: Scene, clock: FixedClock
    ) -> None:
        scene.api("meldingen", said(hersteldOp="2026-11-21"))
        browser = scene.http()
        log_in(browser, NOBODY)
        page = browser.get("/schulden").text.replace("\u00a0", " ")
        assert "Op 21 november 2026 had het weer moeten kloppen." in page
        assert "Wij zien nu geen schulden van u" in page
        assert "U hebt hier geen schulden" not in page

    def test_hands_it_over_in_the_file_too(self, scene: Scene) -> None:
        scene.api("meldingen", said())
        browser = scene.http()
        log_in(browser)
        overview = browser.get("/schulden/download").json()["overzicht"]
        assert overview["meldingen"]["m01"]["omschrijving"] == WHAT


def test_a_service_goes_on_with_it_by_itself() -> None:
    work: Any = MagicMock()
    work.only = lambda each: each
    parts: Any = {
        name: timedelta(minutes=1) if name.endswith("_every") else () if name == "lasting" else work
        for name in signature(periodic_jobs).parameters
    }
    jobs: Any = periodic_jobs(**parts)
    (job,) = (each for each in jobs[1:] if each.name == "notices")
    assert job.run_now()
    work.after_a_change.assert_called_once_with()
