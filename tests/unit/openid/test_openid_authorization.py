import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from credentials.openid.authorization import (
    AuthorizationReference,
    AuthorizationRequest,
    PushedResponse,
    authorization_url,
    error_redirect,
    parse_authorization_reference,
    parse_authorization_request,
    parse_authorization_response,
    parse_pushed_response,
    success_redirect,
)
from credentials.openid.authorization_details import AuthorizationDetail, parse_parameter
from credentials.openid.errors import (
    AccessDenied,
    InvalidAuthorizationDetails,
    InvalidGrant,
    InvalidRequest,
    MalformedMessage,
    OAuthError,
    PeerRefused,
    UnsupportedResponseType,
)
from credentials.openid.pkce import check_verifier, code_challenge, code_verifier

ISSUER = "https://tilburg.example/uitgever"
# RFC 7636 appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

REQUEST = AuthorizationRequest(
    client_id="https://wallet.example",
    redirect_uri="https://wallet.example/terug",
    code_challenge=CHALLENGE,
    state="s-1",
    scope=("overzicht_sdjwt", "zaak_sdjwt"),
    authorization_details=(AuthorizationDetail("zaak_ldp", locations=(ISSUER,)),),
    issuer_state="is-1",
    resource=(ISSUER,),
    dpop_jkt=CHALLENGE,
)


@pytest.mark.requirement("as-pkce")
def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    assert code_challenge(VERIFIER) == CHALLENGE
    check_verifier(VERIFIER, CHALLENGE)


@pytest.mark.requirement("as-pkce")
@pytest.mark.parametrize(
    "verifier", ["", CHALLENGE, VERIFIER + "x", VERIFIER[:-1], "a" * 129, "é" * 43, VERIFIER + "\n"]
)
def test_another_verifier_is_refused(verifier: str) -> None:
    with pytest.raises(InvalidGrant):
        check_verifier(verifier, CHALLENGE)


def test_a_verifier_is_made_of_enough_randomness() -> None:
    assert len(code_verifier(bytes(32))) == 43
    with pytest.raises(ValueError, match="random"):
        code_verifier(bytes(31))


def test_a_pushed_request_travels_both_ways() -> None:
    assert parse_authorization_request(REQUEST.to_form()) == REQUEST


def test_a_request_asks_for_a_code_by_s256() -> None:
    form = REQUEST.to_form()
    assert (form["response_type"], form["code_challenge_method"]) == ("code", "S256")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, UnsupportedResponseType),
        ({"response_type": ""}, InvalidRequest),
        ({"code_challenge": ""}, InvalidRequest),
        ({"code_challenge": "short"}, InvalidRequest),
        ({"code_challenge_method": "plain"}, InvalidRequest),
        ({"code_challenge_method": ""}, InvalidRequest),
        ({"client_id": ""}, InvalidRequest),
        ({"redirect_uri": ""}, InvalidRequest),
        ({"redirect_uri": "javascript:alert(1)"}, InvalidRequest),
        ({"redirect_uri": "https://wallet.example/#x"}, InvalidRequest),
        ({"request_uri": "urn:x"}, InvalidRequest),
        ({"request": "eyJ"}, InvalidRequest),
        ({"state": "s" * 1_001}, InvalidRequest),
        ({"dpop_jkt": "short"}, InvalidRequest),
        ({"dpop_jkt": f"{CHALLENGE}="}, InvalidRequest),
        ({"dpop_jkt": CHALLENGE[:-1] + "+"}, InvalidRequest),
        ({"scope": " ".join(f"s{n}" for n in range(101))}, OAuthError),
        ({"authorization_details": "[]"}, InvalidAuthorizationDetails),
        ({"authorization_details": "{}"}, InvalidAuthorizationDetails),
        ({"authorization_details": "no json"}, InvalidAuthorizationDetails),
        ({"authorization_details": '[{"type":"payment"}]'}, InvalidAuthorizationDetails),
        ({"authorization_details": '[{"type":"openid_credential"}]'}, InvalidAuthorizationDetails),
    ],
)
def test_a_request_that_is_not_ours_to_grant_is_refused(change: dict[str, str], error: type[OAuthError]) -> None:
    with pytest.raises(error):
        parse_authorization_request({**REQUEST.to_form(), **change})


@pytest.mark.parametrize(
    "name", ["authorization_details", "authorization_details_multiple_credentials", "authorization_details_with_as"]
)
def test_the_specifications_authorization_details_are_read(vector: Callable[[str], bytes], name: str) -> None:
    text = vector(f"vci/{name}.json").decode()
    expected = [entry["credential_configuration_id"] for entry in json.loads(text)]
    assert [detail.configuration_id for detail in parse_parameter(text)] == expected


def test_the_browser_carries_a_reference_only() -> None:
    pushed = PushedResponse("urn:ietf:params:oauth:request_uri:x", 60)
    assert parse_pushed_response(json.dumps(pushed.to_json()).encode()) == pushed
    url = authorization_url("https://as.example/authorize?tenant=1", client_id="w", request_uri=pushed.request_uri)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query == {"tenant": "1", "client_id": "w", "request_uri": pushed.request_uri}
    assert parse_authorization_reference(query) == AuthorizationReference("w", pushed.request_uri)


@pytest.mark.parametrize(
    "body", [b"{}", b'{"request_uri":"x"}', b'{"request_uri":"x","expires_in":0}', b'{"request_uri":1,"expires_in":60}']
)
def test_a_malformed_pushed_response_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedMessage):
        parse_pushed_response(body)


def test_an_unpushed_request_is_refused_at_the_authorization_endpoint() -> None:
    with pytest.raises(InvalidRequest):
        parse_authorization_reference(REQUEST.to_form())


def answer(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.requirement("as-iss")
def test_a_code_comes_back_with_state_and_issuer() -> None:
    fields = answer(success_redirect(REQUEST.redirect_uri, code="c-1", state="s-1", issuer=ISSUER))
    assert parse_authorization_response(fields, state="s-1", issuer=ISSUER) == "c-1"


def test_an_error_comes_back_as_one() -> None:
    fields = answer(error_redirect(REQUEST.redirect_uri, AccessDenied("no"), state="s-1", issuer=ISSUER))
    assert fields["error_description"] == "no"
    with pytest.raises(PeerRefused) as refused:
        parse_authorization_response(fields, state="s-1", issuer=ISSUER)
    assert refused.value.error == "access_denied"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "c-1", "state": "s-2", "iss": ISSUER},
        {"code": "c-1", "iss": ISSUER},
        {"code": "c-1", "state": "é", "iss": ISSUER},
        {"code": "c-1", "state": "s-1"},
        {"code": "c-1", "state": "s-1", "iss": "https://evil.example"},
        {"code": "c-1", "state": "s-1", "iss": ISSUER + "/"},
        {"state": "s-1", "iss": ISSUER},
        {"error": "access_denied", "state": "s-2", "iss": ISSUER},
        {"error": "access_denied", "state": "s-1", "iss": "https://evil.example"},
    ],
)
def test_an_answer_to_another_question_or_from_another_server_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedMessage):
        parse_authorization_response(fields, state="s-1", issuer=ISSUER)


@pytest.mark.requirement("as-iss")
def test_iss_may_be_absent_only_where_it_was_not_promised() -> None:
    fields = {"code": "c-1", "state": "s-1"}
    assert parse_authorization_response(fields, state="s-1", issuer=ISSUER, require_iss=False) == "c-1"
    with pytest.raises(MalformedMessage):
        parse_authorization_response(
            {**fields, "iss": "https://e.example"}, state="s-1", issuer=ISSUER, require_iss=False
        )
