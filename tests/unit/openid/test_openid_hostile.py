"""Messages that are almost right: every reader either takes them or raises one of our own errors, and nothing else.

A valid message is bent: a part of it replaced, removed, doubled or renamed, or single bytes changed. Tokens are bent
inside and signed again, so that what lies behind the signature is reached as well.
"""

import contextlib
import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credentials.encoding import JsonObject, JsonValue, b64url_decode, b64url_encode, json_compact
from credentials.errors import BlauweKnopError
from credentials.jose import EncryptionKey, UnverifiedToken, encrypt
from credentials.keys import PublicJwk, SoftwareSigner
from credentials.openid.authorization import (
    AuthorizationRequest,
    parse_authorization_reference,
    parse_authorization_request,
    parse_authorization_response,
    parse_pushed_response,
)
from credentials.openid.authorization_details import AuthorizationDetail
from credentials.openid.authorization_server import AuthorizationServerMetadata, parse_authorization_server
from credentials.openid.browser import MULTISIGNED, multisigned_request, parse_browser_answer
from credentials.openid.browser_request import verify_browser_request
from credentials.openid.claims_path import PathNotFound, parse_path, select
from credentials.openid.client_attestation import (
    build_attestation,
    build_attestation_proof,
    parse_challenge_response,
    verify_client_attestation,
)
from credentials.openid.client_id import ClientId, Prefix, check_x5c, parse_client_id
from credentials.openid.credential import (
    CredentialRequest,
    DeferredRequest,
    parse_credential_request,
    parse_credential_response,
    parse_deferred_request,
)
from credentials.openid.credential_encryption import (
    RequestEncryption,
    ResponseEncryption,
    ResponseEncryptionOffer,
    open_request,
)
from credentials.openid.dcql import parse_query
from credentials.openid.dpop import build_dpop_proof, verify_dpop_proof
from credentials.openid.errors import (
    InvalidClientAttestation,
    InvalidPresentationRequest,
    InvalidProof,
    MalformedMessage,
    OAuthError,
    parse_error,
)
from credentials.openid.form import build_form, parse_form
from credentials.openid.issuer_metadata import CredentialConfiguration, IssuerMetadata, parse_issuer_metadata
from credentials.openid.key_attestation import build_key_attestation
from credentials.openid.nonce import NonceAuthority, parse_nonce_response
from credentials.openid.notification import parse_notification
from credentials.openid.offer import CredentialOffer, PreAuthorizedGrant, TxCode, parse_offer, parse_offer_uri
from credentials.openid.proof import build_jwt_proof, verify_attestation_proof, verify_jwt_proof
from credentials.openid.request_link import (
    RequestReference,
    RequestUriPost,
    parse_request_link,
    parse_request_uri_post,
    unsigned_request_uri,
)
from credentials.openid.request_object import Proof, UnverifiedRequest, sign_request, verify_request
from credentials.openid.revocation import parse_revocation_request
from credentials.openid.signed_metadata import open_signed_metadata, sign_metadata
from credentials.openid.token import (
    AuthorizationCodeTokenRequest,
    TokenResponse,
    parse_access_token,
    parse_token_request,
    parse_token_response,
)
from credentials.openid.verifier_attestation import sign_attestation, verify_attestation
from credentials.openid.verifier_info import Purpose
from credentials.openid.vp_request import PresentationRequest, ResponseMode, parse_parameters
from credentials.openid.vp_response import build_response, parse_acknowledgement, parse_response

NOW = datetime(2026, 12, 14, 9, 30, tzinfo=UTC)
ISSUER = "https://tilburg.example/uitgever"
SIGNER = SoftwareSigner.generate()
KEY = EncryptionKey.generate("e1")
ENCRYPTION = ResponseEncryption(KEY.public(), "A128GCM", "DEF")
DID = "did:example:verifier"

