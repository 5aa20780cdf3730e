"""What a broker encrypts to us: opened with our key, in the ways that we take, and with nothing else."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from credentials.errors import ConfigurationError
from credentials.jose import UnverifiedToken
from issuer.identity import PersonRules
from service.errors import AnswerTooLarge, LoginRefused, LoginUnavailable, Unreachable
from service.http import Answer
from service.oidc import ClientKey
from tests.broker_kit import ISSUER, REPRESENTATIVE, Broker, answer, encrypted, part
from tests.debt_builders import SAMIRA
from tests.unit.issuer.test_issuer_oidc import a_login, begun


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


OURS, OTHERS = (ClientKey(pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))) for _ in range(2))


def login_with(broker: Broker, **changed: Any) -> Any:
    login = a_login(broker, **{"encryption": "required", "decryption_key": OURS, **changed})
    return login.finish(begun(login, broker), {"code": "c"})


class TestEncryptedTokens:
    @pytest.mark.parametrize("alg", ["RSA-OAEP", "RSA-OAEP-256"])
    @pytest.mark.requirement("nlgov-algorithms")
    def test_what_is_encrypted_to_our_key_is_opened(self, alg: str) -> None:
        broker = Broker(encrypt_to=OURS.public(), encryption={"alg": alg, "enc": "A256GCM", "cty": "JWT"})
        assert login_with(broker).person == SAMIRA
        assert login_with(Broker(encrypt_to=OURS.public()), encryption="accepted").person == SAMIRA
        assert login_with(Broker(), encryption="accepted").person == SAMIRA

    def test_a_token_in_the_clear_is_refused_where_it_must_be_encrypted(self) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker())

    def test_a_token_for_another_key_is_refused(self) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker(encrypt_to=OTHERS.public()))

    def test_without_a_key_nothing_is_opened(self) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker(encrypt_to=OURS.public()), encryption="off", decryption_key=None)

    @pytest.mark.parametrize(
        "header",
        [
            {"alg": "RSA-OAEP", "enc": "A128GCM", "cty": "JWT"},
            {"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT"},
            {"alg": "RSA-OAEP", "enc": "A256GCM"},
            {"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT", "zip": "DEF"},
        ],
    )
    @pytest.mark.requirement("nlgov-algorithms")
    def test_another_way_of_encrypting_is_refused(self, header: dict[str, str]) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker(encrypt_to=OURS.public(), encryption=header))

    @pytest.mark.parametrize(
        "header", [{"alg": "RSA1_5"}, {"alg": "dir"}, {"alg": "none"}, {}, {"crit": ["x"], "x": 1}]
    )
    def test_a_key_that_is_wrapped_in_another_way_is_not_unwrapped(self, header: dict[str, Any]) -> None:
        broker = Broker(encrypt_to=OURS.public())
        login = a_login(broker, encryption="required", decryption_key=OURS)
        attempt = begun(login, broker)
        named = {**broker.encryption, **header} if "crit" in header else {"enc": "A256GCM", "cty": "JWT", **header}
        _, rest = broker.stated({"sub": "s"}).split(".", 1)
        broker.id_token = f"{part(named)}.{rest}"
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    def test_a_weaker_way_is_taken_where_the_settings_say_so(self) -> None:
        broker = Broker(encrypt_to=OURS.public(), encryption={"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT"})
        assert login_with(broker, content_encryption=("A128CBC-HS256",)).person == SAMIRA

    def test_encryption_by_a_stranger_stands_in_for_no_signature(self) -> None:
        broker = Broker()
        login = a_login(broker, encryption="required", decryption_key=OURS)
        attempt = begun(login, broker)
        broker.id_token = encrypted(Broker(nonce=attempt.nonce).stated({"sub": "s"}), OURS.public(), broker.encryption)
        with pytest.raises(LoginRefused):
            login.finish(attempt, {"code": "c"})

    @pytest.mark.parametrize("token", ["....", "a.b.c.d.e", "a.b", "é.é.é.é.é", "." * 4 + "x" * 300_000])
    def test_what_is_no_token_is_refused(self, token: str) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker(id_token=token))


class TestUserInfo:
    def test_the_number_is_taken_from_a_signed_answer(self) -> None:
        broker = Broker(claims={"bsn": None})
        assert login_with(broker, claims_from="userinfo", encryption="off").person == SAMIRA

    def test_as_max_answers(self) -> None:
        """No `acr` and no number in the ID token; both, encrypted, in UserInfo."""
        broker = Broker(
            claims={"bsn": None, "acr": None},
            userinfo={"loa_authn": "http://eidas.europa.eu/LoA/high"},
            encrypt_to=OURS.public(),
            encryption={"alg": "RSA-OAEP", "enc": "A128CBC-HS256", "cty": "JWT", "typ": "JWT"},
        )
        person = login_with(
            broker,
            claims_from="userinfo",
            content_encryption=("A128CBC-HS256",),
            rules=PersonRules(assurance_claim="loa_authn"),
        )
        assert person.person == SAMIRA

    @pytest.mark.parametrize(
        "userinfo",
        [
            {"sub": "somebody-else"},
            {"sub": None},
            {"iss": "https://evil.example"},
            {"iss": None},
            {"aud": "duo"},
            {"aud": None},
            {"exp": 1},
            {"bsn": None},
            {"bsn": "123456789"},
        ],
    )
    @pytest.mark.requirement("nlgov-userinfo")
    def test_an_answer_about_another_or_for_another_is_refused(self, userinfo: dict[str, Any]) -> None:
        with pytest.raises(LoginRefused):
            login_with(Broker(userinfo=userinfo), claims_from="userinfo", encryption="off")

    def test_who_acts_for_another_by_the_id_token_does_not_slip_past(self) -> None:
        broker = Broker(claims={"represents": {"iss": ISSUER, "sub": "x", "bsn": REPRESENTATIVE}})
        with pytest.raises(LoginRefused):
            login_with(broker, claims_from="userinfo", encryption="off")

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            (answer({"sub": "pairwise", "bsn": SAMIRA.reveal()}), LoginRefused),
            (Answer(200, {"content-type": "application/jwt"}, b"\xff.a.b"), LoginRefused),
            (answer({}, 401), LoginRefused),
            (answer({}, 302), LoginRefused),
            (answer({}, 500), LoginUnavailable),
        ],
    )
    def test_an_answer_that_is_not_signed_is_refused(self, said: Answer, error: type[Exception]) -> None:
        with pytest.raises(error):
            login_with(Broker(answers={"/userinfo": said}), claims_from="userinfo", encryption="off")

    def test_an_answer_that_does_not_say_that_it_is_signed_is_refused(self) -> None:
        broker = Broker()
        said = broker.get(f"{ISSUER}/userinfo", "application/jwt", headers={"authorization": "Bearer a"})
        for kind, taken in (("application/jwt", True), ("text/plain", False)):
            broker.answers["/userinfo"] = Answer(200, {"content-type": kind}, said.body)
            broker.redeemed.clear()
            if taken:
                assert login_with(broker, claims_from="userinfo", encryption="off").person == SAMIRA
            else:
                with pytest.raises(LoginRefused):
                    login_with(broker, claims_from="userinfo", encryption="off")

    @pytest.mark.parametrize("error", [Unreachable, AnswerTooLarge])
    def test_a_broker_that_is_slow_or_says_too_much_is_unavailable(self, error: type[Exception]) -> None:
        class Bad(Broker):
            def get(self, url: str, *more: Any, **named: Any) -> Answer:
                if url.endswith("/userinfo"):
                    raise error
                return super().get(url, *more, **named)

        with pytest.raises(LoginUnavailable):
            login_with(Bad(), claims_from="userinfo", encryption="off")

    @pytest.mark.parametrize(
        "tokens", [{"access_token": None}, {"token_type": "mac"}, {"token_type": None}, {"access_token": 1}]
    )
    def test_without_a_token_that_is_known_nothing_is_asked(self, tokens: dict[str, Any]) -> None:
        class Bad(Broker):
            def post_form(self, *given: Any, **named: Any) -> Answer:
                return answer({**super().post_form(*given, **named).json(), **tokens})

        broker = Bad()
        with pytest.raises(LoginRefused):
            login_with(broker, claims_from="userinfo", encryption="off")
        assert f"{ISSUER}/userinfo" not in broker.asked

    def test_a_broker_without_one_is_unavailable(self) -> None:
        with pytest.raises(LoginUnavailable):
            login_with(Broker(metadata={"userinfo_endpoint": None}), claims_from="userinfo", encryption="off")


class TestKeys:
    @pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
    @pytest.mark.requirement("nlgov-client", "nlgov-algorithms")
    def test_an_rsa_key_shows_who_we_are_too(self, algorithm: str) -> None:
        broker = Broker()
        login = a_login(broker, key=OURS, algorithm=algorithm)
        login.finish(begun(login, broker), {"code": "c"})
        header = UnverifiedToken.parse(broker.posted[0][0]["client_assertion"]).header
        assert header == {"alg": algorithm, "kid": OURS.kid, "typ": "JWT"}

    def test_both_are_published_and_nothing_private_is(self) -> None:
        client = a_login(Broker(), decryption_key=OURS)._flow.client  # what the page gets
        signing, encrypting = client.jwks()["keys"]  # type: ignore[misc]  # two keys
        assert (signing["use"], signing["alg"], signing["kty"]) == ("sig", "ES256", "EC")  # type: ignore[index,call-overload]
        assert (encrypting["use"], encrypting["kid"]) == ("enc", OURS.kid)  # type: ignore[index,call-overload]
        assert not {"d", "p", "q"} & {*signing, *encrypting}  # type: ignore[misc]

    def test_one_key_for_both_is_published_once(self) -> None:
        client = a_login(Broker(), key=OURS, decryption_key=OURS, algorithm="RS256")._flow.client
        (one,) = client.jwks()["keys"]  # type: ignore[misc]
        assert "use" not in one  # type: ignore[operator]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no key",
            pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # too short, on purpose
            pem(ec.generate_private_key(ec.SECP384R1())),
        ],
        ids=["nothing", "no key", "short", "another curve"],
    )
    def test_what_is_no_key_of_such_a_kind_is_refused(self, content: bytes) -> None:
        with pytest.raises(ConfigurationError, match=r"digid\.pem"):
            ClientKey(content, name="digid.pem")

    def test_a_key_is_not_printed(self) -> None:
        assert repr(OURS) == f"ClientKey({OURS.kid})"
