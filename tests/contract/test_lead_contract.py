"""Who leads among processes that share a database, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from service.database import Database
from service.leading import LASTS, RENEW, Lead
from service.migrations import migrate


@pytest.fixture
def shared(database: Database) -> Database:
    migrate(database, "service")
    return database


def test_one_leads_and_the_others_do_not(shared: Database, clock: FixedClock) -> None:
    leads = [Lead(shared, clock) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(Lead.take, leads)) == [False] * 5 + [True]
    assert sum(each.is_ours() for each in leads) == 1


def test_who_renews_goes_on_leading(shared: Database, clock: FixedClock) -> None:
    first, second = Lead(shared, clock), Lead(shared, clock)
    assert first.take()
    for _ in range(10):
        clock.advance(RENEW)
        assert first.take()
        assert not second.take()


def test_when_the_leader_dies_another_leads_and_the_dead_one_knows(shared: Database, clock: FixedClock) -> None:
    dead, next_one = Lead(shared, clock), Lead(shared, clock)
    assert dead.take()
    clock.advance(LASTS - timedelta(seconds=1))
    assert not next_one.take()
    assert dead.is_ours()
    clock.advance(timedelta(seconds=1))
    assert not dead.is_ours()
    assert next_one.take()
    assert not dead.take()


def test_who_ends_gives_the_lead_back(shared: Database, clock: FixedClock) -> None:
    first, second = Lead(shared, clock), Lead(shared, clock)
    first.start()
    second.start()
    assert first.is_ours()
    second.stop()  # gives nothing back that it has not
    assert not Lead(shared, clock).take()
    first.stop()
    assert second.take()


def test_work_for_one_is_done_by_who_leads(shared: Database, clock: FixedClock) -> None:
    first, second = Lead(shared, clock), Lead(shared, clock)
    done: list[str] = []
    work = [first.only(lambda: done.append("first")), second.only(lambda: done.append("second"))]
    for each in work:
        each()
    assert done == []
    first.take()
    second.take()
    for each in work:
        each()
    assert done == ["first"]


def test_different_work_has_different_leaders(shared: Database, clock: FixedClock) -> None:
    assert Lead(shared, clock, "jobs").take()
    assert Lead(shared, clock, "other").take()
