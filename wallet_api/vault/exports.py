"""A whole wallet as one file, sealed under a passphrase: to keep it elsewhere, or to move it to another provider.

Version 1 is a head of 31 bytes, `BKWALLET | 01 | memory in KiB (4) | passes (1) | lanes (1) | salt (16)`, and a seal
whose key is the Argon2id hash of the passphrase and whose place is the head. In it, padded, stands JSON: `gemaakt`, and
`planken` with what lies on each shelf. `docs/wallet.md` describes it for others.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, final

from credentials.clock import Clock
from credentials.encoding import JsonObject, JsonValue, json_compact
from credentials.errors import MalformedInput
from credentials.masking import Secret
from service.errors import SealBroken
from service.sealing import seal, unseal
from wallet_api.domain.acquaintance import Acquaintance
from wallet_api.domain.card import Card
from wallet_api.domain.errors import UnreadableWalletFile, WalletNotEmpty
from wallet_api.domain.paper import Paper
from wallet_api.domain.presentation import Receipt
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.ports import Records, SealedRecord
from wallet_api.vault.codec import from_json, to_json
from wallet_api.vault.padding import pad, unpad
from wallet_api.vault.shelves import SealedShelf
from wallet_api.vault.slow_hashes import SECOND_RECOMMENDED, Argon2, SlowHashes

MAGIC: Final = b"BKWALLET"
VERSION: Final = 1
MAX_BYTES: Final = 32 << 20
_SALT: Final = 16
_HEAD: Final = len(MAGIC) + 1 + 4 + 1 + 1 + _SALT
# A file that somebody hands us must not make us spend more than our own do.
_MOST: Final = Argon2(SECOND_RECOMMENDED.memory_kib, passes=8, lanes=8)


@final
@dataclass(frozen=True, slots=True)
class _Kept:
    """A shelf that goes along. Where things lie by a value that must be found again, `found_by` gives it."""

    kind: type[Any]
    found_by: Callable[[Any], str] | None = None


# What lasts. Steps, offers and requests under way last minutes; a login that an agency renews counts once, and so
# cannot be in two places.
_SHELVES: Final[Mapping[str, _Kept]] = {
    "cards": _Kept(Card),
    "receipts": _Kept(Receipt),
    "papers": _Kept(Paper),
    "acquaintances": _Kept(Acquaintance, lambda item: str(item.identifier)),
}


@final
class SealedExports:
    """The port `WalletFiles`."""

    def __init__(self, records: Records, clock: Clock, hashes: SlowHashes, cost: Argon2 = SECOND_RECOMMENDED) -> None:
        self._records = records
        self._clock = clock
        self._hashes = hashes
        self._cost = cost

    def write(self, wallet: OpenedWallet, passphrase: Secret) -> bytes:
        """Return the file of everything that lasts in a wallet."""
        now = self._clock.now()
        content: JsonObject = {
            "gemaakt": now.isoformat(),
            "planken": {name: self._entries(wallet, name, now) for name in _SHELVES},
        }
        salt, cost = secrets.token_bytes(_SALT), self._cost
        numbers = cost.memory_kib.to_bytes(4) + bytes([cost.passes, cost.lanes])
        head = MAGIC + bytes([VERSION]) + numbers + salt
        return head + seal(self._key(passphrase, salt, cost), pad(json_compact(content)), head)

    def read(self, wallet: OpenedWallet, file: bytes, passphrase: Secret) -> int:
        """Put what is in a file into an empty wallet, all of it or nothing, and return how many things that were.

        Raises UnreadableWalletFile, WalletNotEmpty.
        """
        shelves, now = self._opened(file, passphrase), self._clock.now()
        rows = [row for name, entries in shelves.items() for row in self._rows(wallet, name, entries)]
        if any(self._shelf(name).all(wallet) for name in _SHELVES):
            raise WalletNotEmpty
        # Rows are new ones: what came in meanwhile under an id of theirs undoes all of it.
        self._records.exchange(wallet.id, rows, (), now)
        return len(rows)

    def _entries(self, wallet: OpenedWallet, name: str, now: datetime) -> list[JsonValue]:
        shelf = self._shelf(name)
        found = self._records.all(wallet.id, shelf.opaque_name(wallet), now)
        return [
            {
                "id": row.id,
                "inhoud": to_json(shelf.unsealed(wallet, row)),
                "tot": None if row.expires_at is None else row.expires_at.isoformat(),
            }
            for row in found
        ]

    def _rows(self, wallet: OpenedWallet, name: str, entries: JsonValue) -> list[SealedRecord]:
        kept, shelf = _SHELVES[name], self._shelf(name)
        rows = []
        try:
            for entry in entries:  # type: ignore[union-attr]  # another form is refused below
                item = from_json(kept.kind, entry["inhoud"])  # type: ignore[index,call-overload]
                id, until = str(entry["id"]), entry["tot"]  # type: ignore[index,call-overload]
                place = id if kept.found_by is None else shelf.place(wallet, kept.found_by(item))
                rows.append(shelf.sealed(wallet, place, item, _moment(until)))
        except (TypeError, KeyError, ValueError, MalformedInput) as error:
            raise UnreadableWalletFile from error
        return rows

    def _opened(self, file: bytes, passphrase: Secret) -> JsonObject:
        head, sealed = file[:_HEAD], file[_HEAD:]
        if len(file) > MAX_BYTES or len(head) < _HEAD or head[: len(MAGIC) + 1] != MAGIC + bytes([VERSION]):
            raise UnreadableWalletFile("it is no file of a wallet in this version")
        numbers = head[len(MAGIC) + 1 : -_SALT]
        cost = Argon2(int.from_bytes(numbers[:4]), numbers[4], numbers[5])
        if not _sound(cost):
            raise UnreadableWalletFile("its key would cost more than is spent here")
        try:
            plain = unseal(self._key(passphrase, head[-_SALT:], cost), sealed, head)
            shelves = json.loads(unpad(plain))["planken"]
        except (SealBroken, ValueError, KeyError, TypeError) as error:
            raise UnreadableWalletFile("the passphrase is another, or the file was changed") from error
        if not isinstance(shelves, dict) or not shelves.keys() <= _SHELVES.keys():
            raise UnreadableWalletFile("there is something in it that this version does not know")
        return shelves

    def _key(self, passphrase: Secret, salt: bytes, cost: Argon2) -> bytes:
        return self._hashes.argon2id(passphrase.reveal().encode(), salt, cost)

    def _shelf(self, name: str) -> SealedShelf[Any]:
        return SealedShelf(self._records, name, _SHELVES[name].kind, self._clock)


def _sound(cost: Argon2) -> bool:
    # RFC 9106 section 3.1: at least eight blocks a lane.
    return (
        0 < cost.passes <= _MOST.passes
        and 0 < cost.lanes <= _MOST.lanes
        and 8 * cost.lanes <= cost.memory_kib <= _MOST.memory_kib
    )


def _moment(value: JsonValue) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))
