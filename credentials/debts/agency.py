"""Organisations: the agency that speaks, and those that it names as imposing or executing a debt."""

import re
from dataclasses import dataclass
from typing import Final, final

from credentials.debts.errors import InvalidField
from credentials.debts.person import Numbering
from credentials.errors import ConfigurationError

_OIN: Final = re.compile(r"[0-9]{20}\Z")
PRIVATE_TYPES: Final = "priv_"
"""How the types of private claims begin, and no others (reference 2.2: a code begins with whose it is)."""

_ABBREVIATION: Final = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")


def is_oin(text: str) -> bool:
    """Tell whether the text has the form of an OIN: twenty digits (Logius, OIN-stelsel)."""
    return _OIN.match(text) is not None


def check_claim_type(type: str, numbering: Numbering) -> None:
    """Demand that who knows people by this number may state claims of this type. Raises InvalidField.

    A public body may state others than those named after it, as CJIB collects for many (reference 2.3).
    """
    if numbering is Numbering.CUSTOMER_NUMBER and not type.startswith(PRIVATE_TYPES):
        reason = f"a private creditor states claims whose type begins with {PRIVATE_TYPES}, and no others"
        raise InvalidField(field="type", reason=reason)


@final
@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation as a debt names it. The name may be unknown: a source often gives the OIN alone."""

    oin: str
    name: str | None = None


@final
@dataclass(frozen=True, slots=True)
class Agency:
    """The organisation whose debts these are, as it presents itself on every credential.

    `coverage` lists the claim types that its register holds, so that "no debts" says of what. A `private` creditor
    knows people by customer numbers, never by their citizen service number, and states private claims alone.
    Raises ConfigurationError for an OIN or abbreviation of the wrong form, or coverage that is not its own.
    """

    oin: str
    name: str
    abbreviation: str
    coverage: tuple[str, ...] = ()
    private: bool = False

    def __post_init__(self) -> None:
        if not is_oin(self.oin):
            raise ConfigurationError("an agency's OIN has twenty digits")
        if not _ABBREVIATION.match(self.abbreviation):
            raise ConfigurationError("an agency's abbreviation is 1 to 20 lower-case letters, digits and underscores")
        if self.private and not all(each.startswith(PRIVATE_TYPES) for each in self.coverage):
            raise ConfigurationError(f"a private creditor covers types that begin with {PRIVATE_TYPES} alone")

    @property
    def numbering(self) -> Numbering:
        """By which number the agency knows people."""
        return Numbering.CUSTOMER_NUMBER if self.private else Numbering.BSN

    @property
    def organisation(self) -> Organisation:
        """The agency as other debts may name it."""
        return Organisation(self.oin, self.name)
