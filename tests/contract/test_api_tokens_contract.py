"""Access tokens of a business API, on SQLite and on PostgreSQL alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from credentials.openid.client_assertion import ProvenClient
from service.api_clients import ApiTokens, ClientKind, ClientUses, tokens, uses
from service.api_clients.tokens import LIFETIME
from service.database import Database
from service.errors import InvalidApiToken
from service.migrations import migrate, schema_drift
from tests.conftest import NOW

CLIENT = ProvenClient("zaaksysteem", "an-assertion", NOW + timedelta(minutes=1))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def given(database: Database, clock: FixedClock) -> ApiTokens:
    migrate(database, "service")
    return ApiTokens(database, clock)


def test_the_tables_are_what_the_code_declares(given: ApiTokens, database: Database) -> None:
    assert schema_drift(database, "service", tokens.metadata) == []
    assert schema_drift(database, "service", uses.metadata) == []


def test_a_token_is_good_for_its_scopes_until_it_ends(given: ApiTokens, clock: FixedClock) -> None:
    token = given.give(CLIENT, ["lezen", "aanbiedingen"])
    assert token is not None
    found = given.find(token)
    assert found is not None
    assert (found.client_id, found.scopes) == ("zaaksysteem", {"lezen", "aanbiedingen"})
    assert given.find(token + "A") is None
    clock.advance(LIFETIME)
    assert given.find(token) is None


def test_of_those_who_show_one_assertion_together_one_gets_a_token(given: ApiTokens) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: given.give(CLIENT, ["lezen"]), range(4)))
    assert len([token for token in made if token is not None]) == 1


def test_no_token_lies_in_the_database(given: ApiTokens, database: Database) -> None:
    token = given.give(CLIENT, ["lezen"])
    with database.read() as connection:
        row = connection.execute(tokens.token_table.select()).one()
    assert token is not None
    assert token.encode() not in bytes(row.token_hash)
    assert len(row.token_hash) == 32


def test_what_has_ended_is_thrown_away_and_an_assertion_not_before_that(given: ApiTokens, clock: FixedClock) -> None:
    given.give(CLIENT, ["lezen"])
    assert given.purge() == 0
    clock.advance(timedelta(minutes=1))
    assert given.purge() == 1
    clock.advance(LIFETIME)
    assert given.purge() == 1


def test_when_a_client_came_is_known_to_the_minute(given: ApiTokens, database: Database, clock: FixedClock) -> None:
    clients = ClientUses(database, clock)
    begin = clock.now()
    for seconds, known in ((0, begin), (59, begin), (61, begin + timedelta(seconds=120))):
        clock.advance(timedelta(seconds=seconds))
        clients.admit(ClientKind.TOKEN, "zaaksysteem")
        database.settle()
        assert clients.all()[ClientKind.TOKEN, "zaaksysteem"].used_at == known
    assert (ClientKind.PROGRAM, "zaaksysteem") not in clients.all(), "each way in by itself"


def test_who_is_shut_out_stays_out_with_all_tokens_until_let_in(
    given: ApiTokens, database: Database, clock: FixedClock
) -> None:
    clients = ClientUses(database, clock)
    token = given.give(CLIENT, ["lezen"])
    assert token is not None
    clients.admit(ClientKind.PROGRAM, "zaaksysteem")
    clients.shut_out(ClientKind.PROGRAM, "zaaksysteem", by="medewerker:fatma")
    assert given.find(token) is None
    with pytest.raises(InvalidApiToken):
        clients.admit(ClientKind.PROGRAM, "zaaksysteem")
    clients.admit(ClientKind.TOKEN, "zaaksysteem")
    clients.admit(ClientKind.PROGRAM, "lezer")
    assert clients.all()[ClientKind.PROGRAM, "zaaksysteem"].shut_out_by == "medewerker:fatma"
    clients.let_in(ClientKind.PROGRAM, "zaaksysteem", by="medewerker:fatma")
    clients.admit(ClientKind.PROGRAM, "zaaksysteem")
    assert given.find(token) is None, "what was taken away stays so"
