"""Take in what wallets tell of the credentials that they were given, and count it (OpenID4VCI 1.0 section 11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from credentials.clock import Clock, dutch_day
from credentials.openid.errors import InvalidNotificationId
from credentials.openid.notification import Notification
from issuer.domain.authorisation import AccessGrant
from issuer.domain.batches import STATES, copy_ids
from issuer.domain.issuance import CopyState, DayOfIssue
from issuer.domain.webhooks import Happening
from issuer.ports import Store
from service.webhooks.messages import Announcement

COUNTED: Final = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class TakeNotification:
    """Note what became of the copies of one response. Telling the same again changes nothing."""

    store: Store
    clock: Clock
    batch_size: int

    def __call__(self, grant: AccessGrant, notification: Notification) -> None:
        """Note it. Raises InvalidNotificationId for copies that were not issued in this token's login."""
        # A later token of the same login tells of what an earlier one was given: a card may be thrown away much later.
        ids = copy_ids(notification.notification_id, grant.login, self.batch_size)
        with self.store.write() as records:
            if not records.issuances.note(ids, STATES[notification.event]):
                raise InvalidNotificationId("no credentials were issued under this name in this login")
            if STATES[notification.event] is CopyState.FAILED:
                records.announce(Announcement(Happening.FAILED, self.clock.now(), once=notification.notification_id))

    def counted(self) -> Sequence[DayOfIssue]:
        """Return how many copies are in which state, by the day on which they were issued, for the last month."""
        with self.store.read() as records:
            return records.issuances.count_states(first_counted(self.clock.now()))


def first_counted(now: datetime) -> date:
    """Return the first day that is counted."""
    return dutch_day(now - COUNTED)
