"""The scheme's trust list, and the bodies on it that a complete answer covers."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, final

from credentials.clock import Clock
from credentials.errors import Unavailable
from credentials.keys import PublicJwk
from credentials.trust import Keeper, Participant, Role, TrustList, TrustListSource
from credentials.trust.trust_list import MEDIA_TYPE
from service.logging import get_logger
from verifier.domain.evidence import OVERVIEW, Body
from verifier.domain.permission import Permission
from verifier.domain.trusted import Ground, ListStanding, TrustedIssuer

_log: Final = get_logger(__name__)


@final
class SchemeList:
    """The trust list of one scheme, as a verifier looks at it; call it for the current list."""

    def __init__(self, source: TrustListSource, clock: Clock, address: str) -> None:
        self._source = source
        self._clock = clock
        self._address = address

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

    def permission(self, identifier: str) -> Permission:
        """Say what the list that is held lets a verifier ask; nothing is fetched for it."""
        held = self._source.state().held
        entry = None if held is None else held.find(identifier)
        if entry is None or entry.withdrawn_at is not None or Role.VERIFIER not in entry.roles:
            return Permission()
        return Permission(listed=True, claims=frozenset(entry.claims), bsn=entry.bsn)

    def standing(self) -> ListStanding:
        """Say how the list stands, and who may issue; also when it has expired."""
        with suppress(Unavailable):
            # Whoever looks sees it as it is used.
            self._source.current()
        state, now = self._source.state(), self._clock.now()
        standing = ListStanding(now, self._address, renewed_at=state.renewed_at, due=state.due, fault=state.fault)
        if state.held is None:
            return standing
        return replace(
            standing,
            scheme=state.held.issuer,
            number=state.held.sequence,
            issued_at=state.held.issued_at,
            expires_at=state.held.expires_at,
            issuers=[_issuer(each, now) for each in state.held.participants if Role.ISSUER in each.roles],
        )


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
    return SchemeList(source, clock, url)


def body_of(participant: Participant) -> Body:
    """Return a participant as evidence names it."""
    return Body(participant.identifier, participant.name, participant.oin, participant.abbreviation)


def _issuer(participant: Participant, now: datetime) -> TrustedIssuer:
    known = {
        Ground.CERTIFICATE: participant.anchors or participant.fingerprints,
        Ground.KEYS: participant.keys,
        # Where keys are pinned, those of its document count no more.
        Ground.DID: participant.did is not None and not participant.keys,
        Ground.PUBLISHED: participant.publishes_keys,
    }
    return TrustedIssuer(
        participant.name,
        participant.identifier,
        participant.oin,
        tuple(sorted(participant.types)),
        participant.type_prefixes,
        tuple(ground for ground, has in known.items() if has),
        participant.valid_from,
        participant.valid_until,
        participant.withdrawn_at,
        participant.withdrawn_at is None and _in_period(participant, now),
    )


def _in_period(participant: Participant, now: datetime) -> bool:
    begun = participant.valid_from is None or participant.valid_from <= now
    return begun and (participant.valid_until is None or now < participant.valid_until)
