"""The stage of one demonstration: who takes part, on which ports, and where their files lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from credentials.clock import SystemClock
from issuer.settings import AgencySettings
from verifier.settings import VerifierSettings
from wallet_api.settings import WalletSettings

FIRST_PORT: Final = 8100
# Places of the services after the first port; the agencies' own files count from 8201 on.
DIGID, WALLET, VERIFIER, AGENCIES = 1, 10, 20, 101
# Says that a folder was made by a demonstration.
MARK: Final = ".demonstration"
# Agencies in the order of a story: big national bodies first.
AGENCY_KEYS: Final = (
    "cjib",
    "belastingdienst",
    "toeslagen",
    "duo",
    "cak",
    "uwv",
    "svb",
    "tilburg",
    "tholen",
    "boxtel",
    "sint_michielsgestel",
    "depauw",
    "zonneweide",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """An invented person of the demonstration."""

    key: str
    name: str
    bsn: str
    username: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What was set up, and where."""

    folder: Path
    first_port: int
    agencies: Mapping[str, AgencySettings]
    wallet: WalletSettings
    verifier: VerifierSettings
    personas: Mapping[str, Persona]

    @property
    def scheme_url(self) -> str:
        """The scheme's site."""
        return f"http://localhost:{self.first_port}"

    @property
    def digid_url(self) -> str:
        """The stand-in for DigiD."""
        return f"http://localhost:{self.first_port + DIGID}"

    @property
    def ports(self) -> list[int]:
        """Every port that the demonstration listens on."""
        agencies = [agency.port for agency in self.agencies.values()]
        return [self.first_port, self.first_port + DIGID, self.wallet.port, self.verifier.port, *agencies]

    def settings_of(self, agency: str) -> Path:
        """The settings file of an agency."""
        return self.folder / "agencies" / f"{agency}.toml"

    def debts_of(self, agency: str) -> Path:
        """The folder that stands for the agency's own system."""
        return self.folder / "debts" / agency


def stage_stood_in(folder: Path) -> bool:
    """Say whether this folder is of an earlier demonstration, and so may be emptied."""
    return (folder / MARK).exists()


def ports_from(first_port: int) -> list[int]:
    """Every port of a demonstration that starts at this one."""
    fixed = [first_port, first_port + DIGID, first_port + WALLET, first_port + VERIFIER]
    return fixed + [first_port + AGENCIES + index for index in range(len(AGENCY_KEYS))]


def set_stage(folder: Path, first_port: int, outsider: Path | None) -> Stage:
    """Make everything that the services need before they start. Raises DemoError."""
    from demo.scenery import build  # noqa: PLC0415  # loads every party's code

    return build(folder, first_port, outsider, SystemClock())
