"""Which signing keys there are, and how far in their life: one file of the state folder, with no secret in it.

A step in a key's life is one write of this file, whole or not at all. Everybody who signs or publishes goes by it.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias, final

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, JsonValue, json_object
from credentials.errors import ConfigurationError, MalformedInput
from credentials.keys import PublicJwk
from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import (
    ActiveKey,
    KeyRing,
    KeyRings,
    MadeKey,
    NextKey,
    RetiredKey,
    VerifyOnlyKey,
    algorithm_of,
)
from service.whole_files import PRIVATE, write_whole

INDEX: Final = "keys.json"
_VERSION: Final = 1
_MAX_BYTES: Final = 1 << 20

Stamp: TypeAlias = tuple[int, int, int] | None
"""What tells one version of the file from another; None where there is no file."""


@final
class KeyIndexFile:
    """The index in one state folder."""

    def __init__(self, state: Path) -> None:
        self._path = state / INDEX
        self._name = str(self._path)  # asked for at each signature, and a Path takes its time

    def stamp(self) -> Stamp:
        """Return what changes when the file does. Raises ConfigurationError."""
        try:
            found = os.stat(self._name)  # noqa: PTH116  # see above
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ConfigurationError(f"{INDEX}: unreadable") from error
        # Each version is a new file (`write_whole`), so that two of one moment differ all the same.
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self) -> KeyRings | None:
        """Return the keys; None where there is no file. Raises ConfigurationError for one that cannot be read."""
        try:
            content = json_object(self._path.read_bytes(), INDEX, max_bytes=_MAX_BYTES)
            if content.get("version") != _VERSION:
                raise ConfigurationError(f"{INDEX}: of another version of this program")
            return {purpose: _ring(purpose, _members(content[purpose.value])) for purpose in Purpose}
        except FileNotFoundError:
            return None
        except (OSError, MalformedInput, KeyError, TypeError, ValueError, OverflowError) as error:
            # Not taken for a file that is not there: then the first key would sign again, which may be retired.
            raise ConfigurationError(f"{INDEX}: unreadable; put the newest backup of this file back") from error

    def write(self, rings: KeyRings) -> None:
        """Write the keys down, instead of what was there; on disk when it returns. Raises ConfigurationError."""
        content: JsonObject = {
            "version": _VERSION,
            **{purpose.value: _ring_json(rings[purpose]) for purpose in Purpose},
        }
        try:
            write_whole(self._path, (json.dumps(content, indent=1) + "\n").encode("ascii"), PRIVATE)
        except OSError as error:
            raise ConfigurationError(f"{INDEX}: cannot be written") from error


def _ring(purpose: Purpose, said: Mapping[str, JsonValue]) -> KeyRing:
    def key(entry: Mapping[str, JsonValue]) -> MadeKey:
        public_jwk = PublicJwk.from_multikey(_text(entry["publicKey"]))
        if public_jwk.algorithm is not algorithm_of(purpose):
            raise TypeError
        label = entry.get("label")
        return MadeKey(
            _name(purpose, entry["name"]),
            purpose,
            public_jwk,
            _moment(entry["madeAt"]),
            None if label is None else _text(label),
        )

    def several(name: str) -> list[Mapping[str, JsonValue]]:
        entries = said[name]
        if not isinstance(entries, list):
            raise TypeError
        return [_members(each) for each in entries]

    active = _members(said["active"])
    coming = None if said["next"] is None else _members(said["next"])
    ring = KeyRing(
        ActiveKey(key(active), _moment(active["since"])),
        None
        if coming is None
        else NextKey(key(coming), None if coming["listedAt"] is None else _moment(coming["listedAt"])),
        tuple(VerifyOnlyKey(key(each), _moment(each["relievedAt"])) for each in several("verifyOnly")),
        tuple(RetiredKey(key(each), _moment(each["retiredAt"])) for each in several("retired")),
    )
    if len({each.name for _, each in ring.staged()}) != len(list(ring.staged())):
        raise TypeError
    return ring


def _ring_json(ring: KeyRing) -> JsonObject:
    coming = ring.next
    return {
        "active": {**_key_json(ring.active.key), "since": epoch(ring.active.since)},
        "next": None
        if coming is None
        else {
            **_key_json(coming.key),
            "listedAt": None if coming.listed_at is None else epoch(coming.listed_at),
        },
        "verifyOnly": [{**_key_json(each.key), "relievedAt": epoch(each.relieved_at)} for each in ring.verify_only],
        "retired": [{**_key_json(each.key), "retiredAt": epoch(each.retired_at)} for each in ring.retired],
    }


def _key_json(key: MadeKey) -> dict[str, JsonValue]:
    label: dict[str, JsonValue] = {} if key.label is None else {"label": key.label}
    return {"name": key.name, "publicKey": key.public_jwk.multikey, "madeAt": epoch(key.made_at), **label}


def _members(value: JsonValue) -> Mapping[str, JsonValue]:
    if not isinstance(value, dict):
        raise TypeError
    return value


def _text(value: JsonValue) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError
    return value


def _name(purpose: Purpose, value: JsonValue) -> str:
    """Take a name only of the form that we give: it becomes that of a file."""
    name = _text(value)
    number = name.removeprefix(f"{purpose.value}-")
    if name != purpose.value and (number == name or not number.isascii() or not number.isdigit()):
        raise TypeError
    return name


def _moment(value: JsonValue) -> datetime:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return from_epoch(value)
