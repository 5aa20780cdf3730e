"""Profiles, per agency and per offer: what they add, what they forbid, and what a setting lacks for them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from issuer.app.profiles import lacks
from issuer.cli import app as command
from issuer.domain.clients import Attestation, Profile
from issuer.domain.configurations import Securing
from issuer.domain.encryption import Encryption
from issuer.domain.offers import Grant
from issuer.settings import DeferredSection
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import Scene, an_agency, csrf_of, log_in, settings_for
from tests.flows.test_issuance_attestation import Provider, a_scene, a_wallet, error_of
from tests.flows.test_issuance_login import code_for

NATIVE = (Securing.SD_JWT,)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def strict(tmp_path: Path, clock: FixedClock, provider: Provider) -> Scene:
    """An agency under HAIP."""
    return a_scene(tmp_path, clock, provider.participant, profile=Profile.HAIP, securings=NATIVE)


@pytest.fixture
def lenient(tmp_path: Path, clock: FixedClock, provider: Provider) -> Scene:
    """An agency without a profile, with one for some offers."""
    return a_scene(tmp_path, clock, provider.participant)


def make(scene: Scene, **more: Any) -> Any:
    return scene.api("aanbiedingen", {"bsn": SAMIRA.reveal(), "configuraties": ["overzicht_sdjwt"], **more})


class TestAnAgencyUnderHaip:
    def test_gives_cards_to_a_wallet_that_does_all_of_it(self, strict: Scene, provider: Provider) -> None:
        wallet = a_wallet(strict, provider)
        assert wallet.redeem_login(code_for(strict, wallet)).status_code == 200
        assert wallet.credentials("overzicht_sdjwt")

    def test_gives_none_to_a_wallet_that_does_not_authenticate(self, strict: Scene) -> None:
        assert error_of(strict.wallet(dpop=True).push()) == (400, "invalid_client")

    def test_gives_none_to_a_wallet_without_a_key_for_its_token(self, strict: Scene, provider: Provider) -> None:
        wallet = a_wallet(strict, provider, dpop=False)
        code = code_for(strict, wallet)
        assert error_of(wallet.redeem_login(code)) == (400, "invalid_dpop_proof")
        # And has used nothing up by that.
        wallet.dpop = a_wallet(strict, provider).dpop
        assert wallet.redeem_login(code).status_code == 200

    def test_makes_no_offers_without_a_login(self, strict: Scene) -> None:
        assert make(strict).status_code == 400
        assert make(strict, grant="authorization_code").status_code == 201

    def test_opens_wallets_of_its_profile(self, strict: Scene, lenient: Scene) -> None:
        asked = {"grant": "authorization_code"}
        assert make(strict, **asked).json()["aanbodUri"].startswith("haip-vci://?credential_offer_uri=")
        assert make(lenient, **asked, profiel="haip").json()["aanbodUri"].startswith("haip-vci://?")
        assert make(lenient, **asked).json()["aanbodUri"].startswith("openid-credential-offer://?")

    def test_offers_its_citizens_what_the_profile_has(self, strict: Scene) -> None:
        browser = strict.http()
        log_in(browser)
        page = browser.get("/schulden")
        made = browser.post("/wallet", data={"csrf_token": csrf_of(page.text)})
        assert made.status_code == 303
        shown = browser.get(made.headers["location"])
        assert shown.status_code == 200
        reference = made.headers["location"].rpartition("/")[2]
        offer, _ = strict.agency.desk.show_offer.to_citizen(reference, SAMIRA)
        assert offer.offer.grant is Grant.AUTHORISATION_CODE


class TestAnOfferUnderAProfile:
    def test_wants_of_a_wallet_what_the_profile_wants(self, lenient: Scene, provider: Provider) -> None:
        made = make(lenient, profiel="nl-wallet").json()
        plain, attested = lenient.wallet(dpop=True), a_wallet(lenient, provider)
        code = plain.take_offer(made["aanbodUri"])["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]  # type: ignore[index,call-overload]
        assert error_of(plain.redeem(str(code))) == (400, "invalid_client")
        unbound = a_wallet(lenient, provider, dpop=False)
        assert error_of(unbound.redeem(str(code))) == (400, "invalid_dpop_proof")
        assert attested.redeem(str(code)).status_code == 200
        # Of no other offer.
        assert lenient.wallet_with_token("overzicht_sdjwt").granted

    def test_wants_it_after_a_login_too(self, lenient: Scene, provider: Provider) -> None:
        made = make(lenient, profiel="haip", grant="authorization_code").json()
        wallet = a_wallet(lenient, provider, dpop=False)
        state: Any = wallet.take_offer(made["aanbodUri"])["grants"]
        code = code_for(lenient, wallet, issuer_state=state["authorization_code"]["issuer_state"])
        assert error_of(wallet.redeem_login(code)) == (400, "invalid_dpop_proof")

    @pytest.mark.parametrize(
        "asked",
        [
            {"profiel": "nl-wallet", "txCode": True},
            {"profiel": "haip"},
            {"profiel": "haip", "txCode": True},
            {"profiel": "haip", "grant": "authorization_code", "configuraties": ["overzicht_ldp"]},
            {"profiel": "nl-wallet", "configuraties": ["overzicht_sdjwt", "overzicht_ldp"]},
            {"profiel": "onbekend"},
        ],
    )
    def test_has_nothing_that_the_profile_forbids(self, lenient: Scene, asked: dict[str, Any]) -> None:
        assert make(lenient, **asked).status_code == 400

    def test_is_as_any_other_under_the_open_one(self, lenient: Scene) -> None:
        assert make(lenient, profiel="open", txCode=True).status_code == 201


class TestWhatLacks:
    def test_nothing_for_the_open_profile(self, tmp_path: Path) -> None:
        assert lacks(settings_for(tmp_path), Profile.OPEN) == []

    @pytest.mark.parametrize(
        ("changed", "word"),
        [
            ({}, "trust_list"),
            ({"wallet_attestation": Attestation.OFF}, "wallet_attestation"),
            ({"securings": (Securing.SD_JWT, Securing.VC_JWT)}, "vc+jwt"),
            ({"encryption": Encryption.OFF}, "encryption"),
            ({}, "insecure_localhost"),
        ],
    )
    def test_each_is_named(self, tmp_path: Path, changed: dict[str, Any], word: str) -> None:
        found = lacks(settings_for(tmp_path, **changed), Profile.HAIP)
        assert any(word in each.text for each in found)

    def test_what_the_software_does_not_have_is_said_and_stops_nobody(self, tmp_path: Path) -> None:
        found = lacks(settings_for(tmp_path), Profile.NL_WALLET)
        unbuilt = [each for each in found if each.text.startswith("not built yet")]
        assert {"credential_preview_endpoint", "type_metadata_uri"} <= {each.text.split()[3] for each in unbuilt}
        assert not any(each.stops for each in unbuilt)
        assert any("deferred.hours" in each.text and each.stops for each in found)
        late = lacks(settings_for(tmp_path, deferred=DeferredSection(hours=0)), Profile.NL_WALLET)
        assert not any("deferred.hours" in each.text for each in late)

    @pytest.mark.parametrize("profile", [Profile.HAIP, Profile.NL_WALLET])
    def test_an_agency_does_not_serve_under_a_profile_that_its_settings_contradict(
        self, tmp_path: Path, clock: FixedClock, profile: Profile
    ) -> None:
        with pytest.raises(ConfigurationError, match="trust_list"):
            an_agency(tmp_path, clock, profile=profile)


def test_the_command_says_what_lacks(tmp_path: Path) -> None:
    file = tmp_path / "agency.toml"
    settings = json.loads(settings_for(tmp_path).model_dump_json())
    file.write_text(
        f"""
base_url = "{settings["base_url"]}"
port = 8207
state = "state"
insecure_localhost = true
[agency]
oin = "{settings["agency"]["oin"]}"
name = "CJIB"
abbreviation = "cjib"
[source]
kind = "fcid"
directory = "debts"
[digid]
issuer = "https://digid.example"
client_id = "cjib"
"""
    )
    runner = CliRunner()
    assert runner.invoke(command, ["check-profile", str(file)]).output == "open: nothing lacks\n"
    strict = runner.invoke(command, ["check-profile", str(file), "--profile", "nl-wallet"])
    assert strict.exit_code == 1
    assert "not built yet: credential_preview_endpoint in the issuer metadata" in strict.output
    assert "trust_list" in strict.output
