"""The presentation request: parameters, signed object, link and request URI."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import Unavailable
from credentials.jose import EncryptionKey, UnverifiedToken, sign_jwt
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.certificates import build_x5c
from credentials.openid.client_id import ClientId, Prefix, client_id_of_certificate, parse_client_id
from credentials.openid.dcql import parse_query
from credentials.openid.errors import (
    InvalidPresentationRequest,
    InvalidRequest,
    InvalidRequestUriMethod,
    InvalidTransactionData,
)
from credentials.openid.members import Members
from credentials.openid.request_link import (
    RequestByValue,
    RequestReference,
    RequestUriPost,
    parse_request_link,
    parse_request_uri_post,
    unsigned_request_uri,
)
from credentials.openid.request_object import UnverifiedRequest, VerifiedRequest, sign_request, verify_request
from credentials.openid.transaction_data import TransactionData
from credentials.openid.verifier_info import FORMAT, Purpose
from credentials.openid.vp_request import PresentationRequest, ResponseMode, parse_parameters

DID = "did:example:verifier"
PURPOSE = Purpose("Intake schuldhulpverlening", "Wgs artikel 8", "6 maanden")
ASKED: JsonObject = {"id": "o", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:o"]}}
QUERY: JsonObject = {"credentials": [ASKED]}
FORMATS: JsonObject = {"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"], "kb-jwt_alg_values": ["ES256"]}}
LINK_ID = "x509_san_dns:v.example"


def request(**changes: object) -> PresentationRequest:
    base = PresentationRequest(
        client_id=parse_client_id(LINK_ID),
        response_uri="https://v.example/antwoord/1",
        response_mode=ResponseMode.DIRECT_POST_JWT,
        nonce="n-0S6_WzA2Mj~.x",
        dcql=parse_query(QUERY),
        state="s-1",
        encryption_keys=(EncryptionKey.generate("e1").public(),),
        vp_formats=FORMATS,
        purpose=PURPOSE,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # keyword arguments of several types


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"state": None, "purpose": None},
        {"wallet_nonce": "w-1"},
        {"response_mode": ResponseMode.DIRECT_POST, "encryption_keys": (), "enc_values": ("A128GCM",)},
    ],
)
def test_parameters_travel_both_ways(changes: dict[str, object]) -> None:
    asked = request(**changes)
    assert parse_parameters(asked.to_parameters()) == asked


@pytest.mark.requirement("vp-request-object")
def test_parameters_hold_no_null_and_no_draft_member() -> None:
    text = json.dumps(request(state=None, purpose=None).to_parameters())
    for member in ("null", "client_id_scheme", "presentation_definition", "redirect_uri", '"scope"', 'vp_formats"'):
        assert member not in text


def test_an_answer_in_the_clear_needs_no_keys_in_the_metadata() -> None:
    parameters = request(response_mode=ResponseMode.DIRECT_POST, encryption_keys=()).to_parameters()
    assert parameters["client_metadata"] == {"vp_formats_supported": FORMATS}


def test_unknown_parameters_and_metadata_are_ignored() -> None:
    parameters = request().to_parameters()
    metadata = parameters["client_metadata"]
    assert isinstance(metadata, dict)
    changed: JsonObject = {**parameters, "iss": "https://v.example", "new": 1, "client_metadata": {**metadata, "x": 1}}
    assert parse_parameters(changed) == request(encryption_keys=parse_parameters(parameters).encryption_keys)


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": None},
        {"client_id": "v.example"},
        {"client_id": "origin:https://v.example"},
        {"response_type": "vp_token id_token"},
        {"response_type": None},
        {"response_mode": "fragment"},
        {"response_mode": None},
        {"response_uri": None},
        {"response_uri": "http://v.example/antwoord"},
        {"response_uri": "https://v.example/#x"},
        {"redirect_uri": "https://v.example/terug"},
        {"request_uri": "https://v.example/verzoek"},
        {"request": "eyJ"},
        {"scope": "schulden"},
        {"nonce": None},
        {"nonce": ""},
        {"nonce": "with space"},
        {"nonce": "n" * 501},
        {"state": "a+b"},
        {"state": None},
        {"dcql_query": None},
        {"dcql_query": {}},
        {"dcql_query": json.dumps(QUERY)},
        {"client_metadata": None},
        {"client_metadata": {}},
        {"client_metadata": {"jwks": {"keys": []}}},
        {"client_metadata": {"jwks": {"keys": [{"kty": "EC"}]}}},
        {"client_metadata": {"jwks": {"keys": [{"kty": "EC", "kid": "a"}, {"kty": "EC", "kid": "a"}]}}},
        {"client_metadata": {"jwks": {"keys": [{"kty": "EC", "kid": "a"}]}}},
        {"verifier_info": []},
        {"verifier_info": [{"format": FORMAT, "data": {"doel": "x"}}]},
        {"verifier_info": [{"format": FORMAT, "data": "x"}]},
        {"verifier_info": [PURPOSE.to_json(), PURPOSE.to_json()]},
        {"wallet_nonce": None},
    ],
)
def test_malformed_parameters_are_refused(change: JsonObject) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters({**request().to_parameters(), **change})


def test_transaction_data_travels_along() -> None:
    entry = TransactionData.make("urn:een:soort:1", ["o"], {"bedrag": 12})
    parameters = request().to_parameters()
    read = parse_parameters({**parameters, "transaction_data": [entry.encoded]})
    assert read.transaction_data[0].members["bedrag"] == 12
    assert parse_parameters(read.to_parameters()) == read


@pytest.mark.requirement("wallet-transaction-data")
def test_malformed_transaction_data_is_refused_as_such() -> None:
    with pytest.raises(InvalidTransactionData):
        parse_parameters({**request().to_parameters(), "transaction_data": ["eyJ9"]})


def test_attestations_of_others_are_ignored() -> None:
    others: JsonObject = {"format": "registration_cert", "data": "eyJ"}
    parameters: JsonObject = {**request().to_parameters(), "verifier_info": [others, PURPOSE.to_json()]}
    assert parse_parameters(parameters).purpose == PURPOSE


def test_without_holder_binding_a_state_is_needed() -> None:
    unbound = {"credentials": [{**ASKED, "require_cryptographic_holder_binding": False}]}
    parameters = request(dcql=parse_query(unbound)).to_parameters()
    parse_parameters(parameters)
    del parameters["state"]
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters(parameters)


@pytest.mark.requirement("wallet-encrypts")
def test_only_keys_that_are_for_encryption_and_known_here_are_kept() -> None:
    usable = EncryptionKey.generate("good").public()
    keys: list[JsonValue] = [
        {**EncryptionKey.generate("sig").public(), "use": "sig"},
        {**EncryptionKey.generate("kw").public(), "alg": "ECDH-ES+A256KW"},
        {"kty": "OKP", "crv": "X25519", "x": "AA", "kid": "x"},
        {"kty": "RSA", "kid": "r"},
        usable,
    ]
    parameters: JsonObject = {**request().to_parameters(), "client_metadata": {"jwks": {"keys": keys}}}
    read = parse_parameters(parameters)
    assert read.encryption_keys == (usable,)
    assert read.enc_values == ("A128GCM",)


def test_an_encryption_that_is_not_known_here_is_refused() -> None:
    metadata: JsonObject = {"jwks": {"keys": [EncryptionKey.generate("e").public()]}}
    name = "encrypted_response_enc_values_supported"
    read = parse_parameters(
        {**request().to_parameters(), "client_metadata": {**metadata, name: ["A128CBC-HS256", "A256GCM"]}}
    )
    assert read.enc_values == ("A256GCM",)
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters({**request().to_parameters(), "client_metadata": {**metadata, name: ["A128CBC-HS256"]}})


@pytest.mark.requirement("wallet-response-uri")
def test_under_redirect_uri_the_identifier_is_the_response_uri() -> None:
    client_id = ClientId(Prefix.REDIRECT_URI, "https://v.example/antwoord/1")
    parameters = request(client_id=client_id).to_parameters()
    parse_parameters(parameters)
    without = {name: value for name, value in parameters.items() if name != "response_uri"}
    assert parse_parameters(without).response_uri == "https://v.example/antwoord/1"
    with pytest.raises(InvalidPresentationRequest):
        parse_parameters({**parameters, "response_uri": "https://evil.example/antwoord/1"})


class OneKey:
    def __init__(self, key: PublicJwk) -> None:
        self.key = key

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        if (verification_method, purpose) != (f"{DID}#key-1", "authentication"):
            raise Unavailable("no such key")
        return self.key


@pytest.fixture
def leaf(signer: SoftwareSigner, leaf_for: Callable[..., bytes]) -> bytes:
    return leaf_for(signer, "v.example")


def verify(jwt: str, now: datetime, **changes: object) -> VerifiedRequest:
    arguments: dict[str, object] = {"client_id": LINK_ID, "now": now, **changes}
    return verify_request(UnverifiedRequest.parse(jwt), **arguments)  # type: ignore[arg-type]  # several types


def test_a_request_signed_by_certificate_is_proven(signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    jwt = sign_request(request(), signer, now=now, x5c=[leaf])
    verified = verify(jwt, now)
    assert verified.request == request(encryption_keys=verified.request.encryption_keys)
    assert (verified.signed, verified.x5c, verified.key) == (True, (leaf,), signer.public_jwk)


def test_a_request_signed_under_its_certificates_hash_is_proven(
    signer: SoftwareSigner, leaf: bytes, now: datetime
) -> None:
    client_id = client_id_of_certificate(leaf)
    jwt = sign_request(request(client_id=client_id), signer, now=now, x5c=[leaf])
    assert verify(jwt, now, client_id=client_id.full).signed


def test_a_request_signed_by_did_is_proven(signer: SoftwareSigner, now: datetime) -> None:
    client_id = ClientId(Prefix.DECENTRALIZED_IDENTIFIER, DID)
    asked = request(client_id=client_id)
    jwt = sign_request(asked, signer, now=now, verification_method=f"{DID}#key-1")
    verified = verify(jwt, now, client_id=client_id.full, resolver=OneKey(signer.public_jwk))
    assert verified.verification_method == f"{DID}#key-1"
    for resolver in (None, OneKey(SoftwareSigner.generate().public_jwk)):
        with pytest.raises(InvalidPresentationRequest):
            verify(jwt, now, client_id=client_id.full, resolver=resolver)


@pytest.mark.parametrize("kid", ["did:example:other#key-1", f"{DID}#key-2", DID, "key-1", None, 7])
def test_a_key_that_is_not_the_dids_is_refused(kid: str | int | None, signer: SoftwareSigner, now: datetime) -> None:
    asked = request(client_id=ClientId(Prefix.DECENTRALIZED_IDENTIFIER, DID)).to_parameters()
    header: JsonObject = {"kid": kid} if kid is not None else {}
    jwt = sign_jwt("oauth-authz-req+jwt", header, {**asked, "aud": "https://self-issued.me/v2"}, signer)
    with pytest.raises(InvalidPresentationRequest):
        verify(jwt, now, client_id=f"decentralized_identifier:{DID}", resolver=OneKey(signer.public_jwk))


@pytest.mark.requirement("vp-prefixes")
def test_what_would_not_verify_is_not_signed(signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    with pytest.raises(ValueError, match="signer"):
        sign_request(request(), SoftwareSigner.generate(), now=now, x5c=[leaf])
    with pytest.raises(ValueError, match="DID"):
        sign_request(request(client_id=ClientId(Prefix.DECENTRALIZED_IDENTIFIER, DID)), signer, now=now)
    with pytest.raises(ValueError, match="redirect_uri"):
        sign_request(request(client_id=ClientId(Prefix.REDIRECT_URI, "https://v.example")), signer, now=now)


@pytest.mark.requirement("vp-request-object")
def test_the_object_says_what_it_is_and_for_whom(signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    token = UnverifiedToken.parse(sign_request(request(), signer, now=now, x5c=[leaf]))
    assert token.header["typ"] == "oauth-authz-req+jwt"
    assert token.payload["aud"] == "https://self-issued.me/v2"
    assert token.payload["exp"] == int((now + timedelta(minutes=5)).timestamp())


def object_with(
    signer: SoftwareSigner,
    leaf: bytes,
    header: JsonObject | None = None,
    typ: str = "oauth-authz-req+jwt",
    **claims: object,
) -> str:
    base: JsonObject = {**request().to_parameters(), "aud": "https://self-issued.me/v2"}
    payload = {name: value for name, value in {**base, **claims}.items() if value is not ...}
    return sign_jwt(typ, {"x5c": list(build_x5c([leaf])), **(header or {})}, payload, signer)  # type: ignore[arg-type]  # JSON by test


@pytest.mark.requirement("wallet-request")
@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ...},
        {"aud": "https://wallet.example"},
        {"exp": 1},
        {"nbf": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"exp": "soon"},
        {"client_id": "x509_san_dns:w.example"},
        {"client_id": ...},
        {"client_id": 7},
        {"client_id": "redirect_uri:https://v.example/antwoord/1"},
        {"response_uri": "https://w.example/antwoord/1"},
    ],
)
def test_an_object_for_another_time_audience_or_client_is_refused(
    claims: dict[str, Any], signer: SoftwareSigner, leaf: bytes, now: datetime
) -> None:
    assert verify(object_with(signer, leaf), now).signed
    with pytest.raises(InvalidPresentationRequest):
        verify(object_with(signer, leaf, **claims), now)


@pytest.mark.parametrize("typ", ["JWT", "jwt", ""])
def test_an_object_of_another_type_is_refused(typ: str, signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify(object_with(signer, leaf, typ=typ), now)


@pytest.mark.parametrize("header", [{"x5c": []}, {"x5c": ["AAAA"]}, {"x5c": None}, {"crit": ["x"]}])
def test_an_object_without_a_readable_certificate_is_refused(
    header: JsonObject, signer: SoftwareSigner, leaf: bytes, now: datetime
) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify(object_with(signer, leaf, header), now)


def test_an_object_signed_by_another_key_is_refused(leaf: bytes, now: datetime) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify(object_with(SoftwareSigner.generate(), leaf), now)


@pytest.mark.requirement("wallet-request")
def test_the_link_and_the_object_name_one_client(signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    with pytest.raises(InvalidPresentationRequest):
        verify(object_with(signer, leaf), now, client_id="x509_san_dns:w.example")


@pytest.mark.requirement("vp-request-uri")
def test_the_wallets_nonce_must_come_back(signer: SoftwareSigner, leaf: bytes, now: datetime) -> None:
    verify(object_with(signer, leaf, wallet_nonce="w-1"), now, wallet_nonce="w-1")
    verify(object_with(signer, leaf, wallet_nonce="w-1"), now)
    for echo in ("w-2", "é", ...):
        with pytest.raises(InvalidPresentationRequest):
            verify(object_with(signer, leaf, wallet_nonce=echo), now, wallet_nonce="w-1")


@pytest.mark.parametrize("text", ["", "a.b.c", "é.é.é", "x" * 300_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidPresentationRequest):
        UnverifiedRequest.parse(text)


def test_the_specifications_unfinished_example_is_refused(vector: Callable[[str], bytes]) -> None:
    with pytest.raises(InvalidPresentationRequest):
        Members.parse(vector("vp/request_object_client_id_did.json"), "example", InvalidPresentationRequest)


@pytest.mark.parametrize("method", ["get", "post"])
def test_links_travel_both_ways(method: str) -> None:
    link = RequestReference(LINK_ID, "https://v.example/verzoek/1?x=1&y=2", method)
    uri = link.to_uri()
    assert uri.startswith("openid4vp://?client_id=x509_san_dns%3Av.example&request_uri=https%3A%2F%2F")
    assert ("request_uri_method" in parse_qs(urlsplit(uri).query)) == (method == "post")
    assert parse_request_link(uri) == link
    assert parse_request_link(uri.replace("openid4vp://", "https://wallet.example/deel")) == link


def test_an_object_may_be_in_the_link() -> None:
    link = parse_request_link("openid4vp://?client_id=x509_san_dns%3Av.example&request=a.b.c")
    assert link == RequestByValue(LINK_ID, "a.b.c")


def test_an_unsigned_request_is_read_and_proves_nothing() -> None:
    asked = request(client_id=ClientId(Prefix.REDIRECT_URI, "https://v.example/antwoord/1"))
    link = parse_request_link(unsigned_request_uri(asked))
    assert isinstance(link, VerifiedRequest)
    assert link.request == asked
    assert not link.signed


def test_an_unsigned_request_under_a_prefix_that_signs_is_refused() -> None:
    with pytest.raises(ValueError, match="signed"):
        unsigned_request_uri(request())
    forged = unsigned_request_uri(request(client_id=ClientId(Prefix.REDIRECT_URI, "https://v.example/antwoord/1")))
    forged = forged.replace("redirect_uri%3Ahttps%3A%2F%2Fv.example%2Fantwoord%2F1", "x509_san_dns%3Av.example")
    with pytest.raises(InvalidPresentationRequest):
        parse_request_link(forged)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "request_uri=https%3A%2F%2Fv.example",
        "client_id=v.example&request_uri=https%3A%2F%2Fv.example",
        "client_id=origin%3Ahttps%3A%2F%2Fv.example&request_uri=https%3A%2F%2Fv.example",
        "client_id=x509_hash%3Aa&request_uri=http%3A%2F%2Fv.example",
        "client_id=x509_hash%3Aa&request_uri=https%3A%2F%2Fv.example&request=a.b.c",
        "client_id=x509_hash%3Aa&request_uri=https%3A%2F%2Fv.example&request_uri=https%3A%2F%2Fw.example",
        "client_id=x509_hash%3Aa&request=a.b.c&request_uri_method=post",
        "client_id=x509_hash%3Aa",
        "client_id=redirect_uri%3Ahttps%3A%2F%2Fv.example",
        "client_id=redirect_uri%3Ahttps%3A%2F%2Fv.example&dcql_query=%7B",
    ],
)
def test_a_link_that_is_no_one_request_is_refused(query: str) -> None:
    with pytest.raises(InvalidPresentationRequest):
        parse_request_link(f"openid4vp://?{query}")


@pytest.mark.parametrize("method", ["POST", "put", "Get"])
def test_another_request_uri_method_is_refused_as_such(method: str) -> None:
    uri = RequestReference(LINK_ID, "https://v.example/verzoek/1", "post").to_uri().replace("=post", f"={method}")
    with pytest.raises(InvalidRequestUriMethod):
        parse_request_link(uri)


def test_what_a_wallet_posts_travels_both_ways() -> None:
    posted = RequestUriPost("w-1", {"vp_formats_supported": FORMATS})
    assert parse_request_uri_post(posted.to_form()) == posted
    assert parse_request_uri_post({}) == RequestUriPost()


@pytest.mark.parametrize("fields", [{"wallet_metadata": "[]"}, {"wallet_metadata": "{"}, {"wallet_nonce": "w" * 501}])
def test_a_malformed_post_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        parse_request_uri_post(fields)
