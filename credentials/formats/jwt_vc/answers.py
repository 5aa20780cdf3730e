"""A card that was read, as formats answer it: to its holder, not verified, and to a verifier, proven."""

from credentials.encoding import JsonObject
from credentials.formats.base import Credential, HeldView, HolderKey, SignedBy, VerifiedClaims
from credentials.formats.jwt_vc.cards import Card, earliest, latest
from credentials.formats.jwt_vc.signature_claims import SignatureClaims
from credentials.formats.selective_disclosure.processing import Path


def held_view(
    format: str,
    card: Card,
    claims: SignatureClaims,
    holder: HolderKey | None,
    x5c: tuple[bytes, ...],
    *,
    always_disclosed: JsonObject | None = None,
    paths: tuple[Path, ...] = (),
) -> HeldView:
    """Return what a holder sees; all of it is always disclosed unless `always_disclosed` says what is."""
    return HeldView(
        format=format,
        type=card.type,
        types=card.types,
        claims=card.claims,
        always_disclosed=card.claims if always_disclosed is None else always_disclosed,
        paths=paths,
        issuer=card.read.issuer,
        x5c=x5c,
        holder=holder,
        issued_at=claims.issued_at or card.read.valid_from,
        # A signature that is over proves nothing, so the narrower of the two periods counts.
        valid_from=latest(card.read.valid_from, claims.not_before),
        valid_until=earliest(card.read.valid_until, claims.expires_at),
        status=card.status,
        document=card.document,
    )


def verified_claims(
    format: str,
    card: Card,
    claims: SignatureClaims,
    signed_by: SignedBy,
    holder: HolderKey | None,
    *,
    raw: Credential,
) -> VerifiedClaims:
    """Return what a verifier learns."""
    return VerifiedClaims(
        format=format,
        type=card.type,
        types=card.types,
        claims=card.claims,
        signed_by=signed_by,
        holder=holder,
        issued_at=claims.issued_at or card.read.valid_from,
        valid_from=latest(card.read.valid_from, claims.not_before),
        valid_until=earliest(card.read.valid_until, claims.expires_at),
        status=card.status,
        raw=raw,
        document=card.document,
    )
