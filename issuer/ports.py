"""What the issuer's use cases need from the outside: debts, records, a login, signatures, time is handed in apart."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.encoding import JsonObject
from issuer.domain.authorisation import AccessGrant, AuthorisationCode, PushedRequest, RefreshGrant
from issuer.domain.clients import Wallets
from issuer.domain.deferral import Deferred
from issuer.domain.issuance import Copy, CopyState, DayOfIssue, LiveCopies, Place, Status
from issuer.domain.offers import Offer

SignDocument: TypeAlias = Callable[[JsonObject, datetime], JsonObject]
"""Secure a JSON-LD document of our own with a Data Integrity proof, made at this moment."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a register says of one person: their cases, and until when these are complete."""

    cases: tuple[Case, ...] = field(repr=False)
    as_of: datetime


class DebtSource(Protocol):
    """An agency's own register of debts, read when it is asked and never copied."""

    @property
    def agency(self) -> Agency:
        """Whose debts these are."""
        ...

    def cases_of(self, bsn: Bsn, as_of: datetime) -> Known:
        """Return this person's cases as they stand at a moment; none is a fact too. Raises SourceUnavailable."""
        ...

    def people(self) -> Iterable[Bsn]:
        """Go through everyone that the register knows. Raises SourceUnavailable."""
        ...

    def is_complete(self) -> bool:
        """Say whether everything in the register can be read, so that absence means something."""
        ...


@dataclass(frozen=True, slots=True)
class Event:
    """A line for the audit log: what was done to what. `subject` is a keyed hash."""

    action: str
    object: str
    outcome: str
    subject: str | None = None
    reason: str | None = None


class Offers(Protocol):
    """Offers by their secrets. Every `redeem…` succeeds once."""

    def add(self, offer: Offer) -> None:
        """Store a new offer."""
        ...

    def by_id(self, secret: str) -> Offer | None:
        """Find the offer of a link."""
        ...

    def by_reference(self, reference: str) -> Offer | None:
        """Find an offer by its public reference."""
        ...

    def by_code(self, code: str) -> Offer | None:
        """Find an offer by its pre-authorized code."""
        ...

    def by_issuer_state(self, issuer_state: str) -> Offer | None:
        """Find an offer by its issuer state."""
        ...

    def count_attempt(self, reference: str, limit: int) -> bool:
        """Count a try at the transaction code, unless the limit was reached; say whether it may be compared."""
        ...

    def redeem(self, reference: str, now: datetime) -> bool:
        """Mark the offer redeemed if it still could be; say whether this call did it."""
        ...

    def mark_collected(self, reference: str, now: datetime) -> None:
        """Remember when the first credential was fetched."""
        ...


class Authorisations(Protocol):
    """What passes between a pushed request and an access token. Every `take…` succeeds once."""

    def push(self, handle: str, request: PushedRequest, expires_at: datetime) -> None:
        """Store a pushed request."""
        ...

    def take_pushed(self, handle: str, now: datetime) -> PushedRequest | None:
        """Take a pushed request; nobody can take it again."""
        ...

    def add_code(self, code: str, authorisation: AuthorisationCode) -> None:
        """Store an authorization code."""
        ...

    def find_code(self, code: str) -> AuthorisationCode | None:
        """Look at an authorization code without using it."""
        ...

    def take_code(self, code: str, session: str, now: datetime) -> bool:
        """Use an authorization code for this issuance session; say whether this call did it."""
        ...

    def revoke_after_replay(self, code: str) -> bool:
        """End the tokens that a used code led to (RFC 9700 section 4.5); say whether the code was a used one."""
        ...

    def add_grant(self, token: str, grant: AccessGrant) -> None:
        """Store what an access token opens."""
        ...

    def find_grant(self, token: str, now: datetime) -> AccessGrant | None:
        """Return what an access token opens, unless it has expired."""
        ...

    def add_refresh(self, refresh: RefreshGrant, token: str) -> None:
        """Begin a family of refresh tokens with this one."""
        ...

    def find_refresh(self, family: str) -> RefreshGrant | None:
        """Return what the tokens of a family stand for."""
        ...

    def rotate_refresh(self, family: str, used: str, fresh: str, now: datetime) -> bool:
        """Put a new token in the place of the one used; False when that is not the family's token (any more)."""
        ...

    def end_family(self, family: str) -> None:
        """End the refresh token of a family and every access token of it."""
        ...

    def count_request(self, session: str, limit: int, now: datetime) -> bool:
        """Count a credential request and hold the session until the transaction ends; say whether it may go on."""
        ...


