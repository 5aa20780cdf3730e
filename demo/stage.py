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
DIGID, PID, WORKBENCH, EMPLOYEES, CUSTOMERS, WALLET, VERIFIER, AGENCIES = 1, 2, 3, 4, 5, 10, 20, 101
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
    customer_numbers: Mapping[str, str]

    def known_to(self, agency: AgencySettings) -> dict[str, str]:
        """Return the number by which an agency knows this person, by its name."""
        if agency.agency.private:
            return {"klantnummer": self.customer_numbers[agency.agency.abbreviation]}
        return {"bsn": self.bsn}


@dataclass(frozen=True, slots=True)
class Stage:
    """What was set up, and where."""

    folder: Path
    first_port: int
    agencies: Mapping[str, AgencySettings]
    wallet: WalletSettings
    verifier: VerifierSettings
    personas: Mapping[str, Persona]
    gives_pids: bool = False

    @property
    def scheme_url(self) -> str:
        """The scheme's site."""
        return f"http://localhost:{self.first_port}"

    @property
    def digid_url(self) -> str:
        """The stand-in for DigiD."""
        return f"http://localhost:{self.first_port + DIGID}"

    @property
    def pid_url(self) -> str:
        """The stand-in for who gives people their PID, where there is one."""
        return f"http://localhost:{self.first_port + PID}"

    @property
    def employees_url(self) -> str:
        """The stand-in for the login of agencies' own people."""
        return f"http://localhost:{self.first_port + EMPLOYEES}"

    @property
    def customers_url(self) -> str:
        """The stand-in for where companies' customers log in."""
        return f"http://localhost:{self.first_port + CUSTOMERS}"

    @property
    def workbench_url(self) -> str:
        """Where makers of wallets and verifiers try theirs."""
        return f"http://localhost:{self.first_port + WORKBENCH}"

    @property
    def ports(self) -> list[int]:
        """Every port that the demonstration listens on."""
        agencies = [agency.port for agency in self.agencies.values()]
        pid = [self.first_port + PID] if self.gives_pids else []
        own = [self.first_port, *(self.first_port + each for each in (DIGID, WORKBENCH, EMPLOYEES, CUSTOMERS)), *pid]
        return [*own, self.wallet.port, self.verifier.port, *agencies]

    def settings_of(self, agency: str) -> Path:
        """The settings file of an agency."""
        return self.folder / "agencies" / f"{agency}.toml"

    def debts_of(self, agency: str) -> Path:
        """The folder that stands for the agency's own system."""
        return self.folder / "debts" / agency


def stage_stood_in(folder: Path) -> bool:
    """Say whether this folder is of an earlier demonstration, and so may be emptied."""
    return (folder / MARK).exists()


def ports_from(first_port: int, *, gives_pids: bool = False) -> list[int]:
    """Every port of a demonstration that starts at this one."""
    fixed = [first_port + each for each in (0, DIGID, WORKBENCH, EMPLOYEES, CUSTOMERS, WALLET, VERIFIER)]
    fixed += [first_port + PID] if gives_pids else []
    return fixed + [first_port + AGENCIES + index for index in range(len(AGENCY_KEYS))]


def set_stage(folder: Path, first_port: int, outsider: Path | None, *, gives_pids: bool = False) -> Stage:
    """Make everything that the services need before they start. Raises DemoError."""
    from demo.scenery import build  # noqa: PLC0415  # loads every party's code

    return build(folder, first_port, outsider, SystemClock(), gives_pids=gives_pids)
