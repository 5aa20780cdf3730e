"""What the issuer's records promise, on SQLite and on PostgreSQL."""

import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from credentials.clock import FixedClock, dutch_day, start_of_day
from credentials.debts.bsn import Bsn
from credentials.formats.base import HolderKey, IssuerKey
from credentials.keys import SoftwareSigner
from credentials.status.token_list import TokenStatusList
from credentials.status.values import Status
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.deferral import Deferred
from issuer.domain.errors import NoticeNotFound, StatusListsFull, TooManyNotices
from issuer.domain.issuance import Copy, CopyState, DayOfIssue, LiveCopies, Place
from issuer.domain.notices import Outdated
from issuer.domain.offers import Grant, Offer
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation, hashed
from issuer.domain.wallet_login import Fault, Stage, Standing, WalletLogin
from issuer.ports import Event, Publication, Records, Store
from issuer.storage import SqlStore, StoreKeys
from issuer.storage import tally as storage_tally
from issuer.storage.sealed import Sealer
from issuer.storage.tables import deferred, issued_copy, metadata, tally
from issuer.usecases.publish import PublishStatus
from service import expired
from service.audit import AuditEntry, append
from service.database import Database
from service.migrations import migrate, schema_drift
from tests.debt_builders import A_NOTICE, ANOTHER_NOTICE, SAMIRA

ENTRIES = 131_072
KEY = IssuerKey(SoftwareSigner.generate())
NOBODY = Bsn("111222333")
KEYS = StoreKeys(Sealer.from_data_key(bytes(range(32))), Derivation(bytes(range(1, 33))))


@pytest.fixture
def store(database: Database) -> SqlStore:
    migrate(database, "issuer")
    return SqlStore(database, KEYS, audit=lambda _connection, _event: None)


def an_offer(clock: FixedClock, reference: str = "offer-1", **more: object) -> Offer:
    values: dict[str, object] = {
        "reference": reference,
        "subject": SAMIRA,
        "configurations": ("overzicht_sdjwt", "zaak_sdjwt"),
        "grant": Grant.PRE_AUTHORISED,
        "expires_at": clock.now() + timedelta(minutes=10),
    }
    return Offer(**{**values, **more})  # type: ignore[arg-type]  # the test's own values


def a_copy(clock: FixedClock, place: Place, identifier: str = "copy-1", **more: object) -> Copy:
    values: dict[str, object] = {
        "id": identifier,
        "session": "session-1",
        "configuration": "overzicht_sdjwt",
        "subject_hash": "samira",
        "case_hash": None,
        "fingerprint": "facts-1",
        "place": place,
        "issued_at": clock.now(),
        "expires_at": clock.now() + timedelta(days=35),
    }
    return Copy(**{**values, **more})  # type: ignore[arg-type]  # the test's own values


def a_deferral(clock: FixedClock) -> Deferred:
    holders = (
        HolderKey(SoftwareSigner.generate().public_jwk),
        HolderKey(SoftwareSigner.generate().public_jwk, "did:jwk:x#0"),
    )
    return Deferred(
        session="session-1",
        subject=SAMIRA,
        configurations=("overzicht_sdjwt",),
        configuration_id="overzicht_sdjwt",
        identifier=None,
        holders=holders,
        expires_at=clock.now() + timedelta(hours=1),
        family="family-1",
        dpop_thumbprint="thumbprint",
        offer="offer-1",
    )


def a_wallet_login(clock: FixedClock, reference: str = "login-1") -> WalletLogin:
    return WalletLogin(
        reference=reference,
        request_path=f"request of {reference}",
        response_path=f"response of {reference}",
        nonce="nonce",
        state="state",
        encryption_key=SoftwareSigner.generate().to_private_jwk(),
        expires_at=clock.now() + timedelta(minutes=5),
    )


class TestSchema:
    def test_the_migrations_make_what_the_code_declares(self, store: SqlStore) -> None:
        assert schema_drift(store.database, "issuer", metadata) == []


class TestOffers:
    def test_an_offer_is_found_by_each_of_its_secrets(self, store: SqlStore, clock: FixedClock) -> None:
        offer = an_offer(clock)
        secrets = offer.secrets(KEYS.derivation)
        with store.write() as records:
            records.offers.add(offer)
        with store.read() as records:
            found = [
                records.offers.by_id(secrets.id),
                records.offers.by_code(secrets.code),
                records.offers.by_issuer_state(secrets.issuer_state),
                records.offers.by_reference("offer-1"),
            ]
            missing = [
                records.offers.by_id(secrets.code),
                records.offers.by_code("x"),
                records.offers.by_reference("x"),
            ]
        assert found == [offer] * 4
        assert missing == [None] * 3

    def test_it_is_redeemed_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock))

        def redeem(_: int) -> bool:
            with store.write() as records:
                return records.offers.redeem("offer-1", clock.now())

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(redeem, range(6))) == [False] * 5 + [True]

    def test_it_is_not_redeemed_after_its_time(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock))
            assert not records.offers.redeem("offer-1", clock.now() + timedelta(minutes=10))

    def test_attempts_are_counted_up_to_the_limit(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock, tx_code_hash=b"x" * 32))

        def attempt(_: int) -> bool:
            with store.write() as records:
                return records.offers.count_attempt("offer-1", 5)

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, range(8))) == 5

    def test_the_first_collection_is_remembered(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock))
            records.offers.mark_collected("offer-1", clock.now())
            records.offers.mark_collected("offer-1", clock.now() + timedelta(minutes=1))
        with store.read() as records:
            found = records.offers.by_reference("offer-1")
        assert found is not None
        assert found.collected_at == clock.now()


