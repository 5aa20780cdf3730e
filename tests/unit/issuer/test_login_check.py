"""Presets of brokers, the settings and keys for them, and what `check-login` says of one."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError
from typer.testing import CliRunner

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from credentials.jose import UnverifiedToken
from issuer.app import login as login_module
from issuer.app.keys import initialise, load_keys, login_keys
from issuer.app.login import oidc_client
from issuer.cli import app as command
from issuer.domain.brokers import ASSURANCE, PRESETS
from issuer.domain.errors import NoBsn, RepresentationRefused
from issuer.identity import DigidClient, OidcLogin, Weight, check_provider
from issuer.ports import LoggedIn
from issuer.settings import DigidSection, load_agency
from service.errors import AssuranceTooLow, LoginRefused
from service.http import OutboundClient
from service.oidc import ClientKey, new_key, registration
from service.oidc.reaching import provider_client, provider_policy
from tests.broker_kit import ISSUER, NOW, REPRESENTATIVE, SUBSTANTIAL, Broker, answer
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import settings_for
from tests.unit.issuer.test_issuer_oidc import begun
from tests.unit.issuer.test_issuer_settings import now, written

# What the profile wants to stand in the metadata (NL GOV 1.0.1 section 5.4.2), and what we look for besides.
GOOD: dict[str, Any] = {
    "scopes_supported": ["openid"],
    "response_types_supported": ["code"],
    "grant_types_supported": ["authorization_code"],
    "claims_supported": ["sub", "acr", "bsn"],
    "subject_types_supported": ["pairwise"],
    "acr_values_supported": list(ASSURANCE),
    "token_endpoint_auth_methods_supported": ["private_key_jwt", "tls_client_auth"],
    "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
    "id_token_signing_alg_values_supported": ["RS256", "PS256"],
    "id_token_encryption_alg_values_supported": ["RSA-OAEP", "RSA-OAEP-256"],
    "id_token_encryption_enc_values_supported": ["A256GCM"],
    "userinfo_signing_alg_values_supported": ["RS256"],
    "request_object_signing_alg_values_supported": ["RS256"],
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
}


def section(**values: Any) -> DigidSection:
    return DigidSection(**{"issuer": ISSUER, "client_id": "cjib", **values})


def findings(metadata: dict[str, Any] | None = None, **changed: Any) -> list[tuple[Weight, str]]:
    settings = settings_for(Path(), digid=section(**{"encryption": "required", **changed}))
    client = oidc_client(settings, None, None, None)
    broker = Broker(metadata={**GOOD, **(metadata or {})})
    return [(each.weight, each.about) for each in check_provider(client, broker)]


class TestPresets:
    @pytest.mark.parametrize("preset", list(PRESETS))
    def test_each_names_its_sources_and_can_be_used(self, preset: str, tmp_path: Path) -> None:
        known = PRESETS[preset]
        assert all(source.startswith("https://") for source in known.sources)
        made = section(preset=preset)
        assert {name: getattr(made, name) for name in known.settings} == known.settings
        assert isinstance(oidc_client(settings_for(tmp_path, digid=made), None, None, None), DigidClient)

    def test_a_setting_that_is_given_stands(self) -> None:
        made = section(preset="signicat", bsn_claim="bsn", minimum_assurance=["x"])
        assert (made.bsn_claim, made.sector_claim, made.minimum_assurance) == ("bsn", "idp_id", ("x",))

    def test_in_a_file_too(self, tmp_path: Path) -> None:
        file = written(tmp_path, **{"[digid] ": '[digid]\npreset = "max"\n# '})
        assert load_agency(file).digid.claims_from == "userinfo"

    def test_somebody_who_acts_for_another_is_turned_away_unless_the_agency_says_so(self) -> None:
        assert {section(preset=preset).representation for preset in PRESETS} == {"refused"}
        assert section(representation="accepted").representation == "accepted"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"preset": "another"},
            {"preset": ["max"]},
            {"representation": "yes"},
            {"algorithm": "none"},
            {"content_encryption": ["A128GCM"]},
            {"content_encryption": []},
            {"minimum_assurance": []},
            {"scope": "profile"},
            {"one_key": True},
            {"one_key": True, "algorithm": "RS256", "authentication": "client_secret_basic"},
            {"minimum_assurance": "high"},
            {"unknown": 1},
        ],
    )
    def test_what_is_not_known_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            section(**wrong)


def at_a(broker: Broker, key: ClientKey, **digid: Any) -> LoggedIn:
    """Log in at a broker with a preset's settings, as the service does."""
    settings = settings_for(Path(), digid=section(**digid))
    opens = key if settings.digid.encryption != "off" else None
    login = OidcLogin(oidc_client(settings, key, opens, None), broker, FixedClock(NOW))
    return login.finish(begun(login, broker), {"code": "c"})


