"""What a wallet tells of credentials, and what is none of it."""

import json

import pytest

from credentials.encoding import JsonObject
from credentials.openid.errors import InvalidNotificationRequest
from credentials.openid.notification import MAX_BYTES, Notification, NotificationEvent, parse_notification

pytestmark = pytest.mark.requirement("vci-notification")

WHOLE: JsonObject = {"notification_id": "n-1", "event": "credential_accepted"}


def read(document: object) -> Notification:
    return parse_notification(json.dumps(document).encode())


@pytest.mark.parametrize("event", list(NotificationEvent))
@pytest.mark.parametrize("description", [None, "Could not store it. [Out of storage]"])
def test_notifications_travel_both_ways(event: NotificationEvent, description: str | None) -> None:
    notification = Notification("n-1", event, description)
    assert read(notification.to_json()) == notification


def test_members_that_nobody_knows_are_ignored() -> None:
    assert read({**WHOLE, "new": {"a": 1}}) == Notification("n-1", NotificationEvent.ACCEPTED)


def test_what_a_wallet_writes_does_not_print() -> None:
    assert "secret" not in repr(Notification("secret-id", NotificationEvent.FAILURE, "secret text"))


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"notification_id": "n-1"},
        {"event": "credential_accepted"},
        {**WHOLE, "notification_id": ""},
        {**WHOLE, "notification_id": None},
        {**WHOLE, "notification_id": ["n-1"]},
        {**WHOLE, "notification_id": "n" * 4_001},
        {**WHOLE, "event": "Credential_Accepted"},
        {**WHOLE, "event": "credential_stored"},
        {**WHOLE, "event": 1},
        {**WHOLE, "event": None},
        {**WHOLE, "event_description": 1},
        {**WHOLE, "event_description": None},
        {**WHOLE, "event_description": 'with "quotes"'},
        {**WHOLE, "event_description": "with a \\ in it"},
        {**WHOLE, "event_description": "één"},
        {**WHOLE, "event_description": "two\nlines"},
        {**WHOLE, "event_description": "\x00"},
    ],
)
def test_malformed_notifications_are_refused(document: object) -> None:
    with pytest.raises(InvalidNotificationRequest):
        read(document)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"notification_id":"a","notification_id":"b","event":"credential_accepted"}',
        b"notification_id=n-1&event=credential_accepted",
        b'{"notification_id":"a","event":"credential_accepted","x":"' + b"0" * MAX_BYTES + b'"}',
    ],
)
def test_a_body_that_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidNotificationRequest):
        parse_notification(body)
