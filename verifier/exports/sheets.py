"""A result as tables, one kind of row in each.

Debts that count, organisations, what does not count, what does not fit together, and what is unproven.

Amounts and days stay amounts and days; everything else is text, digits too: a reference, an OIN or an account number is
a name, not a number. So each column of amounts may be summed: the balances of the organisations are the proven total,
and so are those of the debts, when every debt was shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Final, TypeAlias, final

from credentials.clock import dutch_day
from verifier.domain.contradictions import Contradiction
from verifier.domain.evidence import Body
from verifier.domain.lines import AgencyLine, CaseLine
from verifier.domain.result import Result
from verifier.domain.said import KIND_NAMES, SaidDebt
from verifier.domain.words import NOT_PROVEN, NOTICES_HIDDEN, OUTCOME_WORDS, noticed


class Kind(Enum):
    """What the cells of a column hold: text, whole cents, a whole number or a day."""

    TEXT = auto()
    AMOUNT = auto()
    COUNT = auto()
    DAY = auto()


Cell: TypeAlias = str | int | date | None


@final
@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. `name` is for people, `file` what a file of this table alone is called."""

    name: str
    file: str
    columns: tuple[tuple[str, Kind], ...]
    rows: tuple[tuple[Cell, ...], ...]


_TEXT, _AMOUNT, _COUNT, _DAY = Kind.TEXT, Kind.AMOUNT, Kind.COUNT, Kind.DAY

DEBT_COLUMNS: Final = (
    ("Schuldeiser", _TEXT),
    ("OIN schuldeiser", _TEXT),
    ("Uitgevoerd door", _TEXT),
    ("FactuurnummerSE", _TEXT),
    ("Beschikkingsnummer", _TEXT),
    ("Soort schuld", _TEXT),
    ("Code soort schuld", _TEXT),
    ("Datum ontstaan", _DAY),
    ("Oorspronkelijk bedrag", _AMOUNT),
    ("Verhogingen", _AMOUNT),
    ("Kosten", _AMOUNT),
    ("Rente", _AMOUNT),
    ("Opgelegd totaal", _AMOUNT),
    ("Betaald", _AMOUNT),
    ("Saldo", _AMOUNT),
    ("Saldo per", _DAY),
    ("Nu te betalen", _AMOUNT),
    ("Daarvan te laat", _AMOUNT),
    ("Te laat sinds", _DAY),
    ("Volgend bedrag", _AMOUNT),
    ("Volgende vervaldatum", _DAY),
    ("Fase", _TEXT),
    ("Betalingsregeling", _TEXT),
    ("Preferentie", _TEXT),
    ("Grondslag preferentie", _TEXT),
    ("Preferentie volgens schuldeiser", _TEXT),
    ("Reden andere preferentie", _TEXT),
    ("Saneerbaar", _TEXT),
    ("Rechtsmiddel", _TEXT),
    ("Rechtsmiddel tot en met", _DAY),
    ("Betaalreferentie", _TEXT),
    ("IBAN", _TEXT),
    ("Ook bij", _TEXT),
)
BODY_COLUMNS: Final = (
    ("Organisatie", _TEXT),
    ("OIN", _TEXT),
    ("Uitkomst", _TEXT),
    ("Uitleg", _TEXT),
    ("Open zaken", _COUNT),
    ("Getoonde zaken", _COUNT),
    ("Opgelegd totaal", _AMOUNT),
    ("Betaald", _AMOUNT),
    ("Saldo", _AMOUNT),
    ("Achterstand", _AMOUNT),
    ("Stand van", _DAY),
    ("Melding over de gegevens", _TEXT),
)
UNCOUNTED_COLUMNS: Final = (
    ("Organisatie", _TEXT),
    ("OIN", _TEXT),
    ("FactuurnummerSE", _TEXT),
    ("Soort schuld", _TEXT),
    ("Genoemd saldo", _AMOUNT),
    ("Reden", _TEXT),
)
CONTRADICTION_COLUMNS: Final = (
    ("Soort", _TEXT),
    ("Organisaties", _TEXT),
    ("Uitleg", _TEXT),
    ("Wat nu", _TEXT),
)
SAID_COLUMNS: Final = (
    ("Bewijs", _TEXT),
    ("Soort schuld", _TEXT),
    ("Schuldeiser", _TEXT),
    ("Genoemd bedrag", _AMOUNT),
    ("Opmerking", _TEXT),
    ("Opgeschreven op", _DAY),
)

