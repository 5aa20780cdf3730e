"""An agency that wants its own nonce in every DPoP proof (RFC 9449 sections 8 and 9)."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from credentials.openid.dpop import build_dpop_proof
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from tests.flows.issuance_kit import CLIENT, NOW, URL, Scene, an_agency
from tests.flows.test_issuance_refresh import Listing

pytestmark = pytest.mark.requirement("as-dpop-nonce")

CREDENTIAL = "overzicht_sdjwt"
KEY = SoftwareSigner.generate()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    return Scene(an_agency(tmp_path, clock, dpop_nonce="required", directory=Listing()), clock, tmp_path)


def proof(clock: FixedClock, path: str, nonce: str | None = None, token: str | None = None, **changed: Any) -> str:
    how: Any = {"jti": secrets.token_urlsafe(16), "now": clock.now(), **changed}
    return build_dpop_proof(KEY, method="POST", url=URL + path, nonce=nonce, access_token=token, **how)


def redeem(scene: Scene, code: str, *proofs: str) -> Any:
    form = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": code}
    return scene.http().post("/oauth/token", data=form, headers=[("dpop", each) for each in proofs])


def wanted(answer: Any) -> str:
    """Return the nonce of an answer that says that it is wanted at the authorization server."""
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce"), answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.headers["dpop-nonce"])


def a_token(scene: Scene, nonce: str | None = None) -> tuple[str, str]:
    code = scene.offered_code(CREDENTIAL)
    nonce = nonce or wanted(redeem(scene, code, proof(scene.clock, "/oauth/token")))
    answer = redeem(scene, code, proof(scene.clock, "/oauth/token", nonce))
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.text
    return str(answer.json()["access_token"]), nonce


def ask(scene: Scene, token: str, dpop: str) -> Any:
    body = {"credential_configuration_id": CREDENTIAL, "proofs": {"jwt": scene.wallet().proofs()}}
    return scene.http().post("/credential", json=body, headers={"authorization": f"DPoP {token}", "dpop": dpop})


def test_a_wallet_comes_again_with_the_nonce_and_gets_its_token_and_its_card(scene: Scene) -> None:
    token, nonce = a_token(scene)
    first = ask(scene, token, proof(scene.clock, "/credential", token=token))
    # Section 9: a resource says so in its challenge.
    assert first.status_code == 401
    assert first.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
    assert 'algs="ES256"' in first.headers["www-authenticate"]
    fresh = first.headers["dpop-nonce"]
    assert ask(scene, token, proof(scene.clock, "/credential", fresh, token)).status_code == 200
    # Good for as long as it lives, at both: what is good once is the proof.
    assert ask(scene, token, proof(scene.clock, "/credential", nonce, token)).status_code == 200
    assert a_token(scene, fresh)[0]


def test_a_code_is_not_used_up_by_who_is_told_to_come_again(scene: Scene) -> None:
    code = scene.offered_code(CREDENTIAL)
    for _ in range(7):
        wanted(redeem(scene, code, proof(scene.clock, "/oauth/token")))
    nonce = wanted(redeem(scene, code, proof(scene.clock, "/oauth/token")))
    assert redeem(scene, code, proof(scene.clock, "/oauth/token", nonce)).status_code == 200


@pytest.mark.parametrize("nonce", ["van een ander", "x" * 5_000, "A" * 51, ""])
def test_a_nonce_that_is_not_ours_is_answered_with_one_that_is(scene: Scene, nonce: str) -> None:
    code = scene.offered_code(CREDENTIAL)
    fresh = wanted(redeem(scene, code, proof(scene.clock, "/oauth/token", nonce)))
    assert redeem(scene, code, proof(scene.clock, "/oauth/token", fresh)).status_code == 200


def test_a_nonce_for_a_key_proof_is_none_for_dpop_nor_the_other_way_round(scene: Scene) -> None:
    code = scene.offered_code(CREDENTIAL)
    nonce = wanted(redeem(scene, code, proof(scene.clock, "/oauth/token", scene.wallet().nonce())))
    answer = redeem(scene, code, proof(scene.clock, "/oauth/token", nonce))
    token = str(answer.json()["access_token"])
    proofs = scene.wallet().proofs(nonce=nonce)
    refused = scene.http().post(
        "/credential",
        json={"credential_configuration_id": CREDENTIAL, "proofs": {"jwt": proofs}},
        headers={"authorization": f"DPoP {token}", "dpop": proof(scene.clock, "/credential", nonce, token)},
    )
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_nonce")


def test_a_nonce_ends(scene: Scene, clock: FixedClock) -> None:
    token, nonce = a_token(scene)
    clock.advance(timedelta(minutes=5))
    answer = ask(scene, token, proof(clock, "/credential", nonce, token))
    assert (answer.status_code, answer.headers["dpop-nonce"] != nonce) == (401, True)


def test_a_proof_is_good_once_with_a_nonce_too_and_a_wrong_one_gets_no_nonce(scene: Scene) -> None:
    token, nonce = a_token(scene)
    once = proof(scene.clock, "/credential", nonce, token)
    assert ask(scene, token, once).status_code == 200
    again = ask(scene, token, once)
    assert (again.status_code, 'error="invalid_dpop_proof"' in again.headers["www-authenticate"]) == (401, True)
    wrong = ask(scene, token, proof(scene.clock, "/nonce", token=token))
    assert (wrong.status_code, "dpop-nonce" in wrong.headers) == (401, False)
    code = scene.offered_code(CREDENTIAL)
    for proofs in ((proof(scene.clock, "/credential"),), (proof(scene.clock, "/oauth/token"),) * 2):
        answer = redeem(scene, code, *proofs)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
        assert "dpop-nonce" not in answer.headers


def test_where_a_request_is_pushed_it_is_wanted_too_and_a_bearer_needs_none(scene: Scene) -> None:
    wallet = scene.wallet()
    assert wallet.push().status_code == 201
    pushed = scene.http().post("/oauth/par", data=wallet.pushed, headers={"dpop": proof(scene.clock, "/oauth/par")})
    nonce = wanted(pushed)
    headers = {"dpop": proof(scene.clock, "/oauth/par", nonce)}
    assert scene.http().post("/oauth/par", data=wallet.pushed, headers=headers).status_code == 201
    assert wallet.pushed["client_id"] == CLIENT
    assert scene.wallet_with_token(CREDENTIAL).credentials(CREDENTIAL)


def test_without_the_setting_no_nonce_is_given_or_looked_at(tmp_path: Path, clock: FixedClock) -> None:
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    answer = redeem(scene, scene.offered_code(CREDENTIAL), proof(clock, "/oauth/token", "van een ander"))
    assert (answer.status_code, "dpop-nonce" in answer.headers) == (200, False)
