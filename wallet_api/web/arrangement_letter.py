"""The letter in which a citizen asks for one payment plan: facts from the cards, and room for what only they know.

It is text to copy or to print. It goes nowhere by itself, and stands in no address.
"""

from datetime import date

from credentials.debts.catalogue import describe
from credentials.debts.disclosed import DisclosedCase
from service.i18n import day, euro
from wallet_api.domain.arrangement import Collected, JointPlan


def letter(plan: JointPlan, today: date) -> str:
    """Write it, in lines."""
    parts = [
        f"Aan: {plan.arrangement.name}",
        f"Datum: {day(today)}",
        "Onderwerp: ik wil in stukjes betalen",
        "",
        (
            "Ik moet geld betalen aan meer dan één organisatie van de overheid. Dat lukt mij niet in één keer. "
            "Ik vraag u om één betalingsregeling voor alles wat hieronder staat."
        ),
        "",
    ]
    for number, each in enumerate(plan.debts, start=1):
        parts += [f"{number}. {_line(each)}", *(f"   {fact}" for fact in _facts(each)), ""]
    parts += [
        f"Samen: {euro(plan.balance)}",
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


def _facts(each: Collected) -> list[str]:
    case = each.line.case
    imposed = case.imposed_by.name
    pairs = (
        ("Opgelegd door", imposed if imposed != each.body.name else None),
        ("Zaak", case.reference),
        ("Nummer van het besluit", case.decision_number),
        ("Betalingskenmerk", case.payment_reference),
        ("Nog te betalen", euro(each.line.balance)),
        ("Stand van", day(case.as_of) if case.as_of is not None else None),
    )
    return [f"{label}: {value}" for label, value in pairs if value]
