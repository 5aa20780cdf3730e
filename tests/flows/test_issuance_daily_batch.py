"""What was superseded becomes visible once a day, together, among decoys; what is invalid at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.status.token_list import parse_token, read_claims
from credentials.status.values import Status
from issuer.domain.issuance import Copy
from issuer.settings import StatusSection
from issuer.storage.issuances import DECOY, EXPIRED
from issuer.storage.tables import issued_copy
from issuer.usecases.batch import LEAST
from tests.flows.issuance_kit import Scene, an_agency

NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
TOMORROW = datetime(2026, 11, 24, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    clock = FixedClock(NOON)
    return Scene(an_agency(tmp_path, clock, status=StatusSection(daily_hour=3)), clock, tmp_path)


def issue(scene: Scene, *subjects: str, days: int = 35) -> list[int]:
    """Have these people take a card, as far as the records know; return its places."""
    with scene.agency.store.write() as records:
        places = records.issuances.free_places(len(subjects))
        records.issuances.reserve(
            [
                Copy(
                    id=f"{subject}-{place.index}",
                    session=subject,
                    configuration="overzicht_sdjwt",
                    subject_hash=subject,
                    case_hash=None,
                    fingerprint="facts",
                    place=place,
                    issued_at=scene.clock.now(),
                    expires_at=scene.clock.now() + timedelta(days=days),
                )
                for subject, place in zip(subjects, places, strict=True)
            ]
        )
    return [place.index for place in places]


def supersede(scene: Scene, *subjects: str, status: Status = Status.SUPERSEDED) -> None:
    with scene.agency.store.write() as records:
        for each in subjects:
            records.issuances.mark(status, scene.clock.now(), subject_hash=each, reason="gewijzigd")
    scene.agency.desk.publish()


def published(scene: Scene) -> dict[int, Status]:
    """What a downloader of the list sees."""
    token = parse_token(scene.http().get("/status/token/1").content)
    listed = read_claims(token.payload, token.payload["sub"], scene.clock.now(), max_age=None).statuses
    return {index: Status(listed[index]) for index in range(len(listed)) if listed[index]}


def rows(scene: Scene, **columns: Any) -> int:
    with scene.agency.database.read() as connection:
        found = connection.execute(issued_copy.select().filter_by(**columns)).all()
    return len(found)


def test_what_changed_shows_in_the_batch_and_not_before(scene: Scene) -> None:
    (place, _) = issue(scene, "samira", "noor")
    supersede(scene, "samira")
    assert published(scene) == {}
    # Also not with something that is published at once.
    (wrong,) = issue(scene, "wim")
    supersede(scene, "wim", status=Status.INVALID)
    assert published(scene) == {wrong: Status.INVALID}
    scene.clock.advance(TOMORROW - timedelta(seconds=1) - NOON)
    assert scene.agency.show_changes() == 1  # yesterday's, in which nothing was
    assert place not in published(scene)
    scene.clock.advance(timedelta(seconds=1))
    assert scene.agency.show_changes() == 1
    assert published(scene)[place] is Status.SUPERSEDED
    assert published(scene)[wrong] is Status.INVALID


def test_one_change_looks_like_any_number_up_to_the_least(scene: Scene) -> None:
    people = [f"person-{number}" for number in range(80)]
    issue(scene, *people)
    scene.agency.show_changes()
    quiet = set(published(scene))
    assert len(quiet) == LEAST
    supersede(scene, people[0])
    scene.clock.advance(timedelta(days=1))
    scene.agency.show_changes()
    one = set(published(scene)) - quiet
    assert len(one) == LEAST
    supersede(scene, *people[1:71])
    scene.clock.advance(timedelta(days=1))
    scene.agency.show_changes()
    assert len(set(published(scene)) - quiet - one) == 2 * LEAST


def test_a_notice_of_deficient_data_shows_at_once_as_every_card_changes(scene: Scene) -> None:
    assert scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
    assert scene.api("meldingen", {"van": "2026-11-20", "omschrijving": "Een levering ontbreekt."}).status_code == 201
    assert set(published(scene).values()) == {Status.SUPERSEDED}


def test_it_is_done_once_a_day_whoever_does_it(scene: Scene) -> None:
    issue(scene, "samira")
    assert scene.agency.show_changes() == 1
    seen = published(scene)
    assert scene.agency.show_changes() == 0
    other = an_agency(scene.folder, scene.clock, status=StatusSection(daily_hour=3))
    assert other.show_changes() == 0
    assert published(scene) == seen


def test_what_expired_changes_with_the_rest(scene: Scene) -> None:
    (short, _) = issue(scene, "samira", "noor", days=35)
    issue(scene, "wim", days=90)
    scene.agency.show_changes()
    before = published(scene)
    assert short not in before
    scene.clock.advance(timedelta(days=36))
    scene.agency.show_changes()
    assert published(scene)[short] is Status.SUPERSEDED
    assert rows(scene, reason=EXPIRED) == 2
    assert len(published(scene)) - len(before) == LEAST


def test_a_decoy_is_nobodys_and_its_place_is_given_to_nobody(scene: Scene) -> None:
    scene.agency.store.randbelow = Random(1).randrange
    issue(scene, "samira")
    scene.agency.show_changes()
    decoys = set(published(scene))
    assert rows(scene, state=DECOY) == len(decoys) == LEAST
    assert 5 not in decoys
    with scene.agency.store.read() as records:
        assert records.issuances.live("", scene.clock.now()) == []
        assert records.issuances.subjects_with_live_copies(scene.clock.now()) == {"samira"}
        assert [each.session for each in records.issuances.visits(10)] == ["samira"]
        assert records.issuances.count_states(scene.clock.now().date())[0].copies
    drawn = iter([*sorted(decoys - {5})[:10], 5])
    scene.agency.store.randbelow = lambda _: next(drawn)
    assert issue(scene, "noor") == [5]
    # Nor are they counted as issued.
    days = scene.agency.desk.take_notification.counted()
    assert sum(sum(day.copies.values()) for day in days) == 2


def test_a_list_without_living_cards_gets_no_decoys(scene: Scene) -> None:
    issue(scene, "samira")
    scene.clock.advance(timedelta(days=36))
    scene.agency.show_changes()
    assert rows(scene, state=DECOY) == 0
    scene.clock.advance(timedelta(days=1))
    assert scene.agency.show_changes() == 1
    assert rows(scene, state=DECOY) == 0


def test_what_shows_at_once_shows_at_once_and_stays_when_the_setting_changes(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    at_once = StatusSection(superseded="at_once")
    scene = Scene(an_agency(tmp_path, clock, status=at_once), clock, tmp_path)
    (place,) = issue(scene, "samira")
    supersede(scene, "samira")
    assert published(scene) == {place: Status.SUPERSEDED}
    daily = Scene(an_agency(tmp_path, clock, status=StatusSection(daily_hour=3)), clock, tmp_path)
    daily.agency.desk.publish()
    assert published(daily) == {place: Status.SUPERSEDED}
