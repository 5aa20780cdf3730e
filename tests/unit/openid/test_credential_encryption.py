"""Encrypted credential requests and responses: what is offered and asked, and what nobody is talked into."""

import json
from typing import Any

import pytest
from jwcrypto import jwe as library
from jwcrypto import jwk as library_keys

from credentials.encoding import JsonObject, b64url_encode
from credentials.jose import EncryptionKey, encrypt
from credentials.jose.jwe import header_of
from credentials.keys import Algorithm, SoftwareSigner
from credentials.openid.credential_encryption import (
    RequestEncryption,
    ResponseEncryption,
    ResponseEncryptionOffer,
    open_request,
)
from credentials.openid.errors import InvalidEncryptionParameters, MalformedMessage
from credentials.openid.members import Members
from tests.unit.jose.tokens import KEY_OF_OURS, encrypted

pytestmark = pytest.mark.requirement("vci-encryption")

CONTENT: JsonObject = {"credential_configuration_id": "overzicht_sdjwt"}
LIMIT = 100_000
OFFER = RequestEncryption((KEY_OF_OURS.public(),), zip_values=("DEF",))


def asked(**changed: Any) -> JsonObject:
    """A request's member, with something else in it or (None) left out."""
    whole = {"jwk": KEY_OF_OURS.public(), "enc": "A256GCM", **changed}
    return {name: value for name, value in whole.items() if value is not None}


def a_key(**changed: Any) -> JsonObject:
    whole = {**KEY_OF_OURS.public(), **changed}
    return {name: value for name, value in whole.items() if value is not None}


def metadata(member: JsonObject) -> Members:
    return Members(member, "credential_request_encryption", MalformedMessage)


# Metadata.


@pytest.mark.parametrize(
    "offer",
    [OFFER, RequestEncryption((KEY_OF_OURS.public(), EncryptionKey.generate("k2").public()), ("A128GCM",), (), True)],
)
def test_what_is_said_of_requests_travels_both_ways(offer: RequestEncryption) -> None:
    assert RequestEncryption.parse(metadata(offer.to_json())) == offer
    assert offer.usable


@pytest.mark.parametrize(
    "offer", [ResponseEncryptionOffer(), ResponseEncryptionOffer(zip_values=("DEF",), required=True)]
)
def test_what_is_said_of_responses_travels_both_ways(offer: ResponseEncryptionOffer) -> None:
    assert ResponseEncryptionOffer.parse(metadata(offer.to_json())) == offer
    assert offer.usable


@pytest.mark.parametrize(
    "change",
    [
        {"jwks": None},
        {"jwks": []},
        {"jwks": {}},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": ["k1"]}},
        {"jwks": {"keys": [{}]}},
        {"enc_values_supported": None},
        {"enc_values_supported": []},
        {"enc_values_supported": "A128GCM"},
        {"zip_values_supported": []},
        {"encryption_required": None},
        {"encryption_required": "true"},
    ],
)
def test_half_a_statement_about_requests_is_refused(change: JsonObject) -> None:
    document = {name: value for name, value in {**OFFER.to_json(), **change}.items() if value is not None}
    with pytest.raises(MalformedMessage):
        RequestEncryption.parse(metadata(document))


@pytest.mark.parametrize(
    "change",
    [
        {"alg_values_supported": None},
        {"alg_values_supported": []},
        {"enc_values_supported": None},
        {"zip_values_supported": [1]},
        {"encryption_required": 1},
    ],
)
def test_half_a_statement_about_responses_is_refused(change: JsonObject) -> None:
    whole = ResponseEncryptionOffer().to_json()
    document = {name: value for name, value in {**whole, **change}.items() if value is not None}
    with pytest.raises(MalformedMessage):
        ResponseEncryptionOffer.parse(metadata(document))


