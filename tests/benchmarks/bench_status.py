"""Publishing status lists with 1 % set: ours beside the same list by the standard library's best compression."""

import gzip
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from statistics import median

from credentials.encoding import b64url_decode, b64url_encode
from credentials.keys import Algorithm, SoftwareSigner
from credentials.status import Bitstring, Status, TokenStatusList, sign_status_list
from tests.benchmarks.row import Row

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SMALL, LARGE = 131_072, 10_000_000
ROUNDS = 3


def measure() -> list[Row]:
    """Measure, interleaving ours and the peer's."""
    bits, statuses = a_bitstring(SMALL), a_token_list(SMALL)
    large_bits, large_statuses = a_bitstring(LARGE), a_token_list(LARGE)
    signer = SoftwareSigner.generate(Algorithm.EDDSA)

    def gzip_9(array: bytes) -> str:
        return "u" + b64url_encode(gzip.compress(array, 9, mtime=0))

    def zlib_9(array: bytes) -> str:
        return b64url_encode(zlib.compress(array, 9))

    def publish(made: TokenStatusList) -> str:
        return sign_status_list(made, signer, uri="https://a.example/status/1", now=NOW)

    def sizes(work: str, ours: bytes, peer: str, theirs: bytes, target: str) -> Row:
        return Row(work, len(ours), peer, len(theirs), len(ours) / len(theirs), target)

    small, small_tokens = bits.to_bytes(), statuses.to_bytes()
    large, large_tokens = large_bits.to_bytes(), large_statuses.to_bytes()
    fast, fastest = ">= 100x", ">= 100x, under 10 ms"
    best_gzip, best_zlib = gzip.compress(small, 9), zlib.compress(small_tokens, 9)
    bitstring, token_list = "Bitstring, 131,072 entries", "Token Status List, 131,072 entries"
    return [
        speed(bitstring, bits.encode, "gzip-9", lambda: gzip_9(small), fast),
        sizes(f"{bitstring}: bytes", b64url_decode(bits.encode()[1:]), "gzip-9", best_gzip, "<= 1.5x"),
        speed(token_list, statuses.encode, "zlib-9", lambda: zlib_9(small_tokens), fast),
        sizes(f"{token_list}: bytes", b64url_decode(statuses.encode()), "zlib-9", best_zlib, "2 bits: no target"),
        speed(f"{token_list}, signed", lambda: publish(statuses), "zlib-9", lambda: zlib_9(small_tokens), ""),
        speed("Bitstring, 10,000,000 entries", large_bits.encode, "gzip-9", lambda: gzip_9(large), fastest),
        speed(
            "Token Status List, 10,000,000 entries, signed",
            lambda: publish(large_statuses),
            "zlib-9",
            lambda: zlib_9(large_tokens),
            fastest,
        ),
    ]


def speed(work: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object], target: str) -> Row:
    """Time both in turn, and compare the medians."""
    mine, others = [], []
    for _ in range(ROUNDS):
        mine.append(per_second(ours, 20))
        others.append(per_second(theirs, 1))
    return Row(work, median(mine), peer, median(others), median(mine) / median(others), target)


def per_second(work: Callable[[], object], repeats: int) -> float:
    """Return how often a second the work is done."""
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return repeats / (time.perf_counter() - started)


def a_bitstring(entries: int) -> Bitstring:
    """Return a list with one entry in a hundred set."""
    return Bitstring.of(entries, Random(1).sample(range(entries), entries // 100))


def a_token_list(entries: int) -> TokenStatusList:
    """Return a list with one entry in a hundred superseded."""
    chosen = Random(1).sample(range(entries), entries // 100)
    return TokenStatusList.of(entries, ((index, Status.SUPERSEDED) for index in chosen))
