"""What a verification found: per check what was checked, by what, and with which outcome, in words for a person."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, final

from credentials.clock import days_between
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.formats.base import HolderKey, VerifiedClaims
from credentials.status import Status
from credentials.trust import Participant


class CheckName(StrEnum):
    """The checks, in the order in which they are made and shown."""

    SIGNATURE = "handtekening"
    HOLDER = "houder"
    ISSUER = "uitgever"
    VALIDITY = "geldigheid"
    STATUS = "status"


class CheckOutcome(StrEnum):
    """How one check went. Only FAILED and NOT_DONE of a check that was needed keep a credential from being proven."""

    PASSED = "geslaagd"
    FAILED = "mislukt"
    NOT_DONE = "niet_uitgevoerd"
    WARNING = "waarschuwing"


class Outcome(StrEnum):
    """What all checks come to. Only PROVEN may be counted."""

    PROVEN = "bewezen"
    SUPERSEDED = "verouderd"
    REVOKED = "ingetrokken"
    NOT_PROVEN = "niet_bewezen"
    UNKNOWN = "onbekend"


@final
@dataclass(frozen=True, slots=True)
class Check:
    """One check: its outcome, an explanation in plain Dutch, a stable code, and what it was checked by."""

    name: CheckName
    outcome: CheckOutcome
    explanation: str
    code: str
    by: str = ""

    def to_dict(self) -> JsonObject:
        """Return the check as the business API shows it."""
        return {
            "naam": self.name.value,
            "uitkomst": self.outcome.value,
            "uitleg": self.explanation,
            "code": self.code,
            "middel": self.by,
        }


@final
@dataclass(frozen=True, slots=True)
class Report:
    """The result of examining one presented credential.

    `claims` is there once the signature and the holder were found good, so that a page can show what was said; it may
    be relied on only where `proven` is true; with it `document`, which the paths of a query point into. `issuer` is the
    participant whose key signed, never a name from the token.
    """

    outcome: Outcome
    checks: tuple[Check, ...]
    checked_at: datetime
    format: str | None = None
    type: str | None = None
    issuer: Participant | None = None
    holder: HolderKey | None = None
    claims: JsonObject | None = field(default=None, repr=False)
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    as_of: datetime | None = None
    document: JsonObject | None = field(default=None, repr=False)

    @property
    def proven(self) -> bool:
        """Whether every check that was needed has passed."""
        return self.outcome is Outcome.PROVEN

    @property
    def age_days(self) -> int | None:
        """How many Dutch days old the facts are when checked: from their reference date, or else from the issue."""
        since = self.as_of or self.issued_at
        return None if since is None else days_between(since, self.checked_at)

    def check(self, name: CheckName) -> Check:
        """Return the line of one check."""
        return next(check for check in self.checks if check.name is name)

    @property
    def decisive(self) -> Check | None:
        """The check that kept this from being proven; None when proven."""
        if self.proven:
            return None
        # The examination ended with the last check that was reached.
        reached = [check for check in self.checks if check.code != NOT_REACHED]
        return reached[-1] if reached else None

    def to_dict(self) -> JsonObject:
        """Return the report as the business API and `blauweknop verify --json` show it."""
        issuer: JsonValue = None
        if self.issuer is not None:
            issuer = {"identifier": self.issuer.identifier, "naam": self.issuer.name}
        return {
            "uitgever": issuer,
            "type": self.type,
            "formaat": self.format,
            "bewezen": self.proven,
            "uitkomst": self.outcome.value,
            "controles": [check.to_dict() for check in self.checks],
            "afgegevenOp": _text(self.issued_at),
            "geldigTot": _text(self.valid_until),
            "peildatum": _text(self.as_of),
            "leeftijdDagen": self.age_days,
            "gecontroleerdOp": _text(self.checked_at),
            "gegevens": self.claims,
        }


NOT_ASKED: Final = "not_asked"
"""The code of a check that nobody asked for, and that therefore keeps nothing from being proven."""

NOT_REACHED: Final = "not_reached"
"""The code of a check that was not made because an earlier one ended the examination."""


@final
@dataclass(frozen=True, slots=True)
class VerifiedCredential:
    """A credential that passed all four steps."""

    claims: VerifiedClaims
    issuer: Participant
    status: Status | None
    report: Report


class VerificationFailed(BlauweKnopError):
    """A credential that is not proven. The report says which check kept it from being so."""

    code = "verification_failed"

    def __init__(self, report: Report) -> None:
        self.report = report
        decisive = report.decisive
        super().__init__(f"{decisive.name}: {decisive.code}" if decisive else report.outcome.value)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
