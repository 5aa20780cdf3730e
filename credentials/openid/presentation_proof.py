"""Key proofs of type `di_vp`: presentations with a Data Integrity proof (OpenID4VCI 1.0 appendix F.2 and F.4).

What a presentation proves is found out by whoever knows its format, and handed in; here is what the protocol makes of
it: how many there may be, each for a key of its own, and the nonce last, as in `proof`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from credentials.encoding import JsonObject
from credentials.errors import BlauweKnopError, Unavailable
from credentials.keys import PublicJwk
from credentials.openid.errors import InvalidProof
from credentials.openid.proof import ProvenKey, check_nonces, check_number, demand_different


class ProvenPresentation(NamedTuple):
    """A presentation that was signed for this issuer; whether its `challenge` is a nonce of ours is not known yet."""

    key: PublicJwk
    verification_method: str
    challenge: str | None


VerifyPresentation: TypeAlias = Callable[[JsonObject, str, datetime], ProvenPresentation]
"""Check a presentation for an issuer identifier at a moment; raise for whatever is wrong with it."""


def verify_presentation_proofs(
    presentations: Sequence[JsonObject],
    *,
    max_proofs: int,
    audience: str,
    now: datetime,
    nonce_check: Callable[[str], object],
    verify: VerifyPresentation,
) -> tuple[ProvenKey, ...]:
    """Check the proofs of one request, at least one; a credential is bound to the DID URL that each names.

    `nonce_check` is called once for each different nonce. Raises InvalidProof, InvalidNonce, InvalidCredentialRequest
    when there are more than `max_proofs`.
    """
    check_number(presentations, max_proofs)
    proven = [_verified(each, audience, now, verify) for each in presentations]
    keys = tuple(ProvenKey(each.key, each.verification_method) for each in proven)
    demand_different(keys)
    check_nonces([each.challenge for each in proven], nonce_check)
    return keys


def _verified(presentation: JsonObject, audience: str, now: datetime, verify: VerifyPresentation) -> ProvenPresentation:
    try:
        return verify(presentation, audience, now)
    except Unavailable as wrong:
        # It is the wallet's choice of host, and nothing of ours, that does not answer.
        raise InvalidProof(f"the key of the proof is not found: {wrong.detail or wrong.code}") from wrong
    except BlauweKnopError as wrong:
        raise InvalidProof(f"the key proof does not hold: {wrong.detail or wrong.code}") from wrong
