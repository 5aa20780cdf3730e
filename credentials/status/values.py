"""What a status can be: the four that this project knows, what a list literally says, and the three answers.

`Status` holds the statuses by their values in a two-bit Token Status List. `StatusResult` is what Bitstring Status
List 1.0 returns for one entry. `StatusAnswer` is what a caller acts on: valid, not valid, or could not be checked.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Self, final

from credentials.encoding import JsonObject
from credentials.status.errors import StatusError


@final
class Status(IntEnum):
    """What has become of a credential.

    SUPERSEDED is the application-specific value 3 (Token Status List section 7.1): true as of its date, and replaced by
    a newer credential since. INVALID is for a statement that was wrong.
    """

    VALID = 0
    INVALID = 1
    SUSPENDED = 2
    SUPERSEDED = 3

    @property
    def gravity(self) -> int:
        """How much it weighs where a credential has several entries: the gravest one counts."""
        return (Status.VALID, Status.SUPERSEDED, Status.SUSPENDED, Status.INVALID).index(self)


@final
@dataclass(frozen=True, slots=True)
class StatusResult:
    """What a list says at one place (Bitstring Status List 1.0 section 3.2, steps 11 to 14).

    `valid` is true for the value 0 and for no other. `message` is there for the purpose "message" only; it is for
    developers and is not to be shown to end users (section 2.1).
    """

    status: int
    purpose: str
    valid: bool
    message: str | None = None

    def to_dict(self) -> JsonObject:
        """Return the map of the specification."""
        result: JsonObject = {"status": self.status, "purpose": self.purpose, "valid": self.valid}
        return result if self.message is None else {**result, "message": self.message}


@final
class Verdict(StrEnum):
    """The three answers. NOT_CHECKED is never to be taken for VALID."""

    VALID = "valid"
    NOT_VALID = "not_valid"
    NOT_CHECKED = "not_checked"


@final
@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """One of the three answers, and why: `status` when it could be read, `error` when it could not."""

    verdict: Verdict
    status: Status | None = None
    error: StatusError | None = None

    @classmethod
    def of(cls, status: Status) -> Self:
        """Answer with a status that was read: only VALID is valid; what is superseded must be fetched anew."""
        return cls(Verdict.VALID if status is Status.VALID else Verdict.NOT_VALID, status=status)

    @classmethod
    def unknown(cls, error: StatusError) -> Self:
        """Answer that the status could not be checked."""
        return cls(Verdict.NOT_CHECKED, error=error)
