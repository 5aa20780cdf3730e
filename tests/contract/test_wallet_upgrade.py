"""Wallets that an earlier version made go on, on SQLite and PostgreSQL: nothing is lost, and their locks move over."""

import json
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from credentials.clock import FixedClock
from service.database import Database
from service.migrations import _config, migrate, schema_drift
from tests.architecture.source import ROOT
from wallet_api.domain.acquaintance import Acquaintance
from wallet_api.domain.errors import UnknownWallet
from wallet_api.domain.locks import LockKind
from wallet_api.domain.wallet import Attempts, WalletNumber
from wallet_api.storage import SqlRecords, SqlWallets
from wallet_api.storage.tables import metadata
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.usecases.ways_in import KeepWaysIn
from wallet_api.vault import SealedShelf, SlowLocksmith

OLD: Any = json.loads((ROOT / "tests/vectors/vault/wallet-0002.json").read_text("utf-8"))


@pytest.fixture
def old(database: Database) -> Database:
    with database.write() as connection:
        command.upgrade(_config("wallet_api", connection), "wallet_0002")
        for table in ("wallet", "wallet_lock", "wallet_record"):
            for row in OLD[table]:
                values = {
                    name: bytes.fromhex(value) if name in ("tag", "salt", "wrapped", "content") else value
                    for name, value in row.items()
                }
                names = ", ".join(values)
                places = ", ".join(f":{name}" for name in values)
                connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({places})"), values)
    return database


def keep_of(database: Database, clock: FixedClock) -> KeepWallets:
    return KeepWallets(
        SqlWallets(database),
        SlowLocksmith(),
        Attempts(),
        clock,
        None,
        leaving=lambda _: None,  # type: ignore[arg-type]
    )


def test_the_tables_are_those_that_the_code_declares(old: Database) -> None:
    migrate(old, "wallet_api")
    assert schema_drift(old, "wallet_api", metadata) == []


def test_a_wallet_opens_with_its_number_and_pin_and_all_is_in_it(old: Database, clock: FixedClock) -> None:
    migrate(old, "wallet_api")
    keep, shelf = keep_of(old, clock), SealedShelf(SqlRecords(old), "acquaintances", Acquaintance, clock)
    (wallet,) = OLD["wallet"]
    before = SqlWallets(old).locks(wallet["id"])
    assert [(lock.kind, lock.method) for lock in before] == [(LockKind.PIN, "scrypt$ln=15,r=8,p=1")]
    with pytest.raises(UnknownWallet):
        keep.open(OLD["number"], "hallo 2027")
    assert SqlWallets(old).locks(wallet["id"]) == before, "a wrong PIN moves nothing"
    opened = keep.open(OLD["number"], OLD["pin"])
    assert [each.identifier for each in shelf.all(opened)] == [OLD["acquaintance"]]
    (moved,) = SqlWallets(old).locks(wallet["id"])
    assert moved.method == "argon2id$m=65536,t=3,p=4"
    assert moved.wrapped != before[0].wrapped
    assert keep.open(OLD["number"], OLD["pin"]) == opened
    assert SqlWallets(old).locks(wallet["id"]) == [moved]


def test_its_citizen_sees_how_it_opens_and_can_change_that(old: Database, clock: FixedClock) -> None:
    migrate(old, "wallet_api")
    keep, ways = keep_of(old, clock), KeepWaysIn(SqlWallets(old), SlowLocksmith(), clock)
    opened = keep.open(OLD["number"], OLD["pin"])
    (way,) = ways.all(opened).all
    assert (way.kind, way.note, way.removable) == (LockKind.PIN, None, False)
    code = ways.draw_code()
    ways.keep_code(opened, code)
    assert keep.recover(code.shown) == opened
    number = WalletNumber.new()
    ways.set_pin(opened, "739201", number)
    assert keep.open(number.shown, "739201") == opened
    with pytest.raises(UnknownWallet):
        keep.open(OLD["number"], OLD["pin"])
