"""`credentialStatus` entries for Bitstring Status Lists (Bitstring Status List 1.0 section 2.1)."""

import re
from collections.abc import Iterable
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import BitstringStatus, StatusEntry
from credentials.formats.vcdm import InvalidDocument
from credentials.formats.vcdm.values import url

ENTRY_TYPE: Final = "BitstringStatusListEntry"
_INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})\Z")


def write(status: Iterable[StatusEntry]) -> list[JsonValue]:
    """Return the entries of a credential. Raises ValueError for a status of another kind."""
    return [_entry(each) for each in status]


def read(entry: JsonObject) -> BitstringStatus:
    """Read an entry. Raises InvalidDocument: a status that is not understood must not pass for none."""
    kind = entry.get("type")
    if kind not in (ENTRY_TYPE, [ENTRY_TYPE]):
        raise InvalidDocument("credentialStatus is of a kind that we do not know")
    # Section 2.1: an entry of more than one bit has a meaning per value, which we do not read.
    if entry.get("statusSize", 1) != 1:
        raise InvalidDocument("statusSize is not 1")
    purpose, index = entry.get("statusPurpose"), entry.get("statusListIndex")
    if not isinstance(purpose, str) or not purpose:
        raise InvalidDocument("statusPurpose is missing")
    if not isinstance(index, str) or not _INDEX.match(index):
        raise InvalidDocument("statusListIndex is not a whole number in a string")
    return BitstringStatus(url(entry.get("statusListCredential"), "statusListCredential"), int(index), purpose)


def _entry(status: StatusEntry) -> JsonObject:
    if not isinstance(status, BitstringStatus):
        raise ValueError("a Data Integrity credential states places in Bitstring Status Lists")  # noqa: TRY004  # the caller's choice of status is what is wrong
    return {
        # Every node has a name: what has none is found by its contents, which is slow and easily hostile.
        "id": f"{status.uri}#{status.index}",
        "type": ENTRY_TYPE,
        "statusPurpose": status.purpose,
        "statusListIndex": str(status.index),
        "statusListCredential": status.uri,
    }
