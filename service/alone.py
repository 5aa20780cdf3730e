"""Work that one process at a time does in a state folder, such as making a certificate anew at the start.

Several workers start at once; if each made its own, each would sign with another certificate than the one on disk.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, after waiting for whoever has it; it ends with this process at the latest."""
    if sys.platform == "win32":
        yield
        return
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
