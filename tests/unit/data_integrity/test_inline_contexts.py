"""Documents of others, with contexts of their own written in: signed and verified where any safe JSON-LD is taken."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import ConfigurationError
from credentials.formats.ldp_vc import Canonicaliser, ContextBundle, InvalidProof, Profile, UnsafeDocument
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2
from credentials.keys import InvalidSignature
from tests.unit.data_integrity.proof_samples import key, signed, verified

ANY = Canonicaliser(ContextBundle(), profile=Profile.ANY)
# With its context in an object around it, as the W3C's suites write it.
INLINE: JsonObject = {"@context": {"Alumni": "https://example.org/Alumni", "alumniOf": "https://example.org/alumniOf"}}
DOCUMENT: JsonObject = {
    "@context": [CREDENTIALS_V1, INLINE],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "Alumni"],
    "issuer": "did:example:issuer",
    "issuanceDate": "2023-01-01T00:00:00Z",
    "credentialSubject": {"id": "did:example:a", "alumniOf": "The School of Examples"},
}

each_suite = pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "Ed25519Signature2020"])


@each_suite
def test_a_context_of_the_documents_own_is_signed_and_verified(suite: str) -> None:
    document = signed(document=DOCUMENT, canonicaliser=ANY, cryptosuite=suite)
    assert verified(document, canonicaliser=ANY)
    contexts = document["@context"]
    assert isinstance(contexts, list)
    assert contexts[:2] == DOCUMENT["@context"]
    assert len(contexts) == 3
    renamed = {"@context": {"Alumni": "https://example.org/Alumni", "alumniOf": "https://example.org/expelledFrom"}}
    with pytest.raises((InvalidSignature, InvalidProof)):
        verified(
            {**document, "proof": document["proof"], "@context": [CREDENTIALS_V1, renamed, contexts[2]]},
            canonicaliser=ANY,
        )


def test_a_chain_over_a_context_of_the_documents_own_holds() -> None:
    document = signed(key("one"), document=DOCUMENT, canonicaliser=ANY, proof_id="urn:uuid:a")
    document = signed(key("two"), document=document, canonicaliser=ANY, previous_proof="urn:uuid:a")
    assert len(verified(document, canonicaliser=ANY)) == 2


def test_terms_that_no_context_defines_are_refused_here_as_well() -> None:
    for wrong in ({**DOCUMENT, "unknown": "x"}, {**DOCUMENT, "type": ["VerifiableCredential", "Unknown"]}):
        with pytest.raises(UnsafeDocument):
            signed(document=wrong, canonicaliser=ANY)


@pytest.mark.parametrize(
    "inline",
    [
        {"DataIntegrityProof": "https://w3id.org/security#DataIntegrityProof"},
        {"@vocab": "https://example.org/"},
        [{"other": "https://example.org/other"}],
    ],
)
def test_a_name_for_the_type_of_the_proof_is_not_a_definition_of_its_members(inline: JsonValue) -> None:
    document = signed(document={**DOCUMENT, "@context": [CREDENTIALS_V1, INLINE, inline]}, canonicaliser=ANY)
    assert document["@context"] == [CREDENTIALS_V1, INLINE, inline, DATA_INTEGRITY_V2]


def test_contexts_that_were_not_checked_stay_out_of_our_own_profile() -> None:
    alias = b'{"@context": {"alias": "https://www.w3.org/2018/credentials#credentialStatus"}}'
    with pytest.raises(ConfigurationError):
        ContextBundle({"https://example.org/v1": alias})
    wide = ContextBundle({"https://example.org/v1": alias}, narrow=False)
    with pytest.raises(ConfigurationError):
        Canonicaliser(wide)
    document = {
        "@context": [CREDENTIALS_V2, "https://example.org/v1"],
        "id": "urn:uuid:1",
        "type": "VerifiableCredential",
        "alias": {"id": "urn:uuid:2", "type": "VerifiableCredential"},
    }
    assert b"credentialStatus" in Canonicaliser(wide, profile=Profile.ANY).canonical(document)  # type: ignore[arg-type]


def test_the_examples_are_in_no_bundle_that_did_not_ask_for_them() -> None:
    url = "https://www.w3.org/ns/credentials/examples/v2"
    assert url not in ContextBundle()
    assert url in ContextBundle.with_examples()
