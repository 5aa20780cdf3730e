"""Data Integrity proofs on documents: add one (section 4.2 and 4.3), verify them (4.4 and 4.5), derive from one.

The verification method and purpose of a proof that we make are ours, never the document's. A proof that we verify
must be for the purpose that the caller expects, by a key that its controller lists for that purpose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import KeyResolver
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.proof_contexts import with_proof_terms
from credentials.formats.ldp_vc.proof_errors import InvalidChallenge, InvalidDomain, InvalidProof, ProofProblem
from credentials.formats.ldp_vc.proof_options import Proof
from credentials.formats.ldp_vc.proof_sets import MAX_PROOFS, check_new_id, check_order, matching, nodes_of
from credentials.formats.ldp_vc.suites import (
    ALL_SUITES,
    Cryptosuite,
    ProofRequest,
    SelectiveCryptosuite,
    suite_for,
    suite_of,
)
from credentials.keys import PublicJwk, Signer

ASSERTION: Final = "assertionMethod"
AUTHENTICATION: Final = "authentication"
SKEW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof whose signature holds, by a key that its controller lists for the proof's purpose.

    `controller` is the DID whose document lists the verification method. `challenge` and `domains` are what the proof
    was made for; they have been compared only where the caller expected some. `previous` are the ids of the proofs
    that it signs with the document.
    """

    verification_method: str
    controller: str
    key: PublicJwk
    cryptosuite: str
    purpose: str
    id: str | None
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domains: frozenset[str]
    nonce: str | None
    previous: tuple[str, ...]


