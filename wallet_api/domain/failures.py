"""Why the cards of an agency could not be collected, as the citizen is told it."""

from enum import StrEnum
from typing import Final

from credentials.errors import BlauweKnopError, Unavailable
from wallet_api.domain.errors import (
    CardRefused,
    CardsLater,
    CardsRefused,
    CitizenDeclined,
    Expired,
    IssuerBroken,
    IssuerBusy,
    IssuerMixedUp,
    IssuerRefused,
    NothingOffered,
    PermissionOver,
    RequestNotUnderstood,
    UnknownStep,
    WalletNotKnown,
)


class Failure(StrEnum):
    """Why an agency's cards could not be collected; the screens say it in words."""

    UNREACHABLE = "niet_bereikbaar"
    WRONG_ANSWER = "fout_antwoord"
    NOT_PROVEN = "niet_bewezen"
    DECLINED = "geweigerd"
    SKIPPED = "overgeslagen"
    MIXED_UP = "verwisseld"
    NOTHING = "niets_aangeboden"
    WALLET_NOT_KNOWN = "portemonnee_onbekend"
    NOT_UNDERSTOOD = "niet_begrepen"
    REFUSED = "niet_gegeven"
    OVER = "voorbij"
    BROKEN = "storing"
    BUSY = "te_druk"
    LATER = "later"
    UNKNOWN = "onbekende_fout"


_FAILURES: Final[tuple[tuple[type[BlauweKnopError], Failure], ...]] = (
    (CitizenDeclined, Failure.DECLINED),
    (IssuerMixedUp, Failure.MIXED_UP),
    (UnknownStep, Failure.MIXED_UP),
    (CardRefused, Failure.NOT_PROVEN),
    (NothingOffered, Failure.NOTHING),
    (Unavailable, Failure.UNREACHABLE),
    (Expired, Failure.UNREACHABLE),
    (WalletNotKnown, Failure.WALLET_NOT_KNOWN),
    (RequestNotUnderstood, Failure.NOT_UNDERSTOOD),
    (CardsRefused, Failure.REFUSED),
    (PermissionOver, Failure.OVER),
    (IssuerBroken, Failure.BROKEN),
    (IssuerBusy, Failure.BUSY),
    (CardsLater, Failure.LATER),
    # After what it is the parent of.
    (IssuerRefused, Failure.UNKNOWN),
)


def failure_of(error: BlauweKnopError) -> Failure:
    """Return what this error is to the citizen."""
    return next((failure for kind, failure in _FAILURES if isinstance(error, kind)), Failure.WRONG_ANSWER)
