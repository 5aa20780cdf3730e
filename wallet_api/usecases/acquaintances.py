"""Who may give cards: the agencies of the trust list, and those that the citizen added, where the setting allows it.

Of a stranger nothing is known but its address, so that is its name here, whatever it calls itself. Its cards are shown
apart and never counted among the debts.
"""

from collections.abc import Iterable
from typing import Final, final
from urllib.parse import urlsplit

from credentials.clock import Clock
from credentials.trust import Participant, Role
from wallet_api.domain.acquaintance import Acquaintance
from wallet_api.domain.card import Agency
from wallet_api.domain.errors import UnknownHost, UnlistedIssuer
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Shelf, TrustSource
from wallet_api.usecases.collect import agency_of

# About whom the scheme has spoken, a citizen cannot know better.
_NOT_AN_ISSUER: Final = "the trust list does not have it as an issuer"


@final
class Acquaintances:
    """The trust list and one citizen's additions to it, with the one rule about strangers who give cards."""

    def __init__(self, trust: TrustSource, shelf: Shelf[Acquaintance], clock: Clock, *, refuse_unknown: bool) -> None:
        self._trust = trust
        self._shelf = shelf
        self._clock = clock
        self._refuse_unknown = refuse_unknown

    def demand_host(self, wallet: OpenedWallet, host: str, *, agreed: bool) -> None:
        """Demand that something may be fetched from a host. Raises UnknownHost, UnlistedIssuer."""
        trust_list = self._trust.current()
        if host in _hosts(trust_list.with_role(Role.ISSUER)):
            return
        if host in _hosts(trust_list.participants):
            raise UnlistedIssuer(_NOT_AN_ISSUER)
        if host not in (each.host for each in self.added(wallet)):
            self._demand_agreement(host, agreed=agreed)

    def agency(self, wallet: OpenedWallet, credential_issuer: str, *, agreed: bool = False) -> Agency:
        """Return who this is. Raises UnknownHost for a stranger whom the citizen did not agree to, UnlistedIssuer."""
        participant = self._trust.current().find(credential_issuer)
        if participant is not None:
            if Role.ISSUER not in participant.roles or participant.withdrawn_at is not None:
                raise UnlistedIssuer(_NOT_AN_ISSUER)
            return agency_of(participant)
        host = urlsplit(credential_issuer).netloc
        if credential_issuer not in (each.identifier for each in self.added(wallet)):
            self._demand_agreement(host, agreed=agreed)
        return Agency(credential_issuer, host, listed=False)

    def add(self, wallet: OpenedWallet, agency: Agency) -> None:
        """Remember that the citizen takes cards from this stranger."""
        place = self._shelf.place(wallet, agency.identifier)
        self._shelf.exchange(wallet, {place: Acquaintance(agency.identifier, self._clock.now())})

    def added(self, wallet: OpenedWallet) -> list[Acquaintance]:
        """Return whom the citizen added; nobody where strangers are refused."""
        return [] if self._refuse_unknown else self._shelf.all(wallet)

    def forget(self, wallet: OpenedWallet, identifier: str) -> None:
        """Take somebody off again. Cards that are here stay. Raises NotFound."""
        place = self._shelf.place(wallet, identifier)
        self._shelf.get(wallet, place)
        self._shelf.remove(wallet, place)

    def _demand_agreement(self, host: str, *, agreed: bool) -> None:
        if self._refuse_unknown:
            raise UnlistedIssuer("strangers give no cards here")
        if not agreed:
            raise UnknownHost(host)


def _hosts(participants: Iterable[Participant]) -> frozenset[str]:
    return frozenset(urlsplit(each.identifier).netloc for each in participants)
