"""What the agency said of changes in its register, and what remains to be looked at."""

from dataclasses import dataclass, field

from credentials.debts.person import Person


@dataclass(frozen=True, slots=True)
class NotedChange:
    """Something changed for a person, or, without one, maybe for anybody. `mark` tells one word of it from another."""

    subject_hash: str
    person: Person | None = field(repr=False)
    mark: bytes = field(repr=False)