CONFIGURATION = CredentialConfiguration.build(
    "o",
    {
        "format": "dc+sd-jwt",
        "vct": "urn:o",
        "cryptographic_binding_methods_supported": ["jwk"],
        "credential_metadata": {
            "display": [{"name": "O", "locale": "nl", "logo": {"uri": "data:image/png;base64,AA=="}}],
            "claims": [{"path": ["a", None, 0], "mandatory": True, "display": [{"name": "A"}]}],
        },
    },
    scope="o",
    proof_algorithms=("ES256",),
)
QUERY: dict[str, Any] = {
    "credentials": [
        {
            "id": "o",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": ["urn:o"]},
            "trusted_authorities": [{"type": "aki", "values": ["AAAA"]}],
            "claims": [{"id": "c", "path": ["a", None, 0], "values": ["x", 1, True]}],
            "claim_sets": [["c"]],
        },
        {"id": "z", "format": "ldp_vc", "meta": {"type_values": [["urn:z"]]}, "multiple": True},
    ],
    "credential_sets": [{"options": [["o"], ["z"]], "required": True}],
}
REQUEST = PresentationRequest(
    client_id=ClientId(Prefix.DECENTRALIZED_IDENTIFIER, DID),
    response_uri="https://v.example/antwoord/1",
    response_mode=ResponseMode.DIRECT_POST_JWT,
    nonce="n-1",
    dcql=parse_query(QUERY),
    state="s-1",
    encryption_keys=(KEY.public(),),
    vp_formats={"dc+sd-jwt": {"sd-jwt_alg_values": ["ES256"]}},
    purpose=Purpose("doel", "grondslag", "termijn"),
    wallet_nonce="w-1",
)
VP_TOKEN: dict[str, Any] = {"vp_token": {"o": ["a~b~kb"]}, "state": "s-1"}


class AnyKey:
    """A resolver that finds the signer's key behind everything."""

    def resolve(self, verification_method: str, purpose: str) -> PublicJwk:
        assert verification_method
        assert purpose
        return SIGNER.public_jwk


def proven_request(claims: bytes) -> object:
    return verify_request(
        UnverifiedRequest.parse(signed(claims, sign_request(REQUEST, SIGNER, now=NOW, verification_method=f"{DID}#k"))),
        client_id=REQUEST.client_id.full,
        now=NOW,
        wallet_nonce="w-1",
        resolver=AnyKey(),
    )


def signed(claims: bytes, like: str) -> str:
    """Sign these bytes as the payload of a token like another."""
    signing_input = f"{like.split('.', maxsplit=1)[0]}.{b64url_encode(claims)}"
    return f"{signing_input}.{b64url_encode(SIGNER.sign(signing_input.encode()))}"


def with_header(header: bytes, like: str) -> str:
    """Sign another token's payload under these bytes as a header."""
    signing_input = f"{b64url_encode(header)}.{like.split('.')[1]}"
    return f"{signing_input}.{b64url_encode(SIGNER.sign(signing_input.encode()))}"


def proof(jwt: str) -> object:
    return verify_jwt_proof(jwt, audience=ISSUER, now=NOW, nonce_check=authority_check, resolver=AnyKey())


def authority_check(nonce: str) -> object:
    return NonceAuthority(bytes(32)).check(nonce, NOW)


def dpop(jwt: str) -> object:
    return verify_dpop_proof(
        jwt, method="POST", url=ISSUER, now=NOW, access_token="at", jkt=SIGNER.public_jwk.thumbprint
    )


PROOF = build_jwt_proof(SIGNER, audience=ISSUER, nonce=NonceAuthority(bytes(32)).issue(NOW, bytes(16)), now=NOW)
DPOP = build_dpop_proof(SIGNER, method="POST", url=ISSUER, now=NOW, jti="j", access_token="at")
SIGNED_REQUEST = sign_request(REQUEST, SIGNER, now=NOW, verification_method=f"{DID}#k")


def answer(body: bytes) -> object:
    return parse_response(
        parse_form(body), mode=ResponseMode.DIRECT_POST, query=REQUEST.dcql, state="s-1", keys={"e1": KEY}
    )


def encrypted_answer(content: bytes) -> object:
    document = json.loads(content)
    if not isinstance(document, dict):
        return None
    fields = {"response": encrypt(document, KEY.public())}
    return parse_response(fields, mode=ResponseMode.DIRECT_POST_JWT, query=REQUEST.dcql, state="s-1", keys={"e1": KEY})


def signers_key(_chain: object, *_rest: object) -> PublicJwk:
    """Whoever's certificates these are, the key is the signer's."""
    return SIGNER.public_jwk


def client_attestation(attestation: str, proof: str) -> object:
    return verify_client_attestation(
        [attestation], [proof], client_id=None, audience=ISSUER, now=NOW, provider_key=signers_key
    )


def signed_metadata(jwt: str) -> object:
    return open_signed_metadata(jwt, credential_issuer=ISSUER, now=NOW, signer_key=signers_key)


