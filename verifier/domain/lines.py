"""The lines of a result: one debt as one organisation states it, and one organisation with all that it states."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias, final

from credentials.debts.catalogue import Rank
from credentials.debts.disclosed import DisclosedCase, DisclosedOverview
from credentials.debts.due import Due
from credentials.debts.notice import Notice
from verifier.domain.evidence import Body, Evidence, Outcome
from verifier.domain.preference import Chosen
from verifier.domain.totals import Totals

Standing: TypeAlias = Literal["goed", "let_op", "fout"]


@final
@dataclass(frozen=True, slots=True)
class CaseLine:
    """One debt as one organisation states it. `position` is its place in the answer's evidence.

    `due` is what was due of it on the day of checking; None when what was shown does not tell. `chosen` is what the
    counsellor decided of its preference.
    """

    position: int
    body: Body
    case: DisclosedCase
    evidence: Evidence
    linked: bool
    counted: bool = True
    also_at: tuple[Body, ...] = ()
    due: Due | None = None
    chosen: Chosen | None = None

    @property
    def rank(self) -> Rank | None:
        """Its preference: as the counsellor decided, or else as the issuer states it; None where neither says."""
        return self.case.preference if self.chosen is None else self.chosen.rank

    @property
    def amounts(self) -> Totals:
        """The case's own amounts; what was not shown is not known."""
        case = self.case
        # Agencies issue cases that are open; one that is closed says so by its balance.
        return Totals(case.balance, case.owed, case.settled, case.arrears, 0 if case.balance == 0 else 1)


@final
@dataclass(frozen=True, slots=True)
class Unproven:
    """Evidence that does not count, and why."""

    position: int
    evidence: Evidence
    why: str


@final
@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One organisation: what it confirms, or why it confirms nothing."""

    body: Body
    outcome: Outcome
    sentence: str
    totals: Totals
    overview: DisclosedOverview | None
    position: int | None
    shown: int
    stated: int | None
    as_of: datetime | None
    age_days: int | None
    too_old: bool
    all_shown: bool
    cases: tuple[CaseLine, ...]
    unproven: tuple[Unproven, ...]

    @property
    def states_amounts(self) -> bool:
        """Whether anything proven here is of a kind that has amounts, known or not."""
        return self.overview is not None or bool(self.cases)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What the organisation says of its own data: they are known to be deficient."""
        return self.overview.notices if self.overview is not None else ()

    @property
    def notices_hidden(self) -> bool:
        """Whether it may say so in a part of the overview that was not shown."""
        return self.overview is not None and self.overview.notices_hidden

    @property
    def complete(self) -> bool:
        """Whether everything was shown, how much it is too, and the organisation stands by it that this is all."""
        return self.all_shown and self.totals.is_exact("balance") and not self.notices and not self.notices_hidden

    @property
    def standing(self) -> Standing:
        """Good, a warning, or wrong; always shown with words, never by colour alone."""
        if any(each.evidence.outcome in ("niet_bewezen", "ingetrokken") for each in self.unproven):
            return "fout"
        if self.outcome != "bewezen" or not self.complete or self.too_old or self.unproven:
            return "let_op"
        return "goed"


@final
@dataclass(frozen=True, slots=True)
class Duplicate:
    """One debt that several organisations serve, counted once."""

    counted: CaseLine
    others: tuple[CaseLine, ...]
    certain: bool
