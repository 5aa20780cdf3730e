"""The words in which an agency tells a citizen about their debts: one source, for the page and for the document.

Texts are Dutch; templates put them into the reader's language. What an agency wrote itself stays as it wrote it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from credentials.clock import dutch_day
from credentials.debts.case import Case
from credentials.debts.catalogue import describe
from credentials.debts.events import (
    DemandWithdrawn,
    Event,
    ObligationCorrected,
    ObligationImposed,
    ObligationRemitted,
    PaidOut,
    PaymentDemanded,
    PaymentProcessed,
    PaymentReversed,
    SetOff,
    Stage,
)
from credentials.debts.payment_qr import spaced
from issuer.domain.facts import Facts
from issuer.domain.letter import Group, letter
from issuer.web.desk import Desk
from service import i18n

WHAT: Final[Mapping[type[Event], str]] = {
    ObligationImposed: "Bedrag opgelegd",
    PaymentDemanded: "Brief gestuurd: u moet betalen",
    DemandWithdrawn: "Een eerdere brief telt niet meer",
    PaymentProcessed: "Betaling ontvangen",
    ObligationRemitted: "Dit deel hoeft u niet te betalen",
    ObligationCorrected: "Bedrag aangepast",
    SetOff: "Ingehouden op ander geld van u",
    PaymentReversed: "Betaling teruggedraaid",
    PaidOut: "Geld aan u terugbetaald",
}
STAGES: Final[Mapping[Stage, str]] = {
    Stage.NOTICE: "Brief gestuurd: u moet betalen",
    Stage.REMINDER: "Herinnering gestuurd",
    Stage.FINAL_NOTICE: "Laatste waarschuwing gestuurd",
}
SECTIONS: Final[tuple[tuple[str, Group], ...]] = (
    ("Nu betalen", Group.NOW),
    ("In een regeling", Group.PLAN),
    ("Later betalen", Group.LATER),
    ("Staat stil", Group.PAUSED),
    ("U krijgt geld terug", Group.BACK),
    ("Klaar", Group.DONE),
)


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a case's history: when, what, how much, by when to pay, and what the agency says of it."""

    when: datetime
    what: str
    cents: int | None
    due: Any
    note: str | None = field(repr=False)


def telling(desk: Desk, facts: Facts) -> dict[str, Any]:
    """Return what the templates of a citizen's debts are rendered with."""
    today = dutch_day(desk.clock.now())
    return {
        "desk": desk,
        "facts": facts,
        "letter": letter(facts, today),
        "today": today,
        "groups": Group,
        "sections": SECTIONS,
        "about": about,
        "called": called,
        "kind_called": kind_called,
        "history": history,
        "spaced": spaced,
    }


def about(case: Case) -> str:
    """Return what a case is about, in plain words."""
    return describe(case.type).description


def called(case: Case) -> str:
    """Return what a case is called: by the agency, or else by the catalogue, in the page's language."""
    entry = describe(case.type)
    if case.description == entry.title and i18n.language.get() != i18n.DUTCH:
        return entry.title_en
    return case.description


def kind_called(code: str) -> str:
    """Return what a kind of claim is called, in the page's language."""
    entry = describe(code)
    return entry.title if i18n.language.get() == i18n.DUTCH else entry.title_en


def history(case: Case) -> list[Happened]:
    """Return what happened in a case, newest first."""
    return [
        Happened(
            event.registered_at,
            STAGES[event.stage] if isinstance(event, PaymentDemanded) else WHAT[type(event)],
            None if isinstance(event, DemandWithdrawn) else event.amount,
            event.due if isinstance(event, PaymentDemanded) else None,
            event.description,
        )
        for event in reversed(case.events)
    ]
