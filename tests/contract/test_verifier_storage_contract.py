"""What the verifier's storage promises, on SQLite and on PostgreSQL."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import get_args

import pytest
from alembic import command
from sqlalchemy import insert, select, text, update

from credentials.debts.catalogue import Rank
from credentials.masking import Secret
from credentials.openid.vp_formats import VP_FORMATS
from credentials.verification.second_opinions import SecondOpinion, Silence
from service import audit
from service.database import Database
from service.errors import SealBroken
from service.migrations import _config, migrate, schema_drift, schema_is_current
from tests.conftest import NOW
from verifier.domain.errors import (
    FileFull,
    NoMoreTime,
    NotAnswered,
    NotSameBrowser,
    RequestEnded,
    UnknownIntake,
    UnknownInvitation,
    UnknownNote,
    UnknownRequest,
    UnknownSaidDebt,
    WrongCode,
)
from verifier.domain.evidence import OVERVIEW, Body, Check, Evidence
from verifier.domain.invitation import Invitation
from verifier.domain.listing import Group, Moment
from verifier.domain.notes import MOST_NOTES, Compared, Note
from verifier.domain.preference import MOST as MOST_CHOSEN
from verifier.domain.preference import Chosen
from verifier.domain.read_back import TRIES, WRONG_CODE, ReadBack
from verifier.domain.request import (
    Answer,
    Answered,
    Attempt,
    Binding,
    ClientIdPrefix,
    Declined,
    Held,
    Intake,
    Open,
    ResponseMode,
    Shown,
    Standing,
    VerificationRequest,
    Withdrawn,
)
from verifier.domain.said import MOST, SaidDebt, SaidKind
from verifier.domain.second_opinion import Due, Opinions
from verifier.domain.staff import Colleague, Counsellor, Role
from verifier.domain.templates import OWN_QUERY, TEMPLATES
from verifier.storage import intakes
from verifier.storage.colleagues import KEPT, SqlColleagues
from verifier.storage.held import SqlHeldAnswers
from verifier.storage.intakes import SqlIntakes
from verifier.storage.invitations import SqlInvitations
from verifier.storage.listing import SqlFileLists
from verifier.storage.notes import SqlNotes
from verifier.storage.opinions import SqlOpinions
from verifier.storage.preferences import SqlPreferences
from verifier.storage.requests import MAX_ATTEMPTS, SqlRequests
from verifier.storage.said import SqlSaidDebts
from verifier.storage.sealed import Seals
from verifier.storage.tables import (
    colleague_table,
    intake_table,
    metadata,
    note_table,
    opinion_table,
    preference_table,
    proof_table,
    request_table,
    said_table,
)

ANNA, BRAM = "medewerker:anna", "medewerker:bram"
_FILLED = "verifier_intake", "verifier_request", "verifier_said_debt", "verifier_preference"
KEY = secrets.token_bytes(32)


class Store:
    def __init__(self, database: Database) -> None:
        migrate(database, "verifier")
        self.database = database
        self.intakes = SqlIntakes(database, Seals(KEY))
        self.requests = SqlRequests(database, Seals(KEY))
        self.lists = SqlFileLists(database, Seals(KEY))
        self.invitations = SqlInvitations(database)
        self.notes = SqlNotes(database, Seals(KEY))
        self.held = SqlHeldAnswers(database, Seals(KEY))
        self.said = SqlSaidDebts(database, Seals(KEY))
        self.preferences = SqlPreferences(database, Seals(KEY))
        self.opinions = SqlOpinions(database, Seals(KEY))
        self.colleagues = SqlColleagues(database, Seals(KEY))

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


def a_said_debt(creditor: str = "Woonstichting Zuid", balance: int | None = 128450) -> SaidDebt:
    return SaidDebt(secrets.token_urlsafe(16), SaidKind.RENT, creditor, balance, "3 maanden achter", NOW)


def test_the_tables_are_those_of_the_migrations(store: Store) -> None:
    assert schema_is_current(store.database, "verifier")
    assert schema_drift(store.database, "verifier", metadata) == []


def test_an_intake_is_its_owners_alone(store: Store) -> None:
    intake = store.intake()
    assert store.intakes.get(ANNA, intake.id) == intake
    assert store.intakes.of(ANNA, skip=0, most=2) == [intake]
    assert store.intakes.of(BRAM, skip=0, most=2) == []
    assert (store.intakes.count(ANNA), store.intakes.count(BRAM)) == (1, 0)
    with pytest.raises(UnknownIntake):
        store.intakes.get(BRAM, intake.id)
    with pytest.raises(UnknownIntake):
        store.intakes.close(BRAM, intake.id, NOW)
    assert store.intakes.get(ANNA, intake.id) == intake


def test_files_are_listed_by_what_waits_what_came_and_when_they_were_opened(store: Store) -> None:
    yesterday, at = NOW - timedelta(days=1), Moment(NOW + timedelta(seconds=9), NOW - timedelta(hours=1))

    def ids(group: Group, owner: str = ANNA) -> list[str]:
        found = store.lists.of(owner, group, at, skip=0, most=9)
        assert store.lists.count(owner, group, at) == len(found)
        return [each.id for each in found]

    older, today = store.intake(opened_at=yesterday), store.intake()
    answered = [store.intake(opened_at=yesterday), store.intake(opened_at=yesterday)]
    for number, intake in enumerate(answered):
        received = replace(an_answer(), received_at=NOW + timedelta(seconds=number))
        store.requests.answer(store.request(intake).id, received, return_code=None)
    again = store.request(answered[0])
    over = store.intake()
    store.request(over, expires_at=NOW)
    held = Wallet(store).request
    assert set(ids(Group.WAITING)) == {answered[0].id, held.intake_id}
    assert ids(Group.ANSWERED) == [answered[1].id]
    assert set(ids(Group.TODAY)) == {today.id, over.id}
    assert ids(Group.OLDER) == [older.id]
    store.requests.decline(again.id, "access_denied", NOW)
    store.held.release(ANNA, held.id, "0417", NOW + timedelta(seconds=5))
    assert ids(Group.ANSWERED) == [held.intake_id, answered[1].id, answered[0].id]
    assert not any(ids(group, BRAM) for group in Group)


def test_files_are_found_by_words_of_their_references(store: Store) -> None:
    intake = store.intake(reference="2026-0117/Zuid")
    store.intake(BRAM, reference="2026-0117")
    for words in ({"2026"}, {"zuid", "0117"}, {"20260117zuid"}):
        assert store.lists.found(ANNA, words, most=2) == [intake]
    for words in ({"011"}, {"2026", "noord"}):
        assert store.lists.found(ANNA, words, most=2) == []
    assert store.lists.same(ANNA, "20260117 ZUID", most=2) == [intake]
    assert len(store.lists.same(None, "2026 0117", most=2)) == 1
    store.intake("systeem:zaak", reference="2026-0117")
    assert len(store.lists.same(None, "2026-0117", most=9)) == 1
    assert store.lists.same(ANNA, "-", most=2) == ()
    store.intakes.close(ANNA, intake.id, NOW)
    assert store.lists.found(ANNA, {"2026"}, most=2) == []


def test_files_of_before_are_found_once_they_are_indexed_and_know_when_they_were_answered(database: Database) -> None:
    with database.write() as connection:
        command.upgrade(_config("verifier", connection), "verifier_0007")
        reference = Seals(KEY).reference("een", "2026-0117")
        connection.execute(
            text(
                "INSERT INTO verifier_intake (id, owner, reference, template, opened_at, delete_after) "
                "VALUES ('een', :owner, :seal, 'intake', 1, 2)"
            ),
            {"owner": ANNA, "seal": reference},
        )
        connection.execute(
            text(
                "INSERT INTO verifier_request (id, intake_id, number, owner, template, query, response_mode, "
                "request_hash, response_hash, created_at, expires_at, extensions, state, ended_at) VALUES "
                "('een', 'een', 1, :owner, 'intake', '{}', 'direct_post', :hash, :hash, 1, 2, 0, 'answered', 7)"
            ),
            {"owner": ANNA, "hash": b"een"},
        )
    store = Store(database)
    assert store.lists.found(ANNA, {"0117"}, most=2) == []
    for _ in range(2):
        store.intakes.index()
    (found,) = store.lists.found(ANNA, {"0117"}, most=2)
    assert (found.id, found.remote) == ("een", False)
    assert [each.id for each in store.lists.of(ANNA, Group.ANSWERED, Moment(NOW, NOW), skip=0, most=2)] == ["een"]


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


@pytest.mark.parametrize("prefix", get_args(ClientIdPrefix))
@pytest.mark.parametrize("mode", get_args(ResponseMode))
def test_a_request_keeps_every_word_that_it_can_have(store: Store, prefix: str, mode: str) -> None:
    every = max((OWN_QUERY, *TEMPLATES), key=len)
    owner = f"medewerker:{'a' * 63}"
    request = store.request(
        store.intake(owner, template=every), client_id_prefix=prefix, response_mode=mode, formats=tuple(VP_FORMATS),
        template=every,
    )  # fmt: skip
    assert store.requests.get(owner, request.id) == request
    with store.database.read() as connection:
        assert connection.execute(select(request_table.c.client_id_prefix)).scalar_one() == prefix


def test_a_database_of_before_goes_on_with_whole_prefixes_and_all_that_hangs_on_a_request(database: Database) -> None:
    with database.write() as connection:
        command.upgrade(_config("verifier", connection), "verifier_0004")
        for id, prefix in (("een", "did"), ("twee", "x509_san_dns")):
            connection.execute(
                text(
                    "INSERT INTO verifier_intake (id, owner, reference, template, opened_at, delete_after) "
                    "VALUES (:id, :owner, :seal, 'intake', 1, 2)"
                ),
                {"id": id, "owner": ANNA, "seal": b"-"},
            )
            connection.execute(
                text(
                    "INSERT INTO verifier_request (id, intake_id, number, owner, template, query, response_mode, "
                    "client_id_prefix, request_hash, response_hash, created_at, expires_at, extensions, state) VALUES "
                    "(:id, :id, 1, :owner, 'intake', '{}', 'direct_post', :prefix, :hash, :hash, 1, 2, 0, 'open')"
                ),
                {"id": id, "owner": ANNA, "prefix": prefix, "hash": id.encode()},
            )
            connection.execute(text("INSERT INTO verifier_attempt VALUES (:id, 0, 1, 'code', 'Fout.')"), {"id": id})
    store = Store(database)
    assert schema_drift(database, "verifier", metadata) == []
    for id, prefix in (("een", "decentralized_identifier"), ("twee", "x509_san_dns")):
        kept = store.requests.get(ANNA, id)
        assert (kept.client_id_prefix, len(kept.attempts)) == (prefix, 1)
    with database.write() as connection:
        command.downgrade(_config("verifier", connection), "verifier_0004")
        found = connection.execute(text("SELECT client_id_prefix FROM verifier_request ORDER BY id")).scalars().all()
    assert found == ["did", "x509_san_dns"]


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


def test_a_list_of_files_is_read_a_piece_at_a_time_the_newest_first(store: Store) -> None:
    opened = [store.intake(opened_at=NOW + timedelta(seconds=each)) for each in (2, 0, 1)]
    newest = sorted(opened, key=lambda each: each.opened_at, reverse=True)
    store.intake(BRAM)
    assert store.intakes.of(ANNA, skip=0, most=2) == newest[:2]
    assert store.intakes.of(ANNA, skip=2, most=2) == newest[2:]
    assert store.intakes.of(ANNA, skip=3, most=2) == []
    assert store.intakes.count(ANNA) == 3


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
    files = [each.id for each in (unasked, answered, refused, open_, on_this_device)]
    assert store.requests.standings(ANNA, files, later) == {
        answered.id: Standing("beantwoord", later),
        refused.id: Standing("geweigerd", NOW, "access_denied"),
        open_.id: Standing("open", NOW),
        on_this_device.id: Standing("open", NOW),
    }
    assert {store.requests.standings(ANNA, files, end)[each.id].status for each in (open_, on_this_device)} == {
        "verlopen"
    }
    assert store.requests.standings(ANNA, [open_.id], later).keys() == {open_.id}
    assert store.requests.standings(ANNA, [], later) == store.requests.standings(BRAM, files, later) == {}


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


class Wallet:
    """What became of an answer that waits for a code."""

    def __init__(self, store: Store, code: str = "0417", **more: object) -> None:
        self.store = store
        self.request = store.request(store.intake(remote=True), remote=True, **more)
        self.answered(self.request, code)

    def answered(self, request: VerificationRequest, code: str) -> None:
        read_back = ReadBack(code, NOW + timedelta(minutes=10))
        self.store.requests.answer(request.id, an_answer(), return_code="terug", read_back=read_back)

    @property
    def state(self) -> object:
        return self.store.requests.get(ANNA, self.request.id).state

    def release(self, code: str, owner: str = ANNA, minutes: int = 9) -> None:
        self.store.held.release(owner, self.request.id, code, NOW + timedelta(minutes=minutes))


def test_an_answer_from_a_distance_is_held_until_its_code_is_typed(store: Store) -> None:
    wallet = Wallet(store)
    assert wallet.state == Held(TRIES)
    assert store.held.code(wallet.request.id, "terug", None, NOW).code == "0417"
    for id, code, now in (
        (wallet.request.id, "fout", NOW),
        ("", "terug", NOW),
        (wallet.request.id, "terug", NOW + timedelta(minutes=10)),
    ):
        with pytest.raises(UnknownRequest):
            store.held.code(id, code, None, now)
    for owner, minutes in ((BRAM, 1), (ANNA, 10)):
        with pytest.raises(RequestEnded):
            wallet.release("0417", owner, minutes)
    with pytest.raises(NotSameBrowser):
        store.requests.confirm(wallet.request.id, return_code="terug", browser="", now=NOW)
    with pytest.raises(NotAnswered):
        store.requests.replace(ANNA, wallet.request.id, an_answer(1))
    with pytest.raises(WrongCode) as wrong:
        wallet.release("0418")
    assert wrong.value.left == TRIES - 1
    assert wallet.state == Held(TRIES - 1)
    wallet.release("0417")
    assert wallet.state == Answered(an_answer())
    with pytest.raises(RequestEnded):
        wallet.release("0417")
    with pytest.raises(UnknownRequest):
        store.held.code(wallet.request.id, "terug", None, NOW)


def test_after_the_last_try_the_answer_is_gone(store: Store) -> None:
    wallet = Wallet(store)
    for _ in range(TRIES):
        with pytest.raises(WrongCode):
            wallet.release("")
    assert wallet.state == Declined(NOW + timedelta(minutes=9), WRONG_CODE)
    with pytest.raises(RequestEnded):
        wallet.release("0417")
    with store.database.read() as connection:
        row = connection.execute(select(request_table)).one()
    assert (row.answer, row.code, row.return_hash) == (None, None, None)


def test_of_many_tries_at_one_moment_no_more_count_than_there_are(store: Store) -> None:
    wallet = Wallet(store)
    raised = [type(each) for each in at_once(*[partial(wallet.release, "0000")] * 8)]
    assert (raised.count(WrongCode), raised.count(RequestEnded)) == (TRIES, 8 - TRIES)


def test_one_code_opens_all_parts_or_none(store: Store) -> None:
    first = store.request(store.intake(remote=True), remote=True)
    second = a_later_part(store, first, 2, expires_at=NOW + timedelta(minutes=5))
    store.requests.answer(first.id, an_answer(1), return_code="niemand", following=second)
    until = ReadBack("0417", NOW + timedelta(minutes=20))
    store.requests.answer(second.id, an_answer(2), return_code="terug", read_back=until)
    later = NOW + timedelta(minutes=19)
    store.intakes.purge(later)
    assert not any(isinstance(part.state, Answered) for part in store.requests.parts(ANNA, first.id))
    store.held.release(ANNA, second.id, "0417", later)
    assert all(isinstance(part.state, Answered) for part in store.requests.parts(ANNA, first.id))


def test_asking_anew_takes_an_answer_away_that_waits_for_its_code(store: Store) -> None:
    wallet = Wallet(store)
    store.request(store.intakes.get(ANNA, wallet.request.intake_id), remote=True)
    assert isinstance(wallet.state, Withdrawn)
    with pytest.raises(RequestEnded):
        wallet.release("0417")


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
    store.said.add(ANNA, intake.id, a_said_debt())
    store.intakes.close(ANNA, intake.id, NOW)
    with store.database.read() as connection:
        for table in metadata.sorted_tables:
            if table is not proof_table:
                assert connection.execute(select(table)).all() == []
        assert audit.verify(connection) >= 4


def test_what_is_past_its_retention_is_purged_and_nothing_else(store: Store) -> None:
    over = store.intake(delete_after=NOW)
    stays = store.intake(delete_after=NOW + timedelta(seconds=1))
    store.request(over)
    store.said.add(ANNA, over.id, a_said_debt())
    kept = a_said_debt()
    store.said.add(ANNA, stays.id, kept)
    assert store.intakes.purge(NOW) == 1
    assert store.said.of(ANNA, stays.id) == [kept]
    assert [each.id for each in store.intakes.of(ANNA, skip=0, most=9)] == [stays.id]
    with store.database.read() as connection:
        assert connection.execute(select(request_table)).all() == []
        assert len(connection.execute(select(said_table)).all()) == 1


def test_many_files_are_purged_in_steps_so_that_nobody_waits_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intakes, "STEP", 2)
    for _ in range(5):
        store.request(store.intake(delete_after=NOW))
    stays = store.intake()
    before = store.database.commits
    assert store.intakes.purge(NOW) == 5
    assert store.database.commits - before > 3
    assert store.intakes.of(ANNA, skip=0, most=9) == [stays]
    assert store.intakes.purge(NOW) == 0


def test_the_database_alone_tells_nothing_of_a_client(store: Store) -> None:
    intake = store.intake(reference="DOSSIER-VAN-SAMIRA")
    request = store.request(intake)
    store.requests.answer(request.id, an_answer(), return_code=None)
    other = store.request(intake)
    store.said.add(ANNA, intake.id, a_said_debt("HUURBAAS"))
    store.preferences.put(ANNA, intake.id, Chosen("d1", Rank.CONCURRENT, "HUURBAAS BELDE", NOW))
    secret = [
        "DOSSIER-VAN-SAMIRA",
        "HUURBAAS",
        "huur",
        "299880",
        "concurrent",
        "CJIB",
        "ey.token",
        other.binding.nonce,
        other.binding.request_path,
    ]
    with store.database.read() as connection:
        rows = [
            " ".join(
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in row
            )
            for table in (*_FILLED, "service_audit")
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


def test_debts_without_proof_come_back_in_the_order_in_which_they_were_written(store: Store) -> None:
    intake, elsewhere = store.intake(), store.intake()
    first, second, third = a_said_debt("een"), a_said_debt("twee", None), a_said_debt("drie")
    for each in (first, second, third):
        store.said.add(ANNA, intake.id, each)
    store.said.add(ANNA, elsewhere.id, a_said_debt("elders"))
    changed = replace(second, creditor="anders", balance=1, kind=SaidKind.FAMILY, written_at=NOW + timedelta(days=1))
    store.said.change(ANNA, intake.id, changed)
    store.said.remove(ANNA, intake.id, first.id, NOW)
    assert store.said.of(ANNA, intake.id) == [changed, third]
    assert store.said.get(ANNA, intake.id, second.id) == changed
    last = a_said_debt("vier")
    store.said.remove(ANNA, intake.id, third.id, NOW)
    store.said.add(ANNA, intake.id, last)
    assert store.said.of(ANNA, intake.id) == [changed, last]
    with store.database.read() as connection:
        assert audit.verify(connection) >= 9


def test_an_invitation_is_of_the_browser_that_opens_it_first_and_ends(store: Store) -> None:
    intake, until = store.intake(), NOW + timedelta(days=14)
    with pytest.raises(UnknownIntake):
        store.invitations.make(BRAM, intake.id, "link", now=NOW, until=until)
    store.invitations.make(ANNA, intake.id, "link", now=NOW, until=until)
    assert store.invitations.look("link", NOW) == Invitation(ANNA, intake.id, until)
    opened = Invitation(ANNA, intake.id, until, "deze", NOW)
    assert store.invitations.open("link", "deze", NOW) == opened
    assert store.invitations.open("link", "deze", NOW + timedelta(hours=1)) == opened
    for act in (
        partial(store.invitations.open, "link", "die", NOW),
        partial(store.invitations.open, "fout", "deze", NOW),
        partial(store.invitations.open, "link", "deze", until),
        partial(store.invitations.look, "link", until),
    ):
        with pytest.raises(UnknownInvitation):
            act()
    store.invitations.make(ANNA, intake.id, "nieuw", now=NOW, until=until)
    with pytest.raises(UnknownInvitation):
        store.invitations.look("link", NOW)
    raised = at_once(*(partial(store.invitations.open, "nieuw", f"b{each}", NOW) for each in range(6)))
    assert [type(each) for each in raised] == [UnknownInvitation] * 5
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    assert store.invitations.look("nieuw", NOW).owner == BRAM
    store.intakes.close(BRAM, intake.id, NOW)
    with pytest.raises(UnknownInvitation):
        store.invitations.look("nieuw", NOW)


def a_note(text: str = "Belt maandag terug.", **more: object) -> Note:
    return Note(**({"id": secrets.token_urlsafe(16), "text": text, "by": ANNA, "at": NOW} | more))  # type: ignore[arg-type]


def test_notes_are_their_owners_and_files_alone_and_go_with_the_file(store: Store) -> None:
    intake, other = store.intake(), store.intake()
    first, second = a_note(), a_note("Nog een.")
    for note in (first, second):
        store.notes.add(ANNA, intake.id, note)
    assert store.notes.of(ANNA, intake.id) == [second, first]
    assert store.notes.of(BRAM, intake.id) == []
    for owner, file, error in ((BRAM, intake.id, UnknownIntake), (ANNA, other.id, UnknownNote)):
        with pytest.raises(error):
            store.notes.remove(owner, file, first.id, NOW)
    with pytest.raises(UnknownIntake):
        store.notes.add(BRAM, intake.id, a_note())
    store.notes.remove(ANNA, intake.id, first.id, NOW)
    for _ in range(MOST_NOTES - 1):
        store.notes.add(ANNA, intake.id, a_note())
    with pytest.raises(FileFull):
        store.notes.add(ANNA, intake.id, a_note())
    with store.database.read() as connection:
        assert b"Nog een" not in b"".join(connection.execute(select(note_table.c.note)).scalars())
    store.intakes.close(ANNA, intake.id, NOW)
    with store.database.read() as connection:
        assert connection.execute(select(note_table)).all() == []


def test_that_an_identity_was_compared_is_noted_by_the_holder_and_can_be_taken_back(store: Store) -> None:
    intake = store.intake()
    assert store.notes.compared(ANNA, intake.id) is None
    store.notes.compare(ANNA, intake.id, NOW, done=True)
    assert store.notes.compared(ANNA, intake.id) == Compared(ANNA, NOW)
    for act in (
        partial(store.notes.compared, BRAM, intake.id),
        partial(store.notes.compare, BRAM, intake.id, NOW, done=False),
    ):
        with pytest.raises(UnknownIntake):
            act()
    store.notes.compare(ANNA, intake.id, NOW, done=False)
    assert store.notes.compared(ANNA, intake.id) is None


def test_a_debt_without_proof_is_its_owners_and_its_files_alone(store: Store) -> None:
    intake, elsewhere, debt = store.intake(), store.intake(), a_said_debt()
    store.said.add(ANNA, intake.id, debt)
    assert store.said.of(BRAM, intake.id) == []
    for owner, where, error in ((BRAM, intake.id, UnknownIntake), (ANNA, elsewhere.id, UnknownSaidDebt)):
        with pytest.raises(UnknownSaidDebt):
            store.said.get(owner, where, debt.id)
        with pytest.raises(error):
            store.said.change(owner, where, replace(debt, balance=1))
        with pytest.raises(error):
            store.said.remove(owner, where, debt.id, NOW)
    for owner, where in ((BRAM, intake.id), (ANNA, "weg")):
        with pytest.raises(UnknownIntake):
            store.said.add(owner, where, a_said_debt())
    assert store.said.of(ANNA, intake.id) == [debt]
    # Nor does one that was moved to another file open there.
    with store.database.write() as connection:
        connection.execute(update(said_table).values(intake_id=elsewhere.id))
    with pytest.raises(SealBroken):
        store.said.of(ANNA, elsewhere.id)


def test_a_file_holds_so_many_debts_without_proof_and_no_more_whoever_writes_at_once(store: Store) -> None:
    intake = store.intake()
    for number in range(MOST - 1):
        store.said.add(ANNA, intake.id, a_said_debt(str(number)))
    refused: list[str] = []

    def write(name: str) -> None:
        try:
            store.said.add(ANNA, intake.id, a_said_debt(name))
        except FileFull:
            refused.append(name)

    threads = [threading.Thread(target=write, args=(f"laatste {each}",)) for each in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 2
    assert len(store.said.of(ANNA, intake.id)) == MOST


def a_counsellor(owner: str, name: str) -> Counsellor:
    return Counsellor(owner, frozenset({Role.COUNSELLOR}), name)


def entries(store: Store) -> list[str]:
    with store.database.read() as connection:
        return list(connection.scalars(select(audit.audit_table.c.entry).order_by(audit.audit_table.c.number)))


def test_a_file_goes_to_a_colleague_with_all_its_requests(store: Store) -> None:
    intake, other = store.intake(), store.intake()
    asked = store.request(intake)
    store.requests.answer(asked.id, an_answer(), return_code=None)
    again, said = store.request(intake), a_said_debt()
    store.said.add(ANNA, intake.id, said)
    store.intakes.hand_over(intake, BRAM, by="medewerker:carla", now=NOW)
    assert (store.said.of(ANNA, intake.id), store.said.of(BRAM, intake.id)) == ([], [said])
    assert store.intakes.get(BRAM, intake.id) == replace(intake, owner=BRAM, received_from=ANNA)
    assert {each.id for each in store.requests.of_intake(BRAM, intake.id)} == {asked.id, again.id}
    assert isinstance(store.requests.get(BRAM, asked.id).state, Answered)
    with pytest.raises(UnknownIntake):
        store.intakes.get(ANNA, intake.id)
    with pytest.raises(UnknownRequest):
        store.requests.get(ANNA, asked.id)
    assert store.intakes.of(ANNA, skip=0, most=9) == [other]
    line = entries(store)[-1]
    assert '"action":"intake_handed_over"' in line
    assert '"actor":"medewerker:carla"' in line
    assert f'"reason":"{BRAM}"' in line


def test_a_file_is_handed_over_by_one_at_a_time(store: Store) -> None:
    intake = store.intake()
    asked = store.request(intake)
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    before = entries(store)
    with pytest.raises(UnknownIntake):
        store.intakes.hand_over(intake, "medewerker:dirk", by=ANNA, now=NOW)
    assert store.requests.get(BRAM, asked.id).owner == BRAM
    assert entries(store) == before


def test_debts_without_proof_go_with_their_file_to_whom_it_is_handed(store: Store) -> None:
    intake, debt = store.intake(), a_said_debt()
    store.said.add(ANNA, intake.id, debt)
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    assert store.said.of(BRAM, intake.id) == [debt]
    assert store.said.of(ANNA, intake.id) == []
    for act in (
        lambda: store.said.add(ANNA, intake.id, a_said_debt()),
        lambda: store.said.change(ANNA, intake.id, replace(debt, balance=1)),
        lambda: store.said.remove(ANNA, intake.id, debt.id, NOW),
    ):
        with pytest.raises(UnknownIntake):
            act()
    store.said.remove(BRAM, intake.id, debt.id, NOW)


def test_who_has_a_file_no_more_asks_nothing_in_it(store: Store) -> None:
    intake = store.intake()
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    with pytest.raises(UnknownIntake):
        store.request(intake)
    assert store.requests.of_intake(BRAM, intake.id) == []


def test_a_part_that_was_on_its_way_is_of_whoever_has_the_file_now(store: Store) -> None:
    intake = store.intake()
    first = store.request(intake, parts=2)
    fresh = Binding(*(secrets.token_urlsafe(16) for _ in range(4)))
    second = replace(first, id=secrets.token_urlsafe(16), binding=fresh, first=first.id, part=2)
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    store.requests.answer(first.id, an_answer(), return_code=None, following=second)
    assert [each.id for each in store.requests.parts(BRAM, first.id)] == [first.id, second.id]


def test_all_peoples_files_are_found_and_no_case_systems(store: Store) -> None:
    store.intake("systeem:zaaksysteem", opened_at=NOW + timedelta(seconds=9))
    mine, his = store.intake(), store.intake(BRAM, opened_at=NOW + timedelta(seconds=1))
    assert store.intakes.of_all(skip=0, most=9) == [his, mine]
    assert store.intakes.of_all(skip=1, most=1) == [mine]
    assert store.intakes.count_all() == 2
    assert store.intakes.whose(his.id) == his
    system = store.intakes.of("systeem:zaaksysteem", skip=0, most=1)[0]
    for unknown in (system.id, "x", ""):
        with pytest.raises(UnknownIntake):
            store.intakes.whose(unknown)


def test_who_came_is_known_by_name_and_may_receive_until_turned_away(store: Store) -> None:
    store.colleagues.came(a_counsellor(BRAM, "bram"), NOW)
    store.colleagues.came(a_counsellor(ANNA, "Anna"), NOW)
    store.colleagues.came(a_counsellor(BRAM, "Bram Yilmaz"), NOW)
    assert store.colleagues.may_receive() == [Colleague(ANNA, "Anna"), Colleague(BRAM, "Bram Yilmaz")]
    store.colleagues.turned_away(BRAM, NOW)
    store.colleagues.turned_away("medewerker:nobody", NOW)
    assert store.colleagues.may_receive() == [Colleague(ANNA, "Anna")]
    assert store.colleagues.names([BRAM, "medewerker:nobody"]) == {BRAM: "Bram Yilmaz"}
    store.colleagues.came(Counsellor("medewerker:els", frozenset({Role.AUDITOR}), "Els"), NOW)
    assert store.colleagues.may_receive() == [Colleague(ANNA, "Anna")], "who has no files is given none"
    assert [(each.name, each.roles) for each in store.colleagues.all()] == [
        ("Anna", {Role.COUNSELLOR}),
        ("Bram Yilmaz", set()),
        ("Els", {Role.AUDITOR}),
    ]
    assert store.colleagues.names([]) == {}
    lines = entries(store)
    assert [line.count('"result":"refused"') for line in lines] == [0, 0, 0, 1, 1, 0]
    assert "Bram" not in "".join(lines)
    with store.database.read() as connection:
        assert b"Bram" not in b"".join(connection.scalars(select(colleague_table.c.name)))


def test_who_does_not_come_for_a_year_is_forgotten_but_for_who_has_a_file(store: Store) -> None:
    for owner in (ANNA, BRAM):
        store.colleagues.came(a_counsellor(owner, owner), NOW)
    intake = store.intake()
    assert store.colleagues.purge(NOW + KEPT - timedelta(seconds=1)) == 0
    assert store.colleagues.purge(NOW + KEPT) == 1
    assert store.colleagues.names([ANNA, BRAM]) == {ANNA: ANNA}
    store.intakes.close(ANNA, intake.id, NOW)
    assert store.colleagues.purge(NOW + KEPT) == 1


def at_once(*acts: Callable[[], object]) -> list[Exception]:
    """Do all of this at one moment; return what was raised."""
    start, raised = threading.Barrier(len(acts)), list[Exception]()

    def do(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Exception as error:  # noqa: BLE001  # which it was is looked at
            raised.append(error)

    threads = [threading.Thread(target=do, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return raised


def test_whoever_does_what_at_once_a_file_and_its_requests_have_one_holder(store: Store) -> None:
    for _ in range(8):
        intake = store.intake()
        first = store.request(intake, parts=2)
        fresh = Binding(*(secrets.token_urlsafe(16) for _ in range(4)))
        second = replace(first, id=secrets.token_urlsafe(16), binding=fresh, first=first.id, part=2)
        raised = at_once(
            partial(store.intakes.hand_over, intake, BRAM, by=ANNA, now=NOW),
            partial(store.requests.answer, first.id, an_answer(), return_code=None, following=second),
        )
        assert raised == []
        assert [each.owner for each in store.requests.of_intake(BRAM, intake.id)] == [BRAM, BRAM]


def test_a_file_that_is_closed_and_handed_over_at_once_is_one_of_these(store: Store) -> None:
    for _ in range(8):
        intake = store.intake()
        store.request(intake)
        raised = at_once(
            partial(store.intakes.hand_over, intake, BRAM, by=ANNA, now=NOW),
            partial(store.intakes.close, ANNA, intake.id, NOW),
        )
        assert [type(each) for each in raised] == [UnknownIntake]


def test_what_is_decided_of_preference_is_kept_with_its_file_and_shown_to_its_owner_only(store: Store) -> None:
    intake, elsewhere = store.intake(), store.intake()
    first, second = Chosen("d1", Rank.CONCURRENT, "Brief van 3 mei", NOW), Chosen("d2", Rank.SPECIAL, "Vonnis", NOW)
    for each in (first, second):
        store.preferences.put(ANNA, intake.id, each)
    changed = replace(first, rank=Rank.PREFERENTIAL)
    store.preferences.put(ANNA, intake.id, changed)
    assert set(store.preferences.of(ANNA, intake.id)) == {changed, second}
    store.preferences.remove(ANNA, intake.id, "d2", NOW)
    store.preferences.remove(ANNA, intake.id, "d9", NOW)
    assert list(store.preferences.of(ANNA, intake.id)) == [changed]
    assert list(store.preferences.of(ANNA, elsewhere.id)) == list(store.preferences.of(BRAM, intake.id)) == []
    for refused in (
        lambda: store.preferences.put(BRAM, intake.id, second),
        lambda: store.preferences.remove(BRAM, intake.id, "d1", NOW),
        lambda: store.preferences.put(ANNA, "een-ander", second),
    ):
        with pytest.raises(UnknownIntake):
            refused()
    store.intakes.hand_over(intake, BRAM, by=ANNA, now=NOW)
    assert list(store.preferences.of(BRAM, intake.id)) == [changed]
    with store.database.read() as connection:
        entries = connection.scalars(select(audit.audit_table.c.entry).order_by(audit.audit_table.c.number)).all()
    said = [each for each in entries if "preference_" in each]
    assert ["changed" in each for each in said] == [True, True, True, False, False]
    assert not [word for word in ("Brief", "Vonnis", "concurrent", "d1") if any(word in each for each in said)]
    store.intakes.close(BRAM, intake.id, NOW)
    with store.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM verifier_preference")).scalar_one() == 0


def test_a_file_holds_so_many_decisions_at_most(store: Store) -> None:
    intake = store.intake()
    # As one write each would make them.
    every = [Chosen(f"d{number}", Rank.SPECIAL, "x", NOW) for number in range(MOST_CHOSEN)]
    with store.database.write() as connection:
        sealed = Seals(KEY).chosen(intake.id, every)
        connection.execute(insert(preference_table).values(intake_id=intake.id, chosen=sealed))
    with pytest.raises(FileFull):
        store.preferences.put(ANNA, intake.id, Chosen("nog-een", Rank.SPECIAL, "x", NOW))
    store.preferences.put(ANNA, intake.id, replace(every[0], reason="y"))
    assert len(store.preferences.of(ANNA, intake.id)) == MOST_CHOSEN


AGREES = (SecondOpinion.of("PyLD", holds=True), SecondOpinion.none("didkit", Silence.WOULD_FETCH))
DIFFERS = (SecondOpinion.of("PyLD", holds=False),)


def test_others_are_asked_about_an_answer_once_it_is_taken_the_one_that_waits_longest_first(store: Store) -> None:
    intake = store.intake()
    first, second, third = (store.request(intake) for _ in range(3))
    with pytest.raises(RequestEnded):
        store.requests.answer(first.id, an_answer(), return_code=None, ask_others=True)
    assert store.opinions.next() is None
    store.requests.answer(third.id, an_answer(), return_code=None, ask_others=True)
    other = store.request(store.intake())
    earlier = replace(an_answer(), received_at=NOW - timedelta(seconds=9))
    store.requests.answer(other.id, earlier, return_code="code", ask_others=True)
    due = store.opinions.next()
    assert due == Due(other.id, 1, earlier.evidence)
    assert store.opinions.of([third.id, second.id]) == {third.id: Opinions((), None, True)}
    store.opinions.keep(due, [AGREES], NOW)
    assert store.opinions.of([other.id]) == {other.id: Opinions((AGREES,), NOW, False)}
    assert (store.opinions.next() or due).request_id == third.id
    assert store.opinions.disputed() == 0


def test_what_was_said_of_an_answer_before_it_was_checked_anew_is_kept_until_others_say_it_anew(store: Store) -> None:
    request = store.request(store.intake())
    store.requests.answer(request.id, an_answer(), return_code=None, ask_others=True)
    before = store.opinions.next()
    assert before is not None
    store.opinions.keep(before, [DIFFERS], NOW)
    assert store.opinions.disputed() == 1
    store.requests.replace(ANNA, request.id, an_answer(1), ask_others=True)
    # Whoever was still busy with the turn before comes too late.
    store.opinions.keep(before, [AGREES], NOW)
    assert store.opinions.of([request.id])[request.id] == Opinions((DIFFERS,), NOW, True)
    again = store.opinions.next()
    assert again is not None
    assert again.turn == 2
    store.opinions.keep(again, [AGREES], NOW)
    assert store.opinions.disputed() == 0
    with store.database.read() as connection:
        actions = [each.entry.action for each in audit.rows(connection, 1, 50)]
    assert actions.count("second_opinion_differs") == 1


def test_what_others_said_is_sealed_for_its_answer_and_goes_with_the_file(store: Store) -> None:
    intake = store.intake()
    request = store.request(intake)
    store.requests.answer(request.id, an_answer(), return_code=None, ask_others=True)
    due = store.opinions.next()
    assert due is not None
    store.opinions.keep(due, [AGREES], NOW)
    with store.database.read() as connection:
        sealed = connection.execute(select(opinion_table.c.opinions)).scalar_one()
    assert b"PyLD" not in sealed
    with pytest.raises(SealBroken):
        Seals(KEY).open_opinions("another", sealed)
    store.requests.replace(ANNA, request.id, an_answer(), ask_others=True)
    store.intakes.close(ANNA, intake.id, NOW)
    assert store.opinions.next() is None
    store.opinions.keep(due, [DIFFERS], NOW)
    assert (store.opinions.of([request.id]), store.opinions.disputed()) == ({}, 0)
