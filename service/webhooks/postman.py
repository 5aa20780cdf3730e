"""Sign and send a message, by Standard Webhooks 1.0.0.

The body is signed with its id and the moment of the attempt, by HMAC-SHA256 (`v1`), with a secret per endpoint. Its
file holds one secret a line, the newest first: while it is being replaced, messages are signed with each.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, final

from credentials.clock import epoch
from credentials.errors import BlauweKnopError, ConfigurationError
from service.http import JSON, OutboundClient
from service.webhooks.deliver import Answered
from service.webhooks.messages import Message

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
MOST_SECRETS: Final = 2
SECONDS: Final = 15.0

_LEAST_BYTES: Final = 24
_MOST_BYTES: Final = 64
# Nothing that it says is read but its status.
_ANSWER_BYTES: Final = 64_000
_MOST_WAIT_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where messages go, and what they are signed with, the newest secret first."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    http: OutboundClient = field(repr=False)


def read_secrets(text: str, name: str) -> tuple[bytes, ...]:
    """Read the secrets of an endpoint's file. Raises ConfigurationError."""
    lines = text.split()
    if not 0 < len(lines) <= MOST_SECRETS:
        raise ConfigurationError(f"{name}: not one or two secrets, one a line")
    found = []
    for line in lines:
        try:
            secret = base64.b64decode(line.removeprefix(PREFIX).encode("ascii"), validate=True)
        except (binascii.Error, UnicodeError):
            secret = b""
        if not line.startswith(PREFIX) or not _LEAST_BYTES <= len(secret) <= _MOST_BYTES:
            raise ConfigurationError(
                f"{name}: a secret is {PREFIX} and {_LEAST_BYTES} to {_MOST_BYTES} bytes in base64"
            )
        found.append(secret)
    return tuple(found)


def written(secret: bytes) -> str:
    """Return a secret as it stands in its file, and as the other side is given it."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def signature(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the `webhook-signature` of a message."""
    content = b"%b.%d.%b" % (message_id.encode("ascii"), timestamp, body)
    signed = [base64.b64encode(hmac.digest(each, content, "sha256")).decode("ascii") for each in secrets]
    return " ".join(f"v1,{each}" for each in signed)


@final
class HttpPostman:
    """The port `Postman`."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = dict(endpoints)

    @property
    def endpoints(self) -> Sequence[str]:
        """The names of the endpoints that there are."""
        return tuple(self._endpoints)

    def send(self, message: Message, now: datetime) -> Answered:
        """Send a message, signed as of now; to an address that may not be reached, it has no answer."""
        to, timestamp = self._endpoints[message.endpoint], epoch(now)
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(to.secrets, message.id, timestamp, message.body),
        }
        try:
            answer = to.http.post(
                to.url, message.body, JSON, accept="*/*", headers=headers, max_bytes=_ANSWER_BYTES, seconds=SECONDS
            )
        except BlauweKnopError:
            return Answered(None)
        return Answered(answer.status, _wait(answer.headers.get("retry-after", "")))


def _wait(text: str) -> timedelta | None:
    # RFC 9110 section 10.2.3: a date, too, which is left to our own schedule.
    return (
        timedelta(seconds=min(int(text), _MOST_WAIT_SECONDS))
        if text.isascii() and text.isdigit() and len(text) < 10
        else None
    )
