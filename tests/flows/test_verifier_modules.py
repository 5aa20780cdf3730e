"""What the OpenID Foundation's test wallets do to a verifier of OpenID4VP 1.0, one test for each of their modules.

Their plans look at the request itself, then answer well once and badly in each way that a wallet can; the names of the
tests say which. The mdoc modules are with the format.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from credentials.clock import FixedClock
from credentials.encoding import JsonObject
from credentials.formats.selective_disclosure import key_binding
from credentials.jose import EncryptionKey, UnverifiedToken
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.certificates import parse_x5c
from credentials.openid.client_id import x509_hash
from credentials.openid.errors import InvalidPresentationRequest
from credentials.openid.request_link import RequestUriPost
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from credentials.openid.wallet_metadata import encryption_metadata, open_request
from tests.flows.presentation_kit import BASE, Counter
from tests.verifier_world import Card, make_world

YEAR = timedelta(days=365)
REQUEST_MEMBERS = {
    "aud", "client_id", "client_metadata", "dcql_query", "exp", "iat", "nonce", "response_mode", "response_type",
    "response_uri", "state", "verifier_info",
}  # fmt: skip
METADATA_MEMBERS = {"vp_formats_supported", "jwks", "encrypted_response_enc_values_supported"}


@pytest.fixture
def counter(tmp_path: Path, clock: FixedClock) -> Iterator[Counter]:
    world = make_world(tmp_path, clock, agencies=("cjib",))
    with TestClient(world.service.app, base_url=BASE, follow_redirects=False) as http:
        yield Counter(world, http)


@pytest.fixture
def cards(counter: Counter) -> list[Card]:
    return counter.world.samira()[:1]


@pytest.fixture
def asked(counter: Counter) -> PresentationRequest:
    return counter.read(counter.make(sjabloon="snelscan")["verzoekUri"])


def refused(counter: Counter, asked: PresentationRequest, presentation: str) -> None:
    """The answer is refused as a client's fault, and nothing of it is repeated."""
    answer = counter.send(asked, {"overzicht": [presentation]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert presentation not in answer.text


def presented(counter: Counter, asked: PresentationRequest, cards: list[Card], **how: Any) -> str:
    return str(counter.world.present(asked, cards, **how)["overzicht"][0])


def rebound(counter: Counter, asked: PresentationRequest, cards: list[Card], **changed: Any) -> str:
    """Return a presentation whose key binding states something else."""
    signed_part, _, _ = presented(counter, asked, cards).rpartition("~")
    stated = {
        "audience": asked.client_id.full, "nonce": asked.nonce, "now": counter.world.clock.now(), **changed,
    }  # fmt: skip
    over = stated.pop("over", f"{signed_part}~")
    return f"{signed_part}~{key_binding.make(over, stated.pop('holder', cards[0].holder), **stated)}"


def raw(counter: Counter, made: Any, **form: str) -> tuple[JsonObject, JsonObject, str]:
    """Return header and payload of the request object as it is served, and its media type."""
    parameters = parse_qs(urlsplit(made["verzoekUri"]).query)
    path = parameters["request_uri"][0].removeprefix(BASE)
    answer = counter.http.post(path, data=form) if form else counter.http.get(path)
    token = UnverifiedToken.parse(answer.text)
    assert token.payload["client_id"] == parameters["client_id"][0]
    return token.header, token.payload, answer.headers["content-type"]


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
def test_the_request_is_what_it_has_to_be_and_no_more(counter: Counter, mode: str, prefix: str) -> None:
    made = counter.make(sjabloon="intake", responseMode=mode, clientIdPrefix=prefix)
    uri = parse_qs(urlsplit(made["verzoekUri"]).query)["request_uri"][0]
    assert "#" not in uri
    header, payload, media_type = raw(counter, made)
    assert media_type == "application/oauth-authz-req+jwt"
    assert (header["typ"], header["alg"]) == ("oauth-authz-req+jwt", "ES256")
    chain = parse_x5c(header["x5c"], InvalidPresentationRequest)
    if prefix == "x509_hash":
        assert payload["client_id"] == f"x509_hash:{x509_hash(chain[0])}"
    assert payload.keys() == REQUEST_MEMBERS, "no scope, client_id_scheme, redirect_uri, request, sub or iss"
    assert (payload["response_type"], payload["response_mode"]) == ("vp_token", mode)
    assert payload["aud"] == "https://self-issued.me/v2"
    assert payload["iat"] == int(counter.world.clock.now().timestamp())
    metadata: Any = payload["client_metadata"]
    assert metadata.keys() <= METADATA_MEMBERS
    query: Any = payload["dcql_query"]
    assert metadata["vp_formats_supported"].keys() == {each["format"] for each in query["credentials"]}
    if mode == "direct_post.jwt":
        (key,) = metadata["jwks"]["keys"]
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "enc", "ECDH-ES")
        assert key["kid"]
        assert "d" not in key
        PublicJwk.parse(key)
        assert metadata["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
    for asked in query["credentials"]:
        in_sets = {id for each in asked["claim_sets"] for id in each}
        assert in_sets == {each["id"] for each in asked["claims"]}, "no claim that nothing refers to"


def test_nonces_and_states_are_long_random_and_url_safe(counter: Counter) -> None:
    seen: set[str] = set()
    for _ in range(5):
        _, payload, _ = raw(counter, counter.make(sjabloon="snelscan"))
        for name in ("nonce", "state"):
            value = str(payload[name])
            assert len(urlsafe_b64decode(value + "=" * (-len(value) % 4))) * 8 >= 128
            assert value.isascii()
            assert not set(value) & set("+/=")
            seen.add(value)
    assert len(seen) == 10


def test_every_request_has_an_encryption_key_of_its_own(counter: Counter) -> None:
    keys = []
    for _ in range(3):
        _, payload, _ = raw(counter, counter.make(sjabloon="snelscan"))
        metadata: Any = payload["client_metadata"]
        keys += metadata["jwks"]["keys"]
    assert len({key["x"] for key in keys}) == len({key["kid"] for key in keys}) == 3


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
def test_happy_flow(counter: Counter, cards: list[Card], mode: str) -> None:
    made = counter.make(sjabloon="snelscan", responseMode=mode)
    answer = counter.share(made, cards)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["content-type"] == "application/json"


def test_minimal_cnf_jwk(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    issued = UnverifiedToken.parse(str(cards[0].credential).partition("~")[0]).payload
    confirmation: Any = issued["cnf"]
    assert confirmation["jwk"].keys() == {"kty", "crv", "x", "y"}
    assert counter.send(asked, {"overzicht": [presented(counter, asked, cards)]}).status_code == 200


def test_request_uri_method_post(counter: Counter) -> None:
    made = counter.make(sjabloon="snelscan")
    assert parse_qs(urlsplit(made["verzoekUri"]).query)["request_uri_method"] == ["post"]
    _, payload, media_type = raw(counter, made, wallet_nonce="van-de-wallet-0001")
    assert payload["wallet_nonce"] == "van-de-wallet-0001"
    assert media_type == "application/oauth-authz-req+jwt"
    assert "wallet_nonce" not in raw(counter, made)[1]


def test_a_wallet_with_a_key_gets_the_request_encrypted(counter: Counter, cards: list[Card]) -> None:
    made = counter.make(sjabloon="snelscan")
    path = parse_qs(urlsplit(made["verzoekUri"]).query)["request_uri"][0].removeprefix(BASE)
    key = EncryptionKey.generate("van-de-wallet")
    form = RequestUriPost("van-de-wallet-0001", encryption_metadata(key)).to_form()
    answer = counter.http.post(path, data=form)
    assert (answer.status_code, answer.text.count(".")) == (200, 4)
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    token = UnverifiedToken.parse(open_request(answer.text, key))
    assert (token.header["typ"], token.payload["wallet_nonce"]) == ("oauth-authz-req+jwt", "van-de-wallet-0001")
    unreadable = {"wallet_metadata": json.dumps({"jwks": {"keys": [{"kty": "RSA", "kid": "r"}]}})}
    refused = counter.http.post(path, data=unreadable)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert counter.share(made, cards).status_code == 200


@pytest.mark.parametrize(
    "error",
    ["vp_formats_not_supported", "invalid_request", "invalid_client", "wallet_unavailable", "invalid_transaction_data",
     "invalid_request_uri_method", "server_error", "iets van een wallet zelf"],
)  # fmt: skip
def test_an_error_of_a_wallet_is_noted_and_another_may_still_answer(
    counter: Counter, cards: list[Card], error: str
) -> None:
    made = counter.make(sjabloon="snelscan")
    request = counter.read(made["verzoekUri"])
    answer = counter.post(request, {"error": error, "state": str(request.state)})
    assert (answer.status_code, answer.json()) == (200, {})
    found = counter.look(made["id"])
    assert found["status"] == "open"
    (attempt,) = found["pogingen"]
    assert attempt["code"] == (error if " " not in error else "unknown")
    assert attempt["uitleg"].endswith(".")
    assert "van een wallet zelf" not in json.dumps(found)
    assert counter.share(made, cards).status_code == 200


def test_an_error_for_another_request_is_none(counter: Counter) -> None:
    made = counter.make(sjabloon="snelscan")
    request = counter.read(made["verzoekUri"])
    assert counter.post(request, {"error": "access_denied", "state": "een-andere"}).status_code == 400
    assert counter.look(made["id"])["status"] == "open"


def test_request_uri_fetched_twice(counter: Counter, cards: list[Card]) -> None:
    made = counter.make(sjabloon="snelscan")
    first, second = raw(counter, made)[1], raw(counter, made)[1]
    assert (first["nonce"], first["client_metadata"]) == (second["nonce"], second["client_metadata"])
    assert counter.share(made, cards).status_code == 200


def test_invalid_kb_jwt_signature(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    refused(counter, asked, rebound(counter, asked, cards, holder=SoftwareSigner.generate()))
    whole = presented(counter, asked, cards)
    head, _, signature = whole.rpartition(".")
    refused(counter, asked, f"{head}.{'A' * len(signature)}")


def test_invalid_kb_jwt_sd_hash(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    refused(counter, asked, rebound(counter, asked, cards, over="een.ander.bewijs~"))
    # The hash of fewer disclosures than are shown.
    issued = str(cards[0].credential).partition("~")[0]
    refused(counter, asked, rebound(counter, asked, cards, over=f"{issued}~"))


def test_invalid_kb_jwt_nonce(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    for nonce in ("", asked.nonce[:-1], f"{asked.nonce}x", "een-andere-nonce-1234567890"):
        refused(counter, asked, rebound(counter, asked, cards, nonce=nonce))


def test_invalid_kb_jwt_aud(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    for audience in (asked.client_id.value, asked.response_uri, f"{asked.client_id.full}/", "x509_hash:een-ander"):
        refused(counter, asked, rebound(counter, asked, cards, audience=audience))


def test_kb_jwt_iat_in_past(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    refused(counter, asked, rebound(counter, asked, cards, now=counter.world.clock.now() - YEAR))


def test_kb_jwt_iat_in_future(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    refused(counter, asked, rebound(counter, asked, cards, now=counter.world.clock.now() + YEAR))


def test_invalid_credential_signature(counter: Counter, asked: PresentationRequest, cards: list[Card]) -> None:
    head, payload, signature = str(cards[0].credential).partition("~")[0].split(".")
    forged = str(cards[0].credential).replace(signature, "A" * len(signature), 1)
    cards[0].credential = forged
    assert forged.startswith(f"{head}.{payload}.")
    refused(counter, asked, presented(counter, asked, cards))


def test_a_bad_answer_harms_no_good_one_after_it(
    counter: Counter, asked: PresentationRequest, cards: list[Card]
) -> None:
    refused(counter, asked, rebound(counter, asked, cards, nonce="een-andere-nonce-1234567890"))
    good = build_response(asked, counter.world.present(asked, cards))
    answer = counter.post(asked, good)
    assert (answer.status_code, json.loads(answer.text)) == (200, {})
