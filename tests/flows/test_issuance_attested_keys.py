"""An agency that wants each key attested, and the proof type that is nothing but an attestation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock, epoch
from credentials.encoding import JsonObject, b64url_decode, json_object
from credentials.jose import sign_compact
from credentials.keys import SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.issuer_metadata import Attestations, parse_issuer_metadata
from tests.flows.issuance_kit import URL, Scene, Wallet, an_agency
from tests.flows.test_issuance_attestation import STRANGER, Provider, a_scene

KEYS = tuple(SoftwareSigner.generate() for _ in range(3))


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def scene(tmp_path: Path, clock: FixedClock, provider: Provider) -> Scene:
    return a_scene(tmp_path, clock, provider.participant, key_attestation="required")


def attest(provider: Provider, now: datetime, **changed: Any) -> str:
    signer, keys = changed.pop("signer", provider.signer), changed.pop("keys", KEYS)
    claims: JsonObject = {
        "iat": epoch(now),
        "exp": epoch(now + timedelta(hours=1)),
        "attested_keys": [dict(each.public_jwk.members) for each in keys],
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return sign_compact({"typ": "key-attestation+jwt", "x5c": [*build_x5c(provider.chain)]}, kept, signer)


def ask(wallet: Wallet, proofs: JsonObject) -> Any:
    return wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": proofs})


def by_jwt(wallet: Wallet, attestation: str | None, signer: SoftwareSigner = KEYS[0]) -> Any:
    header: Any = {"typ": "openid4vci-proof+jwt", "jwk": dict(signer.public_jwk.members)}
    if attestation is not None:
        header["key_attestation"] = attestation
    claims: Any = {"aud": URL, "iat": epoch(wallet.clock.now()), "nonce": wallet.nonce()}
    return ask(wallet, {"jwt": [sign_compact(header, claims, signer)]})


def bound_to(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    issued = [str(each["credential"]).split(".")[1] for each in answer.json()["credentials"]]
    return [json_object(b64url_decode(each, "payload"))["cnf"] for each in issued]


def refused(answer: Any, error: str = "invalid_proof") -> None:
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.requirement("vci-key-attestation")
def test_the_metadata_say_that_keys_must_be_attested(scene: Scene) -> None:
    body = scene.http().get("/.well-known/openid-credential-issuer")
    types = body.json()["credential_configurations_supported"]["overzicht_sdjwt"]["proof_types_supported"]
    assert types["jwt"]["key_attestations_required"] == {}
    assert types["attestation"] == {"proof_signing_alg_values_supported": ["ES256"], "key_attestations_required": {}}
    read = parse_issuer_metadata(body.content, credential_issuer=URL, insecure_localhost=True)
    assert read.configurations["overzicht_sdjwt"].attestations is Attestations.REQUIRED


@pytest.mark.requirement("vci-key-attestation")
def test_a_proof_speaks_for_every_key_that_was_attested_beside_it(scene: Scene, provider: Provider) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    expected = [{"jwk": dict(each.public_jwk.members)} for each in KEYS]
    assert bound_to(by_jwt(wallet, attest(provider, wallet.clock.now()))) == expected


@pytest.mark.requirement("vci-key-attestation", "vci-attestation-proof")
def test_an_attestation_by_itself_is_a_proof(scene: Scene, provider: Provider) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    proof = attest(provider, wallet.clock.now(), nonce=wallet.nonce(), exp=None)
    assert bound_to(ask(wallet, {"attestation": [proof]})) == [{"jwk": dict(each.public_jwk.members)} for each in KEYS]
    # The nonce is used up by it.
    refused(ask(wallet, {"attestation": [proof]}), "invalid_nonce")


def test_a_proof_without_an_attestation_is_refused(scene: Scene) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    refused(by_jwt(wallet, None))
    refused(ask(wallet, {"jwt": wallet.proofs()}))


def test_the_word_of_nobody_known_is_refused(scene: Scene, provider: Provider) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    now = wallet.clock.now()
    refused(by_jwt(wallet, attest(STRANGER, now)))
    refused(by_jwt(wallet, attest(provider, now, signer=STRANGER.signer)))
    refused(ask(wallet, {"attestation": [attest(STRANGER, now, nonce=wallet.nonce())]}))


@pytest.mark.requirement("vci-attestation-proof")
def test_an_attestation_without_a_nonce_of_ours_is_no_proof(scene: Scene, provider: Provider) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    now = wallet.clock.now()
    refused(ask(wallet, {"attestation": [attest(provider, now)]}))
    refused(ask(wallet, {"attestation": [attest(provider, now, nonce="x" * 51)]}), "invalid_nonce")


@pytest.mark.parametrize("changed", [{"attested_keys": []}, {"attested_keys": None}, {"iat": None}, {"exp": 1}])
def test_an_attestation_that_says_too_little_is_no_proof(
    scene: Scene, provider: Provider, changed: dict[str, Any]
) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    refused(ask(wallet, {"attestation": [attest(provider, wallet.clock.now(), nonce=wallet.nonce(), **changed)]}))


@pytest.mark.requirement("vci-attestation-proof")
@pytest.mark.parametrize("proofs", [{"attestation": []}, {"attestation": "x"}, {"attestation": ["x", "x"]}])
def test_there_is_exactly_one_attestation(scene: Scene, proofs: JsonObject) -> None:
    refused(ask(scene.wallet_with_token("overzicht_sdjwt"), proofs))


def test_more_keys_than_a_batch_has_are_refused(scene: Scene, provider: Provider) -> None:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    many = [SoftwareSigner.generate() for _ in range(11)]
    attestation = attest(provider, wallet.clock.now(), nonce=wallet.nonce(), keys=many)
    refused(ask(wallet, {"attestation": [attestation]}), "invalid_credential_request")
    refused(by_jwt(wallet, attestation, many[0]), "invalid_credential_request")


@pytest.mark.requirement("vci-attestation-proof")
def test_where_nobody_is_trusted_an_attestation_is_no_proof(
    tmp_path: Path, clock: FixedClock, provider: Provider
) -> None:
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    refused(ask(wallet, {"attestation": [attest(provider, wallet.clock.now(), nonce=wallet.nonce())]}))
    types = scene.http().get("/.well-known/openid-credential-issuer").json()["credential_configurations_supported"]
    assert set(types["overzicht_sdjwt"]["proof_types_supported"]) == {"jwt"}


def test_it_cannot_be_demanded_where_nobody_is_trusted(tmp_path: Path, clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="key_attesters"):
        an_agency(tmp_path, clock, key_attestation="required")


def test_when_the_list_has_ended_nothing_is_issued_and_the_fault_is_not_the_wallets(
    scene: Scene, provider: Provider, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=23, minutes=59))
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    clock.advance(timedelta(minutes=2))
    for answer in (
        by_jwt(wallet, attest(provider, clock.now())),
        ask(wallet, {"attestation": [attest(provider, clock.now(), nonce=wallet.nonce())]}),
    ):
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert answer.headers["retry-after"] == "60"
    # What does not hold under any list is refused as ever.
    refused(by_jwt(wallet, None))
