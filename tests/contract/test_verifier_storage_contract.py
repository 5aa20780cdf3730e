"""What the verifier's storage promises, on SQLite and on PostgreSQL."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from credentials.masking import Secret
from service import audit
from service.database import Database
from service.errors import SealBroken
from service.migrations import migrate, schema_drift, schema_is_current
from tests.conftest import NOW
from verifier.domain.errors import (
    NoMoreTime,
    NotAnswered,
    NotSameBrowser,
    RequestEnded,
    UnknownIntake,
    UnknownRequest,
)
from verifier.domain.evidence import OVERVIEW, Body, Check, Evidence
from verifier.domain.request import (
    Answer,
    Answered,
    Attempt,
    Binding,
    Declined,
    Intake,
    Open,
    Shown,
    Standing,
    VerificationRequest,
    Withdrawn,
)
from verifier.storage.intakes import SqlIntakes
from verifier.storage.requests import MAX_ATTEMPTS, SqlRequests
from verifier.storage.sealed import Seals
from verifier.storage.tables import intake_table, metadata, request_table

ANNA, BRAM = "medewerker:anna", "medewerker:bram"
KEY = secrets.token_bytes(32)


class Store:
    def __init__(self, database: Database) -> None:
        migrate(database, "verifier")
        self.database = database
        self.intakes = SqlIntakes(database, Seals(KEY))
        self.requests = SqlRequests(database, Seals(KEY))

    def intake(self, owner: str = ANNA, **more: object) -> Intake:
        values = {
            "id": secrets.token_urlsafe(16), "owner": owner, "reference": "D-2026-17", "template": "intake",
            "opened_at": NOW, "delete_after": NOW + timedelta(days=10),
        }  # fmt: skip
        intake = Intake(**(values | more))  # type: ignore[arg-type]
        self.intakes.add(intake)
        return intake

    def request(self, intake: Intake, **more: object) -> VerificationRequest:
        fresh = secrets.token_urlsafe
        values = {
            "id": fresh(16), "intake_id": intake.id, "owner": intake.owner, "template": "intake",
            "query": {"credentials": []}, "response_mode": "direct_post.jwt", "client_id_prefix": "x509_hash",
            "binding": Binding(fresh(16), fresh(16), fresh(16), fresh(16), Secret('{"kty":"EC"}')), "created_at": NOW,
            "expires_at": NOW + timedelta(minutes=5), "extensions": 0, "state": Open(),
        }  # fmt: skip
        request = VerificationRequest(**(values | more))  # type: ignore[arg-type]
        self.requests.add(request)
        return request


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


def an_answer(saldo: int = 299880) -> Answer:
    evidence = Evidence(
        "overzicht", "dc+sd-jwt", OVERVIEW, Body("https://cjib.example", "CJIB", "00000000900000007000", "cjib"),
        "bewezen", (Check("handtekening", "geslaagd", "Klopt.", "ok"),), {"saldo_totaal": saldo}, "ey.token~", NOW,
    )  # fmt: skip
    return Answer(NOW, NOW, Shown("nonce", "x509_hash:abc"), (evidence,))


def test_the_tables_are_those_of_the_migrations(store: Store) -> None:
    assert schema_is_current(store.database, "verifier")
    assert schema_drift(store.database, "verifier", metadata) == []


def test_an_intake_is_its_owners_alone(store: Store) -> None:
    intake = store.intake()
    assert store.intakes.get(ANNA, intake.id) == intake
    assert store.intakes.of(ANNA) == [intake]
    assert store.intakes.of(BRAM) == []
    with pytest.raises(UnknownIntake):
        store.intakes.get(BRAM, intake.id)
    with pytest.raises(UnknownIntake):
        store.intakes.close(BRAM, intake.id, NOW)
    assert store.intakes.get(ANNA, intake.id) == intake


def test_that_a_wallet_read_the_request_is_noted_soon_and_the_first_time_counts(store: Store) -> None:
    request = store.request(store.intake())
    assert store.requests.get(ANNA, request.id).state == Open(None)
    store.requests.mark_fetched(request.id, NOW)
    store.requests.mark_fetched(request.id, NOW + timedelta(minutes=1))
    store.database.settle()
    assert store.requests.get(ANNA, request.id).state == Open(NOW)


def test_a_request_is_its_owners_alone(store: Store) -> None:
    request = store.request(store.intake())
    store.requests.answer(request.id, an_answer(), return_code=None)
    for act in (
        lambda: store.requests.get(BRAM, request.id),
        lambda: store.requests.extend(BRAM, request.id, NOW, now=NOW, most=3),
    ):
        with pytest.raises(UnknownRequest):
            act()
    with pytest.raises(NotAnswered):
        store.requests.replace(BRAM, request.id, an_answer(1))
    assert store.requests.of_intake(BRAM, request.intake_id) == []


def test_a_request_comes_back_as_it_was_kept(store: Store) -> None:
    request = store.request(store.intake())
    assert store.requests.get(ANNA, request.id) == request
    assert store.requests.by_request_path(request.binding.request_path) == request
    assert store.requests.by_response_path(request.binding.response_path) == request
    for path in ("", request.id, request.binding.response_path):
        with pytest.raises(UnknownRequest):
            store.requests.by_request_path(path)


def test_an_answer_is_taken_once(store: Store) -> None:
    request = store.request(store.intake())
    store.requests.answer(request.id, an_answer(), return_code=None)
    kept = store.requests.get(ANNA, request.id)
    assert kept.state == Answered(an_answer())
    assert kept.binding.nonce == ""
    assert kept.binding.encryption_key is None
    for again in (
        lambda: store.requests.answer(request.id, an_answer(1), return_code=None),
        lambda: store.requests.decline(request.id, "access_denied", NOW),
        lambda: store.requests.extend(ANNA, request.id, NOW + timedelta(days=1), now=NOW, most=3),
    ):
        with pytest.raises(RequestEnded):
            again()
    assert store.requests.get(ANNA, request.id).state == Answered(an_answer())


def test_of_answers_at_one_moment_one_is_taken(store: Store) -> None:
    request = store.request(store.intake())
    barrier, outcomes = threading.Barrier(8), []

    def answer(number: int) -> None:
        barrier.wait()
        try:
            store.requests.answer(request.id, an_answer(number), return_code=None)
        except RequestEnded:
            outcomes.append(None)
        else:
            outcomes.append(number)

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [each for each in outcomes if each is not None]
    assert store.requests.get(ANNA, request.id).state == Answered(an_answer(winner))


def test_the_list_of_files_says_where_each_stands_and_opens_no_answer(store: Store) -> None:
    later, end = NOW + timedelta(minutes=1), NOW + timedelta(minutes=5)
    unasked, answered, refused, open_, on_this_device = (store.intake() for _ in range(5))
    store.request(store.intake(BRAM))
    store.request(answered)
    store.requests.answer(store.request(answered).id, replace(an_answer(), received_at=later), return_code=None)
    store.requests.decline(store.request(refused).id, "access_denied", later)
    store.requests.answer(store.request(open_).id, an_answer(), return_code=None)
    store.request(open_)
    store.requests.answer(store.request(on_this_device).id, an_answer(), return_code="code")
    with store.database.write() as connection:
        connection.execute(update(request_table).values(answer=b"not to be opened", binding=b"nor this"))
    assert store.requests.standings(ANNA, later) == {
        answered.id: Standing("beantwoord", later),
        refused.id: Standing("geweigerd", NOW, "access_denied"),
        open_.id: Standing("open", NOW),
        on_this_device.id: Standing("open", NOW),
    }
    assert {store.requests.standings(ANNA, end)[each.id].status for each in (open_, on_this_device)} == {"verlopen"}
    assert unasked.id not in store.requests.standings(ANNA, later)


def test_the_newest_request_of_a_file_is_found_without_opening_the_others(store: Store) -> None:
    file = store.intake()
    assert store.requests.newest(ANNA, file.id) is None
    first = store.request(file)
    store.requests.answer(first.id, an_answer(), return_code=None)
    assert store.requests.newest(ANNA, file.id) == store.requests.get(ANNA, first.id)
    newest = store.request(file)
    with store.database.write() as connection:
        broken = update(request_table).where(request_table.c.id == first.id)
        connection.execute(broken.values(answer=b"not to be opened"))
    assert store.requests.newest(ANNA, file.id) == newest
    assert store.requests.newest(BRAM, file.id) is None


def test_a_file_waits_while_a_request_of_it_is_open(store: Store) -> None:
    file = store.intake()
    assert not store.requests.waits(file.id, NOW)
    request = store.request(file)
    assert store.requests.waits(file.id, NOW)
    assert not store.requests.waits(store.intake().id, NOW)
    assert not store.requests.waits(file.id, request.expires_at)
    store.requests.decline(request.id, "access_denied", NOW)
    assert not store.requests.waits(file.id, NOW)


def test_no_answer_is_taken_after_its_time(store: Store) -> None:
    request = store.request(store.intake(), expires_at=NOW)
    with pytest.raises(RequestEnded):
        store.requests.answer(request.id, an_answer(), return_code=None)
    assert store.requests.get(ANNA, request.id).status(NOW) == "verlopen"


def test_a_wallet_that_says_no_ends_the_request(store: Store) -> None:
    request = store.request(store.intake())
    store.requests.decline(request.id, "access_denied", NOW)
    assert store.requests.get(ANNA, request.id).state == Declined(NOW, "access_denied")
    with pytest.raises(RequestEnded):
        store.requests.answer(request.id, an_answer(), return_code=None)


def test_a_new_question_withdraws_the_open_one_of_the_same_file_only(store: Store) -> None:
    mine, other = store.intake(), store.intake()
    first, untouched = store.request(mine), store.request(other)
    second = store.request(mine)
    assert store.requests.get(ANNA, first.id).state == Withdrawn(NOW)
    assert [each.id for each in store.requests.of_intake(ANNA, mine.id)] == [second.id, first.id]
    assert isinstance(store.requests.get(ANNA, untouched.id).state, Open)
    with pytest.raises(RequestEnded):
        store.requests.answer(first.id, an_answer(), return_code=None)


def test_an_answered_request_stays_when_there_is_a_new_question(store: Store) -> None:
    intake = store.intake()
    first = store.request(intake)
    store.requests.answer(first.id, an_answer(), return_code=None)
    store.request(intake)
    assert isinstance(store.requests.get(ANNA, first.id).state, Answered)


def test_on_one_device_an_answer_counts_only_in_the_browser_that_asked(store: Store) -> None:
    request = store.request(store.intake(), browser="deze")
    store.requests.answer(request.id, an_answer(), return_code="code")
    assert isinstance(store.requests.get(ANNA, request.id).state, Open)
    for code, browser, now in (("fout", "deze", NOW), ("code", "die", NOW), ("code", "deze", NOW + timedelta(hours=1))):
        with pytest.raises(NotSameBrowser):
            store.requests.confirm(request.id, return_code=code, browser=browser, now=now)
    store.requests.confirm(request.id, return_code="code", browser="deze", now=NOW)
    assert store.requests.get(ANNA, request.id).state == Answered(an_answer())
    with pytest.raises(NotSameBrowser):
        store.requests.confirm(request.id, return_code="code", browser="deze", now=NOW)


def a_later_part(store: Store, request: VerificationRequest, part: int, **more: object) -> VerificationRequest:
    fresh = secrets.token_urlsafe
    binding = Binding(fresh(16), fresh(16), fresh(16), fresh(16), None)
    place = {"first": request.series, "part": part, "parts": 3, "taken": 10 * (part - 1)}
    return replace(request, id=fresh(16), binding=binding, **(place | more))  # type: ignore[arg-type]


def test_an_answer_in_parts_keeps_the_request_for_the_next_with_each(store: Store) -> None:
    first = store.request(store.intake())
    second = a_later_part(store, first, 2)
    store.requests.answer(first.id, an_answer(1), return_code=None, following=second)
    assert store.requests.parts(ANNA, first.id) == [
        replace(first, binding=Binding("", "", "", ""), state=Answered(an_answer(1))),
        second,
    ]
    assert store.requests.by_response_path(second.binding.response_path) == second
    third = a_later_part(store, second, 3)
    store.requests.answer(second.id, an_answer(2), return_code=None, following=third)
    for each in (first, second, third):
        assert [part.id for part in store.requests.parts(ANNA, each.id)] == [first.id, second.id, third.id]
    with pytest.raises(UnknownRequest):
        store.requests.parts(BRAM, second.id)


def test_a_part_that_is_not_taken_leaves_no_request_for_the_next(store: Store) -> None:
    first = store.request(store.intake())
    store.requests.answer(first.id, an_answer(), return_code=None)
    with pytest.raises(RequestEnded):
        store.requests.answer(first.id, an_answer(), return_code=None, following=a_later_part(store, first, 2))
    assert [part.id for part in store.requests.parts(ANNA, first.id)] == [first.id]


def test_asking_anew_withdraws_the_part_that_is_still_to_come(store: Store) -> None:
    intake = store.intake()
    first = store.request(intake)
    store.requests.answer(first.id, an_answer(), return_code=None, following=a_later_part(store, first, 2))
    other = store.request(intake)
    assert [part.status(NOW) for part in store.requests.parts(ANNA, first.id)] == ["beantwoord", "ingetrokken"]
    assert store.requests.parts(ANNA, other.id) == [other]


@pytest.mark.requirement("vp-session")
def test_on_one_device_all_parts_count_when_the_last_comes_back(store: Store) -> None:
    first = store.request(store.intake(), browser="deze")
    second = a_later_part(store, first, 2, expires_at=NOW + timedelta(minutes=9))
    store.requests.answer(first.id, an_answer(1), return_code="niemand", following=second)
    later = NOW + timedelta(minutes=6)
    assert store.intakes.purge(later) == 0
    store.requests.answer(second.id, replace(an_answer(2), received_at=later), return_code="code")
    assert not any(isinstance(part.state, Answered) for part in store.requests.parts(ANNA, first.id))
    store.requests.confirm(second.id, return_code="code", browser="deze", now=later)
    assert all(isinstance(part.state, Answered) for part in store.requests.parts(ANNA, first.id))


@pytest.mark.requirement("vp-session")
def test_an_answer_that_nobody_came_back_for_is_deleted(store: Store) -> None:
    request = store.request(store.intake(), browser="deze")
    store.requests.answer(request.id, an_answer(), return_code="code")
    assert store.intakes.purge(NOW + timedelta(minutes=6)) == 0
    with pytest.raises(UnknownRequest):
        store.requests.get(ANNA, request.id)


def test_time_is_extended_so_often_and_no_more(store: Store) -> None:
    request = store.request(store.intake())
    for _ in range(2):
        store.requests.extend(ANNA, request.id, NOW + timedelta(minutes=9), now=NOW, most=2)
    assert store.requests.get(ANNA, request.id).expires_at == NOW + timedelta(minutes=9)
    with pytest.raises(NoMoreTime):
        store.requests.extend(ANNA, request.id, NOW + timedelta(minutes=20), now=NOW, most=2)


def test_refused_answers_are_noted_up_to_a_limit(store: Store) -> None:
    request = store.request(store.intake())
    for number in range(MAX_ATTEMPTS + 5):
        store.requests.note_attempt(request.id, Attempt(NOW, "wrong_nonce", f"Poging {number}."))
    kept = store.requests.get(ANNA, request.id)
    assert len(kept.attempts) == MAX_ATTEMPTS
    assert isinstance(kept.state, Open)


def test_a_newly_checked_answer_takes_the_place_of_the_old(store: Store) -> None:
    request = store.request(store.intake())
    with pytest.raises(NotAnswered):
        store.requests.replace(ANNA, request.id, an_answer())
    store.requests.answer(request.id, an_answer(), return_code=None)
    checked = replace(an_answer(), checked_at=NOW + timedelta(hours=1))
    store.requests.replace(ANNA, request.id, checked)
    assert store.requests.get(ANNA, request.id).state == Answered(checked)


def test_closing_a_file_deletes_all_of_it_at_once(store: Store) -> None:
    intake = store.intake()
    request = store.request(intake)
    store.requests.answer(request.id, an_answer(), return_code=None)
    store.requests.note_attempt(request.id, Attempt(NOW, "wrong_nonce", "Fout."))
    store.intakes.close(ANNA, intake.id, NOW)
    with store.database.read() as connection:
        for table in metadata.sorted_tables:
            assert connection.execute(select(table)).all() == []
        assert audit.verify(connection) >= 4


def test_what_is_past_its_retention_is_purged_and_nothing_else(store: Store) -> None:
    over = store.intake(delete_after=NOW)
    stays = store.intake(delete_after=NOW + timedelta(seconds=1))
    store.request(over)
    assert store.intakes.purge(NOW) == 1
    assert [each.id for each in store.intakes.of(ANNA)] == [stays.id]
    with store.database.read() as connection:
        assert connection.execute(select(request_table)).all() == []


def test_the_database_alone_tells_nothing_of_a_client(store: Store) -> None:
    intake = store.intake(reference="DOSSIER-VAN-SAMIRA")
    request = store.request(intake)
    store.requests.answer(request.id, an_answer(), return_code=None)
    other = store.request(intake)
    secret = ["DOSSIER-VAN-SAMIRA", "299880", "CJIB", "ey.token", other.binding.nonce, other.binding.request_path]
    with store.database.read() as connection:
        rows = [
            " ".join(
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in row
            )
            for table in ("verifier_intake", "verifier_request", "service_audit")
            for row in connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert len(rows) >= 5
    assert not [each for each in secret if any(each in row for row in rows)]


@pytest.mark.parametrize("move", ["reference", "answer"])
def test_a_sealed_value_opens_in_its_own_place_only(store: Store, move: str) -> None:
    first, second = store.intake(reference="EEN"), store.intake(reference="TWEE")
    one, two = store.request(first), store.request(second)
    for each in (one, two):
        store.requests.answer(each.id, an_answer(), return_code=None)
    column, table, row, target = {
        "reference": ("reference", intake_table, first.id, second.id),
        "answer": ("answer", request_table, one.id, two.id),
    }[move]
    with store.database.write() as connection:
        value = connection.execute(select(table.c[column]).where(table.c.id == row)).scalar_one()
        connection.execute(table.update().where(table.c.id == target).values({column: value}))
    read: Callable[[], object] = (
        (lambda: store.intakes.get(ANNA, second.id))
        if move == "reference"
        else (lambda: store.requests.get(ANNA, two.id))
    )
    with pytest.raises(SealBroken):
        read()
