"""Write down, change and take out debts that nobody proved, and what a counsellor decides of preference."""

from collections.abc import Sequence
from typing import final

from credentials.clock import Clock
from verifier.domain.preference import Chosen, read_choice
from verifier.domain.said import SaidDebt, Written, read_written
from verifier.ports import Intakes, Preferences, SaidDebts, Secrets


@final
class Noting:
    """What a counsellor writes in a file by hand."""

    def __init__(
        self, intakes: Intakes, said: SaidDebts, preferences: Preferences, secrets: Secrets, clock: Clock
    ) -> None:
        self._intakes = intakes
        self._preferences = preferences
        self._said = said
        self._secrets = secrets
        self._clock = clock

    def of(self, owner: str, intake_id: str) -> Sequence[SaidDebt]:
        """Return what stands in a file, in the order in which it was written. Raises UnknownIntake."""
        self._intakes.get(owner, intake_id)
        return self._said.of(owner, intake_id)

    def one(self, owner: str, intake_id: str, debt_id: str) -> SaidDebt:
        """Return one of them. Raises UnknownIntake, UnknownSaidDebt."""
        self._intakes.get(owner, intake_id)
        return self._said.get(owner, intake_id, debt_id)

    def add(self, owner: str, intake_id: str, written: Written) -> SaidDebt:
        """Write a debt in a file. Raises UnknownIntake, BadInput, FileFull."""
        self._intakes.get(owner, intake_id)
        debt = read_written(written, self._secrets.fresh(), self._clock.now())
        self._said.add(owner, intake_id, debt)
        return debt

    def change(self, owner: str, intake_id: str, debt_id: str, written: Written) -> SaidDebt:
        """Put what is written now in the place of a debt. Raises UnknownIntake, UnknownSaidDebt, BadInput."""
        self._intakes.get(owner, intake_id)
        debt = read_written(written, debt_id, self._clock.now())
        self._said.change(owner, intake_id, debt)
        return debt

    def remove(self, owner: str, intake_id: str, debt_id: str) -> None:
        """Take a debt out. Raises UnknownIntake, UnknownSaidDebt."""
        self._intakes.get(owner, intake_id)
        self._said.remove(owner, intake_id, debt_id, self._clock.now())

    def prefer(self, owner: str, intake_id: str, debt: str, rank: str, reason: str) -> Chosen:
        """Decide of a debt of the file's newest answer, by its name there (`verifier.domain.ranked`).

        Raises UnknownIntake, BadInput, FileFull.
        """
        self._intakes.get(owner, intake_id)
        chosen = read_choice(debt, rank, reason, self._clock.now())
        self._preferences.put(owner, intake_id, chosen)
        return chosen

    def as_stated(self, owner: str, intake_id: str, debt: str) -> None:
        """Return to what the issuer says of preference. Raises UnknownIntake."""
        self._intakes.get(owner, intake_id)
        self._preferences.remove(owner, intake_id, debt, self._clock.now())
