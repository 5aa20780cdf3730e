"""The overview of one agency for one citizen at one moment: totals over all its cases, and the open ones one by one.

The totals count every case in the agency's answer, closed ones too; a closed case adds nothing to the balance. With no
case at all it is still a statement: nothing known here, of the kinds that the agency covers, on this date. While the
agency knows its data to be deficient, the notices of that are part of the statement.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, final

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.debts.errors import InconsistentCase
from credentials.debts.notice import Notice
from credentials.debts.phase import Phase

DETAIL_SLOTS: Final = 20
"""So many open cases are stated with details in the overview; the others by their digest alone."""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What an agency knows of one citizen at `as_of`. The order of `cases` says nothing about them."""

    agency: Agency
    as_of: datetime
    cases: tuple[Case, ...]
    fcid_version: str = "4.1.0"
    bsn: Bsn | None = None
    notices: tuple[Notice, ...] = ()

    @property
    def open_cases(self) -> tuple[Case, ...]:
        """The cases with something left to pay or to come back."""
        return tuple(case for case in self.cases if case.is_open)

    @property
    def balance(self) -> int:
        """What is left to pay, over all cases."""
        return sum(case.balance for case in self.cases)

    @property
    def owed(self) -> int:
        """What was imposed, over all cases."""
        return sum(case.owed for case in self.cases)

    @property
    def settled(self) -> int:
        """What was paid, set off or remitted, over all cases."""
        return sum(case.settled for case in self.cases)

    @property
    def arrears(self) -> int:
        """What should have been paid already, over all cases."""
        return sum(case.arrears for case in self.cases)

    @property
    def highest_phase(self) -> Phase:
        """The most urgent phase of any case."""
        return max((case.phase for case in self.cases), key=lambda phase: phase.rank, default=Phase.NONE)

    @property
    def more_than_detailed(self) -> bool:
        """Tell whether there are more open cases than slots with details."""
        return len(self.open_cases) > DETAIL_SLOTS


def overview_of(
    agency: Agency,
    cases: Iterable[Case],
    as_of: datetime,
    *,
    fcid_version: str = "4.1.0",
    bsn: Bsn | None = None,
    notices: Iterable[Notice] = (),
) -> Overview:
    """Gather the cases of one citizen at one agency.

    They are ordered by a hash of their reference: the place of a case in the overview then tells nothing about its
    kind, age or amount, and is the same for every copy. Raises InconsistentCase when a reference is there twice.
    `bsn` only where the overview must state it: it is off by default. `notices` are those that stand at that moment.
    """
    ordered = sorted(cases, key=lambda case: hashlib.sha256(case.reference.encode()).digest())
    if len({case.reference for case in ordered}) != len(ordered):
        raise InconsistentCase(field="zaakkenmerk", reason="two cases have one reference")
    return Overview(
        agency=agency,
        as_of=as_of,
        cases=tuple(ordered),
        fcid_version=fcid_version,
        bsn=bsn,
        notices=tuple(notices),
    )
