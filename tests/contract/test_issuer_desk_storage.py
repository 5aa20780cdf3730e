"""What the desk finds in the issuer's records, and counts, on SQLite and on PostgreSQL."""

from datetime import date, timedelta

import pytest

from credentials.clock import FixedClock
from credentials.status.values import Status
from issuer.domain.issuance import CopyState, ListFill, Place, Statement, Visit
from issuer.domain.running import FailureCount, JobRun, Step
from issuer.ports import Event, Publication, PublicationTimes
from issuer.storage import SqlStore
from service.audit import AuditEntry, append
from service.database import Database
from service.migrations import migrate
from tests.contract.test_issuer_storage import KEYS, a_copy, a_deferral

pytestmark = pytest.mark.long

TODAY = date(2026, 11, 23)


@pytest.fixture
def store(database: Database, clock: FixedClock) -> SqlStore:
    migrate(database, "issuer")

    def audit(connection: object, event: Event) -> None:
        append(connection, AuditEntry(action=event.action, actor=event.actor or ""), at=clock.now())  # type: ignore[arg-type]

    return SqlStore(database, KEYS, audit=audit)


def test_failures_are_summed_by_day_step_and_cause_before_and_after_folding(store: SqlStore) -> None:
    tomorrow = TODAY + timedelta(days=1)
    with store.write() as records:
        records.failures.add(TODAY, {(Step.CREDENTIAL, "a"): 2, (Step.LOGIN, "a"): 1})
        records.failures.add(TODAY, {(Step.CREDENTIAL, "a"): 3})
        records.failures.add(tomorrow, {(Step.CREDENTIAL, "b"): 1})
        records.failures.add(tomorrow, {})
    counted = [
        FailureCount(TODAY, Step.CREDENTIAL, "a", 5),
        FailureCount(TODAY, Step.LOGIN, "a", 1),
        FailureCount(tomorrow, Step.CREDENTIAL, "b", 1),
    ]
    for _ in range(2):
        with store.read() as records:
            assert records.failures.since(TODAY) == counted
            assert records.failures.since(tomorrow) == counted[2:]
        with store.write() as records:
            records.failures.fold(TODAY)
    with store.write() as records:
        records.failures.fold(tomorrow)
        assert records.failures.since(TODAY) == counted[2:]


def test_of_each_job_the_last_run_is_remembered(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.job_runs.note(JobRun("purge", clock.now() - timedelta(hours=1), "ok"))
        records.job_runs.note(JobRun("publish", clock.now(), "ok"))
        records.job_runs.note(JobRun("purge", clock.now(), "overloaded"))
        assert records.job_runs.all() == [
            JobRun("publish", clock.now(), "ok"),
            JobRun("purge", clock.now(), "overloaded"),
        ]


def test_visits_come_newest_first_each_once_and_go_on_where_a_page_ended(store: SqlStore, clock: FixedClock) -> None:
    hour = timedelta(hours=1)
    with store.write() as records:
        for number in range(5):
            session, at = f"session-{number}", clock.now() + hour * (number // 2)
            for copy in range(2):
                place = Place(1, 10 * number + copy)
                case = "boete" if number in (1, 3) else None
                records.issuances.reserve(
                    [a_copy(clock, place, f"{number}-{copy}", session=session, issued_at=at, case_hash=case)]
                )
    with store.read() as records:
        all_of_them = records.issuances.visits(10)
        first = records.issuances.visits(2)
        assert [each.session for each in all_of_them] == [f"session-{number}" for number in (4, 3, 2, 1, 0)]
        assert first == all_of_them[:2]
        assert records.issuances.visits(2, before=first[-1]) == all_of_them[2:4]
        assert records.issuances.visits(2, before=Visit(clock.now(), "session-0")) == []
        assert [each.session for each in records.issuances.visits(9, case_hash="boete")] == ["session-3", "session-1"]
        assert records.issuances.visits(9, case_hash="other") == []
        assert [each.id for each in records.issuances.copies_in(["session-1"])] == ["1-0", "1-1"]
        assert records.issuances.session_of("3-1") == "session-3"
        assert records.issuances.session_of("nothing") is None


def test_what_was_issued_in_a_visit_is_marked_whole_or_by_statement(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        issuances = records.issuances
        issuances.reserve(
            [
                a_copy(clock, Place(1, 1), "overview"),
                a_copy(clock, Place(1, 2), "case", configuration="zaak_sdjwt", case_hash="boete"),
                a_copy(clock, Place(1, 3), "other", configuration="zaak_sdjwt", case_hash="belasting"),
                a_copy(clock, Place(1, 4), "elsewhere", session="session-2"),
            ]
        )
        fine = Statement("zaak_sdjwt", "boete")

        def mark(status: Status, statement: Statement | None = None) -> int:
            return issuances.mark_issued_in("session-1", status, clock.now(), statement=statement, reason="x")

        assert mark(Status.SUPERSEDED, fine) == 1
        assert mark(Status.SUPERSEDED, fine) == 0, "once"
        assert mark(Status.INVALID, Statement("overzicht_sdjwt", None)) == 1
        assert mark(Status.INVALID) == 2, "superseded becomes invalid, invalid stays"
        assert mark(Status.SUPERSEDED) == 0
        assert issuances.mark_issued_in("nothing", Status.INVALID, clock.now(), statement=None, reason="x") == 0
        copies = {each.id: each for each in issuances.copies_in(["session-1", "session-2"])}
    assert {each.status for each in copies.values() if each.session == "session-1"} == {Status.INVALID}
    assert copies["elsewhere"].status is Status.VALID
    assert copies["case"].reason == "x"
    assert copies["case"].changed_at == clock.now()
    assert copies["case"].state is CopyState.RESERVED


def test_what_has_expired_is_not_marked_any_more(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.issuances.reserve([a_copy(clock, Place(1, 1), expires_at=clock.now())])
        marked = records.issuances.mark_issued_in("session-1", Status.INVALID, clock.now(), statement=None, reason="x")
        assert marked == 0


def test_lists_tell_how_full_they_are_and_since_when_they_are_served(store: SqlStore, clock: FixedClock) -> None:
    until = clock.now() + timedelta(days=2)
    with store.write() as records:
        assert records.issuances.fill() == []
        records.issuances.free_places(3)
        assert records.issuances.fill() == [ListFill(1, 131_072, 3, Status.VALID)]
        records.issuances.begin_anew(Status.SUPERSEDED, ())
        assert [(each.used, each.rest) for each in records.issuances.fill()] == [
            (131_072, Status.SUPERSEDED),
            (0, Status.VALID),
        ]
        assert records.publications.times() == []
        records.publications.publish(Publication("token", 1, b"list", "x/y", clock.now(), until, "f"), instead_of=None)
        assert records.publications.times() == [PublicationTimes("token", 1, clock.now(), until)]


def test_requests_that_wait_are_counted_until_their_time_is_over(store: SqlStore, clock: FixedClock) -> None:
    with store.write() as records:
        records.deferrals.add("one", a_deferral(clock))
        assert records.deferrals.waiting(clock.now()) == 1
        assert records.deferrals.waiting(clock.now() + timedelta(hours=1)) == 0
