"""The login, against a provider that can be made to lie in every way."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from credentials.clock import FixedClock, epoch
from credentials.encoding import b64url_encode
from credentials.jose import UnverifiedToken
from credentials.keys import SoftwareSigner
from credentials.masking import Secret
from credentials.openid.pkce import code_challenge
from issuer.identity import DigidClient, OidcLogin
from service.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable, Unreachable
from service.http import Answer
from service.oidc import ClientKey, LoginAttempt
from tests.broker_kit import (
    ISSUER,
    NOW,
    SUBSTANTIAL,
    Broker,
    answer,
    part,
)
from tests.debt_builders import SAMIRA

SIGNER = SoftwareSigner.generate()
CLIENT = ClientKey(SIGNER.to_pem())


def a_login(provider: Broker, **changed: Any) -> OidcLogin:
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": "cjib",
        "redirect_uri": "https://cjib.example/inloggen/terug",
        "acr_values": (SUBSTANTIAL,),
        "key": CLIENT,
    }
    return OidcLogin(DigidClient(**{**values, **changed}), provider, FixedClock(NOW))


def begun(login: OidcLogin, provider: Broker) -> LoginAttempt:
    _, attempt = login.begin()
    provider.nonce = attempt.nonce
    return attempt


class TestTheWayThere:
    def test_a_provider_whose_name_ends_in_a_slash_is_found_and_called_so(self) -> None:
        provider = Broker(name=f"{ISSUER}/")
        login = a_login(provider, issuer=f"{ISSUER}/")
        attempt = begun(login, provider)
        assert provider.asked[0] == f"{ISSUER}/.well-known/openid-configuration"
        assert login.finish(attempt, {"state": attempt.state, "code": "c", "iss": f"{ISSUER}/"}).person == SAMIRA
        with pytest.raises(LoginUnavailable):
            a_login(Broker(name=ISSUER), issuer=f"{ISSUER}/").begin()

    @pytest.mark.requirement("nlgov-request")
    def test_the_browser_carries_only_what_this_attempt_knows(self) -> None:
        url, attempt = a_login(Broker()).begin()
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ISSUER}/authorize?")
        assert query["state"] == attempt.state
        assert query["nonce"] == attempt.nonce
        assert query["code_challenge"] == code_challenge(attempt.verifier)
        assert query["code_challenge_method"] == "S256"
        assert query["acr_values"] == SUBSTANTIAL
        assert attempt.verifier not in url

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/.well-known/openid-configuration", answer({"issuer": "https://evil.example"})),
            ("/.well-known/openid-configuration", answer({"issuer": ISSUER})),
            ("/.well-known/openid-configuration", answer({}, 404)),
            ("/.well-known/openid-configuration", Answer(200, {}, b"{")),
            ("/jwks", answer({}, 500)),
            ("/.well-known/openid-configuration", answer({}, 302)),
        ],
    )
    @pytest.mark.requirement("nlgov-discovery")
    def test_a_provider_that_does_not_describe_itself_is_not_used(self, path: str, said: Answer) -> None:
        with pytest.raises(LoginUnavailable):
            a_login(Broker(answers={path: said})).begin()

    @pytest.mark.parametrize(
        "metadata",
        [
            {"authorization_endpoint": "javascript:alert(1)"},
            {"authorization_endpoint": "http://digid.example/authorize"},
            {"token_endpoint": "https://"},
            {"token_endpoint": "https://[x"},
            {"token_endpoint": 7},
            {"jwks_uri": None},
        ],
    )
    def test_an_address_that_is_not_https_is_not_used(self, metadata: dict[str, object]) -> None:
        with pytest.raises(LoginUnavailable):
            a_login(Broker(metadata=metadata)).begin()

    def test_what_is_asked_may_differ_from_what_is_taken(self) -> None:
        url, _ = a_login(Broker(), acr_values=("idp:digid", "loa:high")).begin()
        assert parse_qs(urlsplit(url).query)["acr_values"] == ["idp:digid loa:high"]


class TestTheWayBack:
    def test_a_citizen_is_who_the_provider_says(self) -> None:
        provider = Broker()
        login = a_login(provider)
        person = login.finish(begun(login, provider), {"code": "c"})
        assert person.person == SAMIRA
        assert person.name == "Samira"

    @pytest.mark.requirement("nlgov-client")
    def test_the_agency_shows_who_it_is_by_its_key(self) -> None:
        provider = Broker()
        login = a_login(provider)
        login.finish(begun(login, provider), {"code": "c"})
        form, headers = provider.posted[0]
        assertion = UnverifiedToken.parse(form["client_assertion"]).verify(SIGNER.public_jwk).payload
        assert assertion["iss"] == assertion["sub"] == "cjib"
        assert assertion["aud"] == f"{ISSUER}/token"
        assert "authorization" not in headers

    def test_or_by_its_secret(self) -> None:
        provider = Broker()
        login = a_login(provider, authentication="client_secret_basic", key=None, secret=Secret("ge:heim"))
        login.finish(begun(login, provider), {"code": "c"})
        form, headers = provider.posted[0]
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"cjib:ge%3Aheim"
        assert "client_assertion" not in form

    def test_an_rsa_signature_is_taken_too(self) -> None:
        provider = Broker()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = key.public_key().public_numbers()
        jwk = {"kty": "RSA", "kid": "r", "n": number(numbers.n), "e": number(numbers.e)}
        provider.answers["/jwks"] = answer({"keys": [jwk]})
        login = a_login(provider)
        attempt = begun(login, provider)
        claims = {"iss": ISSUER, "sub": "s", "aud": ["cjib"], "iat": epoch(NOW), "exp": epoch(NOW) + 60,
                  "nonce": attempt.nonce, "acr": SUBSTANTIAL, "bsn": SAMIRA.reveal()}  # fmt: skip
        signed = f"{part({'alg': 'RS256', 'kid': 'r'})}.{part(claims)}"
        signature = key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        provider.id_token = f"{signed}.{b64url_encode(signature)}"
        assert login.finish(attempt, {"code": "c"}).person == SAMIRA

    def test_keys_that_changed_meanwhile_are_fetched_anew(self) -> None:
        provider = Broker()
        login = a_login(provider)
        attempt = begun(login, provider)
        provider.signer = SoftwareSigner.generate()
        assert login.finish(attempt, {"code": "c"}).person == SAMIRA

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "https://evil.example"},
            {"aud": "duo"},
            {"aud": ["cjib", "duo"]},
            {"exp": epoch(NOW) - 120},
            {"iat": epoch(NOW) + 3600},
            {"iat": epoch(NOW) - 3600},
            {"iat": None},
            {"sub": ""},
            {"nbf": epoch(NOW) + 3600},
            {"nonce": "another"},
            {"nonce": None},
            {"sub": None},
            {"exp": None},
            {"azp": "duo"},
            {"bsn": None},
            {"bsn": "123456789"},
            {"bsn": 999990007},
        ],
    )
    @pytest.mark.requirement("nlgov-id-token")
    def test_an_id_token_that_is_not_for_us_now_is_refused(self, claims: dict[str, Any]) -> None:
        provider = Broker(claims=claims)
        login = a_login(provider)
        with pytest.raises(LoginRefused):
            login.finish(begun(login, provider), {"code": "c"})

    @pytest.mark.parametrize("acr", [None, "http://eidas.europa.eu/LoA/low", ["x"]])
    def test_a_weak_login_is_not_enough(self, acr: object) -> None:
        provider = Broker(claims={"acr": acr})
        login = a_login(provider)
        with pytest.raises(AssuranceTooLow):
            login.finish(begun(login, provider), {"code": "c"})

    @pytest.mark.requirement("nlgov-id-token")
    def test_a_token_signed_by_somebody_else_is_refused(self) -> None:
        provider = Broker()
        login = a_login(provider)
        attempt = begun(login, provider)
        mine = Broker(nonce=attempt.nonce)
        provider.id_token = mine.post_form("", {}).json()["id_token"]  # type: ignore[assignment]  # a string
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    @pytest.mark.parametrize("alg", ["none", "HS256"])
    def test_a_token_without_a_real_signature_is_refused(self, alg: str) -> None:
        provider = Broker()
        login = a_login(provider)
        attempt = begun(login, provider)
        claims = {"iss": ISSUER, "sub": "s", "aud": "cjib", "iat": epoch(NOW), "exp": epoch(NOW) + 60,
                  "nonce": attempt.nonce, "acr": SUBSTANTIAL, "bsn": SAMIRA.reveal()}  # fmt: skip
        provider.id_token = f"{part({'alg': alg})}.{part(claims)}."
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    def test_a_token_with_a_critical_extension_is_refused(self) -> None:
        provider = Broker(header={"crit": ["x"], "x": 1})
        login = a_login(provider)
        with pytest.raises(LoginRefused):
            login.finish(begun(login, provider), {"code": "c"})

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"error": "access_denied"}, LoginCancelled),
            ({"error": "server_error"}, LoginRefused),
            ({}, LoginRefused),
            ({"code": "c", "iss": "https://evil.example"}, LoginRefused),
        ],
    )
    def test_what_the_browser_brings_is_checked(self, said: dict[str, str], error: type[Exception]) -> None:
        provider = Broker()
        login = a_login(provider)
        with pytest.raises(error):
            login.finish(begun(login, provider), said)
        assert provider.posted == []

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            (answer({"error": "invalid_grant"}, 400), LoginRefused),
            (answer({}, 502), LoginUnavailable),
            (answer({"access_token": "a"}), LoginRefused),
            (answer({"id_token": 1}), LoginRefused),
            (Answer(200, {"content-type": "text/html"}, b"<p>"), LoginUnavailable),
        ],
    )
    def test_a_code_that_is_not_exchanged_logs_nobody_in(self, said: Answer, error: type[Exception]) -> None:
        provider = Broker()
        login = a_login(provider)
        attempt = begun(login, provider)
        provider.answers["/token"] = said
        with pytest.raises(error):
            login.finish(attempt, {"code": "c"})

    def test_a_code_that_comes_again_logs_nobody_in(self) -> None:
        provider = Broker()
        login = a_login(provider)
        attempt = begun(login, provider)
        assert login.finish(attempt, {"code": "c"}).person == SAMIRA
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    @pytest.mark.requirement("nlgov-state")
    def test_a_provider_that_says_that_it_names_itself_must(self) -> None:
        provider = Broker(metadata={"authorization_response_iss_parameter_supported": True})
        login = a_login(provider)
        attempt = begun(login, provider)
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})
        assert provider.posted == []
        assert login.finish(attempt, {"code": "c", "iss": ISSUER}).person == SAMIRA

    def test_a_provider_out_of_reach_is_said_to_be(self) -> None:
        class Gone(Broker):
            def get(self, *_: object, **__: object) -> Answer:
                raise Unreachable

        with pytest.raises(LoginUnavailable):
            a_login(Gone()).begin()


def number(value: int) -> str:
    return b64url_encode(value.to_bytes((value.bit_length() + 7) // 8))