@pytest.mark.parametrize(
    "key",
    [
        a_key(kid=None),
        a_key(kid=""),
        a_key(kid=1),
        a_key(x=b64url_encode(b"\1" * 32)),
        a_key(y=b64url_encode(bytes(31))),
        a_key(x=None),
        {**KEY_OF_OURS.signer.to_private_jwk(), "alg": "ECDH-ES", "kid": "k1"},
        {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB", "d": "AQAB"},
        {"kty": "oct", "kid": "o", "k": "AAAA"},
    ],
)
def test_an_issuers_key_that_is_unsound_or_not_public_is_refused(key: JsonObject) -> None:
    with pytest.raises(MalformedMessage):
        RequestEncryption.parse(metadata({**OFFER.to_json(), "jwks": {"keys": [key]}}))


def test_two_keys_of_one_name_are_refused() -> None:
    keys = [EncryptionKey.generate("k1").public(), EncryptionKey.generate("k1").public()]
    with pytest.raises(MalformedMessage, match="one kid"):
        RequestEncryption.parse(metadata({**OFFER.to_json(), "jwks": {"keys": keys}}))


@pytest.mark.parametrize(
    "other",
    [
        {**SoftwareSigner.generate(Algorithm.ES384).public_jwk.members, "kid": "o", "alg": "ECDH-ES"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "o", "alg": "ECDH-ES"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "o", "alg": "RSA-OAEP-256"},
        a_key(kid="o", alg="ECDH-ES+A128KW"),
        a_key(kid="o", alg=None),
        a_key(kid="o", use="sig"),
    ],
)
def test_of_several_keys_the_first_that_we_can_use_is_used(other: JsonObject) -> None:
    alone = RequestEncryption.parse(metadata({**OFFER.to_json(), "jwks": {"keys": [other]}}))
    assert not alone.usable
    with pytest.raises(MalformedMessage):
        alone.seal(CONTENT)
    both = RequestEncryption.parse(metadata({**OFFER.to_json(), "jwks": {"keys": [other, KEY_OF_OURS.public()]}}))
    assert header_of(both.seal(CONTENT))["kid"] == "k1"


@pytest.mark.parametrize("offer", [{"alg_values": ("ECDH-ES+A128KW",)}, {"enc_values": ("A128CBC-HS256",)}])
def test_a_response_that_we_could_not_open_is_not_asked_for(offer: dict[str, tuple[str, ...]]) -> None:
    said = ResponseEncryptionOffer(**offer)  # type: ignore[arg-type]  # either is a tuple of texts
    assert not said.usable
    with pytest.raises(MalformedMessage):
        said.ask(KEY_OF_OURS)
    assert not RequestEncryption((KEY_OF_OURS.public(),), enc_values=("A128CBC-HS256",)).usable


# Requests.


@pytest.mark.parametrize("enc", ["A128GCM", "A256GCM"])
def test_a_request_is_opened_by_the_key_that_it_names(enc: str) -> None:
    sealed = RequestEncryption((KEY_OF_OURS.public(),), (enc,)).seal(CONTENT)
    assert header_of(sealed)["enc"] == enc
    keys = [EncryptionKey.generate("k0"), KEY_OF_OURS]
    assert json.loads(open_request(sealed.encode(), keys, max_inflated=LIMIT)) == CONTENT
    with pytest.raises(InvalidEncryptionParameters, match="not ours"):
        open_request(sealed.encode(), keys[:1], max_inflated=LIMIT)


def test_the_strongest_cipher_is_chosen() -> None:
    assert header_of(OFFER.seal(CONTENT))["enc"] == "A256GCM"
    assert ResponseEncryptionOffer().ask(KEY_OF_OURS).enc == "A256GCM"


def test_a_request_that_names_no_key_is_opened_where_there_is_one() -> None:
    assert open_request(encrypted().encode(), [KEY_OF_OURS], max_inflated=LIMIT) == b'{"a":1}'
    with pytest.raises(InvalidEncryptionParameters):
        open_request(encrypted().encode(), [KEY_OF_OURS, EncryptionKey.generate("k2")], max_inflated=LIMIT)


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "k2"},
        {"kid": 1},
        {"alg": "ECDH-ES+A128KW"},
        {"alg": "dir"},
        {"alg": "RSA-OAEP-256"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 10_000_000, "p2s": "c2FsdA"},
        {"alg": None},
        {"enc": None},
        {"enc": "A128CBC-HS256"},
        {"zip": "GZIP"},
        {"zip": None},
        {"crit": ["exp"], "exp": 1},
        {"epk": {"kty": "EC", "crv": "P-256", "x": b64url_encode(b"\1" * 32), "y": b64url_encode(b"\1" * 32)}},
        {"epk": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"}},
        {"epk": None},
    ],
)
def test_a_request_encrypted_in_another_way_is_refused_by_its_code(header: JsonObject) -> None:
    with pytest.raises(InvalidEncryptionParameters):
        open_request(encrypted(header).encode(), [KEY_OF_OURS], max_inflated=LIMIT)


