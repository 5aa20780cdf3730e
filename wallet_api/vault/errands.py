"""Errands, sealed under the key of the service: a copy of the database tells nothing of them, nor whose they are.

An answer is sealed twice: by the agency to the vault, and with the rest of the row by the service.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, final

from credentials.encoding import JsonObject, json_compact
from service.errors import SealBroken
from service.sealing import derive, seal, unseal
from wallet_api.domain.errand import KEPT, Answered, Asking, Errand, Outcome, Over
from wallet_api.ports import ErrandRow, ErrandRows
from wallet_api.vault.codec import from_json, to_json
from wallet_api.vault.padding import pad, unpad

# Longer than any answer may take; after that a run was killed.
RUN_TIME: Final = timedelta(minutes=2)


@final
class SealedErrands:
    """The port `Errands` on rows."""

    def __init__(self, rows: ErrandRows, key: bytes) -> None:
        self._rows = rows
        self._key = derive(key, "errands")

    def add(self, errand: Errand, now: datetime) -> None:
        """Keep an errand that is to be run for the first time after its wait, in the place of one of the same id."""
        self._rows.put(self._row(errand, Asking(), now))

    def due(self, now: datetime, most: int) -> Sequence[str]:
        """Return the ids of those that may be run now, the longest waiting first."""
        return self._rows.due(now, most)

    def start(self, id: str, now: datetime) -> Errand | None:
        """Take an errand to run it; None when somebody else does, or it is gone. A killed run ends by itself."""
        row = self._rows.start(id, now, now + RUN_TIME)
        if row is None:
            return None
        try:
            return from_json(Errand, self._opened(row)["errand"])
        except SealBroken:
            # It is of another key, which is gone.
            self._rows.remove(id)
            return None

    def settle(self, errand: Errand, outcome: Outcome, now: datetime) -> None:
        """Note what came of a run. Once it is not `Asking` nothing is kept with which anything could be asked."""
        self._rows.settle(self._row(errand, outcome, now))

    def look(self, id: str, now: datetime) -> Outcome | None:
        """Return what came of it so far; None when it is gone."""
        row = self._rows.get(id, now)
        if row is None:
            return None
        try:
            opened = self._opened(row)
        except SealBroken:
            return Over()
        if "answer" in opened:
            return Answered(str(opened["answer"]))
        return Asking() if "errand" in opened else Over()

    def withdraw(self, id: str, now: datetime) -> bool:
        """Take it back to ask by oneself. False while it is run, or when it was settled meanwhile."""
        return self._rows.withdraw(id, now)

    def remove(self, id: str) -> None:
        """Forget it, whatever came of it."""
        self._rows.remove(id)

    def purge(self, now: datetime) -> int:
        """Delete those whose time is over and return how many."""
        return self._rows.purge(now)

    def _row(self, errand: Errand, outcome: Outcome, now: datetime) -> ErrandRow:
        content: JsonObject
        next_at: datetime | None
        match outcome:
            case Asking():
                content, next_at = {"errand": to_json(errand)}, now + errand.wait
            case Answered(answer):
                content, next_at = {"answer": answer}, None
            case Over():
                content, next_at = {}, None
        sealed = seal(self._key, pad(json_compact(content)), _place(errand.id))
        return ErrandRow(errand.id, sealed, next_at, _later_hour(errand.until + KEPT))

    def _opened(self, row: ErrandRow) -> JsonObject:
        opened: JsonObject = json.loads(unpad(unseal(self._key, row.sealed, _place(row.id))))
        return opened


def _later_hour(moment: datetime) -> datetime:
    # To the second it would say which wallet began to wait then.
    return moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _place(id: str) -> bytes:
    return f"wallet_errand|{id}".encode()
