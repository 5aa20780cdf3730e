"""Come again without a login, where an agency gave a refresh token with its cards.

A token is taken off the shelf before it is used and the next one put there before anything is done with what it opened:
two windows never use one token, and a crash in between costs a login, never a token that was used twice.
"""

from collections.abc import Sequence
from typing import final

from credentials.errors import BlauweKnopError
from credentials.keys import SoftwareSigner
from service.errors import NotFound
from wallet_api.domain.errors import ChangedMeanwhile, PermissionOver, RequestNotUnderstood, WalletNotKnown
from wallet_api.domain.issuance import Grant, IssuerDescription
from wallet_api.domain.permission import Permission
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Issuers, Shelf


@final
class Permissions:
    """The refresh tokens of a wallet, one per agency."""

    def __init__(self, issuers: Issuers, shelf: Shelf[Permission]) -> None:
        self._issuers = issuers
        self._shelf = shelf

    def keep(
        self, wallet: OpenedWallet, description: IssuerDescription, configurations: Sequence[str], grant: Grant
    ) -> None:
        """Keep the refresh token of a grant, if it has one and none is held that reaches further."""
        if grant.refresh_token is None:
            return
        permission = Permission(
            credential_issuer=description.credential_issuer,
            authorization_server=description.authorization_server,
            configurations=tuple(configurations),
            refresh_token=grant.refresh_token,
            dpop=grant.dpop.to_private_jwk() if isinstance(grant.dpop, SoftwareSigner) else None,
            named=grant.named,
        )
        try:
            held = self._shelf.get(wallet, self._place(wallet, permission))
        except NotFound:
            held = None
        if held is None or permission.covers(held.configurations):
            self._put(wallet, permission)

    def use(self, wallet: OpenedWallet, description: IssuerDescription, configurations: Sequence[str]) -> Grant | None:
        """Return a new grant of these cards; None when there is no permission for them, or none any more.

        Raises IssuerRefused, Unavailable, MalformedInput for an agency that answers in no way that says so.
        """
        try:
            held = self._shelf.take(wallet, self._shelf.place(wallet, description.credential_issuer))
        except NotFound:
            return None
        # A token goes to no other server than the one that gave it.
        if held.authorization_server != description.authorization_server:
            return None
        if not held.covers(configurations):
            self._put(wallet, held)
            return None
        try:
            grant = self._issuers.redeem_permission(description, held)
        except (PermissionOver, RequestNotUnderstood, WalletNotKnown):
            return None
        except BlauweKnopError:
            # Perhaps it was never used; if it was, the agency will say next time that it is over.
            self._put(wallet, held)
            raise
        self.keep(wallet, description, held.configurations, grant)
        return grant

    def all(self, wallet: OpenedWallet) -> Sequence[Permission]:
        """Return every permission of a wallet; of one that cannot be read, none."""
        try:
            return self._shelf.all(wallet)
        except BlauweKnopError:
            return ()

    def give_back(self, permissions: Sequence[Permission]) -> None:
        """Let agencies know that these are not needed any more. Nobody waits for it, nothing raises."""
        for each in permissions:
            self._issuers.give_back(each)

    def _put(self, wallet: OpenedWallet, permission: Permission) -> None:
        try:
            self._shelf.exchange(wallet, {self._place(wallet, permission): permission})
        except ChangedMeanwhile:
            # Another window put one there: as good as this.
            return

    def _place(self, wallet: OpenedWallet, permission: Permission) -> str:
        return self._shelf.place(wallet, permission.credential_issuer)