@pytest.mark.parametrize("body", [b"", b"{}", b"a.b.c", b"a.b.c.d.e", b"\xff" * 50, b"....", b'{"protected":"e30"}'])
def test_a_body_that_is_no_encryption_is_refused_by_its_code(body: bytes) -> None:
    with pytest.raises(InvalidEncryptionParameters):
        open_request(body, [KEY_OF_OURS], max_inflated=LIMIT)


def test_a_compressed_request_is_inflated_up_to_the_limit_and_not_beyond() -> None:
    def compressed(size: int) -> bytes:
        text = json.dumps({"a": "0" * size})
        made = library.JWE(text, json.dumps({"alg": "ECDH-ES", "enc": "A128GCM", "kid": "k1", "zip": "DEF"}))
        made.add_recipient(library_keys.JWK(**KEY_OF_OURS.signer.public_jwk.members))
        return bytes(made.serialize(compact=True).encode())

    assert len(open_request(compressed(90_000), [KEY_OF_OURS], max_inflated=LIMIT)) > 90_000
    small = compressed(1_000_000)
    assert len(small) < 2_500
    with pytest.raises(InvalidEncryptionParameters):
        open_request(small, [KEY_OF_OURS], max_inflated=LIMIT)


def test_what_says_that_it_is_compressed_and_is_not_is_refused() -> None:
    with pytest.raises(InvalidEncryptionParameters):
        open_request(encrypted({"zip": "DEF"}).encode(), [KEY_OF_OURS], max_inflated=LIMIT)


# Responses.


@pytest.mark.parametrize("zip_", [None, "DEF"])
def test_a_response_is_opened_by_whoever_asked_for_it(zip_: str | None) -> None:
    wanted = ResponseEncryption.parse(asked(zip=zip_))
    assert wanted.to_json() == asked(zip=zip_)
    sealed = wanted.seal(CONTENT)
    header = header_of(sealed, compressed=True)
    assert (header["kid"], header["enc"], header.get("zip")) == ("k1", "A256GCM", zip_)
    assert json.loads(wanted.open(sealed.encode(), KEY_OF_OURS, max_bytes=LIMIT)) == CONTENT
    with pytest.raises(MalformedMessage):
        wanted.open(sealed.encode(), EncryptionKey.generate("k1"), max_bytes=LIMIT)


