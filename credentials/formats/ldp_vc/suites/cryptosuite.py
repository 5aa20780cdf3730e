"""The cryptosuite port: from a document and proof options to a `proofValue`, and back (Data Integrity 1.0, 3.1)."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.keys import PublicJwk, Signer


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What a caller asks of a suite beyond the proof's own members.

    `mandatory_pointers` are JSON pointers to what every verifier shall see (ecdsa-sd-2023); a suite without selective
    disclosure refuses them.
    """

    mandatory_pointers: tuple[str, ...] = ()


class Cryptosuite(Protocol):
    """A Data Integrity cryptosuite, or a linked-data signature type that works like one.

    The same arguments everywhere: `unsecured` is the document without its own proof, its contexts final. In a proof
    chain it bears the previous proofs as `proof`, which are then part of what is signed. `options` are the members of
    the proof but `proofValue`, `@context` not added. A suite checks neither purpose, nor times, nor who controls
    the key: `proofs` has done so.
    """

    @property
    def name(self) -> str:
        """The value of `cryptosuite`; of a linked-data signature its `type`."""
        ...

    @property
    def proof_type(self) -> str:
        """The value of the proof's `type`: `DataIntegrityProof` for every cryptosuite."""
        ...

    @property
    def context(self) -> str:
        """The URL of the context that defines the terms of the suite's proofs, for documents whose own do not."""
        ...

    @property
    def copies_context(self) -> bool:
        """Whether the proof bears a copy of the document's `@context` (the JCS suites, DI-EdDSA section 3.3.1)."""
        ...

    def takes(self, key: PublicJwk) -> bool:
        """Say whether the suite is for keys of this kind."""
        ...

    def create(
        self,
        unsecured: JsonObject,
        options: JsonObject,
        signer: Signer,
        canonicaliser: Canonicaliser,
        request: ProofRequest,
    ) -> str:
        """Return the `proofValue`.

        Raises InvalidProof with PROOF_GENERATION_ERROR, or what the canonicaliser raises.
        """
        ...

    def verify(self, unsecured: JsonObject, proof: JsonObject, key: PublicJwk, canonicaliser: Canonicaliser) -> None:
        """Check the `proofValue` of a proof by a key that the suite takes.

        Raises InvalidProof, InvalidSignature, or what the canonicaliser raises.
        """
        ...


@runtime_checkable
class SelectiveCryptosuite(Cryptosuite, Protocol):
    """A suite whose base proof a holder turns into proofs of parts of the document.

    `verify` refuses a base proof, which is for the holder only; an instance that was made to accept one does not.
    """

    def derive(
        self, unsecured: JsonObject, proof: JsonObject, pointers: tuple[str, ...], canonicaliser: Canonicaliser
    ) -> JsonObject:
        """Return the part of the document at the mandatory and these JSON pointers, with the derived proof in `proof`.

        Raises InvalidProof with PROOF_GENERATION_ERROR for a proof that is no base proof and for a pointer to nothing.
        """
        ...
