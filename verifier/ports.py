"""What the use cases need from outside: keeping, examining, knowing who takes part, and saying what was done."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from credentials.encoding import JsonObject
from verifier.domain.evidence import Body, Evidence
from verifier.domain.request import Answer, Attempt, Intake, Shown, Standing, VerificationRequest


class Intakes(Protocol):
    """The files of all counsellors. Every look-up names the owner: what belongs to another does not exist."""

    def add(self, intake: Intake) -> None:
        """Keep a new file."""
        ...

    def get(self, owner: str, intake_id: str) -> Intake:
        """Return a file. Raises UnknownIntake, also when it is another owner's."""
        ...

    def of(self, owner: str) -> Sequence[Intake]:
        """Return an owner's files, newest first."""
        ...

    def close(self, owner: str, intake_id: str, now: datetime) -> None:
        """Delete a file with everything in it, now. Raises UnknownIntake."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete the files whose retention has ended, and answers that nobody came back for; return how many files."""
        ...


class Requests(Protocol):
    """The requests of all files. A transition that is not allowed changes nothing and raises RequestEnded."""

    def add(self, request: VerificationRequest) -> None:
        """Keep a new request; open requests of the same file are withdrawn in the same step."""
        ...

    def get(self, owner: str, request_id: str) -> VerificationRequest:
        """Return a request. Raises UnknownRequest, also when it is another owner's."""
        ...

    def of_intake(self, owner: str, intake_id: str) -> Sequence[VerificationRequest]:
        """Return the requests of a file, newest first."""
        ...

    def newest(self, owner: str, intake_id: str) -> VerificationRequest | None:
        """Return the newest request of a file; no other is opened."""
        ...

    def waits(self, intake_id: str, now: datetime) -> bool:
        """Say whether a request of a file can still be answered, whoever's the file is."""
        ...

    def standings(self, owner: str, now: datetime) -> Mapping[str, Standing]:
        """Say of each file that was asked something, by its id, where its newest request stands; none is opened."""
        ...

    def parts(self, owner: str, request_id: str) -> Sequence[VerificationRequest]:
        """Return a request with the others of its series, the first part first. Raises UnknownRequest."""
        ...

    def by_request_path(self, path: str) -> VerificationRequest:
        """Return the request whose `request_uri` ends so. Raises UnknownRequest."""
        ...

    def by_response_path(self, path: str) -> VerificationRequest:
        """Return the request whose `response_uri` ends so. Raises UnknownRequest."""
        ...

    def mark_fetched(self, request_id: str, now: datetime) -> None:
        """Note that a wallet has read the request: soon, and a crash may lose it, so nothing may rest on it."""
        ...

    def answer(
        self,
        request_id: str,
        answer: Answer,
        *,
        return_code: str | None,
        following: VerificationRequest | None = None,
    ) -> None:
        """Take the one answer. Raises RequestEnded when there is one already or the time has passed.

        With `return_code` the answer counts only after `confirm`. With `following` it is a part of more, and that is
        kept as the request for the next one, in the same step.
        """
        ...

    def confirm(self, request_id: str, *, return_code: str, browser: str, now: datetime) -> None:
        """Accept an answer, with all its parts, whose wallet came back in the browser that asked.

        Raises NotSameBrowser.
        """
        ...

    def decline(self, request_id: str, code: str, now: datetime) -> None:
        """Note that the wallet said no. Raises RequestEnded."""
        ...

    def note_attempt(self, request_id: str, attempt: Attempt) -> None:
        """Note a refused answer, without anything of what it said; at most twenty are kept."""
        ...

    def replace(self, owner: str, request_id: str, answer: Answer) -> None:
        """Put a newly checked answer in the place of the old one. Raises NotAnswered."""
        ...

    def extend(self, owner: str, request_id: str, until: datetime, *, now: datetime, most: int) -> None:
        """Give an open request more time. Raises RequestEnded, NoMoreTime."""
        ...


@dataclass(frozen=True, slots=True)
class Presented:
    """One presentation as it came in, under the query that it answers."""

    query_id: str
    format: str
    presentation: str | JsonObject


@dataclass(frozen=True, slots=True)
class Examined:
    """A presentation that is intact and shown by its holder to us: evidence, proven or not, and all it disclosed.

    `disclosed` is what the paths of the question point into, for comparing only; None where the issuer's key could not
    be found now.
    """

    evidence: Evidence
    disclosed: JsonObject | None = field(repr=False)


class Examiner(Protocol):
    """Check presentations: integrity, authority, validity, status (see `credentials.verification`)."""

    @property
    def forget(self) -> Callable[[], None]:
        """Drop the status lists that are held: what is checked next is checked against the issuers' newest."""
        ...

    @property
    def together(self) -> Callable[[], AbstractContextManager[None]]:
        """Open a context in which presentations are checked at one moment: by one trust list, no status list twice."""
        ...

    def examine(self, presented: Presented, *, shown: Shown) -> Examined:
        """Check a new presentation. Raises RefusedAnswer when it is not intact, or not shown by its holder to us."""
        ...

    def again(self, evidence: Evidence, *, shown: Shown) -> Examined:
        """Check evidence on file once more: may it still count, is it current? Never raises for its content."""
        ...


class Scheme(Protocol):
    """The organisations of the trust list."""

    def overview_issuers(self) -> Sequence[Body]:
        """Return every body that issues overviews: the ones a complete answer covers. Raises Unavailable."""
        ...


class Secrets(Protocol):
    """Unguessable values."""

    def fresh(self) -> str:
        """Return 256 random bits as base64url."""
        ...
