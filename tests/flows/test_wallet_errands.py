"""An agency that is not ready is asked while the wallet is closed; what it answers only the open wallet reads."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select

from credentials.encoding import json_compact
from credentials.errors import ConfigurationError
from credentials.jose import EncryptionKey, encrypt
from credentials.openid.credential_encryption import MEDIA_TYPE
from issuer.domain.encryption import Encryption
from service.errors import AddressRefused, Unreachable
from service.http import JSON, Answer
from tests.flows.wallet_kit import (
    MINUTE,
    Register,
    an_offer,
    cards,
    down,
    look,
    of_error,
    opened_again,
    outcomes,
    scan,
)
from tests.wallet_world import PIN, Citizen, WalletWorld, make_world
from wallet_api.domain.errand import KEPT, Answered, Errand, Over
from wallet_api.settings import Errands
from wallet_api.storage.tables import errand_table
from wallet_api.usecases.run_errands import HOST_TIME
from wallet_api.vault.service_key import load, make_missing

pytestmark = [pytest.mark.requirement("wallet-waits"), pytest.mark.long]

ARRIVED = "Centraal Justitieel Incassobureau (CJIB) heeft geantwoord"


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[WalletWorld]:
    folder = tmp_path_factory.mktemp("errands")
    database = request.getfixturevalue("postgresql_url") if getattr(request, "param", None) == "postgresql" else ""
    world = make_world(folder, "cjib", database=database, errands=Errands(key=folder / "errands.key"))
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


@pytest.fixture
def register(world: WalletWorld, monkeypatch: pytest.MonkeyPatch) -> Register:
    return Register(world, monkeypatch, leaves=True)


def run(world: WalletWorld) -> int:
    """What the job does, once, without any wallet that is open."""
    assert world.service.errands is not None
    done = world.service.errands.run()
    assert isinstance(done, int)
    return done


def rows(world: WalletWorld) -> Sequence[Any]:
    with world.service.database.read() as connection:
        return connection.execute(select(errand_table)).all()


@pytest.mark.parametrize("world", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_cards_come_while_the_wallet_is_closed_and_are_taken_in_when_it_opens(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    page = samira.collect()
    assert "ook als uw wallet dicht is" in page.words
    assert "ook als uw wallet dicht is" in samira.get("/privacy").words
    samira.post("/sluiten")
    register.come_back()
    assert run(world) == 0, "the agency said when it wants to be asked"
    world.clock.advance(MINUTE)
    assert run(world) == 2
    asked = len(register.asked)
    again = opened_again(world, samira)
    assert ARRIVED in again.get("/overzicht").words
    assert cards(again) == []
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert len(register.asked) == asked, "nothing is left to ask for"
    assert again.logins == 0
    assert again.api("overzicht").json()["saldo"] > 0
    assert ARRIVED not in again.get("/overzicht").words
    assert register.told == ["credential_accepted"] * 2
    assert rows(world) == []


def test_hours_later_too_as_the_token_that_asked_is_good_for_just_that(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    for _ in range(3):
        world.clock.advance(timedelta(hours=1))
        assert run(world) == 2
    register.come_back()
    world.clock.advance(timedelta(hours=1))
    run(world)
    again = opened_again(world, samira)
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert "refresh_token" not in register.grants
    assert len(cards(again)) == 2


def test_what_is_half_there_waits_for_the_rest(samira: Citizen, world: WalletWorld, register: Register) -> None:
    register.keep_waiting(samira)
    assert world.service.errands is not None
    errands = world.service.errands.errands
    first, second = errands.due(world.clock.now(), 10)
    kept = errands.start(second, world.clock.now())
    assert run(world) == 1
    assert kept is not None
    again = opened_again(world, samira)
    assert "nog niet klaar" in look(again).words
    assert cards(again) == []
    assert errands.look(first, world.clock.now()) is None
    # The other was killed; its time is over before long.
    world.clock.advance(timedelta(minutes=3))
    run(world)
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}


def test_the_page_asks_what_the_service_did_not_yet(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    world.clock.advance(MINUTE)
    assert "nog niet klaar" in look(samira).words
    assert len(rows(world)) == 2, "and leaves it to the service again"
    register.come_back()
    world.clock.advance(MINUTE)
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert rows(world) == []
    assert run(world) == 0


def test_the_page_does_not_ask_what_the_service_is_asking(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    register.keep_waiting(samira)
    seen: list[str] = []

    def meanwhile() -> Answer:
        register.instead = None
        seen.append(look(samira).words)
        return register.again()

    register.instead = meanwhile
    run(world)
    assert "nog niet klaar" in seen[0]
    world.clock.advance(timedelta(seconds=6))
    look(samira)
    assert set(outcomes(samira).values()) == {"opgehaald"}
    assert register.asked.count("/deferred") == 2


def test_a_kill_between_answer_and_row_loses_no_card(
    samira: Citizen, world: WalletWorld, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.keep_waiting(samira)
    assert world.service.errands is not None
    errands = world.service.errands.errands

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(errands), "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            run(world)
    # The agency gave the first card, and will not again.
    world.clock.advance(timedelta(minutes=3))
    assert run(world) == 2
    again = opened_again(world, samira)
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert again.logins == 0
    assert register.grants[-1] == "refresh_token"
    assert len(cards(again)) == 2
    assert rows(world) == []


def test_a_kill_before_the_cards_are_kept_loses_no_answer(
    samira: Citizen, world: WalletWorld, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.keep_waiting(samira)
    run(world)
    asked = len(register.asked)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    deliveries = world.service.usecases.offers._receive._deliveries
    with monkeypatch.context() as patch:
        patch.setattr(type(deliveries), "finish", killed)
        with pytest.raises(BaseException):  # noqa: B017, PT011  # whatever it is that a killed program ends in
            look(samira)
    world.clock.advance(timedelta(minutes=3))
    look(opened_again(world, samira))
    assert len(cards(samira)) == 2
    assert len(register.asked) == asked


def sealed(status: int, content: object, key: EncryptionKey | None = None) -> Callable[[], Answer]:
    """An answer that is encrypted, to whomever."""
    token = encrypt(content, (key or EncryptionKey.generate("k")).public(), "A256GCM")  # type: ignore[arg-type]
    return lambda: Answer(status, MappingProxyType({"content-type": MEDIA_TYPE}), token.encode())


def plain(status: int, content: object, type: str = JSON) -> Callable[[], Answer]:
    return lambda: Answer(status, MappingProxyType({"content-type": type}), json_compact(content))


@pytest.mark.parametrize(
    "instead",
    [
        down,
        plain(503, {"error": "temporarily_unavailable"}),
        plain(500, {}),
        plain(429, {}),
        sealed(202, {"transaction_id": "x", "interval": 5}),
        plain(202, {"transaction_id": "x", "interval": 5}),
    ],
)
def test_an_agency_that_is_down_or_not_ready_is_asked_again(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer]
) -> None:
    register.keep_waiting(samira)
    register.instead = instead
    assert run(world) == 2
    assert run(world) == 0, "not at once"
    register.instead = None
    world.clock.advance(MINUTE)
    run(world)
    assert ARRIVED in opened_again(world, samira).get("/overzicht").words


@pytest.mark.parametrize(
    "instead",
    [
        of_error("invalid_transaction_id"),
        of_error("invalid_token", 401),
        of_error("invalid_encryption_parameters"),
        plain(200, {"credentials": [{"credential": "x"}]}),
        plain(200, {}, "text/html"),
        lambda: Answer(200, MappingProxyType({"content-type": MEDIA_TYPE}), "é".encode()),
        lambda: Answer(302, MappingProxyType({"location": "http://localhost:8201/elsewhere"}), b""),
    ],
)
def test_what_will_not_come_is_not_asked_again_and_all_is_begun_anew_when_the_wallet_opens(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer]
) -> None:
    register.keep_waiting(samira)
    register.instead = instead
    assert run(world) == 2
    world.clock.advance(timedelta(hours=1))
    assert run(world) == 0
    register.instead = None
    again = opened_again(world, samira)
    assert ARRIVED not in again.get("/overzicht").words
    look(again)
    assert set(outcomes(again).values()) == {"opgehaald"}
    assert register.grants[-1] == "refresh_token"


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        (sealed(200, {"credentials": [{"credential": "x"}]}), "een antwoord dat wij niet begrijpen"),
        (plain(200, {}, MEDIA_TYPE), "een antwoord dat wij niet begrijpen"),
    ],
)
def test_an_answer_that_the_wallet_cannot_open_is_an_outcome_like_any_other(
    samira: Citizen, world: WalletWorld, register: Register, instead: Callable[[], Answer], words: str
) -> None:
    register.keep_waiting(samira)
    register.instead = instead
    run(world)
    page = look(opened_again(world, samira))
    assert words in page.words
    assert cards(samira) == []
    assert rows(world) == []


def test_after_a_day_nothing_is_asked_any_more(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    world.clock.advance(timedelta(hours=24, seconds=1))
    asked = len(register.asked)
    assert run(world) == 2
    assert len(register.asked) == asked
    assert run(world) == 0
    register.come_back()
    world.trust()
    again = opened_again(world, samira)
    look(again)
    assert register.grants[-1] == "refresh_token"
    assert len(cards(again)) == 2


def test_an_answer_waits_for_a_week_and_is_then_dropped(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    assert world.service.errands is not None
    register.keep_waiting(samira)
    run(world)
    world.clock.advance(KEPT - timedelta(hours=1))
    assert world.service.errands.errands.purge(world.clock.now()) == 0
    world.clock.advance(timedelta(hours=26))
    assert world.service.errands.errands.purge(world.clock.now()) == 2
    world.trust()
    again = opened_again(world, samira)
    page = look(again)
    assert cards(again) == []
    assert "Probeer" in page.words


@pytest.mark.parametrize("how", ["anew", "thrown away"])
def test_what_the_citizen_gives_up_is_not_asked_any_more(
    samira: Citizen, world: WalletWorld, register: Register, how: str
) -> None:
    samira.collect()
    assert len(rows(world)) == 2
    if how == "anew":
        register.come_back()
        samira.collect()
        assert len(cards(samira)) == 2
    else:
        samira.post("/instellingen/verwijderen", zeker="ja")
    assert rows(world) == []
    world.clock.advance(MINUTE)
    asked = len(register.asked)
    assert run(world) == 0
    assert len(register.asked) == asked


def test_what_is_given_up_while_the_service_asks_does_not_come_back(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    register.keep_waiting(samira)

    def meanwhile() -> Answer:
        register.instead = None
        samira.post("/ophalen", organisatie=world.url("cjib"))
        return register.again()

    register.instead = meanwhile
    run(world)
    assert rows(world) == []
    assert ARRIVED not in samira.get("/overzicht").words


def test_cards_of_an_offer_are_found_in_the_overview(samira: Citizen, world: WalletWorld, register: Register) -> None:
    page = scan(samira, an_offer(world)["aanbodUri"])
    page = samira.follow(samira.post(page.url, page, besluit="ja"))
    assert "Wij vragen het af en toe voor u" in page.words
    register.come_back()
    world.clock.advance(MINUTE)
    run(world)
    again = opened_again(world, samira)
    page = again.get("/overzicht")
    assert ARRIVED in page.words
    link = page.text.split('href="/ontvangen/', 1)[1].split('"', 1)[0]
    page = again.get(f"/ontvangen/{link}")
    assert "De kaartjes zitten in uw wallet" in page.words
    assert len(cards(again)) == 2


def opened(world: WalletWorld, id: str) -> str:
    """What a thief reads who has the service's key beside the database."""
    assert world.service.errands is not None
    errands: Any = world.service.errands.errands
    return json.dumps(errands._opened(errands._rows.get(id, world.clock.now())))


