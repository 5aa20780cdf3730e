"""`credentialStatus` entries for Bitstring Status Lists (Bitstring Status List 1.0 section 2.1), for every securing."""

import re
from collections.abc import Iterable
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import BitstringStatus, StatusEntry
from credentials.formats.vcdm.problems import InvalidDocument
from credentials.formats.vcdm.values import an_object, one_or_more, url

ENTRY_TYPE: Final = "BitstringStatusListEntry"
MAX_SIZE: Final = 8
"""The widest entry that is taken, in bits. The specification has no bound, yet wants a message for each value."""

_INDEX: Final = re.compile(r"(?:0|[1-9][0-9]{0,11})\Z")
_HEXADECIMAL: Final = re.compile(r"0x[0-9A-Fa-f]{1,4}\Z")


def write(status: Iterable[StatusEntry]) -> list[JsonValue]:
    """Return the entries of a credential. Raises ValueError for a status of another kind, or one that is not whole."""
    return [_entry(each) for each in status]


def read(entry: JsonObject) -> BitstringStatus:
    """Read an entry. Raises InvalidDocument: a status that is not understood must not pass for none."""
    kind = entry.get("type")
    if kind not in (ENTRY_TYPE, [ENTRY_TYPE]):
        raise InvalidDocument("credentialStatus is of a kind that we do not know")
    uri = url(entry.get("statusListCredential"), "statusListCredential")
    if entry.get("id") == uri:
        raise InvalidDocument("the id of credentialStatus is that of the list")
    purpose, index = entry.get("statusPurpose"), entry.get("statusListIndex")
    if not isinstance(purpose, str) or not purpose:
        raise InvalidDocument("statusPurpose is missing")
    if not isinstance(index, str) or not _INDEX.match(index):
        raise InvalidDocument("statusListIndex is not a whole number in a string")
    size = _size(entry.get("statusSize", 1))
    references = one_or_more(entry["statusReference"], "statusReference", url) if "statusReference" in entry else ()
    return BitstringStatus(uri, int(index), purpose, size, _messages(entry, size), references)


def _size(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InvalidDocument("statusSize is not a whole number above zero")
    if value > MAX_SIZE:
        raise InvalidDocument(f"statusSize is more than {MAX_SIZE}")
    return value


def _messages(entry: JsonObject, size: int) -> tuple[str, ...]:
    if "statusMessage" not in entry:
        if size > 1:
            raise InvalidDocument("an entry of several bits has no statusMessage")
        return ()
    listed = entry["statusMessage"]
    # The words say "number of possible values", and the example of two bits has four messages: 2 to the power of size.
    if not isinstance(listed, list) or len(listed) != 1 << size:
        raise InvalidDocument("statusMessage has not one message for each value")
    found = dict(_message(each) for each in listed)
    if found.keys() != set(range(1 << size)):
        raise InvalidDocument("statusMessage has not one message for each value")
    return tuple(found[value] for value in range(1 << size))


def _message(value: JsonValue) -> tuple[int, str]:
    node = an_object(value, "statusMessage")
    status, message = node.get("status"), node.get("message")
    if not isinstance(status, str) or not _HEXADECIMAL.match(status) or not isinstance(message, str):
        raise InvalidDocument("statusMessage is not a status in hexadecimal and a message")
    return int(status, 16), message


def _entry(status: StatusEntry) -> JsonObject:
    if not isinstance(status, BitstringStatus):
        raise ValueError("a W3C credential states places in Bitstring Status Lists")  # noqa: TRY004  # the caller's choice of status is what is wrong
    # Every node has a name: what has none is found by its contents, which is slow and easily hostile.
    name = f"{status.uri}#{status.index}"
    entry: JsonObject = {
        "id": name,
        "type": ENTRY_TYPE,
        "statusPurpose": status.purpose,
        "statusListIndex": str(status.index),
        "statusListCredential": status.uri,
    }
    if (status.messages or status.size > 1) and len(status.messages) != 1 << status.size:
        raise ValueError("a status needs one message for each of its values")
    if status.size > 1:
        entry["statusSize"] = status.size
    if status.messages:
        entry["statusMessage"] = [
            {"id": f"{name}-{value:#x}", "status": f"{value:#x}", "message": message}
            for value, message in enumerate(status.messages)
        ]
    if status.references:
        entry["statusReference"] = list(status.references)
    return entry
