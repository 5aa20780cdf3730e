"""The published vectors of DI-EdDSA and DI-ECDSA, step by step and byte for byte, and made again from their keys."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pytest

from credentials.encoding import JsonObject, base58_decode, jcs
from credentials.formats.ldp_vc import InvalidProof, sign_document, verify_document
from credentials.formats.ldp_vc.suites import ALL_SUITES, HashedSuite
from credentials.keys import InvalidSignature, SoftwareSigner
from tests.unit.data_integrity.proof_samples import (
    CANONICALISER,
    NOW,
    RESOLVER,
    VECTORS,
    load,
    published_key,
    without,
)


@dataclass(frozen=True)
class Vector:
    """A folder of vectors; `name` is what its files are named after, `unsigned` the document that was signed."""

    folder: str
    name: str
    suite: str
    hash_name: str = "sha256"
    unsigned: str = "unsigned.json"

    @property
    def repository(self) -> str:
        return self.folder.partition("/")[0]

    def text(self, what: str) -> str:
        return (VECTORS / self.folder / f"{what}{self.name}.txt").read_text()

    def json(self, what: str) -> JsonObject:
        return load(f"{self.folder}/{what}{self.name}.json")

    @cached_property
    def signed(self) -> JsonObject:
        return self.json("signed")

    @property
    def proof(self) -> JsonObject:
        proof = self.signed["proof"]
        assert isinstance(proof, dict)
        return proof

    @property
    def is_jcs(self) -> bool:
        return "-jcs-" in self.suite

    @property
    def signer(self) -> SoftwareSigner:
        if self.repository == "vc-di-eddsa":
            pair = load("vc-di-eddsa/keyPair.json")
            return published_key(str(pair["publicKeyMultibase"]), str(pair["privateKeyMultibase"]))
        curve = "p256" if self.hash_name == "sha256" else "p384"
        pair = load(f"vc-di-ecdsa/{curve}KeyPair.json")
        return published_key(str(pair["publicKeyMultibase"]), str(pair["secretKeyMultibase"]))

    def __str__(self) -> str:
        return self.folder


EMPLOY = "employmentAuth.json"
ECDSA_256, ECDSA_384 = "vc-di-ecdsa/ecdsa-rdfc-2019-p256", "vc-di-ecdsa/ecdsa-rdfc-2019-p384"
LEGACY = Vector("vc-di-eddsa/Ed25519Signature2020", "EdSig", "Ed25519Signature2020")
ALL = [
    Vector("vc-di-eddsa/eddsa-rdfc-2022", "DataInt", "eddsa-rdfc-2022"),
    Vector("vc-di-eddsa/eddsa-rdfc-2022/employ", "DataInt", "eddsa-rdfc-2022", unsigned=EMPLOY),
    Vector("vc-di-eddsa/eddsa-jcs-2022", "JCS", "eddsa-jcs-2022"),
    LEGACY,
    Vector(ECDSA_256, "ECDSAP256", "ecdsa-rdfc-2019"),
    Vector(f"{ECDSA_256}/employ", "ECDSAP256", "ecdsa-rdfc-2019", unsigned=EMPLOY),
    Vector(ECDSA_384, "ECDSAP384", "ecdsa-rdfc-2019", "sha384"),
    Vector(f"{ECDSA_384}/employ", "ECDSAP384", "ecdsa-rdfc-2019", "sha384", EMPLOY),
    Vector("vc-di-ecdsa/ecdsa-jcs-2019-p256", "JCSECDSAP256", "ecdsa-jcs-2019"),
    Vector("vc-di-ecdsa/ecdsa-jcs-2019-p384", "JCSECDSAP384", "ecdsa-jcs-2019", "sha384"),
]

each_vector = pytest.mark.parametrize("vector", ALL, ids=str)


@each_vector
def test_every_step_gives_what_was_published(vector: Vector) -> None:
    document, options = without(vector.signed, "proof"), without(vector.proof, "proofValue")
    configuration = {"@context": document["@context"], **options}
    assert configuration == vector.json("proofConfig")
    for what, value in (("canonDoc", document), ("proofCanon", configuration)):
        canonical = jcs(value) if vector.is_jcs else CANONICALISER.canonical(value, vector.hash_name)
        assert canonical == vector.text(what).encode()
    suite = ALL_SUITES[vector.suite]
    assert isinstance(suite, HashedSuite)
    combined = suite.hashing(document, options, vector.hash_name, CANONICALISER).hex()
    assert combined == vector.text("combinedHash").strip()
    assert combined == vector.text("proofHash").strip() + vector.text("docHash").strip()


@each_vector
def test_the_signature_is_made_again(vector: Vector) -> None:
    # DI-ECDSA's signatures are deterministic (RFC 6979), so they too come out byte for byte.
    proof = vector.proof
    unsigned = load(f"{vector.repository}/{vector.unsigned}")
    signed = sign_document(
        unsigned,
        vector.signer,
        str(proof["verificationMethod"]),
        canonicaliser=CANONICALISER,
        created=datetime.fromisoformat(str(proof["created"])),
        cryptosuite=vector.suite,
    )
    assert signed == vector.signed
    made = signed["proof"]
    assert isinstance(made, dict)
    assert made["proofValue"] == vector.text("sigBTC58").strip()
    assert base58_decode(str(made["proofValue"])[1:]).hex() == vector.text("sigHex").strip()


@each_vector
def test_the_published_proof_holds_and_does_not_for_another_document(vector: Vector) -> None:
    (verified,) = verify_document(vector.signed, RESOLVER, canonicaliser=CANONICALISER, now=NOW)
    assert verified.cryptosuite == vector.suite
    assert verified.controller == f"did:key:{vector.signer.public_jwk.multikey}"
    with pytest.raises(InvalidSignature):
        verify_document({**vector.signed, "name": "x"}, RESOLVER, canonicaliser=CANONICALISER, now=NOW)
    changed = {**vector.proof, "created": "2023-02-24T23:36:39Z"}
    with pytest.raises(InvalidSignature):
        verify_document({**vector.signed, "proof": changed}, RESOLVER, canonicaliser=CANONICALISER, now=NOW)


CHAIN = "vc-di-eddsa/proof-set-chain"
PAIRS = load(f"{CHAIN}/multiKeyPairs.json")


def signer_of(number: int) -> SoftwareSigner:
    pair = PAIRS[f"keyPair{number}"]
    assert isinstance(pair, dict)
    return published_key(str(pair["publicKeyMultibase"]), str(pair["privateKeyMultibase"]))


def add(document: JsonObject, number: int, configuration: str) -> JsonObject:
    options = load(f"{CHAIN}/{configuration}.json")
    previous = options.get("previousProof")
    assert previous is None or isinstance(previous, str | list)
    return sign_document(
        document,
        signer_of(number),
        str(options["verificationMethod"]),
        canonicaliser=CANONICALISER,
        created=datetime.fromisoformat(str(options["created"])),
        proof_id=str(options["id"]) if "id" in options else None,
        previous_proof=previous if previous is None or isinstance(previous, str) else [str(each) for each in previous],
    )


def test_the_published_set_and_chain_are_made_again_link_by_link() -> None:
    document = load(f"{CHAIN}/unsigned.json")
    first = add(document, 1, "proofSetConfig1")
    assert first == load(f"{CHAIN}/signedProofSet1.json")
    second = add(first, 2, "proofSetConfig2")
    assert second == load(f"{CHAIN}/signedProofSet2.json")
    third = add(second, 3, "proofChainConfig1")
    assert third == load(f"{CHAIN}/signedProofChain1.json")
    assert add(third, 4, "proofChainConfig2") == load(f"{CHAIN}/signedProofChain2.json")


@pytest.mark.parametrize(("name", "count"), [("Set1", 1), ("Set2", 2), ("Chain1", 3), ("Chain2", 4)], ids=str)
def test_the_published_set_and_chain_hold(name: str, count: int) -> None:
    document = load(f"{CHAIN}/signedProof{name}.json")
    proofs = verify_document(document, RESOLVER, canonicaliser=CANONICALISER, now=NOW)
    assert len(proofs) == count
    if count == 4:
        assert proofs[3].previous == (proofs[2].id,)
        assert set(proofs[2].previous) == {proofs[0].id, proofs[1].id}


@pytest.mark.parametrize("missing", range(3))
def test_a_link_of_the_published_chain_cannot_be_taken_away(missing: int) -> None:
    document = load(f"{CHAIN}/signedProofChain2.json")
    proofs = document["proof"]
    assert isinstance(proofs, list)
    fewer = [proof for position, proof in enumerate(proofs) if position != missing]
    with pytest.raises(InvalidProof, match="previousProof"):
        verify_document({**document, "proof": fewer}, RESOLVER, canonicaliser=CANONICALISER, now=NOW)
