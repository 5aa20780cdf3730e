"""What changed since an earlier answer, in words: a row for each debt, or each organisation, of which anything did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from service.i18n import day, euro
from verifier.domain.changes import Change, Changes, Difference, What
from verifier.domain.words import RANKS, debt_title
from verifier.web.views import PHASES

_WORDS: Final[Mapping[What, tuple[str, str]]] = {
    What.NEW: ("warning", "Nieuw"),
    What.FIRST_SHOWN: ("info", "Eerst niet getoond"),
    What.CHANGED: ("info", "Veranderd"),
    What.PAID: ("ok", "Voldaan"),
    What.GONE: ("info", "Staat er niet meer"),
    What.NOT_SHOWN: ("warning", "Nu niet getoond"),
}
_MEANING: Final[Mapping[What, str]] = {
    What.NEW: "",
    What.FIRST_SHOWN: "Of de schuld nieuw is, weten wij niet: de vorige keer was niet alles getoond.",
    What.CHANGED: "",
    What.PAID: "Betaald, verrekend of kwijtgescholden: de organisatie zegt dat er zo veel meer is voldaan.",
    What.GONE: "Betaald, kwijtgescholden of naar een ander. Vraag de cliënt wat er is gebeurd.",
    What.NOT_SHOWN: "Of de schuld er nog is, weten wij niet: nu is niet alles getoond.",
}


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One row: what it is about, a word for what became of it, and the rest in sentences. `position` is now's."""

    title: str
    who: str
    badge: str
    word: str
    lines: tuple[str, ...]
    position: int | None


def changed_rows(changes: Changes) -> list[ChangedRow]:
    """Return the rows: new debts first, then what changed, then what is there no more."""
    rows = [_debt(each) for each in changes.debts]
    rows += [
        ChangedRow(each.body.name, "", *_WORDS[What.CHANGED], tuple(_said(one) for one in each.differences), None)
        for each in changes.totals
    ]
    rows += [
        ChangedRow(body.name, "", "warning", "Bewijst nu niets", ("De vorige keer wel. Vraag opnieuw.",), None)
        for body in changes.silent
    ]
    return rows


def _debt(change: Change) -> ChangedRow:
    line, here = change.line, change.what not in (What.PAID, What.GONE, What.NOT_SHOWN)
    return ChangedRow(
        title=debt_title(line.case),
        who=line.body.name,
        badge=_WORDS[change.what][0],
        word=_WORDS[change.what][1],
        lines=tuple(_sentences(change)),
        position=line.position if here else None,
    )


def _sentences(change: Change) -> Iterator[str]:
    balance = change.line.case.balance
    if change.what is not What.CHANGED and balance is not None:
        yield f"{euro(balance)}."
    yield from (_said(each) for each in change.differences)
    if _MEANING[change.what]:
        yield _MEANING[change.what]


_Write = Callable[[Any], str]
_FACTS: Final[Mapping[str, tuple[str, _Write]]] = {
    "body": ("Bij", str),
    "balance": ("Nog te betalen", euro),
    "owed": ("Opgelegd", euro),
    "settled": ("Betaald of verrekend", euro),
    "arrears": ("Achterstand", euro),
    "open_cases": ("Openstaande zaken", str),
    "phase": ("Fase", lambda phase: PHASES.get(str(phase), str(phase))),
    "plan_instalment": ("Per termijn", euro),
    "plan_kept": ("Regeling", lambda kept: "op tijd betaald" if kept else "niet op tijd betaald"),
    "preference": ("Voorrang", lambda rank: RANKS[rank]),
    "next_due_date": ("Uiterlijk betalen op", lambda until: day(until) if isinstance(until, date) else str(until)),
}


def _said(difference: Difference) -> str:
    name, write = _FACTS[difference.field]
    return f"{name}: eerst {write(difference.before)}, nu {write(difference.now)}."
