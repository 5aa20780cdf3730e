"""The letter in which a citizen asks to pay in parts: facts from the cards, and room for what only they know.

It is text to copy or to print. It goes nowhere by itself, and stands in no address.
"""

from datetime import date

from credentials.debts.catalogue import describe
from credentials.debts.disclosed import DisclosedCase
from service.i18n import day, euro
from wallet_api.domain.arrangement import Collected, JointPlan
from wallet_api.domain.overview import DebtLine


def letter(plan: JointPlan, today: date) -> str:
    """Write to the bodies of a joint plan, in lines."""
    wanted = (
        "Ik moet geld betalen aan meer dan één organisatie van de overheid. Dat lukt mij niet in één keer. "
        "Ik vraag u om één betalingsregeling voor alles wat hieronder staat."
    )
    debts: list[str] = []
    for number, each in enumerate(plan.debts, start=1):
        debts += [f"{number}. {_line(each)}", *(f"   {fact}" for fact in _facts(each.line, each.body.name)), ""]
    return _written(plan.arrangement.name, today, wanted, [*debts, f"Samen: {euro(plan.balance)}"])


def letter_for_one(line: DebtLine, body: str, today: date) -> str:
    """Write to whoever collects one debt, in lines."""
    wanted = "Ik kan dit bedrag niet in één keer betalen. Ik vraag u om een betalingsregeling."
    return _written(body, today, wanted, [title(line.case), *_facts(line, body)])


def _written(to: str, today: date, wanted: str, debts: list[str]) -> str:
    parts = [
        f"Aan: {to}",
        f"Datum: {day(today)}",
        "Onderwerp: ik wil in stukjes betalen",
        "",
        wanted,
        "",
        *debts,
        "",
        "Per maand kan ik betalen: € ..........",
        "",
        "Naam: ..........",
        "Adres: ..........",
        "Telefoon: ..........",
        "Handtekening: ..........",
    ]
    return "\n".join(parts).replace("\u00a0", " ")


def _line(each: Collected) -> str:
    return f"{each.body.name}: {title(each.line.case)}"


def title(case: DisclosedCase) -> str:
    """Name a debt as the agency does, or else by its kind."""
    return case.description or (describe(case.type).title if case.type else "Schuld")


def _facts(line: DebtLine, body: str) -> list[str]:
    case = line.case
    imposed = case.imposed_by.name
    pairs = (
        ("Opgelegd door", imposed if imposed != body else None),
        ("Zaak", case.reference),
        ("Nummer van het besluit", case.decision_number),
        ("Betalingskenmerk", case.payment_reference),
        ("Nog te betalen", euro(line.balance)),
        ("Stand van", day(case.as_of) if case.as_of is not None else None),
    )
    return [f"{label}: {value}" for label, value in pairs if value]