@pytest.mark.parametrize(
    "member",
    [
        None,
        "A128GCM",
        [],
        {},
        {"enc": "A128GCM"},
        asked(enc=None),
        asked(enc=""),
        asked(enc=1),
        asked(enc="A128CBC-HS256"),
        asked(enc="A192GCM"),
        asked(enc="a256gcm"),
        asked(zip="GZIP"),
        asked(zip=""),
        asked(zip=1),
        {**asked(), "zip": None},
        asked(jwk="k1"),
        asked(jwk={}),
        asked(jwk=a_key(alg=None)),
        asked(jwk=a_key(alg="ECDH-ES+A128KW")),
        asked(jwk=a_key(alg="RSA-OAEP")),
        asked(jwk=a_key(alg="PBES2-HS256+A128KW", p2c=10**9)),
        asked(jwk=a_key(alg="dir")),
        asked(jwk=a_key(alg="none")),
        asked(jwk=a_key(use="sig")),
        asked(jwk=a_key(kid=7)),
        asked(jwk=a_key(x=b64url_encode(b"\1" * 32))),
        asked(jwk=a_key(x=b64url_encode(bytes(32)), y=b64url_encode(bytes(32)))),
        asked(jwk=a_key(y=b64url_encode(bytes(33)))),
        asked(jwk=a_key(x="ab=")),
        asked(jwk=a_key(d=b64url_encode(b"\1" * 32))),
        asked(jwk=a_key(k="AAAA")),
        asked(jwk={"kty": "oct", "k": "AAAA", "alg": "ECDH-ES"}),
        asked(jwk={**SoftwareSigner.generate(Algorithm.ES384).public_jwk.members, "alg": "ECDH-ES"}),
        asked(jwk={**SoftwareSigner.generate(Algorithm.EDDSA).public_jwk.members, "alg": "ECDH-ES"}),
        asked(jwk={"keys": [KEY_OF_OURS.public()]}),
    ],
)
def test_parameters_that_are_missing_or_that_we_do_not_encrypt_with_are_refused_by_their_code(member: object) -> None:
    with pytest.raises(InvalidEncryptionParameters):
        ResponseEncryption.parse(member)


def test_nothing_of_the_parameters_is_told_back() -> None:
    with pytest.raises(InvalidEncryptionParameters) as refused:
        ResponseEncryption.parse(asked(jwk=a_key(d="c2VjcmV0"), enc="A256GCM"))
    assert "c2VjcmV0" not in str(refused.value.body())


@pytest.mark.parametrize(
    "response",
    [
        encrypt(CONTENT, KEY_OF_OURS.public(), "A128GCM"),
        encrypt(CONTENT, {**KEY_OF_OURS.public(), "kid": "other"}, "A256GCM"),
        encrypt(CONTENT, KEY_OF_OURS.public(), "A256GCM", compressed=True),
        json.dumps({"credentials": [{"credential": "a~"}]}),
        "",
    ],
)
def test_a_response_made_in_another_way_than_was_asked_is_refused(response: str) -> None:
    wanted = ResponseEncryption(KEY_OF_OURS.public(), "A256GCM")
    with pytest.raises(MalformedMessage):
        wanted.open(response.encode(), KEY_OF_OURS, max_bytes=LIMIT)


def test_a_compressed_response_is_inflated_up_to_the_limit_and_not_beyond() -> None:
    wanted = ResponseEncryption(KEY_OF_OURS.public(), "A256GCM", "DEF")
    sealed = wanted.seal({"a": "0" * 1_000_000}).encode()
    assert len(wanted.open(sealed, KEY_OF_OURS, max_bytes=1 << 20)) > 1_000_000
    with pytest.raises(MalformedMessage):
        wanted.open(sealed, KEY_OF_OURS, max_bytes=LIMIT)


# Keys.


def test_a_key_follows_from_its_seed_and_from_no_other() -> None:
    one, again, other = (EncryptionKey.from_seed(seed) for seed in (b"a" * 64, b"a" * 64, b"a" * 63 + b"b"))
    assert one.public() == again.public()
    assert one.kid != other.kid
    assert one.kid == one.signer.public_jwk.thumbprint
    with pytest.raises(ValueError, match="64"):
        EncryptionKey.from_seed(b"a" * 32)


def test_every_seed_gives_a_key() -> None:
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    for number in (0, 1, order - 2, order - 1, order, 2**512 - 1):
        key = EncryptionKey.from_seed(number.to_bytes(64))
        assert open_request(RequestEncryption((key.public(),)).seal(CONTENT).encode(), [key], max_inflated=LIMIT)
