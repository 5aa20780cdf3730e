import json
from dataclasses import replace

import pytest

from credentials.encoding import JsonObject
from credentials.jose import EncryptionKey, encrypt
from credentials.jose.jwe import header_of
from credentials.openid.client_id import parse_client_id
from credentials.openid.dcql import parse_query
from credentials.openid.errors import AccessDenied, InvalidResponse, UnsatisfiedQuery
from credentials.openid.form import build_form, parse_form
from credentials.openid.vp_request import PresentationRequest, ResponseMode
from credentials.openid.vp_response import (
    Acknowledged,
    PresentationResponse,
    RefusedResponse,
    acknowledgement,
    build_error,
    build_response,
    parse_acknowledgement,
    parse_response,
)

KEY = EncryptionKey.generate("e1")
QUERY = parse_query(
    {
        "credentials": [
            {"id": "o", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:o"]}},
            {"id": "z", "format": "ldp_vc", "meta": {"type_values": [["urn:z"]]}, "multiple": True},
        ]
    }
)
TOKEN: dict[str, tuple[str | JsonObject, ...]] = {"o": ("a~b~kb",), "z": ({"type": "x"}, {"type": "y"})}
PLAIN = PresentationRequest(
    client_id=parse_client_id("x509_hash:abc"),
    response_uri="https://v.example/antwoord/1",
    response_mode=ResponseMode.DIRECT_POST,
    nonce="n-1",
    dcql=QUERY,
    state="s-1",
)
ENCRYPTED = replace(PLAIN, response_mode=ResponseMode.DIRECT_POST_JWT, encryption_keys=(KEY.public(),))


def read(fields: dict[str, str], request: PresentationRequest = PLAIN, **changes: object) -> object:
    arguments: dict[str, object] = {
        "mode": request.response_mode,
        "query": request.dcql,
        "state": request.state,
        "keys": {"e1": KEY},
        **changes,
    }
    return parse_response(parse_form(build_form(fields)), **arguments)  # type: ignore[arg-type]  # several types


@pytest.mark.requirement("vp-direct-post")
def test_an_answer_in_the_clear_travels_both_ways() -> None:
    fields = build_response(PLAIN, TOKEN)
    assert fields["state"] == "s-1"
    assert json.loads(fields["vp_token"])["o"] == ["a~b~kb"]
    assert read(fields) == PresentationResponse(TOKEN, encrypted=False)


@pytest.mark.requirement("vp-direct-post-jwt")
def test_an_encrypted_answer_travels_both_ways() -> None:
    fields = build_response(ENCRYPTED, TOKEN)
    assert list(fields) == ["response"]
    header = header_of(fields["response"])
    assert (header["alg"], header["enc"], header["kid"]) == ("ECDH-ES", "A256GCM", "e1")
    assert read(fields, ENCRYPTED) == PresentationResponse(TOKEN, encrypted=True)


@pytest.mark.requirement("wallet-encrypts")
def test_the_encryption_is_one_that_the_verifier_takes() -> None:
    fields = build_response(replace(ENCRYPTED, enc_values=("A128GCM",)), TOKEN)
    assert header_of(fields["response"])["enc"] == "A128GCM"
    with pytest.raises(ValueError, match="key"):
        build_response(replace(ENCRYPTED, encryption_keys=()), TOKEN)


@pytest.mark.parametrize("request_", [PLAIN, ENCRYPTED])
def test_a_refusal_travels_in_the_clear_and_says_nothing_more(request_: PresentationRequest) -> None:
    fields = build_error(request_, AccessDenied("the citizen has no such card"))
    assert fields == {"error": "access_denied", "state": "s-1"}
    answer = read(fields, request_)
    assert isinstance(answer, RefusedResponse)
    assert answer.refusal.error == "access_denied"


def test_a_refusal_may_be_encrypted() -> None:
    answer = read({"response": encrypt({"error": "access_denied"}, KEY.public())}, ENCRYPTED)
    assert isinstance(answer, RefusedResponse)


def test_presentations_do_not_print() -> None:
    assert "a~b" not in repr(read(build_response(PLAIN, TOKEN)))


@pytest.mark.requirement("vp-direct-post-jwt")
def test_an_answer_in_the_clear_to_an_encrypted_request_is_refused() -> None:
    with pytest.raises(InvalidResponse):
        read(build_response(PLAIN, TOKEN), ENCRYPTED)


def test_an_encrypted_answer_that_was_not_asked_is_refused() -> None:
    with pytest.raises(InvalidResponse):
        read(build_response(ENCRYPTED, TOKEN), PLAIN)


@pytest.mark.requirement("vp-direct-post-jwt")
def test_the_key_is_found_by_its_kid() -> None:
    fields = build_response(ENCRYPTED, TOKEN)
    read(fields, ENCRYPTED, keys={"e0": EncryptionKey.generate("e0"), "e1": KEY})
    for keys in ({}, {"e0": KEY}, {"e1": EncryptionKey.generate("e1")}, None):
        with pytest.raises(InvalidResponse):
            read(fields, ENCRYPTED, keys=keys)


def test_without_kid_the_only_key_is_meant() -> None:
    public = {name: value for name, value in KEY.public().items() if name != "kid"}
    fields = {"response": encrypt({"vp_token": {"o": ["a"], "z": [{"x": 1}]}}, public)}
    read(fields, ENCRYPTED)
    with pytest.raises(InvalidResponse):
        read(fields, ENCRYPTED, keys={"e1": KEY, "e2": EncryptionKey.generate("e2")})


def test_state_may_be_inside_or_absent_but_not_another() -> None:
    good: JsonObject = {"vp_token": {"o": ["a"], "z": [{"x": 1}]}}
    read({"response": encrypt({**good, "state": "s-1"}, KEY.public())}, ENCRYPTED)
    read({"response": encrypt(good, KEY.public())}, ENCRYPTED)
    for state in ("s-2", 7, None):
        with pytest.raises(InvalidResponse):
            read({"response": encrypt({**good, "state": state}, KEY.public())}, ENCRYPTED)
    for fields in (
        {"vp_token": json.dumps(good["vp_token"]), "state": "s-2"},
        {"error": "access_denied", "state": "é"},
    ):
        with pytest.raises(InvalidResponse):
            read(fields)


def test_without_holder_binding_the_state_must_come_back() -> None:
    query = parse_query(
        {"credentials": [{"id": "o", "format": "dc+sd-jwt", "meta": {}, "require_cryptographic_holder_binding": False}]}
    )
    token = {"vp_token": '{"o":["a~"]}'}
    read({**token, "state": "s-1"}, query=query)
    with pytest.raises(InvalidResponse):
        read(token, query=query)
    with pytest.raises(InvalidResponse):
        read({**token, "state": "s-1"}, query=query, state=None)


@pytest.mark.requirement("vp-token")
@pytest.mark.parametrize(
    "token",
    [
        "",
        "a~b~kb",
        '"a~b~kb"',
        "[]",
        "{}",
        '{"o":"a~b~kb","z":[{"x":1}]}',
        '{"o":[],"z":[{"x":1}]}',
        '{"o":[""],"z":[{"x":1}]}',
        '{"o":[7],"z":[{"x":1}]}',
        '{"o":[["a"]],"z":[{"x":1}]}',
        '{"o":[{}],"z":[{"x":1}]}',
        '{"o":[null],"z":[{"x":1}]}',
        '{"o":["a"],"z":[{"x":1}],"other":["b"]}',
        '{"o":["a"],"o":["b"],"z":[{"x":1}]}',
        '{"o":["a"],"z":[' + ",".join(["{}"] * 501) + "]}",
    ],
)
def test_a_malformed_vp_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidResponse):
        read({"vp_token": token, "state": "s-1"})


