"""`make bench-memory`: verify a million credentials, each another one, and show that memory and time stay flat.

Every credential has an id, a holder, claims and salts of its own, so that whatever remembers by them would grow. A
tenth of them come from issuers that have not been seen before. Takes about ten minutes; COUNT=100000 is enough for a
first look.
"""

import os
import sys
import time
import uuid
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table

from credentials.dids import did_key
from credentials.formats import HolderKey, IssuerKey
from credentials.formats.sd_jwt import SdJwtVc
from credentials.keys import Algorithm, SoftwareSigner
from tests.unit.formats.format_samples import BARE, RESOLVER, draft, ld_draft, ldp

CHECKPOINTS: Final = (1_000, 10_000, 100_000, 1_000_000)
NEW_ISSUER_EVERY: Final = 10


class Reading(NamedTuple):
    """After so many credentials: resident memory in bytes, and microseconds per credential since the last reading."""

    verified: int
    resident: int
    microseconds: float


def main(arguments: Sequence[str]) -> int:
    """Verify COUNT credentials of each kind and print the readings."""
    reader = ArgumentParser("make bench-memory", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.parse_args(arguments)
    count = int(os.environ.get("COUNT", str(CHECKPOINTS[-1])))
    console = Console()
    for name, verify_one in (("SD-JWT VC", _sd_jwt()), ("eddsa-rdfc-2022", _data_integrity())):
        table = Table("verified", "resident", "microseconds each", title=f"{name}: issued and verified")
        for reading in readings(verify_one, count):
            console.log(f"{name}: {reading.verified:,} verified")
            table.add_row(f"{reading.verified:,}", f"{reading.resident / 2**20:.1f} MiB", f"{reading.microseconds:.0f}")
        console.print(table)
    return 0


def readings(verify_one: Callable[[int], object], count: int) -> list[Reading]:
    """Verify that many, and read at each checkpoint on the way and at the end."""
    taken: list[Reading] = []
    started, before = time.perf_counter(), 0
    stops = sorted({*(stop for stop in CHECKPOINTS if stop < count), count})
    for number in range(1, count + 1):
        verify_one(number)
        if number == stops[len(taken)]:
            now = time.perf_counter()
            taken.append(Reading(number, _resident(), (now - started) / (number - before) * 1e6))
            started, before = now, number
    return taken


def _sd_jwt() -> Callable[[int], object]:
    form = SdJwtVc()
    issuers = _Issuers(Algorithm.ES256)

    def verify_one(number: int) -> object:
        holder = HolderKey(SoftwareSigner.generate().public_jwk)
        made = replace(draft(), id=f"urn:uuid:{uuid.uuid4()}", holder=holder)
        key = issuers.of(number)
        method = key.verification_method or ""
        return form.verify(form.issue(replace(made, issuer=method.partition("#")[0]), key), BARE, RESOLVER)

    return verify_one


def _data_integrity() -> Callable[[int], object]:
    form = ldp()
    issuers = _Issuers(Algorithm.EDDSA)

    def verify_one(number: int) -> object:
        holder = HolderKey(SoftwareSigner.generate().public_jwk)
        made = replace(ld_draft(), id=f"urn:uuid:{uuid.uuid4()}", holder=holder)
        key = issuers.of(number)
        method = key.verification_method or ""
        return form.verify(form.issue(replace(made, issuer=method.partition("#")[0]), key), BARE, RESOLVER)

    return verify_one


class _Issuers:
    """Nine credentials in ten by one and the same issuer, the tenth by a new one."""

    def __init__(self, algorithm: Algorithm) -> None:
        self._algorithm = algorithm
        self._usual = self._new()

    def of(self, number: int) -> IssuerKey:
        return self._new() if number % NEW_ISSUER_EVERY == 0 else self._usual

    def _new(self) -> IssuerKey:
        signer = SoftwareSigner.generate(self._algorithm)
        return IssuerKey(signer, verification_method=did_key(signer.public_jwk)[1])


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
