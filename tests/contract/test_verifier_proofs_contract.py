"""Of a file that is gone stays that it was checked: by whom, when, and what it came to, without its content."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import select, text, update

from credentials.verification.evidence_bundle import answer_part, content_of, digest_of, fingerprint
from service.database import Database
from service.errors import SealBroken
from service.migrations import _config
from tests.conftest import NOW
from tests.contract.test_verifier_storage_contract import ANNA, BRAM, KEY, Store, an_answer
from verifier.domain.errors import RequestEnded, UnknownProof
from verifier.domain.evidence import Body
from verifier.domain.proof_of_check import Count, ProofOfCheck, counted
from verifier.domain.read_back import ReadBack
from verifier.domain.request import Answer
from verifier.storage.proofs import SqlProofsOfCheck
from verifier.storage.sealed import Seals
from verifier.storage.tables import proof_table, request_table

SYSTEM = "systeem:zaaksysteem"
LONG_AGO = NOW - timedelta(days=9)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)


@pytest.fixture
def proofs(store: Store) -> SqlProofsOfCheck:
    return SqlProofsOfCheck(store.database, Seals(KEY))


def of_two() -> Answer:
    (first,) = an_answer().evidence
    duo = Body("https://duo.example", "DUO")
    return replace(
        an_answer(),
        evidence=(
            first,
            replace(first, presented="ey.second~"),
            replace(first, outcome="verouderd", presented={"a": 1}),
            replace(first, issuer=duo, outcome="onbekend", presented="ey.third~"),
        ),
    )


def checked(store: Store, *answers: Answer, owner: str = ANNA, **more: object) -> str:
    intake = store.intake(owner, **more)
    for answer in answers:
        store.requests.answer(store.request(intake).id, answer, return_code=None)
    return intake.id


def test_of_a_closed_file_stays_what_it_came_to_in_numbers_for_its_holder(
    store: Store, proofs: SqlProofsOfCheck
) -> None:
    file = checked(store, of_two())
    store.intakes.close(ANNA, file, NOW + timedelta(hours=1))
    proof = proofs.get(ANNA, file)
    assert proof == ProofOfCheck(
        file, ANNA, "intake", NOW + timedelta(hours=1), lapsed=False, answers=(counted(of_two()),)
    )
    assert proof.answers[0].counts == (Count("CJIB", 2, 1), Count("DUO", 0, 1))
    assert proofs.get(None, file) == proof
    assert proofs.of(ANNA, since=LONG_AGO, skip=0, most=9) == [proof]
    assert [proofs.count(owner, since=LONG_AGO) for owner in (ANNA, BRAM, None)] == [1, 0, 1]
    assert list(proofs.of(BRAM, since=LONG_AGO, skip=0, most=9)) == []
    with pytest.raises(UnknownProof):
        proofs.get(BRAM, file)


def test_its_fingerprint_is_that_of_the_evidence_in_the_order_of_the_answers(
    store: Store, proofs: SqlProofsOfCheck
) -> None:
    later = replace(of_two(), received_at=NOW + timedelta(seconds=9), checked_at=NOW + timedelta(seconds=9))
    file = checked(store, an_answer(), later)
    store.intakes.close(ANNA, file, NOW)
    parts = [
        answer_part(
            each.received_at,
            each.checked_at,
            each.shown.nonce,
            [digest_of(content_of(one.presented)) for one in each.evidence],
        )
        for each in (an_answer(), later)
    ]
    assert proofs.get(ANNA, file).fingerprint == fingerprint(parts)
    assert fingerprint(parts) != fingerprint(parts[::-1])


def test_what_was_checked_anew_counts_as_it_was_found_then(store: Store, proofs: SqlProofsOfCheck) -> None:
    intake = store.intake()
    request = store.request(intake)
    store.requests.answer(request.id, an_answer(), return_code=None)
    store.requests.replace(ANNA, request.id, of_two())
    store.intakes.close(ANNA, intake.id, NOW)
    assert proofs.get(ANNA, intake.id).answers == (counted(of_two()),)


def test_where_nothing_was_shown_nothing_was_checked(store: Store, proofs: SqlProofsOfCheck) -> None:
    bare, waits = store.intake(), store.intake()
    store.request(bare)
    code = ReadBack("1234", NOW + timedelta(minutes=10))
    store.requests.answer(store.request(waits, remote=True).id, an_answer(), return_code="r", read_back=code)
    for file in (bare, waits):
        store.intakes.close(ANNA, file.id, NOW)
        with pytest.raises(UnknownProof):
            proofs.get(ANNA, file.id)
    assert proofs.count(None, since=LONG_AGO) == 0


def test_a_file_whose_time_is_over_leaves_one_that_says_so(store: Store, proofs: SqlProofsOfCheck) -> None:
    file = checked(store, an_answer(), owner=SYSTEM)
    stays = checked(store, an_answer(), delete_after=NOW + timedelta(days=30))
    assert store.intakes.purge(NOW + timedelta(days=11)) == 1
    proof = proofs.get(SYSTEM, file)
    assert (proof.lapsed, proof.closed_at) == (True, NOW + timedelta(days=11))
    with pytest.raises(UnknownProof):
        proofs.get(ANNA, stays)


def test_it_is_of_whoever_had_the_file_at_the_end(store: Store, proofs: SqlProofsOfCheck) -> None:
    file = checked(store, an_answer())
    store.intakes.hand_over(store.intakes.get(ANNA, file), BRAM, by=ANNA, now=NOW)
    store.intakes.close(BRAM, file, NOW)
    assert proofs.get(BRAM, file).holder == BRAM
    with pytest.raises(UnknownProof):
        proofs.get(ANNA, file)


def test_they_are_listed_the_newest_first_and_go_when_their_own_time_is_over(
    store: Store, proofs: SqlProofsOfCheck
) -> None:
    files = [checked(store, an_answer()) for _ in range(4)]
    for number, file in enumerate(files):
        store.intakes.close(ANNA, file, NOW + timedelta(days=number))
    assert [each.id for each in proofs.of(None, since=LONG_AGO, skip=1, most=2)] == [files[2], files[1]]
    third = NOW + timedelta(days=2)
    assert [each.id for each in proofs.of(None, since=third, skip=0, most=9)] == [files[3], files[2]]
    assert proofs.count(ANNA, since=third) == 2
    assert proofs.purge(third) == 2
    assert [each.id for each in proofs.of(ANNA, since=LONG_AGO, skip=0, most=9)] == [files[3], files[2]]


def test_it_holds_no_content_and_opens_in_its_own_place_only(store: Store, proofs: SqlProofsOfCheck) -> None:
    first, second = checked(store, an_answer(), reference="SAMIRA"), checked(store, an_answer())
    for file in (first, second):
        store.intakes.close(ANNA, file, NOW)
    with store.database.read() as connection:
        row = connection.execute(select(proof_table).where(proof_table.c.id == first)).one()
    written = b" ".join(str(each).encode() if not isinstance(each, bytes) else each for each in row)
    opened = repr(Seals(KEY).open_proof(first, row.answers)).encode()
    for secret in (b"SAMIRA", b"299880", b"ey.token"):
        assert secret not in written
        assert secret not in opened
    assert b"CJIB" not in written
    with store.database.write() as connection:
        connection.execute(update(proof_table).where(proof_table.c.id == second).values(answers=row.answers))
    with pytest.raises(SealBroken):
        proofs.get(ANNA, second)


def test_an_answer_of_before_is_counted_when_its_file_goes(store: Store, proofs: SqlProofsOfCheck) -> None:
    file = checked(store, of_two(), an_answer())
    with store.database.write() as connection:
        connection.execute(update(request_table).values(counted=None))
    store.intakes.close(ANNA, file, NOW)
    assert proofs.get(ANNA, file).answers == (counted(of_two()), counted(an_answer()))


def test_an_answer_that_comes_while_its_file_is_closed_is_in_the_proof_or_is_not_taken(
    store: Store, proofs: SqlProofsOfCheck
) -> None:
    for _ in range(10):
        intake = store.intake()
        request = store.request(intake)
        taken: list[bool] = []

        def answer(id: str = request.id, taken: list[bool] = taken) -> None:
            try:
                store.requests.answer(id, an_answer(), return_code=None)
                taken.append(True)
            except RequestEnded:
                taken.append(False)

        thread = threading.Thread(target=answer)
        thread.start()
        store.intakes.close(ANNA, intake.id, NOW)
        thread.join()
        kept = [each.id for each in proofs.of(ANNA, since=LONG_AGO, skip=0, most=99)]
        assert taken == [intake.id in kept]


def test_a_database_of_before_goes_on(database: Database) -> None:
    with database.write() as connection:
        command.upgrade(_config("verifier", connection), "verifier_0015")
        seals = Seals(KEY)
        connection.execute(
            text(
                "INSERT INTO verifier_intake (id, owner, reference, template, opened_at, delete_after) "
                "VALUES ('een', :owner, :seal, 'intake', 1, 2)"
            ),
            {"owner": ANNA, "seal": seals.reference("een", "2026-0117")},
        )
        connection.execute(
            text(
                "INSERT INTO verifier_request (id, intake_id, number, owner, template, query, response_mode, "
                "request_hash, response_hash, created_at, expires_at, extensions, state, ended_at, answer) "
                "VALUES ('een', 'een', 1, :owner, 'intake', '{}', 'direct_post', :hash, :hash, 1, 2, 0, 'answered', 7, "
                ":answer)"
            ),
            {"owner": ANNA, "hash": b"een", "answer": seals.answer("een", an_answer())},
        )
    store = Store(database)
    assert store.intakes.purge(NOW) == 1
    assert SqlProofsOfCheck(database, Seals(KEY)).get(ANNA, "een").answers == (counted(an_answer()),)
