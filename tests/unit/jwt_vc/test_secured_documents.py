"""VC-JOSE-COSE, rule by rule: what is taken, and its twin that is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest

from credentials.dids import Resolver, UnresolvableDid, did_jwk, did_key
from credentials.encoding import JsonObject, b64_encode, b64url_encode
from credentials.errors import BlauweKnopError, LimitExceeded, MalformedInput
from credentials.formats import MalformedCredential
from credentials.formats.issuer_key import PublishedKey
from credentials.formats.jwt_vc import (
    ByIdentifier,
    Kind,
    SecuredDocument,
    Securing,
    SignatureClaims,
    VerificationMethod,
    open_enveloped,
    open_secured,
    secure,
)
from credentials.formats.vcdm import Envelope, InvalidDocument
from credentials.jose import ClaimError, InvalidToken
from credentials.keys import WITH_ES512, Algorithm, InvalidSignature, SoftwareSigner
from tests.unit.jwt_vc.tokens import (
    HOLDER,
    HOLDER_KID,
    ISSUER,
    KID,
    NOW,
    SOURCE,
    V2,
    credential,
    envelope,
    message,
    presentation,
    signer,
    token,
)

CLAIMS = SignatureClaims(issuer=ISSUER, issued_at=NOW, expires_at=NOW + timedelta(days=1))


def opened(secured: str | bytes, kind: Kind = Kind.CREDENTIAL, **options: Any) -> SecuredDocument:
    securing = Securing.COSE if isinstance(secured, bytes) else Securing.SD_JWT if "~" in secured else Securing.JWT
    return open_secured(secured, SOURCE, kind=kind, **{"securing": securing, **options})


def sd(payload: JsonObject, *disclosures: list[Any], **changes: Any) -> str:
    encoded = [b64url_encode(json.dumps(each).encode()) for each in disclosures]
    return "~".join([token(payload, **{"typ": "vc+sd-jwt", **changes}), *encoded, ""])


# What we secure, we open.


@pytest.mark.parametrize("algorithm", WITH_ES512)
@pytest.mark.parametrize("securing", Securing)
def test_a_credential_comes_out_as_it_went_in(securing: Securing, algorithm: Algorithm) -> None:
    key = signer("issuer", algorithm)
    method = VerificationMethod("https://issuer.example/1#k", "https://issuer.example/1", key.public_jwk)
    document = credential(issuer={"id": "https://issuer.example/1", "name": "Agency"})
    hidden = [("credentialSubject", "name"), ("credentialSubject", "numbers", 0)]
    made = secure(
        document,
        key,
        securing=securing,
        kid=method.id,
        claims=SignatureClaims(issued_at=NOW),
        disclosable=hidden if securing is Securing.SD_JWT else (),
    )
    result = open_secured(made, method, securing=securing, at=NOW)
    assert result.document == document
    assert result.claims == SignatureClaims(issued_at=NOW)
    assert (result.kind, result.securing) == (Kind.CREDENTIAL, securing)
    assert result.signed_by.key == key.public_jwk
    assert result.signed_by.verification_method == method.id
    other = VerificationMethod(method.id, method.controller, SoftwareSigner.generate(algorithm).public_jwk)
    with pytest.raises(InvalidSignature):
        open_secured(made, other, securing=securing)


@pytest.mark.parametrize("securing", Securing)
def test_a_presentation_comes_out_as_it_went_in(securing: Securing) -> None:
    document = presentation()
    claims = SignatureClaims(issuer=HOLDER, audience="https://verifier.example", issued_at=NOW)
    made = secure(document, signer("holder"), kind=Kind.PRESENTATION, securing=securing, kid=HOLDER_KID, claims=claims)
    result = open_secured(made, SOURCE, kind=Kind.PRESENTATION, securing=securing)
    assert result.document == document
    assert result.claims == claims
    assert result.signed_by.issuer == HOLDER
    for kind, other in [(Kind.CREDENTIAL, securing)] + [
        (Kind.PRESENTATION, each) for each in Securing if each != securing
    ]:
        with pytest.raises(MalformedInput):
            open_secured(made, SOURCE, kind=kind, securing=other)


def test_hidden_places_are_hidden() -> None:
    places = [("credentialSubject", "name"), ("credentialSubject", "address"), ("credentialSubject", "numbers", 1)]
    made = secure(credential(), signer(), securing=Securing.SD_JWT, kid=KID, disclosable=places)
    assert isinstance(made, str)
    issued = made.partition("~")[0] + "~"
    assert opened(made).document == credential()
    subject = opened(issued).document["credentialSubject"]
    assert subject == {"id": HOLDER, "numbers": ["1"]}


@pytest.mark.parametrize(
    "place",
    [
        "@context",
        "type",
        "issuer",
        "validFrom",
        "validUntil",
        "credentialStatus",
        "credentialSchema",
        "relatedResource",
    ],
)
def test_what_says_whether_a_credential_holds_is_never_hidden(place: str) -> None:
    # Section 3.2.1.
    document = credential(
        validUntil="2030-01-01T00:00:00Z",
        credentialStatus={"id": "https://a.example/1#1", "type": "X"},
        credentialSchema={"id": "https://a.example/s", "type": "JsonSchema"},
        relatedResource={
            "id": "https://a.example/r",
            "digestSRI": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        },
    )
    with pytest.raises(ValueError, match="not hidden"):
        secure(document, signer(), securing=Securing.SD_JWT, kid=KID, disclosable=[(place,)])
    # And one who hides it is not believed.
    value = document.pop(place)
    disclosure = ["c2FsdA", place, value]
    digest = _digest(disclosure)
    with pytest.raises(MalformedCredential, match="validity"):
        opened(sd({**document, "_sd": [digest]}, disclosure))
    for inner in ({"_sd": [digest]}, [{"...": digest}]):
        with pytest.raises(MalformedCredential, match="validity"):
            opened(sd({**document, place: inner}))


def _digest(disclosure: list[Any]) -> str:
    import hashlib

    return b64url_encode(hashlib.sha256(b64url_encode(json.dumps(disclosure).encode()).encode()).digest())


@pytest.mark.parametrize("name", ["iss", "exp", "nbf", "cnf", "aud", "vc", "vp"])
def test_claims_about_the_signature_are_never_hidden(name: str) -> None:
    disclosure = ["c2FsdA", name, 1]
    with pytest.raises(MalformedCredential, match="validity"):
        opened(sd({**credential(), "_sd": [_digest(disclosure)]}, disclosure))
    made = {"kid": KID, "disclosable": [(name,)]}
    with pytest.raises(ValueError, match="not hidden"):
        secure(credential(), signer(), securing=Securing.SD_JWT, **made)


def test_a_place_that_is_not_there_cannot_be_hidden() -> None:
    for place in [("credentialSubject", "nmae"), ("credentialSubject", "numbers", 7), ()]:
        with pytest.raises(ValueError, match="hidden"):
            secure(credential(), signer(), securing=Securing.SD_JWT, kid=KID, disclosable=[place])
    with pytest.raises(ValueError, match="only an SD-JWT"):
        secure(credential(), signer(), kid=KID, disclosable=[("credentialSubject", "name")])


def test_a_presentation_may_hide_its_type_which_we_do_not() -> None:
    # The W3C's own fixture does; whoever does not disclose it has presented nothing.
    disclosure = ["c2FsdA", "type", "VerifiablePresentation"]
    document = presentation(type=None)
    made = sd({**document, "_sd": [_digest(disclosure)]}, disclosure, typ="vp+sd-jwt", cty="vp", kid=HOLDER_KID)
    with pytest.raises(InvalidSignature):
        opened(made, Kind.PRESENTATION)
    signed = {"by": signer("holder"), "typ": "vp+sd-jwt", "cty": "vp", "kid": HOLDER_KID}
    made = sd({**document, "_sd": [_digest(disclosure)]}, disclosure, **signed)
    assert opened(made, Kind.PRESENTATION).document["type"] == "VerifiablePresentation"
    with pytest.raises(InvalidDocument):
        opened(sd({**document, "_sd": [_digest(disclosure)]}, **signed), Kind.PRESENTATION)
    with pytest.raises(ValueError, match="not hidden"):
        secure(
            presentation(),
            signer("holder"),
            kind=Kind.PRESENTATION,
            securing=Securing.SD_JWT,
            kid=HOLDER_KID,
            disclosable=[("type",)],
        )


# Types of token.


@pytest.mark.parametrize(
    "typ", ["JWT", "vp+jwt", "vc+sd-jwt", "dc+sd-jwt", "VC+JWT", "vc+ld+json+jwt", "", None, 5, []]
)
def test_another_typ_is_refused(typ: object) -> None:
    assert opened(token(credential())).document == credential()
    with pytest.raises(InvalidToken, match="typ"):
        opened(token(credential(), typ=typ))
    with pytest.raises(InvalidToken, match="typ"):
        opened(token(credential(), typ=typ if typ != "vc+sd-jwt" else "vc+jwt") + "~")


@pytest.mark.parametrize("cty", ["vp", "vc+jwt", "application/vc", "JWT", "", 5])
def test_another_cty_is_refused(cty: object) -> None:
    assert opened(token(credential(), cty=None)).document == credential()
    with pytest.raises(MalformedCredential, match="cty"):
        opened(token(credential(), cty=cty))


@pytest.mark.parametrize(
    "changes",
    [
        {"l16": None},
        {"l16": "vc+cose"},
        {"l16": "application/vp+cose"},
        {"l16": "application/vc"},
        {"l16": 16},
        {"l3": "application/vp"},
        {"l3": "application/json"},
        {"l3": 50},
    ],
)
def test_another_type_of_message_is_refused(changes: dict[str, Any]) -> None:
    assert opened(message(credential())).document == credential()
    assert opened(message(credential(), l3=None)).document == credential()
    with pytest.raises(MalformedCredential, match="type of the message"):
        opened(message(credential(), **changes))


@pytest.mark.parametrize("name", ["jwk", "jku", "x5u", "crit", "b64", "zip"])
def test_headers_with_keys_or_extensions_are_refused(name: str) -> None:
    with pytest.raises(MalformedInput, match="not taken"):
        opened(token(credential(), **{name: ["x"]}))


@pytest.mark.parametrize("claim", ["vc", "vp"])
def test_the_claims_of_the_older_encoding_are_refused(claim: str) -> None:
    # Section 3.1.3.
    for value in ("oops", {}, None, credential()):
        payload = {**credential(), claim: value}
        with pytest.raises(MalformedCredential, match=claim):
            opened(token(payload))
        with pytest.raises(MalformedCredential, match=claim):
            opened(token(payload, typ="vc+sd-jwt") + "~")
        with pytest.raises(MalformedCredential, match=claim):
            opened(message(payload))
    with pytest.raises(MalformedCredential, match=claim):
        opened(token(credential(), **{claim: credential()}))


# Claims about the signature.


def test_iss_is_the_issuer_wherever_it_stands() -> None:
    # Section 4.1.2.
    for issuer in (ISSUER, {"id": ISSUER, "name": "Agency"}):
        document = credential(issuer=issuer)
        assert opened(token({**document, "iss": ISSUER})).claims.issuer == ISSUER
        assert opened(token(document, iss=ISSUER)).claims.issuer == ISSUER
        assert opened(message(document, l15={1: ISSUER})).claims.issuer == ISSUER
        for other in (HOLDER, "https://issuer.example"):
            with pytest.raises(MalformedCredential, match="iss"):
                opened(token({**document, "iss": other}))
            with pytest.raises(MalformedCredential, match="iss"):
                opened(token(document, iss=other))
            with pytest.raises(MalformedCredential, match="iss"):
                opened(message(document, l15={1: other}))
            with pytest.raises(MalformedCredential, match="iss"):
                secure(document, signer(), kid=KID, claims=SignatureClaims(issuer=other))


def test_a_claim_is_the_same_in_header_and_payload() -> None:
    # RFC 7519 section 5.3.
    assert opened(token({**credential(), "iss": ISSUER}, iss=ISSUER)).claims.issuer == ISSUER
    for name, one, other in (("iss", ISSUER, HOLDER), ("aud", "a", "b"), ("sub", HOLDER, ISSUER)):
        with pytest.raises(MalformedCredential, match=name):
            opened(token({**credential(), name: one}, **{name: other}))


def test_claims_that_mean_a_member_say_the_same() -> None:
    # Section 3.1.3.
    id_ = credential()["id"]
    assert opened(token({**credential(), "jti": id_, "sub": HOLDER})).claims.subject == HOLDER
    assert opened(token({**credential(id=None), "jti": "urn:a:1"})).claims.id == "urn:a:1"
    assert opened(token({**credential(credentialSubject={"a": "b"}), "sub": HOLDER})).claims.subject == HOLDER
    two = [{"id": HOLDER}, {"id": ISSUER}]
    assert opened(token({**credential(credentialSubject=two), "sub": ISSUER})).claims.subject == ISSUER
    with pytest.raises(MalformedCredential, match="jti"):
        opened(token({**credential(), "jti": "urn:a:1"}))
    with pytest.raises(MalformedCredential, match="sub"):
        opened(token({**credential(), "sub": ISSUER}))
    with pytest.raises(MalformedCredential, match="sub"):
        opened(token({**credential(credentialSubject=two), "sub": "did:example:3"}))
    with pytest.raises(MalformedCredential, match="holder"):
        opened(token({**presentation(), "iss": ISSUER}, typ="vp+jwt", cty="vp"), Kind.PRESENTATION)


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({"exp": int(NOW.timestamp()) - 61}, "exp"),
        ({"nbf": int(NOW.timestamp()) + 61}, "nbf"),
        ({"iat": int(NOW.timestamp()) + 61}, "iat"),
        ({"iat": "2026-11-23T12:01:01Z"}, "iat"),
    ],
)
def test_the_times_of_the_signature_are_checked_at_a_moment(claims: dict[str, Any], claim: str) -> None:
    made = token({**credential(), **claims})
    assert opened(made).document == credential()
    with pytest.raises(ClaimError, match=claim):
        opened(made, at=NOW)
    labels = {"exp": 4, "nbf": 5, "iat": 6}
    headers = {labels[name]: value for name, value in claims.items() if isinstance(value, int)}
    if headers:
        with pytest.raises(ClaimError, match=claim):
            opened(message(credential(), l15=headers), at=NOW)
    fitting = {name: int(NOW.timestamp()) for name in claims} | {"exp": int(NOW.timestamp()) + 1}
    assert opened(token({**credential(), **fitting}), at=NOW).document == credential()


def test_iat_may_be_a_timestamp_as_in_the_fixtures_of_the_w3c() -> None:
    assert opened(token({**credential(), "iat": "2026-11-23T12:00:00Z"})).claims.issued_at == NOW
    for name in ("exp", "nbf"):
        with pytest.raises(ClaimError, match=name):
            opened(token({**credential(), name: "2026-11-23T12:00:00Z"}))


@pytest.mark.parametrize("value", ["yesterday", "1795435200", True, [], {}, -1, 2**60, "", None])
@pytest.mark.parametrize("name", ["iat", "exp", "nbf"])
def test_a_time_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(ClaimError, match=name):
        opened(token({**credential(), name: value}))


@pytest.mark.parametrize("value", [5, None, {}, [], ["a", "b"], True, ""])
@pytest.mark.parametrize("name", ["iss", "sub", "aud", "jti", "nonce"])
def test_a_claim_that_is_no_text_is_refused(name: str, value: object) -> None:
    with pytest.raises(MalformedCredential, match=name):
        opened(token({**credential(), name: value}))


def test_an_audience_of_one_may_be_an_array() -> None:
    assert opened(token({**credential(), "aud": ["a"]})).claims.audience == "a"


@pytest.mark.parametrize("value", ["jwk", None, [], 1])
def test_a_confirmation_is_an_object(value: object) -> None:
    if value is not None:
        with pytest.raises(MalformedCredential, match="cnf"):
            opened(token({**credential(), "cnf": value}))
    assert opened(token({**credential(), "cnf": {"x": 1}})).claims.confirmation == {"x": 1}


@pytest.mark.parametrize("claims", [5, [], "x", {1: []}, {4: b"1"}, {6: "2026"}])
def test_cwt_claims_of_another_kind_are_refused(claims: object) -> None:
    if claims == {6: "2026"}:
        with pytest.raises(ClaimError):
            opened(message(credential(), l15=claims))
    else:
        with pytest.raises(MalformedCredential, match="CWT"):
            opened(message(credential(), l15=claims))


def test_members_that_are_not_understood_are_no_ground_to_refuse() -> None:
    # Sections 3.1.3 and 6.
    assert opened(token({**credential(), "entitlements": ["a"]}, unknown=5)).document["entitlements"] == ["a"]
    assert opened(message(credential(), l99="a")).document == credential()


# Keys.


def test_the_key_is_found_by_the_did_url_of_the_issuer() -> None:
    did, kid = did_jwk(signer().public_jwk)
    assert opened(token(credential(issuer=did), kid=kid)).signed_by.verification_method == kid
    result = opened(token(credential()))
    assert (result.signed_by.issuer, result.signed_by.verification_method) == (ISSUER, KID)
    # With iss it may be relative (section 4.1.2).
    assert opened(token({**credential(), "iss": ISSUER}, kid=f"#{KID.partition('#')[2]}")).document == credential()


@pytest.mark.parametrize(
    "kid",
    [
        None,
        f"#{KID.partition('#')[2]}",
        ISSUER,
        "key-1",
        "https://issuer.example/keys#1",
        HOLDER_KID,
        f"{ISSUER}#x",
        "",
        5,
    ],
    ids=["none", "relative", "a DID", "a name", "https", "another's", "no key", "empty", "a number"],
)
def test_a_kid_that_is_not_the_absolute_url_of_the_issuers_key_is_refused(kid: object) -> None:
    # Sections 4.1.1 and 4.3.
    with pytest.raises((MalformedCredential, UnresolvableDid)):
        opened(token(credential(), kid=kid))
    if isinstance(kid, str | None):
        with pytest.raises((MalformedCredential, UnresolvableDid)):
            opened(message(credential(), l4=kid.encode() if isinstance(kid, str) else None))


def test_an_issuer_that_is_no_did_needs_certificates() -> None:
    # A key by a URL would be whatever that URL says today.
    document = credential(issuer="https://issuer.example")
    with pytest.raises(MalformedCredential, match="neither"):
        opened(token(document, kid="https://issuer.example#1"))
    with pytest.raises(MalformedCredential, match="neither"):
        opened(token(document))


def test_a_key_of_somebody_else_does_not_speak_for_the_issuer() -> None:
    other, kid = did_key(signer("other").public_jwk)
    with pytest.raises(MalformedCredential, match="party"):
        opened(token(credential(), by=signer("other"), kid=kid))
    assert opened(token(credential(issuer=other), by=signer("other"), kid=kid)).signed_by.issuer == other
    with pytest.raises(InvalidSignature):
        opened(token(credential(), by=signer("other")))


def test_a_presentation_of_nobody_is_by_whoever_signs() -> None:
    made = token(presentation(holder=None), by=signer("holder"), typ="vp+jwt", cty="vp", kid=HOLDER_KID)
    assert opened(made, Kind.PRESENTATION).signed_by.issuer == HOLDER


def test_a_given_key_is_used_unless_the_token_names_another() -> None:
    method = VerificationMethod("https://a.example#k", "https://a.example", signer().public_jwk)
    for kid in ("https://a.example#k", "#k", signer().public_jwk.thumbprint, None):
        assert open_secured(token(credential(), kid=kid), method).signed_by.verification_method == method.id
    for kid in ("https://a.example#j", "https://a.example", "#", "k", ""):
        with pytest.raises(MalformedCredential, match="another key"):
            open_secured(token(credential(), kid=kid), method)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "Multikey"},
        {"type": ["JsonWebKey"]},
        {"id": None},
        {"controller": 5},
        {"publicKeyMultibase": "z6Mk"},
        {"publicKeyJwk": None},
        {"publicKeyJwk": {"kty": "oct", "k": "AA"}},
        {"publicKeyJwk": signer().to_private_jwk()},
    ],
)
def test_a_verification_method_is_a_json_web_key(changes: JsonObject) -> None:
    # Section 4.3.
    document: JsonObject = {
        "id": "https://a.example#k",
        "type": "JsonWebKey",
        "controller": "https://a.example",
        "publicKeyJwk": signer().public_jwk.to_dict(),
    }
    assert VerificationMethod.read(document).key == signer().public_jwk
    with pytest.raises(MalformedInput):
        VerificationMethod.read({**document, **changes})


# Documents.


@pytest.mark.parametrize(
    "name", ["badExtension", "proof", "iss", "exp", "vc", "_sd", "holder", "nonce", "@graph", "Type"]
)
@pytest.mark.parametrize("securing", Securing)
def test_a_member_that_the_data_model_does_not_know_is_not_signed(name: str, securing: Securing) -> None:
    with pytest.raises(InvalidDocument, match="does not know"):
        secure({**credential(), name: {"a": "b"}}, signer(), securing=securing, kid=KID)


def test_a_caller_may_vouch_for_members_of_further_contexts() -> None:
    document = {**credential(), "seal": "x"}
    made = secure(document, signer(), kid=KID, extensions=["seal"])
    assert opened(made).document == document
    with pytest.raises(ValueError, match="no extension"):
        secure({**credential(), "exp": 5}, signer(), kid=KID, extensions=["exp"])


@pytest.mark.parametrize(
    "document",
    [
        {},
        credential(issuer=None),
        credential(credentialSubject=None),
        credential(type=["Other"]),
        {**credential(), "@context": ["https://www.w3.org/2018/credentials/v1"]},
        credential(validFrom="yesterday"),
        presentation(),
    ],
)
def test_a_document_that_is_no_credential_is_neither_signed_nor_taken(document: JsonObject) -> None:
    with pytest.raises(InvalidDocument):
        secure(document, signer(), kid=KID)
    for made in (token(document), token(document, typ="vc+sd-jwt") + "~", message(document)):
        with pytest.raises(InvalidDocument):
            opened(made)


@pytest.mark.parametrize(
    "held",
    [
        envelope(id="not-a-credential"),
        envelope(id="data:application/vc+jwt;base64,eyJ"),
        envelope(media_type="application/jwt"),
        envelope(media_type="application/vp+jwt"),
        envelope(media_type="application/vc"),
        envelope(media_type="application/vc+cose"),  # binary, so base64
        envelope(type="EnvelopedVerifiablePresentation"),
        credential(),
        credential(issuer=HOLDER),  # the holder's own, but not secured
        {**credential(), "proof": {"type": "DataIntegrityProof"}},
        "eyJ.eyJ.abc",
        [],
        None,
    ],
)
def test_a_credential_in_a_presentation_is_enveloped_and_secured(held: Any) -> None:
    # Section 3.1.2.
    document = {**presentation(), "verifiableCredential": [envelope(), held]}
    with pytest.raises(InvalidDocument):
        secure(document, signer("holder"), kind=Kind.PRESENTATION, kid=HOLDER_KID)
    made = token(document, by=signer("holder"), typ="vp+jwt", cty="vp", kid=HOLDER_KID)
    with pytest.raises(InvalidDocument):
        opened(made, Kind.PRESENTATION)


@pytest.mark.parametrize("securing", Securing)
@pytest.mark.parametrize("kind", Kind)
def test_what_is_enveloped_is_opened_by_its_media_type(securing: Securing, kind: Kind) -> None:
    is_credential = kind is Kind.CREDENTIAL
    document = credential() if is_credential else presentation()
    by, kid = (signer(), KID) if is_credential else (signer("holder"), HOLDER_KID)
    made = secure(document, by, kind=kind, securing=securing, kid=kid)
    data = made if isinstance(made, str) else b64_encode(made)
    wrapped = Envelope("EnvelopedVerifiableCredential", f"application/{kind}+{securing}", data, isinstance(made, bytes))
    assert open_enveloped(Envelope.read(wrapped.to_dict()), SOURCE).document == document
    for other in ("application/jwt", "application/vc", "application/dc+sd-jwt"):
        with pytest.raises(InvalidDocument, match="media type"):
            open_enveloped(Envelope(wrapped.kind, other, data), SOURCE)
    for others in Securing:
        if others is not securing:
            with pytest.raises(MalformedInput):
                open_enveloped(Envelope(wrapped.kind, f"application/{kind}+{others}", data), SOURCE)


def test_an_sd_jwt_with_key_binding_is_no_bare_document() -> None:
    made = secure(credential(), signer(), securing=Securing.SD_JWT, kid=KID)
    with pytest.raises(MalformedCredential, match="not asked for"):
        opened(f"{made}eyJ.eyJ.abc")


def test_without_a_name_for_the_key_nothing_is_signed() -> None:
    for kid in (None, "key-1", "#1"):
        with pytest.raises(ValueError, match="absolute"):
            secure(credential(), signer(), kid=kid)
    assert secure(credential(), signer(), kid="#1", claims=SignatureClaims(issuer=ISSUER))
    with pytest.raises(ValueError, match="by kid"):
        secure(credential(), signer(), securing=Securing.COSE, kid=KID, x5c=(b"x",))
    with pytest.raises(ValueError, match="COSE header"):
        secure(credential(), signer(), securing=Securing.COSE, kid=KID, claims=SignatureClaims(nonce="n"))


# Hostile input.


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "RS256", "ES256K", "", None, 5])
def test_other_algorithms_are_refused(alg: object) -> None:
    for typ, tail in (("vc+jwt", ""), ("vc+sd-jwt", "~")):
        with pytest.raises(InvalidToken, match="alg"):
            opened(token(credential(), alg=alg, typ=typ) + tail)
        unsigned = token(credential(), alg=alg, typ=typ).rpartition(".")[0] + "."
        with pytest.raises(InvalidToken, match="alg"):
            opened(unsigned + tail)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 100_000,
        b'{"type":1,"type":2}',
        b"[]",
        b'"text"',
        b"",
        b"\xff",
        b'{"a":NaN}',
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
        b"{}" + b" " * (1 << 20),
    ],
    ids=lambda data: f"{data[:12]!r}",
)
def test_payloads_that_are_not_strict_json_are_refused(payload: bytes) -> None:
    for made in (token(payload), token(payload, typ="vc+sd-jwt") + "~", message(payload)):
        with pytest.raises(MalformedInput):
            opened(made)


@pytest.mark.parametrize("securing", Securing)
@pytest.mark.parametrize(
    "hostile",
    ["", "~", ".", "..", "~~~", "a" * 600_000, "\0", "é", "~" * 600_000, "." * 600_000],
    ids=["nothing", "tilde", "dot", "dots", "tildes", "long", "nul", "not ASCII", "many tildes", "many dots"],
)
def test_text_that_is_no_token_is_refused(securing: Securing, hostile: str) -> None:
    with pytest.raises(MalformedInput):
        open_secured(hostile, SOURCE, securing=securing)
    with pytest.raises(MalformedInput):
        open_secured(hostile.encode(), SOURCE, securing=securing)


def test_duplicate_header_parameters_are_refused() -> None:
    header = b'{"alg":"ES256","alg":"ES256","typ":"vc+jwt"}'
    made = token(credential())
    with pytest.raises(InvalidToken):
        opened(b64url_encode(header) + made[made.index(".") :])


def test_more_credentials_than_anybody_holds_are_refused() -> None:
    document = {**presentation(), "verifiableCredential": [envelope()] * 300}
    made = token(document, by=signer("holder"), typ="vp+jwt", cty="vp", kid=HOLDER_KID)
    with pytest.raises(MalformedInput):
        opened(made, Kind.PRESENTATION)


def test_a_number_that_disclosures_cannot_hold_is_refused() -> None:
    document = credential(credentialSubject={"id": HOLDER, "number": 10**19 * 5})
    with pytest.raises((InvalidDocument, ValueError)):
        secure(document, signer(), securing=Securing.SD_JWT, kid=KID, disclosable=[("credentialSubject", "number")])


def test_errors_say_nothing_of_what_was_sent() -> None:
    secret = "123456782"
    for made in (
        token({**credential(), "iss": secret}),
        token({**credential(id=f"urn:{secret}"), "jti": f"x{secret}"}),
        token(credential(issuer=secret)),
        token(credential(), kid=secret),
        token(credential(), typ=secret),
        message(credential(), l16=secret),
        token({**credential(), "@context": [V2, secret, 5]}),
    ):
        with pytest.raises(BlauweKnopError) as caught:
            opened(made)
        assert secret not in str(caught.value)


def test_limits_are_errors_of_their_own() -> None:
    with pytest.raises(LimitExceeded):
        opened(token(b'{"a":' * 100 + b"1" + b"}" * 100))
    assert ByIdentifier(Resolver()).published is None


def test_the_first_and_the_last_moment_are_compared_like_any_other() -> None:
    first, last = "0001-01-01T00:00:00Z", 253_402_300_799
    SignatureClaims.read({}, {"iat": first, "exp": last, "nbf": 0}).check_times(NOW)
    for claims in ({"iat": "9999-12-31T23:59:59Z"}, {"nbf": last}, {"exp": 0}):
        with pytest.raises(ClaimError):
            SignatureClaims.read({}, dict(claims)).check_times(NOW)
    with pytest.raises(ClaimError):
        SignatureClaims.read({}, {"exp": last + 1})


class NoSite:
    def find(self, issuer: str, kid: str | None) -> PublishedKey:
        raise AssertionError("nobody's site is asked")


def test_a_presentation_that_names_nobody_is_found_by_its_key_alone() -> None:
    def found(**claims: str) -> SecuredDocument:
        made = {**presentation(holder=None), **claims}
        shown = token(made, typ="vp+jwt", cty="vp", kid=HOLDER_KID, by=signer("holder"))
        return open_secured(shown, ByIdentifier(Resolver(), NoSite()), kind=Kind.PRESENTATION)

    assert (found().signed_by.issuer, found().claims.issuer) == (HOLDER, None)
    assert found(iss=HOLDER).signed_by.issuer == HOLDER
    with pytest.raises(MalformedCredential):
        found(iss=ISSUER)


def test_no_site_is_asked_for_the_keys_of_a_did() -> None:
    source = ByIdentifier(Resolver(), NoSite())
    assert open_secured(token(credential()), source).signed_by.verification_method == KID


def test_a_key_that_the_caller_gave_need_not_be_named() -> None:
    given = VerificationMethod(KID, ISSUER, signer().public_jwk)
    assert open_secured(token(credential(), kid=None), given).signed_by.verification_method == KID
    with pytest.raises(MalformedCredential):
        open_secured(token(credential(), kid=HOLDER_KID), given)
