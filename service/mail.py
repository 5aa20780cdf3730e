"""One message to one address by an SMTP relay that the settings name (RFC 5321), under TLS.

`tls` speaks TLS from the first byte (RFC 8314), `starttls` demands it before anything is said; `none` is for a relay on
this machine, in development. Nothing is queued: whoever sends hears whether the relay took it.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Literal, TypeAlias, final

from credentials.masking import Secret
from service.authorities import trust_also
from service.errors import NotSent

Security: TypeAlias = Literal["tls", "starttls", "none"]


@final
@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """Where messages go out. `login` is a name and a password, where the relay wants one."""

    host: str
    port: int
    security: Security
    sender: str
    login: tuple[str, Secret] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    seconds: float = 10.0

    def send(self, to: str, subject: str, text: str) -> None:
        """Hand a message over. Raises NotSent."""
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self.sender, to, subject
            # RFC 3834: nobody's absence is to answer.
            message["Auto-Submitted"] = "auto-generated"
            message.set_content(text)
            with self._connected() as relay:
                if self.login is not None:
                    relay.login(self.login[0], self.login[1].reveal())
                relay.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # Their words may hold the address.
            raise NotSent from error

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.ca_file is not None:
            trust_also(context, self.ca_file)
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.seconds, context=context)
        relay = smtplib.SMTP(self.host, self.port, timeout=self.seconds)
        if self.security == "starttls":
            try:
                relay.starttls(context=context)
            except BaseException:
                relay.close()
                raise
        return relay
