"""The scheme's trust list, and the bodies on it that a complete answer covers."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.keys import PublicJwk
from credentials.trust import Keeper, Participant, Role, TrustList, TrustListSource
from credentials.trust.trust_list import MEDIA_TYPE
from service.logging import get_logger
from verifier.domain.evidence import OVERVIEW, Body

_log: Final = get_logger(__name__)


@final
class SchemeList:
    """The trust list of one scheme, as a verifier looks at it; call it for the current list."""

    def __init__(self, source: TrustListSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock

    def __call__(self) -> TrustList:
        """Return the current list, renewed when it is time. Raises TrustListExpired."""
        return self._source.current()

    def renew(self) -> None:
        """Read the list now."""
        self._source.renew()

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


def scheme_list(
    fetch: Callable[[str, str], bytes], url: str, root: PublicJwk, clock: Clock, *, refresh: timedelta, keeper: Keeper
) -> SchemeList:
    """Return the list that is fetched from this address."""
    source = TrustListSource(
        lambda: fetch(url, MEDIA_TYPE).decode("ascii"),
        root,
        clock,
        refresh=refresh,
        keeper=keeper,
        failed=lambda code: _log.warning("trust_list_not_refreshed", code=code),
    )
    return SchemeList(source, clock)


def body_of(participant: Participant) -> Body:
    """Return a participant as evidence names it."""
    return Body(participant.identifier, participant.name, participant.oin, participant.abbreviation)


def _in_period(participant: Participant, now: datetime) -> bool:
    begun = participant.valid_from is None or participant.valid_from <= now
    return begun and (participant.valid_until is None or now < participant.valid_until)
