"""A name for a check that tells nothing of it: the same for whoever holds the evidence, and for nobody else.

An answer's part is SHA-256 of its moments, its nonce and the hash of each presentation; a check's name is SHA-256 of
those parts, in the order of the answers. The nonce and the signatures make that nobody can find out by trying what was
shown. An evidence bundle has the same name as the check that it was made of, whenever it was made.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from credentials.clock import epoch
from credentials.encoding import JsonObject, jcs, json_compact
from credentials.formats.base import Credential


def content_of(presented: Credential) -> bytes:
    """Return a presentation as it is kept in a file: a token as it is, a document as JSON without spaces."""
    return presented.encode("utf-8") if isinstance(presented, str) else json_compact(presented)


def digest_of(content: bytes) -> bytes:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).digest()


def answer_part(received_at: datetime, checked_at: datetime, nonce: str, proofs: Sequence[bytes]) -> bytes:
    """Return the part of one answer; `proofs` are the hashes of its presentations, in their order."""
    told: JsonObject = {
        "ontvangenOp": epoch(received_at),
        "gecontroleerdOp": epoch(checked_at),
        "nonce": nonce,
        "bewijzen": [each.hex() for each in proofs],
    }
    return digest_of(jcs(told))


def fingerprint(parts: Iterable[bytes]) -> str:
    """Return the name of a check of answers with these parts: 64 hexadecimal digits."""
    return digest_of(b"".join(parts)).hex()
