"""Small debts for tests: events with sensible defaults, the demo's documents, and documents with one thing changed."""

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case, Statements, fold
from credentials.debts.events import (
    Category,
    DemandWithdrawn,
    Event,
    ObligationImposed,
    PaymentDemanded,
    PaymentProcessed,
    Stage,
)
from credentials.debts.fcid import DocumentCase, FcidDocument, parse_document, write_document
from credentials.debts.notice import Notice

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "demo" / "debts"
AGENCIES = ROOT / "demo" / "agencies"
START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
AS_OF = datetime(2026, 10, 31, 22, 59, 59, tzinfo=UTC)
SAMIRA = Bsn("999990007")
A_NOTICE = Notice(
    first_day=date(2026, 10, 26),
    last_day=date(2026, 10, 30),
    expected_end=date(2026, 11, 6),
    kinds=("cjib_wahv",),
    what="Een levering met betalingen ontbreekt. Betalingen van deze dagen ziet u nog niet.",
)
ANOTHER_NOTICE = Notice(first_day=date(2026, 10, 31), what="Wij zetten onze gegevens over naar een ander systeem.")


@cache
def agency(key: str) -> Agency:
    entry = tomllib.loads((AGENCIES / f"{key}.toml").read_text())["agency"]
    return Agency(
        entry["oin"], entry["name"], entry["abbreviation"], tuple(entry["coverage"]), entry.get("private", False)
    )


CJIB = agency("cjib")


def demo_document(key: str, who: str) -> FcidDocument:
    path = DEMO / key / f"{who}.json"
    return parse_document(path.read_bytes(), file=path.name, agency=agency(key))


def demo_cases(who: str) -> list[Case]:
    return [
        case
        for path in sorted(DEMO.glob(f"*/{who}.json"))
        for case in demo_document(path.parent.name, who).cases_at(agency(path.parent.name))
    ]


def on(days: float) -> datetime:
    return START + timedelta(days=days)


def imposed(id: str, amount: int, days: float = 0, **more: Any) -> ObligationImposed:  # whatever the event takes
    values = {
        "registered_at": on(days),
        "imposed_at": on(days),
        "type": "cjib_wahv",
        "category": Category.PRINCIPAL,
        "primary": id == "f1",
    }
    return ObligationImposed(id=id, amount=amount, **(values | more))


def demanded(
    id: str, amount: int, days: float = 0, due: int | None = None, **more: Any
) -> PaymentDemanded:  # whatever the event takes
    values = {
        "registered_at": on(days),
        "imposed_at": on(days),
        "due": None if due is None else on(due).date(),
        "stage": Stage.NOTICE,
    }
    return PaymentDemanded(id=id, amount=amount, **(values | more))


def withdrawn(id: str, demand: str, days: float = 0) -> DemandWithdrawn:
    return DemandWithdrawn(id=id, demand=demand, registered_at=on(days))


def paid(id: str, amount: int, days: float = 0, **more: Any) -> PaymentProcessed:  # whatever the event takes
    return PaymentProcessed(id=id, amount=amount, **({"registered_at": on(days)} | more))


def a_case(
    *events: Event, as_of: datetime = AS_OF, source: Agency = CJIB, **more: Any
) -> Case:  # whatever the event takes
    return fold(events or (imposed("f1", 1000),), as_of, **({"reference": "ZAAK-1", "source": source} | more))


def many_cases(count: int) -> list[Case]:
    return [a_case(imposed("f1", 100 + number), reference=f"ZAAK-{number}") for number in range(count)]


def a_document(*events: Event, statements: Statements | None = None, version: str = "4.1.0") -> FcidDocument:
    case = DocumentCase(
        reference="ZAAK-1",
        balance_at=AS_OF,
        events=events or (imposed("f1", 1000), demanded("b1", 1000, 1, due=30), paid("p1", 400, 20)),
        statements=statements or Statements(stated_at=AS_OF),
    )
    return FcidDocument(version=version, source_oin=CJIB.oin, created_at=AS_OF, person=SAMIRA, cases=(case,))


def changed(document: FcidDocument, change: Callable[[Any], object]) -> bytes:
    """Write a document, change its JSON by hand, and return the bytes."""
    root = json.loads(write_document(document))
    change(root["body"])
    return json.dumps(root, indent=2).encode()