def attestation_proof(jwt: str) -> object:
    return verify_attestation_proof(jwt, max_keys=3, now=NOW, nonce_check=authority_check, attester_key=signers_key)


def verifier_attestation(jwt: str) -> object:
    return verify_attestation(jwt, NOW, AnyKey())


def browser_answer(body: bytes) -> object:
    return parse_browser_answer(json.loads(body), mode=ResponseMode.DIRECT_POST, query=REQUEST.dcql, keys={"e1": KEY})


ORIGIN = "https://v.example"
SEVERAL: Any = multisigned_request(
    REQUEST, [(REQUEST.client_id, Proof(SIGNER, verification_method=f"{DID}#k"))], origins=[ORIGIN], now=NOW
)["data"]
SEVERAL_PARTS = (SEVERAL["request"]["signatures"][0]["protected"], SEVERAL["request"]["payload"])


def browser_request(data: Any) -> object:
    return verify_browser_request(
        MULTISIGNED, data, origin=ORIGIN, trusted=lambda found: found.key, now=NOW, resolver=AnyKey()
    )


def signed_in_json(protected: bytes, payload: bytes) -> object:
    """Read a browser's request of these bytes, signed."""
    parts = b64url_encode(protected), b64url_encode(payload)
    signature = b64url_encode(SIGNER.sign(".".join(parts).encode()))
    return browser_request(
        {"request": {"payload": parts[1], "signatures": [{"protected": parts[0], "signature": signature}]}}
    )


HOUR = timedelta(hours=1)
CHAIN = (b"\0",)
CLIENT_ATTESTATION = build_attestation(
    SIGNER, CHAIN, issuer="p", client_id="w", instance=SIGNER.public_jwk, now=NOW, lifetime=HOUR
)
CLIENT_PROOF = build_attestation_proof(SIGNER, client_id="w", audience=ISSUER, now=NOW, jti="j", challenge="c")
KEY_ATTESTATION = build_key_attestation(
    SIGNER, CHAIN, [SIGNER.public_jwk], now=NOW, lifetime=HOUR, nonce=NonceAuthority(bytes(32)).issue(NOW, bytes(16))
)
VERIFIER_ATTESTATION = sign_attestation(
    SIGNER, issuer="a", subject="v", holder=SIGNER.public_jwk, now=NOW, lifetime=HOUR,
    verification_method=f"{DID}#k", redirect_uris=("https://v.example/a",),
)  # fmt: skip
METADATA = sign_metadata({"credential_issuer": ISSUER, "credential_endpoint": f"{ISSUER}/c"}, SIGNER, CHAIN, now=NOW)
# Each token that a stranger may sign, and who reads it.
TOKENS: dict[str, tuple[str, Callable[[str], object]]] = {
    "client attestation": (CLIENT_ATTESTATION, lambda jwt: client_attestation(jwt, CLIENT_PROOF)),
    "client attestation proof": (CLIENT_PROOF, lambda jwt: client_attestation(CLIENT_ATTESTATION, jwt)),
    "key attestation": (KEY_ATTESTATION, attestation_proof),
    "verifier attestation": (VERIFIER_ATTESTATION, verifier_attestation),
    "signed metadata": (METADATA, signed_metadata),
}


def bent_claims(name: str) -> tuple[Any, Callable[[bytes], object]]:
    token, read = TOKENS[name]
    return UnverifiedToken.parse(token).payload, lambda data: read(signed(data, token))


def bent_header(name: str) -> tuple[Any, Callable[[bytes], object]]:
    token, read = TOKENS[name]
    return UnverifiedToken.parse(token).header, lambda data: read(with_header(data, token))


