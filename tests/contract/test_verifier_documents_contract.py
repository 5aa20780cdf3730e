"""What answers were checked by is kept once, sealed, for their owner, and gone when no answer needs it any more."""

from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select, text, update

from service import audit
from service.database import Database
from service.errors import SealBroken
from service.migrations import _config
from tests.conftest import NOW
from tests.contract.test_verifier_storage_contract import ANNA, BRAM, KEY, Store, an_answer
from verifier.domain.read_back import TRIES, ReadBack
from verifier.domain.request import Answered
from verifier.storage import documents
from verifier.storage.documents import FRESH, GRACE, SqlConsulted
from verifier.storage.sealed import Seals
from verifier.storage.tables import document_table, request_table

LISTS = {"lijst-van-deelnemers": b"ey.the.trust.list", "https://cjib.example/status/1": b"ey.a.status.list"}
OTHER = {**LISTS, "https://duo.example/status/1": b"ey.another.status.list"}
LATER = NOW + GRACE + timedelta(seconds=1)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture
def consulted(store: Store) -> SqlConsulted:
    return SqlConsulted(store.database, Seals(KEY))


def answered(store: Store, lists: dict[str, bytes] | None, **more: object) -> str:
    request = store.request(store.intake(), expires_at=NOW + timedelta(days=1))
    store.requests.answer(request.id, replace(an_answer(), **more), return_code=None, consulted=lists)  # type: ignore[arg-type]
    return request.id


def stored(store: Store) -> dict[bytes, int]:
    with store.database.read() as connection:
        rows = connection.execute(select(document_table.c.hash, document_table.c.touched_at)).all()
    return {bytes(row.hash): row.touched_at for row in rows}


def test_what_an_answer_was_checked_by_comes_back_byte_for_byte_for_its_owner_only(
    store: Store, consulted: SqlConsulted
) -> None:
    first, second, bare = answered(store, LISTS), answered(store, OTHER), answered(store, None)
    assert consulted.of(ANNA, [first, second, bare]) == {first: LISTS, second: OTHER}
    assert set(consulted.kept(ANNA, [first, second, bare])) == {first, second}
    assert consulted.of(BRAM, [first]) == {}
    assert list(consulted.kept(BRAM, [first])) == []
    # Three documents in all, however many answers share them.
    assert len(stored(store)) == 3


def test_none_at_all_is_something_else_than_not_kept(store: Store, consulted: SqlConsulted) -> None:
    assert consulted.of(ANNA, [answered(store, {})]) != {}


def test_the_tables_tell_neither_which_documents_nor_who_was_checked_by_them(store: Store) -> None:
    first, second = answered(store, LISTS), answered(store, LISTS)
    with store.database.read() as connection:
        kept = connection.execute(select(document_table)).all()
        beside = connection.execute(select(request_table.c.consulted)).scalars().all()
    assert len(kept) == 2
    written = b"".join(filter(None, [*(value for row in kept for value in row[:2]), *beside]))
    for secret in (b"ey.the.trust", b"ey.a.status", b"cjib.example", b"deelnemers"):
        assert secret not in written
    # Two answers that were checked by the same have nothing in common.
    assert beside[0] != beside[1]
    assert all(bytes(row.hash) not in b"".join(filter(None, beside)) for row in kept)
    with store.database.write() as connection:
        connection.execute(update(request_table).values(consulted=beside[0]))
    # What is written beside an answer opens there only.
    with pytest.raises(SealBroken):
        SqlConsulted(store.database, Seals(KEY)).of(ANNA, [first, second])


def test_documents_go_with_the_last_answer_that_needs_them(store: Store, consulted: SqlConsulted) -> None:
    first, second = answered(store, LISTS), answered(store, OTHER)
    assert consulted.purge(LATER) == 0
    store.intakes.close(ANNA, store.requests.get(ANNA, second).intake_id, NOW)
    # An answer may be about to name what was touched just now.
    assert consulted.purge(NOW) == 0
    assert consulted.purge(LATER) == 1
    assert consulted.of(ANNA, [first]) == {first: LISTS}
    store.intakes.purge(NOW + timedelta(days=11))
    assert consulted.purge(LATER) == 2
    assert stored(store) == {}
    assert consulted.purge(LATER) == 0


def test_many_lists_are_read_and_many_documents_deleted_in_steps(
    store: Store, consulted: SqlConsulted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "STEP", 2)
    kept = [answered(store, {"l": b"one for all", str(number): bytes([number])}) for number in range(5)]
    assert consulted.purge(LATER) == 0
    for each in kept[1:]:
        store.intakes.close(ANNA, store.requests.get(ANNA, each).intake_id, NOW)
    assert consulted.purge(LATER) == 4
    assert set(consulted.of(ANNA, kept)) == {kept[0]}


