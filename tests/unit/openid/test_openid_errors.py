import json
from collections.abc import Iterator

import pytest

from credentials.openid import errors
from credentials.openid.errors import (
    DpopNonceRequired,
    DpopProofRefused,
    InsufficientScope,
    InvalidAccessToken,
    InvalidClient,
    InvalidProof,
    MissingAccessToken,
    OAuthError,
    PeerRefused,
    UseDpopNonce,
    parse_error,
)


def classes(of: type[OAuthError] = OAuthError) -> Iterator[type[OAuthError]]:
    for sub in of.__subclasses__():
        yield sub
        yield from classes(sub)


@pytest.mark.requirement("vci-errors")
def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in classes()]
    assert len(set(codes)) == len(codes)


def test_every_error_on_the_wire_is_one_that_our_own_side_knows() -> None:
    assert {error.error for error in classes()} <= errors.peer._KNOWN_ERRORS


def test_a_body_holds_code_and_description() -> None:
    assert InvalidProof("aud is not this credential issuer").body() == {
        "error": "invalid_proof",
        "error_description": "aud is not this credential issuer",
    }


def test_a_body_without_description_has_no_member_for_it() -> None:
    assert InvalidProof().body() == {"error": "invalid_proof"}


@pytest.mark.requirement("vci-errors")
@pytest.mark.parametrize("detail", ['say "no"', "back\\slash", "één", "line\nbreak"])
def test_a_description_keeps_to_the_characters_of_rfc_6749(detail: str) -> None:
    description = InvalidProof(detail).description
    assert description is not None
    assert all(ord(sign) in {0x20, 0x21} | set(range(0x23, 0x5C)) | set(range(0x5D, 0x7F)) for sign in description)


@pytest.mark.requirement("vci-errors")
def test_no_error_is_ever_cached() -> None:
    assert InvalidProof().headers() == {"Cache-Control": "no-store"}


def test_a_missing_token_gets_a_bare_challenge() -> None:
    error = MissingAccessToken()
    assert (error.status, error.headers()["WWW-Authenticate"], error.body()) == (401, "Bearer", {})


def test_where_dpop_is_taken_too_the_bare_challenge_names_both_schemes() -> None:
    # RFC 9449 section 7.2, figure 17.
    challenge = MissingAccessToken(algorithms=["ES256", "PS256"]).headers()["WWW-Authenticate"]
    assert challenge == 'Bearer, DPoP algs="ES256 PS256"'


@pytest.mark.requirement("as-dpop-challenge")
def test_a_proof_that_does_not_hold_is_unauthorised_at_a_resource() -> None:
    error = DpopProofRefused("htu is wrong", algorithms=["ES256"])
    challenge = 'DPoP error="invalid_dpop_proof", error_description="htu is wrong", algs="ES256"'
    assert (error.status, error.headers()["WWW-Authenticate"]) == (401, challenge)


def test_a_bearer_challenge_says_nothing_of_dpop_proofs() -> None:
    assert "algs" not in InvalidAccessToken("expired", algorithms=["ES256"]).headers()["WWW-Authenticate"]


def test_a_wrong_token_is_told_so_under_its_own_scheme() -> None:
    error = InvalidAccessToken("the token has expired", scheme="DPoP")
    challenge = 'DPoP error="invalid_token", error_description="the token has expired"'
    assert (error.status, error.headers()["WWW-Authenticate"]) == (401, challenge)


def test_insufficient_scope_is_forbidden_rather_than_unauthorised() -> None:
    assert InsufficientScope().status == 403


@pytest.mark.requirement("as-dpop-nonce")
def test_a_dpop_nonce_goes_along_with_the_error() -> None:
    assert (UseDpopNonce("n-1").status, UseDpopNonce("n-1").headers()["DPoP-Nonce"]) == (400, "n-1")
    at_resource = DpopNonceRequired("n-2")
    assert at_resource.status == 401
    assert at_resource.headers()["DPoP-Nonce"] == "n-2"
    assert at_resource.headers()["WWW-Authenticate"].startswith('DPoP error="use_dpop_nonce"')


def test_an_unknown_client_gets_no_challenge_that_it_could_not_meet() -> None:
    assert InvalidClient().status == 400
    assert "WWW-Authenticate" not in InvalidClient().headers()


def test_a_peers_known_error_is_passed_on() -> None:
    refused = parse_error(400, b'{"error":"invalid_nonce"}')
    assert (refused.error, refused.status) == ("invalid_nonce", 400)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"error":7}', b'{"error":"<script>"}', b'{"error":"a","error":"b"}', b"\xff"],
)
def test_whatever_else_a_peer_answers_is_unknown(body: bytes) -> None:
    refused = parse_error(500, body)
    assert refused.error == "unknown"
    assert "script" not in str(refused)


def test_a_peers_own_words_travel_no_further() -> None:
    body = json.dumps({"error": "access_denied", "error_description": "BSN 999990019"}).encode()
    assert "999990019" not in str(parse_error(400, body))
    assert "secret" not in str(PeerRefused("secret"))
