"""Publishing status lists with 1 % set: ours beside the same list by the standard library's best compression.

To publish is to copy the list, compress it, write it as base64url and sign that.
"""

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Final

from credentials.encoding import b64url_decode, b64url_encode
from credentials.keys import Algorithm, SoftwareSigner
from credentials.status import Bitstring, Status, TokenStatusList, sign_status_list
from tests.benchmarks.timing import Row, in_turns

NOW: Final = datetime(2026, 11, 23, tzinfo=UTC)
SMALL, LARGE = 131_072, 10_000_000
_FAST, _FASTEST = ">= 100x", ">= 100x, under 10 ms"


def measure() -> list[Row]:
    """Measure, interleaving ours and the peer's."""
    signer = SoftwareSigner.generate(Algorithm.EDDSA)
    rows: list[Row] = []
    for entries, name, target in ((SMALL, "status_publish_131072", _FAST), (LARGE, "status_publish_10m", _FASTEST)):
        rows += _bitstring(entries, name, target, signer)
    return [*rows, *_token_list(SMALL, _FAST, signer), *_token_list(LARGE, _FASTEST, signer)]


def _bitstring(entries: int, name: str, target: str, signer: SoftwareSigner) -> list[Row]:
    bits = a_bitstring(entries)
    array = bits.to_bytes()
    work = f"Bitstring, {entries:,} entries"

    def theirs() -> bytes:
        return signer.sign(("u" + b64url_encode(gzip.compress(array, 9, mtime=0))).encode("ascii"))

    def publish() -> bytes:
        return signer.sign(bits.encode().encode("ascii"))

    published = bits.encode().encode("ascii")
    return [
        in_turns(name, f"{work}, published", publish, "gzip-9", theirs, target=target),
        in_turns(f"{name}_vs_bare", f"{work}, published", publish, "Ed25519", lambda: signer.sign(published)),
        _sizes(f"{work}: bytes", b64url_decode(bits.encode()[1:]), "gzip-9", gzip.compress(array, 9), "<= 1.5x"),
    ]


def _token_list(entries: int, target: str, signer: SoftwareSigner) -> list[Row]:
    statuses = a_token_list(entries)
    array = statuses.to_bytes()
    work = f"Token Status List, {entries:,} entries of 2 bits"

    def theirs() -> bytes:
        return signer.sign(b64url_encode(zlib.compress(array, 9)).encode("ascii"))

    def publish() -> str:
        return sign_status_list(statuses, signer, uri="https://a.example/status/1", now=NOW)

    encode: Callable[[], str] = statuses.encode
    return [
        in_turns(
            None, f"{work}, encoded", encode, "zlib-9", lambda: b64url_encode(zlib.compress(array, 9)), target=target
        ),
        in_turns(None, f"{work}, published", publish, "zlib-9", theirs),
        _sizes(f"{work}: bytes", b64url_decode(encode()), "zlib-9", zlib.compress(array, 9), "2 bits: no target"),
    ]


def _sizes(work: str, ours: bytes, peer: str, theirs: bytes, target: str) -> Row:
    return Row(None, work, len(ours), peer, len(theirs), target)


def a_bitstring(entries: int) -> Bitstring:
    """Return a list with one entry in a hundred set."""
    return Bitstring.of(entries, Random(1).sample(range(entries), entries // 100))


def a_token_list(entries: int) -> TokenStatusList:
    """Return a list with one entry in a hundred superseded."""
    chosen = Random(1).sample(range(entries), entries // 100)
    return TokenStatusList.of(entries, ((index, Status.SUPERSEDED) for index in chosen))
