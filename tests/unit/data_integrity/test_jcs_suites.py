"""What is particular to the JCS suites: the copy of the contexts (DI-EdDSA and DI-ECDSA section 3.3)."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from credentials.formats.ldp_vc import InvalidProof, UnknownContext, UnsafeDocument
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V1, CREDENTIALS_V2, DATA_INTEGRITY_V2, EXAMPLES_V2
from credentials.formats.ldp_vc.suites import ALL_SUITES, ProofRequest
from credentials.keys import InvalidSignature
from tests.unit.data_integrity.proof_samples import (
    CANONICALISER,
    UNSIGNED,
    key,
    method,
    proofs_of,
    signed,
    verified,
    without,
)

JCS = "eddsa-jcs-2022"


def test_the_proof_has_the_contexts_of_the_document() -> None:
    document = signed(cryptosuite=JCS)
    assert proofs_of(document)[0]["@context"] == document["@context"] == [CREDENTIALS_V2, EXAMPLES_V2]
    assert "@context" not in proofs_of(signed(cryptosuite="eddsa-rdfc-2022"))[0]


def test_known_contexts_may_be_appended_for_later_proofs() -> None:
    document = signed(cryptosuite=JCS)
    assert verified({**document, "@context": [CREDENTIALS_V2, EXAMPLES_V2, DATA_INTEGRITY_V2]})
    for added in ("https://evil.example/v1", {"@vocab": "urn:x:"}, None):
        with pytest.raises(UnknownContext):
            verified({**document, "@context": [CREDENTIALS_V2, EXAMPLES_V2, added]})


@pytest.mark.parametrize(
    "contexts",
    [
        [EXAMPLES_V2, CREDENTIALS_V2],
        [CREDENTIALS_V2],
        [CREDENTIALS_V2, DATA_INTEGRITY_V2, EXAMPLES_V2],
        [CREDENTIALS_V1, EXAMPLES_V2],
        CREDENTIALS_V2,
        [],
    ],
)
def test_the_contexts_of_the_document_begin_with_those_of_the_proof(contexts: JsonValue) -> None:
    with pytest.raises(InvalidProof, match="begin with"):
        verified({**signed(cryptosuite=JCS), "@context": contexts})


def test_the_contexts_of_the_proof_are_signed() -> None:
    document = signed(cryptosuite=JCS)
    fewer = {**proofs_of(document)[0], "@context": [CREDENTIALS_V2, EXAMPLES_V2, DATA_INTEGRITY_V2]}
    with pytest.raises(InvalidSignature):
        verified({**document, "@context": fewer["@context"], "proof": fewer})


def test_a_proof_without_a_copy_is_over_the_document_as_it_stands() -> None:
    # Section 3.3.1 has the copy; some implementations leave it out, and section 3.3.2 takes both.
    options: JsonObject = without(proofs_of(signed(cryptosuite=JCS))[0], "@context", "proofValue")
    value = ALL_SUITES[JCS].create(UNSIGNED, options, key("issuer"), CANONICALISER, ProofRequest())
    document = {**UNSIGNED, "proof": {**options, "proofValue": value}}
    assert verified(document)
    with pytest.raises(InvalidSignature):
        verified({**document, "@context": [CREDENTIALS_V2, EXAMPLES_V2, DATA_INTEGRITY_V2]})


def test_a_document_without_contexts_is_signed_as_plain_json() -> None:
    plain: JsonObject = {"saldo": 29988, "regels": [{"bedrag": 1.5}, None, "é"]}
    document = signed(document=plain, cryptosuite=JCS)
    assert "@context" not in document
    assert "@context" not in proofs_of(document)[0]
    assert verified(document)
    with pytest.raises(InvalidSignature):
        verified({**document, "saldo": 0})
    # To give it contexts afterwards would give its names a meaning that nobody signed.
    with pytest.raises(UnsafeDocument):
        verified({**document, "@context": [CREDENTIALS_V2]})


def test_numbers_beyond_i_json_are_refused() -> None:
    for value in (2**53, float("inf")):
        with pytest.raises(MalformedInput):
            signed(document={"saldo": value}, cryptosuite=JCS)


def test_the_method_and_every_other_option_are_signed() -> None:
    document = signed(cryptosuite=JCS)
    proof = {**proofs_of(document)[0], "verificationMethod": method(key("thief"))}
    with pytest.raises(InvalidSignature):
        verified({**document, "proof": proof})
    with pytest.raises(InvalidSignature):
        verified({**document, "proof": {**proofs_of(document)[0], "note": "read me"}})
