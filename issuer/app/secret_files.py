"""Files of the state folder that hold a secret: for their owner alone."""

import os
import stat
from pathlib import Path

from credentials.errors import ConfigurationError


def read_private(path: Path) -> bytes:
    """Return the content of a secret's file. Raises ConfigurationError, also when others may read it."""
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise ConfigurationError(f"{path.name}: others may read this secret; set its mode to 0600")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path.name}: missing or unreadable") from error
