"""What is stored can be read with the wallet's key alone, and is bound to its place."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pytest

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from service.database import Database
from service.errors import NotFound, SealBroken
from service.migrations import migrate
from wallet_api.domain.errors import ChangedMeanwhile
from wallet_api.domain.locks import Lock, LockKind
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import SealedRecord
from wallet_api.storage import SqlRecords, SqlWallets
from wallet_api.vault import SealedShelf
from wallet_api.vault.codec import from_json, to_json
from wallet_api.vault.padding import SMALLEST


class Colour(StrEnum):
    BLUE = "blauw"


@dataclass(frozen=True, slots=True)
class Inner:
    name: str


@dataclass(frozen=True, slots=True)
class Thing:
    text: str
    at: datetime
    colour: Colour
    inner: tuple[Inner, ...]
    path: tuple[str | int, ...] = ()
    maybe: int | None = None
    pair: tuple[str, int] = ("a", 1)
    free: JsonObject | None = None
    flag: bool = False


A_THING = Thing(
    "Verkeersboete", datetime(2026, 11, 23, tzinfo=UTC), Colour.BLUE, (Inner("x"),), ("a", 1), 3, ("b", 2), {"z": [1]}
)


@pytest.fixture
def records(sqlite: Database) -> SqlRecords:
    migrate(sqlite, "wallet_api")
    wallets = SqlWallets(sqlite)
    for id in ("a" * 32, "b" * 32):
        wallets.add(id, Lock(id, LockKind.PIN, id.encode(), b"s" * 16, "none", b""))
    return SqlRecords(sqlite)


@pytest.fixture
def shelf(records: SqlRecords, clock: FixedClock) -> SealedShelf[Thing]:
    return SealedShelf(records, "things", Thing, clock)


ALICE = OpenedWallet("a" * 32, b"a" * 32)
BOB = OpenedWallet("b" * 32, b"b" * 32)


def test_what_goes_in_comes_out() -> None:
    assert from_json(Thing, json.loads(json.dumps(to_json(A_THING)))) == A_THING


@pytest.mark.parametrize(
    "broken", [[], {"text": 1}, {**to_json(A_THING), "colour": "rood"}, {**to_json(A_THING), "at": "?"}]
)  # type: ignore[dict-item]
def test_another_form_is_refused(broken: object) -> None:
    with pytest.raises(MalformedInput):
        from_json(Thing, broken)  # type: ignore[arg-type]


def test_the_vault_keeps_nothing_that_it_does_not_know() -> None:
    with pytest.raises(TypeError):
        to_json(object())


def test_a_thing_is_kept_found_changed_and_taken(shelf: SealedShelf[Thing]) -> None:
    shelf.put(ALICE, "1", A_THING)
    assert shelf.get(ALICE, "1") == A_THING
    assert shelf.all(ALICE) == [A_THING]
    changed = shelf.update(ALICE, "1", lambda thing: Thing("x", thing.at, thing.colour, ()))
    assert shelf.get(ALICE, "1") == changed
    assert shelf.take(ALICE, "1") == changed
    with pytest.raises(NotFound):
        shelf.take(ALICE, "1")
    with pytest.raises(NotFound):
        shelf.update(ALICE, "1", lambda thing: thing)


def test_an_id_is_used_once(shelf: SealedShelf[Thing]) -> None:
    shelf.put(ALICE, "1", A_THING)
    with pytest.raises(ChangedMeanwhile):
        shelf.put(ALICE, "1", A_THING)


def test_nothing_is_there_for_another_wallet_or_another_key(shelf: SealedShelf[Thing]) -> None:
    shelf.put(ALICE, "1", A_THING)
    with pytest.raises(NotFound):
        shelf.get(BOB, "1")
    # With the id but not the key, not even the shelf is found.
    assert shelf.all(OpenedWallet(ALICE.id, BOB.key)) == []


def test_a_record_opens_only_where_it_was_put(
    shelf: SealedShelf[Thing], records: SqlRecords, clock: FixedClock
) -> None:
    shelf.put(ALICE, "1", A_THING)
    shelf.put(ALICE, "2", A_THING)
    (first, second) = records.all(ALICE.id, _shelf_of(records, clock, shelf), clock.now())
    records.exchange(ALICE.id, [SealedRecord(first.shelf, first.id, second.content, 2)], (), clock.now())
    with pytest.raises(SealBroken):
        shelf.get(ALICE, "1")


def _shelf_of(_records: SqlRecords, _clock: FixedClock, shelf: SealedShelf[Thing]) -> str:
    return shelf._shelf(ALICE)


def test_sizes_are_rounded_up_so_that_they_tell_little(
    shelf: SealedShelf[Thing], records: SqlRecords, clock: FixedClock
) -> None:
    for number, length in enumerate((0, 1000, 3000, 5000)):
        shelf.put(ALICE, str(number), Thing("x" * length, A_THING.at, Colour.BLUE, ()))
    rows = records.all(ALICE.id, shelf._shelf(ALICE), clock.now())
    overhead = 1 + 12 + 16
    assert [len(row.content) - overhead for row in rows] == [SMALLEST, SMALLEST, SMALLEST, 2 * SMALLEST]


def test_a_secret_value_leads_to_its_place_without_being_stored(shelf: SealedShelf[Thing]) -> None:
    place = shelf.place(ALICE, "state")
    assert place == shelf.place(ALICE, "state")
    assert place not in (shelf.place(ALICE, "another"), shelf.place(BOB, "state"))
    assert "state" not in place
