"""What the use cases need from outside: keeping, examining, knowing who takes part, and saying what was done."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from credentials.encoding import JsonObject
from credentials.formats import Credential
from service.audit import AuditEntry
from service.oidc import LoginAttempt
from verifier.domain.evidence import Body, Evidence
from verifier.domain.invitation import Invitation
from verifier.domain.listing import Group, Moment
from verifier.domain.notes import Compared, Note
from verifier.domain.preference import Chosen
from verifier.domain.proof_of_check import ProofOfCheck
from verifier.domain.read_back import ReadBack
from verifier.domain.reports import Deed
from verifier.domain.request import Answer, Attempt, Intake, Shown, Standing, VerificationRequest
from verifier.domain.said import SaidDebt
from verifier.domain.second_opinion import Due, Opinions, Said
from verifier.domain.staff import Colleague, Counsellor, Employee, Seen
from verifier.domain.trusted import ListStanding


class Intakes(Protocol):
    """The files of all counsellors. Every look-up names the owner: what belongs to another does not exist."""

    def add(self, intake: Intake) -> None:
        """Keep a new file."""
        ...

    def get(self, owner: str, intake_id: str) -> Intake:
        """Return a file. Raises UnknownIntake, also when it is another owner's."""
        ...

    def of(self, owner: str, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` of an owner's files at most, newest first, without the first `skip`."""
        ...

    def count(self, owner: str) -> int:
        """Say how many files an owner has."""
        ...

    def of_all(self, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` of all people's files at most, newest first, without the first `skip`; no case system's."""
        ...

    def count_all(self) -> int:
        """Say how many files people have."""
        ...

    def whose(self, intake_id: str) -> Intake:
        """Return a file whoever's it is. Raises UnknownIntake, also when it is a case system's."""
        ...

    def hand_over(self, intake: Intake, to: str, *, by: str, now: datetime) -> None:
        """Give a file with all its requests to somebody else. Raises UnknownIntake when its owner has it no more."""
        ...

    def close(self, owner: str, intake_id: str, now: datetime) -> None:
        """Delete a file with everything in it, now. Raises UnknownIntake.

        Of one with an answer a proof of check stays (`ProofsOfCheck`).
        """
        ...

    def purge(self, now: datetime) -> int:
        """Delete the files whose retention has ended, and answers that nobody came back for; return how many files.

        What stays is as with `close`.
        """
        ...


class FileLists(Protocol):
    """Lists of files. Every look-up names the owner, but for files of one reference, which a team lead sees of all."""

    def count(self, owner: str, group: Group, at: Moment) -> int:
        """Say how many files of an owner are in a group."""
        ...

    def of(self, owner: str, group: Group, at: Moment, *, skip: int, most: int) -> Sequence[Intake]:
        """Return `most` files of a group at most, the newest first, without the first `skip`."""
        ...

    def found(self, owner: str, words: Collection[str], *, most: int) -> Sequence[Intake]:
        """Return an owner's files whose references have all of these words, the newest first."""
        ...

    def same(self, owner: str | None, reference: str, *, most: int) -> Sequence[Intake]:
        """Return files of one reference, the newest first: of an owner, or with None of all people."""
        ...


class Invitations(Protocol):
    """Links for clients who are at home; of each only a hash is kept."""

    def make(self, owner: str, intake_id: str, token: str, *, now: datetime, until: datetime) -> None:
        """Keep a new invitation; an earlier one of the file works no more. Raises UnknownIntake."""
        ...

    def look(self, token: str, now: datetime) -> Invitation:
        """Return an invitation that has time left. Raises UnknownInvitation."""
        ...

    def open(self, token: str, browser: str, now: datetime) -> Invitation:
        """Give an invitation to the browser that opens it first, for ever. Raises UnknownInvitation for all others."""
        ...


class Messages(Protocol):
    """One gateway that carries a short text to a client."""

    def send(self, to: str, text: str) -> None:
        """Send a text to an address. Raises NotSent."""
        ...


class Notes(Protocol):
    """What counsellors write beside their files; it goes with the file. Every look-up names the owner of the file."""

    def of(self, owner: str, intake_id: str) -> Sequence[Note]:
        """Return the notes of a file, the newest first; nothing of another owner's."""
        ...

    def add(self, owner: str, intake_id: str, note: Note) -> None:
        """Write a note in a file, of `notes.MOST_NOTES` at most. Raises UnknownIntake, FileFull."""
        ...

    def remove(self, owner: str, intake_id: str, note_id: str, now: datetime) -> None:
        """Take a note out. Raises UnknownIntake, UnknownNote."""
        ...

    def compared(self, owner: str, intake_id: str) -> Compared | None:
        """Return by whom and when an identity document was compared. Raises UnknownIntake."""
        ...

    def compare(self, owner: str, intake_id: str, now: datetime, *, done: bool) -> None:
        """Note that an identity document was compared by the owner, or that it was not. Raises UnknownIntake."""
        ...


class SaidDebts(Protocol):
    """Debts that nobody proved, as counsellors wrote them in their files. They go with their file.

    Every look-up names the owner of the file: what belongs to another does not exist.
    """

    def of(self, owner: str, intake_id: str) -> Sequence[SaidDebt]:
        """Return what stands in a file, in the order in which it was written; nothing of another owner's."""
        ...

    def get(self, owner: str, intake_id: str, debt_id: str) -> SaidDebt:
        """Return one of them. Raises UnknownSaidDebt."""
        ...

    def add(self, owner: str, intake_id: str, debt: SaidDebt) -> None:
        """Write a debt in a file, of `said.MOST` at most. Raises UnknownIntake, FileFull."""
        ...

    def change(self, owner: str, intake_id: str, debt: SaidDebt) -> None:
        """Put a debt in the place of the one with its id. Raises UnknownIntake, UnknownSaidDebt."""
        ...

    def remove(self, owner: str, intake_id: str, debt_id: str, now: datetime) -> None:
        """Take a debt out. Raises UnknownIntake, UnknownSaidDebt."""
        ...


class Preferences(Protocol):
    """What counsellors decided of the preference of debts, as it stands in their files; it goes with its file."""

    def of(self, owner: str, intake_id: str) -> Sequence[Chosen]:
        """Return what was decided in a file; nothing of another owner's."""
        ...

    def put(self, owner: str, intake_id: str, chosen: Chosen) -> None:
        """Write a decision, in the place of the one of the same debt. Raises UnknownIntake, FileFull."""
        ...

    def remove(self, owner: str, intake_id: str, debt: str, now: datetime) -> None:
        """Take a decision out; that there is none is fine. Raises UnknownIntake."""
        ...


class Colleagues(Protocol):
    """Who has logged in at the desk. Names are kept until a year after the last time, as long as there is no file."""

    def came(self, counsellor: Counsellor, now: datetime) -> None:
        """Note, with the audit trail, that somebody came in; from now on files may be handed to them."""
        ...

    def turned_away(self, owner: str, now: datetime) -> None:
        """Note, with the audit trail, that somebody came who has no role; no file is handed to them any more."""
        ...

    def may_receive(self) -> Sequence[Colleague]:
        """Return those to whom a file can be handed, by name."""
        ...

    def names(self, owners: Collection[str]) -> Mapping[str, str]:
        """Return the names of these, as far as they are known."""
        ...

    def all(self) -> Sequence[Seen]:
        """Return everybody who is remembered, by name."""
        ...

    def purge(self, now: datetime) -> int:
        """Forget who has not come for a year and has no file; return how many."""
        ...


class Deeds(Protocol):
    """What was done, as it is on record."""

    def since(self, moment: datetime) -> Iterator[Deed]:
        """Return what was done since a moment, the oldest first."""
        ...


class OpenSessions(Protocol):
    """The sessions in which people are logged in, by the pseudonym of whose they are."""

    def open_of(self) -> Mapping[str, int]:
        """Say how many sessions each has now; who has none is left out."""
        ...

    def end_all(self, holder: str, entry: AuditEntry) -> int:
        """End the sessions of somebody, with this line of the audit log, and return how many there were."""
        ...


class StaffLogin(Protocol):
    """Where the organisation's own people prove who they are."""

    @property
    def issuer(self) -> str:
        """Who vouches for them."""
        ...

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        ...

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Employee:
        """Turn the answer that the browser brought into somebody. Raises LoginRefused or LoginUnavailable."""
        ...


class PasswordLogin(Protocol):
    """Where somebody is known by a name and a password."""

    def check(self, username: str, password: str) -> Counsellor:
        """Return who this is. Raises PasswordRefused."""
        ...


class Requests(Protocol):
    """The requests of all files. A transition that is not allowed changes nothing and raises RequestEnded."""

    def add(self, request: VerificationRequest) -> None:
        """Keep a new request; open requests of the same file are withdrawn in the same step.

        Raises UnknownIntake when the file is not its owner's any more.
        """
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

    def standings(self, owner: str, files: Collection[str], now: datetime) -> Mapping[str, Standing]:
        """Say of each of these files, by its id, where its newest request stands; no answer is opened.

        One that was asked nothing is left out, and so is one that is another owner's.
        """
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
        read_back: ReadBack | None = None,
        following: VerificationRequest | None = None,
        ask_others: bool = False,
        consulted: Mapping[str, bytes] | None = None,
    ) -> None:
        """Take the one answer. Raises RequestEnded when there is one already or the time has passed.

        With `return_code` the answer counts only after `confirm`; with `read_back` too, only after
        `HeldAnswers.release`. With `following` it is a part of more, and that is
        kept as the request for the next one, in the same step. With `ask_others` it is kept as well, in that step, that
        others are to be asked about it. `consulted` is what it was checked by, by address (`credentials.consulted`).
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

    def replace(
        self,
        owner: str,
        request_id: str,
        answer: Answer,
        *,
        ask_others: bool = False,
        consulted: Mapping[str, bytes] | None = None,
    ) -> None:
        """Put a newly checked answer, and what it was checked by, in the place of the old one.

        With `ask_others` others are asked anew. Raises NotAnswered.
        """
        ...

    def extend(self, owner: str, request_id: str, until: datetime, *, now: datetime, most: int) -> None:
        """Give an open request more time. Raises RequestEnded, NoMoreTime."""
        ...


class HeldAnswers(Protocol):
    """Answers of clients at a distance, until the code is read out that opens them."""

    def code(self, request_id: str, return_code: str, browser: str | None, now: datetime) -> ReadBack:
        """Return the code of an answer, for who holds the address that its wallet was given.

        Where it was asked in a client's own browser, in that one only. Raises UnknownRequest, also when it is over.
        """
        ...

    def release(self, owner: str, request_id: str, typed: str, now: datetime) -> None:
        """Open an answer, with all its parts, by its code: of tries at one moment no more count than there are.

        Raises RequestEnded when nothing of this owner's waits for a code, and WrongCode; after the last try the answer
        is deleted.
        """
        ...


@dataclass(frozen=True, slots=True)
class Files:
    """What is kept of clients: their files, what was asked and decided in these, and answers that wait for a code."""

    intakes: Intakes
    requests: Requests
    held: HeldAnswers
    preferences: Preferences


class Views(Protocol):
    """What accounts for somebody's looking at what a client shared, where a processing log is kept."""

    def note(self, intake_id: str, now: datetime) -> None:
        """Account for it, before it is shown. Raises LogFull."""
        ...


