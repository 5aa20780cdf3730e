"""The holder's side of W3C tokens: what a presentation must answer, and whom the credential in it is bound to."""

from datetime import timedelta
from typing import Final

from credentials.dids import Resolver
from credentials.encoding import JsonObject
from credentials.formats.base import (
    Expectation,
    HolderBindingFailed,
    HolderBindingMissing,
    HolderKey,
    KeyResolver,
    MalformedCredential,
    SignedBy,
    StaleHolderProof,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.jwt_vc.signature_claims import SignatureClaims
from credentials.formats.vcdm import holder as holders
from credentials.keys import PublicJwk

SKEW: Final = timedelta(seconds=60)


def check_answer(claims: SignatureClaims, expected: Expectation) -> None:
    """Demand that a presentation answers us, now. Raises HolderBindingFailed and its kin."""
    if claims.nonce is None or (expected.nonce is not None and claims.nonce != expected.nonce):
        raise WrongNonce("nonce is not the expected one")
    if claims.audience is None or (expected.audience is not None and claims.audience != expected.audience):
        raise WrongAudience("aud is not the expected one")
    if claims.issued_at is None:
        raise HolderBindingFailed("iat is missing")
    if expected.on_file:
        return
    if not expected.now - expected.max_age - SKEW <= claims.issued_at <= expected.now + SKEW:
        raise StaleHolderProof("iat is outside the accepted window")
    if claims.expires_at is not None and claims.expires_at <= expected.now - SKEW:
        raise StaleHolderProof("exp has passed")
    if claims.not_before is not None and claims.not_before > expected.now + SKEW:
        raise StaleHolderProof("nbf has not come")


def refuse_audience(claims: SignatureClaims) -> None:
    """Refuse a credential that was made for somebody in particular (RFC 7519 section 4.1.3).

    Whoever is meant gets it from its holder, in a presentation that says so. Raises MalformedCredential.
    """
    if claims.audience is not None:
        raise MalformedCredential("the credential itself has an audience")


def check_bound(subject: JsonObject, confirmation: JsonObject | None, presenter: SignedBy) -> HolderKey:
    """Demand that a credential is bound to the key that signed the presentation, and return that.

    By the subject's DID, by `cnf`, or by both. Raises HolderBindingFailed, HolderBindingMissing, MalformedCredential.
    """
    method = presenter.verification_method or ""
    did = subject.get("id")
    if did is None and confirmation is None:
        raise HolderBindingMissing("the credential is bound to no key")
    if did is not None and did != method.partition("#")[0]:
        raise HolderBindingFailed("the presenter is not the subject of the credential")
    match confirmation:
        case None:
            pass
        case {"jwk": jwk}:
            if PublicJwk.parse(jwk).members != presenter.key.members:
                raise HolderBindingFailed("the credential is bound to another key")
        case {"kid": str(kid)} if kid.startswith("did:"):
            if kid != method:
                raise HolderBindingFailed("the credential is bound to another key")
        case _:
            raise MalformedCredential("cnf names no key that we can check")
    return HolderKey(presenter.key, method or None)


def named_holder(subject: JsonObject, keys: KeyResolver | None = None) -> HolderKey | None:
    """Return the key of the subject's DID where that is its own document; nothing is proven by that."""
    did = subject.get("id")
    return holders.key_of(did, keys or Resolver()) if isinstance(did, str) else None
