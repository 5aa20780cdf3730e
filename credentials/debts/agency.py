"""Organisations: the agency that speaks, and those that it names as imposing or executing a debt."""

import re
from dataclasses import dataclass
from typing import Final, final

from credentials.errors import ConfigurationError

_OIN: Final = re.compile(r"[0-9]{20}\Z")
_ABBREVIATION: Final = re.compile(r"[a-z][a-z0-9_]{0,19}\Z")


def is_oin(text: str) -> bool:
    """Tell whether the text has the form of an OIN: twenty digits (Logius, OIN-stelsel)."""
    return _OIN.match(text) is not None


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

    `coverage` lists the claim types that its register holds, so that "no debts" says of what.
    Raises ConfigurationError for an OIN or abbreviation of the wrong form.
    """

    oin: str
    name: str
    abbreviation: str
    coverage: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_oin(self.oin):
            raise ConfigurationError("an agency's OIN has twenty digits")
        if not _ABBREVIATION.match(self.abbreviation):
            raise ConfigurationError("an agency's abbreviation is 1 to 20 lower-case letters, digits and underscores")

    @property
    def organisation(self) -> Organisation:
        """The agency as other debts may name it."""
        return Organisation(self.oin, self.name)
