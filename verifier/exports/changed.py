"""What changed since an earlier answer, for files and for other systems: as one table, and as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from verifier.domain.changed_words import AMOUNTS, BECAME, FACT_NAMES, SILENT, fact
from verifier.domain.changes import Change, Changes, Difference, What
from verifier.domain.evidence import Body
from verifier.exports.document import body_document, moment
from verifier.exports.sheets import Cell, Kind, Row, Sheet, rows_of, text_cell

CHANGED: Final = "veranderd"
_TEXT, _AMOUNT, _DAY = Kind.TEXT, Kind.AMOUNT, Kind.DAY
CHANGED_COLUMNS: Final = (
    ("Wat", _TEXT),
    ("Organisatie", _TEXT),
    ("OIN", _TEXT),
    ("FactuurnummerSE", _TEXT),
    ("Soort schuld", _TEXT),
    ("Gegeven", _TEXT),
    ("Eerst", _TEXT),
    ("Nu", _TEXT),
    ("Bedrag eerst", _AMOUNT),
    ("Bedrag nu", _AMOUNT),
    ("Dag eerst", _DAY),
    ("Dag nu", _DAY),
)
_HERE: Final = frozenset({What.NEW, What.FIRST_SHOWN})
_FIELDS: Final[Mapping[str, str]] = {
    "body": "uitgever",
    "balance": "saldo",
    "owed": "verplicht",
    "settled": "vereffend",
    "arrears": "achterstand",
    "open_cases": "openZaken",
    "phase": "fase",
    "plan_instalment": "termijnbedrag",
    "plan_kept": "regelingOpTijd",
    "preference": "preferentie",
    "next_due_date": "uiterlijkBetalenOp",
}
"""The facts that are compared, by their names in the business API."""


def changed_sheet(changes: Changes) -> Sheet:
    """Lay out what changed: a row for each fact that is another now, and one for each debt that came or went."""
    rows = [row for each in changes.debts for row in _debt_rows(each)]
    rows += [
        _row(BECAME[What.CHANGED], each.body, difference) for each in changes.totals for difference in each.differences
    ]
    rows += [_row(SILENT, body) for body in changes.silent]
    return Sheet("Veranderd", CHANGED, CHANGED_COLUMNS, rows_of(CHANGED_COLUMNS, rows))


def changes_document(changes: Changes, since: datetime) -> JsonObject:
    """Return what changed since an answer of then."""
    return {
        "sinds": moment(since),
        "schulden": [_debt(each) for each in changes.debts],
        "totalen": [
            {"uitgever": body_document(each.body), "verschillen": _differences(each.differences)}
            for each in changes.totals
        ],
        "bewijzenNuNiets": [body_document(body) for body in changes.silent],
    }


def _debt_rows(change: Change) -> Iterator[Row]:
    case, word = change.line.case, BECAME[change.what]
    about: Row = {"FactuurnummerSE": text_cell(case.reference), "Soort schuld": text_cell(case.description)}
    if change.what is What.CHANGED:
        yield from (_row(word, change.line.body, each) | about for each in change.differences)
        return
    amount = "Bedrag nu" if change.what in _HERE else "Bedrag eerst"
    yield _row(word, change.line.body) | about | {"Gegeven": FACT_NAMES["balance"], amount: case.balance}


def _row(word: str, body: Body, difference: Difference | None = None) -> Row:
    row: Row = {"Wat": word, "Organisatie": text_cell(body.name), "OIN": text_cell(body.oin)}
    if difference is None:
        return row
    row["Gegeven"] = FACT_NAMES[difference.field]
    for when, value in (("eerst", difference.before), ("nu", difference.now)):
        column, cell = _cell(difference.field, value)
        row[f"{column} {when}".strip().capitalize()] = cell
    return row


def _cell(field: str, value: object) -> tuple[str, Cell]:
    match value:
        case int() if field in AMOUNTS:
            return "bedrag", value
        case date():
            return "dag", value
        case _:
            return "", text_cell(fact(field, value))


def _debt(change: Change) -> JsonObject:
    case = change.line.case
    return {
        "wat": change.what.value,
        "uitgever": body_document(change.line.body),
        "zaakkenmerk": case.reference,
        "saldo": case.balance,
        "verschillen": _differences(change.differences),
    }


def _differences(differences: Sequence[Difference]) -> list[JsonValue]:
    return [
        {"gegeven": _FIELDS[each.field], "eerst": _value(each.before), "nu": _value(each.now)} for each in differences
    ]


def _value(value: object) -> JsonValue:
    match value:
        case bool() | int():
            return value
        case date():
            return value.isoformat()
        case _:
            return str(value)
