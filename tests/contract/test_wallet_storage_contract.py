"""One suite for the wallet's storage, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from service.database import Database
from service.errors import NotFound
from service.migrations import migrate, schema_drift
from wallet_api.domain.errors import ChangedMeanwhile
from wallet_api.domain.wallet import Lock, StoredWallet
from wallet_api.ports import SealedRecord
from wallet_api.storage import SqlRecords, SqlWallets
from wallet_api.storage.tables import metadata

LOCK = Lock("pin", b"s" * 16, 15, b"wrapped")
A, B = "a" * 32, "b" * 32
SHELF = "5" * 16


@pytest.fixture
def migrated(database: Database) -> Database:
    migrate(database, "wallet_api")
    return database


@pytest.fixture
def wallets(migrated: Database) -> SqlWallets:
    wallets = SqlWallets(migrated)
    wallets.add(StoredWallet(A, b"tag a" * 6, (LOCK,)))
    wallets.add(StoredWallet(B, b"tag b" * 6, (LOCK,)))
    return wallets


@pytest.fixture
def records(migrated: Database, wallets: SqlWallets) -> SqlRecords:
    return SqlRecords(migrated)


def a_record(id: str = "r1", version: int = 1, content: bytes = b"sealed", **more: object) -> SealedRecord:
    return SealedRecord(SHELF, id, content, version, **more)  # type: ignore[arg-type]


def test_the_migrated_tables_are_those_that_the_code_declares(migrated: Database) -> None:
    assert schema_drift(migrated, "wallet_api", metadata) == []


def test_a_wallet_is_found_by_its_tag_alone(wallets: SqlWallets) -> None:
    found = wallets.find(b"tag a" * 6)
    assert found is not None
    assert (found.id, found.locks, found.failures) == (A, (LOCK,), 0)
    assert wallets.find(b"nobody") is None
    assert wallets.exists(A)
    assert not wallets.exists("c" * 32)


def test_an_attempt_is_counted_before_it_is_made_and_only_once(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = wallets.find(b"tag a" * 6)
    assert seen is not None
    assert wallets.reserve_attempt(seen, None, clock.now())
    assert not wallets.reserve_attempt(seen, None, clock.now()), "somebody else came between"
    again = wallets.find(b"tag a" * 6)
    assert again is not None
    assert again.failures == 1
    wallets.clear_attempts(A)
    cleared = wallets.find(b"tag a" * 6)
    assert cleared is not None
    assert cleared.failures == 0


def test_a_blocked_wallet_takes_no_attempt_until_its_time(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = wallets.find(b"tag a" * 6)
    assert seen is not None
    assert wallets.reserve_attempt(seen, clock.now() + timedelta(seconds=30), clock.now())
    blocked = wallets.find(b"tag a" * 6)
    assert blocked is not None
    assert not wallets.reserve_attempt(blocked, None, clock.now() + timedelta(seconds=29))
    assert wallets.reserve_attempt(blocked, None, clock.now() + timedelta(seconds=30))


def test_of_many_attempts_at_once_each_is_counted(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = wallets.find(b"tag a" * 6)
    assert seen is not None
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: wallets.reserve_attempt(seen, None, clock.now()), range(8)))
    assert made.count(True) == 1


def test_a_row_is_there_for_its_owner_only(records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record()], (), clock.now())
    assert records.get(A, SHELF, "r1", clock.now()) == a_record()
    assert records.get(B, SHELF, "r1", clock.now()) is None
    assert records.all(B, SHELF, clock.now()) == []
    assert records.take(B, SHELF, "r1", clock.now()) is None
    records.exchange(B, [], [(SHELF, "r1")], clock.now())
    assert records.get(A, SHELF, "r1", clock.now()) is not None, "another's removal does not touch it"


def test_rows_come_in_the_order_in_which_they_were_put(records: SqlRecords, clock: FixedClock) -> None:
    for id in ("z", "a", "m"):
        records.exchange(A, [a_record(id)], (), clock.now())
    assert [row.id for row in records.all(A, SHELF, clock.now())] == ["z", "a", "m"]


def test_a_row_is_taken_once(records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record()], (), clock.now())
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: records.take(A, SHELF, "r1", clock.now()), range(8)))
    assert sum(row is not None for row in taken) == 1


def test_a_row_is_replaced_only_from_the_state_that_was_read(records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record()], (), clock.now())
    records.exchange(A, [a_record(version=2, content=b"second")], (), clock.now())
    for stale in (a_record(version=2), a_record(version=1), a_record("r9", version=2)):
        with pytest.raises(ChangedMeanwhile):
            records.exchange(A, [stale], (), clock.now())
    found = records.get(A, SHELF, "r1", clock.now())
    assert found is not None
    assert found.content == b"second"


def test_an_exchange_happens_whole_or_not_at_all(records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record()], (), clock.now())
    with pytest.raises(ChangedMeanwhile):
        records.exchange(A, [a_record("new"), a_record(version=7)], [(SHELF, "r1")], clock.now())
    assert [row.id for row in records.all(A, SHELF, clock.now())] == ["r1"]


def test_what_is_taken_with_an_exchange_is_taken_once_and_as_it_was_read(
    records: SqlRecords, clock: FixedClock
) -> None:
    read = a_record("delivery", expires_at=clock.now() + timedelta(minutes=1))
    records.exchange(A, [read], (), clock.now())
    records.exchange(A, [a_record("new")], (), clock.now(), take=read)
    assert [row.id for row in records.all(A, SHELF, clock.now())] == ["new"]
    with pytest.raises(ChangedMeanwhile):
        records.exchange(A, [a_record("again")], (), clock.now(), take=read)
    records.exchange(A, [a_record("delivery")], (), clock.now())
    records.exchange(A, [a_record("delivery", version=2)], (), clock.now())
    for stale in (a_record("delivery"), a_record("no such", version=2)):
        with pytest.raises(ChangedMeanwhile):
            records.exchange(A, [a_record("again")], [(SHELF, "new")], clock.now(), take=stale)
    with pytest.raises(NotFound):
        records.exchange("c" * 32, [], (), clock.now(), take=a_record("delivery", version=2))
    records.exchange(B, [], [(SHELF, "new")], clock.now())
    with pytest.raises(ChangedMeanwhile):
        records.exchange(B, [], (), clock.now(), take=a_record("delivery", version=2))
    assert [row.id for row in records.all(A, SHELF, clock.now())] == ["new", "delivery"]


def test_what_has_expired_is_not_taken(records: SqlRecords, clock: FixedClock) -> None:
    read = a_record(expires_at=clock.now() + timedelta(minutes=1))
    records.exchange(A, [read], (), clock.now())
    with pytest.raises(ChangedMeanwhile):
        records.exchange(A, [], (), clock.now() + timedelta(minutes=1), take=read)


def test_what_has_expired_is_not_there_and_is_purged(records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record(expires_at=clock.now() + timedelta(minutes=1)), a_record("kept")], (), clock.now())
    later = clock.now() + timedelta(minutes=1)
    assert records.get(A, SHELF, "r1", later) is None
    assert records.take(A, SHELF, "r1", later) is None
    assert [row.id for row in records.all(A, SHELF, later)] == ["kept"]
    assert records.purge(later) == 1
    assert records.purge(later) == 0


def test_a_deleted_wallet_takes_everything_along(wallets: SqlWallets, records: SqlRecords, clock: FixedClock) -> None:
    records.exchange(A, [a_record()], (), clock.now())
    records.exchange(B, [a_record()], (), clock.now())
    wallets.delete(A)
    assert wallets.find(b"tag a" * 6) is None
    assert records.get(A, SHELF, "r1", clock.now()) is None
    assert records.get(B, SHELF, "r1", clock.now()) is not None
    with pytest.raises(NotFound):
        records.exchange(A, [a_record("late")], (), clock.now())
