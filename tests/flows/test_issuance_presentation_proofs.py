"""An agency that also takes a W3C presentation as proof of a key (OpenID4VCI 1.0 appendix F.2)."""

from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.dids import did_jwk, did_key
from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.formats.ldp_vc import KEY_PROOF_SUITES, Canonicaliser, ContextBundle, make_key_proof
from credentials.keys import Algorithm, SoftwareSigner
from issuer.domain.configurations import Securing
from tests.flows.issuance_kit import NOW, URL, Scene, Wallet, an_agency

pytestmark = pytest.mark.requirement("vci-di-vp")

CANONICALISER = Canonicaliser(ContextBundle())
SECURINGS = (Securing.SD_JWT, Securing.EDDSA_RDFC, Securing.MDOC)
CREDENTIAL = "overzicht_sdjwt"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock) -> Scene:
    agency = an_agency(tmp_path, clock, proof_types=("jwt", "di_vp"), securings=SECURINGS)
    return Scene(agency, clock, tmp_path)


def a_proof(wallet: Wallet, signer: SoftwareSigner | None = None, **changed: Any) -> JsonObject:
    by = signer or SoftwareSigner.generate()
    method = changed.pop("method", None) or did_key(by.public_jwk)[1]
    how: Any = {"audience": URL, "now": wallet.clock.now(), "canonicaliser": CANONICALISER, **changed}
    how.setdefault("nonce", wallet.nonce())
    return make_key_proof(by, method, **how)


def ask(wallet: Wallet, *presentations: JsonObject, credential: str = CREDENTIAL) -> Any:
    return wallet.ask({"credential_configuration_id": credential, "proofs": {"di_vp": [*presentations]}})


def refused(answer: Any, error: str = "invalid_proof") -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, error), answer.text


def payload_of(credential: str) -> JsonObject:
    return json_object(b64url_decode(credential.split(".")[1], "payload"))


def test_the_metadata_name_the_suites_where_a_key_can_be_bound_by_its_did(scene: Scene) -> None:
    metadata = scene.http().get("/.well-known/openid-credential-issuer").json()
    types = {
        name: each["proof_types_supported"] for name, each in metadata["credential_configurations_supported"].items()
    }
    offered = {"proof_signing_alg_values_supported": [*KEY_PROOF_SUITES]}
    assert types["overzicht_sdjwt"]["di_vp"] == offered
    assert types["overzicht_ldp"]["di_vp"] == offered
    # An mdoc holds a key and no DID.
    assert types["overzicht_mdoc"].keys() == {"jwt"}
    assert all("jwt" in each for each in types.values())


@pytest.mark.parametrize("did", [did_key, did_jwk])
@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.EDDSA])
def test_a_card_is_bound_to_the_key_that_was_proven(scene: Scene, did: Any, algorithm: Algorithm) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL, "overzicht_ldp")
    signer = SoftwareSigner.generate(algorithm)
    subject, method = did(signer.public_jwk)
    answer = ask(wallet, a_proof(wallet, signer, method=method))
    assert answer.status_code == 200, answer.text
    (issued,) = answer.json()["credentials"]
    assert payload_of(issued["credential"])["cnf"] == {"kid": method}
    answer = ask(wallet, a_proof(wallet, signer, method=method), credential="overzicht_ldp")
    assert answer.status_code == 200, answer.text
    (issued,) = answer.json()["credentials"]
    assert issued["credential"]["credentialSubject"]["id"] == subject


def test_a_batch_gives_a_card_for_each_key_and_shares_a_nonce(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL)
    nonce, signers = wallet.nonce(), [SoftwareSigner.generate() for _ in range(3)]
    answer = ask(wallet, *(a_proof(wallet, each, nonce=nonce) for each in signers))
    assert answer.status_code == 200, answer.text
    bound = [payload_of(each["credential"])["cnf"] for each in answer.json()["credentials"]]
    assert bound == [{"kid": did_key(each.public_jwk)[1]} for each in signers]


def test_a_nonce_is_good_once(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL)
    nonce = wallet.nonce()
    assert ask(wallet, a_proof(wallet, nonce=nonce)).status_code == 200
    refused(ask(wallet, a_proof(wallet, nonce=nonce)), "invalid_nonce")
    # And none but ours: the other kind of proof used it up as well.
    fresh = wallet.nonce()
    assert wallet.credentials(CREDENTIAL, proofs=wallet.proofs(nonce=fresh))
    refused(ask(wallet, a_proof(wallet, nonce=fresh)), "invalid_nonce")
    refused(ask(wallet, a_proof(wallet, nonce="van een ander")), "invalid_nonce")
    refused(ask(wallet, a_proof(wallet, nonce=None)))


def test_two_kinds_of_proof_in_one_request_are_refused(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL)
    proofs: JsonObject = {"di_vp": [a_proof(wallet)], "jwt": [*wallet.proofs()]}
    refused(wallet.ask({"credential_configuration_id": CREDENTIAL, "proofs": proofs}))


def test_a_proof_for_another_or_of_another_is_refused(scene: Scene) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL)
    signer = SoftwareSigner.generate()
    refused(ask(wallet, a_proof(wallet, audience="https://elders.example")))
    refused(ask(wallet, a_proof(wallet, SoftwareSigner.generate(), method=did_key(signer.public_jwk)[1])))
    refused(ask(wallet, a_proof(wallet, method="did:web:elders.example#k")))
    nonce = wallet.nonce()
    refused(ask(wallet, a_proof(wallet, signer, nonce=nonce), a_proof(wallet, signer, nonce=nonce)))
    refused(ask(wallet, *(a_proof(wallet) for _ in range(11))), "invalid_credential_request")


@pytest.mark.parametrize("proof", [None, [], "x", {}, {"type": "DataIntegrityProof"}, [{}, {}], {"proofValue": "z"}])
def test_half_a_proof_is_refused_as_the_specification_says(scene: Scene, proof: Any) -> None:
    wallet = scene.wallet_with_token(CREDENTIAL)
    refused(ask(wallet, {**a_proof(wallet), "proof": proof}))
    refused(ask(wallet, {"proof": proof}))


def test_without_the_setting_such_a_proof_is_refused_and_not_offered(tmp_path: Path, clock: FixedClock) -> None:
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    wallet = scene.wallet_with_token(CREDENTIAL)
    refused(ask(wallet, a_proof(wallet)))
    metadata = scene.http().get("/.well-known/openid-credential-issuer").text
    assert "di_vp" not in metadata


@pytest.mark.parametrize(
    "settings",
    [
        {"proof_types": ("di_vp",)},
        {"proof_types": ()},
        {"proof_types": ("jwt", "jwt")},
        {"proof_types": ("jwt", "attestation")},
        # Such a proof has no place for the attestation that is demanded.
        {"proof_types": ("jwt", "di_vp"), "key_attestation": "required", "key_attesters": (Path("ca.pem"),)},
    ],
)
def test_proof_types_that_do_not_go_together_stop_the_start(
    tmp_path: Path, clock: FixedClock, settings: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="proof"):
        an_agency(tmp_path, clock, **settings)
