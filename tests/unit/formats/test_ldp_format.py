import copy
from collections.abc import Callable
from datetime import timedelta

import pytest

from credentials.dids import did_jwk, did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, ConfigurationError
from credentials.formats import (
    BitstringStatus,
    Configuration,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    IssuerKey,
    MalformedCredential,
    StaleHolderProof,
    TokenStatus,
    UnknownFormat,
    Vocabulary,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.ldp_vc import InvalidProof, LdpVc, sign_document, verify_document
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.unit.formats.format_samples import (
    AUDIENCE,
    BARE,
    CONTEXT_URL,
    CREDENTIAL_ID,
    LD_TREE,
    NONCE,
    NOW,
    RESOLVER,
    STATUS,
    TYPE,
    bundle,
    did_issuer_key,
    fresh,
    from_subject,
    ld_draft,
    ldp,
    signer,
    to_subject,
)

FORMAT = ldp()
HOLDER = signer("holder")


def issued(**changes: object) -> JsonObject:
    return FORMAT.issue(ld_draft(**changes), did_issuer_key())


def presented(holder: SoftwareSigner = HOLDER, **changes: object) -> JsonObject:
    held = issued(holder=HolderKey(holder.public_jwk), **changes)
    return FORMAT.present(held, None, holder, audience=AUDIENCE, nonce=NONCE, now=NOW)


def test_a_credential_is_a_vcdm_document_with_a_name_for_every_node() -> None:
    document = issued()
    issuer = did_key(did_issuer_key().signer.public_jwk)[0]
    assert document["@context"] == [CREDENTIALS_V2, CONTEXT_URL]
    assert document["id"] == CREDENTIAL_ID
    assert document["type"] == ["VerifiableCredential", "Voorbeeld"]
    assert document["issuer"] == {"id": issuer, "name": "CJIB"}
    assert document["validFrom"] == "2026-11-23T12:00:00Z"
    assert document["validUntil"] == "2026-12-28T12:00:00Z"
    assert document["credentialSubject"]["id"] == did_jwk(HOLDER.public_jwk)[0]  # type: ignore[call-overload,index]
    proof = document["proof"]
    assert isinstance(proof, dict)
    assert proof["cryptosuite"] == "eddsa-rdfc-2022"
    assert b"_:" not in FORMAT.canonicaliser.canonical({k: v for k, v in document.items() if k != "proof"})


@pytest.mark.parametrize("algorithm", [Algorithm.EDDSA, Algorithm.ES256, Algorithm.ES384])
def test_what_was_issued_is_verified(algorithm: Algorithm) -> None:
    key = did_issuer_key(algorithm)
    result = FORMAT.verify(FORMAT.issue(ld_draft(), key), BARE, RESOLVER)
    assert result.claims == LD_TREE
    assert result.type == TYPE
    assert result.types == ("https://www.w3.org/2018/credentials#VerifiableCredential", TYPE)
    assert result.signed_by.key == key.signer.public_jwk
    assert result.signed_by.verification_method == key.verification_method
    assert result.status == STATUS
    assert result.holder == HolderKey(HOLDER.public_jwk, did_jwk(HOLDER.public_jwk)[1])
    assert (result.valid_from, result.valid_until) == (NOW, NOW + timedelta(days=35))


@pytest.mark.parametrize("algorithm", [Algorithm.EDDSA, Algorithm.ES256])
@pytest.mark.parametrize("method", [did_key, did_jwk])
def test_a_holder_presents(algorithm: Algorithm, method: Callable[..., tuple[str, str]]) -> None:
    holder = signer("someone", algorithm)
    held = issued(holder=HolderKey(holder.public_jwk, method(holder.public_jwk)[1]))
    shown = FORMAT.present(held, [("saldo",)], holder, audience=AUDIENCE, nonce=NONCE, now=NOW)
    result = FORMAT.verify(shown, fresh(), RESOLVER)
    assert result.claims == LD_TREE
    assert result.holder == HolderKey(holder.public_jwk, method(holder.public_jwk)[1])


def test_a_did_jwk_with_its_members_in_another_order_is_still_the_holders() -> None:
    members = {"kty": "EC", **HOLDER.public_jwk.members, "use": "sig"}
    from credentials.encoding import b64url_encode, json_compact

    url = f"did:jwk:{b64url_encode(json_compact(members))}#0"
    held = issued(holder=HolderKey(HOLDER.public_jwk, url))
    shown = FORMAT.present(held, None, HOLDER, audience=AUDIENCE, nonce=NONCE, now=NOW)
    assert FORMAT.verify(shown, fresh(), RESOLVER).holder == HolderKey(HOLDER.public_jwk, url)


def test_the_holder_sees_that_everything_is_always_disclosed() -> None:
    view = FORMAT.inspect(issued())
    assert view.claims == view.always_disclosed == LD_TREE
    assert view.paths == ()
    assert view.type == TYPE
    assert view.holder == HolderKey(HOLDER.public_jwk, did_jwk(HOLDER.public_jwk)[1])


def test_another_key_cannot_present() -> None:
    with pytest.raises(HolderBindingFailed):
        FORMAT.present(issued(), None, signer("thief"), audience=AUDIENCE, nonce=NONCE, now=NOW)
    with pytest.raises(HolderBindingFailed):
        FORMAT.present(issued(holder=None), None, HOLDER, audience=AUDIENCE, nonce=NONCE, now=NOW)


def test_a_presentation_signed_by_somebody_else_is_refused() -> None:
    thief = signer("thief")
    did, method = did_jwk(thief.public_jwk)
    for holder in (did, did_jwk(HOLDER.public_jwk)[0], None):
        presentation: JsonObject = {
            "@context": [CREDENTIALS_V2],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [issued()],
        }
        if holder is not None:
            presentation["holder"] = holder
        forged = sign_document(
            presentation,
            thief,
            method,
            canonicaliser=FORMAT.canonicaliser,
            created=NOW,
            purpose="authentication",
            challenge=NONCE,
            domain=AUDIENCE,
        )
        with pytest.raises(HolderBindingFailed):
            FORMAT.verify(forged, fresh(), RESOLVER)


def test_holder_binding_is_demanded_by_the_verifier_never_by_what_was_sent() -> None:
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(issued(), fresh(), RESOLVER)
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(presented(), BARE, RESOLVER)
    unsigned = {name: value for name, value in presented().items() if name != "proof"}
    with pytest.raises(HolderBindingMissing):
        FORMAT.verify(unsigned, fresh(), RESOLVER)


def test_a_presentation_is_for_one_question_one_audience_and_now() -> None:
    shown = presented()
    with pytest.raises(WrongNonce):
        FORMAT.verify(shown, fresh(nonce="other"), RESOLVER)
    with pytest.raises(WrongAudience):
        FORMAT.verify(shown, fresh(audience="x509_hash:other"), RESOLVER)
    for at in (NOW + timedelta(days=2), NOW - timedelta(minutes=2)):
        with pytest.raises(StaleHolderProof):
            FORMAT.verify(shown, fresh(now=at), RESOLVER)
    later = fresh(now=NOW + timedelta(days=2), on_file=True, nonce=None, audience=None)
    assert FORMAT.verify(shown, later, RESOLVER).claims == LD_TREE


def change(*path: str | int, to: object) -> Callable[[JsonObject], JsonObject]:
    def changed(document: JsonObject) -> JsonObject:
        made = copy.deepcopy(document)
        node: object = made
        for step in path[:-1]:
            node = node[step]  # type: ignore[index]
        if to is None:
            del node[path[-1]]  # type: ignore[attr-defined]
        else:
            node[path[-1]] = to  # type: ignore[index]
        return made

    return changed


@pytest.mark.parametrize(
    "forge",
    [
        change("credentialSubject", "saldo", to="1"),
        change("credentialSubject", "saldo", to=["29988", "29988"]),
        change("credentialSubject", "extra", to="x"),
        change("credentialSubject", "zaken", to=[]),
        change("credentialSubject", "id", to="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        change("credentialSubject", "soort", to="urn:b:soort:anders"),
        change("credentialSubject", "omschrijving", to=None),
        change("credentialStatus", to=None),
        change("credentialStatus", 0, "statusListIndex", to="6"),
        change("credentialStatus", 0, "statusSize", to=2),
        change("credentialStatus", 0, "type", to="StatusList2021Entry"),
        change("credentialStatus", 0, "statusListIndex", to=5),
        change("credentialStatus", 0, "statusPurpose", to="message"),
        change("issuer", "id", to="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        change("issuer", "name", to="Belastingdienst"),
        change("validUntil", to="2036-12-28T12:00:00Z"),
        change("validFrom", to="yesterday"),
        change("type", to=["VerifiableCredential"]),
        change("id", to="urn:uuid:other"),
        change("@context", to=[CREDENTIALS_V2]),
        change("@context", to=[CREDENTIALS_V2, CONTEXT_URL, {"saldo": "urn:x"}]),
        change("proof", to=None),
        change("proof", to=[]),
        change("proof", to="x"),
        change("proof", "type", to="Ed25519Signature2020"),
        change("proof", "cryptosuite", to="ecdsa-rdfc-2019"),
        change("proof", "cryptosuite", to="eddsa-jcs-2022"),
        change("proof", "cryptosuite", to=5),
        change("proof", "proofPurpose", to="authentication"),
        change("proof", "proofPurpose", to=None),
        change("proof", "created", to="2026-11-23T12:00:01Z"),
        change("proof", "created", to="now"),
        change("proof", "created", to=None),
        change("proof", "expires", to="2030-11-23T12:00:01Z"),
        change("proof", "nonce", to="x"),
        change("proof", "extra", to="x"),
        change("proof", "@context", to=[CREDENTIALS_V2]),
        change("proof", "previousProof", to="urn:x"),
        change("proof", "challenge", to=5),
        change("proof", "domain", to=[5]),
        change("proof", "proofValue", to="z3"),
        change("proof", "proofValue", to="uAAAA"),
        change("proof", "proofValue", to="z0OIl"),
        change("proof", "proofValue", to=None),
        change("proof", "verificationMethod", to="did:web:evil.example#k"),
        change("proof", "verificationMethod", to="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        change("proof", "verificationMethod", to=5),
    ],
)
def test_one_change_and_it_is_refused(forge: Callable[[JsonObject], JsonObject]) -> None:
    document = issued()
    assert FORMAT.verify(document, BARE, RESOLVER)
    with pytest.raises(BlauweKnopError):
        FORMAT.verify(forge(document), BARE, RESOLVER)
    shown = presented()
    inner = shown["verifiableCredential"]
    assert isinstance(inner, list)
    with pytest.raises(BlauweKnopError):
        FORMAT.verify({**shown, "verifiableCredential": [forge(inner[0])]}, fresh(), RESOLVER)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "forge",
    [
        change("holder", to="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"),
        change("verifiableCredential", to=None),
        change("verifiableCredential", to=[]),
        change("proof", "proofPurpose", to="assertionMethod"),
        change("proof", "challenge", to="other"),
        change("proof", "domain", to=[AUDIENCE, "https://elsewhere.example"]),
        change("proof", "created", to=None),
        change("type", to=["VerifiablePresentation", "VerifiableCredential"]),
    ],
)
def test_one_change_around_the_credential_and_it_is_refused(forge: Callable[[JsonObject], JsonObject]) -> None:
    with pytest.raises(BlauweKnopError):
        FORMAT.verify(forge(presented()), fresh(), RESOLVER)


def test_two_credentials_in_one_presentation_are_refused() -> None:
    shown = presented()
    inner = shown["verifiableCredential"]
    assert isinstance(inner, list)
    with pytest.raises(MalformedCredential):
        FORMAT.verify({**shown, "verifiableCredential": [*inner, *inner]}, fresh(), RESOLVER)


def test_a_signature_of_the_right_size_by_another_key_is_invalid() -> None:
    document = issued()
    other = FORMAT.issue(ld_draft(id="urn:uuid:other"), did_issuer_key())
    with pytest.raises(InvalidSignature):
        FORMAT.verify({**document, "proof": other["proof"]}, BARE, RESOLVER)


def test_some_key_cannot_sign_in_the_name_of_an_issuer() -> None:
    thief = signer("did thief", Algorithm.EDDSA)
    unsigned = {name: value for name, value in issued().items() if name != "proof"}
    method = did_key(thief.public_jwk)[1]
    forged = sign_document(unsigned, thief, method, canonicaliser=FORMAT.canonicaliser, created=NOW)
    with pytest.raises(InvalidProof):
        FORMAT.verify(forged, BARE, RESOLVER)


def test_every_proof_of_a_set_must_hold() -> None:
    document = issued()
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    thief = signer("did thief", Algorithm.EDDSA)
    second = sign_document(
        unsigned, thief, did_key(thief.public_jwk)[1], canonicaliser=FORMAT.canonicaliser, created=NOW
    )["proof"]
    with pytest.raises(InvalidProof):
        FORMAT.verify({**document, "proof": [document["proof"], second]}, BARE, RESOLVER)
    assert FORMAT.verify({**document, "proof": [document["proof"]]}, BARE, RESOLVER)
    with pytest.raises(InvalidProof):
        FORMAT.verify({**document, "proof": [document["proof"]] * 9}, BARE, RESOLVER)


def test_a_proof_past_its_own_time_is_refused() -> None:
    document: JsonObject = {name: value for name, value in issued().items() if name != "proof"}
    key = did_issuer_key()
    assert key.verification_method is not None
    signed = sign_document(
        document, key.signer, key.verification_method, canonicaliser=FORMAT.canonicaliser, created=NOW
    )
    assert verify_document(signed, RESOLVER, canonicaliser=FORMAT.canonicaliser, now=NOW)


def test_documents_of_other_contexts_get_the_terms_of_a_proof() -> None:
    key = did_issuer_key()
    assert key.verification_method is not None
    document: JsonObject = {"@context": CONTEXT_URL, "id": "urn:a", "saldo": "5"}
    signed = sign_document(
        document, key.signer, key.verification_method, canonicaliser=FORMAT.canonicaliser, created=NOW
    )
    assert signed["@context"] == [CONTEXT_URL, DATA_INTEGRITY_V2]
    proofs = verify_document(signed, RESOLVER, canonicaliser=FORMAT.canonicaliser, now=NOW)
    assert proofs[0].controller == key.verification_method.partition("#")[0]


def test_a_type_without_a_vocabulary_can_be_verified_but_not_issued() -> None:
    stranger = LdpVc(bundle())
    assert stranger.verify(issued(), BARE, RESOLVER).claims["saldo"] == "29988"
    with pytest.raises(UnknownFormat):
        stranger.issue(ld_draft(), did_issuer_key())
    with pytest.raises(UnknownFormat):
        stranger.describe(Configuration("x", TYPE))


def test_a_vocabulary_must_agree_with_its_context() -> None:
    with pytest.raises(ConfigurationError):
        LdpVc(bundle(), [Vocabulary("urn:other", "Voorbeeld", CONTEXT_URL, to_subject, from_subject)])


def test_a_draft_that_cannot_be_stated_is_refused() -> None:
    with pytest.raises(ValueError, match="verification method"):
        FORMAT.issue(ld_draft(), IssuerKey(signer("issuer")))
    with pytest.raises(ValueError, match="controller"):
        FORMAT.issue(ld_draft(issuer="did:web:other.example"), did_issuer_key())
    with pytest.raises(ValueError, match="Bitstring"):
        issued(status=(TokenStatus("https://a.example", 1),))


def test_one_status_entry_is_read_too() -> None:
    result = FORMAT.verify(issued(status=STATUS[:1]), BARE, RESOLVER)
    assert result.status == (BitstringStatus("https://cjib.example/status/r", 5, "revocation"),)


def test_metadata_describes_the_format() -> None:
    described = FORMAT.describe(Configuration("zaak_ldp", TYPE, display=({"name": "Zaak"},), claims=({"path": ["a"]},)))
    assert described["credential_definition"] == {
        "@context": [CREDENTIALS_V2, CONTEXT_URL],
        "type": ["VerifiableCredential", "Voorbeeld"],
    }
    assert described["credential_signing_alg_values_supported"] == ["eddsa-rdfc-2022"]
    assert "credential_metadata" not in FORMAT.describe(Configuration("zaak_ldp", TYPE))


@pytest.mark.parametrize(
    "thing", [None, "x", 5, [], {}, {"@context": [CREDENTIALS_V1], "type": "VerifiableCredential"}]
)
def test_what_is_no_credential_is_refused(thing: object) -> None:
    for expected in (BARE, fresh()):
        with pytest.raises((MalformedCredential, HolderBindingMissing)):
            FORMAT.verify(thing, expected, RESOLVER)  # type: ignore[arg-type]
    with pytest.raises(MalformedCredential):
        FORMAT.inspect(thing)  # type: ignore[arg-type]
