"""Lines of the processing log that wait, on SQLite and on PostgreSQL alike."""

import json
from datetime import timedelta
from typing import Any

import pytest

from issuer.domain.processing import NAMES, Operation
from issuer.domain.secrets import Derivation
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.storage.tables import log_line
from service.database import Database
from service.errors import LogFull
from service.migrations import migrate
from service.processing_log.actions import Action, LogLine
from service.processing_log.outbox import LineWriter, SqlLines
from service.processing_log.spans import Pseudonyms, Register
from tests.conftest import NOW

REGISTER = Register(
    {each.value: f"https://register.example/{each.value}" for each in Operation},
    {operation.value: name for operation, name in NAMES.items()},
    "pseudoniem",
    Pseudonyms(b"k" * 32),
)
MOST = 200


@pytest.fixture
def store(database: Database) -> SqlStore:
    migrate(database, "issuer")
    keys = StoreKeys(Sealer.from_data_key(bytes(range(32))), Derivation(bytes(range(1, 33))))
    writer = LineWriter(log_line, REGISTER, most=MOST)
    return SqlStore(database, keys, audit=lambda _connection, _event: None, process=writer)


@pytest.fixture
def lines(store: SqlStore) -> SqlLines:
    return SqlLines(store.database, log_line)


def a_line(number: int = 1, **changed: Any) -> LogLine:
    action = Action(Operation.ISSUE, b"t" * 16, number.to_bytes(8), NOW)
    return LogLine(**{"action": action, "subject": "a" * 64, "ended_at": NOW, **changed})


def write(store: SqlStore, *written: LogLine) -> None:
    with store.write() as records:
        for each in written:
            records.process(each)


def spans_of(lines: SqlLines) -> list[str]:
    return [json.loads(each.span)["spanId"] for each in lines.waiting(1_000)]


def test_lines_wait_in_the_order_in_which_they_were_written(store: SqlStore, lines: SqlLines) -> None:
    write(store, a_line(1), a_line(2))
    write(store, a_line(3))
    assert spans_of(lines) == [f"{number:016x}" for number in (1, 2, 3)]
    first = lines.waiting(1)
    assert [(each.operation, each.written_at, each.refused) for each in first] == [
        ("issue", NOW.replace(microsecond=0), None)
    ]
    assert json.loads(first[0].span)["name"] == "Bewijzen uitgeven aan een wallet"


def test_a_line_is_there_with_its_fact_or_not_at_all(store: SqlStore, lines: SqlLines) -> None:
    def write_and_fail() -> None:
        with store.write() as records:
            records.process(a_line())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert lines.waiting(10) == []


def test_what_is_confirmed_goes_and_nothing_else(store: SqlStore, lines: SqlLines) -> None:
    write(store, *(a_line(number) for number in range(1, 6)))
    lines.confirmed([each.number for each in lines.waiting(3)])
    assert spans_of(lines) == [f"{number:016x}" for number in (4, 5)]
    lines.confirmed([])
    assert len(lines.waiting(10)) == 2


def test_what_is_refused_stays_apart_until_it_is_handed_on_anew(store: SqlStore, lines: SqlLines) -> None:
    write(store, a_line(1), a_line(2, ended_at=NOW + timedelta(minutes=1)))
    lines.refuse(lines.waiting(1)[0].number, "400")
    assert spans_of(lines) == [f"{2:016x}"]
    (refused,) = lines.refused(10)
    assert refused.refused == "400"
    backlog = lines.backlog()
    assert (backlog.waiting, backlog.refused, backlog.since) == (1, 1, NOW.replace(microsecond=0))
    assert lines.oldest() == (NOW + timedelta(minutes=1)).replace(microsecond=0)
    assert lines.again() == 1
    assert len(lines.waiting(10)) == 2
    assert lines.again() == 0


def test_nothing_waits_at_first(lines: SqlLines) -> None:
    backlog = lines.backlog()
    assert (backlog.waiting, backlog.refused, backlog.since) == (0, 0, None)
    assert lines.oldest() is None


def test_where_too_many_wait_nothing_more_is_done_until_there_is_room(store: SqlStore, lines: SqlLines) -> None:
    def fill() -> None:
        for number in range(1, 2 * MOST):
            write(store, a_line(number))

    with pytest.raises(LogFull):
        fill()
    waiting = lines.waiting(2 * MOST)
    # It is looked at now and then: so exceeded by some dozens at most.
    assert MOST <= len(waiting) <= MOST + 64
    with pytest.raises(LogFull):
        write(store, a_line())
    lines.confirmed([each.number for each in waiting[:100]])
    write(store, a_line())
    assert len(lines.waiting(2 * MOST)) == len(waiting) - 99


def test_a_line_that_was_refused_long_ago_takes_the_place_of_no_other(store: SqlStore, lines: SqlLines) -> None:
    write(store, a_line())
    lines.refuse(lines.waiting(1)[0].number, "400")
    for round_ in range(4):
        write(store, *(a_line(number) for number in range(100 * round_, 100 * round_ + 100)))
        lines.confirmed([each.number for each in lines.waiting(MOST)])
    assert len(lines.refused(10)) == 1


def test_many_lines_are_written_at_once(store: SqlStore, lines: SqlLines) -> None:
    writer = LineWriter(log_line, REGISTER, most=MOST)
    with store.database.write() as connection:
        writer.all(connection, [a_line(1), a_line(2)])
        writer.all(connection, [])
    assert spans_of(lines) == [f"{number:016x}" for number in (1, 2)]


def test_without_a_log_nothing_is_written(store: SqlStore, lines: SqlLines) -> None:
    plain = SqlStore(store.database, store.keys, audit=store.audit)
    assert store.keeps_log
    assert not plain.keeps_log
    write(plain, a_line())
    assert lines.waiting(10) == []
