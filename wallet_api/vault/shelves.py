"""Shelves: things of one kind, each sealed under the wallet's key and bound to wallet, kind and id.

What lies in the database is `wallet id | opaque shelf | opaque id | sealed content of a rounded size`. Neither the kind
of a thing nor a value by which it is found again can be read from it.
"""

import hmac
import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final, Generic, TypeVar

from credentials.clock import Clock
from credentials.encoding import json_compact
from service.errors import NotFound
from service.sealing import derive, seal, unseal
from wallet_api.domain.errors import ChangedMeanwhile
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Records, SealedRecord
from wallet_api.vault.codec import from_json, to_json
from wallet_api.vault.padding import pad, unpad

_Item = TypeVar("_Item")

_ATTEMPTS: Final = 5


class SealedShelf(Generic[_Item]):
    """Things of one dataclass, kept sealed in `records`."""

    def __init__(self, records: Records, name: str, kind: type[_Item], clock: Clock) -> None:
        self._records = records
        self._name = name
        self._kind = kind
        self._clock = clock

    def place(self, wallet: OpenedWallet, secret: str) -> str:
        """Return the id under which something is kept that must be found again by a secret value."""
        key = derive(wallet.key, "places")
        return hmac.digest(key, f"{self._name}|{secret}".encode(), "sha256")[:16].hex()

    def put(self, wallet: OpenedWallet, id: str, item: _Item, *, expires_at: datetime | None = None) -> None:
        """Keep something new. Raises ChangedMeanwhile when the id is taken."""
        self._records.exchange(wallet.id, [self._seal(wallet, id, item, 1, expires_at)], (), self._clock.now())

    def get(self, wallet: OpenedWallet, id: str) -> _Item:
        """Return it. Raises NotFound."""
        return self._unseal(wallet, self._find(wallet, id))

    def hold(self, wallet: OpenedWallet, id: str) -> tuple[_Item, SealedRecord]:
        """Return it, and the row that it is in. Raises NotFound."""
        row = self._find(wallet, id)
        return self._unseal(wallet, row), row

    def all(self, wallet: OpenedWallet) -> list[_Item]:
        """Return everything on the shelf, oldest first."""
        rows = self._records.all(wallet.id, self._shelf(wallet), self._clock.now())
        return [self._unseal(wallet, row) for row in rows]

    def take(self, wallet: OpenedWallet, id: str) -> _Item:
        """Remove and return it: only one caller gets it. Raises NotFound."""
        row = self._records.take(wallet.id, self._shelf(wallet), id, self._clock.now())
        if row is None:
            raise NotFound
        return self._unseal(wallet, row)

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
        for _ in range(_ATTEMPTS):
            row = self._find(wallet, id)
            item = change(self._unseal(wallet, row))
            sealed = self._seal(wallet, id, item, row.version + 1, expires_at or row.expires_at)
            try:
                self._records.exchange(wallet.id, [sealed], (), self._clock.now())
            except ChangedMeanwhile:
                continue
            return item
        raise ChangedMeanwhile

    def update_all(self, wallet: OpenedWallet, changes: Mapping[str, Callable[[_Item], _Item]]) -> None:
        """Change several from their stored state in one transaction; those that are gone meanwhile are left out."""
        shelf = self._shelf(wallet)
        for _ in range(_ATTEMPTS):
            now = self._clock.now()
            found = {id: self._records.get(wallet.id, shelf, id, now) for id in changes}
            rows = [
                self._seal(wallet, id, changes[id](self._unseal(wallet, row)), row.version + 1, row.expires_at)
                for id, row in found.items()
                if row is not None
            ]
            try:
                self._records.exchange(wallet.id, rows, (), now)
            except ChangedMeanwhile:
                continue
            return
        raise ChangedMeanwhile

    def exchange(
        self,
        wallet: OpenedWallet,
        put: Mapping[str, _Item],
        remove: Collection[str] = (),
        *,
        expires_at: datetime | None = None,
        take: SealedRecord | None = None,
    ) -> None:
        """Put and remove in one transaction. What is put over something ends when that did, unless it is said when.

        With it goes what is to `take`, also from another shelf. Raises ChangedMeanwhile, and then nothing was done,
        when that was changed or taken since it was held.
        """
        shelf, now = self._shelf(wallet), self._clock.now()
        for attempt in range(_ATTEMPTS):
            rows = []
            for id, item in put.items():
                old = self._records.get(wallet.id, shelf, id, now)
                version, until = (1, None) if old is None else (old.version + 1, old.expires_at)
                until = until if expires_at is None else expires_at
                rows.append(self._seal(wallet, id, item, version, until))
            try:
                self._records.exchange(wallet.id, rows, [(shelf, id) for id in remove], now, take=take)
            except ChangedMeanwhile:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                return

    def remove(self, wallet: OpenedWallet, id: str) -> None:
        """Remove it, if it is there."""
        self._records.exchange(wallet.id, [], [(self._shelf(wallet), id)], self._clock.now())

    def opaque_name(self, wallet: OpenedWallet) -> str:
        """Return how this shelf of a wallet is called in the database."""
        return self._shelf(wallet)

    def unsealed(self, wallet: OpenedWallet, row: SealedRecord) -> _Item:
        """Return what is in a row of this shelf."""
        return self._unseal(wallet, row)

    def sealed(self, wallet: OpenedWallet, id: str, item: _Item, expires_at: datetime | None) -> SealedRecord:
        """Return the row of something new, which nobody has put yet."""
        return self._seal(wallet, id, item, 1, expires_at)

    def _find(self, wallet: OpenedWallet, id: str) -> SealedRecord:
        row = self._records.get(wallet.id, self._shelf(wallet), id, self._clock.now())
        if row is None:
            raise NotFound
        return row

    def _seal(
        self, wallet: OpenedWallet, id: str, item: _Item, version: int, expires_at: datetime | None
    ) -> SealedRecord:
        plain = pad(json_compact(to_json(item)))
        content = seal(derive(wallet.key, "records"), plain, self._bound(wallet, id))
        return SealedRecord(self._shelf(wallet), id, content, version, expires_at)

    def _unseal(self, wallet: OpenedWallet, row: SealedRecord) -> _Item:
        plain = unseal(derive(wallet.key, "records"), row.content, self._bound(wallet, row.id))
        return from_json(self._kind, json.loads(unpad(plain)))

    def _shelf(self, wallet: OpenedWallet) -> str:
        return hmac.digest(derive(wallet.key, "shelves"), self._name.encode(), "sha256")[:8].hex()

    def _bound(self, wallet: OpenedWallet, id: str) -> bytes:
        return f"wallet_record|{wallet.id}|{self._name}|{id}".encode()
