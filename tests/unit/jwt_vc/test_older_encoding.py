"""The JWT encoding of VCDM 1.1: claims and members that mean one thing say one thing, or the token is refused."""

from typing import Any

import pytest

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError
from credentials.formats import MalformedCredential
from credentials.formats.jwt_vc import ByIdentifier, Kind, Securing, VerificationMethod, open_older, open_secured
from credentials.formats.jwt_vc.older_encoding import encode
from credentials.formats.vcdm import ANY_VERSION, ONLY_V2, Envelope, InvalidDocument, Version
from credentials.jose import ClaimError, InvalidToken
from credentials.keys import InvalidSignature
from tests.unit.jwt_vc.tokens import (
    HOLDER,
    HOLDER_KID,
    ISSUER,
    KID,
    SOURCE,
    V2,
    changed,
    credential,
    presentation,
    signer,
    token,
)

V1 = "https://www.w3.org/2018/credentials/v1"
NBF, EXP = 1_795_435_200, 1_795_521_600  # 2026-11-23T12:00:00Z and a day later
ONLY_V1 = (Version.V1_1,)
HEADER = {"alg": "ES256", "typ": "JWT", "kid": KID}


def older(**changes: Any) -> JsonObject:
    document = {
        "@context": [V1],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": ISSUER,
        "issuanceDate": "2026-11-23T12:00:00Z",
        "expirationDate": "2026-11-24T12:00:00Z",
        "credentialSubject": {"id": HOLDER, "name": "Jane"},
    }
    return changed(document, changes)


def claims(vc: Any = ..., **changes: Any) -> JsonObject:
    stated = {
        "iss": ISSUER,
        "sub": HOLDER,
        "jti": "urn:uuid:1",
        "nbf": NBF,
        "exp": EXP,
        "vc": older() if vc is ... else vc,
    }
    return changed(stated, changes)


def opened(payload: JsonObject, kind: Kind = Kind.CREDENTIAL, **header: Any) -> Any:
    by = signer("holder") if kind is Kind.PRESENTATION else signer()
    kid = HOLDER_KID if kind is Kind.PRESENTATION else KID
    return open_older(token(payload, {**HEADER, "kid": kid}, by, **header), SOURCE, kind)


def test_a_document_is_encoded_as_the_section_says() -> None:
    # VCDM 1.1 section 6.3.1.
    assert encode(older()) == claims()
    assert encode(older(id=None, expirationDate=None)) == claims(
        older(id=None, expirationDate=None), jti=None, exp=None
    )
    assert encode(older(issuer={"id": ISSUER, "name": "Agency"}))["iss"] == ISSUER
    for wrong in (credential(), older(issuanceDate=None), older(issuer=None)):
        with pytest.raises(InvalidDocument):
            encode(wrong)


def test_what_claims_and_members_both_say_is_read_once() -> None:
    result = opened(claims())
    assert result.document == older()
    assert result.version is Version.V1_1
    assert result.signed_by.verification_method == KID


def test_what_only_the_claims_say_is_brought_over() -> None:
    bare = older(id=None, issuer=None, issuanceDate=None, expirationDate=None, credentialSubject={"name": "Jane"})
    assert opened(claims(bare)).document == older()
    assert opened(claims(older(credentialSubject=[{"name": "Jane"}]))).document == older()


def test_what_only_the_members_say_stays() -> None:
    assert opened(claims(iss=None, sub=None, jti=None, nbf=None, exp=None)).document == older()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": HOLDER}, "iss"),
        ({"sub": ISSUER}, "sub"),
        ({"jti": "urn:uuid:2"}, "jti"),
        ({"nbf": NBF + 1}, "nbf"),
        ({"nbf": NBF - 1}, "nbf"),
        ({"exp": EXP + 1}, "exp"),
        ({"exp": EXP - 1}, "exp"),
        ({"vc": older(credentialSubject=[{"id": HOLDER}, {"id": ISSUER}])}, "sub"),
        ({"vc": None}, "no vc"),
        ({"vc": "text"}, "no vc"),
        ({"vc": []}, "no vc"),
        ({"vp": {}}, "another document"),
    ],
)
def test_what_they_say_differently_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(MalformedCredential, match=why):
        opened(claims(**changes))


@pytest.mark.parametrize("name", ["nbf", "exp", "iat"])
@pytest.mark.parametrize("value", ["1795435200", True, -1, [], 2**60])
def test_a_time_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(ClaimError, match=name):
        opened(claims(**{name: value}))


def test_a_document_of_the_other_version_needs_to_be_asked_for() -> None:
    vc = credential(validFrom=None)
    payload = {"iss": ISSUER, "nbf": NBF, "vc": vc}
    result = open_older(token(payload, HEADER), SOURCE, Kind.CREDENTIAL, ANY_VERSION)
    assert result.version is Version.V2_0
    assert result.document == {**vc, "validFrom": "2026-11-23T12:00:00Z"}
    for versions, stated in ((ONLY_V1, payload), (ONLY_V2, claims())):
        with pytest.raises(InvalidDocument):
            open_older(token(stated, HEADER), SOURCE, Kind.CREDENTIAL, versions)


