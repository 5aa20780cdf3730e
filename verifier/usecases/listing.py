"""What a counsellor looks for among their files: what waits, what came, what is of today; and a reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from credentials.clock import Clock, dutch_day, start_of_day
from verifier.domain.listing import FilePage, Group, Moment
from verifier.domain.reference import typed_words
from verifier.domain.request import Intake, Standing
from verifier.domain.staff import Counsellor
from verifier.ports import FileLists, Requests

PAGE: Final = 25
"""How many files a page shows."""
SHOWN: Final = 8
"""How many of each group the first page shows."""
MOST_SAME: Final = 5


@final
@dataclass(frozen=True, slots=True)
class Found:
    """Files that were searched; `more`: there are others."""

    files: Sequence[tuple[Intake, Standing | None]]
    more: bool


@final
class Listing:
    """The lists of one desk."""

    def __init__(self, lists: FileLists, requests: Requests, clock: Clock) -> None:
        self._lists = lists
        self._requests = requests
        self._clock = clock

    def first_page(self, owner: str) -> Sequence[tuple[Group, FilePage]]:
        """Return the first files of each group; a group without any is left out."""
        pages = [(group, self.group(owner, group, most=SHOWN)) for group in Group]
        return [(group, page) for group, page in pages if page.total]

    def group(self, owner: str, group: Group, number: int = 1, *, most: int = PAGE) -> FilePage:
        """Return a page of a group, counted from 1; past the end, the last one."""
        at = self._now()
        total = self._lists.count(owner, group, at)
        last = max(1, -(-total // most))
        number = min(number, last)
        found = self._lists.of(owner, group, at, skip=(number - 1) * most, most=most) if total else ()
        return FilePage(self._standing(owner, found), number, last, total)

    def search(self, owner: str, text: str) -> Found:
        """Return the files whose reference has all words of a text. Raises BadInput."""
        found = self._lists.found(owner, typed_words(text), most=PAGE + 1)
        return Found(self._standing(owner, found[:PAGE]), len(found) > PAGE)

    def same(self, at: Counsellor, reference: str) -> Sequence[Intake]:
        """Return files that have this reference already: one's own; for a team lead, everybody's."""
        return self._lists.same(None if at.leads else at.owner, reference, most=MOST_SAME)

    def earlier(self, intake: Intake) -> Sequence[Intake]:
        """Return its owner's files of the same reference that were opened before this one, the newest first."""
        found = self._lists.same(intake.owner, intake.reference, most=MOST_SAME)
        return [each for each in found if each.id != intake.id and each.opened_at < intake.opened_at]

    def _standing(self, owner: str, found: Sequence[Intake]) -> Sequence[tuple[Intake, Standing | None]]:
        standings = self._requests.standings(owner, [each.id for each in found], self._clock.now())
        return [(each, standings.get(each.id)) for each in found]

    def _now(self) -> Moment:
        now = self._clock.now()
        return Moment(now, start_of_day(dutch_day(now)))
