"""Proof sets and chains: Data Integrity 1.0 sections 4.3 and 4.5."""

import pytest

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc import InvalidProof
from credentials.formats.ldp_vc.proof_sets import MAX_PROOFS
from credentials.keys import Algorithm, InvalidSignature
from tests.unit.data_integrity.proof_samples import UNSIGNED, key, proofs_of, signed, verified, without

A, B, C = "urn:uuid:a", "urn:uuid:b", "urn:uuid:c"
GENERATION = "https://w3id.org/security#PROOF_GENERATION_ERROR"
VERIFICATION = "https://w3id.org/security#PROOF_VERIFICATION_ERROR"


def chain(suite: str | None = None, algorithm: Algorithm = Algorithm.EDDSA) -> JsonObject:
    """Two proofs side by side, and one that follows both."""
    document = signed(key("one", algorithm), proof_id=A, cryptosuite=suite)
    document = signed(key("two", algorithm), document=document, proof_id=B, cryptosuite=suite)
    return signed(key("three", algorithm), document=document, proof_id=C, previous_proof=[B, A], cryptosuite=suite)


def with_proofs(document: JsonObject, *proofs: JsonObject) -> JsonObject:
    return {**document, "proof": list(proofs)}


CHAINS = [
    ("eddsa-rdfc-2022", Algorithm.EDDSA),
    ("eddsa-jcs-2022", Algorithm.EDDSA),
    ("ecdsa-rdfc-2019", Algorithm.ES256),
    ("ecdsa-jcs-2019", Algorithm.ES384),
]


@pytest.mark.parametrize(("suite", "algorithm"), CHAINS)
def test_all_proofs_of_a_chain_hold_in_any_order(suite: str, algorithm: Algorithm) -> None:
    document = chain(suite, algorithm)
    assert [proof.id for proof in verified(document)] == [A, B, C]
    assert verified(document)[2].previous == (B, A)
    one, two, three = proofs_of(document)
    assert [proof.id for proof in verified(with_proofs(document, three, one, two))] == [C, A, B]


@pytest.mark.parametrize(("suite", "algorithm"), CHAINS)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_chain_fails_with_any_of_its_proofs(suite: str, algorithm: Algorithm, position: int) -> None:
    document = chain(suite, algorithm)
    proofs = proofs_of(document)
    other = proofs_of(signed(key("other", algorithm), cryptosuite=suite))[0]["proofValue"]
    proofs[position] = {**proofs[position], "proofValue": other}
    with pytest.raises(InvalidSignature):
        verified(with_proofs(document, *proofs))


def test_an_earlier_proof_cannot_be_exchanged_for_another_good_one() -> None:
    document = chain()
    one, two, three = proofs_of(document)
    another = proofs_of(signed(key("other"), proof_id=A))[0]
    assert verified(with_proofs(document, another, two))
    with pytest.raises(InvalidSignature):
        verified(with_proofs(document, another, two, three))
    del one


def test_a_set_holds_without_an_order_and_a_proof_can_be_taken_from_it() -> None:
    document = signed(key("two"), document=signed(key("one"), proof_id=A), proof_id=B)
    one, two = proofs_of(document)
    for proofs in ((one, two), (two, one), (one,), (two,)):
        assert len(verified(with_proofs(document, *proofs))) == len(proofs)


def test_suites_may_be_mixed_in_a_set_and_a_chain() -> None:
    document = signed(key("one", Algorithm.ES256), proof_id=A, cryptosuite="ecdsa-jcs-2019")
    document = signed(key("two"), document=document, proof_id=B, cryptosuite="eddsa-rdfc-2022")
    document = signed(key("three"), document=document, cryptosuite="Ed25519Signature2020")
    # The last proof brought a context of its own; the JCS proof was made under the earlier ones and still holds.
    assert [proof.cryptosuite for proof in verified(document)] == [
        "ecdsa-jcs-2019",
        "eddsa-rdfc-2022",
        "Ed25519Signature2020",
    ]
    document = signed(key("four"), document=document, previous_proof=[A, B], cryptosuite="eddsa-jcs-2022")
    assert len(verified(document)) == 4


@pytest.mark.parametrize("previous", ["urn:uuid:nothing", [A, "urn:uuid:nothing"], ["urn:uuid:nothing"]])
def test_a_proof_does_not_follow_what_is_not_there(previous: JsonValue) -> None:
    document = signed(key("one"), proof_id=A)
    with pytest.raises(InvalidProof) as refused:
        signed(key("two"), document=document, previous_proof=previous)
    assert refused.value.problem_type == GENERATION
    forged = {**proofs_of(signed(key("two")))[0], "previousProof": previous}
    with pytest.raises(InvalidProof) as refused:
        verified(with_proofs(document, *proofs_of(document), forged))
    assert refused.value.problem_type == VERIFICATION
    with pytest.raises(InvalidProof):
        verified(with_proofs(document, forged))


@pytest.mark.parametrize(
    "links",
    [{A: A}, {A: B, B: A}, {A: B, B: C, C: A}, {A: [A, B]}, {C: [A, C]}],
    ids=["itself", "each other", "three in a ring", "itself among others", "itself at the end"],
)
def test_no_proof_follows_itself(links: dict[str, JsonValue]) -> None:
    document = chain()
    proofs = [without(proof, "previousProof") for proof in proofs_of(document)]
    for proof in proofs:
        if proof["id"] in links:
            proof["previousProof"] = links[str(proof["id"])]
    with pytest.raises(InvalidProof, match="follows it"):
        verified(with_proofs(document, *proofs))


def test_ids_are_urls_and_name_one_proof() -> None:
    document = signed(key("one"), proof_id=A)
    with pytest.raises(InvalidProof) as refused:
        signed(key("two"), document=document, proof_id=A)
    assert refused.value.problem_type == GENERATION
    with pytest.raises(InvalidProof):
        signed(key("one"), proof_id="no url")
    second = proofs_of(signed(key("two"), proof_id=A))[0]
    with pytest.raises(InvalidProof, match="one id"):
        verified(with_proofs(document, *proofs_of(document), second))


def test_a_proof_does_not_hold_without_those_it_follows() -> None:
    document = chain()
    proofs = proofs_of(document)
    for position in (0, 1):
        with pytest.raises(InvalidProof):
            verified(with_proofs(document, *[each for place, each in enumerate(proofs) if place != position]))
    cut = without(proofs[2], "previousProof")
    with pytest.raises(InvalidSignature):
        verified(with_proofs(document, *proofs[:2], cut))
    shortened = {**proofs[2], "previousProof": A}
    with pytest.raises(InvalidSignature):
        verified(with_proofs(document, *proofs[:2], shortened))


def test_the_number_of_proofs_is_limited() -> None:
    document = UNSIGNED
    for number in range(MAX_PROOFS):
        document = signed(key(f"signer {number}"), document=document)
    assert len(verified(document)) == MAX_PROOFS
    with pytest.raises(InvalidProof):
        signed(key("one too many"), document=document)
    with pytest.raises(InvalidProof, match="more than"):
        verified(with_proofs(document, *proofs_of(document), proofs_of(document)[0]))
    with pytest.raises(InvalidProof):
        verified({**UNSIGNED, "proof": {**proofs_of(document)[0], "previousProof": [f"urn:{n}" for n in range(9)]}})
