"""What `--strict-issuer` adds, and what the default profile leaves out: who may sign for whom."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import sign_document
from credentials.formats.vcdm import CREDENTIALS_V2, IssuerBinding
from credentials.keys import Algorithm, SoftwareSigner
from service.commands.vc_api.app import create_app
from service.commands.vc_api.door import Door

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SIGNER = SoftwareSigner.generate(Algorithm.EDDSA)
DID, METHOD = did_key(SIGNER.public_jwk)


@pytest.fixture(scope="module", params=list(IssuerBinding))
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    made = Door.make("https://127.0.0.1:1", FixedClock(NOW), request.param)
    yield made
    made.close()


def signed(door: Door, document: JsonObject, **how: Any) -> JsonObject:
    canonicaliser = door.engine.canonicaliser
    return sign_document(document, SIGNER, METHOD, canonicaliser=canonicaliser, created=NOW, **how)


def credential(issuer: str) -> JsonObject:
    return {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "credentialSubject": {"id": "did:example:alice"},
    }


def post(door: Door, path: str, body: JsonObject) -> tuple[int, Any]:
    with TestClient(create_app(door)) as client:
        answer = client.post(path, json=body)
    return answer.status_code, answer.json()


@pytest.mark.parametrize("issuer", [pytest.param(DID, id="own"), "https://issuer.example/1"])
def test_an_issuer_controls_the_key_where_that_is_required(door: Door, issuer: str) -> None:
    status, body = post(door, "/credentials/verify", {"verifiableCredential": signed(door, credential(issuer))})
    accepted = issuer == DID or door.engine.binding is IssuerBinding.NOT_CHECKED
    assert status == (200 if accepted else 400)
    if not accepted:
        assert body["errors"][0]["type"].endswith("#CRYPTOGRAPHIC_SECURITY_ERROR")
        assert body["errors"][0]["pointer"] == "/issuer"


@pytest.mark.parametrize("holder", [pytest.param(DID, id="own"), "did:example:other", None])
def test_a_holder_does_too(door: Door, holder: str | None) -> None:
    document: JsonObject = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"]}
    if holder is not None:
        document["holder"] = holder
    presented = signed(door, document, purpose="authentication")
    status, _ = post(door, "/presentations/verify", {"verifiablePresentation": presented})
    accepted = holder != "did:example:other" or door.engine.binding is IssuerBinding.NOT_CHECKED
    assert status == (200 if accepted else 400)


def test_the_default_has_one_message_for_each_bit_and_whoever_asks_gets_one_for_each_value() -> None:
    for whole, count in ((False, 2), (True, 4)):
        made = Door.make("https://127.0.0.1:1", FixedClock(NOW), whole_messages=whole)
        entry: Any = made.lists.entries(None)[-1]
        made.close()
        assert (entry["statusSize"], len(entry["statusMessage"])) == (2, count)
