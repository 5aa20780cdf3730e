"""Wallet attestation at an agency's authorization server: who is taken at a provider's word, and who is not."""

import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from credentials.openid.client_attestation import (
    ATTESTATION_HEADER,
    CHALLENGE_HEADER,
    PROOF_HEADER,
    build_attestation,
    build_attestation_proof,
)
from credentials.trust import Participant, Role, make_ca
from credentials.trust.trust_list import issue
from issuer.domain.clients import Attestation
from issuer.settings import TrustListSection
from tests.flows.issuance_kit import CLIENT, REDIRECT, URL, Scene, Wallet, an_agency
from tests.flows.test_issuance_login import code_for

pytestmark = pytest.mark.requirement("vci-wallet-attestation")


@dataclass
class Provider:
    """A wallet provider with an authority of its own."""

    name: str = "Wallet"
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)

    def __post_init__(self) -> None:
        begin = datetime.now(UTC) - timedelta(days=1)
        end = begin + timedelta(days=300)
        self.authority = make_ca(f"{self.name} CA", not_before=begin, not_after=end)
        self.chain = (
            self.authority.issue_leaf(
                self.signer.public_jwk, uri=CLIENT, dns="wallet.example", common_name=self.name,
                organisation=self.name, oin=None, not_before=begin, not_after=end,
            ),
        )  # fmt: skip

    @property
    def participant(self) -> Participant:
        return Participant(
            CLIENT,
            self.name,
            frozenset({Role.WALLET}),
            anchors=(self.authority.der,),
            client_ids=(CLIENT,),
            redirect_uris=(REDIRECT,),
        )


@dataclass
class AttestedWallet(Wallet):
    """A wallet that authenticates; `changed` spoils what it sends."""

    provider: Provider = field(default_factory=Provider)
    instance: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    changed: dict[str, Any] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def challenge(self) -> str:
        answer = self.http.post("/oauth/challenge")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        return str(answer.json()["attestation_challenge"])

    def headers(self) -> dict[str, str]:
        now = self.clock.now()
        attested = {
            "client_id": CLIENT,
            "instance": self.instance.public_jwk,
            "now": now,
            **self.changed.get("attested", {}),
        }
        proven = {"client_id": CLIENT, "audience": self.url, "now": now, **self.changed.get("proven", {})}
        proven.setdefault("challenge", self.challenge())
        proven.setdefault("jti", secrets.token_urlsafe(16))
        attestation = build_attestation(
            self.changed.get("provider", self.provider).signer,
            self.changed.get("chain", self.provider.chain),
            issuer=CLIENT,
            **{"lifetime": timedelta(hours=1), **attested},
        )
        proof = build_attestation_proof(self.changed.get("instance", self.instance), **proven)
        self.last = {ATTESTATION_HEADER: attestation, PROOF_HEADER: proof}
        return {name: value for name, value in self.last.items() if name not in self.changed.get("without", ())}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def provider() -> Provider:
    return Provider()


def a_scene(folder: Path, clock: FixedClock, *participants: Participant, **more: Any) -> Scene:
    root = SoftwareSigner.generate()
    (folder / "scheme.jwk").write_text(json.dumps(root.public_jwk.to_dict()))
    jwt = issue(participants, root, issuer="https://stelsel.example", sequence=1, now=clock.now())
    (folder / "list.jwt").write_text(jwt)
    listed = TrustListSection(source=str(folder / "list.jwt"), key=folder / "scheme.jwk")
    return Scene(an_agency(folder, clock, trust_list=listed, **more), clock, folder)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock, provider: Provider) -> Scene:
    return a_scene(tmp_path, clock, provider.participant, wallet_attestation=Attestation.REQUIRED)


def a_wallet(scene: Scene, provider: Provider, *, dpop: bool = True) -> AttestedWallet:
    signer = SoftwareSigner.generate() if dpop else None
    return AttestedWallet(scene.http(), scene.clock, signer, scene.url, provider=provider)


def error_of(answer: Any) -> tuple[int, str]:
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["error"]


