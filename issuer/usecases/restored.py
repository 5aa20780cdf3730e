"""Go on after the database was put back from a backup, so that no place in a status list is ever given twice.

The records of what was issued after the backup are gone. Their places may not be given again, so fresh lists are begun;
and nobody can tell any more whether what those copies say is still so, so all of them are marked: superseded, or as the
operator says, invalid. What counts once may have been used after the backup, and is thrown away: wallets log in again.

The witness is written some seconds after the records, so it finds an older backup, and no restore to just before the
end: for that there is the command.
"""

from dataclasses import dataclass

from credentials.clock import Clock
from credentials.errors import ConfigurationError
from issuer.domain.issuance import Status
from issuer.ports import Event, Mark, Records, Store, Witness


@dataclass(frozen=True, slots=True)
class WatchRecords:
    """See at the start whether the records are those that were left; remember meanwhile how far they came."""

    store: Store
    witness: Witness

    def are_older(self) -> bool:
        """Tell whether these records lack what was in them before."""
        last = self.witness.last()
        if last is None:
            return False
        with self.store.read() as records:
            return not records.reach(last)

    def remember(self) -> None:
        """Remember how far the records are now. Raises ConfigurationError for records that are not those of before."""
        last = self.witness.last()
        with self.store.read() as records:
            if last is not None and not records.reach(last):
                # Put back beneath a running service. Written over, nothing would tell the next start.
                raise ConfigurationError("the database was put back while the service ran: start it again")
            mark = records.mark()
        if mark != last:
            self.witness.remember(mark)


@dataclass(frozen=True, slots=True)
class BeginAnew:
    """Close all status lists, mark what the records do not know, and begin a list that cannot have been in use."""

    store: Store
    clock: Clock
    witness: Witness

    def __call__(self, *, withdraw: bool = False) -> int:
        """Do it, and return the number of the new list. Lists are published by whoever calls."""
        last = self.witness.last()
        with self.store.write() as records:
            fresh = self._in(records, last, Status.INVALID if withdraw else Status.SUPERSEDED)
        with self.store.read() as records:
            # A kill before this is found at the next start, and begins anew once more, which does no harm.
            self.witness.remember(records.mark())
        return fresh

    @staticmethod
    def _in(records: Records, last: Mark | None, status: Status) -> int:
        records.forget_one_time()
        fresh = records.issuances.begin_anew(status, () if last is None else last.lists)
        records.audit(Event("records.restored", str(fresh), status.name.lower()))
        return fresh
