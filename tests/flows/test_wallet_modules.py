"""What the OpenID Foundation's test verifiers do to a wallet of OpenID4VP 1.0, one test for each of their modules.

First what a wallet must answer, then what it must refuse: nothing of the citizen's may leave for it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from credentials.encoding import JsonObject, b64url_encode
from credentials.jose import EncryptionKey, UnverifiedToken, encrypt, encrypt_token
from credentials.keys import SoftwareSigner
from credentials.openid.transaction_data import AGREEMENT, HASHES, TransactionData, is_agreed
from credentials.openid.vp_request import ResponseMode
from credentials.openid.vp_response import PresentationResponse, RefusedResponse
from credentials.openid.wallet_metadata import recipient_of
from tests.flows.wallet_kit import a_query, boxes, only, scan
from tests.wallet_world import Citizen, Requester, WalletWorld, make_world

ENCRYPTION_KEYS_THAT_DO_NOT_FIT: tuple[JsonObject, ...] = (
    {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "okp", "use": "enc", "alg": "ECDH-ES"},
    {**SoftwareSigner.generate().public_jwk.to_dict(), "kid": "sig", "use": "sig", "alg": "ES256"},
    {**EncryptionKey.generate("kw").public(), "alg": "ECDH-ES+A256KW"},
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("modules"), "cjib")
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


@pytest.fixture(scope="module")
def listed(world: WalletWorld) -> Requester:
    made = world.requester()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    return made


@pytest.fixture
def counsellor(listed: Requester) -> Requester:
    listed.answered.clear()
    return listed


def shared(samira: Citizen, counsellor: Requester, link: str) -> PresentationResponse:
    page = scan(samira, link)
    assert page.status == 200, page.words
    samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    (answer,) = counsellor.answered
    assert isinstance(answer, PresentationResponse)
    return answer


@pytest.mark.parametrize("mode", list(ResponseMode))
@pytest.mark.parametrize("method", ["get", "post"])
def test_happy_flow(samira: Citizen, counsellor: Requester, mode: ResponseMode, method: str) -> None:
    assert shared(samira, counsellor, counsellor.ask(only(), method=method, response_mode=mode)).vp_token["overzicht"]


def test_alternate_happy_flow_with_a_long_state_and_nonce(samira: Citizen, counsellor: Requester) -> None:
    # The verifier's side of the kit compares the state; the nonce is looked at below.
    link = counsellor.ask(only(), state="s-._~" + "S" * 59, nonce="n" * 400)
    assert '"nonce"' not in link
    assert shared(samira, counsellor, link).vp_token["overzicht"]


def test_fewer_claims_than_the_card_has(samira: Citizen, counsellor: Requester) -> None:
    (one,) = shared(samira, counsellor, counsellor.ask(only(["saldo_totaal"]))).vp_token["overzicht"]
    counsellor.answered.clear()
    (two,) = shared(samira, counsellor, counsellor.ask(only(["saldo_totaal"], ["verplicht_totaal"]))).vp_token[
        "overzicht"
    ]
    assert str(two).count("~") == str(one).count("~") + 1


def test_no_claims_at_all(samira: Citizen, counsellor: Requester) -> None:
    asked = a_query()
    del asked["claims"]
    (shown,) = shared(samira, counsellor, counsellor.ask({"credentials": [asked]})).vp_token["overzicht"]
    issued, *disclosures, _ = str(shown).split("~")
    assert issued
    assert disclosures == []


def test_an_optional_credential_set_that_nothing_answers(samira: Citizen, counsellor: Requester) -> None:
    query: JsonObject = {
        "credentials": [a_query(), a_query(type="urn:een:ander:1", id="ander")],
        "credential_sets": [{"options": [["overzicht"]]}, {"options": [["ander"]], "required": False}],
    }
    assert set(shared(samira, counsellor, counsellor.ask(query)).vp_token) == {"overzicht"}


def test_a_required_credential_set_that_nothing_answers(samira: Citizen, counsellor: Requester) -> None:
    query: JsonObject = {
        "credentials": [a_query(), a_query(type="urn:een:ander:1", id="ander")],
        "credential_sets": [{"options": [["overzicht"]]}, {"options": [["ander"]]}],
    }
    page = scan(samira, counsellor.ask(query))
    assert "U hebt niet wat zij vragen" in page.words
    assert counsellor.answered == []


def test_an_unusable_encryption_key_beside_a_good_one(samira: Citizen, counsellor: Requester) -> None:
    answer = shared(samira, counsellor, counsellor.ask(only(), keys_before=ENCRYPTION_KEYS_THAT_DO_NOT_FIT))
    assert answer.encrypted


def test_a_request_that_is_encrypted_to_the_wallets_fresh_key(samira: Citizen, counsellor: Requester) -> None:
    given: list[str] = []
    link = counsellor.ask(only())
    path = urlsplit(parse_qs(urlsplit(link).query)["request_uri"][0]).path
    make: Any = counsellor.requests[path]

    def sealed(fields: Mapping[str, str]) -> str:
        recipient = recipient_of(json.loads(fields["wallet_metadata"]))
        assert recipient is not None
        given.append(str(recipient.key["x"]))
        return recipient.seal(make(fields))

    counsellor.requests[path] = sealed
    assert shared(samira, counsellor, link).vp_token["overzicht"]
    assert scan(samira, link).status == 200
    assert len(set(given)) == 2


def test_a_request_that_is_encrypted_to_somebody_else(samira: Citizen, counsellor: Requester) -> None:
    link = counsellor.ask(only())
    path = urlsplit(parse_qs(urlsplit(link).query)["request_uri"][0]).path
    make: Any = counsellor.requests[path]
    other = EncryptionKey.generate("x").public()
    counsellor.requests[path] = lambda fields: encrypt_token(make(fields), other)
    refused(samira, counsellor, link)
    # What is encrypted and not signed is worth nothing.
    counsellor.requests[path] = lambda fields: encrypt(
        {"client_id": "x509_hash:abc"}, json.loads(fields["wallet_metadata"])["jwks"]["keys"][0]
    )
    refused(samira, counsellor, link)


def refused(samira: Citizen, counsellor: Requester, link: str) -> str:
    page = scan(samira, link)
    assert page.status == 403, page.words
    assert "Er is niets gedeeld" in page.words
    assert counsellor.answered == []
    return page.words


@pytest.mark.parametrize(
    "client_id",
    ["onbekend:iets", "x509_san_uri:https://v.example", "origin:https://v.example", "did:web:v.example", "v.example"],
)
def test_a_prefix_that_is_not_known(samira: Citizen, counsellor: Requester, client_id: str) -> None:
    refused(samira, counsellor, counsellor.ask(only(), otherwise={"client_id": client_id}, outer=client_id))


def test_a_request_with_a_bad_signature(samira: Citizen, counsellor: Requester) -> None:
    refused(samira, counsellor, counsellor.ask(only(), otherwise={"iss": "x"}, signer=SoftwareSigner.generate()))


def test_a_client_id_that_differs_between_link_and_request(samira: Citizen, counsellor: Requester) -> None:
    refused(samira, counsellor, counsellor.ask(only(), outer="x509_hash:" + "A" * 43))
    refused(samira, counsellor, counsellor.ask(only(), otherwise={"client_id": "x509_hash:" + "A" * 43}))


def test_a_request_without_a_nonce(samira: Citizen, counsellor: Requester) -> None:
    refused(samira, counsellor, counsellor.ask(only(), otherwise={"nonce": None}))
    refused(samira, counsellor, counsellor.ask(only(), otherwise={"nonce": "spatie en é"}))


@pytest.mark.parametrize("mode", list(ResponseMode))
def test_a_redirect_uri_beside_direct_post(samira: Citizen, counsellor: Requester, mode: ResponseMode) -> None:
    otherwise: JsonObject = {"redirect_uri": f"{counsellor.url}/terug", "response_mode": mode.value}
    refused(samira, counsellor, counsellor.ask(only(), otherwise=otherwise))
    refused(samira, counsellor, counsellor.ask(only(), otherwise={**otherwise, "response_uri": None}))


def test_a_response_uri_that_is_not_the_client(samira: Citizen, counsellor: Requester) -> None:
    # Under x509_san_dns the answer goes to the certificate's own host, under redirect_uri to the identifier itself.
    client_id = "x509_san_dns:localhost"
    good = counsellor.ask(only(), otherwise={"client_id": client_id}, outer=client_id)
    assert scan(samira, good).status == 200
    elsewhere: JsonObject = {"client_id": client_id, "response_uri": "https://elders.example/vp"}
    refused(samira, counsellor, counsellor.ask(only(), otherwise=elsewhere, outer=client_id))
    parameters = {
        "client_id": f"redirect_uri:{counsellor.url}/vp/1", "response_uri": f"{counsellor.url}/vp/2",
        "response_type": "vp_token", "response_mode": "direct_post", "nonce": "n" * 22,
        "dcql_query": '{"credentials":[{"id":"o","format":"dc+sd-jwt","meta":{"vct_values":["urn:o"]}}]}',
    }  # fmt: skip
    refused(samira, counsellor, f"openid4vp://?{urlencode(parameters)}")


@pytest.mark.requirement("wallet-transaction-data")
def test_transaction_data_of_a_type_that_is_not_known(samira: Citizen, counsellor: Requester) -> None:
    entry = b64url_encode(b'{"type":"x","credential_ids":["overzicht"]}')
    words = refused(samira, counsellor, counsellor.ask(only(), otherwise={"transaction_data": [entry]}))
    assert "ondertekenen" in words


@pytest.mark.requirement("wallet-transaction-data")
def test_transaction_data_that_is_not_understood_is_told_when_the_citizen_says_so(
    samira: Citizen, counsellor: Requester
) -> None:
    entry = TransactionData.make("urn:een:ander:1", ["overzicht"], {}).encoded
    page = scan(samira, counsellor.ask(only(), otherwise={"transaction_data": [entry]}))
    refusing = samira.post(page.url, page, besluit="delen", kaart="overzicht x")
    assert refusing.status == 403
    assert counsellor.answered == []
    samira.post(page.url, page, besluit="niet-delen")
    (answer,) = counsellor.answered
    assert isinstance(answer, RefusedResponse)
    assert answer.refusal.error == "invalid_transaction_data"


def test_a_text_that_the_citizen_agrees_to_is_shown_signed_and_kept(samira: Citizen, counsellor: Requester) -> None:
    text = "Schuldhulp mag namens mij bellen met de organisaties in dit overzicht."
    entry = TransactionData.make(AGREEMENT, ["overzicht"], {"tekst": text})
    page = scan(samira, counsellor.ask(only(), otherwise={"transaction_data": [entry.encoded]}))
    assert text in page.words
    assert "gaat u hiermee akkoord" in page.words
    samira.post(page.url, page, besluit="delen", kaart=boxes(page.text))
    (answer,) = counsellor.answered
    assert isinstance(answer, PresentationResponse)
    (presentation,) = answer.vp_token["overzicht"]
    assert is_agreed(entry, presentation)
    receipts = samira.api("geschiedenis").json()
    assert text in json.dumps(receipts, ensure_ascii=False)


def test_without_an_agreement_none_is_signed(samira: Citizen, counsellor: Requester) -> None:
    entry = TransactionData.make(AGREEMENT, ["overzicht"], {"tekst": "Iets."})
    (presentation,) = shared(samira, counsellor, counsellor.ask(only())).vp_token["overzicht"]
    assert not is_agreed(entry, presentation)
    assert HASHES not in str(UnverifiedToken.parse(str(presentation).rpartition("~")[2]).payload)


@pytest.mark.parametrize(
    "otherwise",
    [
        {"scope": "schulden", "dcql_query": None},
        {"dcql_query": None},
        {"response_type": "id_token"},
        {"response_type": "vp_token id_token"},
        {"response_mode": "fragment"},
        {"response_mode": None},
        {"request_uri": "https://v.example/r"},
        {"aud": "https://een-ander.example"},
        {"exp": 1},
        {"client_metadata": {"vp_formats_supported": {}}},
        {"client_metadata": {"jwks": {"keys": list(ENCRYPTION_KEYS_THAT_DO_NOT_FIT)}}},
    ],
)
def test_whatever_else_a_request_must_not_be(samira: Citizen, counsellor: Requester, otherwise: Any) -> None:
    refused(samira, counsellor, counsellor.ask(only(), otherwise=otherwise))


@pytest.mark.parametrize("method", ["POST", "Get", "put", ""])
def test_a_request_uri_method_that_is_not_known(samira: Citizen, counsellor: Requester, method: str) -> None:
    link = counsellor.ask(only(), method="get") + f"&request_uri_method={method}"
    assert parse_qs(urlsplit(link).query, keep_blank_values=True)["request_uri_method"] == [method]
    refused(samira, counsellor, link)
