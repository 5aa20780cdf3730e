"""A database that an agency made before there were refresh tokens: what is in it goes on, on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import text

from credentials.clock import dutch_day
from credentials.debts.bsn import Bsn
from issuer.domain.authorisation import AccessGrant, AuthorisationCode
from issuer.domain.issuance import CopyState, DayOfIssue
from issuer.domain.secrets import Derivation, hashed
from issuer.storage import SqlStore, StoreKeys
from issuer.storage.sealed import Sealer
from issuer.storage.tables import metadata
from service.database import Database
from service.migrations import _config, migrate, schema_drift, schema_is_current

BEFORE = "issuer_0001"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CITIZEN = Bsn("999990019")
KEYS = StoreKeys(Sealer.from_data_key(bytes(range(32))), Derivation(bytes(range(1, 33))))
ASKED = ("client", "https://w.example/cb", "c" * 43, ("overzicht_sdjwt",), False)

# Sealed by the version of that time, under these keys, for these secrets.
CODE = bytes.fromhex(
    "01cd0a4325e5aab7db6e354b20c714c98c6dc1503b00ce82b0079856135dee618d11a7ad4fb3c09e43a608a99b175602c4e94442cdb8dadac0"
    "c68f30c9940f6e9989159372108a6ae47cf4369bb5a2a24220473997c5e2e7635549e03326ec28e2e3c99fff9bd921ab78a910bf4ca464127588"
    "8552513bb2a2693c825a19b6e1784e229062e53b87b8666386f6d6bb8d6011e33438ed214763a1bb592b5f7ab5257c6eb27d057de0772462bc58"
    "ea60377a151fd2a644c8bfa185e6a4920cf902ea6ec8e2bbc07a75e0b9f932d4cf603dd4a3be7448bc0c2eaf71384dc47cc5eac6c30bb369eb62"
    "8e68de59d90201ff493670e04bc5ec473282800b48e56018f765971eb2da96422d3b088af8afe63fdb80bad5928efe85373990a6634fab82020b"
    "6f"
)
GRANT = bytes.fromhex(
    "01f57446e412d3154d3345ea5ca783218d41034993c2fa28488f3c368b482f81eeeb2e3be6df4cf836eafb7fc0df3d39f5ceb65f49f7c9660c"
    "0f48224a1d23d8e42c0cb5f93e38f73801f5726d9a8ae54b6fbf5436c8c898149556c7f06ddc74f5ae7c7e12bb9e63fdd9d0ba2373ee7864a4ce"
    "1e2ac7ae27902d2cb50e9338567ca1364a3c84380bb1b62ba6b7094d0affec6339fe955434748af1d427f07f7fc18880d52a1f17da721a9ce221"
    "585c25341555174f6226e6f62770ed5e8c65b4d61618a50e7cbf830efdfe5917e827a638253679e784cbf1a77668b578f5"
)


@pytest.fixture
def old(database: Database) -> Database:
    """Make the tables of that time, and put something in each that is of use now."""
    with database.write() as connection:
        command.upgrade(_config("issuer", connection), BEFORE)
        connection.execute(
            text(
                "INSERT INTO issuer_grant (token_hash, session, sealed, expires_at, requests) "
                "VALUES (:k, :s, :v, :e, 2)"
            ),
            {"k": hashed("token"), "s": "session-1", "v": GRANT, "e": int(NOW.timestamp()) + 900},
        )
        connection.execute(
            text("INSERT INTO issuer_code (code_hash, sealed, expires_at, used_by) VALUES (:k, :v, :e, NULL)"),
            {"k": hashed("code"), "v": CODE, "e": int(NOW.timestamp()) + 60},
        )
        connection.execute(
            text("INSERT INTO issuer_once (kind, value_hash, expires_at) VALUES ('c_nonce', :k, :e)"),
            {"k": hashed("nonce"), "e": int(NOW.timestamp()) + 300},
        )
        connection.execute(
            text(
                "INSERT INTO issuer_copy VALUES ('copy-1', 'session-1', 'overzicht_sdjwt', 'citizen', NULL, "
                "'facts', 1, 7, 'reserved', 0, NULL, :now, :end, NULL)"
            ),
            {"now": int(NOW.timestamp()), "end": int(NOW.timestamp()) + 86_400},
        )
    return database


def store_of(database: Database) -> SqlStore:
    migrate(database, "issuer")
    return SqlStore(database, KEYS, audit=lambda _connection, _event: None)


def test_it_gets_the_tables_that_the_code_declares(old: Database) -> None:
    assert not schema_is_current(old, "issuer")
    store_of(old)
    assert schema_is_current(old, "issuer")
    assert schema_drift(old, "issuer", metadata) == []


def test_a_wallet_that_was_under_way_goes_on_and_what_was_used_stays_used(old: Database) -> None:
    store = store_of(old)
    with store.read() as records:
        until = NOW + timedelta(minutes=15)
        held = AccessGrant("session-1", CITIZEN, ASKED[3], False, until, "client", "thumb", "offer-1")
        held = replace(held, token_hash=hashed("token").hex())
        assert records.authorisations.find_grant("token", NOW) == held
        assert held.login == "session-1"
        code = AuthorisationCode(*ASKED, CITIZEN, NOW + timedelta(minutes=1))
        assert records.authorisations.find_code("code") == code
    with store.write() as records:
        assert not records.authorisations.count_request("session-1", 2, NOW)
        assert records.authorisations.count_request("session-1", 3, NOW)
        assert not records.once.use("c_nonce", "nonce", NOW + timedelta(minutes=5))
        assert records.authorisations.take_code("code", "session-1", NOW)
        assert records.issuances.copies_of("session-1", "overzicht_sdjwt", None) == 1
        assert records.issuances.count_states(dutch_day(NOW)) == [DayOfIssue(dutch_day(NOW), {CopyState.ISSUED: 1})]
        assert records.issuances.note(["copy-1"], CopyState.DELETED)
        assert records.issuances.count_states(dutch_day(NOW)) == [DayOfIssue(dutch_day(NOW), {CopyState.DELETED: 1})]
    with store.write() as records:
        # Nothing is of a family that has no name.
        records.authorisations.end_family("family-1")
        assert records.authorisations.find_grant("token", NOW) is not None
        assert records.authorisations.revoke_after_replay("code")
        assert records.authorisations.find_grant("token", NOW) is None


def test_it_can_go_back_to_the_version_before(old: Database) -> None:
    store = store_of(old)
    with old.write() as connection:
        command.downgrade(_config("issuer", connection), BEFORE)
    with old.read() as connection:
        (kept,) = connection.execute(text("SELECT sealed FROM issuer_grant")).scalars()
    assert bytes(kept) == GRANT
    migrate(old, "issuer")
    with store.read() as records:
        assert records.authorisations.find_grant("token", NOW) is not None
