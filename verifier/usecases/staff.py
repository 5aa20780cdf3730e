"""Who works at the desk: come in, see whose files there are, and hand a file over to a colleague."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

from credentials.clock import Clock
from service.oidc import LoginAttempt
from verifier.domain.errors import BadInput, NotAColleague
from verifier.domain.request import Intake
from verifier.domain.staff import Colleague, Counsellor
from verifier.ports import Colleagues, Intakes, StaffLogin
from verifier.usecases.listing import PAGE

_SHOWN_OF_PSEUDONYM: Final = 6


@final
@dataclass(frozen=True, slots=True)
class Owned:
    """A file and the name of whoever has it."""

    intake: Intake
    holder: str


@final
@dataclass(frozen=True, slots=True)
class OwnedPage:
    """Some files that somebody may hand over, newest first: page `number` of `last`."""

    files: Sequence[Owned]
    number: int
    last: int


@final
class Staff:
    """The people at the desk, and whose the files are."""

    def __init__(self, colleagues: Colleagues, intakes: Intakes, clock: Clock) -> None:
        self._colleagues = colleagues
        self._intakes = intakes
        self._clock = clock

    def welcome(self, counsellor: Counsellor) -> Counsellor:
        """Let somebody in, on record. Raises NotAColleague for who has no role."""
        if not counsellor.roles:
            self._colleagues.turned_away(counsellor.owner, self._clock.now())
            raise NotAColleague
        self._colleagues.came(counsellor, self._clock.now())
        return counsellor

    def files(self, at: Counsellor, number: int = 1) -> OwnedPage:
        """Return a page of the files that somebody may hand over, counted from 1; past the end, the last one."""
        total = self._intakes.count_all() if at.leads else self._intakes.count(at.owner)
        last = max(1, -(-total // PAGE))
        number = min(number, last)
        skip = (number - 1) * PAGE
        found = (
            self._intakes.of_all(skip=skip, most=PAGE) if at.leads else self._intakes.of(at.owner, skip=skip, most=PAGE)
        )
        names = self.names({each.owner for each in found})
        return OwnedPage([Owned(each, names[each.owner]) for each in found], number, last)

    def file(self, at: Counsellor, intake_id: str) -> Owned:
        """Return a file that somebody may hand over. Raises UnknownIntake."""
        intake = self._intakes.whose(intake_id) if at.leads else self._intakes.get(at.owner, intake_id)
        return Owned(intake, self.names([intake.owner])[intake.owner])

    def receivers(self, intake: Intake) -> Sequence[Colleague]:
        """Return those to whom this file can be handed."""
        return [each for each in self._colleagues.may_receive() if each.owner != intake.owner]

    def hand_over(self, at: Counsellor, intake_id: str, to: str) -> tuple[Intake, Colleague]:
        """Give a file to a colleague; return it, as it was, with who has it now. Raises UnknownIntake, BadInput."""
        intake = self.file(at, intake_id).intake
        receiver = next((each for each in self.receivers(intake) if each.owner == to), None)
        if receiver is None:
            raise BadInput("collega", "kies een collega uit de lijst")
        self._intakes.hand_over(intake, to, by=at.owner, now=self._clock.now())
        return intake, receiver

    def names(self, owners: Sequence[str] | set[str]) -> Mapping[str, str]:
        """Return the name of each of these; who is not known any more is called by the end of their pseudonym."""
        known = self._colleagues.names(owners)
        return {each: known.get(each, f"Medewerker {each[-_SHOWN_OF_PSEUDONYM:]}") for each in owners}

    def purge(self) -> int:
        """Forget who has not come for a year and has no file; return how many."""
        return self._colleagues.purge(self._clock.now())


@final
@dataclass(frozen=True, slots=True)
class LogIn:
    """The login at the organisation's own provider. `pseudonym` follows from a provider and somebody's name there."""

    login: StaffLogin
    staff: Staff
    pseudonym: Callable[[str, str], str]

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        return self.login.begin()

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Counsellor:
        """Return who came back. Raises LoginRefused, LoginUnavailable, and NotAColleague for who has no role."""
        employee = self.login.finish(attempt, answer)
        owner = self.pseudonym(self.login.issuer, employee.subject)
        name = employee.name or f"Medewerker {owner[-_SHOWN_OF_PSEUDONYM:]}"
        return self.staff.welcome(Counsellor(owner, employee.roles, name))
