"""Rust's `sd-jwt-rs` as a peer: a process beside ours, on the same core, that verifies when it is its turn."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, final

from credentials.keys import PublicJwk

HERE: Final = Path(__file__).parent
CRATE: Final = HERE / "sd_jwt_rs"
BUILT: Final = HERE.parents[1] / ".benchmarks" / "sd_jwt_rs"
TIMES: Final = 500


class NoRust(Exception):
    """The peer cannot be built here; says why."""


@final
class RustPeer:
    """The peer at work on one SD-JWT."""

    def __init__(self, asked: IO[str], said: IO[str]) -> None:
        self._asked = asked
        self._said = said

    def per_second(self) -> float:
        """Return how often a second it verifies, by its own clock."""
        took, _ = self._verified(TIMES)
        return TIMES / took

    def claims(self) -> int:
        """Return how many claims it reads in the SD-JWT."""
        return self._verified(1)[1]

    def _verified(self, times: int) -> tuple[float, int]:
        print(times, file=self._asked, flush=True)
        took, claims = self._said.readline().split()
        return float(took), int(claims)


@contextmanager
def rust_peer(sd_jwt: str, issuer: PublicJwk) -> Iterator[RustPeer]:
    """Start the peer. Raises NoRust."""
    program = _built()
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        print(sd_jwt, issuer.members["x"], issuer.members["y"], sep="\n", file=process.stdin, flush=True)
        # It ends when there is nothing more to read; leaving the block closes the pipe and waits.
        yield RustPeer(process.stdin, process.stdout)


def _built() -> Path:
    cargo = shutil.which("cargo")
    if cargo is None:
        raise NoRust("there is no Rust toolchain here")
    command = [cargo, "build", "--release", "--quiet", "--manifest-path", str(CRATE / "Cargo.toml")]
    made = subprocess.run(command, env={**os.environ, "CARGO_TARGET_DIR": str(BUILT)}, check=False, capture_output=True)
    if made.returncode:
        raise NoRust("cargo cannot build it here")
    return BUILT / "release" / "sd-jwt-rs-peer"
