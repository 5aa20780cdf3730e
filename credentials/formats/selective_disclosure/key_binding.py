"""The holder's token over one presentation: KB-JWT (RFC 9901 section 4.3)."""

from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.formats.base import (
    Expectation,
    HolderBindingFailed,
    HolderBindingMissing,
    StaleHolderProof,
    WrongAudience,
    WrongNonce,
)
from credentials.formats.selective_disclosure.disclosures import SHA_256, digest
from credentials.jose import InvalidToken, UnverifiedToken, sign_jwt
from credentials.jose.jwt import ClaimError, numeric_date
from credentials.keys import InvalidSignature, PublicJwk, Signer

TYPE: Final = "kb+jwt"
SKEW: Final = timedelta(seconds=60)
_MAX_CHARACTERS: Final = 16_000


def make(
    signed_part: str,
    holder: Signer,
    *,
    audience: str,
    nonce: str,
    now: datetime,
    hash_name: str = SHA_256,
    more: JsonObject | None = None,
) -> str:
    """Make the KB-JWT for the text up to and including the last `~`; `hash_name` is that of the SD-JWT's digests.

    `more` are claims that a protocol adds (RFC 9901 section 4.3).
    """
    claims: JsonObject = {
        **(more or {}),
        "iat": epoch(now),
        "aud": audience,
        "nonce": nonce,
        "sd_hash": digest(signed_part.encode("ascii"), hash_name),
    }
    return sign_jwt(TYPE, {}, claims, holder)


def check(
    compact: str | None,
    signed_part: str,
    holder: PublicJwk | None,
    expected: Expectation,
    hash_name: str = SHA_256,
) -> None:
    """Check the holder's proof as it was expected (RFC 9901 section 7.3). Raises HolderBindingFailed and its kin.

    `hash_name` is that of the SD-JWT's digests (section 4.3.1).
    """
    if not expected.holder_binding:
        # RFC 9901 section 7.2: a holder refuses a credential that comes with somebody's key binding.
        if compact is not None:
            raise HolderBindingMissing("a holder's proof came that was not asked for")
        return
    if compact is None:
        raise HolderBindingMissing("the presentation has no key binding")
    if holder is None:
        raise HolderBindingMissing("the credential is bound to no key")
    claims = _verified(compact, holder)
    # RFC 9901 section 7.3, step 5.7: over the text as received, the last ~ included.
    if claims.get("sd_hash") != digest(signed_part.encode("ascii"), hash_name):
        raise HolderBindingFailed("sd_hash is not that of this presentation")
    audience, nonce = claims.get("aud"), claims.get("nonce")
    if not isinstance(audience, str) or (expected.audience is not None and audience != expected.audience):
        raise WrongAudience("aud is not the expected one")
    if not isinstance(nonce, str) or (expected.nonce is not None and nonce != expected.nonce):
        raise WrongNonce("nonce is not the expected one")
    _check_age(claims, expected)


def _verified(compact: str, holder: PublicJwk) -> JsonObject:
    try:
        token = UnverifiedToken.parse(compact, max_characters=_MAX_CHARACTERS)
        token.require_type(TYPE)
        return token.verify(holder).payload
    except InvalidSignature as error:
        raise HolderBindingFailed("the key binding is not signed by the holder's key") from error
    except InvalidToken as error:
        raise HolderBindingFailed(error.detail) from error


def _check_age(claims: JsonObject, expected: Expectation) -> None:
    try:
        issued = numeric_date(claims, "iat")
        expires = numeric_date(claims, "exp")
    except ClaimError as error:
        raise HolderBindingFailed(error.detail) from error
    if issued is None:
        raise HolderBindingFailed("iat is missing")
    if expected.on_file:
        return
    now, skew = epoch(expected.now), int(SKEW.total_seconds())
    if issued > now + skew or issued < now - int(expected.max_age.total_seconds()) - skew:
        raise StaleHolderProof("iat is outside the accepted window")
    if expires is not None and expires <= now - skew:
        raise StaleHolderProof("exp has passed")
