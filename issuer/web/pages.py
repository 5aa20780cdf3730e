"""The citizen's screens: log in, see your debts in plain words, take them along as a file or as cards in a wallet."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from credentials.debts.case import Case
from credentials.debts.catalogue import describe
from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.dates import dutch_day
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
from credentials.encoding import JsonObject, json_compact
from credentials.openid.offer import reference_uri
from issuer.domain.facts import Facts
from issuer.domain.letter import Group, letter
from issuer.domain.offers import Grant, OfferState
from issuer.web.desk import Desk
from issuer.web.login import citizen, login_address, required_citizen
from service.i18n import day, euro
from service.web import Form

_CONFIGURATIONS: Final = ("overzicht_sdjwt", "zaak_sdjwt")
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
    csrf_form = Annotated[Form, Depends(desk.csrf.form)]

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

    @routes.get("/schulden/download")
    def download(request: Request) -> Response:
        """The same facts as a file."""
        found = required_citizen(desk, request)
        name = f"schulden-{desk.describe.identity.abbreviation}.json"
        return Response(
            json_compact(as_document(desk, desk.read_debts(found.bsn))),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @routes.post("/wallet")
    def offer(request: Request, _form: csrf_form) -> Response:
        """Make an offer for the citizen's own wallet."""
        found = required_citizen(desk, request)
        made = desk.create_offer(found.bsn, _CONFIGURATIONS, Grant.PRE_AUTHORISED)
        return RedirectResponse(f"/wallet/{made.offer.reference}", 303)

    @routes.get("/wallet/{reference}")
    def show_offer(request: Request, reference: str) -> Response:
        """The offer as a QR code and a link; or what became of it."""
        found = required_citizen(desk, request)
        made, state = desk.show_offer.to_citizen(reference, found.bsn)
        return desk.pages.render(
            request,
            "wallet.html",
            session=found.session,
            desk=desk,
            made=made,
            state=state,
            states=OfferState,
            link=reference_uri(f"{desk.url}/offers/{made.secrets.id}"),
        )

    @routes.get("/wallet/{reference}/stand")
    def offer_state(request: Request, reference: str) -> Response:
        """Say to the waiting page whether it should turn."""
        found = required_citizen(desk, request)
        _, state = desk.show_offer.to_citizen(reference, found.bsn)
        return JSONResponse(
            {"ververs": True} if state is not OfferState.OPEN else {"tekst": "Wij wachten op uw wallet."}
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


def as_document(desk: Desk, facts: Facts) -> JsonObject:
    """Return the facts as the citizen takes them along: readable by machines, proof of nothing."""
    overview = overview_claims(facts.overview, [""] * len(facts.open_cases))
    # The slots repeat the cases below, with digests that only a credential needs.
    return {
        "soort": "schuldenoverzicht",
        "let_op": "Dit bestand is niet ondertekend. Voor bewijs haalt u de kaartjes op in uw wallet.",
        "overzicht": {name: value for name, value in overview.items() if name != "zaken"},
        "zaken": [
            {name: value for name, value in case_claims(case, "").items() if name != "zaak_digest"}
            for case in facts.overview.cases
        ],
        "gemaakt_door": desk.url,
    }


def _what(event: Event) -> str:
    if isinstance(event, PaymentDemanded):
        return _STAGES.get(str(event.stage), _WHAT[PaymentDemanded])
    return _WHAT[type(event)]


def _how_much(event: Event) -> str:
    parts = [] if isinstance(event, DemandWithdrawn) else [euro(event.amount)]
    if isinstance(event, PaymentDemanded) and event.due is not None:
        parts[0] += f", te betalen vóór {day(event.due)}"
    if event.description:
        parts.append(event.description)
    return ". ".join(parts)