class ConsultedDocuments(Protocol):
    """What answers were checked by: the trust list, status lists and keys of then, as they came.

    Every look-up names the owner of the answers. A document is kept as long as an answer needs it.
    """

    def kept(self, owner: str, requests: Collection[str]) -> Collection[str]:
        """Say of which of these requests, by id, the documents are kept that their answers were checked by."""
        ...

    def of(self, owner: str, requests: Collection[str]) -> Mapping[str, Mapping[str, bytes]]:
        """Return the documents of these requests' answers, by address; requests of which none are kept are left out."""
        ...

    def taken(self, owner: str, of: str, digest: str, now: datetime) -> None:
        """Note on record that a bundle of a file, or of an answer, was taken along: `digest` is its SHA-256."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete the documents that no answer needs any more; return how many."""
        ...


class ProofsOfCheck(Protocol):
    """What stays of files that are gone.

    With an owner it is of the files that were theirs at the end, without one of everybody's.
    """

    def count(self, owner: str | None, *, since: datetime) -> int:
        """Say how many there are of files that went since then, at that moment too."""
        ...

    def of(self, owner: str | None, *, since: datetime, skip: int, most: int) -> Sequence[ProofOfCheck]:
        """Return `most` at most of files that went since then: the newest first, without the first `skip`."""
        ...

    def get(self, owner: str | None, proof_id: str) -> ProofOfCheck:
        """Return one. Raises UnknownProof."""
        ...

    def purge(self, closed_before: datetime) -> int:
        """Delete those of files that went before this moment; return how many."""
        ...