DEBTS, BODIES, UNCOUNTED, SAID = "schulden", "organisaties", "niet-geteld", "zonder-bewijs"
CONTRADICTIONS: Final = "tegenspraken"
FILES: Final = (DEBTS, BODIES, UNCOUNTED, CONTRADICTIONS)


def sheets_of(result: Result) -> tuple[Sheet, Sheet, Sheet, Sheet]:
    """Lay out a result: debts, organisations, what does not count, what contradicts itself."""
    today = dutch_day(result.checked_at)
    bodies = [_body(line, today) for line in result.lines] + [
        _missing(body) for body in result.missing if _absent(body, result)
    ]
    debts = [_debt(case) for case in result.proven_cases if case.counted]
    uncounted = [row for line in result.lines for row in _uncounted(line)]
    contradictory = [_contradiction(each) for each in result.contradictions]
    return (
        Sheet("Schulden", DEBTS, DEBT_COLUMNS, rows_of(DEBT_COLUMNS, debts)),
        Sheet("Organisaties", BODIES, BODY_COLUMNS, rows_of(BODY_COLUMNS, bodies)),
        Sheet("Niet geteld", UNCOUNTED, UNCOUNTED_COLUMNS, rows_of(UNCOUNTED_COLUMNS, uncounted)),
        Sheet("Tegenspraken", CONTRADICTIONS, CONTRADICTION_COLUMNS, rows_of(CONTRADICTION_COLUMNS, contradictory)),
    )


def said_sheet(debts: Iterable[SaidDebt]) -> Sheet:
    """Lay out debts that nobody proved, in a table of their own: each row says so, and none is in another table."""
    rows: list[Row] = [
        {
            "Bewijs": NOT_PROVEN,
            "Soort schuld": KIND_NAMES[debt.kind],
            "Schuldeiser": text_cell(debt.creditor),
            "Genoemd bedrag": debt.balance,
            "Opmerking": text_cell(debt.note),
            "Opgeschreven op": dutch_day(debt.written_at),
        }
        for debt in debts
    ]
    return Sheet("Zonder bewijs", SAID, SAID_COLUMNS, rows_of(SAID_COLUMNS, rows))


Row: TypeAlias = dict[str, Cell]


def rows_of(columns: Sequence[tuple[str, Kind]], rows: Iterable[Row]) -> tuple[tuple[Cell, ...], ...]:
    """Put the cells of each row in the order of the columns; what a row does not have is an empty cell."""
    return tuple(tuple(row.get(name) for name, _ in columns) for row in rows)


