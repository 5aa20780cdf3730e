"""Press the button a second time: agencies that gave a refresh token give their cards without a login."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import delete, func, select

from issuer.domain.offers import Grant
from issuer.storage.tables import refresh as refreshes
from tests.wallet_world import Citizen, WalletWorld, make_world

pytestmark = [pytest.mark.long, pytest.mark.requirement("vci-refresh")]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[WalletWorld]:
    world = make_world(tmp_path, "cjib", "svb")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    assert "2 van 2 organisaties hebben geantwoord" in citizen.collect().words
    world.net.asked.clear()
    return citizen


def asked(world: WalletWorld, path: str) -> list[int]:
    """The ports of the agencies that were asked for this."""
    return sorted(urlsplit(url).port or 0 for url in world.net.asked if urlsplit(url).path == path)


def test_nobody_logs_in_again(samira: Citizen, world: WalletWorld) -> None:
    logins = samira.logins
    for _ in range(2):
        assert "2 van 2 organisaties hebben geantwoord" in samira.collect().words
    assert asked(world, "/oauth/par") == []
    assert asked(world, "/oauth/token") == [8201, 8201, 8207, 8207]
    assert samira.logins == logins
    assert samira.api("overzicht").json()["openZaken"] == 1


def test_an_agency_that_wants_a_login_gets_one(samira: Citizen, world: WalletWorld) -> None:
    with world.agencies["cjib"].database.write() as connection:
        connection.execute(delete(refreshes))
    assert "2 van 2 organisaties hebben geantwoord" in samira.collect().words
    assert asked(world, "/oauth/par") == [8201]
    world.net.asked.clear()
    # And from then on it has a new permission.
    assert "2 van 2 organisaties hebben geantwoord" in samira.collect().words
    assert asked(world, "/oauth/par") == []


def test_an_agency_that_does_not_answer_takes_no_permission_away(samira: Citizen, world: WalletWorld) -> None:
    world.net.down.add("localhost:8201")
    assert "niet bereikbaar" in samira.collect().words.lower()
    world.net.down.clear()
    assert "2 van 2 organisaties hebben geantwoord" in samira.collect().words
    assert asked(world, "/oauth/par") == []


def test_a_permission_for_less_is_no_permission_for_more(samira: Citizen, world: WalletWorld) -> None:
    """An offer of the overview alone neither replaces what reaches further nor opens more than the overview."""
    other = world.citizen()
    other.make_wallet()
    agency = world.agencies["cjib"]
    made = agency.desk.create_offer(other.bsn, ("overzicht_sdjwt",), Grant.PRE_AUTHORISED)
    address = quote(f"{world.url('cjib')}/offers/{made.secrets.id}", safe="")
    read = other.api("aanbiedingen", {"aanbod": f"openid-credential-offer://?credential_offer_uri={address}"})
    taken = other.api(f"aanbiedingen/{read.json()['id']}/acceptatie", {})
    assert taken.json() == {"kaarten": 1}
    world.net.asked.clear()
    assert "2 van 2 organisaties hebben geantwoord" in other.collect().words
    assert asked(world, "/oauth/par") == [8201, 8207]


@pytest.mark.requirement("as-revocation")
def test_who_deletes_the_wallet_gives_back_the_leave_to_come_again(samira: Citizen, world: WalletWorld) -> None:
    assert families(world, "cjib") == families(world, "svb") == 1
    # One cannot be reached: the wallet is gone all the same.
    world.net.down.add("localhost:8207")
    assert samira.api("wallets/huidige", method="DELETE").status_code == 204
    assert asked(world, "/oauth/revoke") == [8201, 8207]
    assert (families(world, "cjib"), families(world, "svb")) == (0, 1)
    assert samira.api("overzicht").status_code == 401


def families(world: WalletWorld, agency: str) -> int:
    with world.agencies[agency].database.read() as connection:
        return connection.execute(select(func.count()).select_from(refreshes)).scalar_one()
