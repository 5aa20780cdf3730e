"""The credentials an agency issues: two kinds of facts, each secured in two ways."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from issuer.domain.errors import UnknownConfiguration


class Kind(StrEnum):
    """What a credential states."""

    OVERVIEW = "overzicht"
    CASE = "zaak"


class Form(StrEnum):
    """How a credential is secured: the OpenID4VCI format identifier."""

    SD_JWT = "dc+sd-jwt"
    LDP = "ldp_vc"


@dataclass(frozen=True, slots=True)
class IssuedConfiguration:
    """One entry of `credential_configurations_supported`; its scope is its id."""

    id: str
    kind: Kind
    form: Form
    lifetime: timedelta


# domain.md 8.5: an overview is current for 35 days, a case for the 90 days of an intake.
OVERVIEW_LIFETIME: Final = timedelta(days=35)
CASE_LIFETIME: Final = timedelta(days=90)

CONFIGURATIONS: Final = (
    IssuedConfiguration("overzicht_sdjwt", Kind.OVERVIEW, Form.SD_JWT, OVERVIEW_LIFETIME),
    IssuedConfiguration("zaak_sdjwt", Kind.CASE, Form.SD_JWT, CASE_LIFETIME),
    IssuedConfiguration("overzicht_ldp", Kind.OVERVIEW, Form.LDP, OVERVIEW_LIFETIME),
    IssuedConfiguration("zaak_ldp", Kind.CASE, Form.LDP, CASE_LIFETIME),
)
_BY_ID: Final = {each.id: each for each in CONFIGURATIONS}


def configuration(identifier: str) -> IssuedConfiguration:
    """Return the configuration of this id. Raises UnknownConfiguration."""
    try:
        return _BY_ID[identifier]
    except KeyError as error:
        raise UnknownConfiguration from error


def known(identifiers: Collection[str]) -> tuple[str, ...]:
    """Return those of `identifiers` that we issue, in our own order, each once."""
    return tuple(each.id for each in CONFIGURATIONS if each.id in identifiers)


def require_known(identifiers: Sequence[str]) -> tuple[str, ...]:
    """Return the identifiers in our own order. Raises UnknownConfiguration when one of them is not ours, or none is."""
    if not identifiers or len(set(identifiers)) != len(identifiers):
        raise UnknownConfiguration
    for each in identifiers:
        configuration(each)
    return known(identifiers)


def rounded_times(now: datetime, lifetime: timedelta) -> tuple[datetime, datetime]:
    """Return `iat`, rounded down to the hour, and `exp`, on a day boundary.

    Everyone's credentials of one hour and day share their times, so that these link nobody (ARF ISSU_36).
    """
    issued = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    expires = datetime.combine((now + lifetime).astimezone(UTC).date(), time(), UTC)
    return issued, expires
