"""The wallets on the scheme's trust list."""

from typing import final

from credentials.trust import Role, TrustListExpired, TrustListSource
from issuer.domain.clients import ListedWallet, Wallets


@final
class TrustListDirectory:
    """The port `WalletDirectory` on a signed trust list."""

    def __init__(self, source: TrustListSource) -> None:
        self._source = source

    def wallets(self) -> Wallets:
        """Return the wallets as listed now; none when there is no valid list, so that every wallet is asked about."""
        try:
            known = self._source.current()
        except TrustListExpired:
            return Wallets()
        return Wallets(
            {
                client_id: ListedWallet(participant.name, frozenset(participant.redirect_uris))
                for participant in known.with_role(Role.WALLET)
                for client_id in participant.client_ids
            }
        )


@final
class NoDirectory:
    """The port `WalletDirectory` of an agency without a trust list: every wallet is asked about."""

    def wallets(self) -> Wallets:
        """Return none."""
        return Wallets()
