"""The four statuses of this project, with the values they have in a two-bit Token Status List."""

from enum import IntEnum
from typing import final


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
