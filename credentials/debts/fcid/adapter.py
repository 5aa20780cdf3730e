"""What sets one version of the FCID apart from another: its number, its events and fields, the names of its totals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, final

from credentials.debts.events import Event
from credentials.debts.fcid.names import EVENT_TABLE, EventFields


@final
@dataclass(frozen=True, slots=True)
class Adapter:
    """One version. `owed` and `settled` are its names for the two totals; the balance is `saldo` in each."""

    version: str
    owed: str
    settled: str
    by_name: Mapping[str, EventFields]
    by_event: Mapping[type[Event], EventFields]

    @classmethod
    def of(cls, version: str, *, owed: str, settled: str) -> Self:
        """Take from the table what this version has."""
        table = [
            replace(entry, fields=tuple(field for field in entry.fields if field.since <= version))
            for entry in EVENT_TABLE
            if entry.since <= version
        ]
        return cls(
            version, owed, settled, {entry.name: entry for entry in table}, {entry.event: entry for entry in table}
        )
