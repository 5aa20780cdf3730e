import json
from collections.abc import Callable

import pytest

from credentials.encoding import JsonObject
from credentials.jose import EncryptionKey
from credentials.openid.credential import (
    CredentialRequest,
    CredentialResponse,
    DeferredRequest,
    DeferredResponse,
    parse_credential_request,
    parse_credential_response,
    parse_deferred_request,
)
from credentials.openid.credential_encryption import ResponseEncryption
from credentials.openid.errors import (
    CredentialError,
    InvalidCredentialRequest,
    InvalidEncryptionParameters,
    InvalidProof,
    MalformedMessage,
)

ENCRYPTION = ResponseEncryption(EncryptionKey.generate("k1").public(), "A128GCM", "DEF")
BY_ID = CredentialRequest(configuration_id="overzicht_sdjwt", jwt_proofs=("a.b.c", "d.e.f"))


def read(document: object) -> CredentialRequest:
    return parse_credential_request(json.dumps(document).encode())


@pytest.mark.parametrize(
    "request_",
    [BY_ID, CredentialRequest(identifier="zaak-1"), CredentialRequest("x", response_encryption=ENCRYPTION)],
)
def test_requests_travel_both_ways(request_: CredentialRequest) -> None:
    assert read(request_.to_json()) == request_


@pytest.mark.requirement("vci-request-unknown-members")
def test_members_of_drafts_and_of_the_future_are_ignored() -> None:
    document: JsonObject = {
        **BY_ID.to_json(),
        "format": "dc+sd-jwt",
        "vct": "urn:x",
        "proof": {"proof_type": "jwt", "jwt": "x"},
        "new": None,
    }
    assert read(document) == BY_ID


def test_null_is_what_a_wallet_left_out() -> None:
    document: JsonObject = {"credential_configuration_id": None, "credential_identifier": "zaak-1", "proofs": None}
    assert read(document) == CredentialRequest(identifier="zaak-1")


@pytest.mark.requirement("vci-errors")
@pytest.mark.parametrize(
    ("document", "error"),
    [
        ([], InvalidCredentialRequest),
        ({}, InvalidCredentialRequest),
        ({"credential_configuration_id": "x", "credential_identifier": "y"}, InvalidCredentialRequest),
        ({"credential_configuration_id": ""}, InvalidCredentialRequest),
        ({"credential_configuration_id": None, "credential_identifier": None}, InvalidCredentialRequest),
        ({"credential_configuration_id": ["x"]}, InvalidCredentialRequest),
        (
            {"credential_configuration_id": "x", "credential_response_encryption": "A128GCM"},
            InvalidEncryptionParameters,
        ),
        ({"credential_configuration_id": "x", "proofs": []}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"jwt": []}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"jwt": "a.b.c"}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"jwt": [7]}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"jwt": ["a"], "attestation": ["b"]}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"di_vp": ["a"]}}, InvalidProof),
        ({"credential_configuration_id": "x", "proofs": {"jwt": ["a"] * 1_001}}, InvalidProof),
    ],
)
def test_malformed_requests_are_refused(document: object, error: type[CredentialError]) -> None:
    with pytest.raises(error):
        read(document)


@pytest.mark.parametrize("body", [b"", b"{", b'{"credential_identifier":"a","credential_identifier":"b"}', b"\xff"])
def test_a_body_that_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidCredentialRequest):
        parse_credential_request(body)


@pytest.mark.requirement("vci-request-names-one")
def test_a_request_that_names_no_credential_is_refused(vector: Callable[[str], bytes]) -> None:
    with pytest.raises(InvalidCredentialRequest):
        parse_credential_request(vector("vci/credential_request_iso_mdl.json"))


@pytest.mark.requirement("vci-immediate")
@pytest.mark.parametrize("response", [CredentialResponse(("a~", {"type": "x"})), CredentialResponse(("a~",), "n-1")])
def test_immediate_responses_travel_both_ways(response: CredentialResponse) -> None:
    assert parse_credential_response(200, json.dumps(response.to_json()).encode()) == response


def test_deferred_responses_travel_both_ways() -> None:
    response = DeferredResponse("t-1", 30)
    assert parse_credential_response(202, json.dumps(response.to_json()).encode()) == response
    for request in (DeferredRequest("t-1"), DeferredRequest("t-1", ENCRYPTION)):
        assert parse_deferred_request(json.dumps(request.to_json()).encode()) == request


def test_credentials_do_not_print() -> None:
    assert "secret" not in repr(CredentialResponse(("secret~",)))


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (200, {}),
        (200, {"credentials": []}),
        (200, {"credentials": ["a~"]}),
        (200, {"credentials": [{"credential": ""}]}),
        (200, {"credentials": [{"credential": 7}]}),
        (200, {"credentials": [{}]}),
        (200, {"credential": "a~"}),
        (200, {"credentials": [{"credential": "a~"}], "transaction_id": "t"}),
        (200, {"credentials": [{"credential": "a~"}], "notification_id": None}),
        (202, {"credentials": [{"credential": "a~"}]}),
        (200, {"transaction_id": "t", "interval": 5}),
        (202, {"transaction_id": "t"}),
        (202, {"transaction_id": "t", "interval": 0}),
        (202, {"transaction_id": "", "interval": 5}),
    ],
)
def test_malformed_responses_are_refused(status: int, document: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        parse_credential_response(status, json.dumps(document).encode())


@pytest.mark.parametrize("document", [{}, {"transaction_id": 1}, []])
def test_malformed_deferred_requests_are_refused(document: object) -> None:
    with pytest.raises(InvalidCredentialRequest):
        parse_deferred_request(json.dumps(document).encode())
