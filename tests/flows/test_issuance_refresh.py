"""Refresh tokens: who comes again without a login, with which key, for how long, and never twice by one token."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from issuer.domain.clients import ListedWallet, Wallets
from issuer.storage.tables import refresh as table
from issuer.usecases.purge import Purge
from tests.flows.issuance_kit import CLIENT, NOW, REDIRECT, Scene, Wallet, an_agency, several_cases
from tests.flows.test_issuance_login import code_for

pytestmark = pytest.mark.requirement("vci-refresh")


class Listing:
    """A directory with one wallet."""

    def wallets(self) -> Wallets:
        return Wallets({CLIENT: ListedWallet("Mijn wallet", frozenset({REDIRECT}))})


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock, directory=Listing()), clock, tmp_path)


@pytest.fixture
def wallet(scene: Scene) -> Wallet:
    """A wallet that has its first access token after a login, bound to its DPoP key."""
    wallet = scene.wallet(dpop=True)
    assert wallet.redeem_login(code_for(scene, wallet)).status_code == 200
    return wallet


def refresh_token(wallet: Wallet) -> str:
    return str(wallet.granted["refresh_token"])


def families(scene: Scene) -> int:
    with scene.agency.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def refused(answer: Any, error: str) -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


class TestAWalletThatComesAgain:
    def test_has_a_new_access_token_for_the_same_cards(self, wallet: Wallet, clock: FixedClock) -> None:
        clock.advance(timedelta(days=30))
        first = wallet.granted
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
        assert wallet.granted["scope"] == first["scope"]
        assert wallet.granted["token_type"] == "DPoP"
        assert wallet.granted["access_token"] != first["access_token"]
        assert wallet.granted["refresh_token"] != first["refresh_token"]
        assert len(wallet.credentials("overzicht_sdjwt", 2)) == 2

    def test_gets_the_facts_of_now(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("zaak_sdjwt", dpop=True)
        assert len(wallet.granted["authorization_details"][0]["credential_identifiers"]) == 2  # type: ignore[index,call-overload,arg-type]
        scene.restate(several_cases(3))
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
        assert len(wallet.granted["authorization_details"][0]["credential_identifiers"]) == 3  # type: ignore[index,call-overload,arg-type]

    def test_may_ask_for_less_and_keeps_the_rest(self, scene: Scene) -> None:
        wallet = scene.wallet_with_token("overzicht_sdjwt", "zaak_sdjwt", dpop=True)
        assert wallet.refresh(refresh_token(wallet), scope="overzicht_sdjwt").status_code == 200
        assert wallet.granted["scope"] == "overzicht_sdjwt"
        # RFC 6749 section 6: the new refresh token is for what the old one was for.
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
        assert wallet.granted["scope"] == "overzicht_sdjwt zaak_sdjwt"

    def test_gets_nothing_beyond_what_was_granted(self, wallet: Wallet) -> None:
        refused(wallet.refresh(refresh_token(wallet), scope="overzicht_sdjwt zaak_sdjwt"), "invalid_scope")
        details = '[{"type":"openid_credential","credential_configuration_id":"zaak_sdjwt"}]'
        refused(wallet.refresh(refresh_token(wallet), authorization_details=details), "invalid_scope")
        # And what was refused so has used nothing up.
        assert wallet.refresh(refresh_token(wallet)).status_code == 200

    def test_is_told_in_the_metadata_that_it_may(self, scene: Scene) -> None:
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert "refresh_token" in metadata["grant_types_supported"]


class TestWhoItIsFor:
    def test_only_a_token_that_is_bound_to_a_key_comes_with_one(self, scene: Scene) -> None:
        assert "refresh_token" not in scene.wallet_with_token("overzicht_sdjwt").granted
        assert "refresh_token" in scene.wallet_with_token("overzicht_sdjwt", dpop=True).granted

    def test_another_key_gets_nothing_and_ends_nothing(self, wallet: Wallet) -> None:
        token, own = refresh_token(wallet), wallet.dpop
        wallet.dpop = SoftwareSigner.generate()
        refused(wallet.refresh(token), "invalid_grant")
        wallet.dpop = None
        refused(wallet.refresh(token), "invalid_grant")
        wallet.dpop = own
        assert wallet.refresh(token).status_code == 200

    def test_another_client_gets_nothing(self, wallet: Wallet) -> None:
        refused(wallet.refresh(refresh_token(wallet), client_id="app"), "invalid_grant")
        refused(wallet.refresh(refresh_token(wallet), client_id=None), "invalid_grant")

    @pytest.mark.parametrize(
        "token", ["x", "a.b", f"{'a' * 22}.{'b' * 43}", "\u00e9" * 22 + "." + "b" * 43, "x" * 3000]
    )
    def test_what_was_never_given_is_refused(self, wallet: Wallet, token: str) -> None:
        refused(wallet.refresh(token), "invalid_grant")

    def test_a_request_without_one_is_malformed(self, wallet: Wallet) -> None:
        refused(wallet.http.post("/oauth/token", data={"grant_type": "refresh_token"}), "invalid_request")


class TestHowLong:
    def test_the_whole_family_ends_however_often_it_was_renewed(self, wallet: Wallet, clock: FixedClock) -> None:
        clock.advance(timedelta(days=89))
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
        clock.advance(timedelta(days=2))
        refused(wallet.refresh(refresh_token(wallet)), "invalid_grant")

    def test_what_has_ended_is_thrown_away(self, scene: Scene, wallet: Wallet, clock: FixedClock) -> None:
        purge = Purge(scene.agency.store, clock)
        purge()
        assert families(scene) == 1
        clock.advance(timedelta(days=91))
        purge()
        assert families(scene) == 0

    def test_an_agency_may_give_none(self, tmp_path: Path, clock: FixedClock) -> None:
        scene = Scene(an_agency(tmp_path / "none", clock, refresh_days=0), clock, tmp_path / "none")
        wallet = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        assert "refresh_token" not in wallet.granted
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert "refresh_token" not in metadata["grant_types_supported"]

    def test_an_agency_that_gives_none_any_more_takes_none(
        self, scene: Scene, wallet: Wallet, tmp_path: Path, clock: FixedClock
    ) -> None:
        scene.agency.database.close()
        later = Scene(an_agency(tmp_path, clock, directory=Listing(), refresh_days=0), clock, tmp_path)
        wallet.http = later.http()
        for each in (refresh_token(wallet), "anything"):
            refused(wallet.refresh(each), "unsupported_grant_type")


class TestOnceOnly:
    def test_a_token_that_comes_again_ends_all_that_came_of_it(self, wallet: Wallet) -> None:
        old = refresh_token(wallet)
        assert wallet.refresh(old).status_code == 200
        new, access = refresh_token(wallet), wallet.token
        refused(wallet.refresh(old), "invalid_grant")
        # RFC 9700 section 4.14.2: nobody knows which of the two is the thief.
        refused(wallet.refresh(new), "invalid_grant")
        answer = wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": wallet.proofs()}})
        assert (access, answer.status_code, answer.json()["error"]) == (wallet.token, 401, "invalid_token")

    def test_another_login_of_the_same_citizen_is_not_touched(self, scene: Scene, wallet: Wallet) -> None:
        other = scene.wallet_with_token("overzicht_sdjwt", dpop=True)
        old = refresh_token(wallet)
        wallet.refresh(old)
        refused(wallet.refresh(old), "invalid_grant")
        assert other.refresh(refresh_token(other)).status_code == 200

    def test_it_is_good_once_also_when_many_come_at_the_same_time(self, scene: Scene, wallet: Wallet) -> None:
        token = refresh_token(wallet)

        def refresh(_: int) -> int:
            again = Wallet(scene.http(), scene.clock, wallet.dpop)
            return int(again.refresh(token, client_id=CLIENT).status_code)

        with ThreadPoolExecutor(6) as pool:
            assert sorted(pool.map(refresh, range(6))).count(200) == 1
        assert families(scene) == 0

    def test_a_code_that_comes_again_ends_what_it_led_to(self, scene: Scene) -> None:
        wallet = scene.wallet(dpop=True)
        code = code_for(scene, wallet)
        assert wallet.redeem_login(code).status_code == 200
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
        refused(wallet.redeem_login(code), "invalid_grant")
        refused(wallet.refresh(refresh_token(wallet)), "invalid_grant")
        assert families(scene) == 0

    def test_a_register_that_cannot_be_read_uses_nothing_up(self, scene: Scene, wallet: Wallet) -> None:
        file = scene.folder / "debts" / "samira.json"
        good = file.read_bytes()
        file.write_bytes(b"{")
        assert wallet.refresh(refresh_token(wallet)).status_code == 503
        file.write_bytes(good)
        assert wallet.refresh(refresh_token(wallet)).status_code == 200
