"""Suites that sign one hash of the options and one of the document, in that order (DI-EdDSA and DI-ECDSA section 3).

They differ in how a document becomes bytes (`Hashing`: RDFC or JCS) and in the keys and hashes they go with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, base58_decode, base58_encode
from credentials.errors import MalformedInput
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import DATA_INTEGRITY_V2
from credentials.formats.ldp_vc.proof_errors import InvalidProof, ProofProblem
from credentials.formats.ldp_vc.suites.cryptosuite import ProofRequest
from credentials.keys import InvalidSignature, PublicJwk, Signer, verify_signature

DATA_INTEGRITY_PROOF: Final = "DataIntegrityProof"

Hashing: TypeAlias = Callable[[JsonObject, JsonObject, str, Canonicaliser], bytes]
"""(document without its proof, proof options, name of the hash, canonicaliser) to the bytes that are signed."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What a suite does with keys of one curve: the hash it takes, and the size of a signature in bytes."""

    hash_name: str
    signature_size: int


# DI-EdDSA section 3.2.4; DI-ECDSA section 3.2.3: the hash follows the curve, also inside RDFC-1.0.
ED25519: Final[Mapping[str, Curve]] = {"Ed25519": Curve("sha256", 64)}
ECDSA: Final[Mapping[str, Curve]] = {"P-256": Curve("sha256", 64), "P-384": Curve("sha384", 96)}

# SEC 1 version 2 section 2.4.2 and FIPS 186-5: the orders of the base points.
_ORDERS: Final[Mapping[str, int]] = {
    "P-256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "P-384": int(
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
        16,
    ),
}
_ED25519_ORDER: Final = 2**252 + 27742317777372353535851937790883648493


@dataclass(frozen=True, slots=True)
class HashedSuite:
    """A suite by its name, the curves it takes and its way of hashing; see `Cryptosuite` for the members."""

    name: str
    curves: Mapping[str, Curve]
    hashing: Hashing
    proof_type: str = DATA_INTEGRITY_PROOF
    context: str = DATA_INTEGRITY_V2
    copies_context: bool = False

    def takes(self, key: PublicJwk) -> bool:
        """Say whether the key's curve is one of the suite's."""
        return key.curve in self.curves

    def create(
        self,
        unsecured: JsonObject,
        options: JsonObject,
        signer: Signer,
        canonicaliser: Canonicaliser,
        request: ProofRequest,
    ) -> str:
        """Return the signature as base58btc multibase (DI-EdDSA section 3.2.1, DI-ECDSA section 3.2.1)."""
        if request.mandatory_pointers:
            raise InvalidProof("the suite discloses everything or nothing", ProofProblem.GENERATION)
        curve = self.curves[signer.public_jwk.curve]
        return f"z{base58_encode(signer.sign(self.hashing(unsecured, options, curve.hash_name, canonicaliser)))}"

    def verify(self, unsecured: JsonObject, proof: JsonObject, key: PublicJwk, canonicaliser: Canonicaliser) -> None:
        """Check the signature (DI-EdDSA section 3.2.2, DI-ECDSA section 3.2.2)."""
        curve = self.curves[key.curve]
        signature = _signature(proof, curve.signature_size)
        _check_range(signature, key.curve)
        options = proof.copy()
        del options["proofValue"]
        verify_signature(key, self.hashing(unsecured, options, curve.hash_name, canonicaliser), signature)


def _signature(proof: JsonObject, size: int) -> bytes:
    value = proof.get("proofValue")
    if not isinstance(value, str) or value[:1] != "z":
        raise InvalidProof("proofValue is not base58btc")
    try:
        signature = base58_decode(value[1:], "proofValue")
    except MalformedInput as error:
        raise InvalidProof("proofValue is not base58btc") from error
    if len(signature) != size:
        raise InvalidProof("the signature has not the size of one")
    return signature


def _check_range(signature: bytes, curve: str) -> None:
    # The library refuses these too; but whether it does is not for us to hope. A large s, the malleable twin, is a
    # valid ECDSA signature and is taken.
    if curve == "Ed25519":
        # RFC 8032 section 5.1.7, step 1.
        if int.from_bytes(signature[32:], "little") >= _ED25519_ORDER:
            raise InvalidSignature("S is out of range")
        return
    half = len(signature) // 2
    order = _ORDERS[curve]
    if not (0 < int.from_bytes(signature[:half]) < order and 0 < int.from_bytes(signature[half:]) < order):
        raise InvalidSignature("r or s is out of range")
