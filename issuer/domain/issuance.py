"""What is remembered of an issued credential: enough to withdraw it, too little to rebuild or recognise it.

A row is `reserved` before the signature and `issued` some time after it, and later what a wallet tells of it; all of
these count as issued. It holds keyed hashes of person and case, a keyed fingerprint of the facts, a place in a status
list; no claim, salt, holder key or signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from credentials.status.values import Status
from issuer.domain.configurations import IssuedConfiguration


class CopyState(StrEnum):
    """How far a copy came, as far as we know. After a crash a row stays reserved, and counts as issued."""

    RESERVED = "reserved"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Place:
    """One index in one numbered status list; never used twice."""

    list_number: int
    index: int


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy about to be signed; `notices` is the key of those that stand then (`issuer.domain.notices`)."""

    id: str
    session: str
    configuration: str
    subject_hash: str
    case_hash: str | None
    fingerprint: str
    place: Place
    issued_at: datetime
    expires_at: datetime
    notices: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """One credential that a person can get: a configuration and, for a case, which one.

    `case` is the keyed hash of the case's reference.
    """

    configuration: IssuedConfiguration
    case: str | None
    identifier: str


@dataclass(frozen=True, slots=True)
class DayOfIssue:
    """How many of the copies that were issued on one Dutch day are in which state; those that are in none left out.

    What is only reserved counts as issued.
    """

    day: date
    copies: Mapping[CopyState, int]


@dataclass(frozen=True, slots=True)
class LiveCopies:
    """The live copies of one statement about one person: which facts they state, and how many they are."""

    configuration: str
    case_hash: str | None
    fingerprint: str
    count: int


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """One time that somebody was issued something: on which (rounded) moment, and the name of the issuance session."""

    issued_at: datetime
    session: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What some copies state: a configuration and, for a case, the keyed hash of its reference."""

    configuration: str
    case_hash: str | None


@dataclass(frozen=True, slots=True)
class RecordedCopy:
    """One copy as our records know it."""

    id: str
    session: str
    statement: Statement
    place: Place
    state: CopyState
    status: Status
    reason: str | None
    issued_at: datetime
    expires_at: datetime
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListFill:
    """How far a status list is filled: of so many places so many were given out; `rest` is what all others tell."""

    number: int
    entries: int
    used: int
    rest: Status


__all__ = [
    "Copy",
    "CopyState",
    "Dataset",
    "DayOfIssue",
    "ListFill",
    "LiveCopies",
    "Place",
    "RecordedCopy",
    "Statement",
    "Status",
    "Visit",
]
