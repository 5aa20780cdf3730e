"""A request object that is encrypted to the wallet that comes for it, and what wallets say of themselves."""

import json
from typing import Any

import pytest

from credentials.encoding import JsonObject
from credentials.jose import EncryptionKey, encrypt, encrypt_token, sign_jwt
from credentials.jose.jwe import header_of
from credentials.keys import SoftwareSigner
from credentials.openid.errors import InvalidPresentationRequest, InvalidRequest
from credentials.openid.wallet_metadata import encryption_metadata, open_request, recipient_of

pytestmark = pytest.mark.requirement("vp-encrypted-request")

KEY = EncryptionKey.generate("w-1")
TOKEN = sign_jwt("oauth-authz-req+jwt", {}, {"nonce": "n"}, SoftwareSigner.generate())
ALGORITHMS, CONTENT = "request_object_encryption_alg_values_supported", "request_object_encryption_enc_values_supported"


def keys(*jwks: JsonObject) -> JsonObject:
    return {"jwks": {"keys": [*jwks]}}


def test_a_signed_request_travels_encrypted() -> None:
    recipient = recipient_of(encryption_metadata(KEY))
    assert recipient is not None
    sealed = recipient.seal(TOKEN)
    header = header_of(sealed)
    assert (header["alg"], header["enc"], header["kid"], header["cty"]) == ("ECDH-ES", "A128GCM", "w-1", "JWT")
    assert open_request(f" {sealed}\n", KEY) == TOKEN
    assert TOKEN.split(".")[1] not in sealed


@pytest.mark.parametrize("metadata", [None, {}, {"vp_formats_supported": {}}, {"jwks_uri": "https://w.example/jwks"}])
def test_a_wallet_without_keys_gets_it_signed_only(metadata: JsonObject | None) -> None:
    assert recipient_of(metadata) is None
    assert open_request(TOKEN, KEY) == TOKEN


def test_the_first_key_that_can_be_used_is_used() -> None:
    unusable = {**EncryptionKey.generate("s").public(), "use": "sig"}
    recipient = recipient_of(keys({"kty": "RSA", "kid": "r"}, unusable, KEY.public()))
    assert recipient is not None
    assert recipient.key["kid"] == "w-1"


@pytest.mark.parametrize(("named", "enc"), [(["A256GCM"], "A256GCM"), (["A128CBC-HS256", "A128GCM"], "A128GCM")])
def test_the_encryption_is_one_that_the_wallet_takes(named: list[str], enc: str) -> None:
    recipient = recipient_of({**keys(KEY.public()), ALGORITHMS: ["RSA-OAEP", "ECDH-ES"], CONTENT: [*named]})
    assert recipient is not None
    assert header_of(recipient.seal(TOKEN))["enc"] == enc


@pytest.mark.parametrize(
    "metadata",
    [
        {"jwks": {}},
        {"jwks": {"keys": []}},
        {"jwks": []},
        keys({"kty": "RSA", "kid": "r"}),
        keys({**KEY.public(), "use": "sig"}),
        keys({**KEY.public(), "x": "AAAA"}),
        {**keys(KEY.public()), ALGORITHMS: ["RSA-OAEP"]},
        {**keys(KEY.public()), CONTENT: ["A128CBC-HS256"]},
        {**keys(KEY.public()), CONTENT: "A128GCM"},
        {"request_object_signing_alg_values_supported": ["RS256"]},
    ],
)
def test_a_wallet_that_could_read_nothing_of_ours_gets_nothing_less(metadata: Any) -> None:
    with pytest.raises(InvalidRequest):
        recipient_of(metadata)


def test_what_was_encrypted_to_another_or_changed_does_not_open() -> None:
    sealed = encrypt_token(TOKEN, EncryptionKey.generate("w-1").public())
    head, key, iv, text, tag = encrypt_token(TOKEN, KEY.public()).split(".")
    for compact in (sealed, ".".join((head, key, iv, text, "A" * len(tag))), "a.b.c.d.e", "....", "é.é.é.é.é"):
        with pytest.raises(InvalidPresentationRequest):
            open_request(compact, KEY)


def test_encryption_alone_makes_no_request() -> None:
    # Whoever has the wallet's key can encrypt; what comes out must still be a signed request.
    opened = open_request(encrypt({"client_id": "x509_hash:abc"}, KEY.public()), KEY)
    assert json.loads(opened) == {"client_id": "x509_hash:abc"}
    assert opened.count(".") == 0