JSON_MESSAGES: dict[str, tuple[Any, Callable[[bytes], object]]] = {
    **{f"{name} claims": bent_claims(name) for name in TOKENS},
    **{f"{name} header": bent_header(name) for name in TOKENS},
    "browser's answer": (
        {"protocol": "openid4vp-v1-signed", "data": {"vp_token": VP_TOKEN["vp_token"]}},
        browser_answer,
    ),
    "browser's request": (SEVERAL, lambda data: browser_request(json.loads(data))),
    "browser's request claims": (
        json.loads(b64url_decode(SEVERAL_PARTS[1], "payload")),
        lambda data: signed_in_json(b64url_decode(SEVERAL_PARTS[0], "header"), data),
    ),
    "browser's request header": (
        json.loads(b64url_decode(SEVERAL_PARTS[0], "header")),
        lambda data: signed_in_json(data, b64url_decode(SEVERAL_PARTS[1], "payload")),
    ),
    "browser's error": ({"protocol": "openid4vp-v1-unsigned", "data": {"error": "access_denied"}}, browser_answer),
    "notification": (
        {"notification_id": "n", "event": "credential_accepted", "event_description": "x"},
        parse_notification,
    ),
    "challenge response": ({"attestation_challenge": "c"}, parse_challenge_response),
    "offer": (
        CredentialOffer(ISSUER, ("o",), PreAuthorizedGrant("c", TxCode(6, "numeric", "brief"))).to_json(),
        parse_offer,
    ),
    "issuer metadata": (
        IssuerMetadata(
            ISSUER,
            f"{ISSUER}/c",
            {"o": CONFIGURATION},
            nonce_endpoint=f"{ISSUER}/n",
            batch_size=10,
            request_encryption=RequestEncryption((KEY.public(),), zip_values=("DEF",)),
            response_encryption=ResponseEncryptionOffer(zip_values=("DEF",)),
        ).to_json(),
        lambda data: parse_issuer_metadata(data, credential_issuer=ISSUER),
    ),
    "server metadata": (
        AuthorizationServerMetadata(ISSUER, f"{ISSUER}/t", f"{ISSUER}/a", f"{ISSUER}/p").to_json(),
        lambda data: parse_authorization_server(data, issuer=ISSUER),
    ),
    "pushed response": ({"request_uri": "urn:x", "expires_in": 60}, parse_pushed_response),
    "token response": (
        TokenResponse("at", "Bearer", 300, ("o",), (AuthorizationDetail("o", ("z1",)),)).to_json(),
        parse_token_response,
    ),
    "nonce response": ({"c_nonce": "n"}, parse_nonce_response),
    "credential request": (
        CredentialRequest("o", jwt_proofs=("a.b.c",), response_encryption=ENCRYPTION).to_json(),
        parse_credential_request,
    ),
    "credential request by presentations": (
        CredentialRequest("o", presentation_proofs=({"type": ["VerifiablePresentation"]},)).to_json(),
        parse_credential_request,
    ),
    "credential response": ({"credentials": [{"credential": "a~"}]}, lambda data: parse_credential_response(200, data)),
    "deferred response": ({"transaction_id": "t", "interval": 5}, lambda data: parse_credential_response(202, data)),
    "deferred request": (DeferredRequest("t", ENCRYPTION).to_json(), parse_deferred_request),
    "error response": ({"error": "invalid_nonce"}, lambda data: parse_error(400, data)),
    "query": (QUERY, lambda data: parse_query(json.loads(data))),
    "request parameters": (REQUEST.to_parameters(), lambda data: parse_parameters(json.loads(data))),
    "request object claims": (UnverifiedToken.parse(SIGNED_REQUEST).payload, proven_request),
    "request object header": (
        UnverifiedToken.parse(SIGNED_REQUEST).header,
        lambda data: verify_request(
            UnverifiedRequest.parse(with_header(data, SIGNED_REQUEST)),
            client_id=REQUEST.client_id.full,
            now=NOW,
            resolver=AnyKey(),
        ),
    ),
    "proof claims": (UnverifiedToken.parse(PROOF).payload, lambda data: proof(signed(data, PROOF))),
    "proof header": (UnverifiedToken.parse(PROOF).header, lambda data: proof(with_header(data, PROOF))),
    "dpop claims": (UnverifiedToken.parse(DPOP).payload, lambda data: dpop(signed(data, DPOP))),
    "dpop header": (UnverifiedToken.parse(DPOP).header, lambda data: dpop(with_header(data, DPOP))),
    "vp_token": (
        VP_TOKEN["vp_token"],
        lambda data: answer(build_form({"vp_token": data.decode("utf-8"), "state": "s-1"})),
    ),
    "encrypted answer": (VP_TOKEN, encrypted_answer),
    "acknowledgement": ({"redirect_uri": "https://v.example/klaar#c=1"}, parse_acknowledgement),
}