def pushed() -> PushedRequest:
    return PushedRequest(
        "app", "app:/x", "c" * 43, ("overzicht_sdjwt",), by_details=False, state="s", issuer_state=None
    )


def a_code(clock: FixedClock) -> AuthorisationCode:
    return AuthorisationCode(
        client_id="app",
        redirect_uri="app:/x",
        code_challenge="c" * 43,
        configurations=("overzicht_sdjwt",),
        by_details=True,
        subject=SAMIRA,
        expires_at=clock.now() + timedelta(seconds=60),
    )


def a_grant(clock: FixedClock, session: str = "session-1") -> AccessGrant:
    return AccessGrant(
        session=session,
        subject=SAMIRA,
        configurations=("overzicht_sdjwt",),
        by_identifier=False,
        expires_at=clock.now() + timedelta(seconds=300),
        dpop_thumbprint="t",
    )


def a_refresh(clock: FixedClock) -> RefreshGrant:
    return RefreshGrant(
        family="session-1",
        subject=SAMIRA,
        configurations=("overzicht_sdjwt",),
        by_details=False,
        dpop_thumbprint="t",
        expires_at=clock.now() + timedelta(days=90),
        client_id="app",
    )


class TestAuthorisations:
    def test_a_pushed_request_is_taken_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.push("handle", pushed(), clock.now() + timedelta(seconds=60))

        def take(_: int) -> PushedRequest | None:
            with store.write() as records:
                return records.authorisations.take_pushed("handle", clock.now())

        with ThreadPoolExecutor(6) as pool:
            taken = list(pool.map(take, range(6)))
        assert [each for each in taken if each] == [pushed()]

    def test_a_pushed_request_grows_old(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.push("handle", pushed(), clock.now())
            assert records.authorisations.take_pushed("handle", clock.now()) is None

    def test_a_code_is_used_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_code("code", a_code(clock))
        with store.read() as records:
            assert records.authorisations.find_code("code") == a_code(clock)

        def use(number: int) -> bool:
            with store.write() as records:
                return records.authorisations.take_code("code", f"session-{number}", clock.now())

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(use, range(6))) == 1

    def test_a_codes_second_use_ends_the_token_of_the_first(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_code("code", a_code(clock))
            assert not records.authorisations.revoke_after_replay("code")
            records.authorisations.take_code("code", "session-1", clock.now())
            records.authorisations.add_grant("token", a_grant(clock))
            assert records.authorisations.revoke_after_replay("code")
            assert records.authorisations.find_grant("token", clock.now()) is None

    def test_a_token_opens_its_grant_for_its_time(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_grant("token", a_grant(clock))
        with store.read() as records:
            assert records.authorisations.find_grant("token", clock.now()) == replace(
                a_grant(clock), token_hash=hashed("token").hex()
            )
            assert records.authorisations.find_grant("other", clock.now()) is None
            assert records.authorisations.find_grant("token", clock.now() + timedelta(seconds=300)) is None

    def test_a_refresh_token_is_put_in_the_place_of_another_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_refresh(a_refresh(clock), "first")
        with store.read() as records:
            assert records.authorisations.find_refresh("session-1") == a_refresh(clock)
            assert records.authorisations.find_refresh("session-2") is None

        def rotate(number: int) -> bool:
            with store.write() as records:
                return records.authorisations.rotate_refresh("session-1", "first", f"next-{number}", clock.now())

        with ThreadPoolExecutor(6) as pool:
            rotated = list(pool.map(rotate, range(6)))
        assert sum(rotated) == 1
        with store.write() as records:
            assert records.authorisations.rotate_refresh(
                "session-1", f"next-{rotated.index(True)}", "third", clock.now()
            )
            assert not records.authorisations.rotate_refresh("session-2", "third", "x", clock.now())
            late = clock.now() + timedelta(days=90)
            assert not records.authorisations.rotate_refresh("session-1", "third", "x", late)

    def test_the_end_of_a_family_ends_its_access_tokens_and_no_other(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_refresh(a_refresh(clock), "first")
            for number, family in enumerate(("session-1", "session-1", None)):
                grant = replace(a_grant(clock, f"s{number}"), family=family)
                records.authorisations.add_grant(f"token-{number}", grant)
            records.authorisations.end_family("session-1")
            found = [records.authorisations.find_grant(f"token-{number}", clock.now()) for number in range(3)]
            assert [each is not None for each in found] == [False, False, True]
            assert records.authorisations.find_refresh("session-1") is None

    def test_a_family_is_given_back_by_its_token_and_by_no_other(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_refresh(a_refresh(clock), "first")
            records.authorisations.add_grant("token", replace(a_grant(clock), family="session-1"))
            records.authorisations.rotate_refresh("session-1", "first", "second", clock.now())
            assert not records.authorisations.end_refresh("session-1", "first")
            assert not records.authorisations.end_refresh("session-2", "second")
            assert records.authorisations.find_grant("token", clock.now()) is not None
            assert records.authorisations.end_refresh("session-1", "second")
            assert not records.authorisations.end_refresh("session-1", "second")
            assert records.authorisations.find_refresh("session-1") is None
            assert records.authorisations.find_grant("token", clock.now()) is None

    def test_one_access_token_is_given_back(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            for number in range(2):
                records.authorisations.add_grant(f"token-{number}", a_grant(clock, f"s{number}"))
            assert records.authorisations.end_grant("token-0")
            assert not records.authorisations.end_grant("token-0")
            found = [records.authorisations.find_grant(f"token-{number}", clock.now()) for number in range(2)]
            assert [each is not None for each in found] == [False, True]

    def test_a_codes_second_use_ends_the_family_of_the_first(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_code("code", a_code(clock))
            records.authorisations.take_code("code", "session-1", clock.now())
            records.authorisations.add_refresh(a_refresh(clock), "first")
            assert records.authorisations.revoke_after_replay("code")
            assert records.authorisations.find_refresh("session-1") is None

    def test_requests_are_counted_up_to_the_limit(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.authorisations.add_grant("token", a_grant(clock))

        def count(_: int) -> bool:
            with store.write() as records:
                return records.authorisations.count_request("session-1", 3, clock.now())

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(count, range(6))) == 3


class TestDeferrals:
    def test_a_request_that_waits_is_found_until_it_is_taken_once(self, store: SqlStore, clock: FixedClock) -> None:
        waiting = a_deferral(clock)
        with store.write() as records:
            records.deferrals.add("transaction", waiting)
        with store.read() as records:
            assert records.deferrals.find("transaction", clock.now()) == waiting
            assert records.deferrals.find("another", clock.now()) is None
        with store.write() as records:
            assert not records.deferrals.take("another", clock.now())
            assert records.deferrals.take("transaction", clock.now())
            assert not records.deferrals.take("transaction", clock.now())
            assert records.deferrals.find("transaction", clock.now()) is None

    def test_its_time_ends_and_then_it_is_thrown_away(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.deferrals.add("transaction", a_deferral(clock))
        clock.advance(timedelta(hours=1))
        with store.write() as records:
            assert records.deferrals.find("transaction", clock.now()) is None
            assert not records.deferrals.take("transaction", clock.now())
        assert store.purge(clock.now()) == 1

    def test_nothing_of_a_person_can_be_read_of_it(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.deferrals.add("transaction", a_deferral(clock))
        with store.database.read() as connection:
            (row,) = connection.execute(select(deferred)).all()
        assert SAMIRA.reveal().encode() not in row.sealed
        assert b"transaction" not in row.id_hash


class TestOneTimeValues:
    def test_a_value_is_new_once_per_kind(self, store: SqlStore, clock: FixedClock) -> None:
        def use(kind: str, _: int) -> bool:
            with store.write() as records:
                return records.once.use(kind, "value", clock.now() + timedelta(minutes=5))

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(partial(use, "c_nonce"), range(6))) == 1
            assert sum(pool.map(partial(use, "dpop"), range(6))) == 1


class TestNotices:
    def test_what_was_recorded_comes_back_under_a_number_of_its_own(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            first = records.notices.add(A_NOTICE, clock.now())
            second = records.notices.add(ANOTHER_NOTICE, clock.now())
        assert (first.number, second.number, second.notice) == (1, 2, ANOTHER_NOTICE)
        with store.read() as records:
            assert [each.notice for each in records.notices.all()] == [A_NOTICE, ANOTHER_NOTICE]
            assert records.notices.not_ended() == records.notices.all()

    def test_a_notice_is_ended_once_and_its_number_is_not_given_again(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.notices.add(A_NOTICE, clock.now())
            assert records.notices.end(1, clock.now()).ended_at is not None
        for number in (1, 2):
            with pytest.raises(NoticeNotFound), store.write() as records:
                records.notices.end(number, clock.now())
        with store.write() as records:
            assert records.notices.not_ended() == []
            assert records.notices.add(A_NOTICE, clock.now()).number == 2
            assert len(records.notices.all()) == 2

    def test_there_are_no_more_than_an_overview_has_room_for(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            for _ in range(5):
                records.notices.add(A_NOTICE, clock.now())
        with pytest.raises(TooManyNotices), store.write() as records:
            records.notices.add(A_NOTICE, clock.now())
        with store.write() as records:
            records.notices.end(3, clock.now())
            assert records.notices.add(A_NOTICE, clock.now()).number == 6

    def test_many_at_the_same_time_take_no_number_twice_and_no_more_room(
        self, store: SqlStore, clock: FixedClock
    ) -> None:
        def add(_: int) -> int:
            try:
                with store.write() as records:
                    return records.notices.add(A_NOTICE, clock.now()).number
            except TooManyNotices:
                return 0

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(add, range(8))) == [0, 0, 0, 1, 2, 3, 4, 5]

    def test_of_one_key_all_overviews_are_outdated_and_cases_since_a_day(
        self, store: SqlStore, clock: FixedClock
    ) -> None:
        day = dutch_day(clock.now())
        old, new = start_of_day(day) - timedelta(seconds=1), start_of_day(day)
        with store.write() as records:
            issuances = records.issuances
            issuances.free_places(1)
            issuances.show_all(clock.now())
            issuances.reserve(
                [
                    a_copy(clock, Place(1, 1), "overview of before", issued_at=old),
                    a_copy(clock, Place(1, 2), "case of before", issued_at=old, case_hash="a"),
                    a_copy(clock, Place(1, 3), "case since", issued_at=new, case_hash="a"),
                    a_copy(clock, Place(1, 4), "with it", issued_at=new, notices="1"),
                    a_copy(clock, Place(1, 5), "expired", expires_at=clock.now()),
                ]
            )
            assert set(issuances.keys_of_live(clock.now())) == {"", "1"}
            those = Outdated("", day)
            assert issuances.count_outdated(those, clock.now()) == 2
            supersede = partial(issuances.supersede_outdated, those, clock.now(), most=1, reason="r")
            first = supersede(after="")
            second = supersede(after=first[-1])
            assert sorted([*first, *second]) == sorted(["overview of before", "case since"])
            assert first < second
            assert supersede(after=second[-1]) == []
            assert supersede(after="") == []
            assert issuances.count_outdated(those, clock.now()) == 0
            assert issuances.statuses(1) == {1: Status.SUPERSEDED, 3: Status.SUPERSEDED}
            # Where it is not known since when, all are.
            assert issuances.count_outdated(Outdated("", date.min), clock.now()) == 1

    def test_what_is_invalid_stays_so(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 1))])
            records.issuances.mark_one("copy-1", Status.INVALID, clock.now(), reason="r")
            those = Outdated("", date.min)
            assert records.issuances.supersede_outdated(those, clock.now(), after="", most=10, reason="r") == []
            assert records.issuances.statuses(1) == {1: Status.INVALID}


class TestPlaces:
    def test_places_are_free_distinct_and_in_no_order(self, store: SqlStore) -> None:
        with store.write() as records:
            places = [place.index for place in records.issuances.free_places(50)]
        assert len(set(places)) == 50
        assert sorted(places) != places
        assert all(0 <= place < 131_072 for place in places)

    @pytest.mark.requirement("tsl-indices")
    def test_a_place_is_given_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 7))])
        with pytest.raises(IntegrityError), store.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 7), "copy-2")])

    def test_a_taken_place_is_not_offered(self, store: SqlStore, clock: FixedClock) -> None:
        drawn = iter([3, 3, 3, 3, 4, 5, 6, 7] * 20)
        narrow = SqlStore(store.database, KEYS, audit=store.audit, randbelow=lambda _: next(drawn))
        with narrow.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 3))])
            assert 3 not in [place.index for place in records.issuances.free_places(2)]

    def test_a_full_list_is_followed_by_the_next(self, store: SqlStore) -> None:
        narrow = SqlStore(store.database, KEYS, audit=store.audit, entries=131_072, fill=0.0001)
        with narrow.write() as records:
            numbers = [records.issuances.free_places(10)[0].list_number for _ in range(2)]
            assert list(records.issuances.list_numbers()) == [1, 2]
        assert numbers == [1, 2]

    def test_bad_luck_is_an_error_and_not_a_loop(self, store: SqlStore, clock: FixedClock) -> None:
        stuck = SqlStore(store.database, KEYS, audit=store.audit, randbelow=lambda _: 3)
        with stuck.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 3))])
            with pytest.raises(StatusListsFull):
                records.issuances.free_places(1)

    def test_many_at_the_same_time_get_places_of_their_own(self, store: SqlStore, clock: FixedClock) -> None:
        def issue(number: int) -> list[Place]:
            with store.write() as records:
                places = list(records.issuances.free_places(5))
                records.issuances.reserve(
                    [a_copy(clock, place, f"{number}-{index}") for index, place in enumerate(places)]
                )
            return places

        with ThreadPoolExecutor(4) as pool:
            given = [place for places in pool.map(issue, range(12)) for place in places]
        assert len(set(given)) == 60