@pytest.mark.parametrize("typ", ["vc+jwt", "vp+jwt", "at+jwt", "jwt", "", 5])
def test_another_typ_is_refused(typ: object) -> None:
    assert opened(claims(), typ=None).document == older()
    with pytest.raises(MalformedCredential, match="typ"):
        opened(claims(), typ=typ)


@pytest.mark.parametrize(
    ("header", "error"),
    [
        ({"alg": "none"}, InvalidToken),
        ({"alg": "ES512"}, InvalidToken),
        ({"kid": None}, MalformedCredential),
        ({"kid": HOLDER_KID}, MalformedCredential),
        ({"kid": 5}, MalformedCredential),
        ({"jwk": {}}, MalformedCredential),
        ({"crit": ["vc"]}, InvalidToken),
    ],
)
def test_other_headers_are_refused(header: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        opened(claims(), **header)


def test_a_presentation_is_signed_by_its_holder_and_tells_its_question() -> None:
    vp = {"@context": [V1], "type": ["VerifiablePresentation"], "verifiableCredential": ["a.b.c", "d.e.f"]}
    payload = {"iss": HOLDER, "aud": "https://verifier.example", "nonce": "n", "vp": vp}
    result = opened(payload, Kind.PRESENTATION)
    assert result.document == {**vp, "holder": HOLDER}
    assert result.credentials == ("a.b.c", "d.e.f")
    assert (result.claims.nonce, result.claims.audience) == ("n", "https://verifier.example")
    assert opened({**payload, "vp": {**vp, "verifiableCredential": "a.b.c"}}, Kind.PRESENTATION).credentials == (
        "a.b.c",
    )
    for wrong in (
        {**payload, "iss": ISSUER},
        {**payload, "vp": {**vp, "holder": ISSUER}},
        {**payload, "vp": {**vp, "holder": 5}},
        {**payload, "vp": {**vp, "type": "VerifiableCredential"}},
        {**payload, "vp": {**vp, "@context": [V2, V1]}, "vc": {}},
    ):
        with pytest.raises(MalformedCredential):
            opened(wrong, Kind.PRESENTATION)
    with pytest.raises(InvalidSignature):
        open_older(token(payload, {**HEADER, "kid": HOLDER_KID}, signer()), SOURCE, Kind.PRESENTATION)


def test_the_two_encodings_are_never_mistaken_for_each_other() -> None:
    # Who reads one way must not be shown a document of the other.
    both = {**credential(), **claims(vc=credential(id="urn:uuid:1"))}
    for typ in ("vc+jwt", "JWT"):
        with pytest.raises(BlauweKnopError):
            open_secured(token(both, HEADER, typ=typ), SOURCE)
    with pytest.raises(BlauweKnopError):
        open_secured(token(claims(), HEADER), SOURCE)
    for made in (token(credential()), token(presentation(), typ="vp+jwt")):
        with pytest.raises(BlauweKnopError):
            open_older(made, SOURCE, Kind.CREDENTIAL)
    with pytest.raises(BlauweKnopError):
        open_secured(token(claims(), {**HEADER, "typ": "vc+sd-jwt"}) + "~", SOURCE, securing=Securing.SD_JWT)


@pytest.mark.parametrize("thing", [None, 5, b"", {}, [], "", ".", "a.b.c", "x" * 600_000], ids=range(9))
def test_what_is_no_token_is_refused(thing: object) -> None:
    with pytest.raises(BlauweKnopError):
        open_older(thing, SOURCE, Kind.CREDENTIAL)


@pytest.mark.parametrize("payload", [b"[" * 100_000, b'{"vc":{},"vc":{}}', b'{"vc":' * 70 + b"1" + b"}" * 70])
def test_payloads_that_are_not_strict_json_are_refused(payload: bytes) -> None:
    with pytest.raises(BlauweKnopError):
        open_older(token(payload, HEADER), SOURCE, Kind.CREDENTIAL)


def test_a_given_key_serves_too() -> None:
    method = VerificationMethod(KID, ISSUER, signer().public_jwk)
    assert open_older(token(claims(), HEADER), method, Kind.CREDENTIAL).document == older()


def test_the_shape_that_the_data_model_suite_sends_is_read() -> None:
    # A presentation of VCDM 2.0 in the older encoding, without an end; its credential has its issuer in `iss` only.
    inner = token({"iss": ISSUER, "sub": HOLDER, "vc": credential(issuer=None, id=None)}, {"alg": "ES256", "kid": KID})
    wrapped = Envelope("EnvelopedVerifiableCredential", "application/jwt", inner).to_dict()
    vp = presentation(wrapped)
    payload = {"iss": HOLDER, "aud": "example.com", "nonce": "123456789", "vp": vp}
    result = opened(payload, Kind.PRESENTATION)
    assert result.claims.nonce == "123456789"
    (held,) = result.credentials
    read = open_older(Envelope.read(held).data, ByIdentifier(SOURCE.keys), Kind.CREDENTIAL)
    assert read.document["issuer"] == ISSUER
