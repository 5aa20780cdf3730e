"""How far the records had come, in a file of the state folder: beside the database, and not in it."""

import json
import os
import secrets
from pathlib import Path
from typing import Final, final

from credentials.encoding import json_object
from credentials.errors import ConfigurationError, MalformedInput
from issuer.ports import Mark

WITNESS: Final = "records.json"
# What fits the columns, with room for the lists that are begun after them.
_MOST_LINES: Final = 1 << 62
_MOST_LISTS: Final = 1 << 30


@final
class WitnessFile:
    """The port `Witness` on a file, which is either the old one or the new one at any moment."""

    def __init__(self, state: Path) -> None:
        self._path = state / WITNESS

    def last(self) -> Mark | None:
        """Return what was remembered last. Raises ConfigurationError for a file that cannot be read."""
        try:
            said = json_object(self._path.read_bytes(), WITNESS)
            lists = said["lists"]
            if not isinstance(lists, list):
                raise TypeError
            audited = _number(said["audited"], _MOST_LINES)
            return Mark(audited, bytes.fromhex(str(said["hash"])), tuple(_number(each, _MOST_LISTS) for each in lists))
        except FileNotFoundError:
            return None
        except (OSError, MalformedInput, ValueError, TypeError, KeyError) as error:
            # Not taken for a file that is not there: then a restored database would pass for the newest.
            raise ConfigurationError(
                f"{WITNESS}: unreadable. Remove it, and say `blauweknop issuer restored` in its place"
            ) from error

    def remember(self, mark: Mark) -> None:
        """Remember this instead: on disk when it returns."""
        said = {"audited": mark.audited, "hash": mark.audit_hash.hex(), "lists": mark.lists}
        temporary = self._path.with_name(f".{WITNESS}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                json.dump(said, file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        finally:
            temporary.unlink(missing_ok=True)


def _number(value: object, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise TypeError
    return value