class TestBrokersOfAPreset:
    """Each as its sources have it: behaving well, and badly in its own way."""

    KEY = ClientKey(
        rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )

    def a_max(self, **userinfo: Any) -> Broker:
        """No level or number in the ID token; both in UserInfo, encrypted to the one key that it knows."""
        return Broker(
            claims={"bsn": None, "acr": None, "name": None},
            userinfo={"loa_authn": SUBSTANTIAL, "session_id": "s", **userinfo},
            encrypt_to=self.KEY.public(),
            encryption={"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT", "typ": "JWT"},
        )

    def test_max(self) -> None:
        broker = self.a_max()
        assert at_a(broker, self.KEY, preset="max") == LoggedIn(SAMIRA)
        assert UnverifiedToken.parse(broker.posted[0][0]["client_assertion"]).header["alg"] == "RS256"

    @pytest.mark.parametrize(
        ("userinfo", "error"),
        [
            ({"loa_authn": "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"}, AssuranceTooLow),
            ({"loa_authn": None}, AssuranceTooLow),
            ({"bsn": None}, NoBsn),
            ({"sub": "somebody-else"}, LoginRefused),
            ({"aud": "duo"}, LoginRefused),
        ],
    )
    def test_max_that_says_something_else(self, userinfo: dict[str, Any], error: type[Exception]) -> None:
        with pytest.raises(error):
            at_a(self.a_max(**userinfo), self.KEY, preset="max")

    def test_max_in_the_clear(self) -> None:
        broker = self.a_max()
        broker.encrypt_to = None
        with pytest.raises(LoginRefused, match="not encrypted"):
            at_a(broker, self.KEY, preset="max")

    def a_signicat(self, **claims: Any) -> Broker:
        number = SAMIRA.reveal()
        return Broker(claims={"bsn": None, "acr": "level", "nin": number, "idp_id": f"S00000000:{number}", **claims})

    def signicat(self, broker: Broker, **digid: Any) -> LoggedIn:
        given: dict[str, Any] = {"preset": "signicat", "minimum_assurance": ["level"], **digid}
        return at_a(broker, ClientKey(new_key("ES256")), **given)

    def test_signicat(self) -> None:
        assert self.signicat(self.a_signicat()) == LoggedIn(SAMIRA, "Samira")
        acting = self.a_signicat(acting_nin=REPRESENTATIVE)
        assert self.signicat(acting, representation="accepted") == LoggedIn(SAMIRA, None, REPRESENTATIVE)

    @pytest.mark.parametrize(
        ("claims", "error"),
        [
            ({"acting_nin": REPRESENTATIVE}, RepresentationRefused),
            ({"idp_id": f"S00000001:{SAMIRA.reveal()}"}, NoBsn),
            ({"idp_id": None}, NoBsn),
            ({"nin": None}, NoBsn),
            ({"acr": "another"}, AssuranceTooLow),
        ],
    )
    def test_signicat_that_says_something_else(self, claims: dict[str, Any], error: type[Exception]) -> None:
        with pytest.raises(error):
            self.signicat(self.a_signicat(**claims))

    def test_until_the_level_of_signicat_is_in_the_settings_nobody_logs_in(self) -> None:
        with pytest.raises(AssuranceTooLow):
            at_a(self.a_signicat(), ClientKey(new_key("ES256")), preset="signicat")


