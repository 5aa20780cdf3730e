"""Answers that are kept by idempotency key, on SQLite and on PostgreSQL alike."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from credentials.clock import FixedClock
from service import api_answers
from service.api_answers import HELD, KEPT, ApiAnswers, Held, Kept
from service.database import Database
from service.errors import IdempotencyKeyReused, SealBroken, StillRunning
from service.migrations import migrate, schema_drift
from tests.conftest import NOW

KEY = b"k" * 32
Take = Callable[[], Held | Kept]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def answers(database: Database, clock: FixedClock) -> ApiAnswers:
    migrate(database, "service")
    return ApiAnswers(database, clock, KEY)


def held(answers: ApiAnswers, caller: str = "a", key: str = "k", request: bytes = b"POST one") -> Held:
    taken = answers.take(caller, key, request)
    assert isinstance(taken, Held)
    return taken


def test_the_tables_are_what_the_code_declares(answers: ApiAnswers, database: Database) -> None:
    assert schema_drift(database, "service", api_answers.metadata) == []


def test_the_same_request_gets_the_same_answer(answers: ApiAnswers) -> None:
    answers.keep(held(answers), b"made")
    again = answers.take("a", "k", b"POST one")
    assert isinstance(again, Kept)
    assert again.answer == b"made"


def test_a_key_is_of_its_caller_and_of_one_request(answers: ApiAnswers) -> None:
    answers.keep(held(answers), b"made")
    assert isinstance(answers.take("b", "k", b"POST one"), Held)
    assert isinstance(answers.take("a", "k2", b"POST one"), Held)
    with pytest.raises(IdempotencyKeyReused):
        answers.take("a", "k", b"POST other")


def test_of_those_who_come_together_one_does_the_work(answers: ApiAnswers) -> None:
    def take(_: int) -> Held | Kept | None:
        try:
            return answers.take("a", "k", b"POST one")
        except StillRunning:
            return None

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(take, range(4)))
    assert len([each for each in taken if each is not None]) == 1


def test_a_key_that_is_held_is_refused_to_another_request_too(answers: ApiAnswers) -> None:
    held(answers)
    with pytest.raises(IdempotencyKeyReused):
        answers.take("a", "k", b"POST other")


def test_what_came_to_nothing_may_come_again(answers: ApiAnswers) -> None:
    answers.release(held(answers))
    assert isinstance(answers.take("a", "k", b"POST other"), Held)


def test_a_key_of_a_process_that_died_is_free_after_a_while(answers: ApiAnswers, clock: FixedClock) -> None:
    dead = held(answers)
    clock.advance(HELD)
    late = held(answers)
    # Whoever was slow instead of dead does not overwrite what is so now, nor free it.
    answers.keep(dead, b"of the first")
    answers.release(dead)
    with pytest.raises(StillRunning):
        answers.take("a", "k", b"POST one")
    answers.keep(late, b"of the second")
    again = answers.take("a", "k", b"POST one")
    assert isinstance(again, Kept)
    assert again.answer == b"of the second"
    # An answer that is there is not thrown away any more.
    answers.release(late)
    assert isinstance(answers.take("a", "k", b"POST one"), Kept)


def test_an_answer_is_kept_a_day_and_then_thrown_away(answers: ApiAnswers, clock: FixedClock) -> None:
    answers.keep(held(answers), b"made")
    assert answers.purge() == 0
    clock.advance(KEPT)
    assert isinstance(answers.take("a", "k", b"POST other"), Held)
    clock.advance(KEPT)
    assert answers.purge() == 1


def test_neither_request_nor_answer_lies_in_the_clear(
    answers: ApiAnswers, database: Database, clock: FixedClock
) -> None:
    answers.keep(held(answers, key="999990019", request=b"999990019"), b"a link that opens")
    with database.read() as connection:
        row = connection.execute(api_answers.answer_table.select()).one()
    stored = b"|".join(bytes(each) for each in row if isinstance(each, bytes | memoryview))
    assert b"999990019" not in stored
    assert b"link" not in stored
    # Another key finds nothing, and what was put under another key does not open.
    assert isinstance(ApiAnswers(database, clock, b"x" * 32).take("a", "999990019", b"999990019"), Held)
    other = held(answers, key="other")
    with database.write() as connection:
        moved = api_answers.answer_table.update().where(api_answers.answer_table.c.key_hash == other.key_hash)
        connection.execute(moved.values(sealed=row.sealed))
    with pytest.raises(SealBroken):
        answers.take("a", "other", b"POST one")
