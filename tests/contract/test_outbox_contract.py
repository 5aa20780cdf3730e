"""Messages for the agency's own systems, on SQLite and on PostgreSQL alike."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from issuer.domain.secrets import Derivation
from issuer.domain.webhooks import Happening
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.storage.tables import webhook
from service.database import Database
from service.migrations import migrate
from service.webhooks.messages import Announcement, Delivery, Message
from service.webhooks.outbox import SqlOutboxes, Subscriptions
from tests.conftest import NOW

WANTED = {"one": tuple(Happening), "two": (Happening.WITHDRAWN,)}
WITHDRAWN = Announcement(Happening.WITHDRAWN, NOW, {"aantal": 3})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def store(database: Database) -> SqlStore:
    migrate(database, "issuer")
    keys = StoreKeys(Sealer.from_data_key(bytes(range(32))), Derivation(bytes(range(1, 33))))
    return SqlStore(database, keys, audit=lambda _connection, _event: None, announce=Subscriptions(webhook, WANTED))


def announce(store: SqlStore, *events: Announcement) -> None:
    with store.write() as records:
        for each in events:
            records.announce(each)


def boxes(store: SqlStore) -> SqlOutboxes:
    return SqlOutboxes(store.database, webhook)


def due(store: SqlStore, clock: FixedClock, endpoint: str = "one") -> Sequence[Message]:
    with boxes(store).read() as outbox:
        return outbox.due(endpoint, clock.now(), 10)


def test_each_who_wants_an_event_has_a_message_of_it(store: SqlStore, clock: FixedClock) -> None:
    announce(store, WITHDRAWN, Announcement(Happening.OFFER_TAKEN, NOW, {"aanbieding": "a"}))
    (mine,) = due(store, clock, "two")
    assert json.loads(mine.body) == {
        "type": "bewijs.ingetrokken",
        "timestamp": NOW.isoformat(),
        "data": {"aantal": 3},
    }
    assert len(due(store, clock)) == 2
    assert mine.id not in {each.id for each in due(store, clock)}


def test_it_is_written_with_the_fact_or_not_at_all(store: SqlStore, clock: FixedClock) -> None:
    def announce_and_fail() -> None:
        with store.write() as records:
            records.announce(WITHDRAWN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        announce_and_fail()
    assert due(store, clock) == []


def test_what_is_told_once_is_told_once(store: SqlStore, clock: FixedClock) -> None:
    announce(store, replace(WITHDRAWN, once="today"), replace(WITHDRAWN, once="today"))
    announce(store, replace(WITHDRAWN, once="today"), replace(WITHDRAWN, once="tomorrow"))
    assert len(due(store, clock)) == 2


def test_an_attempt_counts_for_what_it_was_made_on(store: SqlStore, clock: FixedClock) -> None:
    announce(store, WITHDRAWN)
    (seen,) = due(store, clock)
    later = NOW + timedelta(minutes=5)
    with boxes(store).write() as outbox:
        assert outbox.tried(seen, Delivery.WAITING, "503", later)
        assert not outbox.tried(seen, Delivery.DELIVERED, "200", NOW)
    assert due(store, clock) == []
    clock.advance(timedelta(minutes=5))
    (again,) = due(store, clock)
    assert (again.id, again.attempts, again.outcome) == (seen.id, 1, "503")


def test_what_was_given_up_can_be_found_and_sent_anew(store: SqlStore, clock: FixedClock) -> None:
    announce(store, WITHDRAWN)
    (seen,) = due(store, clock)
    with boxes(store).write() as outbox:
        outbox.tried(seen, Delivery.GIVEN_UP, "410", NOW)
    with boxes(store).read() as outbox:
        (found,) = outbox.recent(10, [Delivery.GIVEN_UP])
        assert found.id == seen.id
        assert len(outbox.recent(10)) == 2
        assert len(outbox.recent(1)) == 1
    with boxes(store).write() as outbox:
        assert outbox.again([seen.id, "unknown"], clock.now()) == 1
    (anew,) = due(store, clock)
    assert (anew.id, anew.attempts, anew.state) == (seen.id, 0, Delivery.WAITING)


def test_a_month_later_it_is_gone(store: SqlStore, clock: FixedClock) -> None:
    announce(store, WITHDRAWN)
    assert boxes(store).purge(NOW + timedelta(days=29)) == 0
    assert len(due(store, clock)) == 1
    store.purge(NOW + timedelta(days=31))
    assert due(store, clock) == []
