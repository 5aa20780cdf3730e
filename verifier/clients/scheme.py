"""The scheme's trust list: fetched now and then, kept while it is good, never replaced by an older one."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.errors import BlauweKnopError
from credentials.keys import PublicJwk
from credentials.trust import HeldTrustList, Participant, Role, TrustList
from credentials.trust.trust_list import MEDIA_TYPE
from service.logging import get_logger
from verifier.domain.evidence import OVERVIEW, Body

Fetch: TypeAlias = Callable[[str, str], bytes]

_RETRY: Final = timedelta(seconds=10)

_log: Final = get_logger(__name__)


@final
class SchemeList:
    """The trust list of one scheme. Safe for threads; call it for the current list."""

    def __init__(self, fetch: Fetch, url: str, root: PublicJwk, clock: Clock, refresh: timedelta) -> None:
        self._fetch = fetch
        self._url = url
        self._held = HeldTrustList(root)
        self._clock = clock
        self._refresh = refresh
        self._next: datetime | None = None
        self._lock = Lock()

    def __call__(self) -> TrustList:
        """Return the current list, fetching it when it is time. Raises TrustListExpired."""
        now = self._clock.now()
        with self._lock:
            if self._next is None or now >= self._next:
                self._next = now + (self._refresh if self._fetched(now) else min(_RETRY, self._refresh))
            return self._held.current(now)

    def overview_issuers(self) -> Sequence[Body]:
        """Return the bodies that a complete answer covers: issuers of overviews that are registered organisations.

        An outsider that the list names without an organisation number (OIN) may issue, and counts when it does; but
        nobody is incomplete for not having asked there.
        """
        now = self._clock.now()
        return [
            body_of(each)
            for each in self().with_role(Role.ISSUER)
            if each.oin is not None and each.may_issue(OVERVIEW) and _in_period(each, now)
        ]

    def _fetched(self, now: datetime) -> bool:
        try:
            text = self._fetch(self._url, MEDIA_TYPE).decode("ascii")
            self._held.offer(text, now)
        except (BlauweKnopError, UnicodeError) as error:
            _log.warning("trust_list_not_refreshed", code=getattr(error, "code", "not_ascii"))
            return False
        return True


def body_of(participant: Participant) -> Body:
    """Return a participant as evidence names it."""
    return Body(participant.identifier, participant.name, participant.oin, participant.abbreviation)


def _in_period(participant: Participant, now: datetime) -> bool:
    begun = participant.valid_from is None or participant.valid_from <= now
    return begun and (participant.valid_until is None or now < participant.valid_until)
