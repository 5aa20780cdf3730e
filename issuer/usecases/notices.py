"""Say that the agency's data are known to be deficient, and that they no longer are (ADR 23).

The notice is written first: from then on every overview that is issued bears it. Then what was issued without it
becomes SUPERSEDED, in steps, and that is published, so that wallets fetch anew: without waiting for the batch of the
day, as every card changes and so none tells of anybody. A crash in between loses no notice; the job and the daily look
for changed debts go on with the steps. When the notice ends it goes the same way back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from credentials.clock import Clock, dutch_day
from credentials.debts.errors import InvalidNotice
from credentials.debts.notice import Notice
from issuer.domain.errors import NoticeNotFound
from issuer.domain.issuance import Status
from issuer.domain.notices import Outdated, RecordedNotice, check_room, outdated
from issuer.ports import Event, Records, Store
from issuer.usecases.batch import ShowChanges
from issuer.usecases.publish import PublishStatus

REASON: Final = "melding"
# So long after a change the job looks again: another process may have read the notices before it, and written after.
_RECENT: Final = timedelta(days=1)
_AT_ONCE: Final = 1_000
# What the column of a number holds.
_HIGHEST: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NoticeChanged:
    """A notice that was added or ended, and how many copies that made outdated. Nothing was done when it is `dry`."""

    recorded: RecordedNotice
    superseded: int
    dry: bool = False


@dataclass(frozen=True, slots=True)
class SupersedeOutdated:
    """Mark what was issued while other notices stood than now. `show` where changes are shown in a batch."""

    store: Store
    clock: Clock
    publish: PublishStatus
    show: ShowChanges | None

    def __call__(self) -> int:
        """Mark it in steps, show it, and return how many copies that were."""
        with self.store.read() as records:
            found = self._found(records, records.notices.all())
        superseded = sum(self._mark(each) for each in found)
        if superseded and self.show is not None:
            self.show.until(self.clock.now())
        elif superseded:
            self.publish()
        return superseded

    def after_a_change(self) -> int:
        """Do so if a notice came, began or went lately; else nothing is looked through."""
        now = self.clock.now()
        with self.store.read() as records:
            changed = any(each.changed_between(now - _RECENT, now) for each in records.notices.all())
        return self() if changed else 0

    def would_be(self, recorded: Sequence[RecordedNotice]) -> int:
        """Count what would be outdated if these were the notices."""
        with self.store.read() as records:
            found = self._found(records, recorded)
            return sum(records.issuances.count_outdated(each, self.clock.now()) for each in found)

    def _found(self, records: Records, recorded: Sequence[RecordedNotice]) -> Sequence[Outdated]:
        now = self.clock.now()
        return outdated(records.issuances.keys_of_live(now), recorded, dutch_day(now))

    def _mark(self, those: Outdated) -> int:
        superseded, last = 0, ""
        while found := self._some(those, last):
            superseded, last = superseded + len(found), found[-1]
        return superseded

    def _some(self, those: Outdated, after: str) -> Sequence[str]:
        now = self.clock.now()
        with self.store.write() as records:
            found = records.issuances.supersede_outdated(those, now, after=after, most=_AT_ONCE, reason=REASON)
            if found:
                told = f"{Status.SUPERSEDED.name.lower()} {len(found)}"
                records.audit(Event("credentials.superseded", f"notices {those.key or 'none'}", told, reason=REASON))
            return found


@dataclass(frozen=True, slots=True)
class KeepNotices:
    """The agency's notices: add one, end one, see them all. `coverage` are the kinds of claims in its register."""

    store: Store
    clock: Clock
    supersede: SupersedeOutdated
    coverage: Collection[str] = ()

    def today(self) -> date:
        """Return the Dutch day that it is."""
        return dutch_day(self.clock.now())

    def all(self) -> Sequence[RecordedNotice]:
        """Return every notice, also those that were ended, the oldest first."""
        with self.store.read() as records:
            return records.notices.all()

    def add(self, notice: Notice, *, dry_run: bool = False, actor: str | None = None) -> NoticeChanged:
        """Add a notice; `actor` is the pseudonym of who did, at the desk.

        Raises TooManyNotices, and InvalidNotice for kinds that the agency does not have.
        """
        if self.coverage and not set(notice.kinds) <= set(self.coverage):
            raise InvalidNotice("a kind that this agency does not cover")
        if dry_run:
            known = self.all()
            check_room(known)
            would = RecordedNotice(max((each.number for each in known), default=0) + 1, notice, self.clock.now())
            return NoticeChanged(would, self.supersede.would_be([*known, would]), dry=True)
        with self.store.write() as records:
            recorded = records.notices.add(notice, self.clock.now())
            records.audit(Event("notice.added", str(recorded.number), _period(notice), reason=notice.what, actor=actor))
        return NoticeChanged(recorded, self.supersede())

    def end(self, number: int, *, dry_run: bool = False, actor: str | None = None) -> NoticeChanged:
        """End a notice: the data are right again, or it was a mistake. Raises NoticeNotFound."""
        if not 0 < number <= _HIGHEST:
            raise NoticeNotFound
        if dry_run:
            known = self.all()
            found = next((each for each in known if each.number == number and each.ended_at is None), None)
            if found is None:
                raise NoticeNotFound
            rest = [each for each in known if each.number != number]
            ended = RecordedNotice(number, found.notice, found.added_at, self.clock.now())
            return NoticeChanged(ended, self.supersede.would_be([*rest, ended]), dry=True)
        with self.store.write() as records:
            recorded = records.notices.end(number, self.clock.now())
            records.audit(Event("notice.ended", str(number), "done", actor=actor))
        return NoticeChanged(recorded, self.supersede())


def _period(notice: Notice) -> str:
    days = (notice.first_day, notice.last_day, notice.expected_end)
    return " ".join(["-" if day is None else day.isoformat() for day in days] + [",".join(notice.kinds) or "all"])
