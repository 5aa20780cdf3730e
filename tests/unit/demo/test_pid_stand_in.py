"""The doors of the stand-in for who gives a PID: what it takes from strangers, and what it says instead."""

import pytest
from starlette.testclient import TestClient

from credentials.clock import SystemClock
from credentials.formats import IssuerKey
from credentials.keys import SoftwareSigner
from demo.pid.app import MAX_BODY_BYTES, create_app
from demo.pid.provider import Person, PidProvider

URL = "http://localhost:9102"


@pytest.fixture
def http() -> TestClient:
    key = IssuerKey(SoftwareSigner.generate(), ())
    provider = PidProvider(URL, (Person("samira", "Samira", "999990007"),), key, SystemClock())
    return TestClient(create_app(provider, "http://localhost:9110/aanbod"), base_url=URL)


def test_each_page_says_that_it_is_an_exercise_and_each_answer_has_its_headers(http: TestClient) -> None:
    for path in ("/", "/er-is-niets"):
        answer = http.get(path)
        assert "Dit is een oefening. De echte overheid geeft hier niets uit" in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
    assert http.get("/static/stand_in.css").status_code == 200


def test_somebody_who_is_there_gets_an_offer_and_nobody_else_does(http: TestClient) -> None:
    assert "Open een andere wallet-app" in http.post("/aanbod", data={"gebruiker": "samira"}).text
    refused = http.post("/aanbod", data={"gebruiker": "iemand-anders"})
    assert refused.status_code == 400
    assert "iemand-anders" not in refused.text


@pytest.mark.parametrize("path", ["/aanbod", "/token", "/credential", "/nonce"])
def test_what_is_too_large_is_not_taken(http: TestClient, path: str) -> None:
    assert http.post(path, content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"a=1&a=2", b"grant_type=password"])
def test_what_cannot_be_read_is_an_error_of_the_specification(http: TestClient, body: bytes) -> None:
    token = http.post("/token", content=body)
    assert (token.status_code, set(token.json()) >= {"error"}) == (400, True)
    credential = http.post("/credential", content=body, headers={"authorization": "Bearer x"})
    assert credential.status_code in (400, 401)
    assert "error" in credential.json()
