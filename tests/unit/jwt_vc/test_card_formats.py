"""Our cards as W3C tokens: the same facts in each, shown by their holder, and refused when anything is amiss."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jwcrypto import jwk as _jwk
from jwcrypto import jws as _jws
from sd_jwt.verifier import SDJWTVerifier

from credentials.dids import did_jwk, did_key
from credentials.encoding import JsonObject, b64url_decode
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats import (
    BitstringStatus,
    Configuration,
    CredentialFormat,
    Expectation,
    FormatRegistry,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    MalformedCredential,
    StaleHolderProof,
    TokenStatus,
    UndisclosablePath,
    UnknownFormat,
    Vocabulary,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.issuer_key import PublishedKey
from credentials.formats.jwt_vc import JwtVcJson, VcJwt, VcSdJwt
from credentials.formats.registry import is_presentation
from credentials.formats.sd_jwt import Limits, SdJwtVc
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    CONTEXT_URL,
    LD_TREE,
    NONCE,
    NOW,
    RESOLVER,
    STATUS,
    TYPE,
    certificate,
    did_issuer_key,
    draft,
    from_subject,
    issuer_key,
    ldp,
    signer,
    to_subject,
    vocabulary,
)
from tests.unit.jwt_vc.tokens import V2, changed, token

W3C_TREE: JsonObject = {
    **LD_TREE,
    "peildatum": "2026-11-23T12:00:00Z",
    "bron": {"omschrijving": "CJIB", "afdeling": "Inning"},
}
FORMATS: dict[str, CredentialFormat] = {
    "vc+jwt": VcJwt([vocabulary()]),
    "vc+sd-jwt": VcSdJwt([vocabulary()]),
    "jwt_vc_json": JwtVcJson([vocabulary()]),
}
EVERY = pytest.mark.parametrize("name", FORMATS)
DID_HOLDER = HolderKey(signer("holder").public_jwk, did_key(signer("holder").public_jwk)[1])


def w3c_draft(**changes: object) -> Any:
    options = {
        "claims": W3C_TREE,
        "status": STATUS,
        "whole": frozenset(),
        "slots": {},
        "always_disclosed": frozenset({"bron"}),
    }
    return draft(**(options | changes))


def held(name: str, **changes: object) -> str:
    return str(FORMATS[name].issue(w3c_draft(**changes), did_issuer_key()))


def shown(name: str, credential: str | None = None, holder: SoftwareSigner | None = None, **changes: Any) -> str:
    options = {"audience": AUDIENCE, "nonce": NONCE, "now": NOW} | changes
    paths = options.pop("paths", None)
    return str(FORMATS[name].present(credential or held(name), paths, holder or signer("holder"), **options))


def verified(name: str, presented: object, **expected: Any) -> Any:
    return FORMATS[name].verify(presented, replace(Expectation(NOW, NONCE, AUDIENCE), **expected), RESOLVER)  # type: ignore[arg-type]


# What comes through.


@EVERY
@pytest.mark.parametrize("bound_to", [HolderKey(signer("holder").public_jwk), DID_HOLDER], ids=["jwk", "did"])
def test_facts_come_through_from_issuer_to_verifier(name: str, bound_to: HolderKey) -> None:
    credential = held(name, holder=bound_to)
    claims = verified(name, shown(name, credential))
    assert claims.claims == W3C_TREE
    assert (claims.format, claims.type) == (name, TYPE)
    assert claims.types == ("https://www.w3.org/2018/credentials#VerifiableCredential", TYPE)
    assert claims.signed_by.key == signer("did issuer", Algorithm.EDDSA).public_jwk
    assert claims.signed_by.issuer == did_issuer_key().verification_method.partition("#")[0]  # type: ignore[union-attr]
    assert claims.signed_by.verification_method == did_issuer_key().verification_method
    assert claims.holder.jwk.members == signer("holder").public_jwk.members
    assert (claims.issued_at, claims.valid_from, claims.valid_until) == (NOW, NOW, NOW + timedelta(days=35))
    assert claims.status == STATUS
    assert claims.document["credentialSubject"]["saldo"] == "29988"
    assert claims.document["type"] == ["VerifiableCredential", "Voorbeeld"]
    bare = FORMATS[name].verify(credential, BARE, RESOLVER)
    assert bare.claims == W3C_TREE
    assert bare.holder.jwk.members == bound_to.jwk.members


@EVERY
@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA])
def test_an_issuer_signs_with_any_of_its_keys(name: str, algorithm: Algorithm) -> None:
    credential = str(FORMATS[name].issue(w3c_draft(), did_issuer_key(algorithm)))
    assert verified(name, shown(name, credential)).signed_by.key.algorithm is algorithm


@EVERY
def test_an_issuer_with_certificates_is_an_address(name: str) -> None:
    credential = str(FORMATS[name].issue(w3c_draft(), issuer_key()))
    claims = verified(name, shown(name, credential))
    assert claims.signed_by.issuer == "https://cjib.example"
    assert claims.signed_by.x5c == (certificate(),)
    assert claims.signed_by.verification_method is None
    assert FORMATS[name].inspect(credential).x5c == (certificate(),)
    # The trust list decides whether that chain may speak; another key never does.
    other = str(FORMATS[name].issue(w3c_draft(), replace(issuer_key(), signer=signer("other"))))
    with pytest.raises(InvalidSignature):
        FORMATS[name].verify(other, BARE, RESOLVER)


@EVERY
def test_an_issuer_at_an_address_may_publish_its_key_where_that_was_allowed(name: str) -> None:
    class Site:
        def find(self, issuer: str, kid: str | None) -> PublishedKey:
            assert (issuer, kid) == ("https://cjib.example", None)
            return PublishedKey(signer("issuer").public_jwk, "https://cjib.example/.well-known/jwt-vc-issuer")

    def change(header: dict[str, Any], payload: dict[str, Any]) -> None:
        del header["kid"]
        header["alg"] = "ES256"
        for each in (payload, payload.get("vc", payload)):
            each["issuer" if "issuer" in each else "iss"] = "https://cjib.example"
        payload["iss"] = "https://cjib.example"

    credential = altered(name, change, signer("issuer"))
    reading = {"vc+jwt": VcJwt, "vc+sd-jwt": VcSdJwt, "jwt_vc_json": JwtVcJson}[name]([vocabulary()], published=Site())
    found = reading.verify(credential, BARE, RESOLVER).signed_by
    assert (found.issuer, found.published_at) == (
        "https://cjib.example",
        "https://cjib.example/.well-known/jwt-vc-issuer",
    )
    with pytest.raises(MalformedCredential, match="neither"):
        FORMATS[name].verify(credential, BARE, RESOLVER)


def test_limits_are_the_callers_to_set() -> None:
    narrow = VcSdJwt([vocabulary()], limits=Limits(max_digests=3))
    for call in (lambda: narrow.verify(held("vc+sd-jwt"), BARE, RESOLVER), lambda: narrow.inspect(held("vc+sd-jwt"))):
        with pytest.raises(LimitExceeded):
            call()


@EVERY
def test_an_issuer_that_would_be_two_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="controller"):
        FORMATS[name].issue(w3c_draft(issuer="did:web:other.example"), did_issuer_key())
    with pytest.raises(ValueError, match="certificates or a DID"):
        FORMATS[name].issue(w3c_draft(), replace(did_issuer_key(), verification_method=None))


@EVERY
def test_holders_see_what_they_hold(name: str) -> None:
    view = FORMATS[name].inspect(held(name))
    assert view.claims == W3C_TREE
    assert (view.format, view.type, view.status) == (name, TYPE, STATUS)
    assert (view.issued_at, view.valid_until) == (NOW, NOW + timedelta(days=35))
    assert view.holder is not None
    assert view.holder.jwk.members == signer("holder").public_jwk.members
    assert view.document is not None
    assert view.document["issuer"] == {"id": view.issuer, "name": "CJIB"}
    if name == "vc+sd-jwt":
        assert view.always_disclosed == {"bron": W3C_TREE["bron"]}
        assert set(view.paths) == {
            ("credentialSubject", each) for each in ("saldo", "omschrijving", "peildatum", "soort")
        }
    else:
        assert (view.always_disclosed, view.paths) == (W3C_TREE, ())


@EVERY
def test_issuers_describe_it(name: str) -> None:
    described = FORMATS[name].describe(Configuration("c", TYPE, ({"name": "Kaart"},), ({"path": ["a"]},), ("EdDSA",)))
    assert described["format"] == name
    definition = described["credential_definition"]
    assert isinstance(definition, dict)
    assert definition["type"] == ["VerifiableCredential", "Voorbeeld"]
    assert ("@context" in definition) == (name != "jwt_vc_json")
    assert described["credential_signing_alg_values_supported"] == ["EdDSA"]
    assert described["credential_metadata"] == {"display": [{"name": "Kaart"}], "claims": [{"path": ["a"]}]}
    plain = FORMATS[name].describe(Configuration("c", TYPE))
    assert plain["credential_signing_alg_values_supported"] == ["ES256"]
    for call in (lambda: FORMATS[name].describe(Configuration("c", "urn:other")), lambda: held(name, type="urn:other")):
        with pytest.raises(UnknownFormat):
            call()


@EVERY
def test_a_place_in_a_token_status_list_is_not_stated(name: str) -> None:
    with pytest.raises(ValueError, match="Bitstring"):
        held(name, status=(TokenStatus("https://cjib.example/status/1", 4711),))
    wide = BitstringStatus("https://a.example/1", 3, "message", 2, ("a", "b", "c", "d"))
    assert FORMATS[name].inspect(held(name, status=(wide,))).status == (wide,)


@EVERY
def test_without_holder_status_or_end_there_is_none(name: str) -> None:
    credential = held(name, holder=None, status=(), expires_at=None)
    view = FORMATS[name].inspect(credential)
    assert (view.holder, view.status, view.valid_until) == (None, (), None)
    with pytest.raises(HolderBindingFailed):
        verified(name, shown(name, credential))


@EVERY
def test_a_type_that_nobody_described_is_shown_as_it_stands(name: str) -> None:
    stranger = {"vc+jwt": VcJwt(), "vc+sd-jwt": VcSdJwt(), "jwt_vc_json": JwtVcJson()}[name]
    claims = stranger.verify(held(name), BARE, RESOLVER)
    assert claims.type == "Voorbeeld"  # a term, and so no type that any trust list knows
    assert claims.claims["bron"]["id"].endswith("#bron")  # type: ignore[index,call-overload]


def test_the_older_model_names_the_context_of_its_status_entries() -> None:
    v1, status = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/status/v1"
    for entries, contexts in ((STATUS, [v1, status, CONTEXT_URL]), ((), [v1, CONTEXT_URL])):
        view = FORMATS["jwt_vc_json"].inspect(held("jwt_vc_json", status=entries))
        assert view.document is not None
        assert view.document["@context"] == contexts
        assert view.type == TYPE


@EVERY
def test_a_type_counts_with_exactly_its_own_contexts(name: str) -> None:
    # Another context beside ours could give its terms another meaning, and none is processed here.
    def put(contexts: list[Any]) -> Callable[[Any, Any], None]:
        def change(header: dict[str, Any], payload: dict[str, Any]) -> None:
            document = payload.get("vc", payload)
            document["@context"] = [document["@context"][0], *contexts]

        return change

    assert FORMATS[name].verify(altered(name, put([CONTEXT_URL])), BARE, RESOLVER).type == TYPE
    for contexts in (
        [CONTEXT_URL, "https://example.org/x"],
        ["https://example.org/x", CONTEXT_URL],
        [{"a": "urn:a"}],
        [],
    ):
        assert FORMATS[name].verify(altered(name, put(contexts)), BARE, RESOLVER).type == "Voorbeeld"


# Holder binding.


@EVERY
def test_a_proof_that_is_missing_or_not_asked_for_is_refused(name: str) -> None:
    with pytest.raises(HolderBindingMissing):
        verified(name, held(name))
    with pytest.raises((HolderBindingMissing, MalformedCredential)):
        FORMATS[name].verify(shown(name), BARE, RESOLVER)


@EVERY
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"nonce": "another"}, WrongNonce),
        ({"audience": "x509_hash:other"}, WrongAudience),
        ({"now": NOW + timedelta(minutes=7)}, StaleHolderProof),
        ({"now": NOW - timedelta(minutes=2)}, StaleHolderProof),
    ],
)
def test_a_proof_for_another_question_is_refused(name: str, changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        verified(name, shown(name), **changes)
    on_file = {"on_file": True, "now": NOW + timedelta(days=10)}
    assert verified(name, shown(name), **on_file).claims == W3C_TREE
    if error is not StaleHolderProof:
        with pytest.raises(error):
            verified(name, shown(name), **on_file, **changes)


@EVERY
def test_a_credential_of_another_is_not_shown(name: str) -> None:
    with pytest.raises(HolderBindingFailed):
        shown(name, holder=signer("thief"))


@EVERY
def test_a_credential_of_another_in_ones_own_presentation_is_refused(name: str) -> None:
    stolen, own = held(name), shown(name, held(name, holder=HolderKey(signer("thief").public_jwk)), signer("thief"))
    if name == "vc+sd-jwt":
        forged = stolen + own.rpartition("~")[2]
    else:
        did, kid = did_jwk(signer("thief").public_jwk)
        vp = presentation_payload(name, did, stolen)
        forged = token(vp, presentation_header(name, kid), signer("thief"))
    with pytest.raises(HolderBindingFailed):
        verified(name, forged)


def presentation_payload(name: str, did: str, *credentials: str, **changes: Any) -> JsonObject:
    claims = {"iss": did, "aud": AUDIENCE, "nonce": NONCE, "iat": int(NOW.timestamp())}
    document: dict[str, Any] = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did,
    }
    if name == "vc+jwt":
        envelopes = [
            {
                "@context": V2,
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{each}",
            }
            for each in credentials
        ]
        return changed({**claims, **document, "verifiableCredential": envelopes}, changes)
    document["@context"] = ["https://www.w3.org/2018/credentials/v1"]
    return changed({**claims, "vp": {**document, "verifiableCredential": list(credentials)}}, changes)


def presentation_header(name: str, kid: str) -> JsonObject:
    if name == "vc+jwt":
        return {"alg": "ES256", "typ": "vp+jwt", "cty": "vp", "kid": kid}
    return {"alg": "ES256", "typ": "JWT", "kid": kid}


@pytest.mark.parametrize("name", ["vc+jwt", "jwt_vc_json"])
def test_presentations_that_are_amiss_are_refused(name: str) -> None:
    did, kid = did_jwk(signer("holder").public_jwk)
    header, credential = presentation_header(name, kid), held(name)

    def presented(*credentials: str, header_changes: Any = None, **changes: Any) -> str:
        payload = presentation_payload(name, did, *(credentials or (credential,)), **changes)
        return token(payload, header | (header_changes or {}), signer("holder"))

    assert verified(name, presented()).claims == W3C_TREE
    wrong: list[tuple[str, type[Exception]]] = [
        (presented(credential, credential), MalformedCredential),
        (presented(nonce=None), WrongNonce),
        (presented(nonce=""), MalformedCredential),
        (presented(aud=None), WrongAudience),
        (presented(aud=[AUDIENCE, "other"]), MalformedCredential),
        (presented(iat=None), HolderBindingFailed),
        (presented(exp=int(NOW.timestamp()) - 61), StaleHolderProof),
        (presented(nbf=int(NOW.timestamp()) + 61), StaleHolderProof),
        (presented(iss=did_key(signer("thief").public_jwk)[0]), MalformedCredential),
        (presented(shown(name)), BlauweKnopError),
        (presented(held("vc+sd-jwt")), BlauweKnopError),
        (presented(header_changes={"kid": did_key(signer("thief").public_jwk)[1]}), MalformedCredential),
        (presented().rpartition(".")[0] + "." + "A" * 86, HolderBindingFailed),
    ]
    for each, error in wrong:
        with pytest.raises(error):
            verified(name, each)


@EVERY
def test_the_other_formats_tokens_are_refused(name: str) -> None:
    for other in {*FORMATS, "dc+sd-jwt", "ldp_vc"} - {name}:
        if other == "dc+sd-jwt":
            credential: Any = SdJwtVc().issue(draft(), issuer_key())
        elif other == "ldp_vc":
            credential = ldp().issue(w3c_draft(claims=LD_TREE), did_issuer_key())
        else:
            credential = held(other)
        with pytest.raises(BlauweKnopError):
            FORMATS[name].verify(credential, BARE, RESOLVER)
        with pytest.raises(BlauweKnopError):
            FORMATS[name].inspect(credential)


# Tampering.


def altered(
    name: str, change: Callable[[dict[str, Any], dict[str, Any]], None], by: SoftwareSigner | None = None
) -> str:
    """A credential as its issuer would sign it after a change to its header and payload."""
    head, body = held(name).split("~")[0].split(".")[:2]
    header, payload = json.loads(b64url_decode(head)), json.loads(b64url_decode(body))
    change(header, payload)
    made = token(payload, header, by or signer("did issuer", Algorithm.EDDSA))
    return made + "~" if name == "vc+sd-jwt" else made


@EVERY
def test_what_an_issuer_may_not_sign_is_refused(name: str) -> None:
    older = name == "jwt_vc_json"

    def document(payload: dict[str, Any]) -> dict[str, Any]:
        return payload["vc"] if older else payload

    def put(member: str, value: Any, *, claim: bool = False) -> Callable[[Any, Any], None]:
        def change(header: dict[str, Any], payload: dict[str, Any]) -> None:
            del header
            (payload if claim else document(payload))[member] = value

        return change

    def head(member: str, value: Any) -> Callable[[Any, Any], None]:
        return lambda header, payload: header.update({member: value})

    assert FORMATS[name].verify(altered(name, head("x", 1)), BARE, RESOLVER)
    first = "https://www.w3.org/2018/credentials/v1" if older else "https://www.w3.org/ns/credentials/v2"
    for change in (
        put("credentialStatus", {"type": "Unknown2030", "id": "https://a.example/1"}),
        put("credentialStatus", {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}),
        put("credentialSubject", [{"id": "did:example:1", "a": 1}, {"id": "did:example:2", "a": 1}]),
        put("credentialSubject", []),
        put("issuer", "did:example:other"),
        put("type", "VerifiableCredential2"),
        put("type", ["VerifiableCredential", TYPE]),  # our type without our context's term
        put("@context", ["https://example.org/other", first]),
        put("iss", "did:example:other", claim=True),
        put("aud", "https://verifier.example", claim=True),
        put("exp", "tomorrow", claim=True),
        put("jti", "urn:other", claim=True),
        put("sub", "did:example:other", claim=True),
        put("vp", {}, claim=True),
        head("typ", "dc+sd-jwt"),
        head("alg", "none"),
        head("jwk", signer("thief").public_jwk.to_dict()),
        head("kid", did_key(signer("thief").public_jwk)[1]),
        head("kid", "key-1"),
        head("crit", ["exp"]),
    ):
        with pytest.raises(BlauweKnopError):
            FORMATS[name].verify(altered(name, change), BARE, RESOLVER)


@EVERY
def test_the_signatures_end_ends_the_credential_too(name: str) -> None:
    sooner = int((NOW + timedelta(days=1)).timestamp())

    def change(header: dict[str, Any], payload: dict[str, Any]) -> None:
        payload |= {"exp": sooner}

    if name == "jwt_vc_json":
        # Here both are one: what expires is the credential, and two answers are none.
        with pytest.raises(MalformedCredential, match="expirationDate"):
            FORMATS[name].verify(altered(name, change), BARE, RESOLVER)
    else:
        claims = FORMATS[name].verify(altered(name, change), BARE, RESOLVER)
        assert claims.valid_until == NOW + timedelta(days=1)


@EVERY
@pytest.mark.parametrize(
    "thing",
    ["", "~", ".", "a.b.c", "a.b.c~", "x" * 600_000, "~" * 5000, {}, {"id": 1}, "\0.\0.\0"],
    ids=["nothing", "tilde", "dot", "words", "word", "long", "tildes", "object", "members", "nul"],
)
def test_hostile_things_are_refused(name: str, thing: Any) -> None:
    for call in (
        lambda: FORMATS[name].verify(thing, BARE, RESOLVER),
        lambda: verified(name, thing),
        lambda: FORMATS[name].inspect(thing),
        lambda: shown(name, thing or "\n"),
    ):
        with pytest.raises(BlauweKnopError):
            call()


# Other readers.


def test_jwcrypto_verifies_the_signed_ones() -> None:
    for name, media in (("vc+jwt", "vc+jwt"), ("jwt_vc_json", "JWT")):
        credential = str(FORMATS[name].issue(w3c_draft(), did_issuer_key(Algorithm.ES256)))
        read = _jws.JWS()
        read.deserialize(credential, _jwk.JWK(**signer("did issuer", Algorithm.ES256).public_jwk.to_dict()))
        assert read.jose_header["typ"] == media
        payload = json.loads(read.payload)
        assert payload["iss"] == did_issuer_key(Algorithm.ES256).verification_method.partition("#")[0]  # type: ignore[union-attr]
        assert ("vc" in payload) == (name == "jwt_vc_json")


def test_the_sd_jwt_library_verifies_the_selective_one() -> None:
    credential = str(FORMATS["vc+sd-jwt"].issue(w3c_draft(), did_issuer_key(Algorithm.ES256)))
    presented = shown("vc+sd-jwt", credential, paths=[("credentialSubject", "saldo")])
    issuer = _jwk.JWK(**signer("did issuer", Algorithm.ES256).public_jwk.to_dict())
    verifier = SDJWTVerifier(presented, lambda found, header: issuer, AUDIENCE, NONCE)
    subject = verifier.get_verified_payload()["credentialSubject"]
    assert subject.keys() == {"id", "bron", "saldo"}
    assert SDJWTVerifier(credential, lambda found, header: issuer).get_verified_payload()[
        "credentialSubject"
    ].keys() == {
        "id",
        *W3C_TREE,
    }


# Selective disclosure.

PATHS = [("credentialSubject", "saldo"), ("credentialSubject", "zaken", 1, "saldo")]


def nested(algorithm: Algorithm = Algorithm.EDDSA, **changes: object) -> str:
    """A card with nodes, sets of nodes, and slots."""
    tree: JsonObject = {
        "bron": {"omschrijving": "CJIB"},
        "peildatum": "2026-11-23T12:00:00Z",
        "saldo": "29988",
        "betaling": {"iban": "NL02ABNA0123456789", "tnv": "CJIB"},
        "zaken": {
            "z01": {"saldo": "17500", "omschrijving": "Te hard"},
            "z02": {"saldo": "12488", "omschrijving": "Rood"},
        },
        "gebeurtenissen": {"g001": {"soort": "betaling", "bedrag": "5000"}},
    }
    slots = {("zaken",): tuple(f"z{number:02}" for number in range(1, 20)), ("gebeurtenissen",): ("g001", "g002")}
    options = {"claims": tree, "status": (), "slots": slots, "whole": frozenset({("gebeurtenissen",)})}
    return str(SETS.issue(draft(**(options | changes)), did_issuer_key(algorithm)))


def sets_to_subject(claims: JsonObject, node: str) -> JsonObject:
    subject = to_subject(claims, node)
    for name in ("zaken", "gebeurtenissen"):
        if name in claims:
            inside: Any = claims[name]
            subject[name] = [{"id": f"{node}#{slot}", **value} for slot, value in inside.items()]
    return subject


def sets_from_subject(subject: JsonObject) -> JsonObject:
    claims = from_subject(subject)
    for name in ("zaken", "gebeurtenissen"):
        nodes: Any = subject.get(name, [])
        claims[name] = {
            each["id"].rpartition("#")[2]: {member: value for member, value in each.items() if member != "id"}
            for each in nodes
        }
    return claims


SETS = VcSdJwt([Vocabulary(TYPE, "Voorbeeld", CONTEXT_URL, sets_to_subject, sets_from_subject)])


def test_only_what_was_asked_for_is_shown() -> None:
    credential = nested()
    view = SETS.inspect(credential)
    assert ("credentialSubject", "betaling", "iban") in view.paths
    assert ("credentialSubject", "betaling") not in view.paths
    document: Any = view.document
    second = next(i for i, each in enumerate(document["credentialSubject"]["zaken"]) if each["id"].endswith("z02"))
    wanted = [("credentialSubject", "saldo"), ("credentialSubject", "zaken", second, "saldo")]
    presented = SETS.present(credential, wanted, signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    claims = SETS.verify(presented, Expectation(NOW, NONCE, AUDIENCE), RESOLVER)
    assert claims.claims == {
        "bron": {"omschrijving": "CJIB"},
        "peildatum": "2026-11-23T12:00:00Z",
        "saldo": "29988",
        "zaken": {"z02": {"saldo": "12488"}},
    }
    for secret in ("Rood", "17500", "z01", "NL02ABNA0123456789", "betaling", "g001"):
        assert secret not in everything_in(presented)
    for secret in ("17500", "12488", "NL02ABNA0123456789", "betaling", "5000"):
        assert secret not in b64url_decode(credential.split(".")[1]).decode()


def everything_in(presented: str) -> str:
    issuer, *disclosures, _ = presented.split("~")
    return "".join(b64url_decode(each).decode() for each in (issuer.split(".")[1], *disclosures))


def test_nothing_shown_states_nothing_but_what_is_always_shown() -> None:
    presented = SETS.present(nested(), [], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    claims = SETS.verify(presented, Expectation(NOW, NONCE, AUDIENCE), RESOLVER)
    # No empty `zaken`: that would read as "there are none".
    assert claims.claims == {"bron": {"omschrijving": "CJIB"}, "peildatum": "2026-11-23T12:00:00Z"}
    assert claims.claims == SETS.inspect(nested()).always_disclosed


def test_everything_shown_is_everything() -> None:
    everything = SETS.inspect(nested()).claims
    assert everything["zaken"] == {
        "z01": {"saldo": "17500", "omschrijving": "Te hard"},
        "z02": {"saldo": "12488", "omschrijving": "Rood"},
    }
    every = SETS.present(nested(), [("credentialSubject",)], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    assert SETS.verify(every, Expectation(NOW, NONCE, AUDIENCE), RESOLVER).claims == everything


def test_a_whole_node_is_one_disclosure() -> None:
    view = SETS.inspect(nested())
    events = [path for path in view.paths if path[1] == "gebeurtenissen"]
    assert len(events) == 1
    assert len(events[0]) == 3


def test_a_path_to_nothing_is_refused() -> None:
    for path in [("credentialSubject", "nobody"), ("saldo",), ()]:
        with pytest.raises(UndisclosablePath):
            SETS.present(nested(), [path], signer("holder"), audience=AUDIENCE, nonce=NONCE, now=NOW)


def test_the_number_of_digests_does_not_tell_how_many_cases_there_are() -> None:
    def shape(number: int) -> list[object]:
        cases = {f"z{each:02}": {"saldo": "1"} for each in range(1, number + 1)}
        tree = {"saldo": "1", **({"zaken": cases} if cases else {})}
        credential = nested(claims=tree, always_disclosed=frozenset())
        subject = json.loads(b64url_decode(credential.split(".")[1]))["credentialSubject"]
        assert all(each.keys() == {"..."} for each in subject["zaken"])
        return [sorted(subject), len(subject["_sd"]), len(subject["zaken"]), len(subject["gebeurtenissen"])]

    assert shape(0) == shape(1) == shape(9) == shape(19)
    assert shape(0)[2] == 24


def test_a_caller_may_say_what_is_hidden() -> None:
    credential = nested(disclosable=frozenset({("credentialSubject", "saldo")}))
    assert SETS.inspect(credential).paths == (("credentialSubject", "saldo"),)
    with pytest.raises(ValueError, match="not hidden"):
        nested(disclosable=frozenset({("validUntil",)}))


def test_the_subject_is_bound_by_cnf_also_where_its_did_is_another() -> None:
    # A KB-JWT is made with the key of `cnf`; without one, with that of a DID that is its own document.
    credential = held("vc+sd-jwt")

    def without(header: dict[str, Any], payload: dict[str, Any]) -> None:
        del payload["cnf"]

    bare = altered("vc+sd-jwt", without)
    assert verified("vc+sd-jwt", shown("vc+sd-jwt", bare)).holder.jwk.members == signer("holder").public_jwk.members
    for confirmation in ({"jkt": "x"}, {"kid": "key"}, {}, {"jwk": {"kty": "oct", "k": "AA"}}):

        def with_other(header: dict[str, Any], payload: dict[str, Any], cnf: Any = confirmation) -> None:
            payload["cnf"] = cnf

        with pytest.raises(BlauweKnopError):
            verified("vc+sd-jwt", shown("vc+sd-jwt", credential).replace(credential, altered("vc+sd-jwt", with_other)))


# Telling them apart.


def test_each_shape_is_found() -> None:
    registry = FormatRegistry([SdJwtVc(), ldp(), *FORMATS.values()])
    for name in FORMATS:
        assert registry.detect(held(name)) == name
        assert registry.detect(shown(name)) == name
        assert not is_presentation(held(name))
        assert is_presentation(shown(name))
    assert registry.detect(SdJwtVc().issue(draft(), issuer_key())) == "dc+sd-jwt"
    for other in (
        token({}, {"alg": "ES256", "typ": "JWT"}),
        token({"vc": {}}, {"alg": "ES256", "typ": "at+jwt"}),
        "a.b.c",
    ):
        with pytest.raises(UnknownFormat):
            registry.detect(other)
        assert not is_presentation(other)
