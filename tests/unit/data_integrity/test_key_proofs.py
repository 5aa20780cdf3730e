"""A presentation of nothing that proves a key to an issuer (OpenID4VCI 1.0 appendix F.2): each rule and its breach."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from credentials.dids import Resolver, did_jwk, did_key
from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, LimitExceeded
from credentials.formats import HolderBindingFailed, MalformedCredential, UnknownFormat, WrongAudience
from credentials.formats.ldp_vc import (
    KEY_PROOF_SUITES,
    Canonicaliser,
    ContextBundle,
    InvalidProof,
    VerifiedProof,
    make_key_proof,
    sign_document,
    verify_key_proof,
)
from credentials.keys import Algorithm, InvalidSignature, SoftwareSigner
from tests.properties.test_mutated_tokens import changed, changes

pytestmark = pytest.mark.requirement("vci-di-vp")

NOW = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
ISSUER = "https://tilburg.example/uitgever"
NONCE = "een-nonce"
V1, V2 = "https://www.w3.org/2018/credentials/v1", "https://www.w3.org/ns/credentials/v2"
DATA_INTEGRITY = "https://w3id.org/security/data-integrity/v2"
CANONICALISER = Canonicaliser(ContextBundle())
P256, ED25519 = SoftwareSigner.generate(), SoftwareSigner.generate(Algorithm.EDDSA)
DID, METHOD = did_key(P256.public_jwk)


def verified(presentation: JsonObject) -> VerifiedProof:
    return verify_key_proof(presentation, Resolver(), audience=ISSUER, now=NOW, canonicaliser=CANONICALISER)


def made(signer: SoftwareSigner = P256, method: str | None = None, **changed: Any) -> Any:
    how: Any = {"audience": ISSUER, "nonce": NONCE, "now": NOW, "canonicaliser": CANONICALISER, **changed}
    return make_key_proof(signer, method or did_key(signer.public_jwk)[1], **how)


def signed(document: JsonObject | None = None, **changed: Any) -> Any:
    """Sign a presentation that says what it should not."""
    how: Any = {"purpose": "authentication", "domain": ISSUER, "challenge": NONCE, "created": NOW, **changed}
    plain: JsonObject = {"@context": [V2], "type": ["VerifiablePresentation"]}
    return sign_document({**plain, **(document or {})}, P256, METHOD, canonicaliser=CANONICALISER, **how)


@pytest.mark.parametrize("suite", KEY_PROOF_SUITES)
@pytest.mark.parametrize("did", [did_key, did_jwk])
def test_a_presentation_proves_the_key_that_its_did_names(suite: str, did: Callable[..., tuple[str, str]]) -> None:
    signer = P256 if suite.startswith("ecdsa") else ED25519
    method = did(signer.public_jwk)[1]
    proof = verified(made(signer, method, cryptosuite=suite))
    assert (proof.key, proof.verification_method, proof.challenge) == (signer.public_jwk, method, NONCE)
    assert proof.cryptosuite == suite


@pytest.mark.parametrize("contexts", [[V1], [V1, DATA_INTEGRITY], [V2], [V2, DATA_INTEGRITY]])
def test_presentations_of_both_data_models_are_taken(contexts: list[str]) -> None:
    document: Any = {"@context": contexts, "holder": DID}
    assert verified(signed(document)).key == P256.public_jwk


def test_the_holder_need_not_be_named_and_the_proof_may_stand_in_a_list() -> None:
    presentation = signed()
    assert verified(presentation).challenge == NONCE
    assert verified({**presentation, "proof": [presentation["proof"]]}).challenge == NONCE
    # Nor need it say when it was made: the nonce does.
    assert verified(signed(created=None)).created is None


def test_what_is_made_is_a_presentation_of_nothing() -> None:
    presentation = made()
    assert presentation.keys() == {"@context", "type", "holder", "proof"}
    assert presentation["holder"] == DID
    proof = presentation["proof"]
    assert (proof["domain"], proof["challenge"], proof["proofPurpose"]) == (ISSUER, NONCE, "authentication")


@pytest.mark.parametrize(
    ("refusal", "presentation"),
    [
        pytest.param(MalformedCredential, {**signed(), "type": ["VerifiableCredential"]}, id="no presentation"),
        pytest.param(MalformedCredential, {**signed(), "type": ["Iets"]}, id="of another type"),
        pytest.param(MalformedCredential, {**signed(), "@context": [DATA_INTEGRITY, V2]}, id="of no data model"),
        pytest.param(MalformedCredential, {**signed(), "proof": []}, id="without proofs"),
        pytest.param(
            InvalidProof, {name: each for name, each in signed().items() if name != "proof"}, id="without a proof"
        ),
        pytest.param(InvalidProof, signed(purpose="assertionMethod"), id="for another purpose"),
        pytest.param(WrongAudience, signed(domain="https://elders.example"), id="for another issuer"),
        pytest.param(WrongAudience, signed(domain=f"{ISSUER}/"), id="for an issuer that is spelled otherwise"),
        pytest.param(WrongAudience, signed(domain=[ISSUER, "https://elders.example"]), id="for others too"),
        pytest.param(WrongAudience, signed(domain=None), id="for nobody"),
        pytest.param(HolderBindingFailed, signed({"holder": did_jwk(P256.public_jwk)[0]}), id="another holder"),
        pytest.param(InvalidProof, signed(expires=NOW), id="expired"),
        pytest.param(InvalidProof, signed(created=NOW + timedelta(minutes=6)), id="of the future"),
        pytest.param(UnknownFormat, signed(cryptosuite="ecdsa-sd-2023"), id="a suite that is not offered"),
        pytest.param(
            MalformedCredential,
            signed({"verifiableCredential": [{"@context": [V2], "type": ["VerifiableCredential"], "issuer": DID}]}),
            id="with a credential",
        ),
    ],
)
def test_a_presentation_that_breaks_a_rule_is_refused(refusal: type[BlauweKnopError], presentation: Any) -> None:
    with pytest.raises(refusal):
        verified(presentation)


def test_two_proofs_are_one_too_many() -> None:
    with pytest.raises(InvalidProof):
        verified(sign_document(made(), P256, METHOD, canonicaliser=CANONICALISER, created=NOW,
                               purpose="authentication", domain=ISSUER, challenge=NONCE))  # fmt: skip


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
@pytest.mark.parametrize(
    ("member", "value"),
    [("challenge", "andere"), ("domain", "https://elders.example"), ("created", "2026-11-29T09:31:00Z")],
)
def test_what_was_signed_cannot_be_changed(suite: str, member: str, value: str) -> None:
    presentation = made(cryptosuite=suite, audience="https://elders.example" if member == "domain" else ISSUER)
    presentation["proof"][member] = ISSUER if member == "domain" else value
    with pytest.raises(InvalidSignature):
        verified(presentation)
    other = {**made(cryptosuite=suite), "holder": DID, "id": "urn:uuid:6f0c9e2e-7f3c-4a8d-9b3a-1d2e3f4a5b6c"}
    with pytest.raises(InvalidSignature):
        verified(other)


def test_another_key_under_the_same_name_is_refused() -> None:
    with pytest.raises(InvalidSignature):
        verified(made(SoftwareSigner.generate(), METHOD))


@pytest.mark.parametrize(
    "method", ["did:web:elders.example#k", "did:key:zabc#zabc", f"{DID}#other", "https://a.example#k"]
)
def test_a_key_that_no_did_by_itself_names_is_refused(method: str) -> None:
    with pytest.raises(BlauweKnopError):
        verified(made(method=method))


@pytest.mark.parametrize(
    "context",
    [
        # Terms of one's own: what is read as `domain` would sign nothing.
        {
            "DataIntegrityProof": {
                "@id": "https://w3id.org/security#DataIntegrityProof",
                "@context": {"domain": "@index"},
            }
        },
        "https://elders.example/context",
    ],
)
@pytest.mark.parametrize("first", [V1, V2])
def test_only_the_contexts_of_the_data_models_give_terms_a_meaning(context: Any, first: str) -> None:
    presentation = made()
    presentation["@context"] = [first, context]
    with pytest.raises(MalformedCredential):
        verified(presentation)


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
@settings(max_examples=200, deadline=None)
@given(changes)
def test_whatever_a_wallet_sends_is_taken_or_refused_in_our_own_words(suite: str, by: random.Random) -> None:
    presentation = made(cryptosuite=suite)
    try:
        proof = verified(changed(presentation, by))
    except BlauweKnopError:
        return
    # What still holds is for the same issuer, with the same nonce, by the same key.
    assert (proof.key, proof.challenge, proof.domains) == (P256.public_jwk, NONCE, {ISSUER})


def test_what_is_large_is_not_looked_into() -> None:
    with pytest.raises(LimitExceeded):
        verified({**made(), "termsOfUse": [{"type": "x" * 20_000}]})
