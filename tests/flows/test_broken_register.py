"""A register with wrong rows: health, refresh and API say so, wallets come back later, and what was good is dated."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from issuer.settings import CsvSource
from tests.debt_files import COLUMNS, a_demand, a_file, an_obligation
from tests.flows.issuance_kit import NOW, Scene, an_agency

SOUND = a_file(an_obligation("10,00"), a_demand("10,00"))
BROKEN = a_file(*[an_obligation("tien", Code="Fout!") for _ in range(3)])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


def a_scene(folder: Path, clock: FixedClock, data: bytes, **more: Any) -> Scene:
    (folder / "debts.csv").write_bytes(data)
    source = CsvSource(
        kind="csv",
        file=folder / "debts.csv",
        decimal="comma",
        columns=dict(COLUMNS.columns),
        events=dict(COLUMNS.events),
        **more,
    )
    return Scene(an_agency(folder, clock, source=source), clock, folder)


def health(scene: Scene) -> tuple[int, str, str]:
    answer = scene.http().get("/health/ready")
    # Reading goes on beside the question: the second one has its outcome.
    while answer.json()["checks"]["source"] == "being read":
        answer = scene.http().get("/health/ready")
    return answer.status_code, answer.json()["status"], answer.json()["checks"]["source"]


def refreshed(scene: Scene) -> Any:
    return scene.api("bronverversingen")


@pytest.mark.usefixtures("able_to_print")
class TestNothingElse:
    def test_readiness_tells_it_and_takes_nothing_out_of_service(self, tmp_path: Path, clock: FixedClock) -> None:
        assert health(a_scene(tmp_path, clock, BROKEN)) == (200, "degraded", "unreadable")

    def test_a_sound_register_is_told_as_one(self, tmp_path: Path, clock: FixedClock) -> None:
        assert health(a_scene(tmp_path, clock, SOUND)) == (200, "ok", "ok")

    def test_a_refresh_says_so_also_where_nobody_holds_a_card(self, tmp_path: Path, clock: FixedClock) -> None:
        answer = refreshed(a_scene(tmp_path, clock, BROKEN))
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"

    def test_a_refresh_of_a_sound_register_says_that_it_is(self, tmp_path: Path, clock: FixedClock) -> None:
        found = refreshed(a_scene(tmp_path, clock, SOUND)).json()
        assert (found["bronLeesbaar"], found["gebreken"]) == (True, 0)

    def test_it_is_mended_without_a_restart(self, tmp_path: Path, clock: FixedClock) -> None:
        scene = a_scene(tmp_path, clock, BROKEN)
        health(scene)
        (tmp_path / "debts.csv").write_bytes(SOUND)
        assert health(scene) == (200, "ok", "ok")


class TestAWallet:
    def test_comes_back_for_cards_when_the_register_broke_after_its_offer(
        self, tmp_path: Path, clock: FixedClock
    ) -> None:
        scene = a_scene(tmp_path, clock, SOUND)
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        (tmp_path / "debts.csv").write_bytes(BROKEN)
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert answer.status_code == 202

    def test_is_served_what_was_last_good_under_its_date_where_that_is_set(
        self, tmp_path: Path, clock: FixedClock
    ) -> None:
        scene = a_scene(tmp_path, clock, SOUND, keep_last_good_hours=24)
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        health(scene)
        (tmp_path / "debts.csv").write_bytes(BROKEN)
        clock.advance(timedelta(hours=5))
        assert health(scene) == (200, "degraded", "unreadable, the last good state is served")
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert answer.status_code == 200
        found = refreshed(scene).json()
        assert (found["bronLeesbaar"], found["standVan"]) == (False, "2026-11-23T12:00:30Z")

    def test_is_served_nothing_of_it_when_that_is_too_old(self, tmp_path: Path, clock: FixedClock) -> None:
        scene = a_scene(tmp_path, clock, SOUND, keep_last_good_hours=4)
        wallet = scene.wallet_with_token("overzicht_sdjwt")
        health(scene)
        (tmp_path / "debts.csv").write_bytes(BROKEN)
        clock.advance(timedelta(hours=3))
        assert health(scene)[2] == "unreadable, the last good state is served"
        clock.advance(timedelta(hours=2))
        assert health(scene)[2] == "unreadable"
        assert refreshed(scene).status_code == 503
        del wallet
