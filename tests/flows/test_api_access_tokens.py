"""Programs that come to the agency's API with an access token of their own (RFC 6749 section 4.4, RFC 7523)."""

import json
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from credentials.keys import SoftwareSigner
from credentials.openid.client_assertion import build_client_assertion
from issuer.web.api import SCOPES
from service.api_clients import ApiClientSection
from service.api_clients.tokens import LIFETIME
from service.web.openapi import scope_of
from tests.flows.issuance_kit import NOW, URL, Scene, an_agency

KEY: Final = SoftwareSigner.generate()
OFFER: Final = {"bsn": "999990019", "configuraties": ["overzicht_sdjwt"]}
SERVER: Final = f"{URL}/api"


def a_client(folder: Path, *scopes: str) -> ApiClientSection:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "zaaksysteem.jwks.json"
    file.write_text(json.dumps({"keys": [KEY.public_jwk.to_dict()]}))
    return ApiClientSection(client_id="zaaksysteem", keys=file, scopes=scopes)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("agency")
    clock = FixedClock(NOW)
    client = a_client(folder, "aanbiedingen", "lezen")
    return Scene(an_agency(folder, clock, api_clients=(client,), shared_token=False), clock, folder)


def assertion(scene: Scene, **changed: Any) -> dict[str, str]:
    values = {"client_id": "zaaksysteem", "audience": SERVER, "jti": secrets.token_hex(8)} | changed
    return build_client_assertion(KEY, now=scene.clock.now(), lifetime=timedelta(minutes=1), **values)


def ask(scene: Scene, **more: str) -> Any:
    form = {"grant_type": "client_credentials", **assertion(scene), **more}
    return scene.http().post("/api/oauth/token", data=form)


def token(scene: Scene, **more: str) -> str:
    answer = ask(scene, **more)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def offer(http: TestClient, bearer: str) -> Any:
    return http.post("/api/v1/aanbiedingen", json=OFFER, headers={"authorization": f"Bearer {bearer}"})


def test_a_registered_program_gets_a_token_and_makes_an_offer(scene: Scene) -> None:
    answer = ask(scene)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"
    said = answer.json()
    assert said.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (said["token_type"], said["expires_in"], said["scope"]) == ("Bearer", 600, "aanbiedingen lezen")
    assert offer(scene.http(), said["access_token"]).status_code == 201


def test_a_token_is_for_the_scopes_that_were_asked(scene: Scene) -> None:
    reading = token(scene, scope="lezen")
    refused = offer(scene.http(), reading)
    assert refused.status_code == 403
    assert refused.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    assert refused.headers["content-type"] == "application/problem+json"
    read = scene.http().get("/api/v1/uitgiften", headers={"authorization": f"Bearer {reading}"})
    assert read.status_code == 200


@pytest.mark.parametrize("scope", ["intrekkingen", "lezen intrekkingen", "alles", "lezen  aanbiedingen"])
def test_a_scope_that_the_program_does_not_have_is_refused(scene: Scene, scope: str) -> None:
    refused = ask(scene, scope=scope)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")


def test_an_assertion_counts_once(scene: Scene) -> None:
    form = {"grant_type": "client_credentials", **assertion(scene)}
    assert scene.http().post("/api/oauth/token", data=form).status_code == 200
    again = scene.http().post("/api/oauth/token", data=form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_assertion": "x.y.z"}, "invalid_client"),
        ({"client_assertion_type": "urn:other"}, "invalid_client"),
    ],
)
def test_any_other_request_gets_the_code_of_rfc_6749(scene: Scene, changed: dict[str, str], error: str) -> None:
    refused = ask(scene, **changed)
    assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert refused.headers["cache-control"] == "no-store"


def test_who_tries_a_header_is_told_by_401_with_a_challenge(scene: Scene) -> None:
    refused = scene.http().post(
        "/api/oauth/token", data={"grant_type": "client_credentials"}, auth=("zaaksysteem", "geheim")
    )
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("given", ["", "onbekend", "A" * 600, "Zg" * 20])
def test_no_token_or_any_other_opens_nothing(scene: Scene, given: str) -> None:
    headers = {"authorization": f"Bearer {given}"} if given else {}
    refused = scene.http().post("/api/v1/aanbiedingen", json=OFFER, headers=headers)
    assert refused.status_code == 401
    challenge = 'Bearer error="invalid_token"' if given else "Bearer"
    assert refused.headers["www-authenticate"] == challenge


def test_the_token_of_the_state_folder_opens_nothing_where_it_is_off(scene: Scene) -> None:
    own = (scene.folder / "state/api-token").read_text().strip()
    assert offer(scene.http(), own).status_code == 401


