"""Write notes beside a file, and that an identity document was compared."""

from collections.abc import Sequence
from typing import final

from credentials.clock import Clock
from verifier.domain.notes import Compared, Note, read_note
from verifier.ports import Intakes, Notes, Secrets


@final
class FileNotes:
    """What a counsellor writes beside a file."""

    def __init__(self, intakes: Intakes, notes: Notes, secrets: Secrets, clock: Clock) -> None:
        self._intakes = intakes
        self._notes = notes
        self._secrets = secrets
        self._clock = clock

    def of(self, owner: str, intake_id: str) -> Sequence[Note]:
        """Return the notes of a file, the newest first. Raises UnknownIntake."""
        self._intakes.get(owner, intake_id)
        return self._notes.of(owner, intake_id)

    def add(self, owner: str, intake_id: str, text: str) -> None:
        """Write a note in a file. Raises UnknownIntake, BadInput, FileFull."""
        self._intakes.get(owner, intake_id)
        self._notes.add(owner, intake_id, Note(self._secrets.fresh(), read_note(text), owner, self._clock.now()))

    def remove(self, owner: str, intake_id: str, note_id: str) -> None:
        """Take a note out. Raises UnknownIntake, UnknownNote."""
        self._notes.remove(owner, intake_id, note_id, self._clock.now())

    def compared(self, owner: str, intake_id: str) -> Compared | None:
        """Return by whom and when an identity document was compared. Raises UnknownIntake."""
        return self._notes.compared(owner, intake_id)

    def compare(self, owner: str, intake_id: str, *, done: bool) -> None:
        """Note that it was done, or that it was not. Raises UnknownIntake."""
        self._notes.compare(owner, intake_id, self._clock.now(), done=done)
