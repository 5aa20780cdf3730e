"""The client of `docs/examples/case_system.py` does with a verifier what a case system does."""

import importlib.util
import json
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.keys import PublicJwk
from service.api_clients import ApiClientSection
from service.webhooks.postman import read_secrets, signature, written
from tests.debt_builders import ROOT
from tests.flows.presentation_kit import API, BASE, Counter, auth
from tests.flows.test_api_reference import shape
from tests.verifier_world import TOKEN, make_world
from verifier.settings import VerifierSettings

pytestmark = pytest.mark.long

KEY = ECKey.generate_key("P-256")


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("case_system", ROOT / "docs" / "examples" / "case_system.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    public = PublicJwk.parse(KEY.as_dict(private=False))
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [public.to_dict()]}))

    def adapt(settings: VerifierSettings) -> VerifierSettings:
        scopes = ("verificatieverzoeken", "lezen", "hercontroles", "verwijderen")
        program = ApiClientSection(client_id="zaaksysteem", keys=tmp_path / "keys.json", scopes=scopes)
        return settings.model_copy(update={"api_programs": (program,)})

    # The client reads its own clock when it asks for a token.
    clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
    world = make_world(tmp_path, clock, agencies=("cjib", "duo"), adapt=adapt)
    return Counter(world, TestClient(world.service.app, base_url=BASE))


def test_a_case_system_asks_waits_reads_takes_along_and_deletes(counter: Counter, example: ModuleType) -> None:
    verifier = example.Verifier(counter.http, example.KeyAccess(counter.http, "zaaksysteem", KEY))
    asked = verifier.ask("intake", once="dossier-2026-0117")
    assert verifier.ask("intake", once="dossier-2026-0117") == asked, "once, however often it is sent"
    assert (asked.status, asked.link[:11], asked.totals) == ("open", "openid4vp:/", {})
    with pytest.raises(example.RefusedError) as refused:
        verifier.check_again(asked.id)
    assert (refused.value.status, refused.value.code) == (409, "not_answered")

    def meanwhile(seconds: float) -> None:
        counter.share(asked.document, counter.world.samira())

    answer = verifier.wait(asked.id, sleep=meanwhile)
    assert answer.status == "beantwoord"
    assert answer.complete
    assert answer.totals["saldo"] == sum(each["saldo"] for each in answer.debts) > 0
    assert verifier.file(asked.id, "schulden.csv").startswith(b"\xef\xbb\xbf")
    assert verifier.check_again(asked.id).status == "beantwoord"
    assert verifier.changed(asked.id, since=asked.id)["schulden"] == []
    verifier.delete(asked.id)
    with pytest.raises(example.RefusedError) as refused:
        verifier.read(asked.id)
    assert (refused.value.status, refused.value.code) == (404, "unknown_request")


def without_nulls(value: Any) -> Any:
    """A message as an OpenAPI document can show it: FastAPI leaves out what is null."""
    if isinstance(value, dict):
        return {name: without_nulls(each) for name, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def test_an_answer_has_the_members_of_the_example_in_the_document(counter: Counter) -> None:
    paths = counter.http.get("/api/v1/openapi.json").json()["paths"]
    examples = {
        (path.rpartition("/")[2], method): operation["responses"][done]["content"]["application/json"]["example"]
        for path, methods in paths.items()
        for method, operation in methods.items()
        for done in ("200", "201")
        if "application/json" in operation["responses"].get(done, {}).get("content", {})
    }
    assert set(examples) == {
        ("verificatieverzoeken", "post"),
        ("{id}", "get"),
        ("hercontroles", "post"),
        ("veranderingen", "get"),
    }
    made = counter.make(sjabloon="intake")
    counter.share(made, counter.world.samira())
    again = counter.http.post(f"{API}/{made['id']}/hercontroles", headers=auth()).json()
    for name, answer in ((("{id}", "get"), counter.look(made["id"])), (("hercontroles", "post"), again)):
        example = examples[name]
        assert answer.keys() == example.keys()
        assert shape(example) <= shape(answer), "and none that an answer has not"
        for member in ("schulden", "uitgevers", "totalen"):
            assert shape(without_nulls(answer[member])) == shape(example[member]), member


def test_what_is_refused_says_why(counter: Counter, example: ModuleType) -> None:
    by_token = example.Verifier(counter.http, lambda: TOKEN)
    with pytest.raises(example.RefusedError) as refused:
        by_token.ask("alles")
    assert refused.value.status == 400
    with pytest.raises(example.RefusedError) as refused:
        example.Verifier(counter.http, lambda: "geen").read("x")
    assert refused.value.status == 401
    stranger = example.KeyAccess(counter.http, "zaaksysteem", ECKey.generate_key("P-256"))
    with pytest.raises(example.RefusedError) as refused:
        example.Verifier(counter.http, stranger).ask("intake")
    assert refused.value.code == "invalid_client"


def test_a_message_is_taken_when_it_is_signed_and_fresh_and_not_otherwise(example: ModuleType) -> None:
    secret, body = written(secrets.token_bytes(32)), b'{"type":"verzoek.beantwoord","data":{"id":"lopDAOTX"}}'

    def headers(at: int, **more: str) -> dict[str, Any]:
        signed = signature(read_secrets(secret, "x"), "msg_1", at, body)
        return {"webhook-id": "msg_1", "webhook-timestamp": str(at), "webhook-signature": signed, **more}

    assert example.message(headers(1_000), body, secret, now=1_010) == ("verzoek.beantwoord", "lopDAOTX")
    refused = [
        (headers(1_000), body + b" ", 1_010),
        (headers(1_000), body, 2_000),
        (headers(1_000, **{"webhook-id": "msg_2"}), body, 1_010),
        (headers(1_000, **{"webhook-signature": "v1,"}), body, 1_010),
        ({}, body, 1_010),
    ]
    for given, content, now in refused:
        with pytest.raises(example.ForgedError):
            example.message(given, content, secret, now=now)
