"""The credentials an agency issues: two kinds of facts, in any of several securings."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from issuer.domain.errors import UnknownConfiguration


class Kind(StrEnum):
    """What a credential states."""

    OVERVIEW = "overzicht"
    CASE = "zaak"


class Form(StrEnum):
    """The OpenID4VCI format identifier of a credential."""

    SD_JWT = "dc+sd-jwt"
    LDP = "ldp_vc"
    VC_JWT = "vc+jwt"
    VC_SD_JWT = "vc+sd-jwt"
    JWT_VC_JSON = "jwt_vc_json"
    MDOC = "mso_mdoc"


class Securing(StrEnum):
    """How a credential is secured: by a format, or, where that takes several, by a Data Integrity cryptosuite."""

    SD_JWT = "dc+sd-jwt"
    EDDSA_RDFC = "eddsa-rdfc-2022"
    ECDSA_RDFC = "ecdsa-rdfc-2019"
    ECDSA_SD = "ecdsa-sd-2023"
    VC_JWT = "vc+jwt"
    VC_SD_JWT = "vc+sd-jwt"
    JWT_VC_JSON = "jwt_vc_json"
    MDOC = "mso_mdoc"


@dataclass(frozen=True, slots=True)
class IssuedConfiguration:
    """One entry of `credential_configurations_supported`; its scope is its id."""

    id: str
    kind: Kind
    securing: Securing
    form: Form
    lifetime: timedelta


# domain.md 8.5: an overview is current for 35 days, a case for the 90 days of an intake.
_LIFETIMES: Final = {Kind.OVERVIEW: timedelta(days=35), Kind.CASE: timedelta(days=90)}

# The one table from a securing to its format, and to the name that its configurations bear.
_SECURINGS: Final = (
    (Securing.SD_JWT, Form.SD_JWT, "sdjwt"),
    (Securing.EDDSA_RDFC, Form.LDP, "ldp"),
    (Securing.ECDSA_RDFC, Form.LDP, "ldp_ecdsa"),
    (Securing.ECDSA_SD, Form.LDP, "ldp_sd"),
    (Securing.VC_SD_JWT, Form.VC_SD_JWT, "vc_sd_jwt"),
    (Securing.VC_JWT, Form.VC_JWT, "vc_jwt"),
    (Securing.JWT_VC_JSON, Form.JWT_VC_JSON, "jwt_vc_json"),
    (Securing.MDOC, Form.MDOC, "mdoc"),
)

CONFIGURATIONS: Final = tuple(
    IssuedConfiguration(f"{kind.value}_{name}", kind, securing, form, _LIFETIMES[kind])
    for securing, form, name in _SECURINGS
    for kind in Kind
)
_BY_ID: Final = {each.id: each for each in CONFIGURATIONS}

DEFAULT_SECURINGS: Final = (Securing.SD_JWT, Securing.EDDSA_RDFC)
"""What an agency issues that says nothing else."""


def configuration(identifier: str) -> IssuedConfiguration:
    """Return the configuration of this id, whether or not it is still offered. Raises UnknownConfiguration."""
    try:
        return _BY_ID[identifier]
    except KeyError as error:
        raise UnknownConfiguration from error


@dataclass(frozen=True, slots=True)
class Offered:
    """What one agency offers: the same facts in the securings of its settings, the first of them to citizens."""

    securings: tuple[Securing, ...] = DEFAULT_SECURINGS

    @property
    def configurations(self) -> tuple[IssuedConfiguration, ...]:
        """Every configuration of this agency, in the order of its settings."""
        return tuple(each for securing in self.securings for each in CONFIGURATIONS if each.securing is securing)

    @property
    def to_citizens(self) -> tuple[str, ...]:
        """What the citizen's page offers: everything once, in the first securing. Nobody should have to choose one."""
        return tuple(each.id for each in self.configurations if each.securing is self.securings[0])

    def known(self, identifiers: Collection[str]) -> tuple[str, ...]:
        """Return those of `identifiers` that are offered, in our own order, each once."""
        return tuple(each.id for each in self.configurations if each.id in identifiers)

    def require_known(self, identifiers: Sequence[str]) -> tuple[str, ...]:
        """Return the identifiers in our own order.

        Raises UnknownConfiguration when one of them is not offered, or none is.
        """
        found = self.known(identifiers)
        if not identifiers or len(found) != len(identifiers):
            raise UnknownConfiguration
        return found


def rounded_times(now: datetime, lifetime: timedelta) -> tuple[datetime, datetime]:
    """Return `iat`, rounded down to the hour, and `exp`, on a day boundary, both on the UTC clock.

    Everyone's credentials of one hour and day share their times, so that these link nobody (ARF ISSU_36).
    """
    issued = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    expires = (now + lifetime).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return issued, expires