def timestamp(at: datetime) -> str:
    """Write a moment as an XML Schema dateTimeStamp in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def sign_document(
    document: JsonObject,
    signer: Signer,
    verification_method: str,
    *,
    canonicaliser: Canonicaliser,
    created: datetime | None,
    cryptosuite: str | None = None,
    purpose: str = ASSERTION,
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    expires: datetime | None = None,
    proof_id: str | None = None,
    previous_proof: str | Sequence[str] | None = None,
    mandatory_pointers: Sequence[str] = (),
    nonce: str | None = None,
    suites: Mapping[str, Cryptosuite] = ALL_SUITES,
) -> JsonObject:
    """Return the document with a proof (Data Integrity 1.0 section 4.2), beside those that it has (section 4.3).

    `cryptosuite` is a name of `suites`, or None for the first that takes the signer's key. `proof_id` is a URL by which
    later proofs may name this one; `previous_proof` names proofs that the document has, which this one signs as well.
    Times are written in UTC, to the second. Raises InvalidProof with PROOF_GENERATION_ERROR, UnknownFormat for a suite
    that is not among `suites`, and UnsafeDocument, UnknownContext or LimitExceeded for a document that cannot be signed
    as a whole.
    """
    suite = suite_for(signer.public_jwk, cryptosuite, suites)
    existing = nodes_of(document, ProofProblem.GENERATION) if "proof" in document else []
    if len(existing) >= MAX_PROOFS:
        raise InvalidProof(f"the document would have more than {MAX_PROOFS} proofs", ProofProblem.GENERATION)
    secured = with_proof_terms(document, suite, canonicaliser.bundle)
    options: JsonObject = {"type": suite.proof_type}
    if proof_id is not None:
        check_new_id(proof_id, existing)
        options["id"] = proof_id
    if suite.proof_type != suite.name:
        options["cryptosuite"] = suite.name
    if created is not None:
        options["created"] = timestamp(created)
    options["verificationMethod"] = verification_method
    options["proofPurpose"] = purpose
    further: dict[str, JsonValue] = {
        "expires": None if expires is None else timestamp(expires),
        "domain": _one_or_list(domain),
        "challenge": challenge,
        "nonce": nonce,
        "previousProof": _one_or_list(previous_proof),
        "@context": secured.get("@context") if suite.copies_context else None,
    }
    options.update({name: value for name, value in further.items() if value is not None})
    unsecured = _signed_part(secured, _ids(previous_proof), existing, ProofProblem.GENERATION)
    value = suite.create(unsecured, options, signer, canonicaliser, ProofRequest(tuple(mandatory_pointers)))
    proof: JsonObject = {**options, "proofValue": value}
    return {**secured, "proof": [*existing, proof] if existing else proof}


def verify_document(
    document: JsonObject,
    keys: KeyResolver,
    *,
    canonicaliser: Canonicaliser,
    now: datetime,
    purpose: str = ASSERTION,
    challenge: str | None = None,
    domain: str | Sequence[str] | None = None,
    suites: Mapping[str, Cryptosuite] = ALL_SUITES,
    skew: timedelta = SKEW,
) -> tuple[VerifiedProof, ...]:
    """Verify every proof on a document (Data Integrity 1.0 sections 4.4 and 4.5), all of them or none.

    A proof chain holds when each of its proofs holds and all that they name are there. `challenge` and `domain` are
    compared when given, the latter as sets. A proof made more than `skew` after `now` is refused. Raises InvalidProof,
    InvalidChallenge, InvalidDomain, InvalidSignature, UnsafeDocument, UnknownContext, UnknownFormat, LimitExceeded, or
    what the resolver raises; `problem_type_of` gives the specification's code of each.
    """
    nodes = nodes_of(document)
    proofs = [Proof.read(node) for node in nodes]
    if len(proofs) > 1 or proofs[0].previous:
        check_order(proofs)
    expected = None if domain is None else frozenset([domain] if isinstance(domain, str) else domain)
    verified = []
    for proof in proofs:
        # Section 4.4, step 5: a key that may authenticate may not therefore assert.
        if proof.purpose != purpose:
            raise InvalidProof("the proof is for another purpose")
        if expected is not None and proof.domains != expected:
            raise InvalidDomain("domain is not the expected one")
        if challenge is not None and proof.challenge != challenge:
            raise InvalidChallenge("challenge is not the expected one")
        unsecured = _signed_part(document, proof.previous, nodes, ProofProblem.VERIFICATION)
        verified.append(_verified(proof, unsecured, keys, canonicaliser, suites))
        _check_times(proof, now, skew)
    return tuple(verified)


def derive_document(
    document: JsonObject,
    pointers: Sequence[str],
    *,
    canonicaliser: Canonicaliser,
    suites: Mapping[str, Cryptosuite] = ALL_SUITES,
) -> JsonObject:
    """Return the part of a document that its mandatory and these JSON pointers select, with a derived proof.

    The document must have one proof that others can be derived from; other proofs, which are over the whole, are left
    behind. The base proof is not verified. Raises InvalidProof with PROOF_GENERATION_ERROR, and as `verify_document`.
    """
    found = [
        (suite, node)
        for node in nodes_of(document, ProofProblem.GENERATION)
        if isinstance(suite := suite_of(node, suites), SelectiveCryptosuite)
    ]
    if len(found) != 1 or "previousProof" in found[0][1]:
        raise InvalidProof("there is not one proof to derive another from", ProofProblem.GENERATION)
    suite, node = found[0]
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    return suite.derive(unsecured, node, tuple(pointers), canonicaliser)


def _signed_part(
    document: JsonObject, previous: Sequence[str], nodes: Sequence[JsonObject], problem: ProofProblem
) -> JsonObject:
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    if previous:
        # Section 4.3, step 6: so that a proof of the chain cannot be taken away or exchanged.
        unsecured["proof"] = matching(previous, nodes, problem)
    return unsecured


def _verified(
    proof: Proof,
    unsecured: JsonObject,
    keys: KeyResolver,
    canonicaliser: Canonicaliser,
    suites: Mapping[str, Cryptosuite],
) -> VerifiedProof:
    suite = suite_of(proof.node, suites)
    if not suite.copies_context:
        _check_context(proof.node, unsecured.get("@context"), suite)
        # Section 2.4.2: whoever signed did so under a context that defines the terms of the proof.
        unsecured = with_proof_terms(unsecured, suite, canonicaliser.bundle)
    key = keys.resolve(proof.verification_method, proof.purpose)
    if not suite.takes(key):
        raise InvalidProof("the key is not one for this cryptosuite")
    suite.verify(unsecured, proof.node, key, canonicaliser)
    return VerifiedProof(
        proof.verification_method,
        proof.verification_method.partition("#")[0],
        key,
        suite.name,
        proof.purpose,
        proof.id,
        proof.created,
        proof.expires,
        proof.challenge,
        proof.domains,
        proof.nonce,
        proof.previous,
    )


def _check_context(proof: JsonObject, contexts: JsonValue, suite: Cryptosuite) -> None:
    # The options are hashed under the document's contexts: other ones of their own would be read and not be signed. The
    # suite's own is only what they are read under anyway.
    if "@context" in proof and proof["@context"] not in (contexts, suite.context, [suite.context]):
        raise InvalidProof("the proof has contexts that the document has not")


def _check_times(proof: Proof, now: datetime, skew: timedelta) -> None:
    if proof.expires is not None and now >= proof.expires:
        raise InvalidProof("the proof has expired")
    if proof.created is not None and proof.created > now + skew:
        raise InvalidProof("the proof was made in the future")


def _one_or_list(value: str | Sequence[str] | None) -> JsonValue:
    return value if value is None or isinstance(value, str) else list(value)


def _ids(previous: str | Sequence[str] | None) -> Sequence[str]:
    if previous is None:
        return ()
    return (previous,) if isinstance(previous, str) else previous
