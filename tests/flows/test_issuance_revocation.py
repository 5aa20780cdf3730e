"""A wallet gives its tokens back (RFC 7009)."""

from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from tests.flows.issuance_kit import CLIENT, NOW, Scene, Wallet, an_agency
from tests.flows.test_issuance_login import code_for
from tests.flows.test_issuance_refresh import Listing

pytestmark = pytest.mark.requirement("as-revocation")

CREDENTIAL = "overzicht_sdjwt"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock, directory=Listing()), clock, tmp_path)


def revoke(scene: Scene, token: str, **more: str) -> Any:
    return scene.http().post("/oauth/revoke", data={"token": token, **more})


def done(answer: Any) -> bool:
    # Section 2.2: nothing in the body is looked at.
    assert answer.headers["cache-control"] == "no-store"
    return bool(answer.status_code == 200 and not answer.content)


def works(wallet: Wallet, token: str) -> bool:
    body: Any = {"credential_configuration_id": CREDENTIAL, "proofs": {"jwt": wallet.proofs()}}
    answer = wallet.ask(body, token=token)
    assert answer.status_code in (200, 401), answer.text
    return bool(answer.status_code == 200)


def test_the_metadata_say_where(scene: Scene) -> None:
    metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
    assert metadata["revocation_endpoint"] == f"{scene.url}/oauth/revoke"
    assert metadata["revocation_endpoint_auth_methods_supported"] == metadata["token_endpoint_auth_methods_supported"]


def test_a_refresh_token_ends_with_the_access_tokens_beside_it(scene: Scene) -> None:
    wallet, other = (scene.wallet_with_token(CREDENTIAL, dpop=True) for _ in range(2))
    refresh, token = str(wallet.granted["refresh_token"]), wallet.token
    assert works(wallet, token)
    assert done(revoke(scene, refresh, token_type_hint="refresh_token"))
    assert not works(wallet, token)
    assert wallet.refresh(refresh).json()["error"] == "invalid_grant"
    # Nobody else's.
    assert works(other, other.token)
    assert other.refresh(str(other.granted["refresh_token"])).status_code == 200


@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "iets"}])
def test_an_access_token_ends_by_itself(scene: Scene, hint: dict[str, str]) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL, dpop=True)
    assert done(revoke(scene, wallet.token, **hint))
    assert not works(wallet, wallet.token)
    assert wallet.refresh(str(wallet.granted["refresh_token"])).status_code == 200


def test_a_token_that_is_none_is_answered_alike(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL, dpop=True)
    refresh = str(wallet.granted["refresh_token"])
    for token in ("x", "é", wallet.token[:-1], refresh[:-1], f"{refresh[:-1]}-", f"{'A' * 22}.{'B' * 43}"):
        assert done(revoke(scene, token))
    assert works(wallet, wallet.token)
    assert done(revoke(scene, refresh))
    assert done(revoke(scene, refresh)), "twice is once"


def test_a_refresh_token_that_was_used_before_ends_nothing(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL, dpop=True)
    used = str(wallet.granted["refresh_token"])
    assert wallet.refresh(used).status_code == 200
    assert done(revoke(scene, used))
    assert works(wallet, wallet.token)
    assert wallet.refresh(str(wallet.granted["refresh_token"])).status_code == 200


def test_a_token_of_another_client_is_not_ended(scene: Scene) -> None:
    wallet = scene.wallet(dpop=True)
    assert wallet.redeem_login(code_for(scene, wallet)).status_code == 200
    for token in (wallet.token, str(wallet.granted["refresh_token"])):
        for client in ({}, {"client_id": "https://elders.example"}):
            answer = revoke(scene, token, **client)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert works(wallet, wallet.token)
    assert done(revoke(scene, str(wallet.granted["refresh_token"]), client_id=CLIENT))
    assert not works(wallet, wallet.token)


@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "x" * 5_000}, {"token": ["a", "b"]}])
def test_half_a_request_is_refused(scene: Scene, form: Any) -> None:
    answer = scene.http().post("/oauth/revoke", data=form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert scene.http().post("/oauth/revoke", json={"token": "x"}).status_code == 400
    assert scene.http().get("/oauth/revoke").status_code == 405
