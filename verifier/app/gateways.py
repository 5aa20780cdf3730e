"""The gateways that carry invitations, from the settings."""

from collections.abc import Mapping

from service.http import OutboundClient
from service.mail import SmtpRelay
from verifier.clients.messages import MailMessages, SmsMessages
from verifier.domain.invitation import Way
from verifier.ports import Messages
from verifier.settings import VerifierSettings
from verifier.storage.keys import read_secret


def messages_of(settings: VerifierSettings, http: OutboundClient) -> Mapping[Way, Messages]:
    """Return each way in which a link can be sent. Raises ConfigurationError."""
    found: dict[Way, Messages] = {}
    if (mail := settings.mail) is not None:
        login = None
        if mail.username and mail.password_file is not None:
            login = (mail.username, read_secret(mail.password_file, least=1))
        found[Way.MAIL] = MailMessages(
            SmtpRelay(mail.host, mail.port, mail.security, mail.sender, login, settings.ca_file)
        )
    if (sms := settings.sms) is not None:
        found[Way.SMS] = SmsMessages(http, sms.url, sms.sender, read_secret(sms.token_file, least=1))
    return found
