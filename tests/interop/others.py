"""Programs of ours that read with other people's libraries, in their languages: built once, then asked.

Each stands in `readers/`, with what it needs pinned. It says what it reads on standard output and exits with 0; what it
does not accept it calls `refused:` and exits with 1. Anything else means that the program is broken.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import do_without

READERS: Final = Path(__file__).parent / "readers"
BUILT: Final = Path(sys.prefix) / "outside"
# The Rust library is large: minutes on a machine that has not built it before.
BUILD_SECONDS: Final = 1_700
_RUN_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader made of it."""

    accepted: bool
    said: str


@dataclass
class Reader:
    """One program: where it stands, what this machine must have, and how it is fetched, built and run.

    `fetch` gets what it is made of from registries, `build` makes it of that. `{built}` is a folder of its own.
    """

    folder: Path
    needs: tuple[str, ...]
    run: tuple[str, ...]
    fetch: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    made: bool = field(default=False, init=False)
    """In this process; what was built before is not built anew."""

    def read(self, *arguments: object, card: str = "") -> Answer:
        """Let it read; skip the test where this machine cannot."""
        if not self.made:
            self.make()
            self.made = True
        command = [*self._filled(self.run), *map(str, arguments)]
        done = self._call(command, _RUN_SECONDS, card)
        if done.returncode == 0:
            return Answer(accepted=True, said=done.stdout)
        assert done.returncode == 1, f"{command[0]} is broken: {done.stderr}"
        assert done.stdout.startswith("refused:"), f"{command[0]} is broken: {done.stderr}"
        return Answer(accepted=False, said=done.stdout)

    def make(self) -> None:
        """Fetch and build, one process at a time. Skip the test where this machine lacks something."""
        missing = [name for name in self.needs if shutil.which(name) is None]
        if missing:
            do_without(f"no {' and no '.join(missing)} here")
        self._built.mkdir(parents=True, exist_ok=True)
        with (self._built / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.fetch and (done := self._call(self._filled(self.fetch), BUILD_SECONDS)).returncode:
                do_without(f"what {self._name} is made of cannot be fetched here: {_last_line(done)}")
            if self.build and (done := self._call(self._filled(self.build), BUILD_SECONDS)).returncode:
                pytest.fail(f"{self._name} cannot be built: {done.stdout[-2000:]}{done.stderr[-2000:]}", pytrace=False)

    @property
    def _name(self) -> str:
        return self.folder.relative_to(READERS).as_posix()

    @property
    def _built(self) -> Path:
        return BUILT / self._name.replace("/", "-")

    def _filled(self, command: Sequence[str]) -> list[str]:
        return [part.format(built=self._built) for part in command]

    def _call(self, command: Sequence[str], seconds: int, text: str = "") -> subprocess.CompletedProcess[str]:
        settings = {name: value.format(built=self._built) for name, value in self.environment.items()}
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, **settings},
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"exit code {done.returncode}"


_CERTIFICATES = READERS / "certificates"
CERTIFICATES: Final = {
    "Go": Reader(_CERTIFICATES, ("go",), ("{built}/go",), build=("go", "build", "-o", "{built}/go", ".")),
    "Java": Reader(
        _CERTIFICATES,
        ("java", "javac"),
        ("java", "-cp", "{built}", "Certificates"),
        build=("javac", "-d", "{built}", "Certificates.java"),
    ),
    "Node": Reader(_CERTIFICATES, ("node",), ("node", "certificates.mjs")),
    "OpenSSL": Reader(_CERTIFICATES, ("openssl",), ("sh", "openssl.sh")),
}
"""Each is run as: ROOT.pem CHAIN.pem."""

_GO = Reader(
    READERS / "cards" / "go",
    ("go",),
    ("{built}/cards",),
    fetch=("go", "mod", "download"),
    build=("go", "build", "-o", "{built}/", "./..."),
    environment={"GOFLAGS": "-mod=readonly -buildvcs=false"},
)
_JVM = Reader(
    READERS / "cards" / "jvm",
    ("java", "mvn"),
    ("java", "-cp", "{built}/classes:{built}/lib/*", "CardsKt"),
    fetch=("mvn", "--batch-mode", "--quiet", "-Dbuilt={built}", "dependency:go-offline"),
    build=("mvn", "--batch-mode", "--quiet", "--offline", "-Dbuilt={built}", "compile"),
)
_RUST = Reader(
    READERS / "cards" / "rust",
    ("cargo",),
    ("{built}/debug/cards",),
    fetch=("cargo", "fetch", "--locked"),
    build=("cargo", "build", "--locked", "--offline"),
    environment={"CARGO_TARGET_DIR": "{built}"},
)
CARDS: Final = {"Go": _GO, "JVM": _JVM, "Rust": _RUST}
"""Each is run as: FOLDER AUDIENCE NONCE, with a card on standard input."""

TRUST_LISTS: Final = {
    "Go": replace(_GO, run=("{built}/trustlist",)),
    "JVM": replace(_JVM, run=(*_JVM.run[:-1], "TrustListKt")),
    "Node": Reader(_CERTIFICATES, ("node",), ("node", "trust_list.mjs")),
}
"""Each is run as: ROOT.jwk, with a list on standard input."""

SCHEME_DOCUMENT: Final = replace(_JVM, run=(*_JVM.run[:-1], "SchemeDocumentKt"))
"""Run as: ROOT.pem OIN ENVIRONMENT, with a scheme document on standard input."""

_INSTALL: Final = "cp package.json package-lock.json mdoc.mjs {built}/ && cd {built} && npm install --no-save"
MDOC: Final = Reader(
    READERS / "mdoc",
    ("node", "npm"),
    ("node", "{built}/mdoc.mjs"),
    # Its native parts are for speed, and not served for every machine.
    fetch=("sh", "-c", f"{_INSTALL} --ignore-scripts --no-audit --no-fund --omit=optional"),
)
"""Run as: FOLDER AUDIENCE NONCE RESPONSE_URI THUMBPRINT, with a DeviceResponse on standard input."""

DOCUMENTS: Final = Reader(
    READERS / "documents",
    ("java", "javac", "mvn"),
    ("java", "-cp", "{built}/classes:{built}/lib/*", "Documents"),
    fetch=(
        "mvn",
        "--batch-mode",
        "--quiet",
        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
        "-DoutputDirectory={built}/lib",
    ),
    build=("javac", "-cp", "{built}/lib/*", "-d", "{built}/classes", "Documents.java"),
)
"""Is run as: DOCUMENT.pdf STANDARD…, as veraPDF calls them: `ua1` is PDF/UA-1, `3a` is PDF/A-3a."""