class TestAWalletThatAuthenticates:
    def test_has_its_cards_and_comes_again(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        assert wallet.redeem_login(code_for(scene, wallet)).status_code == 200
        assert wallet.credentials("overzicht_sdjwt")
        assert wallet.refresh(str(wallet.granted["refresh_token"])).status_code == 200

    def test_needs_no_client_id_with_a_pre_authorized_code(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        assert wallet.redeem(scene.offered_code("overzicht_sdjwt")).status_code == 200
        assert wallet.credentials("overzicht_sdjwt")

    def test_is_told_how_in_the_metadata(self, scene: Scene) -> None:
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert metadata["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]
        assert metadata["client_attestation_signing_alg_values_supported"] == ["ES256"]
        assert metadata["client_attestation_pop_signing_alg_values_supported"] == ["ES256"]
        assert metadata["challenge_endpoint"] == f"{URL}/oauth/challenge"
        assert metadata["pre-authorized_grant_anonymous_access_supported"] is False


class TestTheSameWalletComesBack:
    def test_another_installed_wallet_gets_nothing_for_its_code(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        code = code_for(scene, wallet)
        own, wallet.instance = wallet.instance, SoftwareSigner.generate()
        assert error_of(wallet.redeem_login(code)) == (400, "invalid_grant")
        wallet.instance = own
        assert wallet.redeem_login(code).status_code == 200

    def test_another_installed_wallet_gets_nothing_for_its_refresh_token(
        self, scene: Scene, provider: Provider
    ) -> None:
        wallet = a_wallet(scene, provider)
        wallet.redeem(scene.offered_code("overzicht_sdjwt"))
        token = str(wallet.granted["refresh_token"])
        own, wallet.instance = wallet.instance, SoftwareSigner.generate()
        assert error_of(wallet.refresh(token, client_id=CLIENT)) == (400, "invalid_grant")
        wallet.instance = own
        assert wallet.refresh(token, client_id=CLIENT).status_code == 200

    @pytest.mark.requirement("as-revocation")
    def test_another_installed_wallet_cannot_give_its_tokens_back(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        wallet.redeem(scene.offered_code("overzicht_sdjwt"))
        form = {"token": str(wallet.granted["refresh_token"]), "client_id": CLIENT}
        assert error_of(wallet.http.post("/oauth/revoke", data=form)) == (400, "invalid_client")
        own, wallet.instance = wallet.instance, SoftwareSigner.generate()
        assert error_of(wallet.http.post("/oauth/revoke", data=form, headers=wallet.headers())) == (
            400,
            "invalid_grant",
        )
        assert wallet.credentials("overzicht_sdjwt")
        wallet.instance = own
        assert wallet.http.post("/oauth/revoke", data=form, headers=wallet.headers()).status_code == 200
        assert error_of(wallet.refresh(form["token"], client_id=CLIENT)) == (400, "invalid_grant")

    def test_who_authenticated_once_does_so_again_where_it_is_not_demanded(
        self, tmp_path: Path, clock: FixedClock, provider: Provider
    ) -> None:
        scene = a_scene(tmp_path, clock, provider.participant)
        wallet = a_wallet(scene, provider)
        code = code_for(scene, wallet)
        wallet.changed["without"] = (ATTESTATION_HEADER, PROOF_HEADER)
        assert error_of(wallet.redeem_login(code)) == (400, "invalid_grant")


# suites.md section 5, the issuer's modules on client attestation, at both endpoints.
STRANGER = Provider("Boef")
SPOILED: dict[str, tuple[dict[str, Any], str]] = {
    "no attestation": ({"without": (ATTESTATION_HEADER, PROOF_HEADER)}, "invalid_client"),
    "no proof": ({"without": (PROOF_HEADER,)}, "invalid_client_attestation"),
    "a proof alone": ({"without": (ATTESTATION_HEADER,)}, "invalid_client_attestation"),
    "a signature by another provider": ({"provider": STRANGER}, "invalid_client_attestation"),
    "a provider that nobody lists": ({"provider": STRANGER, "chain": STRANGER.chain}, "invalid_client_attestation"),
    "an attestation that has ended": ({"attested": {"lifetime": timedelta(hours=-1)}}, "invalid_client_attestation"),
    "no subject": ({"attested": {"client_id": ""}}, "invalid_client_attestation"),
    "a wallet that the provider does not have": ({"attested": {"client_id": "app"}}, "invalid_client_attestation"),
    "a proof for another server": ({"proven": {"audience": "https://a.example"}}, "invalid_client_attestation"),
    "a proof by another key": ({"instance": SoftwareSigner.generate()}, "invalid_client_attestation"),
    "a proof of another client": ({"proven": {"client_id": "app"}}, "invalid_client_attestation"),
    "no challenge": ({"proven": {"challenge": None}}, "use_attestation_challenge"),
    "a challenge of nowhere": ({"proven": {"challenge": "x" * 51}}, "use_attestation_challenge"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_wallet_that_proves_nothing_is_refused_at_both_endpoints(scene: Scene, provider: Provider, name: str) -> None:
    changed, error = SPOILED[name]
    wallet = a_wallet(scene, provider)
    wallet.changed = changed
    assert error_of(wallet.push()) == (400, error)
    code = scene.offered_code("overzicht_sdjwt")
    refused = wallet.redeem(code)
    assert error_of(refused) == (400, error)
    assert (CHALLENGE_HEADER in refused.headers) == (error == "use_attestation_challenge")
    # Nothing was used up by it.
    wallet.changed = {}
    assert wallet.redeem(code).status_code == 200


class TestChallenges:
    def test_the_one_that_comes_with_the_refusal_is_good(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        wallet.changed = {"proven": {"challenge": None}}
        wallet.changed = {"proven": {"challenge": wallet.push().headers[CHALLENGE_HEADER]}}
        assert wallet.push().status_code == 201

    def test_they_grow_old(self, scene: Scene, provider: Provider, clock: FixedClock) -> None:
        wallet = a_wallet(scene, provider)
        wallet.changed = {"proven": {"challenge": wallet.challenge()}}
        clock.advance(timedelta(minutes=6))
        assert error_of(wallet.push()) == (400, "use_attestation_challenge")

    def test_a_c_nonce_is_none(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        wallet.changed = {"proven": {"challenge": wallet.nonce()}}
        assert error_of(wallet.push()) == (400, "use_attestation_challenge")

    def test_a_proof_is_good_once(self, scene: Scene, provider: Provider) -> None:
        wallet = a_wallet(scene, provider)
        assert wallet.push().status_code == 201
        again = wallet.http.post("/oauth/par", data=wallet.pushed, headers=wallet.last)
        assert error_of(again) == (400, "invalid_client_attestation")


class TestWhoseWordCounts:
    def test_a_provider_that_left_the_list_attests_nobody(
        self, tmp_path: Path, clock: FixedClock, provider: Provider
    ) -> None:
        gone = replace(provider.participant, withdrawn_at=clock.now() - timedelta(days=2))
        scene = a_scene(tmp_path, clock, gone, wallet_attestation=Attestation.REQUIRED)
        assert error_of(a_wallet(scene, provider).push()) == (400, "invalid_client_attestation")

    def test_an_issuer_attests_no_wallets(self, tmp_path: Path, clock: FixedClock, provider: Provider) -> None:
        other = replace(provider.participant, roles=frozenset({Role.ISSUER}))
        scene = a_scene(tmp_path, clock, other, wallet_attestation=Attestation.REQUIRED)
        assert error_of(a_wallet(scene, provider).push()) == (400, "invalid_client_attestation")

    def test_when_the_list_has_ended_nobody_comes_in_and_the_fault_is_not_the_wallets(
        self, scene: Scene, provider: Provider, clock: FixedClock
    ) -> None:
        code = scene.offered_code("overzicht_sdjwt")
        wallet = a_wallet(scene, provider)
        clock.advance(timedelta(days=1, minutes=1))
        for answer in (wallet.push(), wallet.redeem(code)):
            assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
            assert answer.headers["retry-after"] == "60"
        # What does not hold under any list is refused as ever.
        wallet.changed = {"without": (PROOF_HEADER,)}
        assert error_of(wallet.push()) == (400, "invalid_client_attestation")


class TestAsTheSettingSays:
    def test_taken_where_it_comes_and_not_demanded(self, tmp_path: Path, clock: FixedClock, provider: Provider) -> None:
        scene = a_scene(tmp_path, clock, provider.participant)
        assert scene.wallet().push().status_code == 201
        wallet = a_wallet(scene, provider)
        assert wallet.push().status_code == 201
        wallet.changed = {"provider": STRANGER}
        assert error_of(wallet.push()) == (400, "invalid_client_attestation")
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert metadata["token_endpoint_auth_methods_supported"] == ["none", "attest_jwt_client_auth"]

    def test_not_at_all(self, tmp_path: Path, clock: FixedClock, provider: Provider) -> None:
        scene = a_scene(tmp_path, clock, provider.participant, wallet_attestation=Attestation.OFF)
        wallet = a_wallet(scene, provider)
        wallet.changed = {"provider": STRANGER}
        assert wallet.push().status_code == 201
        metadata = scene.http().get("/.well-known/oauth-authorization-server").json()
        assert metadata["token_endpoint_auth_methods_supported"] == ["none"]
        assert "challenge_endpoint" not in metadata

    def test_it_cannot_be_demanded_without_a_list_of_providers(self, tmp_path: Path, clock: FixedClock) -> None:
        with pytest.raises(ValueError, match="trust_list"):
            an_agency(tmp_path, clock, wallet_attestation=Attestation.REQUIRED)
