"""Who works at the desk, in which role, and what that opens.

A role says what somebody is in the organisation's own login; what it opens is fixed here, and whoever has several roles
may do what any of them opens. A counsellor sees their own files. A team lead sees whose all files are, too, and hands
them over; what is in a file is shown to whoever has it, and to nobody else. An administrator and an auditor have no
files and see none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from service.errors import NotAllowed

PSEUDONYM: Final = "medewerker:"
"""What the names of people begin with that files and the audit trail bear; those of case systems begin otherwise."""


class Role(StrEnum):
    """What somebody is at the desk."""

    COUNSELLOR = "counsellor"
    TEAM_LEAD = "team_lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class May(StrEnum):
    """What a role opens."""

    COUNSEL = "counsel"
    """Files of one's own, with what clients shared."""
    LEAD = "lead"
    """Whose all files are, and handing them over."""
    LOOK = "look"
    """How things stand: counts, templates, trusted issuers. Nothing of a file."""
    MANAGE = "manage"
    """Who works here, their sessions, programs, and messages to other systems."""
    AUDIT = "audit"
    """The audit log, and a copy of it. Not for who only counsels: nobody watches over their own deeds alone."""
    CHECKS = "checks"
    """What stays of everybody's files that are gone: that they were checked, without their content."""


OPENS: Final[Mapping[Role, frozenset[May]]] = {
    Role.COUNSELLOR: frozenset({May.COUNSEL}),
    Role.TEAM_LEAD: frozenset({May.COUNSEL, May.LEAD}),
    Role.ADMINISTRATOR: frozenset({May.LOOK, May.MANAGE, May.AUDIT}),
    Role.AUDITOR: frozenset({May.LOOK, May.AUDIT, May.CHECKS}),
}


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody as the organisation's own login knows them: who, for ever (`sub`), in which roles."""

    subject: str = field(repr=False)
    roles: frozenset[Role]
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Counsellor:
    """Somebody at the desk. `owner` is the pseudonym that their files and the audit trail bear."""

    owner: str
    roles: frozenset[Role]
    name: str = field(repr=False)

    def may(self, what: May) -> bool:
        """Tell whether a role of theirs opens this."""
        return any(what in OPENS[role] for role in self.roles)

    def demand(self, what: May) -> None:
        """Raise NotAllowed unless a role of theirs opens this."""
        if not self.may(what):
            raise NotAllowed

    @property
    def counsels(self) -> bool:
        """Whether they have files."""
        return self.may(May.COUNSEL)

    @property
    def leads(self) -> bool:
        """Whether they may see whose all files are, and hand those over."""
        return self.may(May.LEAD)

    @property
    def administers(self) -> bool:
        """Whether there are screens of administration for them."""
        return self.may(May.LOOK)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who has logged in here before, and may have files."""

    owner: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """Somebody who has logged in here before: with which roles the last time, and when that was."""

    owner: str
    name: str = field(repr=False)
    roles: frozenset[Role]
    at: datetime
