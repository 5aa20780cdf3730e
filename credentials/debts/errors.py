"""What can be wrong with debts as an agency hands them over: one class, and so one stable code, per kind of fault.

A fault says where it is (file, line, field) and never what stood there. Whoever finds a fault deep down knows at most
the event and the field; whoever reads the file adds the file and the line with `located`.
"""

from typing import Self

from credentials.errors import BlauweKnopError, MalformedInput


class SourceError(BlauweKnopError):
    """A file of debts that is refused: nothing of that file is taken in.

    `field` is a path of member names and positions; `event` is the position of the event in the sequence that was
    handed over, for a caller who knows on which line that event stands; `other` that of the event it does not go with.
    """

    code = "source_invalid"

    def __init__(
        self,
        file: str = "",
        line: int = 0,
        field: str = "",
        reason: str = "",
        *,
        event: int | None = None,
        other: int | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.field = field
        self.reason = reason
        self.event = event
        self.other = other
        place = ", ".join(
            part for part in (file, f"line {line}" if line else "", f"field {field}" if field else "") if part
        )
        super().__init__(f"{place}: {reason}" if place else reason)

    def located(self, file: str, line: int, field: str) -> Self:
        """Return the same fault with the place where it stands in a file."""
        return type(self)(file, line, field, self.reason, event=self.event, other=self.other)

    def beside(self, place: str) -> Self:
        """Return the same fault with the place of the other event in its reason."""
        reason = f"{self.reason} ({place} too)"
        return type(self)(self.file, self.line, self.field, reason, event=self.event, other=self.other)


class MalformedSource(SourceError):
    """The file is not well-formed: not JSON, not UTF-8, too large, too deep."""

    code = "source_malformed"


class DuplicateMember(SourceError):
    """An object has two members of one name, so that it could be read in two ways."""

    code = "source_duplicate_member"


class UnsupportedVersion(SourceError):
    """The document is of a kind or version that is not known here."""

    code = "source_version_unsupported"


class MissingField(SourceError):
    """A field that must be there is not there."""

    code = "source_field_missing"


class InvalidField(SourceError):
    """A field holds something else than its definition allows."""

    code = "source_field_invalid"


class UnknownEventType(SourceError):
    """An event of a type that this version of the document does not have: its effect on the balance is unknown."""

    code = "source_event_type_unknown"


class ForeignCurrency(SourceError):
    """An amount in another currency than the euro. Nothing is ever converted."""

    code = "source_currency_foreign"


class EventCollision(SourceError):
    """Two events of one id differ, while events never change."""

    code = "source_event_collision"


class EventAfterBalanceDate(SourceError):
    """An event was registered after the moment for which the document states the balance."""

    code = "source_event_after_balance_date"


class UnresolvedReference(SourceError):
    """An event refers to an event that is not in the case, is of the wrong kind, or came later."""

    code = "source_reference_unresolved"


class TotalsMismatch(SourceError):
    """A total that the document states is not the total of its events."""

    code = "source_totals_mismatch"


class InconsistentCase(SourceError):
    """The parts of a case contradict each other."""

    code = "source_case_inconsistent"


class EmptyCase(SourceError):
    """No obligation had been imposed at the reference date: there is no case yet."""

    code = "source_case_empty"


class InvalidPerson(MalformedInput):
    """Not a number by which this organisation knows people."""

    code = "invalid_person"


class InvalidBsn(InvalidPerson):
    """Not a citizen service number: nine digits that pass the eleven test."""

    code = "invalid_bsn"


class InvalidCustomerNumber(InvalidPerson):
    """Not a customer number: 1 to 40 letters and digits, with . _ / - inside."""

    code = "invalid_customer_number"


class InvalidNotice(MalformedInput):
    """A notice of known deficient data that does not keep to its rules; the detail says which, and quotes nothing."""

    code = "invalid_notice"


class MalformedClaims(MalformedInput):
    """Claims in a credential that are not of the type that their name promises. The detail names the path only."""

    code = "malformed_claims"


class UnknownCredentialType(MalformedInput):
    """A credential of another type than the debt overview and the debt case."""

    code = "unknown_credential_type"
