"""What the issuer's records promise, on SQLite and on PostgreSQL."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from credentials.clock import FixedClock, dutch_day
from credentials.debts.bsn import Bsn
from credentials.formats.base import HolderKey, IssuerKey
from credentials.keys import SoftwareSigner
from credentials.status.token_list import TokenStatusList
from credentials.status.values import Status
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.deferral import Deferred
from issuer.domain.errors import StatusListsFull
from issuer.domain.issuance import Copy, CopyState, DayOfIssue, LiveCopies, Place
from issuer.domain.offers import Grant, Offer
from issuer.domain.places import StatusAddresses
from issuer.domain.secrets import Derivation
from issuer.ports import Event, Publication, Records, Store
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.storage.tables import deferred, metadata
from issuer.usecases.publish import PublishStatus
from service.database import Database
from service.migrations import migrate, schema_drift
from tests.debt_builders import SAMIRA

ENTRIES = 131_072
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
            assert records.authorisations.find_grant("token", clock.now()) == a_grant(clock)
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
            assert records.purge(clock.now()) == 1

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
            assert issuances.count_states(clock.now()) == [DayOfIssue(dutch_day(clock.now()), states)]

    def test_copies_are_counted_by_day(self, store: SqlStore, clock: FixedClock) -> None:
        first = clock.now()
        with store.write() as records:
            for number in (1, 2):
                records.issuances.reserve([a_copy(clock, Place(1, number), str(number))])
                clock.advance(timedelta(days=1))
        with store.read() as records:
            days = [dutch_day(first), dutch_day(first + timedelta(days=1))]
            reserved = {CopyState.RESERVED: 1}
            assert records.issuances.count_states(first) == [DayOfIssue(day, reserved) for day in days]
            assert records.issuances.count_states(first + timedelta(hours=1)) == [DayOfIssue(days[1], reserved)]


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
        assert published.fingerprint == hashlib.sha256(statuses.to_bytes()).hexdigest()

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
        assert published.fingerprint == hashlib.sha256(statuses.to_bytes()).hexdigest()


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


def a_publisher(store: Store, clock: FixedClock) -> PublishStatus:
    return PublishStatus(
        store=store,
        clock=clock,
        addresses=StatusAddresses("https://cjib.example"),
        token_key=IssuerKey(SoftwareSigner.generate()),
        sign_document=lambda document, _now: document,
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
        with store.write() as records:
            assert records.purge(clock.now()) == 3
        with store.write() as records:
            assert records.purge(clock.now() + timedelta(hours=1)) == 3
            assert records.issuances.live("samira", clock.now())
