"""The suite itself: make a base proof, confirm it, derive from it, verify what was derived (DI-ECDSA section 3.6)."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import DATA_INTEGRITY_V2
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.rdf import canonicalise
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.groups import Groups, lines_of
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.pointers import MAX_POINTERS, select
from credentials.formats.ldp_vc.suites.ecdsa_sd_2023.proof_value import (
    MAX_STATEMENTS,
    BaseProofValue,
    DerivedProofValue,
    is_base,
    multikey,
)
from credentials.keys import PublicJwk, Signer, SoftwareSigner, verify_signature


def _new_hmac_key() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class EcdsaSd2023:
    """The suite; see `Cryptosuite` for the members that all suites have.

    `accepts_base` makes `verify` confirm base proofs, as a holder does, and refuse derived ones. `new_key` makes the
    P-256 key of one proof and `new_hmac_key` the 32 bytes that hide the labels of one proof; both are used once.
    """

    accepts_base: bool = False
    new_key: Callable[[], Signer] = SoftwareSigner.generate
    new_hmac_key: Callable[[], bytes] = _new_hmac_key
    name: str = field(default="ecdsa-sd-2023", init=False)
    proof_type: str = field(default="DataIntegrityProof", init=False)
    context: str = field(default=DATA_INTEGRITY_V2, init=False)
    copies_context: bool = field(default=False, init=False)

    def takes(self, key: PublicJwk) -> bool:
        """Say whether the key is a P-256 key: section 3.6 has no other."""
        return key.curve == "P-256"

    def create(
        self,
        unsecured: JsonObject,
        options: JsonObject,
        signer: Signer,
        canonicaliser: Canonicaliser,
        request: ProofRequest,
    ) -> str:
        """Return the value of a base proof (section 3.6.1)."""
        pointers = request.mandatory_pointers
        if len(pointers) > MAX_POINTERS:
            raise InvalidProof("there are too many mandatory pointers", ProofProblem.GENERATION)
        hmac_key = self.new_hmac_key()
        groups = Groups.of(unsecured, pointers, hmac_key, canonicaliser)
        if len(groups.lines) > MAX_STATEMENTS:
            raise InvalidProof("the document has too many statements", ProofProblem.GENERATION)
        key = self.new_key()
        signatures = tuple(key.sign(line.encode()) for line in groups.others)
        signed = _signed(unsecured, options, key.public_jwk, groups.mandatory_lines, canonicaliser)
        return BaseProofValue(signer.sign(signed), key.public_jwk, hmac_key, signatures, pointers).serialise()

    def verify(self, unsecured: JsonObject, proof: JsonObject, key: PublicJwk, canonicaliser: Canonicaliser) -> None:
        """Check a derived proof (section 3.6.6), or a base proof where the suite was made to.

        Raises InvalidProof for a proof of the other kind.
        """
        if self.accepts_base:
            self.confirm(unsecured, proof, key, canonicaliser)
            return
        if is_base(proof.get("proofValue")):
            raise InvalidProof("a base proof is for the holder only")
        value = DerivedProofValue.parse(proof.get("proofValue"))
        quads = canonicaliser.quads(unsecured)
        issued = canonicalise(quads).labels
        # The labels are as many as there are nodes, or some statement would not be the one that was signed.
        if len(value.labels) != len(issued):
            raise InvalidProof("the label map is not that of the document")
        labels = {node: value.labels[int(label.removeprefix("c14n"))] for node, label in issued.items()}
        lines = lines_of(quads, labels)
        indexes = frozenset(value.mandatory_indexes)
        if value.mandatory_indexes and value.mandatory_indexes[-1] >= len(lines):
            raise InvalidProof("a mandatory index is out of range")
        others = [line for at, line in enumerate(lines) if at not in indexes]
        mandatory = [lines[at] for at in value.mandatory_indexes]
        signed = _signed(unsecured, _options(proof), value.public_key, mandatory, canonicaliser)
        _check(value, key, signed, others)

    def confirm(self, unsecured: JsonObject, proof: JsonObject, key: PublicJwk, canonicaliser: Canonicaliser) -> None:
        """Check a base proof, as a holder does on receipt. Raises as `verify`."""
        value = BaseProofValue.parse(proof.get("proofValue"))
        groups = Groups.of(unsecured, value.mandatory_pointers, value.hmac_key, canonicaliser)
        signed = _signed(unsecured, _options(proof), value.public_key, groups.mandatory_lines, canonicaliser)
        _check(value, key, signed, groups.others)

    def derive(
        self, unsecured: JsonObject, proof: JsonObject, pointers: tuple[str, ...], canonicaliser: Canonicaliser
    ) -> JsonObject:
        """Return what the mandatory and these pointers select, with its derived proof (section 3.6.5).

        Raises InvalidProof with PROOF_GENERATION_ERROR for a base proof that is not one of this document, a pointer
        to nothing, and nothing to disclose.
        """
        value = BaseProofValue.parse(proof.get("proofValue"), ProofProblem.GENERATION)
        combined = (*value.mandatory_pointers, *pointers)
        if len(pointers) > MAX_POINTERS:
            raise InvalidProof("there are too many pointers", ProofProblem.GENERATION)
        groups = Groups.of(unsecured, value.mandatory_pointers, value.hmac_key, canonicaliser)
        reveal = select(unsecured, combined)
        if reveal is None:
            raise InvalidProof("nothing is selected for disclosure", ProofProblem.GENERATION)
        shown = groups.statements.part(combined)
        if len(groups.others) != len(value.signatures):
            raise InvalidProof("the base proof is of another document", ProofProblem.GENERATION)
        kept = frozenset(lines_of(shown, groups.labels))
        signatures = tuple(
            signature for line, signature in zip(groups.others, value.signatures, strict=True) if line in kept
        )
        issued = canonicalise(shown)
        # Whoever verifies sees the document alone. It must say to them what it says to us.
        if canonicalise(canonicaliser.quads(reveal)).lines != issued.lines:
            raise InvalidProof("the part says another thing alone than in its document", ProofProblem.GENERATION)
        derived = DerivedProofValue(
            value.base_signature,
            value.public_key,
            signatures,
            tuple(groups.labels[node] for node in issued.labels),
            tuple(
                at for at, line in enumerate(line for line in groups.lines if line in kept) if line in groups.mandatory
            ),
        )
        return {**reveal, "proof": {**proof, "proofValue": derived.serialise()}}


def _options(proof: JsonObject) -> JsonObject:
    return {name: value for name, value in proof.items() if name != "proofValue"}


def proof_hash(document: JsonObject, options: JsonObject, canonicaliser: Canonicaliser) -> bytes:
    """Return the hash of the options under the document's contexts (sections 3.6.3 and 3.6.4), 32 bytes."""
    return canonicaliser.digest_of_options({**options, "@context": document.get("@context")}, "sha256")


def mandatory_hash(lines: Sequence[str]) -> bytes:
    """Return the hash of the mandatory statements, in order (section 3.4.17), 32 bytes."""
    return sha256("".join(lines).encode()).digest()


def _signed(
    document: JsonObject, options: JsonObject, key: PublicJwk, mandatory: Sequence[str], canonicaliser: Canonicaliser
) -> bytes:
    # Section 3.5.1.
    return proof_hash(document, options, canonicaliser) + multikey(key) + mandatory_hash(mandatory)


def _check(value: BaseProofValue | DerivedProofValue, key: PublicJwk, signed: bytes, statements: Sequence[str]) -> None:
    if len(statements) != len(value.signatures):
        raise InvalidProof("there are not as many signatures as statements")
    verify_signature(key, signed, value.base_signature)
    for statement, signature in zip(statements, value.signatures, strict=True):
        verify_signature(value.public_key, statement.encode(), signature)
