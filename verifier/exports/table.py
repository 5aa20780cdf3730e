"""A result as CSV: one row per debt, and one per organisation whose overview was shared.

Semicolons, UTF-8 with a byte order mark, dates as dd-mm-jjjj, amounts with a decimal comma: what a Dutch spreadsheet
opens without questions. A text that a spreadsheet would run as a formula gets an apostrophe before it.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from credentials.clock import dutch_day
from verifier.domain.result import AgencyLine, CaseLine, Result
from verifier.domain.words import OUTCOME_WORDS

COLUMNS: Final = (
    "Regel",
    "Schuldeiser",
    "OIN schuldeiser",
    "Uitgevoerd door",
    "FactuurnummerSE",
    "Beschikkingsnummer",
    "Soort schuld",
    "Code soort schuld",
    "Datum ontstaan",
    "Oorspronkelijk bedrag",
    "Verhogingen",
    "Kosten",
    "Rente",
    "Opgelegd totaal",
    "Betaald",
    "Saldo",
    "Saldo per",
    "Eerste vervaldatum",
    "Bedrag op vervaldatum",
    "Fase",
    "Betalingsregeling",
    "Preferentie",
    "Grondslag preferentie",
    "Saneerbaar",
    "Rechtsmiddel",
    "Rechtsmiddel tot en met",
    "Betaalreferentie",
    "IBAN",
    "Telt mee",
    "Bewijs",
)

BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def to_csv(result: Result) -> bytes:
    """Write a result."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in result.lines:
        for row in _rows(line):
            writer.writerow(row)
    return (BYTE_ORDER_MARK + text.getvalue()).encode("utf-8")


def _rows(line: AgencyLine) -> list[Sequence[str]]:
    rows = [_case(case) for case in line.cases]
    if line.overview is not None:
        rows.append(_overview(line))
    for unproven in line.unproven:
        empty = dict.fromkeys(COLUMNS, "")
        empty |= {"Regel": "niet geteld", "Schuldeiser": _text(line.body.name), "OIN schuldeiser": _text(line.body.oin)}
        proof = OUTCOME_WORDS[unproven.evidence.outcome]
        rows.append(list((empty | {"Telt mee": "nee", "Bewijs": f"{proof}: {_text(unproven.why)}"}).values()))
    return rows


def _case(line: CaseLine) -> Sequence[str]:
    case = line.case
    also = " en ".join(body.name for body in line.also_at)
    values = {
        "Regel": "schuld",
        "Schuldeiser": _text(case.imposed_by.name or line.body.name),
        "OIN schuldeiser": _text(case.imposed_by.oin or line.body.oin),
        "Uitgevoerd door": _text(case.executed_by.name or line.body.name),
        "FactuurnummerSE": _text(case.reference),
        "Beschikkingsnummer": _text(case.decision_number),
        "Soort schuld": _text(case.description),
        "Code soort schuld": _text(case.type),
        "Datum ontstaan": _day(case.origin_date),
        "Oorspronkelijk bedrag": _amount(case.principal),
        "Verhogingen": _amount(case.increases),
        "Kosten": _amount(_sum(case.administration_costs, case.other_costs)),
        "Rente": _amount(case.interest),
        "Opgelegd totaal": _amount(case.owed),
        "Betaald": _amount(case.settled),
        "Saldo": _amount(case.balance),
        "Saldo per": _day(case.balance_at or case.as_of),
        "Eerste vervaldatum": _day(case.next_due_date),
        "Bedrag op vervaldatum": _amount(case.next_due_amount),
        "Fase": _text(case.phase),
        "Betalingsregeling": "" if case.plan_instalment is None else "ja",
        "Preferentie": _text(case.preference),
        "Grondslag preferentie": _text(case.preference_ground),
        "Saneerbaar": _text(case.dischargeable),
        "Rechtsmiddel": _text(case.remedy),
        "Rechtsmiddel tot en met": _day(case.remedy_until),
        "Betaalreferentie": _text(case.payment_reference),
        "IBAN": _text(case.iban),
        "Telt mee": "ja" if line.counted else "nee",
        "Bewijs": "Bewezen" + (_text(f", ook bij {also}") if also else ""),
    }
    return [values[name] for name in COLUMNS]


def _overview(line: AgencyLine) -> Sequence[str]:
    overview = line.overview
    values = dict.fromkeys(COLUMNS, "")
    values |= {
        "Regel": "overzicht",
        "Schuldeiser": _text(line.body.name),
        "OIN schuldeiser": _text(line.body.oin),
        "Soort schuld": _text(line.sentence),
        "Opgelegd totaal": _amount(overview.owed if overview else None),
        "Betaald": _amount(overview.settled if overview else None),
        "Saldo": _amount(overview.balance if overview else None),
        "Saldo per": _day(line.as_of),
        "Fase": _text(overview.highest_phase if overview else None),
        "Telt mee": "totaal van deze organisatie",
        "Bewijs": OUTCOME_WORDS[line.outcome],
    }
    return [values[name] for name in COLUMNS]


def _sum(*amounts: int | None) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _amount(cents: int | None) -> str:
    if cents is None:
        return ""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{rest:02d}"


def _day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return f"{dutch_day(value) if isinstance(value, datetime) else value:%d-%m-%Y}"


def _text(value: object) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return f"'{text}" if text.startswith(_FORMULA) else text
