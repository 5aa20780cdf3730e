"""Whose a status list has to be: the issuer's of the credential, in name and by key."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.dids import did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats.ldp_vc import sign_document
from credentials.formats.vcdm import CREDENTIALS_V2
from credentials.keys import Algorithm, SoftwareSigner
from credentials.status import Bitstring, StatusChecker, StatusListUntrusted, list_credential
from service.commands.vc_api.door import Door
from service.commands.vc_api.instances import STATUS
from service.commands.vc_api.issuing import issue
from service.commands.vc_api.lists import MAX_ID_CHARACTERS, MAX_REMEMBERED, UnknownCredential
from service.commands.vc_api.request import Options
from service.commands.vc_api.verifying import BadStatus, CredentialVerifier, Outcome

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LIST = "https://issuer.example/list"
ISSUER, OTHER = (SoftwareSigner.generate(Algorithm.EDDSA) for _ in range(2))


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    made = Door.make("https://127.0.0.1:1", FixedClock(NOW))
    yield made
    made.close()


def signed(door: Door, document: JsonObject, signer: SoftwareSigner) -> JsonObject:
    method = did_key(signer.public_jwk)[1]
    return sign_document(document, signer, method, canonicaliser=door.engine.canonicaliser, created=NOW)


def verify(door: Door, *, named: SoftwareSigner, signer: SoftwareSigner, revoked: bool = False) -> None:
    bits = Bitstring.of(131_072, [5] if revoked else [])
    listed = list_credential(bits, uri=LIST, issuer=did_key(named.public_jwk)[0], purpose="revocation", now=NOW)
    body = json.dumps(signed(door, listed, signer)).encode()
    checker = StatusChecker(lambda *_: body, FixedClock(NOW))
    entry: dict[str, Any] = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "5"}
    credential: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": did_key(ISSUER.public_jwk)[0],
        "credentialSubject": {"id": "did:example:alice"},
        "credentialStatus": {**entry, "statusListCredential": LIST},
    }
    CredentialVerifier(door.engine, checker).verify(signed(door, credential, ISSUER), Options(), Outcome())


def test_the_issuers_own_list_counts(door: Door) -> None:
    verify(door, named=ISSUER, signer=ISSUER)
    with pytest.raises(BadStatus):
        verify(door, named=ISSUER, signer=ISSUER, revoked=True)


def test_no_other_list_does(door: Door) -> None:
    for named, signer in ((ISSUER, OTHER), (OTHER, ISSUER), (OTHER, OTHER)):
        with pytest.raises(StatusListUntrusted):
            verify(door, named=named, signer=signer)


def test_places_are_remembered_for_so_many_credentials(door: Door) -> None:
    for number in range(MAX_REMEMBERED + 1):
        door.lists._places[f"urn:{number}"] = 0
    door.lists.entries("urn:last")
    door.lists.set("urn:last", "revocation", 1)
    with pytest.raises(UnknownCredential):
        door.lists.set("urn:0", "revocation", 1)
    with pytest.raises(BlauweKnopError):
        door.lists.set("urn:last", "revocation", 2)
    with pytest.raises(LimitExceeded):
        door.lists.entries("urn:" + "x" * MAX_ID_CHARACTERS)


def test_what_is_refused_takes_no_place() -> None:
    door = Door.make("https://127.0.0.1:1", FixedClock(NOW))
    instance = door.instances[STATUS]
    good: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiableCredential"],
        "issuer": instance.did,
        "credentialSubject": {"id": "did:example:alice"},
    }
    refused: list[JsonObject] = [
        {**good, "issuer": "did:example:other"},
        {**good, "credentialSubject": {"undefined": "x"}},
        {**good, "credentialStatus": {"type": "BitstringStatusListEntry"}},
    ]
    for document in refused:
        with pytest.raises(BlauweKnopError):
            issue(instance, {"credential": document}, door.engine, door.lists)
    assert not door.lists._taken
    issue(instance, {"credential": good}, door.engine, door.lists)
    assert len(door.lists._taken) == 1
    door.close()
