"""A zip file written in one way only, so that any zip program opens it and none of its bytes is free.

APPNOTE 6.3 with nothing that may differ: entries stored, not compressed, one after the other from the first byte on,
without extra fields, comments or a time, then their directory. Whoever reads one writes what was found anew and demands
the same bytes: no bomb, no path, no second entry of a name, nothing between the entries or behind them.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from typing import Final

from credentials.errors import LimitExceeded, MalformedInput

BEGINS: Final = b"PK\x03\x04"
"""How such a file begins."""

MAX_BYTES: Final = 32 << 20
"""How large such a file may be."""

MAX_ENTRIES: Final = 5_000

_NAME: Final = re.compile(r"[a-z0-9-]{1,40}(?:/[a-z0-9-]{1,40})?\.[a-z]{1,5}\Z")
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
_VERSION: Final = 20  # section 4.4.3.2: folders
_DAY: Final = (1 << 5) | 1  # section 4.4.6: 1 January 1980, the first there is


class MalformedArchive(MalformedInput):
    """A file that is not a zip file as `pack` writes it: damaged, cut off, or packed by something else."""

    code = "malformed_archive"


class EntryChanged(MalformedArchive):
    """An entry whose bytes are not those that were packed."""

    code = "archive_entry_changed"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files by their names, in this order. Raises LimitExceeded, MalformedArchive for a name of another kind."""
    if len(files) > MAX_ENTRIES:
        raise LimitExceeded(f"more than {MAX_ENTRIES} entries")
    body, directory = bytearray(), bytearray()
    for name, content in files.items():
        if _NAME.match(name) is None:
            raise MalformedArchive("an entry has a name of another kind")
        sizes = (zlib.crc32(content), len(content), len(content), len(name), 0)
        central = (_VERSION, _VERSION, 0, 0, 0, _DAY, *sizes, 0, 0, 0, 0, len(body))
        directory += _CENTRAL.pack(b"PK\x01\x02", *central) + name.encode("ascii")
        body += _LOCAL.pack(BEGINS, _VERSION, 0, 0, 0, _DAY, *sizes) + name.encode("ascii") + content
    end = _END.pack(b"PK\x05\x06", 0, 0, len(files), len(files), len(directory), len(body), 0)
    if len(body) + len(directory) + len(end) > MAX_BYTES:
        raise LimitExceeded(f"larger than {MAX_BYTES >> 20} MB")
    return bytes(body + directory + end)


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the files in what `pack` wrote. Raises MalformedArchive, EntryChanged, LimitExceeded."""
    if len(data) > MAX_BYTES:
        raise LimitExceeded(f"larger than {MAX_BYTES >> 20} MB")
    found: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == BEGINS:
        if len(found) == MAX_ENTRIES:
            raise LimitExceeded(f"more than {MAX_ENTRIES} entries")
        name, content, at = _entry(data, at)
        if name in found:
            raise MalformedArchive("two entries have one name")
        found[name] = content
    if pack(found) != data:
        raise MalformedArchive("not written as ours are: damaged, cut off, or packed anew")
    return found


def _entry(data: bytes, at: int) -> tuple[str, bytes, int]:
    if len(data) < at + _LOCAL.size:
        raise MalformedArchive("cut off within an entry")
    _, _, _, method, _, _, crc, size, _, name_size, _ = _LOCAL.unpack_from(data, at)
    begins = at + _LOCAL.size + name_size
    if method != 0:
        raise MalformedArchive("an entry is compressed")
    name, content = data[at + _LOCAL.size : begins], data[begins : begins + size]
    if len(content) != size:
        raise MalformedArchive("cut off within an entry")
    if zlib.crc32(content) != crc:
        raise EntryChanged("an entry is not what was packed")
    # Whatever else a name may be, `pack` refuses it.
    return name.decode("latin-1"), content, begins + size
