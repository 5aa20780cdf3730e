"""Who works here, as far as this service knows, and ending the sessions of somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from service.audit import AuditEntry
from verifier.domain.errors import UnknownColleague
from verifier.domain.staff import Counsellor, Seen
from verifier.ports import Colleagues, OpenSessions


@final
@dataclass(frozen=True, slots=True)
class User:
    """Somebody, and in how many browsers they are logged in now."""

    seen: Seen
    sessions: int


@final
@dataclass(frozen=True, slots=True)
class Users:
    """The people who have logged in here. Their roles are the provider's, and are changed there."""

    colleagues: Colleagues
    sessions: OpenSessions

    def all(self) -> Sequence[User]:
        """Return everybody who is remembered, by name."""
        count = self.sessions.open_of()
        return [User(each, count.get(each.owner, 0)) for each in self.colleagues.all()]

    def end_sessions(self, at: Counsellor, owner: str) -> tuple[Seen, int]:
        """End the sessions of somebody, on record; return who, and how many there were. Raises UnknownColleague."""
        found = next((each for each in self.colleagues.all() if each.owner == owner), None)
        if found is None:
            raise UnknownColleague
        entry = AuditEntry(action="sessions_ended", actor=at.owner, object=owner)
        return found, self.sessions.end_all(owner, entry)
