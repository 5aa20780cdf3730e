"""What lies in a citizen's vault: rows that are sealed, and shelves that whoever holds the opened wallet sees into.

Every method about a citizen's data takes the opened wallet: without its key there is nothing to read, and its id stands
in every WHERE clause.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar, final

from credentials.masking import Secret
from wallet_api.domain.wallet import OpenedWallet

_Item = TypeVar("_Item")


@final
@dataclass(frozen=True, slots=True)
class SealedRecord:
    """One row of the vault as it is stored. `shelf` and `id` are opaque; `content` is encrypted and padded."""

    shelf: str
    id: str
    content: bytes = field(repr=False)
    version: int = 1
    expires_at: datetime | None = None


class Records(Protocol):
    """Rows that belong to one wallet; what they say is not known here."""

    def get(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Return a row that has not expired."""
        ...

    def all(self, wallet_id: str, shelf: str, now: datetime) -> Sequence[SealedRecord]:
        """Return all rows of a shelf that have not expired, in the order in which they were first put."""
        ...

    def take(self, wallet_id: str, shelf: str, id: str, now: datetime) -> SealedRecord | None:
        """Delete a row and return it, so that only one caller gets it."""
        ...

    def exchange(
        self,
        wallet_id: str,
        put: Sequence[SealedRecord],
        remove: Collection[tuple[str, str]],
        now: datetime,
        *,
        take: SealedRecord | None = None,
    ) -> None:
        """Put and remove rows in one transaction.

        A row of version 1 is new; of a higher version it replaces the one before it. What is to `take` is removed
        like the others, and must be there as it was read. Raises ChangedMeanwhile when one of those is not there (any
        more), NotFound when the wallet is gone.
        """
        ...

    def purge(self, now: datetime) -> int:
        """Delete expired rows of all wallets and return how many."""
        ...


class WalletFiles(Protocol):
    """Whole wallets as files, each under a passphrase."""

    def write(self, wallet: OpenedWallet, passphrase: Secret) -> bytes:
        """Return the file of everything that lasts in a wallet."""
        ...

    def read(self, wallet: OpenedWallet, file: bytes, passphrase: Secret) -> int:
        """Put what is in a file into an empty wallet, all of it or nothing, and return how many things that were.

        Raises UnreadableWalletFile, WalletNotEmpty.
        """
        ...


class Shelf(Protocol[_Item]):
    """The things of one kind in a citizen's vault, open to whoever holds the opened wallet."""

    def place(self, wallet: OpenedWallet, secret: str) -> str:
        """Return the id under which something is kept that must be found again by a secret value."""
        ...

    def put(self, wallet: OpenedWallet, id: str, item: _Item, *, expires_at: datetime | None = None) -> None:
        """Keep something new. Raises ChangedMeanwhile when the id is taken."""
        ...

    def get(self, wallet: OpenedWallet, id: str) -> _Item:
        """Return it. Raises NotFound."""
        ...

    def hold(self, wallet: OpenedWallet, id: str) -> tuple[_Item, SealedRecord]:
        """Return it, and the row that it is in. Raises NotFound."""
        ...

    def all(self, wallet: OpenedWallet) -> list[_Item]:
        """Return everything on the shelf, oldest first."""
        ...

    def take(self, wallet: OpenedWallet, id: str) -> _Item:
        """Remove and return it: only one caller gets it. Raises NotFound."""
        ...

    def update(
        self,
        wallet: OpenedWallet,
        id: str,
        change: Callable[[_Item], _Item],
        *,
        expires_at: datetime | None = None,
    ) -> _Item:
        """Change it from its stored state; tried again when another window came between.

        It ends when it did before, unless it is said when. Raises NotFound.
        """
        ...

    def update_all(self, wallet: OpenedWallet, changes: Mapping[str, Callable[[_Item], _Item]]) -> None:
        """Change several from their stored state in one transaction; those that are gone meanwhile are left out."""
        ...

    def exchange(
        self,
        wallet: OpenedWallet,
        put: Mapping[str, _Item],
        remove: Collection[str] = (),
        *,
        expires_at: datetime | None = None,
        take: SealedRecord | None = None,
    ) -> None:
        """Put (new, until it expires, or over the old) and remove in one transaction.

        With it goes what is to `take`, also from another shelf. Raises ChangedMeanwhile, and then nothing was done,
        when that was changed or taken since it was held.
        """
        ...

    def remove(self, wallet: OpenedWallet, id: str) -> None:
        """Remove it, if it is there."""
        ...
