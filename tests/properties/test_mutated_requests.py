"""Requests to the conformance door, changed anywhere: answered, never with a fault of ours nor with what was sent."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.formats.vcdm import CREDENTIALS_V2
from service.commands.vc_api.app import create_app
from service.commands.vc_api.door import Door
from tests.properties.test_mutated_tokens import changed, changes

CANARY = "kanarie-98765"
JSON = {"content-type": "application/json"}
BODIES = [
    b"", b"null", b"[]", b'"x"', b'{"a":1,"a":2}', b"[" * 5_000, b'{"credential":' * 3_000, b"\xff\xfe", b'{"a":NaN}',
    b'{"a":1e999}', b'{"a":"\\ud800"}', b"9" * 5_000, b"\xef\xbb\xbf{}", b'{"verifiableCredential":"x"}',
]  # fmt: skip
PATHS = ["/credentials/verify", "/presentations/verify", "/credentials/derive", "/credentials/status"]
ODD = [
    "/issuers/%2e%2e/credentials/issue", "/issuers/a%2Fb/credentials/issue", "/issuers/%00/credentials/issue",
    "/1.0/identifiers/", "/1.0/identifiers/%ff", "/1.0/identifiers/did:key:z%2F..%2F", "/1.0/identifiers/did:jwk:e30",
    "/1.0/identifiers/did:web:127.0.0.1", "/1.0/identifiers/did:key:z6Mk?publicKeyFormat=%ff", "/status/%2e%2e",
    "/status/..%2f..%2fetc", f"/1.0/identifiers/did:key:z{'1' * 5_000}",
]  # fmt: skip


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    made = Door.make("https://127.0.0.1:1", FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC)))
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(door: Door) -> TestClient:
    return TestClient(create_app(door), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def requests(door: Door, client: TestClient) -> list[tuple[str, Any]]:
    """Each path with a body that is right."""
    made: list[tuple[str, Any]] = []
    for name, instance in door.instances.items():
        credential = {
            "@context": [CREDENTIALS_V2],
            "id": "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c",
            "type": ["VerifiableCredential"],
            "issuer": instance.did,
            "credentialSubject": {"id": f"urn:{CANARY}"},
        }
        path, body = f"/issuers/{name}/credentials/issue", {"credential": credential, "options": {}}
        issued = client.post(path, json=body).json()["verifiableCredential"]
        presentation = {"@context": [CREDENTIALS_V2], "type": ["VerifiablePresentation"]}
        made += [
            (path, body),
            ("/credentials/verify", {"verifiableCredential": issued, "options": {"checks": ["credentialStatus"]}}),
            ("/presentations/verify", {"verifiablePresentation": {**presentation, "verifiableCredential": [issued]}}),
            ("/credentials/derive", {"verifiableCredential": issued, "options": {"selectivePointers": ["/issuer"]}}),
        ]
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
    return [*made, ("/credentials/status", {"credentialId": "urn:x", "credentialStatus": entry})]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_a_changed_request_is_answered(client: TestClient, requests: list[tuple[str, Any]], by: random.Random) -> None:
    path, body = by.choice(requests)
    answer = client.post(path, content=json.dumps(changed(body, by)), headers=JSON)
    assert answer.status_code < 500
    assert answer.status_code < 400 or CANARY not in answer.text


def test_what_is_no_request_is_refused(client: TestClient) -> None:
    for path in PATHS:
        for body in BODIES:
            assert 400 <= client.post(path, content=body, headers=JSON).status_code < 500
        for kind in ("text/plain", "", "application/x-www-form-urlencoded"):
            assert 400 <= client.post(path, content=b"{}", headers={"content-type": kind}).status_code < 500
    for path in ODD:
        for answer in (client.get(path), client.post(path, content=b"{}", headers=JSON)):
            assert answer.status_code in (400, 404, 405, 501)