class TestAfterARestore:
    def test_lists_of_before_are_closed_and_the_next_cannot_have_been_in_use(
        self, store: SqlStore, clock: FixedClock
    ) -> None:
        with store.write() as records:
            (place,) = records.issuances.free_places(1)
            records.issuances.reserve([a_copy(clock, place)])
            # Of the third the records know nothing.
            assert records.issuances.begin_anew(Status.SUPERSEDED, [1, 3]) == 10_001
            assert list(records.issuances.list_numbers()) == [1, 3, 10_001]
            assert records.issuances.free_places(1)[0].list_number == 10_001
            assert records.issuances.begin_anew(Status.SUPERSEDED, []) == 20_001

    def test_what_no_copy_tells_of_is_superseded_and_what_one_tells_of_stays(
        self, store: SqlStore, clock: FixedClock
    ) -> None:
        with store.write() as records:
            records.issuances.free_places(1)
            records.issuances.reserve([a_copy(clock, Place(1, 7)), a_copy(clock, Place(1, 8), "copy-2")])
            records.issuances.mark_one("copy-2", Status.INVALID, clock.now(), reason="wrong")
            fresh = records.issuances.begin_anew(Status.SUPERSEDED, [2])
        with store.read() as records:
            first, lost = records.issuances.statuses(1), records.issuances.statuses(2)
            assert records.issuances.statuses(fresh) == {}
        assert (first.get(7), first[8], first[9]) == (None, Status.INVALID, Status.SUPERSEDED)
        assert (len(first), len(lost)) == (ENTRIES - 1, ENTRIES)
        assert set(lost.values()) == {Status.SUPERSEDED}

    def test_what_is_invalid_stays_so(self, store: SqlStore) -> None:
        with store.write() as records:
            records.issuances.begin_anew(Status.INVALID, [1])
            records.issuances.begin_anew(Status.SUPERSEDED, [1])
        with store.read() as records:
            assert set(records.issuances.statuses(1).values()) == {Status.INVALID}

    def test_records_that_went_on_reach_a_mark_and_others_do_not(self, database: Database, clock: FixedClock) -> None:
        def write(connection: Connection, event: Event) -> None:
            append(connection, AuditEntry(action=event.action, actor=event.object), at=clock.now())

        migrate(database, "issuer")
        store = SqlStore(database, KEYS, audit=write)
        with store.read() as records:
            empty = records.mark()
            assert records.reach(empty)
        for deed in ("one", "two"):
            with store.write() as records:
                records.audit(Event(deed, "x", "done"))
                records.issuances.free_places(1)
        with store.read() as records:
            mark = records.mark()
            assert (mark.audited, mark.lists) == (2, (1,))
            assert records.reach(mark)
            assert records.reach(empty)
            assert not records.reach(replace(mark, audited=3))
            assert not records.reach(replace(mark, audited=1))
            assert not records.reach(replace(mark, audit_hash=bytes(32)))
            assert not records.reach(replace(empty, audit_hash=bytes(32)))

    def test_nothing_that_counts_once_is_left(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock))
            records.deferrals.add("transaction", a_deferral(clock))
        with store.write() as records:
            records.forget_one_time()
        with store.read() as records:
            assert records.offers.by_reference("offer-1") is None
            assert records.deferrals.find("transaction", clock.now()) is None


