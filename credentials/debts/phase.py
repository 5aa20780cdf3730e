"""How far the collection of a debt has come."""

from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """How far collection has come, in ascending order of urgency (`rank`)."""

    NONE = "geen"
    SUSPENDED = "opgeschort"
    PLAN = "regeling"
    NOTICE = "aanschrijving"
    REMINDER = "herinnering"
    FINAL_NOTICE = "aanmaning"
    WRIT = "dwangbevel"
    TRANSFERRED = "overgedragen"

    @property
    def rank(self) -> int:
        """The place in the order above: a higher rank is more urgent."""
        return _RANKS[self]


_RANKS: Final = {phase: rank for rank, phase in enumerate(Phase)}