UNSIGNED = PresentationRequest(
    ClientId(Prefix.REDIRECT_URI, "https://v.example/a"),
    "https://v.example/a",
    ResponseMode.DIRECT_POST,
    "n",
    REQUEST.dcql,
)
TEXT_MESSAGES: dict[str, tuple[str, Callable[[str], object]]] = {
    **TOKENS,
    "offer link": (CredentialOffer(ISSUER, ("o",)).to_uri(), parse_offer_uri),
    "request link": (RequestReference("x509_hash:abc", "https://v.example/r", "post").to_uri(), parse_request_link),
    "unsigned request link": (unsigned_request_uri(UNSIGNED), parse_request_link),
    "request object": (SIGNED_REQUEST, UnverifiedRequest.parse),
    "proof": (PROOF, proof),
    "dpop proof": (DPOP, dpop),
    "nonce": (NonceAuthority(bytes(32)).issue(NOW, bytes(16)), authority_check),
    "authorization header": ("DPoP abc.def", lambda text: parse_access_token([text])),
    "client id": ("x509_san_dns:v.example", parse_client_id),
    "encrypted request": (
        RequestEncryption((KEY.public(),)).seal({"a": 1}),
        lambda text: open_request(text.encode("utf-8", "replace"), [KEY], max_inflated=10_000),
    ),
    "encrypted form": (
        build_response(REQUEST, VP_TOKEN["vp_token"])["response"],
        lambda text: parse_response(
            {"response": text}, mode=ResponseMode.DIRECT_POST_JWT, query=REQUEST.dcql, state="s-1", keys={"e1": KEY}
        ),
    ),
}
FORMS: dict[str, tuple[dict[str, str], Callable[[dict[str, str]], object]]] = {
    "authorization request": (
        AuthorizationRequest(
            "w",
            "https://w.example/cb",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "s",
            ("o",),
            (AuthorizationDetail("o"),),
        ).to_form(),
        parse_authorization_request,
    ),
    "authorization reference": ({"client_id": "w", "request_uri": "urn:x"}, parse_authorization_reference),
    "authorization response": (
        {"code": "c", "state": "s", "iss": ISSUER},
        lambda fields: parse_authorization_response(fields, state="s", issuer=ISSUER),
    ),
    "token request": (
        AuthorizationCodeTokenRequest("c", "v" * 43, "https://w.example/cb", "w").to_form(),
        parse_token_request,
    ),
    "revocation request": (
        {"token": "t", "token_type_hint": "refresh_token", "client_id": "w"},
        parse_revocation_request,
    ),
    "request uri post": (RequestUriPost("w-1", {"vp_formats_supported": {}}).to_form(), parse_request_uri_post),
    "answer": (
        {"vp_token": json.dumps(VP_TOKEN["vp_token"]), "state": "s-1"},
        lambda fields: answer(build_form(fields)),
    ),
}

# Stands for something personal that must not come back in an error.
NUMBER = "999990019"

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["", " ", "null", "é", "\x00", "https://", "https://[", "did:", "a" * 5_000, "javascript:x", "…", "\U0001f600"]
    ),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers() | st.text(max_size=3), max_size=3),
)


