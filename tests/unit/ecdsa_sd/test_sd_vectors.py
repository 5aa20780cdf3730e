"""The published vectors of DI-ECDSA for ecdsa-sd-2023: both sets, every intermediate file of each."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from credentials.encoding import JsonObject, base58_decode
from credentials.formats.ldp_vc.rdf import canonicalise
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023 import BaseProofValue, DerivedProofValue, EcdsaSd2023, select
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.groups import Groups, hidden, lines_of
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.suite import mandatory_hash, proof_hash
from credentials.keys import PublicJwk, SoftwareSigner
from tests.unit.ecdsa_sd.sd_samples import CANONICALISER, VECTORS, split

ROOT = VECTORS / "vc-di-ecdsa"
KEYS = json.loads((ROOT / "ecdsa-sd-2023/SDKeyMaterial.json").read_text())
HMAC_KEY = bytes.fromhex(KEYS["hmacKeyString"])
POINTERS = {"employ": "employ", "prc": "prCred"}

each_set = pytest.mark.parametrize("name", list(POINTERS))


def load(name: str, what: str) -> Any:
    return json.loads((ROOT / "ecdsa-sd-2023" / name / f"{what}.json").read_text())


def shared(file: str) -> Any:
    return json.loads((ROOT / file).read_text())


def signer(pair: dict[str, str]) -> SoftwareSigner:
    secret = base58_decode(pair["secretKeyMultibase"][1:])
    assert secret[:2].hex() == "8626"
    made = SoftwareSigner(ec.derive_private_key(int.from_bytes(secret[2:]), ec.SECP256R1()))
    assert made.public_jwk == PublicJwk.from_multikey(pair["publicKeyMultibase"])
    return made


# Ours are the signatures of RFC 6979, as the vectors' are: they come out byte for byte.
ISSUER, PROOF_KEY = signer(KEYS["baseKeyPair"]), signer(KEYS["proofKeyPair"])
SUITE = EcdsaSd2023(new_key=lambda: PROOF_KEY, new_hmac_key=lambda: HMAC_KEY)
HOLDER = EcdsaSd2023(accepts_base=True)


def unsigned(name: str) -> JsonObject:
    return split(load(name, "addSignedSDBase"))[0]


def mandatory(name: str) -> tuple[str, ...]:
    return tuple(shared(f"{POINTERS[name]}Mandatory.json"))


def selective(name: str) -> tuple[str, ...]:
    return tuple(shared(f"{POINTERS[name]}Selective.json"))


def groups(name: str, pointers: tuple[str, ...]) -> Groups:
    return Groups.of(unsigned(name), pointers, HMAC_KEY, CANONICALISER)


def entries(lines: list[str], chosen: list[str]) -> list[Any]:
    return [[at, line] for at, line in enumerate(lines) if line in chosen]


@each_set
def test_base_transformation(name: str) -> None:
    quads = CANONICALISER.quads(unsigned(name))
    canonical = canonicalise(quads)
    assert [f"{line}\n" for line in canonical.lines] == load(name, "addBaseDocCanon")
    assert lines_of(quads, hidden(canonical.labels, HMAC_KEY)) == load(name, "addBaseDocHMACCanon")
    grouped = groups(name, mandatory(name))
    assert grouped.lines == load(name, "addBaseDocHMACCanon")
    transformed = load(name, "addBaseTransform")
    assert entries([*grouped.lines], grouped.mandatory_lines) == transformed["mandatory"]["value"]
    assert entries([*grouped.lines], grouped.others) == transformed["nonMandatory"]["value"]
    assert (list(mandatory(name)), HMAC_KEY) == (
        transformed["mandatoryPointers"],
        bytes.fromhex(transformed["hmacKeyString"]),
    )


@each_set
def test_mandatory_pointers_select_the_published_values(name: str) -> None:
    for entry in load(name, "addPointerValues"):
        selected = select(unsigned(name), [entry["pointer"]])
        assert selected is not None
        assert selected[entry["pointer"][1:]] == entry["value"]


@each_set
def test_base_hashing(name: str) -> None:
    document, proof = split(load(name, "addSignedSDBase"))
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    configuration = load(name, "addProofConfig")
    assert {**options, "@context": document["@context"]} == configuration
    published = (ROOT / "ecdsa-sd-2023" / name / "addProofConfigCanon.txt").read_text()
    assert CANONICALISER.canonical(configuration).decode() == published
    hashes = load(name, "addHashData")
    assert proof_hash(document, options, CANONICALISER).hex() == hashes["proofHash"]
    assert mandatory_hash(groups(name, mandatory(name)).mandatory_lines).hex() == hashes["mandatoryHash"]


@each_set
def test_base_serialisation(name: str) -> None:
    signed = load(name, "addSignedSDBase")
    document, proof = split(signed)
    if name == "employ":
        assert document == shared("employmentAuth.json")
    value = BaseProofValue.parse(proof["proofValue"])
    raw = load(name, "addRawBaseSignatureInfo")
    assert {
        "baseSignature": value.base_signature.hex(),
        "publicKey": value.public_key.multikey,
        "signatures": [each.hex() for each in value.signatures],
        "mandatoryPointers": list(value.mandatory_pointers),
    } == raw
    recovered = load(name, "derivedRecoveredBaseData")
    assert value.hmac_key.hex() == recovered["hmacKey"]
    assert value.public_key.multikey == recovered["proofPublicKey"]
    assert value.base_signature.hex() == recovered["baseSignature"]
    assert [each.hex() for each in value.signatures] == recovered["signatures"]
    assert list(value.mandatory_pointers) == recovered["mandatoryPointers"]
    assert value.serialise() == proof["proofValue"]
    options = {key: each for key, each in proof.items() if key != "proofValue"}
    made = SUITE.create(document, options, ISSUER, CANONICALISER, ProofRequest(mandatory(name)))
    assert made == proof["proofValue"]
    HOLDER.verify(document, proof, ISSUER.public_jwk, CANONICALISER)


@each_set
def test_derived_groups(name: str) -> None:
    grouped = groups(name, mandatory(name))
    published = load(name, "derivedAllGroupData")["groups"]
    indexes = load(name, "derivedGroupIndexes")
    chosen = {
        "mandatory": mandatory(name),
        "selective": selective(name),
        "combined": (*mandatory(name), *selective(name)),
    }
    for group, pointers in chosen.items():
        quads = grouped.statements.part(pointers)
        lines = lines_of(quads, grouped.labels)
        matching = entries([*grouped.lines], lines)
        assert matching == published[group]["matching"]["value"]
        others = [line for line in grouped.lines if line not in lines]
        assert entries([*grouped.lines], others) == published[group]["nonMatching"]["value"]
        assert [at for at, _ in matching] == indexes[f"{group}Indexes"]
        # Their labels are of their own making; the statements are the same ones.
        assert len(quads) == len(published[group]["deskolemizedNQuads"])
    assert [at for at, line in enumerate(grouped.lines) if line in grouped.others] == indexes["nonMandatoryIndexes"]


@each_set
def test_derived_proof(name: str) -> None:
    document, proof = split(load(name, "addSignedSDBase"))
    shown = SUITE.derive(document, proof, selective(name), CANONICALISER)
    assert shown == load(name, "derivedRevealDocument")
    unsecured, made = split(shown)
    assert unsecured == load(name, "derivedUnsignedReveal")
    value = DerivedProofValue.parse(made["proofValue"])
    assert value.serialise() == made["proofValue"]
    disclosed = load(name, "derivedDisclosureData")
    assert value.base_signature.hex() == disclosed["baseSignature"]
    assert value.public_key.multikey == disclosed["publicKey"]
    assert [each.hex() for each in value.signatures] == disclosed["signatures"]
    assert [[f"c14n{at}", label] for at, label in enumerate(value.labels)] == disclosed["labelMap"]["value"]
    assert list(value.mandatory_indexes) == disclosed["mandatoryIndexes"]
    assert list(value.mandatory_indexes) == load(name, "derivedAdjMandatoryIndexes")["adjMandatoryIndexes"]
    adjusted = load(name, "derivedAdjSignatures")
    assert [each.hex() for each in value.signatures] == adjusted["filteredSignatures"]
    base = BaseProofValue.parse(proof["proofValue"])
    grouped = groups(name, mandatory(name))
    kept = lines_of(grouped.statements.part(selective(name)), grouped.labels)
    places = [at for at, line in enumerate(grouped.others) if line in kept]
    assert [base.signatures[at] for at in places] == list(value.signatures)


@each_set
def test_verification(name: str) -> None:
    unsecured, proof = split(load(name, "derivedRevealDocument"))
    SUITE.verify(unsecured, proof, ISSUER.public_jwk, CANONICALISER)
    value = DerivedProofValue.parse(proof["proofValue"])
    parsed = load(name, "verifyDerivedProofValue")
    assert {
        "baseSignature": value.base_signature.hex(),
        "publicKey": value.public_key.multikey,
        "signatures": [each.hex() for each in value.signatures],
        "labelMap": [[f"c14n{at}", label] for at, label in enumerate(value.labels)],
        "mandatoryIndexes": list(value.mandatory_indexes),
    } == parsed
    quads = CANONICALISER.quads(unsecured)
    issued = canonicalise(quads).labels
    lines = lines_of(quads, {node: value.labels[int(label[4:])] for node, label in issued.items()})
    assert lines == load(name, "verifyNQuads")
    data = load(name, "verifyCreateVerifyData")
    options = {key: each for key, each in proof.items() if key != "proofValue"}
    assert proof_hash(unsecured, options, CANONICALISER).hex() == data["proofHash"]
    assert mandatory_hash([lines[at] for at in value.mandatory_indexes]).hex() == data["mandatoryHash"]
    assert [line for at, line in enumerate(lines) if at not in value.mandatory_indexes] == data["nonMandatory"]
    assert data["baseSignature"] == parsed["baseSignature"]
    assert data["publicKey"] == parsed["publicKey"]
    assert data["signatures"] == parsed["signatures"]


def test_every_published_file_is_looked_at() -> None:
    read = Path(__file__).read_text()
    files = {path.stem for name in POINTERS for path in (ROOT / "ecdsa-sd-2023" / name).iterdir()}
    assert len(files) == 20
    assert {file for file in files if file not in read} == set()