def test_a_document_is_touched_again_by_who_needs_it_later_and_not_by_each(store: Store) -> None:
    answered(store, LISTS)
    first = stored(store)
    answered(store, LISTS, received_at=NOW + FRESH / 2)
    assert stored(store) == first
    answered(store, LISTS, received_at=NOW + FRESH)
    assert set(stored(store).values()) == {int((NOW + FRESH).timestamp())}


def test_what_nobody_needed_any_more_is_kept_for_who_came_just_before_it_was_looked_for(
    store: Store, consulted: SqlConsulted
) -> None:
    first = answered(store, LISTS)
    store.intakes.close(ANNA, store.requests.get(ANNA, first).intake_id, NOW)
    second = answered(store, LISTS, received_at=LATER)
    assert consulted.purge(LATER) == 0
    assert consulted.of(ANNA, [second]) == {second: LISTS}


def test_a_newly_checked_answer_has_what_it_was_newly_checked_by(store: Store, consulted: SqlConsulted) -> None:
    request = answered(store, None)
    store.requests.replace(ANNA, request, an_answer(1), consulted=LISTS)
    assert consulted.of(ANNA, [request]) == {request: LISTS}
    store.requests.replace(ANNA, request, an_answer(2), consulted=OTHER)
    assert consulted.of(ANNA, [request]) == {request: OTHER}
    # Checked by something that did not keep it: what was kept is of another check.
    store.requests.replace(ANNA, request, an_answer(3))
    assert consulted.of(ANNA, [request]) == {}


def test_what_waits_for_its_code_is_shown_to_nobody_and_goes_with_the_answer(
    store: Store, consulted: SqlConsulted
) -> None:
    intake = store.intake()
    waits, again = store.request(intake, remote=True), store.intake()
    code = ReadBack("1234", NOW + timedelta(minutes=10))
    store.requests.answer(waits.id, an_answer(), return_code="r", read_back=code, consulted=LISTS)
    assert consulted.of(ANNA, [waits.id]) == {}
    # It may still be opened.
    assert consulted.purge(LATER) == 0
    store.held.release(ANNA, waits.id, "1234", NOW)
    assert consulted.of(ANNA, [waits.id]) == {waits.id: LISTS}
    store.intakes.close(ANNA, intake.id, NOW)
    wrong = store.request(again, remote=True)
    store.requests.answer(wrong.id, an_answer(), return_code="r", read_back=code, consulted=LISTS)
    for _ in range(TRIES):
        with pytest.raises(Exception, match="tries left"):
            store.held.release(ANNA, wrong.id, "9999", NOW)
    assert consulted.purge(LATER) == 2


def test_asking_anew_takes_away_by_what_an_answer_was_checked_that_nobody_saw(
    store: Store, consulted: SqlConsulted
) -> None:
    intake = store.intake()
    waits = store.request(intake, browser="b")
    store.requests.answer(waits.id, an_answer(), return_code="r", consulted=LISTS)
    store.request(intake)
    assert consulted.purge(LATER) == 2


def test_that_a_bundle_was_taken_along_is_on_record_with_its_hash(store: Store, consulted: SqlConsulted) -> None:
    consulted.taken(ANNA, "dossier", "ab" * 32, NOW)
    with store.database.read() as connection:
        assert audit.verify(connection) == 1
        (row,) = audit.rows(connection, 1, 9)
    assert (row.entry.action, row.entry.actor, row.entry.object, row.entry.reason) == (
        "evidence_taken",
        ANNA,
        "dossier",
        "ab" * 32,
    )


def test_an_answer_of_before_this_was_kept_says_so_and_can_be_checked_anew(database: Database) -> None:
    with database.write() as connection:
        command.upgrade(_config("verifier", connection), "verifier_0014")
        seals = Seals(KEY)
        connection.execute(
            text(
                "INSERT INTO verifier_intake (id, owner, reference, template, opened_at, delete_after) "
                "VALUES ('een', :owner, :seal, 'intake', 1, 2)"
            ),
            {"owner": ANNA, "seal": seals.reference("een", "2026-0117")},
        )
        connection.execute(
            text(
                "INSERT INTO verifier_request (id, intake_id, number, owner, template, query, response_mode, "
                "request_hash, response_hash, created_at, expires_at, extensions, state, ended_at, answer) "
                "VALUES ('een', 'een', 1, :owner, 'intake', '{}', 'direct_post', :hash, :hash, 1, 2, 0, 'answered', 7, "
                ":answer)"
            ),
            {"owner": ANNA, "hash": b"een", "answer": seals.answer("een", an_answer())},
        )
    store = Store(database)
    consulted = SqlConsulted(database, Seals(KEY))
    assert store.requests.get(ANNA, "een").state == Answered(an_answer())
    assert list(consulted.kept(ANNA, ["een"])) == []
    store.requests.replace(ANNA, "een", an_answer(), consulted=LISTS)
    assert consulted.of(ANNA, ["een"]) == {"een": LISTS}
