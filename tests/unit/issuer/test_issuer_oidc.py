"""The login, against a provider that can be made to lie in every way."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from credentials.clock import FixedClock, epoch
from credentials.encoding import b64url_encode, json_compact
from credentials.jose import UnverifiedToken, sign_compact
from credentials.keys import SoftwareSigner
from credentials.masking import Secret
from credentials.openid.pkce import code_challenge
from issuer.domain.errors import AssuranceTooLow, LoginCancelled, LoginRefused, LoginUnavailable
from issuer.identity import OidcClient, OidcLogin
from issuer.ports import LoginAttempt
from service.errors import Unreachable
from service.http import Answer
from tests.debt_builders import SAMIRA

ISSUER = "https://digid.example"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LOA3 = "urn:etoegang:core:assurance-class:loa3"
CLIENT = SoftwareSigner.generate()


@dataclass(slots=True)
class Provider:
    """An OpenID provider in memory. `claims` changes the ID token, `answers` whole documents."""

    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    claims: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    nonce: str = ""
    posted: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    name: str = ISSUER
    asked: list[str] = field(default_factory=list)
    id_token: str | None = None

    def get(self, url: str, *, max_bytes: int | None = None) -> Answer:
        self.asked.append(url)
        path = urlsplit(url).path
        if path in self.answers:
            return self.answers[path]
        if path == "/jwks":
            key = self.signer.public_jwk
            return answer({"keys": [{**key.to_dict(), "kid": key.thumbprint, "use": "sig"}]})
        return answer(
            {
                "issuer": self.name,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
            }
        )

    def post_form(self, url: str, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None) -> Answer:
        self.posted.append((dict(fields), dict(headers or {})))
        if "/token" in self.answers:
            return self.answers["/token"]
        claims = {
            "iss": self.name,
            "sub": "pairwise",
            "aud": "cjib",
            "iat": epoch(NOW),
            "exp": epoch(NOW) + 300,
            "nonce": self.nonce,
            "acr": LOA3,
            "bsn": SAMIRA.reveal(),
            "name": "Samira",
            **self.claims,
        }
        stated = {name: value for name, value in claims.items() if value is not None}
        header = {"typ": "JWT", "kid": self.signer.public_jwk.thumbprint, **self.header}
        token = self.id_token or sign_compact(header, stated, self.signer)
        return answer({"access_token": "a", "token_type": "Bearer", "id_token": token})


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json_compact(body))


def a_login(provider: Provider, **changed: Any) -> OidcLogin:
    values: dict[str, Any] = {
        "issuer": ISSUER,
        "client_id": "cjib",
        "redirect_uri": "https://cjib.example/inloggen/terug",
        "minimum_assurance": (LOA3,),
        "signer": CLIENT,
    }
    return OidcLogin(OidcClient(**{**values, **changed}), provider, FixedClock(NOW))


def begun(login: OidcLogin, provider: Provider) -> LoginAttempt:
    _, attempt = login.begin()
    provider.nonce = attempt.nonce
    return attempt


class TestTheWayThere:
    def test_a_provider_whose_name_ends_in_a_slash_is_found_and_called_so(self) -> None:
        provider = Provider(name=f"{ISSUER}/")
        login = a_login(provider, issuer=f"{ISSUER}/")
        attempt = begun(login, provider)
        assert provider.asked[0] == f"{ISSUER}/.well-known/openid-configuration"
        assert login.finish(attempt, {"state": attempt.state, "code": "c", "iss": f"{ISSUER}/"}).bsn == SAMIRA
        with pytest.raises(LoginUnavailable):
            a_login(Provider(name=ISSUER), issuer=f"{ISSUER}/").begin()

    def test_the_browser_carries_only_what_this_attempt_knows(self) -> None:
        url, attempt = a_login(Provider()).begin()
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{ISSUER}/authorize?")
        assert query["state"] == attempt.state
        assert query["nonce"] == attempt.nonce
        assert query["code_challenge"] == code_challenge(attempt.verifier)
        assert query["code_challenge_method"] == "S256"
        assert query["acr_values"] == LOA3
        assert attempt.verifier not in url

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("/.well-known/openid-configuration", answer({"issuer": "https://evil.example"})),
            ("/.well-known/openid-configuration", answer({"issuer": ISSUER})),
            ("/.well-known/openid-configuration", answer({}, 404)),
            ("/.well-known/openid-configuration", Answer(200, {}, b"{")),
            ("/jwks", answer({}, 500)),
        ],
    )
    def test_a_provider_that_does_not_describe_itself_is_not_used(self, path: str, said: Answer) -> None:
        with pytest.raises(LoginUnavailable):
            a_login(Provider(answers={path: said})).begin()


class TestTheWayBack:
    def test_a_citizen_is_who_the_provider_says(self) -> None:
        provider = Provider()
        login = a_login(provider)
        person = login.finish(begun(login, provider), {"code": "c"})
        assert person.bsn == SAMIRA
        assert person.name == "Samira"

    def test_the_agency_shows_who_it_is_by_its_key(self) -> None:
        provider = Provider()
        login = a_login(provider)
        login.finish(begun(login, provider), {"code": "c"})
        form, headers = provider.posted[0]
        assertion = UnverifiedToken.parse(form["client_assertion"]).verify(CLIENT.public_jwk).payload
        assert assertion["iss"] == assertion["sub"] == "cjib"
        assert assertion["aud"] == f"{ISSUER}/token"
        assert "authorization" not in headers

    def test_or_by_its_secret(self) -> None:
        provider = Provider()
        login = a_login(provider, authentication="client_secret_basic", signer=None, secret=Secret("ge:heim"))
        login.finish(begun(login, provider), {"code": "c"})
        form, headers = provider.posted[0]
        assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"cjib:ge%3Aheim"
        assert "client_assertion" not in form

    def test_an_rsa_signature_is_taken_too(self) -> None:
        provider = Provider()
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = key.public_key().public_numbers()
        jwk = {"kty": "RSA", "kid": "r", "n": number(numbers.n), "e": number(numbers.e)}
        provider.answers["/jwks"] = answer({"keys": [jwk]})
        login = a_login(provider)
        attempt = begun(login, provider)
        claims = {"iss": ISSUER, "sub": "s", "aud": ["cjib"], "iat": epoch(NOW), "exp": epoch(NOW) + 60,
                  "nonce": attempt.nonce, "acr": LOA3, "bsn": SAMIRA.reveal()}  # fmt: skip
        signed = f"{part({'alg': 'RS256', 'kid': 'r'})}.{part(claims)}"
        signature = key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        provider.id_token = f"{signed}.{b64url_encode(signature)}"
        assert login.finish(attempt, {"code": "c"}).bsn == SAMIRA

    def test_keys_that_changed_meanwhile_are_fetched_anew(self) -> None:
        provider = Provider()
        login = a_login(provider)
        attempt = begun(login, provider)
        provider.signer = SoftwareSigner.generate()
        assert login.finish(attempt, {"code": "c"}).bsn == SAMIRA

    @pytest.mark.parametrize(
        "claims",
        [
            {"iss": "https://evil.example"},
            {"aud": "duo"},
            {"aud": ["cjib", "duo"]},
            {"exp": epoch(NOW) - 120},
            {"iat": epoch(NOW) + 3600},
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
    def test_an_id_token_that_is_not_for_us_now_is_refused(self, claims: dict[str, Any]) -> None:
        provider = Provider(claims=claims)
        login = a_login(provider)
        with pytest.raises(LoginRefused):
            login.finish(begun(login, provider), {"code": "c"})

    @pytest.mark.parametrize("acr", [None, "urn:etoegang:core:assurance-class:loa2", ["x"]])
    def test_a_weak_login_is_not_enough(self, acr: object) -> None:
        provider = Provider(claims={"acr": acr})
        login = a_login(provider)
        with pytest.raises(AssuranceTooLow):
            login.finish(begun(login, provider), {"code": "c"})

    def test_a_token_signed_by_somebody_else_is_refused(self) -> None:
        provider = Provider()
        login = a_login(provider)
        attempt = begun(login, provider)
        mine = Provider(nonce=attempt.nonce)
        provider.id_token = mine.post_form("", {}).json()["id_token"]  # type: ignore[assignment]  # a string
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    @pytest.mark.parametrize("alg", ["none", "HS256"])
    def test_a_token_without_a_real_signature_is_refused(self, alg: str) -> None:
        provider = Provider()
        login = a_login(provider)
        attempt = begun(login, provider)
        claims = {"iss": ISSUER, "sub": "s", "aud": "cjib", "iat": epoch(NOW), "exp": epoch(NOW) + 60,
                  "nonce": attempt.nonce, "acr": LOA3, "bsn": SAMIRA.reveal()}  # fmt: skip
        provider.id_token = f"{part({'alg': alg})}.{part(claims)}."
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    def test_a_token_with_a_critical_extension_is_refused(self) -> None:
        provider = Provider(header={"crit": ["x"], "x": 1})
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
        provider = Provider()
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
        provider = Provider()
        login = a_login(provider)
        attempt = begun(login, provider)
        provider.answers["/token"] = said
        with pytest.raises(error):
            login.finish(attempt, {"code": "c"})

    def test_a_provider_out_of_reach_is_said_to_be(self) -> None:
        class Gone(Provider):
            def get(self, url: str, *, max_bytes: int | None = None) -> Answer:
                raise Unreachable

        with pytest.raises(LoginUnavailable):
            a_login(Gone()).begin()


def part(value: object) -> str:
    return b64url_encode(json.dumps(value).encode())


def number(value: int) -> str:
    return b64url_encode(value.to_bytes((value.bit_length() + 7) // 8))
