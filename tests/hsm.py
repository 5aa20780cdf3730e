"""SoftHSM2: a hardware module in software, for tests of what is kept in one."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from credentials.keys import Pkcs11Token

CONFIGURATION = "SOFTHSM2_CONF"
PIN = "271828"
_LIBRARIES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True)
class Hsm:
    """The module, and the folder where its tokens are."""

    module: Path
    folder: Path

    @classmethod
    def find(cls, folder: Path) -> "Hsm | None":
        """Return the module with an empty folder; None where this machine has none."""
        module = next((Path(each) for each in _LIBRARIES if Path(each).exists()), None)
        if module is None or shutil.which("softhsm2-util") is None:
            return None
        hsm = cls(module, folder)
        hsm.tokens.mkdir()
        hsm.configuration.write_text(
            f"directories.tokendir = {hsm.tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        return hsm

    @property
    def configuration(self) -> Path:
        return self.folder / "softhsm2.conf"

    @property
    def tokens(self) -> Path:
        return self.folder / "tokens"

    def new_token(self) -> str:
        """Make a token and return its label."""
        label = f"t-{uuid.uuid4().hex[:12]}"
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "31415926", "--pin", PIN],
            check=True,
            capture_output=True,
            env={**os.environ, CONFIGURATION: str(self.configuration)},
            timeout=60,
        )
        return label

    def open(self, label: str | None = None, pin: str = PIN) -> Pkcs11Token:
        """Return a token, a fresh one by default."""
        return Pkcs11Token(self.module, label or self.new_token(), lambda: pin)

    @contextmanager
    def taken_away(self) -> Iterator[None]:
        """Take all tokens away for a while."""
        away = self.tokens.with_name("away")
        self.tokens.rename(away)
        self.tokens.mkdir()
        try:
            yield
        finally:
            self.tokens.rmdir()
            away.rename(self.tokens)
