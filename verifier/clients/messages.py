"""The gateways that carry an invitation to a client: SMTP for e-mail, HTTP for SMS. Neither hears what it is about."""

from dataclasses import dataclass, field
from typing import Final, final

from credentials.errors import BlauweKnopError
from credentials.masking import Secret
from service.errors import NotSent
from service.http import OutboundClient
from service.mail import SmtpRelay

_SUBJECT: Final = "Een link van uw hulpverlener"


@final
@dataclass(frozen=True, slots=True)
class MailMessages:
    """The adapter of `ports.Messages` for e-mail."""

    relay: SmtpRelay

    def send(self, to: str, text: str) -> None:
        """Send a text. Raises NotSent."""
        self.relay.send(to, _SUBJECT, text)


@final
@dataclass(frozen=True, slots=True)
class SmsMessages:
    """The adapter of `ports.Messages` for SMS: a POST of JSON with `from`, `to` and `text`, and a bearer token."""

    http: OutboundClient
    url: str
    sender: str
    token: Secret = field(repr=False)

    def send(self, to: str, text: str) -> None:
        """Send a text. Raises NotSent."""
        value = {"from": self.sender, "to": to, "text": text}
        try:
            answer = self.http.post_json(self.url, value, headers={"authorization": f"Bearer {self.token.reveal()}"})
        except BlauweKnopError as error:
            raise NotSent from error
        if not answer.ok:
            raise NotSent
