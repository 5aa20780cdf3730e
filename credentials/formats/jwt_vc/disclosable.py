"""What of a W3C document may be hidden, and hiding it (VC-JOSE-COSE sections 3.2.1 and 3.2.2)."""

from collections.abc import Collection, Mapping
from typing import Final

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject
from credentials.formats.jwt_vc.media import Kind
from credentials.formats.selective_disclosure import Concealer, Limits, Opened, RandomBytes, UnverifiedSdJwt, process
from credentials.formats.selective_disclosure.disclosures import HASH_NAME, SHA_256, Disclosures
from credentials.formats.vcdm import InvalidDocument

_SIGNATURE: Final = frozenset({"iss", "aud", "exp", "nbf", "cnf", "nonce", "vc", "vp", "crit"})

NEVER_HIDDEN: Final[Mapping[Kind, frozenset[str]]] = {
    # Section 3.2.1 names the first five; a holder who could hide one of the rest could hide who says it, since when, or
    # that it is void.
    Kind.CREDENTIAL: _SIGNATURE
    | {
        "@context",
        "type",
        "credentialStatus",
        "credentialSchema",
        "relatedResource",
        "issuer",
        "validFrom",
        "validUntil",
        "termsOfUse",
        "proof",
    },
    # A presentation is its holder's own: whoever hides its `type` only has it refused.
    Kind.PRESENTATION: _SIGNATURE | {"@context", "proof"},
}
"""Top-level names that stand behind no digest, nor have one below them."""

_NOT_ISSUED_HIDDEN: Final = {
    Kind.CREDENTIAL: NEVER_HIDDEN[Kind.CREDENTIAL],
    Kind.PRESENTATION: NEVER_HIDDEN[Kind.PRESENTATION] | {"type"},
}
_LIMITS: Final = Limits()


def conceal(
    payload: JsonObject,
    kind: Kind,
    places: Collection[ClaimsPath],
    random: RandomBytes,
    *,
    decoy_multiple: int = 1,
) -> tuple[JsonObject, list[str]]:
    """Return the payload with what stands at `places` behind digests, and the disclosures that open it.

    Raises ValueError for a place that may not be hidden or is not there.
    """
    for path in places:
        if not path or path[0] in _NOT_ISSUED_HIDDEN[kind]:
            raise ValueError("a member that says whether the document holds is not hidden")
    concealer = Concealer(random, decoy_multiple)
    try:
        hidden = concealer.conceal_at(payload, places)
    except TypeError as error:
        # The encoder of disclosures has whole numbers of 64 bits.
        raise InvalidDocument("a number in the document is out of range") from error
    hidden[HASH_NAME] = SHA_256
    return hidden, [each.decode("ascii") for each in concealer.disclosures]


def opened(
    parsed: UnverifiedSdJwt, kind: Kind, disclosures: Disclosures | None = None, limits: Limits = _LIMITS
) -> Opened:
    """Return the payload with what was disclosed (all of it unless `disclosures` says otherwise).

    Raises MalformedCredential, also for a disclosed claim that must not be hidden.
    """
    shown = parsed.disclosures if disclosures is None else disclosures
    return process(parsed.token.payload, shown, limits, NEVER_HIDDEN[kind])
