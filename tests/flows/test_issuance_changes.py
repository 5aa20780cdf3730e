"""The agency says that something changed, or imports a file: what was issued and is no longer so becomes superseded."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from credentials.status.values import Status
from issuer.domain.configurations import configuration
from issuer.domain.facts import Hiding
from issuer.domain.issuance import Copy
from issuer.storage.changes import EVERYBODY
from issuer.storage.tables import change, issued_copy
from issuer.usecases.changes import AGAIN
from service.audit import audit_table
from tests.flows.issuance_kit import NOBODY, NOW, SAMIRA, Scene, an_agency, several_cases


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    clock = FixedClock(NOW)
    return Scene(an_agency(tmp_path, clock), clock, tmp_path)


def told(scene: Scene, *people: Bsn) -> Any:
    return scene.api("wijzigingen", {"bsns": [each.reveal() for each in people]})


def rows(scene: Scene, table: Any) -> Sequence[Any]:
    with scene.agency.database.read() as connection:
        return connection.execute(table.select()).all()


def statuses(scene: Scene) -> set[int]:
    return {row.status for row in rows(scene, issued_copy)}


def issue(scene: Scene) -> None:
    """Have Samira take a card, as far as the records know."""
    desk = scene.agency.desk
    facts = desk.show_debts(SAMIRA)
    hiding: Hiding = desk.withdraw.hiding
    kind = configuration("overzicht_sdjwt").kind
    with scene.agency.store.write() as records:
        (place,) = records.issuances.free_places(1)
        copy = Copy(
            id=f"copy-{place.index}",
            session="session",
            configuration="overzicht_sdjwt",
            subject_hash=hiding.subject(SAMIRA),
            case_hash=None,
            fingerprint=hiding.fingerprint(facts, kind, None),
            place=place,
            issued_at=scene.clock.now(),
            expires_at=scene.clock.now() + timedelta(days=35),
        )
        records.issuances.reserve([copy])


def test_what_changed_is_noted_before_it_is_acknowledged_and_superseded_after(scene: Scene) -> None:
    issue(scene)
    scene.restate(several_cases(3))
    answer = told(scene, SAMIRA, NOBODY, SAMIRA)
    assert (answer.status_code, answer.json()) == (202, {"aantal": 2})
    assert len(rows(scene, change)) == 2
    assert statuses(scene) == {Status.VALID.value}
    before = scene.http().get("/status/token/1").content
    assert scene.agency.check_changes() == 1
    assert statuses(scene) == {Status.SUPERSEDED.value}
    assert rows(scene, change) == []
    # Where changes show at once, this one does.
    assert scene.http().get("/status/token/1").content != before


def test_what_did_not_change_stays_valid(scene: Scene) -> None:
    issue(scene)
    told(scene, SAMIRA)
    assert scene.agency.check_changes() == 0
    assert statuses(scene) == {Status.VALID.value}
    assert rows(scene, change) == []


def test_a_kill_between_acknowledgement_and_work_loses_nothing(scene: Scene) -> None:
    issue(scene)
    scene.restate(several_cases(3))
    assert told(scene, SAMIRA).status_code == 202
    # Nothing of the first service goes on: another one starts on what is on disk.
    after = Scene(an_agency(scene.folder, scene.clock, several_cases(3)), scene.clock, scene.folder)
    assert after.agency.check_changes() == 1
    assert statuses(after) == {Status.SUPERSEDED.value}


def test_while_the_register_cannot_be_read_it_waits(scene: Scene) -> None:
    issue(scene)
    file = scene.folder / "debts" / "samira.json"
    file.write_text("{")
    told(scene, SAMIRA)
    assert scene.agency.check_changes() == 0
    assert statuses(scene) == {Status.VALID.value}
    scene.restate(several_cases(3))
    # Not asked again at once, but after a while.
    assert scene.agency.check_changes() == 0
    scene.clock.advance(AGAIN)
    assert scene.agency.check_changes() == 1


def test_who_is_told_of_again_while_being_looked_at_is_looked_at_again(scene: Scene) -> None:
    told(scene, SAMIRA)
    with scene.agency.store.read() as records:
        (seen,) = records.changes.waiting(scene.clock.now(), 10)
    told(scene, SAMIRA)
    with scene.agency.store.write() as records:
        records.changes.done(seen)
    assert len(rows(scene, change)) == 1


def test_numbers_lie_sealed_and_stand_in_no_line_of_the_audit_log(scene: Scene) -> None:
    told(scene, SAMIRA)
    (row,) = rows(scene, change)
    assert SAMIRA.reveal().encode() not in bytes(row.sealed)
    assert SAMIRA.reveal() not in row.subject_hash
    assert all(SAMIRA.reveal() not in str(line) for line in rows(scene, audit_table))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"bsns": []},
        {"bsns": ["123456789"]},
        {"bsns": [SAMIRA.reveal(), "1"]},
        {"bsns": [999990019]},
        {"bsns": "999990019"},
        {"bsns": [SAMIRA.reveal()], "meer": 1},
        {"bsns": [SAMIRA.reveal()] * 1_001},
    ],
    ids=range(8),
)
def test_any_other_message_is_refused_and_nothing_is_noted(scene: Scene, body: Any) -> None:
    refused = scene.api("wijzigingen", body)
    assert refused.status_code == 400
    assert "999990019" not in refused.text
    assert "123456789" not in refused.text
    assert rows(scene, change) == []


def test_an_import_has_everybody_compared_by_itself(scene: Scene) -> None:
    issue(scene)
    scene.restate(several_cases(3))
    with scene.agency.store.write() as records:
        records.changes.note_everybody(scene.clock.now())
    (row,) = rows(scene, change)
    assert (row.subject_hash, row.sealed) == (EVERYBODY, None)
    assert scene.agency.check_changes() == 1
    assert rows(scene, change) == []


def test_what_waits_a_month_is_thrown_away(scene: Scene) -> None:
    told(scene, SAMIRA)
    scene.clock.advance(timedelta(days=29))
    scene.agency.store.purge(scene.clock.now())
    assert len(rows(scene, change)) == 1
    scene.clock.advance(timedelta(days=2))
    scene.agency.store.purge(scene.clock.now())
    assert rows(scene, change) == []
