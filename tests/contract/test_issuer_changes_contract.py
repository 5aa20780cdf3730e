"""Changes that wait to be looked at, on SQLite and on PostgreSQL alike."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from credentials.debts.bsn import Bsn
from issuer.domain.changes import NotedChange
from issuer.domain.secrets import Derivation
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from service.database import Database
from service.migrations import migrate
from tests.conftest import NOW
from tests.debt_builders import SAMIRA

NOBODY = Bsn("111222333")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def store(database: Database) -> SqlStore:
    migrate(database, "issuer")
    keys = StoreKeys(Sealer.from_data_key(bytes(range(32))), Derivation(bytes(range(1, 33))))
    return SqlStore(database, keys, audit=lambda _connection, _event: None)


def waiting(store: SqlStore, clock: FixedClock, most: int = 10) -> Sequence[NotedChange]:
    with store.read() as records:
        return records.changes.waiting(clock.now(), most)


def test_what_is_noted_waits_until_it_is_done(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.changes.note({"b": NOBODY, "a": SAMIRA}, clock.now())
        records.changes.note_everybody(clock.now())
    found = waiting(store, clock)
    assert [(each.subject_hash, each.person) for each in found] == [("*", None), ("a", SAMIRA), ("b", NOBODY)]
    assert len(waiting(store, clock, 1)) == 1
    with store.write() as records:
        records.changes.done(found[1])
    assert [each.subject_hash for each in waiting(store, clock)] == ["*", "b"]


def test_who_is_noted_twice_waits_once_and_is_not_done_by_who_saw_the_first(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.changes.note({"a": SAMIRA}, clock.now())
    (first,) = waiting(store, clock)
    with store.write() as records:
        records.changes.note({"a": SAMIRA}, clock.now())
        records.changes.done(first)
        records.changes.put_off(first, clock.now() + timedelta(hours=1))
    (second,) = waiting(store, clock)
    assert second.mark != first.mark


def test_what_is_put_off_comes_back_then_and_at_once_when_it_is_noted_again(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.changes.note({"a": SAMIRA, "b": NOBODY}, clock.now())
    with store.write() as records:
        for each in waiting(store, clock):
            records.changes.put_off(each, clock.now() + timedelta(minutes=5))
    assert waiting(store, clock) == []
    with store.write() as records:
        records.changes.note({"b": NOBODY}, clock.now())
    assert [each.subject_hash for each in waiting(store, clock)] == ["b"]
    clock.advance(timedelta(minutes=5))
    assert {each.subject_hash for each in waiting(store, clock)} == {"a", "b"}