def test_outside_the_vault_lies_the_least_and_only_for_who_has_the_key_of_the_service(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    wallet = world.service.usecases.wallets.open(samira.number, PIN)
    (delivery,) = world.service.usecases.offers._receive._deliveries.all(wallet)
    stored = b"".join(path.read_bytes() for path in world.folder.glob("wallet.db*"))
    assert b"wallet_errand" in stored
    transactions = [each.transaction_id for each in delivery.pending]
    assert len(transactions) == 2
    for secret in (*transactions, delivery.token, "localhost:8201/deferred"):
        assert secret.encode() not in stored
    for row in rows(world):
        # Whose it is nobody can tell, and not by the second at which it ends either.
        assert wallet.id not in str(row)
        assert row[-1] % 3600 == 0
        waiting = opened(world, row[0])
        # With what is there the same question can be asked, and its answer not be read, nor another be asked for.
        for secret in (*transactions, wallet.id, samira.number, *(str(key["d"]) for key in delivery.pending[0].keys)):
            assert secret not in waiting
        assert delivery.token in waiting
    register.come_back()
    world.clock.advance(MINUTE)
    run(world)
    for row in rows(world):
        answered = json.loads(opened(world, row[0]))
        assert set(answered) == {"answer"}
        assert len(answered["answer"].split(".")) == 5


def test_an_agency_that_encrypts_nothing_is_asked_by_the_open_wallet_alone(tmp_path: Any) -> None:
    world = make_world(
        tmp_path, "cjib", errands=Errands(key=tmp_path / "errands.key"), agency={"encryption": Encryption.OFF}
    )
    with pytest.MonkeyPatch.context() as monkeypatch:
        register = Register(world, monkeypatch)
        register.leaves = True
        samira = world.owner()
        page = samira.collect()
        assert "ook als uw wallet dicht is" not in page.words
        assert "Kom later terug" in page.words
        assert rows(world) == []
        register.come_back()
        world.clock.advance(MINUTE)
        look(samira)
        assert len(cards(samira)) == 2
    world.close()


def test_settled_errands_hold_nothing_to_ask_with(samira: Citizen, world: WalletWorld, register: Register) -> None:
    samira.collect()
    assert world.service.errands is not None
    errands, now = world.service.errands.errands, world.clock.now() + MINUTE
    first, second = errands.due(now, 10)
    for id, outcome in ((first, Over()), (second, Answered("a.b.c.d.e"))):
        errand = errands.start(id, now)
        assert isinstance(errand, Errand)
        assert errands.start(id, now) is None
        assert not errands.withdraw(id, now)
        errands.settle(errand, outcome, now)
        assert errands.look(id, now) == outcome
        assert errand.access_token not in opened(world, id)
        assert not errands.withdraw(id, now)
        assert errands.start(id, now + timedelta(days=1)) is None
        errands.remove(id)
        errands.settle(errand, outcome, now)
        assert errands.look(id, now) is None


def test_after_the_service_lost_its_key_all_is_begun_anew(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    samira.collect()
    assert world.service.errands is not None
    errands: Any = world.service.errands.errands
    errands._key = bytes(32)
    register.come_back()
    world.clock.advance(MINUTE)
    assert run(world) == 0
    assert rows(world) == []
    look(samira)
    assert len(cards(samira)) == 2


def test_one_errand_that_cannot_be_run_keeps_no_other(
    samira: Citizen, world: WalletWorld, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.keep_waiting(samira)
    refused: list[str] = []

    def refusing() -> Answer:
        register.instead = None
        refused.append("once")
        raise AddressRefused

    register.instead = refusing
    assert run(world) == 2
    assert refused == ["once"]
    assert world.service.errands is not None
    found = [world.service.errands.errands.look(row[0], world.clock.now()) for row in rows(world)]
    assert sorted(type(each).__name__ for each in found) == ["Answered", "Over"]
    again = opened_again(world, samira)
    look(again)
    assert len(cards(again)) == 2


def test_an_agency_that_is_slow_is_put_off_and_keeps_no_other_waiting(
    samira: Citizen, world: WalletWorld, register: Register
) -> None:
    register.keep_waiting(samira)

    def slow() -> Answer:
        world.clock.advance(HOST_TIME)
        raise Unreachable

    register.instead = slow
    asked = len(register.asked)
    assert run(world) == 2
    assert len(register.asked) == asked + 1, "the second citizen's turn would cost as much"
    register.instead = None
    world.clock.advance(MINUTE)
    assert run(world) == 2
    assert ARRIVED in opened_again(world, samira).get("/overzicht").words


def test_a_key_of_the_service_is_made_once_and_for_its_owner_only(world: WalletWorld) -> None:
    path = world.folder / "errands.key"
    before = path.read_bytes()
    assert make_missing(path) == []
    assert path.read_bytes() == before == load(path)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="0600"):
        load(path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="32 bytes"):
        load(path)
    path.unlink()
    with pytest.raises(ConfigurationError, match="wallet keys"):
        load(path)
    assert make_missing(path) == ["errands.key"]
    assert load(path) != before
