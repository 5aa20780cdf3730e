"""Data Integrity proofs on JSON-LD documents: add one (section 4.2), verify them (section 4.4).

The verification method and purpose of a proof that we make are ours, never the document's. A proof that we verify
must be for the purpose that the caller expects, by a key that its controller lists for that purpose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from credentials.encoding import JsonObject, JsonValue, base58_encode, multibase_decode
from credentials.errors import MalformedInput
from credentials.formats.base import KeyResolver, MalformedCredential
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2, DATA_INTEGRITY_V2
from credentials.formats.ldp_vc.suites import suite_for, suite_named
from credentials.formats.vcdm.values import moment
from credentials.keys import PublicJwk, Signer, verify_signature

ASSERTION: Final = "assertionMethod"
AUTHENTICATION: Final = "authentication"
PROOF_TYPE: Final = "DataIntegrityProof"
MAX_PROOFS: Final = 4


class InvalidProof(MalformedCredential):
    """A Data Integrity proof that is missing, malformed, for another purpose or past its time."""

    code = "invalid_proof"


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """A proof whose signature holds. `challenge` and `domains` are what it was made for, still to be compared."""

    verification_method: str
    key: PublicJwk
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domains: frozenset[str]

    @property
    def controller(self) -> str:
        """The DID that the verification method belongs to."""
        return self.verification_method.partition("#")[0]


def timestamp(at: datetime) -> str:
    """Write a moment as an XML Schema dateTimeStamp in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def sign_document(
    document: JsonObject,
    signer: Signer,
    verification_method: str,
    *,
    canonicaliser: Canonicaliser,
    created: datetime,
    purpose: str = ASSERTION,
    challenge: str | None = None,
    domain: str | None = None,
) -> JsonObject:
    """Return the document with a proof by the suite of the signer's key (Data Integrity 1.0 section 4.2).

    Raises UnsafeDocument or UnknownContext for a document that cannot be signed over as a whole.
    """
    if "proof" in document:
        raise ValueError("the document has a proof already")
    secured = _with_proof_terms(document)
    suite = suite_for(signer.public_jwk)
    options: JsonObject = {
        "type": PROOF_TYPE,
        "cryptosuite": suite.name,
        "created": timestamp(created),
        "verificationMethod": verification_method,
        "proofPurpose": purpose,
    }
    if challenge is not None:
        options["challenge"] = challenge
    if domain is not None:
        options["domain"] = domain
    hash_name = suite.hash_for(signer.public_jwk) or ""
    signature = signer.sign(_hashed(secured, options, hash_name, canonicaliser))
    return {**secured, "proof": {**options, "proofValue": f"z{base58_encode(signature)}"}}


def verify_document(
    document: JsonObject,
    keys: KeyResolver,
    *,
    canonicaliser: Canonicaliser,
    now: datetime,
    purpose: str = ASSERTION,
) -> tuple[VerifiedProof, ...]:
    """Verify every proof on a document (Data Integrity 1.0 section 4.4), all of them or none.

    Raises InvalidProof, InvalidSignature, UnsafeDocument, UnknownContext, UnknownFormat, or what the resolver raises.
    """
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    proofs = [_Proof.read(each, purpose) for each in _proofs(document)]
    return tuple(proof.verify(unsecured, keys, canonicaliser, now) for proof in proofs)


@dataclass(frozen=True, slots=True)
class _Proof:
    options: JsonObject
    signature: bytes
    verification_method: str
    created: datetime | None
    expires: datetime | None
    challenge: str | None
    domains: frozenset[str]

    @classmethod
    def read(cls, proof: JsonValue, purpose: str) -> "_Proof":
        if not isinstance(proof, dict):
            raise InvalidProof("a proof is an object")
        if proof.get("type") != PROOF_TYPE:
            raise InvalidProof("the proof is not a DataIntegrityProof")
        # Data Integrity 1.0 section 4.4: a key that may authenticate may not therefore assert.
        if proof.get("proofPurpose") != purpose:
            raise InvalidProof("the proof is for another purpose")
        # The options are hashed under the document's contexts: their own could give them another meaning. Chains are
        # not part of our profile, and a link that nobody follows must not look like one that somebody did.
        for name in ("@context", "previousProof"):
            if name in proof:
                raise InvalidProof(f"proof member {name} is not taken")
        method, value = proof.get("verificationMethod"), proof.get("proofValue")
        if not isinstance(method, str) or "#" not in method:
            raise InvalidProof("verificationMethod is not a URL with a fragment")
        if not isinstance(value, str) or not value.startswith("z"):
            raise InvalidProof("proofValue is not base58btc")
        try:
            signature = multibase_decode(value, "proofValue")
        except MalformedInput as error:
            raise InvalidProof("proofValue is not base58btc") from error
        challenge = proof.get("challenge")
        if challenge is not None and not isinstance(challenge, str):
            raise InvalidProof("challenge is not a string")
        return cls(
            {name: each for name, each in proof.items() if name != "proofValue"},
            signature,
            method,
            _optional(proof, "created", moment),
            _optional(proof, "expires", moment),
            challenge,
            _domains(proof.get("domain")),
        )

    def verify(
        self, unsecured: JsonObject, keys: KeyResolver, canonicaliser: Canonicaliser, now: datetime
    ) -> VerifiedProof:
        suite = suite_named(self.options.get("cryptosuite"))
        key = keys.resolve(self.verification_method, str(self.options["proofPurpose"]))
        hash_name = suite.hash_for(key)
        if hash_name is None:
            raise InvalidProof("the key is not one for this cryptosuite")
        if len(self.signature) != suite.signature_size(key):
            raise InvalidProof("the signature has not the size of one")
        verify_signature(key, _hashed(unsecured, self.options, hash_name, canonicaliser), self.signature)
        if self.expires is not None and now >= self.expires:
            raise InvalidProof("the proof has expired")
        return VerifiedProof(self.verification_method, key, self.created, self.expires, self.challenge, self.domains)


def _hashed(document: JsonObject, options: JsonObject, hash_name: str, canonicaliser: Canonicaliser) -> bytes:
    # DI-EdDSA and DI-ECDSA section 3.2.4: the hash of the options comes first; they stand under the document's
    # contexts (section 3.2.5).
    configuration = {"@context": document.get("@context"), **options}
    return canonicaliser.digest_of_options(configuration, hash_name) + canonicaliser.digest(document, hash_name)


def _proofs(document: JsonObject) -> list[JsonValue]:
    proof = document.get("proof")
    proofs: list[JsonValue] = proof if isinstance(proof, list) else [proof]
    if proof is None or not proofs:
        raise InvalidProof("there is no proof")
    if len(proofs) > MAX_PROOFS:
        raise InvalidProof(f"there are more than {MAX_PROOFS} proofs")
    return proofs


def _optional(proof: JsonObject, name: str, read: Callable[[JsonValue, str], datetime]) -> datetime | None:
    return read(proof[name], name) if name in proof else None


def _domains(value: JsonValue) -> frozenset[str]:
    domains = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) for each in domains):
        raise InvalidProof("domain is not a string or a set of them")
    return frozenset(str(each) for each in domains)


def _with_proof_terms(document: JsonObject) -> JsonObject:
    # Data Integrity 1.0 section 2.4.1: the context that defines a proof's terms is added where nothing else does.
    contexts = document.get("@context")
    urls = contexts if isinstance(contexts, list) else [contexts]
    if CREDENTIALS_V2 in urls or DATA_INTEGRITY_V2 in urls:
        return document
    return {**document, "@context": [*urls, DATA_INTEGRITY_V2]}
