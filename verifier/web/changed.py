"""What changed since an earlier answer, in words: a row for each debt, or each organisation, of which anything did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from service.i18n import euro
from verifier.domain.changed_words import AMOUNTS, BECAME, FACT_NAMES, SILENT, fact
from verifier.domain.changes import Change, Changes, Difference, What
from verifier.domain.words import debt_title

_BADGES: Final[Mapping[What, str]] = {
    What.NEW: "warning",
    What.FIRST_SHOWN: "info",
    What.CHANGED: "info",
    What.PAID: "ok",
    What.GONE: "info",
    What.NOT_SHOWN: "warning",
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
        ChangedRow(
            each.body.name,
            "",
            _BADGES[What.CHANGED],
            BECAME[What.CHANGED],
            tuple(_said(one) for one in each.differences),
            None,
        )
        for each in changes.totals
    ]
    rows += [
        ChangedRow(body.name, "", "warning", SILENT, ("De vorige keer wel. Vraag opnieuw.",), None)
        for body in changes.silent
    ]
    return rows


def _debt(change: Change) -> ChangedRow:
    line, here = change.line, change.what not in (What.PAID, What.GONE, What.NOT_SHOWN)
    return ChangedRow(
        title=debt_title(line.case),
        who=line.body.name,
        badge=_BADGES[change.what],
        word=BECAME[change.what],
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


def _said(difference: Difference) -> str:
    before, now = (_written(difference.field, each) for each in (difference.before, difference.now))
    return f"{FACT_NAMES[difference.field]}: eerst {before}, nu {now}."


def _written(field: str, value: object) -> str:
    return euro(value) if field in AMOUNTS and isinstance(value, int) else fact(field, value)
