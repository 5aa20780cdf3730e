"""JSON Web Tokens (RFC 7519): the registered time claims, checked strictly."""

from datetime import datetime, timedelta
from typing import Final

from credentials.clock import epoch
from credentials.encoding import JsonObject
from credentials.jose.jws import InvalidToken, sign_compact
from credentials.keys import Signer

DEFAULT_SKEW: Final = timedelta(seconds=60)
# The last second of the year 9999: a later one is a number, and no moment that anything here can compare.
_MAX_NUMERIC_DATE: Final = 253_402_300_799


class ClaimError(InvalidToken):
    """A registered claim that is missing, of the wrong kind, or outside its bounds. `claim` names it."""

    code = "invalid_claim"

    def __init__(self, claim: str, reason: str) -> None:
        self.claim = claim
        self.reason = reason
        super().__init__(f"{claim} {reason}")


def sign_jwt(token_type: str, header: JsonObject, claims: JsonObject, signer: Signer) -> str:
    """Make a JWT of this `typ`."""
    return sign_compact({"typ": token_type, **header}, claims, signer)


def numeric_date(claims: JsonObject, name: str) -> int | None:
    """Return a NumericDate claim in whole seconds, None when absent. Raises ClaimError for anything else."""
    value = claims.get(name)
    if value is None and name not in claims:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ClaimError(name, "is not a number")
    if not 0 <= value <= _MAX_NUMERIC_DATE:
        raise ClaimError(name, "is out of range")
    return int(value)


def check_times(
    claims: JsonObject,
    now: datetime,
    *,
    skew: timedelta = DEFAULT_SKEW,
    max_age: timedelta | None = None,
    require: tuple[str, ...] = (),
) -> None:
    """Check `exp`, `nbf` and `iat` against a moment, with a tolerance for clocks that differ.

    `max_age` bounds how long ago `iat` was, for proofs of freshness; `iat` is then required. Raises ClaimError.
    """
    for name in require if max_age is None else (*require, "iat"):
        if name not in claims:
            raise ClaimError(name, "is missing")
    moment, tolerance = epoch(now), int(skew.total_seconds())
    expires, begins, issued = (numeric_date(claims, name) for name in ("exp", "nbf", "iat"))
    if expires is not None and moment >= expires + tolerance:
        raise ClaimError("exp", "has passed")
    if begins is not None and moment < begins - tolerance:
        raise ClaimError("nbf", "has not come")
    if issued is not None:
        if moment < issued - tolerance:
            raise ClaimError("iat", "is in the future")
        if max_age is not None and moment > issued + int(max_age.total_seconds()) + tolerance:
            raise ClaimError("iat", "is too long ago")