class TestCopies:
    def test_copies_are_counted_per_statement_and_session(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.issuances.reserve(
                [
                    a_copy(clock, Place(1, 1), "1"),
                    a_copy(clock, Place(1, 2), "2"),
                    a_copy(clock, Place(1, 3), "3", configuration="zaak_sdjwt", case_hash="a"),
                    a_copy(clock, Place(1, 4), "4", session="session-2"),
                ]
            )
            assert records.issuances.copies_of("session-1", "overzicht_sdjwt", None) == 2
            assert records.issuances.copies_of("session-1", "zaak_sdjwt", "a") == 1
            assert records.issuances.copies_of("session-1", "zaak_sdjwt", "b") == 0

    def test_live_copies_are_grouped_by_what_they_state(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.issuances.reserve(
                [
                    a_copy(clock, Place(1, 1), "1"),
                    a_copy(clock, Place(1, 2), "2"),
                    a_copy(clock, Place(1, 3), "3", fingerprint="facts-2"),
                    a_copy(clock, Place(1, 4), "4", subject_hash="johan"),
                    a_copy(clock, Place(1, 5), "5", expires_at=clock.now()),
                ]
            )
            live = records.issuances.live("samira", clock.now())
            assert set(records.issuances.subjects_with_live_copies(clock.now())) == {"samira", "johan"}
        assert set(live) == {
            LiveCopies("overzicht_sdjwt", None, "facts-1", 2),
            LiveCopies("overzicht_sdjwt", None, "facts-2", 1),
        }

    def test_superseded_replaces_valid_and_invalid_replaces_both(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            issuances = records.issuances
            issuances.free_places(1)
            issuances.show_all(clock.now())
            issuances.reserve([a_copy(clock, Place(1, 1), "1"), a_copy(clock, Place(1, 2), "2", case_hash="a")])
            mark = partial(issuances.mark, now=clock.now(), subject_hash="samira", reason="r")
            assert mark(Status.SUPERSEDED, copies=LiveCopies("overzicht_sdjwt", None, "facts-1", 1)) == 1
            assert issuances.statuses(1) == {1: Status.SUPERSEDED}
            assert mark(Status.INVALID, case_hash="a") == 1
            assert mark(Status.SUPERSEDED) == 0
            assert mark(Status.INVALID) == 1
            assert issuances.statuses(1) == {1: Status.INVALID, 2: Status.INVALID}
            assert issuances.mark_one("1", Status.INVALID, clock.now(), reason="r") == 0

    def test_issued_is_remembered(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 1), "1")])
            records.issuances.mark_issued(["1"], clock.now())
            assert records.issuances.live("samira", clock.now())[0].count == 1

    def test_what_a_wallet_tells_stays_whatever_is_written_later(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            issuances = records.issuances
            issuances.reserve([a_copy(clock, Place(1, number), str(number)) for number in (1, 2, 3)])
            assert not issuances.note(["4"], CopyState.ACCEPTED)
            assert issuances.note(["1", "2", "4"], CopyState.ACCEPTED)
            assert issuances.note(["2"], CopyState.DELETED)
            issuances.mark_issued(["1", "2", "3"], clock.now())
            states = {CopyState.ISSUED: 1, CopyState.ACCEPTED: 1, CopyState.DELETED: 1}
            today = dutch_day(clock.now())
            assert issuances.count_states(today) == [DayOfIssue(today, states)]

    def test_copies_are_counted_by_day(self, store: SqlStore, clock: FixedClock) -> None:
        first = clock.now()
        with store.write() as records:
            for number in (1, 2):
                records.issuances.reserve([a_copy(clock, Place(1, number), str(number))])
                clock.advance(timedelta(days=1))
        with store.read() as records:
            days = [dutch_day(first), dutch_day(first + timedelta(days=1))]
            issued = {CopyState.ISSUED: 1}
            assert records.issuances.count_states(days[0]) == [DayOfIssue(day, issued) for day in days]
            assert records.issuances.count_states(days[1]) == [DayOfIssue(days[1], issued)]

    def test_counts_are_those_of_the_copies_whatever_happened_to_them(
        self, store: SqlStore, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(storage_tally, "_LAST_OF_STEP", storage_tally._LAST_OF_STEP.offset(19))
        today, chance = dutch_day(clock.now()), Random(7)
        told = (CopyState.ACCEPTED, CopyState.FAILED, CopyState.DELETED)
        for turn in range(40):
            ids = [f"{turn}-{number}" for number in range(chance.randrange(1, 4))]
            with suppress(ZeroDivisionError), store.write() as records:
                places = records.issuances.free_places(len(ids))
                records.issuances.reserve([a_copy(clock, *pair) for pair in zip(places, ids, strict=True)])
                records.issuances.note([chance.choice(ids), f"{turn - 3}-0", "none"], chance.choice(told))
                if turn % 10 == 9:
                    records.issuances.fold_counts(today)
                if turn % 7 == 6:
                    raise ZeroDivisionError  # and then nothing of it happened
        with store.database.read() as connection:
            states = Counter(connection.execute(select(issued_copy.c.state)).scalars())
            rows = connection.execute(select(tally.c.number)).all()
        counted = {CopyState("issued" if state == "reserved" else state): many for state, many in states.items()}
        with store.write() as records:
            assert records.issuances.count_states(today) == [DayOfIssue(today, counted)]
            while records.issuances.fold_counts(today):
                pass
            assert records.issuances.count_states(today) == [DayOfIssue(today, counted)]
        with store.database.read() as connection:
            assert len(connection.execute(select(tally.c.number)).all()) == len(counted) < len(rows)

    def test_days_that_are_no_longer_counted_are_forgotten(self, store: SqlStore, clock: FixedClock) -> None:
        today = dutch_day(clock.now())
        with store.write() as records:
            records.issuances.reserve([a_copy(clock, Place(1, 1), "1")])
            assert not records.issuances.fold_counts(today + timedelta(days=1))
            assert records.issuances.count_states(today) == []
            # What a wallet tells of such a copy is noted all the same, and thrown away with the next folding.
            assert records.issuances.note(["1"], CopyState.ACCEPTED)
            assert not records.issuances.fold_counts(today + timedelta(days=1))
            assert records.issuances.count_states(today) == []


@pytest.mark.postgresql
def test_those_who_change_one_persons_copies_at_once_never_wait_in_a_circle(
    postgresql: Database, clock: FixedClock
) -> None:
    migrate(postgresql, "issuer")

    def audit(connection: Connection, event: Event) -> None:
        append(connection, AuditEntry(action=event.action, actor="a"), at=clock.now())

    store = SqlStore(postgresql, KEYS, audit=audit)
    ids = [f"copy-{number:02}" for number in range(40)]
    cases = ["a", "b", "c", "d"]
    with store.write() as records:
        places = records.issuances.free_places(len(ids))
        # Where the rows lie, and how they are found, is another order than that of their ids.
        shuffled = Random(3).sample(ids, len(ids))
        records.issuances.reserve(
            [
                a_copy(clock, place, id, case_hash=cases[number % 4])
                for number, (place, id) in enumerate(zip(places, shuffled, strict=True))
            ]
        )
    chance = Random(5)

    def mark(case: str | None, records: Records) -> None:
        records.issuances.mark(Status.SUPERSEDED, clock.now(), subject_hash="samira", case_hash=case, reason="r")
        records.audit(Event("credentials.superseded", "o", "ok"))

    def change(turn: int) -> None:
        with store.write() as records:
            match turn % 4:
                case 0:
                    for case in chance.sample(cases, 4):
                        mark(case, records)
                case 1:
                    mark(None, records)
                case 2:
                    told = CopyState.ACCEPTED if turn % 8 == 2 else CopyState.DELETED
                    records.issuances.note(chance.sample(ids, 8), told)
                case _:
                    records.issuances.mark_issued(chance.sample(ids, 8), clock.now())

    with ThreadPoolExecutor(8) as threads:
        for each in [threads.submit(change, turn) for turn in range(400)]:
            each.result(60)


class TestPublications:
    def test_the_last_one_is_kept_per_kind_and_number(self, store: SqlStore, clock: FixedClock) -> None:
        first = Publication("token", 1, b"a", "text/plain", clock.now(), clock.now() + timedelta(days=1), "f")
        second = replace(first, body=b"b")
        with store.write() as records:
            assert records.publications.publish(first, instead_of=None)
            assert records.publications.publish(second, instead_of=first)
            assert records.publications.publish(replace(first, kind="refresh"), instead_of=None)
        with store.read() as records:
            assert records.publications.latest("token", 1) == second
            assert records.publications.latest("refresh", 1) == replace(first, kind="refresh")
            assert records.publications.latest("token", 2) is None

    def test_a_list_takes_the_place_only_of_the_one_that_was_read(self, store: SqlStore, clock: FixedClock) -> None:
        read = Publication("token", 1, b"a", "text/plain", clock.now(), clock.now() + timedelta(days=1), "f")
        newer, stale = replace(read, body=b"newer", fingerprint="g"), replace(read, body=b"stale", fingerprint="h")
        with store.write() as records:
            assert records.publications.publish(read, instead_of=None)
            assert records.publications.publish(newer, instead_of=read)
            assert not records.publications.publish(stale, instead_of=read)
            assert not records.publications.publish(stale, instead_of=None)
            assert not records.publications.publish(replace(stale, list_number=2), instead_of=read)
        with store.read() as records:
            assert records.publications.latest("token", 1) == newer
            assert records.publications.latest("token", 2) is None

    def test_what_two_publish_at_once_lacks_nothing_of_either(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            one, two = records.issuances.free_places(2)
            records.issuances.reserve([a_copy(clock, one, "1"), a_copy(clock, two, "2")])
        assert a_publisher(store, clock)() == 3
        withdraw(store, clock, "1")
        overtaken = Overtaken(store, lambda: (withdraw(store, clock, "2"), a_publisher(store, clock)()))
        a_publisher(overtaken, clock)()
        with store.read() as records:
            published = records.publications.latest("token", one.list_number)
        assert published is not None
        statuses = TokenStatusList.of(ENTRIES, [(one.index, Status.INVALID), (two.index, Status.INVALID)])
        assert published.fingerprint == by_our_key(statuses)

    def test_who_is_overtaken_builds_the_list_again(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            (place,) = records.issuances.free_places(1)
            records.issuances.reserve([a_copy(clock, place, "1")])
        a_publisher(store, clock)()
        withdraw(store, clock, "1")

        def publish_what_was() -> None:
            with store.write() as records:
                last = records.publications.latest("token", place.list_number)
                assert last is not None
                assert records.publications.publish(replace(last, fingerprint="what was"), instead_of=last)

        a_publisher(Overtaken(store, publish_what_was), clock)()
        with store.read() as records:
            published = records.publications.latest("token", place.list_number)
        assert published is not None
        statuses = TokenStatusList.of(ENTRIES, [(place.index, Status.INVALID)])
        assert published.fingerprint == by_our_key(statuses)


class Overtaken:
    """A store of somebody who is overtaken, once, between looking and writing."""

    def __init__(self, store: SqlStore, by: Callable[[], object]) -> None:
        self._store = store
        self._by: Callable[[], object] | None = by

    def read(self) -> AbstractContextManager[Records]:
        return self._store.read()

    def write(self) -> AbstractContextManager[Records]:
        by, self._by = self._by, None
        if by is not None:
            by()
        return self._store.write()


def withdraw(store: SqlStore, clock: FixedClock, identifier: str) -> None:
    with store.write() as records:
        assert records.issuances.mark_one(identifier, Status.INVALID, clock.now(), reason="r") == 1


def by_our_key(statuses: TokenStatusList) -> str:
    return hashlib.sha256(statuses.to_bytes() + KEY.signer.public_jwk.thumbprint.encode()).hexdigest()


def a_publisher(store: Store, clock: FixedClock, key: IssuerKey = KEY) -> PublishStatus:
    return PublishStatus(
        store=store,
        clock=clock,
        addresses=StatusAddresses("https://cjib.example"),
        token_key=lambda: key,
        document_key=lambda: key,
        sign_document=lambda document, _key, _now: document,
        issuer_did="did:web:cjib.example",
        entries=ENTRIES,
        lifetime=timedelta(days=2),
        time_to_live=timedelta(hours=1),
    )


class TestTransactions:
    def test_what_fails_leaves_nothing_behind(self, store: SqlStore, clock: FixedClock) -> None:
        def fail() -> None:
            with store.write() as records:
                records.offers.add(an_offer(clock))
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            fail()
        with store.read() as records:
            assert records.offers.by_reference("offer-1") is None

    def test_an_audit_line_is_part_of_its_deed(self, database: Database, clock: FixedClock) -> None:
        migrate(database, "issuer")
        lines: list[Event] = []
        store = SqlStore(database, KEYS, audit=lambda _connection, event: lines.append(event))
        with store.write() as records:
            records.audit(Event("offer.created", "offer-1", "ok"))
        assert lines == [Event("offer.created", "offer-1", "ok")]

    def test_what_expired_is_thrown_away(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.offers.add(an_offer(clock))
            records.authorisations.push("handle", pushed(), clock.now())
            records.authorisations.add_code("code", a_code(clock))
            records.authorisations.add_grant("token", a_grant(clock))
            records.authorisations.add_refresh(replace(a_refresh(clock), expires_at=clock.now()), "first")
            records.once.use("c_nonce", "x", clock.now())
            records.issuances.reserve([a_copy(clock, Place(1, 1))])
        assert store.purge(clock.now()) == 3
        assert store.purge(clock.now() + timedelta(hours=1)) == 3
        with store.read() as records:
            assert records.issuances.live("samira", clock.now())

    def test_what_expired_long_ago_is_thrown_away_in_steps(
        self, store: SqlStore, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(expired, "STEP", 3)
        with store.write() as records:
            for number in range(8):
                records.once.use("c_nonce", str(number), clock.now() + timedelta(seconds=number // 2))
        before = store.database.commits
        assert store.purge(clock.now() + timedelta(seconds=2)) == 6
        assert store.purge(clock.now() + timedelta(seconds=2)) == 0
        assert store.purge(clock.now() + timedelta(seconds=9)) == 2
        # One for each of the ten tables each time, and one more where there was more than a step.
        assert store.database.commits - before == 3 * 10 + 1


class TestWalletLogins:
    """A login with a wallet: open for one answer, then for the one browser that has its code."""

    @pytest.fixture
    def login(self, store: SqlStore, clock: FixedClock) -> WalletLogin:
        login = a_wallet_login(clock)
        with store.write() as records:
            records.wallet_logins.add(login)
            records.wallet_logins.add(a_wallet_login(clock, "login-2"))
        return login

    def answer(self, store: SqlStore, clock: FixedClock, code: str = "code") -> bool:
        now = clock.now()
        with store.write() as records:
            return records.wallet_logins.answer("login-1", SAMIRA, code, now, now + timedelta(minutes=2))

    def test_it_is_found_by_its_name_and_by_both_its_paths(
        self, store: SqlStore, clock: FixedClock, login: WalletLogin
    ) -> None:
        with store.read() as records:
            logins, now = records.wallet_logins, clock.now()
            found = [
                logins.by_reference("login-1", now),
                logins.by_request_path(login.request_path, now),
                logins.by_response_path(login.response_path, now),
            ]
            missing = [
                logins.by_reference("login-3", now),
                logins.by_request_path(login.response_path, now),
                logins.by_response_path(login.request_path, now),
                logins.by_response_path(login.response_path, now + timedelta(minutes=5)),
            ]
        assert found == [login] * 3
        assert missing == [None] * 4

    def test_one_answer_is_taken(self, store: SqlStore, clock: FixedClock, login: WalletLogin) -> None:
        with ThreadPoolExecutor(6) as pool:
            answers = pool.map(lambda number: self.answer(store, clock, f"code {number}"), range(6))
            assert sorted(answers) == [False] * 5 + [True]
        with store.read() as records:
            assert records.wallet_logins.by_response_path(login.response_path, clock.now()) is None
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.ANSWERED)
            assert records.wallet_logins.standing("login-2", clock.now()) == Standing(Stage.OPEN)

    @pytest.mark.usefixtures("login")
    def test_none_is_taken_after_its_time(self, store: SqlStore, clock: FixedClock) -> None:
        clock.advance(timedelta(minutes=5))
        assert not self.answer(store, clock)
        with store.write() as records:
            assert not records.wallet_logins.decline("login-1", clock.now())
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.ENDED)

    @pytest.mark.usefixtures("login")
    def test_who_it_is_is_taken_once_by_its_code(self, store: SqlStore, clock: FixedClock) -> None:
        assert self.answer(store, clock)

        def take(_: int) -> Bsn | None:
            with store.write() as records:
                assert records.wallet_logins.take("login-1", "another", clock.now()) is None
                assert records.wallet_logins.take("login-2", "code", clock.now()) is None
                return records.wallet_logins.take("login-1", "code", clock.now())

        with ThreadPoolExecutor(6) as pool:
            taken = [each for each in pool.map(take, range(6)) if each is not None]
        assert taken == [SAMIRA]

    @pytest.mark.usefixtures("login")
    def test_it_is_not_taken_after_its_time(self, store: SqlStore, clock: FixedClock) -> None:
        assert self.answer(store, clock)
        with store.write() as records:
            assert records.wallet_logins.take("login-1", "code", clock.now() + timedelta(minutes=2)) is None

    @pytest.mark.usefixtures("login")
    def test_a_no_ends_it(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            assert records.wallet_logins.decline("login-1", clock.now())
            assert not records.wallet_logins.decline("login-1", clock.now())
        assert not self.answer(store, clock)
        with store.read() as records:
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.DECLINED)

    @pytest.mark.usefixtures("login")
    def test_a_fault_is_remembered_while_it_waits_and_no_longer(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            records.wallet_logins.note("login-1", Fault.ISSUER)
        with store.read() as records:
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.OPEN, Fault.ISSUER)
        assert self.answer(store, clock)
        with store.write() as records:
            records.wallet_logins.note("login-1", Fault.ISSUER)
        with store.read() as records:
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.ANSWERED)

    @pytest.mark.usefixtures("login")
    def test_its_code_in_the_wrong_place_ends_it(self, store: SqlStore, clock: FixedClock) -> None:
        assert self.answer(store, clock)
        with store.write() as records:
            records.wallet_logins.end("login-1", "another")
        with store.read() as records:
            assert records.wallet_logins.standing("login-1", clock.now()) == Standing(Stage.ANSWERED)
        with store.write() as records:
            records.wallet_logins.end("login-1", "code")
            assert records.wallet_logins.take("login-1", "code", clock.now()) is None

    @pytest.mark.usefixtures("login")
    def test_after_a_restore_none_is_left(self, store: SqlStore, clock: FixedClock) -> None:
        assert self.answer(store, clock)
        with store.write() as records:
            records.forget_one_time()
            assert records.wallet_logins.take("login-1", "code", clock.now()) is None
            assert records.wallet_logins.standing("login-2", clock.now()) == Standing(Stage.ENDED)

    @pytest.mark.usefixtures("login")
    def test_it_is_purged_when_its_time_is_over(self, store: SqlStore, clock: FixedClock) -> None:
        assert store.purge(clock.now()) == 0
        assert store.purge(clock.now() + timedelta(minutes=5)) == 2


class TestWhatIsShownOfWhatChanged:
    def test_a_batch_shows_what_was_superseded_and_what_expired_among_decoys(
        self, store: SqlStore, clock: FixedClock
    ) -> None:
        with store.write() as records:
            one, two, three = records.issuances.free_places(3)
            records.issuances.reserve(
                [
                    a_copy(clock, one, "1", subject_hash="a"),
                    a_copy(clock, two, "2", subject_hash="b", expires_at=clock.now() + timedelta(hours=1)),
                    a_copy(clock, three, "3", subject_hash="c"),
                ]
            )
            records.issuances.mark(Status.SUPERSEDED, clock.now(), subject_hash="a", reason="changed")
        assert shown(store, one.list_number) == {}
        until = clock.now() + timedelta(hours=2)
        assert batch(store, one.list_number, until) == 6
        seen = shown(store, one.list_number)
        assert len(seen) == 8
        assert set(seen.values()) == {Status.SUPERSEDED}
        assert {one.index, two.index} <= set(seen)
        assert three.index not in seen
        # What comes after it waits for the next, and nothing is done twice.
        clock.advance(timedelta(hours=3))
        with store.write() as records:
            records.issuances.mark(Status.SUPERSEDED, clock.now(), subject_hash="c", reason="changed")
        assert shown(store, one.list_number) == seen
        assert batch(store, one.list_number, until) == 0
        assert shown(store, one.list_number) == seen

    def test_two_who_do_it_together_add_decoys_once(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            (place,) = records.issuances.free_places(1)
            records.issuances.reserve([a_copy(clock, place)])
        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda _: batch(store, place.list_number, clock.now()), range(2)))
        assert sorted(made) == [0, 8]

    def test_all_of_it_is_shown_at_once_where_that_is_asked(self, store: SqlStore, clock: FixedClock) -> None:
        with store.write() as records:
            (place,) = records.issuances.free_places(1)
            records.issuances.reserve([a_copy(clock, place)])
            records.issuances.mark(Status.SUPERSEDED, clock.now(), subject_hash="samira", reason="changed")
        with store.write() as records:
            records.issuances.show_all(clock.now())
            assert records.issuances.lists_shown_before(clock.now()) == []
            assert records.issuances.lists_shown_before(clock.now() + timedelta(seconds=1)) == [place.list_number]
        assert shown(store, place.list_number) == {place.index: Status.SUPERSEDED}


def shown(store: SqlStore, number: int) -> dict[int, Status]:
    with store.read() as records:
        return dict(records.issuances.statuses(number))


def batch(store: SqlStore, number: int, until: datetime) -> int:
    with store.write() as records:
        records.issuances.supersede_expired(number, until)
    with store.write() as records:
        return records.issuances.show_until(number, until, least=8)
