"""Proven debts in the columns of the Schuldenknooppunt's CSV *Saldoverzoek antwoord*, for case systems that read it.

A balance that is proven needs no request to the creditor: this is what its answer would have said. The public
definition gives some columns their name and describes others; a name that we could not confirm is marked
(`Column.confirmed`), and so in the documentation. What this verifier does not know (the client's name and address, the
numbers of a conversation that was never held) is an empty cell: the columns before V keep their places.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, final

from credentials.clock import dutch_day
from credentials.debts.phase import Phase
from verifier.domain.lines import CaseLine
from verifier.domain.result import Result
from verifier.exports.sheets import Kind, Row, Sheet, rows_of, text_cell

KNOOPPUNT: Final = "schuldenknooppunt"
_TEXT, _AMOUNT, _DAY = Kind.TEXT, Kind.AMOUNT, Kind.DAY


@final
@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, whether the public definition has that name, and what stands in it here."""

    name: str
    kind: Kind
    confirmed: bool
    holds: str


@final
@dataclass(frozen=True, slots=True)
class Counsel:
    """Who helps the client: the organisation, how to reach it, and its reference of the client; "" is not known."""

    organisation: str = ""
    contact: str = ""
    reference: str = ""


UNKNOWN: Final = Counsel()

COLUMNS: Final = (
    Column("ConversatieReferentienummer", _TEXT, confirmed=True, holds="nothing: the Schuldenknooppunt gives it"),
    Column("Referentienummer", _TEXT, confirmed=True, holds="nothing: the Schuldenknooppunt gives it"),
    Column("Schuldhulpverlener", _TEXT, confirmed=True, holds="your organisation, as in the settings"),
    Column("ContactSHV", _TEXT, confirmed=False, holds="`[organisation] contact`"),
    Column("KlantnummerSHV", _TEXT, confirmed=True, holds="your own reference of the client; not in the API"),
    Column("KlantnummerSEvolgensSHV", _TEXT, confirmed=False, holds="nothing"),
    Column("TypeSchuldregeling", _TEXT, confirmed=True, holds="nothing: you decide"),
    Column("Klant", _TEXT, confirmed=False, holds="nothing: this verifier asks no name"),
    Column("Partner", _TEXT, confirmed=False, holds="nothing"),
    Column("Adres", _TEXT, confirmed=False, holds="nothing"),
    Column("FactuurnummerSHV", _TEXT, confirmed=False, holds="nothing"),
    Column("KlantnummerSE", _TEXT, confirmed=True, holds="nothing: cards have no customer number"),
    Column("ContactnaamSE", _TEXT, confirmed=False, holds="who collects, where it is somebody else"),
    Column("ContactemailSE", _TEXT, confirmed=False, holds="nothing"),
    Column("ContacttelefoonSE", _TEXT, confirmed=False, holds="nothing"),
    Column("KlantOnbekend", _TEXT, confirmed=False, holds="nothing: who proves a debt knows the client"),
    Column("StandaardAkkoord", _TEXT, confirmed=False, holds="nothing: the creditor decides"),
    Column("Datum", _DAY, confirmed=False, holds="the day of the balance"),
    Column("SoortVordering", _TEXT, confirmed=False, holds="`open`, or `overgedragen` in that phase"),
    Column("FactuurnummerSE", _TEXT, confirmed=True, holds="the number of the case"),
    Column("DatumOntstaan", _DAY, confirmed=False, holds="the day of origin"),
    Column("OorspronkelijkBedrag", _AMOUNT, confirmed=False, holds="the principal"),
    Column("Rente", _AMOUNT, confirmed=False, holds="interest"),
    Column("Kosten", _AMOUNT, confirmed=False, holds="increases and costs together"),
    Column("Betaald", _AMOUNT, confirmed=False, holds="paid or set off"),
    Column("ActueelVorderingsbedrag", _AMOUNT, confirmed=True, holds="the balance (a name of another message)"),
    Column("Preferentie", _TEXT, confirmed=False, holds="as the creditor states it, or as you decided"),
    Column("OvergedragenAan", _TEXT, confirmed=False, holds="who collects, in the phase `overgedragen`"),
    Column("Betaalreferentie", _TEXT, confirmed=True, holds="the payment reference (a name of another message)"),
    Column("Schuldeiser", _TEXT, confirmed=False, holds="the creditor: ours, an answer has it in its envelope"),
    Column("OIN", _TEXT, confirmed=False, holds="the creditor's OIN: ours"),
    Column("Bewijs", _TEXT, confirmed=False, holds="`bewezen`: ours"),
)


def knooppunt_sheet(result: Result, counsel: Counsel) -> Sheet:
    """Lay out the debts that count, a row for each."""
    columns = tuple((each.name, each.kind) for each in COLUMNS)
    rows = [_row(case, counsel) for case in result.proven_cases if case.counted]
    return Sheet("Schuldenknooppunt", KNOOPPUNT, columns, rows_of(columns, rows))


def _row(line: CaseLine, counsel: Counsel) -> Row:
    case = line.case
    creditor, collector = case.imposed_by.name or line.body.name, case.executed_by.name or line.body.name
    other = None if collector == creditor else text_cell(collector)
    moved = case.phase is Phase.TRANSFERRED
    return {
        "Schuldhulpverlener": text_cell(counsel.organisation),
        "ContactSHV": text_cell(counsel.contact),
        "KlantnummerSHV": text_cell(counsel.reference),
        "ContactnaamSE": other,
        "Datum": _day(case.balance_at or case.as_of),
        "SoortVordering": "overgedragen" if moved else "open",
        "FactuurnummerSE": text_cell(case.reference),
        "DatumOntstaan": case.origin_date,
        "OorspronkelijkBedrag": case.principal,
        "Rente": case.interest,
        "Kosten": _sum((case.increases, case.administration_costs, case.other_costs)),
        "Betaald": case.settled,
        "ActueelVorderingsbedrag": case.balance,
        "Preferentie": text_cell(line.rank),
        "OvergedragenAan": other if moved else None,
        "Betaalreferentie": text_cell(case.payment_reference),
        "Schuldeiser": text_cell(creditor),
        "OIN": text_cell(case.imposed_by.oin or line.body.oin),
        "Bewijs": line.evidence.outcome,
    }


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else dutch_day(moment)