def _debt(line: CaseLine) -> Row:
    case, due = line.case, line.due
    return {
        "Schuldeiser": text_cell(case.imposed_by.name or line.body.name),
        "OIN schuldeiser": text_cell(case.imposed_by.oin or line.body.oin),
        "Uitgevoerd door": text_cell(case.executed_by.name or line.body.name),
        "FactuurnummerSE": text_cell(case.reference),
        "Beschikkingsnummer": text_cell(case.decision_number),
        "Soort schuld": text_cell(case.description),
        "Code soort schuld": text_cell(case.type),
        "Datum ontstaan": case.origin_date,
        "Oorspronkelijk bedrag": case.principal,
        "Verhogingen": case.increases,
        "Kosten": _sum(case.administration_costs, case.other_costs),
        "Rente": case.interest,
        "Opgelegd totaal": case.owed,
        "Betaald": case.settled,
        "Saldo": case.balance,
        "Saldo per": _day(case.balance_at or case.as_of),
        "Nu te betalen": due.now if due else None,
        "Daarvan te laat": due.late if due else None,
        "Te laat sinds": due.late_since if due else None,
        "Volgend bedrag": (due.next_amount or None) if due else None,
        "Volgende vervaldatum": due.next_day if due else None,
        "Fase": text_cell(case.phase),
        "Betalingsregeling": None if case.plan_instalment is None else "ja",
        # What the counsellor decided, where that is so; what the issuer says stands beside it.
        "Preferentie": text_cell(line.rank),
        "Grondslag preferentie": text_cell(None if line.chosen else case.preference_ground),
        "Preferentie volgens schuldeiser": text_cell(" ".join(filter(None, (case.preference, case.preference_ground))))
        if line.chosen
        else text_cell(case.preference),
        "Reden andere preferentie": text_cell(line.chosen.reason) if line.chosen else None,
        "Saneerbaar": text_cell(case.dischargeable),
        "Rechtsmiddel": text_cell(case.remedy),
        "Rechtsmiddel tot en met": case.remedy_until,
        "Betaalreferentie": text_cell(case.payment_reference),
        "IBAN": text_cell(case.iban),
        "Ook bij": text_cell(", ".join(body.name for body in line.also_at)),
    }


def _body(line: AgencyLine, today: date) -> Row:
    # An organisation that confirmed nothing states no amounts; a zero would be read as no debts.
    totals = line.totals if line.states_amounts else None
    return {
        "Organisatie": text_cell(line.body.name),
        "OIN": text_cell(line.body.oin),
        "Uitkomst": OUTCOME_WORDS[line.outcome],
        "Uitleg": text_cell(line.sentence),
        "Open zaken": line.stated,
        "Getoonde zaken": line.shown,
        "Opgelegd totaal": totals.owed if totals else None,
        "Betaald": totals.settled if totals else None,
        "Saldo": totals.balance if totals else None,
        "Achterstand": totals.arrears if totals else None,
        "Stand van": _day(line.as_of),
        "Melding over de gegevens": text_cell(
            NOTICES_HIDDEN if line.notices_hidden else " ".join(noticed(line.notices, today))
        ),
    }


def _missing(body: Body) -> Row:
    return {"Organisatie": text_cell(body.name), "OIN": text_cell(body.oin), "Uitkomst": "Ontbreekt"}


def _absent(body: Body, result: Result) -> bool:
    return all(line.body.identifier != body.identifier for line in result.lines)


def _uncounted(line: AgencyLine) -> Iterable[Row]:
    for case in line.cases:
        if not case.counted:
            twice = case.linked or case.also_at
            yield {
                "Organisatie": text_cell(line.body.name),
                "OIN": text_cell(line.body.oin),
                "FactuurnummerSE": text_cell(case.case.reference),
                "Soort schuld": text_cell(case.case.description),
                "Genoemd saldo": case.case.balance,
                "Reden": "Dezelfde schuld is al geteld" if twice else "Hoort niet bij het overzicht",
            }
    for unproven in line.unproven:
        proof = OUTCOME_WORDS[unproven.evidence.outcome]
        yield {
            "Organisatie": text_cell(line.body.name),
            "OIN": text_cell(line.body.oin),
            "Reden": text_cell(f"{proof}: {unproven.why}"),
        }


def _contradiction(contradiction: Contradiction) -> Row:
    return {
        "Soort": contradiction.kind.value,
        "Organisaties": text_cell(", ".join(body.name for body in contradiction.bodies)),
        "Uitleg": text_cell(contradiction.sentence),
        "Wat nu": text_cell(contradiction.advice),
    }


def _sum(*amounts: int | None) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else dutch_day(moment)


def text_cell(value: object) -> str | None:
    """Return a text as one line, as importers break on a line break or a tab in a cell; no text is an empty cell."""
    return " ".join(str(value).split()) or None if value is not None else None
