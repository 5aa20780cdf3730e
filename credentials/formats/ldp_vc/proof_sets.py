"""Proof sets and proof chains (Data Integrity 1.0 sections 2.1.1, 2.1.2, 4.3 and 4.5).

A proof that names others in `previousProof` signs the document with those proofs on it. Each of these must be there,
once, and no proof may follow itself, however long the way round.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.proof_options import Proof
from credentials.formats.vcdm import InvalidDocument
from credentials.formats.vcdm.values import url

MAX_PROOFS: Final = 8


def nodes_of(document: JsonObject, problem: ProofProblem = ProofProblem.PARSING) -> list[JsonObject]:
    """Return the proofs on a document, at least one. Raises InvalidProof, with PARSING_ERROR (section 4.4, step 2)."""
    proof = document.get("proof")
    proofs: list[JsonValue] = proof if isinstance(proof, list) else [proof]
    if proof is None or not proofs:
        raise InvalidProof("there is no proof", problem)
    if len(proofs) > MAX_PROOFS:
        too_many = ProofProblem.VERIFICATION if problem is ProofProblem.PARSING else problem
        raise InvalidProof(f"there are more than {MAX_PROOFS} proofs", too_many)
    nodes = [each for each in proofs if isinstance(each, dict)]
    if len(nodes) != len(proofs):
        raise InvalidProof("a proof is an object", problem)
    return nodes


def matching(
    previous: Iterable[str], nodes: Sequence[JsonObject], problem: ProofProblem = ProofProblem.VERIFICATION
) -> list[JsonValue]:
    """Return the proofs of these ids, in the document's order (section 4.3, steps 4 and 5). Raises InvalidProof."""
    wanted = set(previous)
    found: list[JsonValue] = [node for node in nodes if node.get("id") in wanted]
    if len(found) != len(wanted):
        raise InvalidProof("previousProof names a proof that is not there", problem)
    return found


def check_new_id(id: str, nodes: Sequence[JsonObject]) -> None:
    """Demand a URL that no proof on the document has. Raises InvalidProof with PROOF_GENERATION_ERROR."""
    try:
        url(id, "proof id")
    except InvalidDocument as error:
        raise InvalidProof(error.detail, ProofProblem.GENERATION) from error
    if any(node.get("id") == id for node in nodes):
        raise InvalidProof("the document has a proof of this id", ProofProblem.GENERATION)


def check_order(proofs: Sequence[Proof]) -> None:
    """Refuse two proofs of one id, and chains without a beginning. Raises InvalidProof."""
    ids = [proof.id for proof in proofs if proof.id is not None]
    if len(set(ids)) != len(ids):
        raise InvalidProof("two proofs have one id")
    done: set[str] = set()
    waiting = list(proofs)
    while waiting:
        ready = [proof for proof in waiting if done.issuperset(proof.previous)]
        if not ready:
            raise InvalidProof("previousProof names a proof that is not there, or that follows it")
        waiting = [proof for proof in waiting if proof not in ready]
        done.update(proof.id for proof in ready if proof.id is not None)
