"""An agency and wallets that send key attestations: as the European libraries do, and as nobody should."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock, epoch
from credentials.encoding import b64url_decode, json_object
from credentials.errors import ConfigurationError
from credentials.jose import sign_compact
from credentials.keys import SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.trust import CertificateAuthority, make_ca
from credentials.trust.x509 import to_pem
from tests.flows.issuance_kit import URL, Scene, Wallet, an_agency

HELD = SoftwareSigner.generate()


class Provider:
    """A wallet provider with an authority of its own."""

    def __init__(self, name: str) -> None:
        self.signer = SoftwareSigner.generate()
        begin = datetime.now(UTC) - timedelta(days=1)
        end = begin + timedelta(days=300)
        self.authority: CertificateAuthority = make_ca(f"{name} CA", not_before=begin, not_after=end)
        self.leaf = self.authority.issue_leaf(
            self.signer.public_jwk, uri="https://wallet.example", dns="wallet.example", common_name=name,
            organisation=name, oin=None, not_before=begin, not_after=end, eku=None,
        )  # fmt: skip

    def attest(self, now: datetime, *keys: SoftwareSigner) -> str:
        claims: Any = {
            "iat": epoch(now),
            "exp": epoch(now + timedelta(hours=1)),
            "attested_keys": [dict(each.public_jwk.members) for each in keys],
            "key_storage": ["iso_18045_moderate"],
        }
        return sign_compact({"typ": "key-attestation+jwt", "x5c": build_x5c([self.leaf])}, claims, self.signer)


def a_proof(wallet: Wallet, attestation: str, signer: SoftwareSigner = HELD) -> str:
    header: Any = {"typ": "openid4vci-proof+jwt", "kid": "0", "key_attestation": attestation}
    return sign_compact(header, {"aud": URL, "iat": epoch(wallet.clock.now()), "nonce": wallet.nonce()}, signer)


def ask(scene: Scene, attestation: str, signer: SoftwareSigner = HELD) -> Any:
    wallet = scene.wallet_with_token("overzicht_sdjwt")
    proofs = [a_proof(wallet, attestation, signer)]
    return wallet.ask({"credential_configuration_id": "overzicht_sdjwt", "proofs": {"jwt": proofs}})


@pytest.mark.requirement("vci-key-attestation")
def test_a_card_is_bound_to_the_key_that_signed_and_to_no_other_that_was_attested(tmp_path: Path) -> None:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    scene = Scene(an_agency(tmp_path, clock), clock, tmp_path)
    attestation = Provider("Wallet").attest(clock.now(), HELD, SoftwareSigner.generate())
    answer = ask(scene, attestation)
    assert answer.status_code == 200, answer.text
    (issued,) = answer.json()["credentials"]
    payload = json_object(b64url_decode(issued["credential"].split(".")[1], "payload"), "payload")
    assert payload["cnf"] == {"jwk": dict(HELD.public_jwk.members)}
    thief = ask(scene, attestation, SoftwareSigner.generate())
    assert (thief.status_code, thief.json()["error"]) == (400, "invalid_proof")
    scene.agency.database.close()


def test_an_agency_that_names_attesters_takes_the_word_of_no_others(tmp_path: Path) -> None:
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    known, unknown = Provider("Wallet"), Provider("Boef")
    anchor = tmp_path / "attesters.pem"
    anchor.write_text(to_pem(known.authority.der))
    scene = Scene(an_agency(tmp_path, clock, key_attesters=(anchor,)), clock, tmp_path)
    assert ask(scene, known.attest(clock.now(), HELD)).status_code == 200
    refused = ask(scene, unknown.attest(clock.now(), HELD))
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_proof")
    # Whoever sends no attestation is asked for none.
    assert scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
    scene.agency.database.close()


@pytest.mark.parametrize("text", ["", "no certificate", None])
def test_an_attester_that_is_no_authority_stops_the_agency(tmp_path: Path, text: str | None) -> None:
    anchor = tmp_path / "attesters.pem"
    if text is not None:
        anchor.write_text(text)
    with pytest.raises(ConfigurationError, match="key_attesters"):
        an_agency(tmp_path, FixedClock(datetime.now(UTC)), key_attesters=(anchor,))
    leaf = tmp_path / "leaf.pem"
    leaf.write_text(to_pem(Provider("Wallet").leaf))
    with pytest.raises(ConfigurationError, match="key_attesters"):
        an_agency(tmp_path, FixedClock(datetime.now(UTC)), key_attesters=(leaf,))
