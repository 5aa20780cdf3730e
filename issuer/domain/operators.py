"""Who works at an agency's desk, and what each may do there.

A role says what somebody is in the agency's own login; what it opens is fixed here. Whoever has several roles may do
what any of them opens.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from service.errors import NotAllowed


class Role(StrEnum):
    """What somebody is at the desk."""

    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class May(StrEnum):
    """What a role opens."""

    LOOK = "look"
    """How things stand: counts, issuances, the register, status lists."""
    CHANGE = "change"
    """Withdraw, replace and import."""
    MANAGE = "manage"
    """Notices of deficient data, the signing keys, and what is kept how long."""
    AUDIT = "audit"
    """The audit log, and a copy of it. Not for who only acts: nobody watches over their own deeds alone."""


OPENS: Final[Mapping[Role, frozenset[May]]] = {
    Role.OPERATOR: frozenset({May.LOOK, May.CHANGE}),
    Role.ADMINISTRATOR: frozenset(May),
    Role.AUDITOR: frozenset({May.AUDIT}),
}


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody as the agency's own login knows them: who, for ever (`sub`), in which roles."""

    subject: str = field(repr=False)
    roles: frozenset[Role]
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody at the desk. `actor` is the pseudonym under which their deeds are on record."""

    actor: str
    roles: frozenset[Role]
    name: str | None = field(default=None, repr=False)

    def may(self, what: May) -> bool:
        """Tell whether a role of theirs opens this."""
        return any(what in OPENS[role] for role in self.roles)

    def demand(self, what: May) -> None:
        """Raise NotAllowed unless a role of theirs opens this."""
        if not self.may(what):
            raise NotAllowed
