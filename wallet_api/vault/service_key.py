"""The key of the service: what lies outside the vaults is sealed under it, and it is not in the database."""

import os
import stat
from pathlib import Path

from credentials.errors import ConfigurationError
from service.sealing import KEY_BYTES, random_key
from service.whole_files import PRIVATE, write_whole


def make_missing(path: Path) -> list[str]:
    """Make the key, if it is not there; return the file's name."""
    if path.exists():
        return []
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, random_key(), PRIVATE)
    return [path.name]


def load(path: Path) -> bytes:
    """Read the key. Raises ConfigurationError, also when others may read it."""
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
        key = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path.name}: missing or unreadable; run `blauweknop wallet keys` first") from error
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"{path.name}: not a key of {KEY_BYTES} bytes")
    return key
