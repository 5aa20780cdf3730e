"""Key proofs of type `di_vp`, where the agency takes them."""

from dataclasses import dataclass
from datetime import datetime

from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import KEY_PROOF_SUITES, Canonicaliser, verify_key_proof
from credentials.openid.presentation_proof import ProvenPresentation, VerifyPresentation
from issuer.settings import AgencySettings


@dataclass(frozen=True, slots=True)
class PresentationProofs:
    """What looks into such proofs, and the cryptosuites that are offered; nothing of both where none are taken."""

    verify: VerifyPresentation | None = None
    suites: tuple[str, ...] = ()


def presentation_proofs(settings: AgencySettings, canonicaliser: Canonicaliser) -> PresentationProofs:
    """Return how the agency takes them."""
    if "di_vp" not in settings.proof_types:
        return PresentationProofs()
    # As for other proofs: a key in a did:key or did:jwk, and nothing is fetched.
    keys = Resolver()

    def verify(presentation: JsonObject, audience: str, now: datetime) -> ProvenPresentation:
        proof = verify_key_proof(presentation, keys, audience=audience, now=now, canonicaliser=canonicaliser)
        return ProvenPresentation(proof.key, proof.verification_method, proof.challenge)

    return PresentationProofs(verify, tuple(KEY_PROOF_SUITES))