@pytest.mark.requirement("vp-token")
@pytest.mark.parametrize("token", ['{"o":["a"]}', '{"z":[{"x":1}]}', '{"o":["a","b"],"z":[{"x":1}]}'])
def test_a_vp_token_that_is_not_what_was_asked_is_refused(token: str) -> None:
    with pytest.raises(UnsatisfiedQuery):
        read({"vp_token": token, "state": "s-1"})


@pytest.mark.parametrize("content", [{}, {"vp_token": "{}"}, {"vp_token": None}, {"vp_token": []}, {"error": 7}])
def test_malformed_encrypted_content_is_refused(content: JsonObject) -> None:
    with pytest.raises(InvalidResponse):
        read({"response": encrypt(content, KEY.public())}, ENCRYPTED)


@pytest.mark.parametrize("response", ["x", "a.b.c.d.e", "eyJhbGciOiJkaXIifQ....", "é.é.é.é.é"])
def test_what_is_no_jwe_is_refused(response: str) -> None:
    with pytest.raises(InvalidResponse):
        read({"response": response}, ENCRYPTED)


def test_every_truncation_of_an_encrypted_answer_is_refused() -> None:
    compact = build_response(ENCRYPTED, TOKEN)["response"]
    for end in range(1, len(compact), 7):
        with pytest.raises(InvalidResponse):
            read({"response": compact[:end]}, ENCRYPTED)


def test_no_error_tells_what_was_in_the_answer() -> None:
    with pytest.raises(InvalidResponse) as refused:
        read({"vp_token": '{"burger-999990019":["x"]}', "state": "s-1"})
    assert "999990019" not in str(refused.value)


@pytest.mark.requirement("vp-direct-post")
def test_the_acknowledgement_is_always_an_object() -> None:
    assert acknowledgement() == {}
    redirect = "https://v.example/klaar#response_code=091535f699ea575c7937fa5f0f454aee"
    assert parse_acknowledgement(json.dumps(acknowledgement(redirect)).encode()) == Acknowledged(redirect)
    assert parse_acknowledgement(b"{}") == Acknowledged()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"[]",
        b'{"redirect_uri":7}',
        b'{"redirect_uri":null}',
        b'{"redirect_uri":"javascript:alert(1)"}',
        b'{"redirect_uri":"https://v.example/#\\r\\nX: 1"}',
    ],
)
def test_an_acknowledgement_that_says_nothing_usable_leads_nowhere(body: bytes) -> None:
    assert parse_acknowledgement(body) == Acknowledged()