class TestKeys:
    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make keys that are made soon."""
        monkeypatch.setattr(registration, "_RSA_BITS", registration.MIN_RSA_BITS)

    def test_one_to_be_encrypted_to_is_made_where_it_is_wanted(self, tmp_path: Path) -> None:
        settings = settings_for(tmp_path, digid=section(encryption="accepted"))
        made = initialise(settings)
        assert "digid-encryption.pem" in made
        keys = load_keys(settings, now())
        assert keys.login_encryption is not None
        assert keys.login_encryption.is_rsa
        assert "digid-encryption.pem" not in initialise(settings_for(tmp_path / "other"))

    def test_one_key_may_be_all_that_a_broker_knows(self, tmp_path: Path) -> None:
        settings = settings_for(tmp_path, digid=section(preset="max"))
        assert "digid-encryption.pem" not in initialise(settings)
        signs, opens = login_keys(settings)
        assert signs is opens is not None

    def test_a_key_of_another_kind_than_the_settings_want_does_not_start(self, tmp_path: Path) -> None:
        initialise(settings_for(tmp_path))
        with pytest.raises(ConfigurationError, match=r"digid\.pem: not an RSA key"):
            login_keys(settings_for(tmp_path, digid=section(algorithm="RS256")))

    def test_a_key_to_be_encrypted_to_is_rsa(self, tmp_path: Path) -> None:
        settings = settings_for(tmp_path, digid=section(encryption="accepted"))
        settings.state.mkdir()
        for name in ("digid.pem", "digid-encryption.pem"):
            (settings.state / name).write_bytes(new_key("ES256"))
            (settings.state / name).chmod(0o600)
        with pytest.raises(ConfigurationError, match=r"digid-encryption\.pem"):
            login_keys(settings)

    def test_without_one_that_is_wanted_nothing_starts(self, tmp_path: Path) -> None:
        initialise(settings_for(tmp_path))
        with pytest.raises(ConfigurationError, match=r"digid-encryption\.pem: missing"):
            login_keys(settings_for(tmp_path, digid=section(encryption="required")))


class TestWhereABrokerIs:
    def test_a_private_address_is_gone_to_where_the_settings_say_so_and_for_this_host_alone(self) -> None:
        settings = settings_for(Path())
        plain = provider_policy(settings, "https://max.agency.example:8443/max", own_network=False)
        assert (plain.private_hosts, plain.allowed_ports) == (frozenset(), {443})
        own = provider_policy(settings, "https://max.agency.example:8443/max", own_network=True)
        assert (own.private_hosts, own.allowed_ports) == ({"max.agency.example"}, {443, 8443})

    def test_only_then_it_has_a_client_of_its_own(self) -> None:
        settings = settings_for(Path())
        with OutboundClient() as http:
            assert provider_client(settings, ISSUER, http, own_network=False) == (http, [])
            own, (close,) = provider_client(settings, ISSUER, http, own_network=True)
            assert own.policy.private_hosts == {"digid.example"}
            close()


class TestFindings:
    def test_a_broker_of_the_profile_lacks_nothing(self) -> None:
        assert findings() == []

    @pytest.mark.parametrize("name", [name for name in GOOD if name.endswith("_supported")])
    def test_what_is_not_said_is_never_a_fault(self, name: str) -> None:
        assert not [about for weight, about in findings({name: None}) if weight is Weight.FAULT]

    @pytest.mark.parametrize(
        "name",
        [
            "scopes_supported",
            "response_types_supported",
            "grant_types_supported",
            "claims_supported",
            "token_endpoint_auth_methods_supported",
            "id_token_signing_alg_values_supported",
            "userinfo_signing_alg_values_supported",
            "request_object_signing_alg_values_supported",
        ],
    )
    @pytest.mark.requirement("nlgov-metadata")
    def test_what_the_profile_requires_to_be_said_lacks(self, name: str) -> None:
        assert findings({name: None}) == [(Weight.PROFILE, name)]
        assert findings({name: "a text"})[0] == (Weight.PROFILE, name)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("token_endpoint_auth_methods_supported", ["tls_client_auth"]),
            ("token_endpoint_auth_signing_alg_values_supported", ["RS256"]),
            ("code_challenge_methods_supported", ["plain"]),
            ("id_token_signing_alg_values_supported", ["RS512"]),
            ("id_token_encryption_alg_values_supported", ["RSA1_5"]),
            ("id_token_encryption_enc_values_supported", ["A128GCM"]),
            ("scopes_supported", ["profile"]),
            ("claims_supported", ["sub"]),
            ("acr_values_supported", ["http://eidas.europa.eu/LoA/low"]),
            ("token_endpoint", "http://digid.example/token"),
            ("authorization_endpoint", None),
            ("jwks_uri", None),
        ],
    )
    def test_what_the_settings_need_and_is_not_there_is_a_fault(self, name: str, value: object) -> None:
        assert (Weight.FAULT, name) in findings({name: value})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("response_types_supported", ["code", "token"]),
            ("grant_types_supported", ["authorization_code", "implicit"]),
            ("token_endpoint_auth_methods_supported", ["private_key_jwt", "client_secret_basic"]),
            ("id_token_signing_alg_values_supported", ["RS256", "none"]),
            ("userinfo_signing_alg_values_supported", ["RS256", "HS256"]),
            ("subject_types_supported", ["public"]),
        ],
    )
    @pytest.mark.requirement("nlgov-metadata")
    def test_what_the_profile_does_not_have_is_told(self, name: str, value: object) -> None:
        assert findings({name: value}) == [(Weight.PROFILE, name)]

    def test_our_own_settings_are_looked_at_too(self) -> None:
        assert (Weight.PROFILE, "digid.authentication") in findings(authentication="client_secret_basic")
        assert findings(encryption="off") == [(Weight.NOTE, "digid.encryption")]
        assert (Weight.NOTE, "digid.scope") in findings(
            {"scopes_supported": ["openid", "profile"]}, scope="openid profile"
        )

    def test_representation_that_is_wanted_must_be_among_the_claims(self) -> None:
        assert findings(representation="accepted") == [(Weight.FAULT, "claims_supported")]
        with_it = {"claims_supported": ["bsn", "represents"]}
        assert findings(with_it, representation="accepted") == []
        assert findings(with_it) == [(Weight.NOTE, "claims_supported")]

    def test_a_broker_that_names_another_or_none_is_a_fault(self) -> None:
        assert findings({"issuer": "https://evil.example"}) == [(Weight.FAULT, "issuer")]

    def test_a_broker_without_a_key_that_signs_is_a_fault(self) -> None:
        broker = Broker(metadata=GOOD)
        key = {**broker.signer.public_jwk.to_dict(), "use": "enc"}
        broker.answers["/jwks"] = answer({"keys": [key, {"kty": "new"}, 7]})
        client = oidc_client(settings_for(Path(), digid=section(encryption="required")), None, None, None)
        (found,) = check_provider(client, broker)
        assert (found.weight, found.about) == (Weight.FAULT, "jwks_uri")


class TestCommand:
    @pytest.fixture
    def broker(self, monkeypatch: pytest.MonkeyPatch) -> Broker:
        broker = Broker(metadata=GOOD, name="https://digid-makelaar.example")

        class Net:
            def __init__(self, *_: object) -> None:
                self.get = broker.get

            def close(self) -> None:
                """Nothing is open."""

        monkeypatch.setattr(login_module, "OutboundClient", Net)
        return broker

    def run(self, file: Path, *more: str) -> Any:
        return CliRunner().invoke(command, ["check-login", str(file), *more])

    def test_it_says_what_to_register_and_that_nothing_lacks(self, tmp_path: Path, broker: Broker) -> None:
        file = written(tmp_path)
        initialise(load_agency(file))
        found = self.run(file)
        assert found.exit_code == 0, found.output
        assert "redirect_uri http://localhost:8207/inloggen/terug\n" in found.output
        assert "jwks_uri http://localhost:8207/inloggen/sleutels\n" in found.output
        assert found.output.endswith("nothing lacks\n")

    def test_it_says_what_lacks_as_json_too(self, tmp_path: Path, broker: Broker) -> None:
        file = written(tmp_path)
        initialise(load_agency(file))
        broker.metadata = {**GOOD, "response_types_supported": ["token"]}
        told, found = self.run(file), self.run(file, "--json")
        assert told.exit_code == found.exit_code == 1
        assert "profile: response_types_supported: is not code alone (5.4.2)\n" in told.output
        said = json.loads(found.output)
        assert said["lacking"] is True
        assert {"weight": "profile", "about": "response_types_supported", "text": "is not code alone (5.4.2)"} in said[
            "findings"
        ]

    def test_without_keys_it_says_what_to_do(self, tmp_path: Path, broker: Broker) -> None:
        found = self.run(written(tmp_path))
        assert isinstance(found.exception, ConfigurationError)
