"""What a wallet tells of the credentials that it was given (OpenID4VCI 1.0 section 11)."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from credentials.encoding import JsonObject
from credentials.openid.errors import InvalidNotificationRequest, description_of
from credentials.openid.members import Members

MAX_BYTES: Final = 16_000


class NotificationEvent(StrEnum):
    """What became of the credentials of one response."""

    ACCEPTED = "credential_accepted"
    """They are stored."""
    FAILURE = "credential_failure"
    """They are not stored."""
    DELETED = "credential_deleted"
    """They are not stored, since the wallet's user said so."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A request to the notification endpoint. `description` is a peer's own text: for no page and no log."""

    notification_id: str = field(repr=False)
    event: NotificationEvent
    description: str | None = field(default=None, repr=False)

    def to_json(self) -> JsonObject:
        """Return the body."""
        members: JsonObject = {"notification_id": self.notification_id, "event": self.event.value}
        return {**members, "event_description": self.description} if self.description is not None else members


def parse_notification(data: bytes) -> Notification:
    """Read a notification; unknown members are ignored. Raises InvalidNotificationRequest."""
    body = Members.parse(data, "notification", InvalidNotificationRequest, max_bytes=MAX_BYTES)
    event = NotificationEvent(body.choice("event", tuple(NotificationEvent)))
    description = body.optional_text("event_description")
    # Section 11.1: the characters of an error_description.
    if description is not None and description_of(description) != description:
        raise body.refuse("event_description has characters that it may not have")
    return Notification(body.text("notification_id"), event, description)