class Deferrals(Protocol):
    """Credential requests that wait for the register."""

    def add(self, transaction_id: str, deferred: Deferred) -> None:
        """Store a request."""
        ...

    def find(self, transaction_id: str, now: datetime) -> Deferred | None:
        """Return a request that waits, unless its time is over."""
        ...

    def take(self, transaction_id: str, now: datetime) -> bool:
        """Use it up; say whether this call did it."""
        ...


class OneTimeValues(Protocol):
    """Values that may be seen once: nonces and DPoP `jti`s."""

    def use(self, kind: str, value: str, expires_at: datetime) -> bool:
        """Remember a value; say whether this was the first time."""
        ...


class Issuances(Protocol):
    """The records of what was issued."""

    def copies_of(self, session: str, configuration: str, case_hash: str | None) -> int:
        """Count the copies made of one statement in one issuance session."""
        ...

    def free_places(self, count: int) -> Sequence[Place]:
        """Choose unused places at random in the list that is being filled. Raises StatusListsFull."""
        ...

    def reserve(self, copies: Sequence[Copy]) -> None:
        """Write rows for copies about to be signed. Raises when a place is taken after all."""
        ...

    def mark_issued(self, ids: Collection[str], now: datetime) -> None:
        """Remember that the signatures were made."""
        ...

    def note(self, ids: Collection[str], state: CopyState) -> bool:
        """Set the state of those of these copies that exist; say whether any do."""
        ...

    def count_states(self, since: datetime) -> Sequence[DayOfIssue]:
        """Count the copies issued since a moment, by day and state, the oldest day first."""
        ...

    def live(self, subject_hash: str, now: datetime) -> Sequence[LiveCopies]:
        """Return this person's copies that are valid and not expired, by statement and fingerprint."""
        ...

    def subjects_with_live_copies(self, now: datetime) -> Collection[str]:
        """Return the hashes of everyone who may hold a valid copy."""
        ...

    def mark(
        self,
        status: Status,
        now: datetime,
        *,
        subject_hash: str,
        copies: LiveCopies | None = None,
        case_hash: str | None = None,
        reason: str,
    ) -> int:
        """Set the status of a person's copies: of one statement, of one case, or all. Invalid stays invalid.

        Returns how many rows changed.
        """
        ...

    def mark_one(self, credential_id: str, status: Status, now: datetime, *, reason: str) -> int:
        """Set the status of one copy. Returns how many rows changed."""
        ...

    def statuses(self, list_number: int) -> Mapping[int, Status]:
        """Return every index of a list whose status is not valid."""
        ...

    def entries_of(self, list_number: int) -> int:
        """Return how many places a list has."""
        ...

    def list_numbers(self) -> Sequence[int]:
        """Return the numbers of the lists in use, at least the first."""
        ...


@dataclass(frozen=True, slots=True)
class Publication:
    """A signed status list as it is served."""

    kind: str
    list_number: int
    body: bytes = field(repr=False)
    media_type: str
    published_at: datetime
    expires_at: datetime
    fingerprint: str


class Publications(Protocol):
    """The last good signed status lists."""

    def latest(self, kind: str, list_number: int) -> Publication | None:
        """Return what is published under this number."""
        ...

    def publish(self, publication: Publication, *, instead_of: Publication | None) -> bool:
        """Publish this instead of what was read; False, and nothing changed, when something else stands there now."""
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
    def once(self) -> OneTimeValues:
        """Values that may be seen once."""
        ...

    @property
    def issuances(self) -> Issuances:
        """What was issued."""
        ...

    @property
    def publications(self) -> Publications:
        """Published status lists."""
        ...

    def audit(self, event: Event) -> None:
        """Append a line to the audit log."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete what has expired and return how many rows that were."""
        ...


class Store(Protocol):
    """The agency's database."""

    def write(self) -> AbstractContextManager[Records]:
        """Open a transaction that commits at the end of the block, or not at all."""
        ...

    def read(self) -> AbstractContextManager[Records]:
        """Open a look at one consistent state; nothing is written."""
        ...

    def later(self, work: Callable[[Records], None]) -> None:
        """Have this written with the next commit; a crash may lose it, so nothing may rest on it."""
        ...


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A citizen as the login provider names them."""

    bsn: Bsn
    name: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What must be remembered between sending a citizen to the login provider and their return."""

    state: str
    nonce: str
    verifier: str


class LoginProvider(Protocol):
    """Where citizens prove who they are."""

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send the citizen to, and what to remember. Raises LoginUnavailable."""
        ...

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        """Turn the answer that the browser brought into a citizen. Raises LoginRefused or LoginUnavailable."""
        ...


class WalletDirectory(Protocol):
    """The wallets that the scheme lists."""

    def wallets(self) -> Wallets:
        """Return the wallets as listed now; none when there is no list."""
        ...
