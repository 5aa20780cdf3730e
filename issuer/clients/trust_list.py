"""The wallets on the scheme's trust list."""

from collections.abc import Sequence
from datetime import datetime
from typing import final

from credentials.keys import PublicJwk
from credentials.trust import Role, TrustList, TrustListExpired, TrustListSource, recognise_wallet_provider
from credentials.trust.x509 import public_jwk
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

    def trust_list(self) -> TrustList:
        """Return the whole list. Raises TrustListExpired."""
        return self._source.current()

    def provider_key(self, x5c: Sequence[bytes], client_id: str | None, now: datetime) -> PublicJwk:
        """Return the key of the wallet provider that a chain is of, if it may attest this wallet.

        Raises TrustListExpired, UnknownWalletProvider, IssuerNotAllowed, IssuerWithdrawn or InvalidChain.
        """
        recognise_wallet_provider(self._source.current(), now, x5c=tuple(x5c), client_id=client_id)
        return public_jwk(x5c[0])

    def attester_key(self, x5c: Sequence[bytes], now: datetime) -> PublicJwk:
        """Return the key of the wallet provider that a chain is of, if it may attest keys. Raises as `provider_key`."""
        return self.provider_key(x5c, None, now)


@final
class NoDirectory:
    """The port `WalletDirectory` of an agency without a trust list: every wallet is asked about."""

    def wallets(self) -> Wallets:
        """Return none."""
        return Wallets()
