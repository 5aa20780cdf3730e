"""The agency's database: transactions, the audit log in them, and what tells whether they are all there."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from issuer.ports.changes import Changes
from issuer.ports.grants import Authorisations, Deferrals, Offers, OneTimeValues, WalletLogins
from issuer.ports.issued import Issuances, Notices, Publications
from issuer.ports.running import Failures, JobRuns
from service.processing_log.actions import LogLine
from service.webhooks.messages import Announcement


@dataclass(frozen=True, slots=True)
class Event:
    """A line for the audit log: what was done to what. `subject` is a keyed hash.

    `actor` is the pseudonym of who did it, where that was neither the citizen nor the agency's machine.
    """

    action: str
    object: str
    outcome: str
    subject: str | None = None
    reason: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the records had come at some moment: the last line of the audit log, and the status lists begun."""

    audited: int
    audit_hash: bytes
    lists: tuple[int, ...]


class Witness(Protocol):
    """Remembers, outside the records, how far they had come; a restored backup cannot take it back with it."""

    def last(self) -> Mark | None:
        """Return what was remembered last, if anything."""
        ...

    def remember(self, mark: Mark) -> None:
        """Remember this instead."""
        ...


class Records(Protocol):
    """One transaction on the agency's database."""

    @property
    def offers(self) -> Offers:
        """Offers."""
        ...

    @property
    def authorisations(self) -> Authorisations:
        """Pushed requests, codes and access tokens."""
        ...

    @property
    def deferrals(self) -> Deferrals:
        """Requests that wait."""
        ...

    @property
    def wallet_logins(self) -> WalletLogins:
        """Logins with a wallet."""
        ...

    @property
    def once(self) -> OneTimeValues:
        """Values that may be seen once."""
        ...

    @property
    def issuances(self) -> Issuances:
        """What was issued."""
        ...

    @property
    def notices(self) -> Notices:
        """Notices of known deficient data."""
        ...

    @property
    def changes(self) -> Changes:
        """Changes in the register that wait to be looked at."""
        ...

    @property
    def publications(self) -> Publications:
        """Published status lists."""
        ...

    @property
    def failures(self) -> Failures:
        """How often something went wrong for somebody."""
        ...

    @property
    def job_runs(self) -> JobRuns:
        """When housekeeping was last done."""
        ...

    def announce(self, event: Announcement) -> None:
        """Have the agency's own systems told of this, if they want to be; with this transaction, or not at all."""
        ...

    def process(self, line: LogLine) -> None:
        """Write a line of the processing log, if one is kept; with this transaction, or not at all. Raises LogFull."""
        ...

    def audit(self, event: Event) -> None:
        """Append a line to the audit log."""
        ...

    def forget_one_time(self) -> None:
        """Delete everything that counts once or opens something: offers, codes, tokens, requests that wait."""
        ...

    def mark(self) -> Mark:
        """Return how far these records have come."""
        ...

    def reach(self, mark: Mark) -> bool:
        """Tell whether these records are the ones that came so far, or went on from there."""
        ...


class Store(Protocol):
    """The agency's database."""

    @property
    def keeps_log(self) -> bool:
        """Whether a processing log is kept."""
        ...

    def write(self) -> AbstractContextManager[Records]:
        """Open a transaction that commits at the end of the block, or not at all."""
        ...

    def read(self) -> AbstractContextManager[Records]:
        """Open a look at one consistent state; nothing is written."""
        ...

    def later(self, work: Callable[[Records], None]) -> None:
        """Have this written soon; a crash may lose it, so nothing may rest on it."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete what has expired, in transactions of its own, and return how many rows that were."""
        ...
