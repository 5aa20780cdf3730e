"""A presentation of nothing, by which a wallet proves its key to an issuer (OpenID4VCI 1.0 appendix F.2).

    {"@context": […], "type": ["VerifiablePresentation"], "holder": "did:key:z…", "proof": {"type":
     "DataIntegrityProof", "cryptosuite": "ecdsa-rdfc-2019", "verificationMethod": "did:key:z…#z…", "proofPurpose":
     "authentication", "domain": "https://issuer.example", "challenge": "…", "proofValue": "z…"}}

What it is for stands in the proof and is read from there, so suites over JSON will do as well as those over RDF.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from credentials.encoding import JsonObject, json_compact
from credentials.errors import LimitExceeded
from credentials.formats.base import HolderBindingFailed, KeyResolver, MalformedCredential
from credentials.formats.ldp_vc.canonical import Canonicaliser
from credentials.formats.ldp_vc.contexts import CREDENTIALS_V2
from credentials.formats.ldp_vc.proof_errors import InvalidDomain, InvalidProof
from credentials.formats.ldp_vc.proofs import AUTHENTICATION, VerifiedProof, sign_document, verify_document
from credentials.formats.ldp_vc.suites import (
    ECDSA_JCS_2019,
    ECDSA_RDFC_2019,
    EDDSA_JCS_2022,
    EDDSA_RDFC_2022,
    Cryptosuite,
)
from credentials.formats.vcdm import ANY_VERSION, read_presentation
from credentials.keys import Signer

SUITES: Final[Mapping[str, Cryptosuite]] = {
    suite.name: suite for suite in (ECDSA_RDFC_2019, EDDSA_RDFC_2022, ECDSA_JCS_2019, EDDSA_JCS_2022)
}
MAX_BYTES: Final = 16_000


def make_key_proof(
    holder: Signer,
    verification_method: str,
    *,
    audience: str,
    nonce: str | None,
    now: datetime,
    canonicaliser: Canonicaliser,
    cryptosuite: str | None = None,
) -> JsonObject:
    """Prove to the issuer with this identifier that the holder has the key that a DID URL names."""
    presentation: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": verification_method.partition("#")[0],
    }
    return sign_document(
        presentation,
        holder,
        verification_method,
        canonicaliser=canonicaliser,
        created=now,
        cryptosuite=cryptosuite,
        purpose=AUTHENTICATION,
        challenge=nonce,
        domain=audience,
        suites=SUITES,
    )


def verify_key_proof(
    presentation: JsonObject, keys: KeyResolver, *, audience: str, now: datetime, canonicaliser: Canonicaliser
) -> VerifiedProof:
    """Check all but the challenge, which says whether the nonce was ours.

    Raises MalformedCredential and its kin, WrongAudience, HolderBindingFailed, InvalidSignature, LimitExceeded, or what
    the resolver raises.
    """
    if len(json_compact(presentation)) > MAX_BYTES:
        raise LimitExceeded(f"a key proof is larger than {MAX_BYTES} bytes")
    read = read_presentation(presentation, ANY_VERSION)
    if read.credentials:
        # Nobody asked for them: what they say of the holder is not ours to have.
        raise MalformedCredential("a key proof holds no credentials")
    if "proof" not in presentation:
        raise InvalidProof("the presentation has no proof")
    proofs = verify_document(
        presentation, keys, canonicaliser=canonicaliser, now=now, purpose=AUTHENTICATION, suites=SUITES
    )
    if len(proofs) != 1:
        raise InvalidProof("a key proof has one proof")
    (proof,) = proofs
    if proof.domains != {audience}:
        raise InvalidDomain("domain is not this credential issuer")
    if read.holder not in (None, proof.controller):
        raise HolderBindingFailed("the holder is not who controls the key")
    return proof
