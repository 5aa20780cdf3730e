"""The stand-in for DigiD: a real OpenID provider, strict where a client could be careless."""

import base64
import hashlib
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock, epoch
from credentials.encoding import JsonObject, b64url_encode
from credentials.jose import UnverifiedToken, sign_jwt
from credentials.keys import SoftwareSigner
from demo.digid import provider
from demo.digid.app import create_app
from demo.digid.provider import CLIENT_ASSERTION_TYPE, SUBSTANTIAL, Client, Person, Provider
from demo.scheme.app import create_app as create_site

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ISSUER = "http://localhost:8101"
BACK = "http://localhost:8201/inloggen/terug"
SAMIRA = Person("samira", "Samira", "999990007", "zes zaken")


@dataclass(slots=True)
class Desk:
    """An agency at the stand-in's door."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    key: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    signer: SoftwareSigner = field(default_factory=SoftwareSigner.generate)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    http: TestClient = field(init=False)

    def __post_init__(self) -> None:
        clients = {
            "cjib": Client("cjib", "CJIB", frozenset({BACK}), key=self.key.public_jwk),
            "duo": Client("duo", "DUO", frozenset({BACK}), secret="een-geheim-voor-duo"),
        }
        digid = Provider(ISSUER, clients, (SAMIRA,), self.signer, self.clock)
        self.http = TestClient(create_app(digid), base_url=ISSUER, follow_redirects=False)

    def request(self, **changes: str) -> dict[str, str]:
        challenge = b64url_encode(hashlib.sha256(self.verifier.encode()).digest())
        asked = {
            "client_id": "cjib",
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return {**asked, **changes}

    def code(self, **changes: str) -> str:
        page = self.http.get("/authorize", params=self.request(**changes))
        handle = page.text.partition('name="aanvraag" value="')[2].partition('"')[0]
        known = page.status_code == 303  # this browser has logged in before
        answer = page if known else self.http.post("/inloggen", data={"aanvraag": handle, "gebruiker": "samira"})
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert query["state"] == [self.state]
        assert query["iss"] == [ISSUER]
        return query["code"][0]

    def assertion(self, signer: SoftwareSigner | None = None, **changes: object) -> str:
        claims: JsonObject = {
            "iss": "cjib",
            "sub": "cjib",
            "aud": ISSUER,
            "jti": secrets.token_urlsafe(16),
            "iat": epoch(self.clock.now()),
            "exp": epoch(self.clock.now()) + 60,
        }
        claims |= changes  # type: ignore[arg-type]  # wrong kinds are the point
        return sign_jwt("JWT", {}, claims, signer or self.key)

    def token(self, code: str, /, **changes: str) -> tuple[int, JsonObject]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
            "client_assertion_type": CLIENT_ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        answer = self.http.post("/token", data={**form, **changes})
        return answer.status_code, answer.json()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_login_gives_an_id_token_with_the_bsn_for_this_client_only(desk: Desk) -> None:
    status, answer = desk.token(desk.code())
    assert status == 200
    claims = UnverifiedToken.parse(str(answer["id_token"])).verify(desk.signer.public_jwk).payload
    assert claims["bsn"] == "999990007"
    assert claims["aud"] == "cjib"
    assert claims["nonce"] == desk.nonce
    assert claims["acr"] == SUBSTANTIAL
    assert "999990007" not in str(claims["sub"])


def test_digid_asks_once_for_several_agencies(desk: Desk) -> None:
    desk.code()
    answer = desk.http.get("/authorize", params=desk.request(client_id="duo"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(BACK)


def test_after_logging_out_it_asks_again(desk: Desk) -> None:
    desk.code()
    desk.http.get("/uitloggen")
    assert desk.http.get("/authorize", params=desk.request()).status_code == 200


def test_a_client_with_a_secret_can_redeem_too(desk: Desk) -> None:
    code = desk.code(client_id="duo")
    basic = base64.b64encode(b"duo:een-geheim-voor-duo").decode()
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": desk.verifier}
    assert desk.http.post("/token", data=form, headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_a_code_works_once(desk: Desk) -> None:
    code = desk.code()
    assert desk.token(code)[0] == 200
    status, answer = desk.token(code)
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_a_code_grows_old(desk: Desk) -> None:
    code = desk.code()
    desk.clock.advance(timedelta(seconds=61))
    assert desk.token(code)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize("change", [{"code_verifier": "x" * 43}, {"redirect_uri": BACK + "/"}, {"code": "raad-maar"}])
def test_what_does_not_belong_to_the_request_is_refused(desk: Desk, change: dict[str, str]) -> None:
    assert desk.token(desk.code(), **change)[1]["error"] == "invalid_grant"


def test_another_client_cannot_redeem_a_code(desk: Desk) -> None:
    code = desk.code(client_id="duo")
    assert desk.token(code)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [{"aud": "https://elders.example"}, {"iss": "duo"}, {"sub": "duo"}, {"exp": 1}, {"jti": 5}],
    ids=["audience", "issuer", "subject", "expired", "jti"],
)
def test_a_wrong_client_assertion_is_refused(desk: Desk, changes: dict[str, object]) -> None:
    status, answer = desk.token(desk.code(), client_assertion=desk.assertion(**changes))
    assert (status, answer["error"]) == (401, "invalid_client")


def test_an_assertion_by_another_key_or_a_second_time_is_refused(desk: Desk) -> None:
    assert desk.token(desk.code(), client_assertion=desk.assertion(SoftwareSigner.generate()))[0] == 401
    once = desk.assertion()
    assert desk.token(desk.code(), client_assertion=once)[0] == 200
    assert desk.token(desk.code(), client_assertion=once)[0] == 401


@pytest.mark.parametrize("change", [{"client_id": "niemand"}, {"redirect_uri": "https://elders.example/terug"}])
def test_an_unknown_client_is_never_sent_anywhere(desk: Desk, change: dict[str, str]) -> None:
    answer = desk.http.get("/authorize", params=desk.request(**change))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "elders.example" not in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "kort"}, "invalid_request"),
        ({"nonce": "kort"}, "invalid_request"),
    ],
)
def test_a_careless_request_is_told_so(desk: Desk, change: dict[str, str], error: str) -> None:
    answer = desk.http.get("/authorize", params=desk.request(**change))
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == [error]


def test_an_old_or_repeated_login_form_leads_nowhere(desk: Desk) -> None:
    page = desk.http.get("/authorize", params=desk.request())
    handle = page.text.partition('name="aanvraag" value="')[2].partition('"')[0]
    form = {"aanvraag": handle, "gebruiker": "samira"}
    assert desk.http.post("/inloggen", data=form).status_code == 303
    assert desk.http.post("/inloggen", data=form).status_code == 400


def test_nobody_is_logged_in_under_a_name_that_does_not_exist(desk: Desk) -> None:
    page = desk.http.get("/authorize", params=desk.request())
    handle = page.text.partition('name="aanvraag" value="')[2].partition('"')[0]
    assert desk.http.post("/inloggen", data={"aanvraag": handle, "gebruiker": "<b>"}).status_code == 400


@pytest.mark.parametrize(
    ("environment", "issuer"), [("production", ISSUER), ("demo", "https://digid.example")], ids=["setting", "address"]
)
def test_it_does_not_start_outside_a_demonstration(tmp_path: Path, environment: str, issuer: str) -> None:
    configuration = tmp_path / "digid.json"
    configuration.write_text(f'{{"issuer": "{issuer}", "clients": [], "people": []}}')
    result = subprocess.run(
        [sys.executable, "-m", "demo.digid", str(configuration)],
        env={"PATH": "", "BLAUWEKNOP_ENVIRONMENT": environment, "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1
    assert "stand-in for DigiD" in result.stderr


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"aanvraag=a&aanvraag=b&gebruiker=samira", FORM),
        (b"aanvraag=%ff&gebruiker=samira", FORM),
        (b"aanvraag=%00&gebruiker=samira", FORM),
        (b"&".join([b"a=1"] * 2_000), FORM),
        (b'{"aanvraag": "a", "gebruiker": "samira"}', {"content-type": "application/json"}),
        (b"", {}),
    ],
)
def test_a_form_that_says_two_things_or_nothing_is_refused(desk: Desk, body: bytes, headers: dict[str, str]) -> None:
    assert desk.http.post("/inloggen", content=body, headers=headers).status_code == 400
    answer = desk.http.post("/token", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request") if body else (401, "invalid_client")


def test_a_question_that_says_two_things_is_never_sent_on(desk: Desk) -> None:
    asked = [*desk.request().items(), ("redirect_uri", BACK)]
    answer = desk.http.get("/authorize", params=asked)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize("path", ["/token", "/inloggen", "/authorize", "/nowhere"])
def test_a_body_that_is_too_large_or_coded_is_not_read(desk: Desk, path: str) -> None:
    assert desk.http.post(path, content=b"a=" + b"1" * 20_000, headers=FORM).status_code == 413
    assert desk.http.post(path, content=b"a=1", headers={**FORM, "content-encoding": "gzip"}).status_code == 415


def test_when_too_many_are_logging_in_the_client_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "_MAX_PENDING", 1)
    assert desk.http.get("/authorize", params=desk.request()).status_code == 200
    answer = desk.http.get("/authorize", params=desk.request())
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["temporarily_unavailable"]


def test_the_schemes_site_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "trust-list.jwt").write_text("x")
    http = TestClient(create_site(tmp_path))
    assert http.get("/trust-list.jwt").text == "x"
    assert http.get("/../trust-list.jwk").status_code == 404
    assert http.post("/trust-list.jwt").status_code == 405
    assert http.post("/trust-list.jwt", content=b"y").status_code == 413
    assert http.request("GET", "/", content=b"y").status_code == 413


def test_who_acts_for_another_says_so_each_time() -> None:
    noor = Person("noor", "Noor", "999993653", "mentor", acts_for="samira")
    desk = Desk()
    clients = {"cjib": Client("cjib", "CJIB", frozenset({BACK}), key=desk.key.public_jwk)}
    digid = Provider(ISSUER, clients, (SAMIRA, noor), desk.signer, desk.clock)
    for person, represented in ((noor, "999990007"), (SAMIRA, None)):
        asked = digid.read_request(desk.request())
        _, code, _ = digid.log_in(digid.remember(asked), person.username)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": desk.verifier}
        token = UnverifiedToken.parse(str(digid.redeem(form, asked.client)["id_token"])).payload
        assert token["bsn"] == person.bsn
        about = token.get("represents")
        assert (about["bsn"] if isinstance(about, dict) else None) == represented
