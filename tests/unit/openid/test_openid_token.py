import json

import pytest

from credentials.encoding import JsonObject
from credentials.openid.authorization_details import AuthorizationDetail
from credentials.openid.errors import (
    InvalidAccessToken,
    InvalidRequest,
    MalformedMessage,
    MissingAccessToken,
    OAuthError,
    UnsupportedGrantType,
)
from credentials.openid.offer import PRE_AUTHORIZED_CODE
from credentials.openid.token import (
    AuthorizationCodeTokenRequest,
    PreAuthorizedTokenRequest,
    RefreshTokenRequest,
    TokenRequest,
    TokenResponse,
    parse_access_token,
    parse_token_request,
    parse_token_response,
)

ISSUER = "https://tilburg.example/uitgever"
PRE_AUTHORIZED = PreAuthorizedTokenRequest("k3-secret", tx_code="493536", resource=(ISSUER,))
CODE = AuthorizationCodeTokenRequest(
    "c-secret",
    code_verifier="v" * 43,
    redirect_uri="https://wallet.example/terug",
    client_id="https://wallet.example",
    authorization_details=(AuthorizationDetail("zaak_sdjwt"),),
)
REFRESH = RefreshTokenRequest("r-secret", client_id="app", scope=("overzicht_sdjwt", "zaak_sdjwt"))
RESPONSE = TokenResponse(
    "at-secret",
    "DPoP",
    300,
    scope=("zaak_sdjwt",),
    authorization_details=(AuthorizationDetail("zaak_sdjwt", ("zaak-1", "zaak-2")),),
    refresh_token="rt-secret",
)


@pytest.mark.parametrize("request_", [PRE_AUTHORIZED, CODE, REFRESH])
def test_token_requests_travel_both_ways(request_: TokenRequest) -> None:
    assert parse_token_request(request_.to_form()) == request_


def test_an_anonymous_wallet_names_no_client() -> None:
    request = parse_token_request({"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": "c"})
    assert isinstance(request, PreAuthorizedTokenRequest)
    assert request.client_id is None
    assert request.tx_code is None


def test_secrets_do_not_print() -> None:
    for secret in (PRE_AUTHORIZED, CODE, REFRESH, RESPONSE, RESPONSE.token):
        assert "secret" not in repr(secret)
        assert "493536" not in repr(secret)


@pytest.mark.requirement("vci-token-errors")
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, InvalidRequest),
        ({"grant_type": "password", "username": "u"}, UnsupportedGrantType),
        ({"grant_type": PRE_AUTHORIZED_CODE}, InvalidRequest),
        ({"grant_type": PRE_AUTHORIZED_CODE, "pre_authorized_code": "c"}, InvalidRequest),
        ({**PRE_AUTHORIZED.to_form(), "tx_code": "1" * 65}, InvalidRequest),
        ({**PRE_AUTHORIZED.to_form(), "authorization_details": "[]"}, OAuthError),
        ({**CODE.to_form(), "code": ""}, InvalidRequest),
        ({**CODE.to_form(), "code_verifier": ""}, InvalidRequest),
        ({**CODE.to_form(), "redirect_uri": ""}, InvalidRequest),
        ({**CODE.to_form(), "client_id": ""}, InvalidRequest),
        ({**CODE.to_form(), "tx_code": "1"}, InvalidRequest),
    ],
)
def test_a_malformed_token_request_is_refused(fields: dict[str, str], error: type[OAuthError]) -> None:
    with pytest.raises(error):
        parse_token_request(fields)


@pytest.mark.requirement("vci-token-answer")
def test_a_token_response_travels_both_ways() -> None:
    assert parse_token_response(json.dumps(RESPONSE.to_json()).encode()) == RESPONSE
    assert None not in TokenResponse("t", "Bearer").to_json().values()


def test_the_token_type_is_read_without_regard_to_case() -> None:
    response = parse_token_response(b'{"access_token":"t","token_type":"dpop"}')
    assert response.token_type == "DPoP"
    assert response.token.header() == "DPoP t"


def test_details_of_other_types_are_ignored_in_a_response() -> None:
    document: JsonObject = {**RESPONSE.to_json(), "authorization_details": [{"type": "payment"}]}
    assert parse_token_response(json.dumps(document).encode()).authorization_details == ()


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": ""},
        {"access_token": None},
        {"access_token": "two words"},
        {"access_token": "a\r\nX-Header: 1"},
        {"token_type": "mac"},
        {"token_type": None},
        {"expires_in": "300"},
        {"scope": None},
        {"authorization_details": []},
        {"authorization_details": None},
        {"authorization_details": [{"type": "openid_credential", "credential_configuration_id": "x"}]},
        {
            "authorization_details": [
                {"type": "openid_credential", "credential_configuration_id": "x", "credential_identifiers": []}
            ]
        },
    ],
)
def test_a_malformed_token_response_is_refused(change: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        parse_token_response(json.dumps({**RESPONSE.to_json(), **change}).encode())


@pytest.mark.parametrize(
    ("header", "scheme"), [("Bearer abc", "Bearer"), ("bearer abc.d_e-f~g+/==", "Bearer"), ("DPoP  abc", "DPoP")]
)
def test_access_tokens_are_read(header: str, scheme: str) -> None:
    token = parse_access_token([header])
    assert token.scheme == scheme
    assert token.value.reveal() == header.split()[1]
    assert "abc" not in repr(token)


@pytest.mark.parametrize("headers", [[], [""]])
def test_no_header_is_a_missing_token(headers: list[str]) -> None:
    with pytest.raises(MissingAccessToken):
        parse_access_token(headers)


@pytest.mark.parametrize(
    "header", ["Bearer", "Basic abc", "Bearer a b", "Bearer é", "Bearer " + "a" * 16_000, "abc", "Bearer abc\n"]
)
def test_a_malformed_header_is_a_wrong_token(header: str) -> None:
    with pytest.raises(InvalidAccessToken):
        parse_access_token([header])


@pytest.mark.parametrize("second", ["Bearer abc", "DPoP abc", ""])
def test_two_authorization_headers_are_a_wrong_token_even_if_they_are_alike(second: str) -> None:
    with pytest.raises(InvalidAccessToken):
        parse_access_token(["Bearer abc", second])


def test_the_challenge_names_the_scheme_that_was_tried_and_what_dpop_proofs_are_signed_with() -> None:
    with pytest.raises(InvalidAccessToken) as refused:
        parse_access_token(["DPoP not/a token"], dpop_algorithms=["ES256", "EdDSA"])
    challenge = refused.value.headers()["WWW-Authenticate"]
    assert challenge.startswith('DPoP error="invalid_token"')
    assert challenge.endswith(', algs="ES256 EdDSA"')