def test_a_token_ends(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    here = Scene(an_agency(tmp_path, clock, api_clients=(a_client(tmp_path, "aanbiedingen"),)), clock, tmp_path)
    held = token(here)
    assert offer(here.http(), held).status_code == 201
    # The one token of the agency goes on opening everything, as long as the settings say so.
    assert here.api("bronverversingen").status_code == 201
    clock.advance(LIFETIME)
    assert offer(here.http(), held).status_code == 401


def test_a_scope_that_the_settings_took_away_is_gone_from_tokens_too(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    before = Scene(an_agency(tmp_path, clock, api_clients=(a_client(tmp_path, "aanbiedingen"),)), clock, tmp_path)
    held = token(before)
    after = an_agency(tmp_path, clock, api_clients=(a_client(tmp_path, "lezen"),))
    assert offer(TestClient(after.app, base_url=URL), held).status_code == 403
    nobody = an_agency(tmp_path, clock)
    assert offer(TestClient(nobody.app, base_url=URL), held).status_code == 401


def test_its_metadata_stand_where_programs_look_and_say_nothing_of_wallets(scene: Scene) -> None:
    found = scene.http().get("/.well-known/oauth-authorization-server/api").json()
    assert found["issuer"] == SERVER
    assert found["token_endpoint"] == f"{URL}/api/oauth/token"
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found["response_types_supported"] == []
    assert found["scopes_supported"] == list(SCOPES)
    wallets = scene.http().get("/.well-known/oauth-authorization-server").json()
    assert wallets["issuer"] == URL
    assert "client_credentials" not in wallets["grant_types_supported"]
    assert not set(SCOPES) & set(wallets.get("scopes_supported", ()))


def test_a_token_of_the_api_opens_no_credentials_and_the_other_way_round(scene: Scene) -> None:
    held = token(scene)
    refused = scene.http().post("/credential", json={}, headers={"authorization": f"Bearer {held}"})
    assert refused.status_code == 401
    made = offer(scene.http(), held).json()
    wallet = scene.wallet()
    code = wallet.take_offer(made["aanbodUri"])["grants"]
    redeemed = wallet.redeem(code["urn:ietf:params:oauth:grant-type:pre-authorized_code"]["pre-authorized_code"])
    assert redeemed.status_code == 200, redeemed.text
    assert offer(scene.http(), redeemed.json()["access_token"]).status_code == 401


def test_every_operation_of_the_api_has_a_scope_and_the_document_says_it(scene: Scene) -> None:
    document = scene.http().get("/api/v1/openapi.json").json()
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow == {"tokenUrl": f"{URL}/api/oauth/token", "scopes": SCOPES}
    named = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            (scopes,) = [each["oauth2"] for each in operation["security"] if "oauth2" in each]
            assert len(scopes) == 1, (method, path)
            assert "403" in operation["responses"]
            named.add(scopes[0])
    assert named == set(SCOPES)
    page = scene.http().get("/docs").text
    assert all(f"scope <code>{each}</code>" in page for each in SCOPES)


def test_without_registered_programs_there_is_no_token_endpoint(tmp_path: Path) -> None:
    bare = TestClient(an_agency(tmp_path, FixedClock(NOW)).app, base_url=URL)
    assert bare.post("/api/oauth/token", data={"grant_type": "client_credentials"}).status_code == 404
    assert bare.get("/.well-known/oauth-authorization-server/api").status_code == 404
    assert "oauth2" not in bare.get("/api/v1/openapi.json").json()["components"]["securitySchemes"]


@pytest.mark.parametrize(
    ("content", "scopes"),
    [
        ('{"keys": []}', ["lezen"]),
        ("{}", ["lezen"]),
        ("[]", ["lezen"]),
        ('{"keys": [{"kty": "oct", "k": "AAAA"}]}', ["lezen"]),
        (json.dumps({"keys": [KEY.public_jwk.to_dict() | {"use": "enc"}]}), ["lezen"]),
        (json.dumps({"keys": [KEY.public_jwk.to_dict()]}), ["alles"]),
        (None, ["lezen"]),
    ],
    ids=range(7),
)
def test_what_is_wrong_with_a_registration_is_said_at_the_start(
    tmp_path: Path, content: str | None, scopes: list[str]
) -> None:
    client = a_client(tmp_path, *scopes)
    if content is None:
        client.keys.unlink()
    else:
        client.keys.write_text(content)
    with pytest.raises(ConfigurationError):
        an_agency(tmp_path, FixedClock(NOW), api_clients=(client,))


def test_an_operation_without_a_scope_is_for_no_access_token(scene: Scene) -> None:
    from starlette.requests import Request

    assert scope_of(Request({"type": "http", "headers": []})) is None