class OpinionsOnAnswers(Protocol):
    """What software of others says of the proofs in answers; it goes with the answer."""

    def next(self) -> Due | None:
        """Return the answer that waits longest for others to be asked about it."""
        ...

    def keep(self, due: Due, said: Sequence[Said], now: datetime) -> None:
        """Keep what was said of an answer, and note in the audit log where somebody came to another result.

        Nothing is kept when the answer has gone, or when others are to be asked anew meanwhile.
        """
        ...

    def of(self, requests: Collection[str]) -> Mapping[str, Opinions]:
        """Return what was said of the answers to these; those that nobody was to be asked about are left out."""
        ...

    def disputed(self) -> int:
        """Say of how many answers on file others say something else than we do."""
        ...


class OtherSoftware(Protocol):
    """Software that others wrote, which checks W3C proofs."""

    def of(self, contents: Sequence[Credential]) -> Sequence[Said]:
        """Return what is said of each presentation, in order. Raises Unavailable where nobody can be asked now."""
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
    def together(self) -> Callable[[], AbstractContextManager[Mapping[str, bytes]]]:
        """Open a context in which presentations are checked at one moment: by one trust list, no status list twice.

        It gathers the documents that they are checked by, by address, the trust list too (`credentials.consulted`).
        """
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

    def standing(self) -> ListStanding:
        """Say how the trust list stands, and who may issue by it; also when it has expired."""
        ...


class Secrets(Protocol):
    """Unguessable values."""

    def fresh(self) -> str:
        """Return 256 random bits as base64url."""
        ...