def places(document: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths of everything in a document."""
    found = [path] if path else []
    if isinstance(document, dict):
        for name, value in document.items():
            found += places(value, (*path, name))
    elif isinstance(document, list):
        for index, value in enumerate(document):
            found += places(value, (*path, index))
    return found


def bend(data: st.DataObject, document: object) -> bytes:
    """Change one to three things in a JSON document, and now and then a byte of its text."""
    changed: Any = copy.deepcopy(document)
    for _ in range(data.draw(st.integers(1, 3))):
        where = places(changed)
        if not where:
            break
        *above, last = data.draw(st.sampled_from(where))
        holder = changed
        for step in above:
            holder = holder[step]
        match data.draw(st.sampled_from(["replace", "replace", "remove", "nest", "add"])):
            case "replace":
                holder[last] = data.draw(ODD)
            case "remove":
                del holder[last]
            case "nest":
                holder[last] = [holder[last]]
            case _:
                if isinstance(holder, dict):
                    holder[data.draw(st.text(max_size=5))] = data.draw(ODD)
                else:
                    holder.append(data.draw(ODD))
    return json_compact(changed)


def only_our_errors(read: Callable[[Any], object], message: object) -> None:
    refusal: BlauweKnopError | None = None
    try:
        read(message)
    except BlauweKnopError as error:
        refusal = error
    assert NUMBER not in str(refusal)
    if isinstance(refusal, OAuthError):
        assert NUMBER not in str(refusal.body())


QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("name", JSON_MESSAGES)
def test_every_message_is_taken_before_it_is_bent(name: str) -> None:
    document, read = JSON_MESSAGES[name]
    assert read(json_compact(document)) is not None


@pytest.mark.parametrize("name", TEXT_MESSAGES)
def test_every_text_is_taken_before_it_is_bent(name: str) -> None:
    text, read = TEXT_MESSAGES[name]
    assert read(text) is not None


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_taken_before_it_is_bent(name: str) -> None:
    fields, read = FORMS[name]
    assert read(fields) is not None


@pytest.mark.parametrize("name", JSON_MESSAGES)
@QUICK
@given(data=st.data())
def test_a_bent_json_message_raises_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    document, read = JSON_MESSAGES[name]
    only_our_errors(read, bend(data, document))


@pytest.mark.parametrize(
    "read",
    [
        parse_offer,
        parse_pushed_response,
        parse_token_response,
        parse_nonce_response,
        parse_credential_request,
        parse_acknowledgement,
    ],
)
@QUICK
@given(body=st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b'{"a":' * 100, b'{"a":1e999}', b'"\\ud800"']))
def test_bytes_that_mean_nothing_raise_nothing_but_our_errors(read: Callable[[bytes], object], body: bytes) -> None:
    only_our_errors(read, body)


@pytest.mark.parametrize("name", TEXT_MESSAGES)
@QUICK
@given(data=st.data())
def test_a_bent_text_raises_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    text, read = TEXT_MESSAGES[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 10)))
    only_our_errors(read, text[:start] + data.draw(st.text(max_size=5)) + text[end:])


@pytest.mark.parametrize("name", FORMS)
@QUICK
@given(data=st.data())
def test_a_bent_form_raises_nothing_but_our_errors(name: str, data: st.DataObject) -> None:
    fields, read = FORMS[name]
    changed = dict(fields)
    for _ in range(data.draw(st.integers(1, 2))):
        member = data.draw(st.sampled_from(sorted(fields)))
        changed[member] = data.draw(
            st.text(max_size=20) | st.sampled_from(["", "{}", "[]", "[{}]", "null", "a" * 5_000])
        )
    only_our_errors(read, changed)


@QUICK
@given(body=st.binary(max_size=200))
def test_a_body_that_is_no_form_raises_nothing_but_our_errors(body: bytes) -> None:
    only_our_errors(answer, body)


@QUICK
@given(der=st.binary(max_size=200))
def test_bytes_that_are_no_certificate_raise_nothing_but_our_errors(der: bytes) -> None:
    only_our_errors(
        lambda given: check_x5c(parse_client_id("x509_san_dns:v.example"), [given], "https://v.example"), der
    )


@QUICK
@given(value=ODD | st.lists(ODD, max_size=5), document=st.dictionaries(st.text(max_size=3), ODD, max_size=3))
def test_any_path_into_any_document_is_followed_or_refused(value: JsonValue, document: JsonObject) -> None:
    try:
        path = parse_path(value, "path", MalformedMessage)
    except MalformedMessage:
        return
    with contextlib.suppress(PathNotFound):
        assert select(path, document)


@pytest.mark.requirement("vci-errors")
def test_no_refusal_repeats_what_was_sent() -> None:
    for document, read in JSON_MESSAGES.values():
        for where in places(document):
            changed = copy.deepcopy(document)
            holder = changed
            for step in where[:-1]:
                holder = holder[step]
            for value in (NUMBER, [NUMBER], {NUMBER: NUMBER}, int(NUMBER)):
                holder[where[-1]] = value
                only_our_errors(read, json_compact(changed))


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("client attestation", InvalidClientAttestation),
        ("client attestation proof", InvalidClientAttestation),
        ("key attestation", InvalidProof),
        ("verifier attestation", InvalidPresentationRequest),
        ("signed metadata", MalformedMessage),
    ],
)
@pytest.mark.parametrize("claims", [b"{}", b"[]", b"[" * 100_000, b'{"exp":1,"exp":2}', b'{"iat":1e999}', b"\xff"])
def test_a_token_that_says_nothing_is_refused_as_the_specification_says(
    name: str, refusal: type[BlauweKnopError], claims: bytes
) -> None:
    token, read = TOKENS[name]
    with pytest.raises(refusal):
        read(signed(claims, token))
    with pytest.raises(refusal):
        read(with_header(claims, token))


def test_a_request_is_refused_as_the_specification_says() -> None:
    with pytest.raises(InvalidPresentationRequest):
        proven_request(b"{}")
