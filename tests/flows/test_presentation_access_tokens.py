"""Case systems that come to the verifier's API with an access token of their own (RFC 6749 section 4.4, RFC 7523)."""

import json
import secrets
from datetime import timedelta
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.keys import SoftwareSigner
from credentials.openid.client_assertion import build_client_assertion
from service.api_clients import ApiClientSection
from tests.flows.issuance_kit import NOW
from tests.flows.presentation_kit import BASE
from tests.flows.test_administration import Browser
from tests.verifier_world import TOKEN, make_world
from verifier.settings import VerifierSettings
from verifier.web.api import ROOT, SCOPES

KEY: Final = SoftwareSigner.generate()


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    folder = tmp_path_factory.mktemp("verifier")
    (folder / "keys.json").write_text(json.dumps({"keys": [KEY.public_jwk.to_dict()]}))

    def adapt(settings: VerifierSettings) -> VerifierSettings:
        # Of the name of a client with a token, and another.
        programs = tuple(
            ApiClientSection(client_id=name, keys=folder / "keys.json", scopes=scopes)
            for name, scopes in (
                (settings.api_clients[0].name, ("verificatieverzoeken", "lezen")),
                ("lezer", ("lezen",)),
            )
        )
        return settings.model_copy(update={"api_programs": programs})

    world = make_world(folder, FixedClock(NOW), agencies=("cjib",), adapt=adapt)
    return TestClient(world.service.app, base_url=BASE)


def asking_for_a_token(client_id: str) -> dict[str, str]:
    assertion = build_client_assertion(
        KEY,
        client_id=client_id,
        audience=f"{BASE}/api",
        now=NOW,
        jti=secrets.token_hex(8),
        lifetime=timedelta(minutes=1),
    )
    return {"grant_type": "client_credentials", **assertion}


def known(http: TestClient, client_id: str) -> dict[str, str]:
    answer = http.post("/api/oauth/token", data=asking_for_a_token(client_id))
    assert answer.status_code == 200, answer.text
    return {"authorization": f"Bearer {answer.json()['access_token']}"}


def ask(http: TestClient, headers: dict[str, str]) -> Any:
    return http.post(ROOT, json={"sjabloon": "intake"}, headers=headers)


def test_a_program_asks_and_reads_and_does_no_more(http: TestClient) -> None:
    headers = known(http, "zaaksysteem")
    made = ask(http, headers)
    assert made.status_code == 201, made.text
    address = f"{ROOT}/{made.json()['id']}"
    assert http.get(address, headers=headers).status_code == 200
    for refused in (
        http.delete(address, headers=headers),
        http.post(f"{address}/hercontroles", headers=headers),
        ask(http, known(http, "lezer")),
    ):
        assert refused.status_code == 403
        assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'


def test_an_administrator_shuts_a_program_out_at_once_and_an_auditor_does_not(http: TestClient) -> None:
    headers, other = known(http, "lezer"), {"authorization": f"Bearer {TOKEN}"}
    absent = f"{ROOT}/er-is-niets"
    assert http.get(absent, headers=headers).status_code == 404
    fatma, els = Browser(http.app, "fatma"), Browser(http.app, "els")
    row = {"soort": "program", "naam": "lezer"}
    assert els.press("/beheer/programmas", "/beheer/programmas/buitensluiten", **row).status_code == 403
    assert http.get(absent, headers=headers).status_code == 404
    assert "komt er niet meer in" in fatma.press("/beheer/programmas", "/beheer/programmas/buitensluiten", **row).text
    assert http.get(absent, headers=headers).status_code == 401
    assert http.post("/api/oauth/token", data=asking_for_a_token("lezer")).json()["error"] == "invalid_client"
    assert http.get(absent, headers=other).status_code == 404, "the others go on"
    assert "api_client_shut_out" in els.get("/beheer/logboek").text
    fatma.press("/beheer/programmas", "/beheer/programmas/toelaten", **row)
    assert http.get(absent, headers=known(http, "lezer")).status_code == 404
    unknown = fatma.press("/beheer/programmas", "/beheer/programmas/toelaten", soort="program", naam="nobody")
    assert unknown.status_code == 409


def test_it_sees_what_the_client_of_its_name_asked_and_no_other_does(http: TestClient) -> None:
    made = ask(http, {"authorization": f"Bearer {TOKEN}"}).json()
    address = f"{ROOT}/{made['id']}"
    assert http.get(address, headers=known(http, "zaaksysteem")).status_code == 200
    assert http.get(address, headers=known(http, "lezer")).status_code == 404


def test_the_document_names_a_scope_for_every_operation(http: TestClient) -> None:
    document = http.get("/api/v1/openapi.json").json()
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["clientCredentials"] == {"tokenUrl": f"{BASE}/api/oauth/token", "scopes": SCOPES}
    named = {
        scope
        for methods in document["paths"].values()
        for operation in methods.values()
        for each in operation["security"]
        for scope in each.get("oauth2", ())
    }
    assert named == set(SCOPES)
    assert http.get("/.well-known/oauth-authorization-server/api").json()["issuer"] == f"{BASE}/api"
