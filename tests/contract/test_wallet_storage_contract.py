"""One suite for the wallet's storage, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from service.database import Database
from service.errors import NotFound
from service.migrations import migrate, schema_drift
from wallet_api.domain.errors import ChangedMeanwhile, LastWayIn, TooManyPasskeys
from wallet_api.domain.locks import Lock, LockKind
from wallet_api.domain.wallet import StoredWallet
from wallet_api.ports import SealedRecord
from wallet_api.storage import SqlChallenges, SqlRecords, SqlWallets
from wallet_api.storage.tables import metadata

TAG_A, TAG_B = b"a" * 32, b"b" * 32
A, B = "a" * 32, "b" * 32
SHELF = "5" * 16


def a_lock(id: str, kind: LockKind = LockKind.PIN, **otherwise: object) -> Lock:
    made = Lock(id, kind, id.encode(), b"s" * 16, "argon2id$m=65536,t=3,p=4", b"wrapped", b"facts", b"note")
    return replace(made, **otherwise)  # type: ignore[arg-type]


@pytest.fixture
def migrated(database: Database) -> Database:
    migrate(database, "wallet_api")
    return database


@pytest.fixture
def wallets(migrated: Database) -> SqlWallets:
    wallets = SqlWallets(migrated)
    wallets.add(A, a_lock("1" * 32, tag=TAG_A))
    wallets.add(B, a_lock("2" * 32, tag=TAG_B))
    return wallets


@pytest.fixture
def records(migrated: Database, wallets: SqlWallets) -> SqlRecords:
    return SqlRecords(migrated)


def a_record(id: str = "r1", version: int = 1, content: bytes = b"sealed", **more: object) -> SealedRecord:
    return SealedRecord(SHELF, id, content, version, **more)  # type: ignore[arg-type]


def test_the_migrated_tables_are_those_that_the_code_declares(migrated: Database) -> None:
    assert schema_drift(migrated, "wallet_api", metadata) == []


def seen_by(wallets: SqlWallets, tag: bytes = TAG_A) -> StoredWallet:
    found = wallets.find(tag)
    assert found is not None
    return found[0]


def test_a_wallet_is_found_by_the_tag_of_a_lock_alone(wallets: SqlWallets) -> None:
    assert wallets.find(TAG_A) == (StoredWallet(A), a_lock("1" * 32, tag=TAG_A))
    assert wallets.find(b"nobody") is None
    assert wallets.exists(A)
    assert not wallets.exists("c" * 32)


def test_an_attempt_is_counted_before_it_is_made_and_only_once(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = seen_by(wallets)
    assert wallets.reserve_attempt(seen, None, clock.now())
    assert not wallets.reserve_attempt(seen, None, clock.now()), "somebody else came between"
    assert seen_by(wallets).failures == 1
    wallets.clear_attempts(A)
    assert seen_by(wallets).failures == 0


def test_a_blocked_wallet_takes_no_attempt_until_its_time(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = seen_by(wallets)
    assert wallets.reserve_attempt(seen, clock.now() + timedelta(seconds=30), clock.now())
    blocked = seen_by(wallets)
    assert not wallets.reserve_attempt(blocked, None, clock.now() + timedelta(seconds=29))
    assert wallets.reserve_attempt(blocked, None, clock.now() + timedelta(seconds=30))


def test_of_many_attempts_at_once_each_is_counted(wallets: SqlWallets, clock: FixedClock) -> None:
    seen = seen_by(wallets)
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
    assert wallets.find(TAG_A) is None
    assert wallets.locks(A) == []
    assert records.get(A, SHELF, "r1", clock.now()) is None
    assert records.get(B, SHELF, "r1", clock.now()) is not None
    with pytest.raises(NotFound):
        records.exchange(A, [a_record("late")], (), clock.now())


def test_locks_come_in_the_order_in_which_they_were_put_on(wallets: SqlWallets) -> None:
    for id in ("z" * 32, "m" * 32):
        wallets.put_lock(A, a_lock(id, LockKind.PASSKEY))
    assert [each.id for each in wallets.locks(A)] == ["1" * 32, "z" * 32, "m" * 32]
    assert [each.id for each in wallets.locks(B)] == ["2" * 32]


def test_two_locks_have_no_tag_in_common(wallets: SqlWallets) -> None:
    for attempt in (
        lambda: wallets.put_lock(B, a_lock("3" * 32, LockKind.PASSKEY, tag=TAG_A)),
        lambda: wallets.add("c" * 32, a_lock("3" * 32, tag=TAG_A)),
    ):
        with pytest.raises(ChangedMeanwhile):
            attempt()
    assert len(wallets.locks(B)) == 1
    assert not wallets.exists("c" * 32)


def test_a_lock_that_takes_the_place_of_its_kind_does_so_in_one_step(wallets: SqlWallets) -> None:
    wallets.put_lock(A, a_lock("3" * 32, LockKind.RECOVERY))
    wallets.put_lock(A, a_lock("4" * 32, LockKind.RECOVERY), instead_of=LockKind.RECOVERY)
    assert [each.id for each in wallets.locks(A)] == ["1" * 32, "4" * 32]
    with pytest.raises(ChangedMeanwhile):
        wallets.put_lock(A, a_lock("5" * 32, LockKind.RECOVERY, tag=TAG_B), instead_of=LockKind.RECOVERY)
    assert [each.id for each in wallets.locks(A)] == ["1" * 32, "4" * 32], "the old one stands"


def test_there_are_at_most_so_many_of_a_kind(wallets: SqlWallets) -> None:
    for id in ("3" * 32, "4" * 32):
        wallets.put_lock(A, a_lock(id, LockKind.PASSKEY), most=2)
    with pytest.raises(TooManyPasskeys):
        wallets.put_lock(A, a_lock("5" * 32, LockKind.PASSKEY), most=2)
    with pytest.raises(NotFound):
        wallets.put_lock("c" * 32, a_lock("5" * 32, LockKind.PASSKEY))


def test_a_lock_is_replaced_only_as_it_was_read(wallets: SqlWallets) -> None:
    old = a_lock("1" * 32, tag=TAG_A)
    new = replace(old, wrapped=b"anew", salt=b"t" * 16, method="other", facts=b"f", note=b"n")
    for otherwise in (replace(old, wrapped=b"?"), replace(old, facts=b"?"), replace(old, id="9" * 32)):
        assert not wallets.refit(A, otherwise, new)
    assert not wallets.refit(B, old, new), "of another wallet"
    assert wallets.refit(A, old, new)
    assert wallets.locks(A) == [new]
    assert not wallets.refit(A, old, new)


def test_one_lock_for_every_day_stays(wallets: SqlWallets) -> None:
    with pytest.raises(LastWayIn):
        wallets.take_off(A, "1" * 32)
    wallets.put_lock(A, a_lock("3" * 32, LockKind.RECOVERY))
    with pytest.raises(LastWayIn):
        wallets.take_off(A, "1" * 32)
    wallets.put_lock(A, a_lock("4" * 32, LockKind.PASSKEY))
    with pytest.raises(NotFound):
        wallets.take_off(B, "4" * 32)
    wallets.take_off(A, "1" * 32)
    wallets.take_off(A, "3" * 32)
    assert [each.id for each in wallets.locks(A)] == ["4" * 32]


def test_of_two_who_each_take_off_the_others_lock_one_is_refused(wallets: SqlWallets) -> None:
    wallets.put_lock(A, a_lock("3" * 32, LockKind.PASSKEY))

    def take_off(id: str) -> bool:
        try:
            wallets.take_off(A, id)
        except LastWayIn:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        gone = list(pool.map(take_off, ("1" * 32, "3" * 32)))
    assert sorted(gone) == [False, True]
    assert len(wallets.locks(A)) == 1


def test_a_challenge_is_taken_once_for_what_it_was_given_and_in_time(migrated: Database, clock: FixedClock) -> None:
    challenges = SqlChallenges(migrated)
    soon = clock.now() + timedelta(minutes=5)
    challenges.give(b"c" * 32, "open|a", soon)
    assert not challenges.take(b"c" * 32, "open|b", clock.now())
    assert not challenges.take(b"c" * 31, "copen|a", clock.now())
    assert not challenges.take(b"c" * 32, "open|a", soon)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: challenges.take(b"c" * 32, "open|a", clock.now()), range(8)))
    assert taken.count(True) == 1
    challenges.give(b"d" * 32, "open|a", soon)
    assert challenges.purge(clock.now()) == 0
    assert challenges.purge(soon) == 1
    assert not challenges.take(b"d" * 32, "open|a", clock.now())
