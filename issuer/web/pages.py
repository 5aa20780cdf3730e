"""The citizen's screens: the agency's door, your debts in plain words, and what happens to your data."""

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

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
)
from issuer.domain.letter import Group, letter
from issuer.web.desk import Desk
from issuer.web.login import citizen, login_address
from service.i18n import day, euro

_WHAT: Final[dict[type[Event], str]] = {
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
_STAGES: Final = {"Aanschrijving": "Brief gestuurd: u moet betalen", "Herinnering": "Herinnering gestuurd",
                  "Aanmaning": "Laatste waarschuwing gestuurd"}  # fmt: skip


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()

    @routes.get("/")
    def start(request: Request) -> Response:
        """The agency's door."""
        found = citizen(desk, request)
        return desk.pages.render(
            request, "start.html", session=found.session if found else None, desk=desk, citizen=found
        )

    @routes.get("/schulden")
    def debts(request: Request) -> Response:
        """Your debts at this agency."""
        found = citizen(desk, request)
        if found is None:
            return RedirectResponse(login_address("/schulden"), 303)
        facts = desk.read_debts(found.bsn)
        today = dutch_day(desk.clock.now())
        return desk.pages.render(
            request,
            "schulden.html",
            session=found.session,
            desk=desk,
            citizen=found,
            facts=facts,
            letter=letter(facts, today),
            today=today,
            groups=Group,
            about=about,
            history=history,
        )

    @routes.get("/privacy")
    def privacy(request: Request) -> Response:
        """What happens to a citizen's data."""
        return desk.pages.render(request, "privacy.html", desk=desk)

    @routes.get("/toegankelijkheid")
    def accessibility(request: Request) -> Response:
        """How accessible this site is, and whom to tell when it is not."""
        return desk.pages.render(request, "toegankelijkheid.html", desk=desk)

    return routes


def about(case: Case) -> str:
    """Return what a case is about, in plain words."""
    return describe(case.type).description


def history(case: Case) -> list[tuple[str, str, str]]:
    """Return what happened in a case, newest first: when, what, how much."""
    return [(day(event.registered_at), _what(event), _how_much(event)) for event in reversed(case.events)]


def _what(event: Event) -> str:
    if isinstance(event, PaymentDemanded):
        return _STAGES.get(str(event.stage), _WHAT[PaymentDemanded])
    return _WHAT[type(event)]


def _how_much(event: Event) -> str:
    parts = [] if isinstance(event, DemandWithdrawn) else [euro(event.amount)]
    if isinstance(event, PaymentDemanded) and event.due is not None:
        parts[0] += f", te betalen uiterlijk op {day(event.due)}"
    if event.description:
        parts.append(event.description)
    return ". ".join(parts)
