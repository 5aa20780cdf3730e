"""How what changed is called, on the page and in files: what became of a debt, and the facts that are compared."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from credentials.debts.catalogue import Rank
from service.i18n import day
from verifier.domain.changes import What
from verifier.domain.words import PHASES, RANKS

BECAME: Final[Mapping[What, str]] = MappingProxyType(
    {
        What.NEW: "Nieuw",
        What.FIRST_SHOWN: "Eerst niet getoond",
        What.CHANGED: "Veranderd",
        What.PAID: "Voldaan",
        What.GONE: "Staat er niet meer",
        What.NOT_SHOWN: "Nu niet getoond",
    }
)
SILENT: Final = "Bewijst nu niets"
"""Of an organisation that proved something before, and nothing now."""

FACT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "body": "Bij",
        "balance": "Nog te betalen",
        "owed": "Opgelegd",
        "settled": "Betaald of verrekend",
        "arrears": "Achterstand",
        "open_cases": "Openstaande zaken",
        "phase": "Fase",
        "plan_instalment": "Per termijn",
        "plan_kept": "Regeling",
        "preference": "Voorrang",
        "next_due_date": "Uiterlijk betalen op",
    }
)
"""The facts that are compared, by their names in `domain.changes`."""
AMOUNTS: Final = frozenset({"balance", "owed", "settled", "arrears", "plan_instalment"})
"""Those that are amounts in cents."""


def fact(field: str, value: object) -> str:
    """Write a fact that is no amount."""
    if field == "plan_kept":
        return "op tijd betaald" if value else "niet op tijd betaald"
    match value:
        case Rank():
            return RANKS[value]
        case date():
            return day(value)
        case _:
            return PHASES.get(str(value), str(value)) if field == "phase" else str(value)
