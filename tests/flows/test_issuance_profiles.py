"""Profiles, per agency and per offer: what they add, what they forbid, and what a setting lacks for them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.encoding import b64url_decode
from credentials.errors import ConfigurationError
from credentials.formats.sd_jwt import SdJwtVc
from credentials.formats.sd_jwt.type_metadata import TypeMetadata
from credentials.jose import UnverifiedToken
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
HTTPS = "https://cjib.example"


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

    @pytest.mark.parametrize(
        ("given", "word"),
        [
            ({"deferred": DeferredSection(hours=0)}, "deferred.hours"),
            ({"attestation_qualification": "EAA"}, "attestation_qualification"),
            ({"securings": NATIVE}, "securings"),
        ],
    )
    def test_what_the_nl_wallet_wants_besides_can_be_given(
        self, tmp_path: Path, given: dict[str, Any], word: str
    ) -> None:
        found = lacks(settings_for(tmp_path, securings=(Securing.SD_JWT, Securing.MDOC)), Profile.NL_WALLET)
        assert any(each.text.startswith(word) and each.stops for each in found)
        assert not any(each.text.startswith(word) for each in lacks(settings_for(tmp_path, **given), Profile.NL_WALLET))

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
    assert "trust_list" in strict.output
    assert "note: cards asked for in the form of draft 13" in strict.output


class TestAnAgencyUnderNlWallet:
    """One that gives all that the profile wants of it."""

    @pytest.fixture
    def whole(self, tmp_path: Path, clock: FixedClock, provider: Provider) -> Scene:
        return a_scene(
            tmp_path,
            clock,
            provider.participant,
            profile=Profile.NL_WALLET,
            base_url=HTTPS,
            insecure_localhost=False,
            securings=NATIVE,
            deferred=DeferredSection(hours=0),
            attestation_qualification="PuB-EAA",
        )

    def test_lacks_nothing(self, whole: Scene) -> None:
        assert lacks(whole.agency.settings, Profile.NL_WALLET) == []

    def test_says_where_the_types_of_its_cards_are_described(self, whole: Scene) -> None:
        metadata = whole.http().get("/.well-known/openid-credential-issuer").json()
        assert "deferred_credential_endpoint" not in metadata
        configurations = metadata["credential_configurations_supported"]
        assert set(configurations) == {"overzicht_sdjwt", "zaak_sdjwt"}
        for configuration in configurations.values():
            address = configuration["type_metadata_uri"]
            assert address.startswith(f"{HTTPS}/")
            (document,) = whole.http().get(address).json()
            described = TypeMetadata.parse(b64url_decode(document))
            assert described.vct == configuration["vct"]
            # No claim has another one inside: each is a value that can be shown.
            paths = [claim["path"] for claim in json.loads(b64url_decode(document))["claims"]]
            assert not any(other[: len(path)] == path for path in paths for other in paths if other != path)
            assert len(paths) > 10
        assert whole.http().get(f"{HTTPS}/types/iets/documents").status_code == 404

    def test_gives_an_attested_wallet_cards_that_say_what_they_are(self, whole: Scene, provider: Provider) -> None:
        wallet = a_wallet(whole, provider)
        made = make(whole).json()
        code = wallet.take_offer(made["aanbodUri"])["grants"][PRE_AUTHORIZED_CODE]["pre-authorized_code"]  # type: ignore[index,call-overload]
        assert wallet.redeem(str(code)).status_code == 200
        (card,) = wallet.credentials("overzicht_sdjwt")
        assert UnverifiedToken.parse(card.partition("~")[0]).payload["attestation_qualification"] == "PuB-EAA"
        # It is of the token, and says nothing of the citizen.
        assert "attestation_qualification" not in SdJwtVc().inspect(card).claims

    def test_gives_none_to_others(self, whole: Scene, provider: Provider) -> None:
        assert make(whole, txCode=True).status_code == 400
        code = whole.offered_code("overzicht_sdjwt")
        assert error_of(whole.wallet(dpop=True).redeem(code)) == (400, "invalid_client")
        assert error_of(a_wallet(whole, provider, dpop=False).redeem(code)) == (400, "invalid_dpop_proof")

    def test_and_no_other_agency_says_so(self, lenient: Scene) -> None:
        metadata = lenient.http().get("/.well-known/openid-credential-issuer").json()
        assert not any("type_metadata_uri" in each for each in metadata["credential_configurations_supported"].values())
        assert lenient.http().get("/types/overzicht/documents").status_code == 404
        (card,) = lenient.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt")
        assert "attestation_qualification" not in UnverifiedToken.parse(card.partition("~")[0]).payload
