"""Round sizes up, so that they do not tell one kind of thing from another."""

from typing import Final

SMALLEST: Final = 4096


def pad(plain: bytes, *, smallest: int = SMALLEST) -> bytes:
    """Return this with its length before it, filled up to a power of two."""
    size = max(smallest, 1 << (len(plain) + 4 - 1).bit_length())
    return len(plain).to_bytes(4) + plain + bytes(size - 4 - len(plain))


def unpad(padded: bytes) -> bytes:
    """Return what was padded."""
    return padded[4 : 4 + int.from_bytes(padded[:4])]
