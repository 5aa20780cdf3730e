"""Invite a client who is at home, and ask in the browser that opened the invitation."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import final

from credentials.clock import Clock
from service.errors import NotFound, NotSent
from service.i18n import day
from verifier.domain.errors import UnknownInvitation
from verifier.domain.invitation import LIFETIME, Invitation, Way, message, read_address
from verifier.domain.request import Answered, Held, Intake, VerificationRequest
from verifier.ports import Files, Invitations, Messages, Secrets
from verifier.usecases.desk import Desk


@final
class Inviting:
    """What counsellors invite to, and what the invited do."""

    def __init__(
        self,
        files: Files,
        invitations: Invitations,
        desk: Desk,
        secrets: Secrets,
        clock: Clock,
        *,
        messages: Mapping[Way, Messages],
    ) -> None:
        self._files = files
        self._invitations = invitations
        self._desk = desk
        self._secrets = secrets
        self._clock = clock
        self._messages = messages

    def invite(self, owner: str, intake_id: str) -> tuple[str, datetime]:
        """Return what the end of a link is, which is kept nowhere, and until when it works. Raises UnknownIntake."""
        token, now = self._secrets.fresh(), self._clock.now()
        self._invitations.make(owner, intake_id, token, now=now, until=now + LIFETIME)
        return token, now + LIFETIME

    @property
    def ways(self) -> Collection[Way]:
        """How a link can be sent."""
        return self._messages.keys()

    def send(self, owner: str, intake_id: str, way: Way, typed: str, base: str) -> datetime:
        """Send a new link, of which `base` is what comes before its end; return until when it works.

        Raises UnknownIntake, BadInput, NotFound where it cannot be sent so, and NotSent: then the link leads nowhere.
        """
        gateway = self._messages.get(way)
        if gateway is None:
            raise NotFound
        address = read_address(way, typed)
        token, until = self.invite(owner, intake_id)
        try:
            gateway.send(address, message(f"{base}/{token}", day(until)))
        except NotSent:
            # Whether it arrived is not known: nobody is to use it while the counsellor sends another.
            self.invite(owner, intake_id)
            raise
        return until

    def file_of(self, token: str) -> tuple[Invitation, Intake]:
        """Return an invitation, opened or not, with its file. Raises UnknownInvitation."""
        found = self._invitations.look(token, self._clock.now())
        return found, self._files.intakes.get(found.owner, found.intake_id)

    def standing(self, token: str, browser: str) -> VerificationRequest | None:
        """Return the newest request since this browser opened the invitation. Raises UnknownInvitation for others."""
        found = self._invitations.look(token, self._clock.now())
        if found.browser != browser or found.opened_at is None:
            raise UnknownInvitation
        newest = self._files.requests.newest(found.owner, found.intake_id)
        return newest if newest is not None and newest.invited and newest.created_at >= found.opened_at else None

    def ask(self, token: str, browser: str, *, here: bool) -> None:
        """Make a fresh request for the browser that opens the invitation, or opened it; `here` is its wallet.

        Once an answer was taken nothing more is asked. Raises UnknownInvitation, NotAttested.
        """
        found = self._invitations.open(token, browser, self._clock.now())
        newest = self.standing(token, browser)
        if newest is not None and isinstance(newest.state, (Held, Answered)):
            return
        self._desk.ask_invited(found.owner, found.intake_id, browser=browser if here else None)
