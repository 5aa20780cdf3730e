"""What a sealed document consists of, beside its pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, final

FIELD: Final = "zegel"
"""The name of the one signature field."""

PROOFS: Final = "bewijzen.json"
"""The attachment that holds the credentials: an overview download (`credentials.verification.bundle`)."""

OPEN_PROOFS: Final = "kaartjes.json"
"""The same in a document that nobody sealed: by another name, so that a seal which was taken off is missed."""

STATUS_LISTS: Final = "statuslijsten.json"
"""The attachment that holds the status lists of these as they stood: `{"<address>": "<token>"}`."""

MAX_BYTES: Final = 16 << 20
"""How large a sealed document may be, and how large its attachments together."""


class Relationship(StrEnum):
    """What an attachment is to the document (ISO 19005-3 section 6.8, ISO 32000-2 table 43)."""

    DATA = "Data"
    SUPPLEMENT = "Supplement"


@final
@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the document."""

    name: str
    description: str
    media_type: str
    relationship: Relationship
    content: bytes = field(repr=False)


@final
@dataclass(frozen=True, slots=True)
class Description:
    """What the document says of itself. `language` is a tag of RFC 3066, `seal` names the seal for who cannot see.

    Without `seal` there is to be none, and no `reason` for one.
    """

    title: str
    author: str
    language: str
    seal: str | None
    reason: str | None
    made_at: datetime


@final
@dataclass(frozen=True, slots=True)
class SealedPdf:
    """A document whose seal holds: all of its bytes are as they were when the key of `x5c` sealed them.

    Whose key that is, and whether it may be believed, is not said here. `claimed_at` is the sealer's own word for when;
    `stamped_at` that of a time-stamping authority, and counts only where `stamp_checked`.
    """

    x5c: tuple[bytes, ...]
    claimed_at: datetime
    stamped_at: datetime | None
    stamp_checked: bool
    attachments: Mapping[str, bytes] = field(repr=False)

    @property
    def sealed_at(self) -> datetime:
        """When it was sealed, by the best word there is."""
        return self.stamped_at if self.stamped_at is not None and self.stamp_checked else self.claimed_at


def pdf_date(moment: datetime) -> str:
    """Write a moment as PDF does (ISO 32000-1 section 7.9.4), in UTC."""
    return f"D:{moment.astimezone(UTC):%Y%m%d%H%M%S}Z"
