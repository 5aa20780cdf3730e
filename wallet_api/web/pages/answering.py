"""Take an offer; answer a request; and look back at what was shared."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.errors import NotFound
from wallet_api.domain.errors import (
    NotAsShown,
    NothingSelected,
    TooMuchAtOnce,
    TransactionCodeWrong,
    UnknownRequester,
)
from wallet_api.web.bundle import CheckedForm, Here, Screens
from wallet_api.web.links import after_receiving
from wallet_api.web.words import REFUSALS

_REJECTED: Final = "request_refused.html"

router: Final = APIRouter()


@router.get("/aanbod/{id}")
def offer(request: Request, here: Here, id: str) -> Response:
    """Show an offer."""
    session, wallet = here.door.open_session(request)
    return here.pages.render(
        request, "offer.html", session=session, offer=here.usecases.offers.get(wallet, id), error=""
    )


@router.post("/aanbod/{id}")
def decide_offer(request: Request, here: Here, id: str, form: CheckedForm) -> Response:
    """Take an offer, or leave it."""
    session, wallet = here.door.open_session(request)
    if form.get("besluit") != "ja":
        here.usecases.offers.decline(wallet, id)
        return RedirectResponse("/overzicht", 303)
    try:
        taken = here.usecases.offers.accept(wallet, id, form.get("code"))
    except TransactionCodeWrong:
        text = "Deze code klopt niet. Kijk goed na welke code u hebt gekregen."
        return here.pages.render(
            request, "offer.html", status=400, session=session, offer=here.usecases.offers.get(wallet, id), error=text
        )
    if isinstance(taken, str):
        # A form may not lead to a foreign site; a link may.
        return here.pages.render(request, "leave.html", session=session, address=taken)
    return RedirectResponse(after_receiving(taken), 303)


@router.get("/ontvangen/{id}")
def receiving(request: Request, here: Here, id: str) -> Response:
    """Show how far the cards of an offer are; go on by itself."""
    session, wallet = here.door.open_session(request)
    try:
        underway = here.usecases.offers.underway(wallet, id)
    except NotFound:
        return RedirectResponse("/overzicht", 303)
    return here.pages.render(request, "receiving.html", session=session, underway=underway)


@router.get("/ontvangen/{id}/verder")
def receive_on(request: Request, here: Here, id: str) -> Response:
    """Fetch the next cards. The id is known to this citizen's browser only, so that no other site takes this step."""
    return RedirectResponse(after_receiving(here.usecases.offers.go_on(here.door.wallet(request), id)), 303)


@router.get("/verzoek/{id}")
def consent(request: Request, here: Here, id: str) -> Response:
    """Ask for consent."""
    return _consent_page(request, here, id, "")


@router.post("/verzoek/{id}")
def decide(request: Request, here: Here, id: str, form: CheckedForm) -> Response:
    """Share, or not."""
    wallet = here.door.wallet(request)
    if form.get("besluit") != "delen":
        receipt = here.usecases.share.decline(wallet, id)
        return RedirectResponse(f"/gedeeld/{receipt.id}?net=1", 303)
    chosen = [(query, card) for query, _, card in (value.partition(" ") for value in form.all("kaart"))]
    try:
        receipt = here.usecases.share.share(
            wallet, id, form.get("getoond") or "", chosen, stranger_agreed=form.get("vertrouwd") == "ja"
        )
    except UnknownRequester:
        return _consent_page(request, here, id, "Zet eerst een vinkje dat u deze organisatie zelf kent.")
    except NotAsShown:
        text = "Uw kaartjes zijn net veranderd. Er is niets verstuurd. Kijk opnieuw wat u deelt en kies dan."
        return _consent_page(request, here, id, text)
    except TooMuchAtOnce as error:
        text = f"Dit is te veel voor één keer. Er is niets verstuurd. Kies hooguit {error.fits} kaartjes."
        return _consent_page(request, here, id, text)
    except NothingSelected:
        return _consent_page(request, here, id, "U hebt niets gekozen. Kies minstens één kaartje, of kies Niet delen.")
    return RedirectResponse(f"/gedeeld/{receipt.id}?net=1", 303)


@router.get("/gedeeld")
def history(request: Request, here: Here) -> Response:
    """Show what was shared."""
    session, wallet = here.door.open_session(request)
    return here.pages.render(request, "history.html", session=session, receipts=here.usecases.share.history(wallet))


@router.get("/gedeeld/{id}")
def receipt_page(request: Request, here: Here, id: str) -> Response:
    """Show one receipt."""
    session, wallet = here.door.open_session(request)
    share = here.usecases.share
    receipt, underway = share.receipt(wallet, id), share.underway(wallet, id)
    just = underway or request.query_params.get("net") == "1"
    return here.pages.render(request, "receipt.html", session=session, receipt=receipt, underway=underway, just=just)


@router.get("/gedeeld/{id}/verder")
def share_on(request: Request, here: Here, id: str) -> Response:
    """Send the next part. The id is known to this citizen's browser only, so that no other site takes this step."""
    receipt = here.usecases.share.go_on(here.door.wallet(request), id)
    return RedirectResponse(f"/gedeeld/{receipt.id}?net=1", 303)


@router.post("/gedeeld/{id}/verwijderen")
def forget(request: Request, here: Here, id: str, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Throw a receipt away."""
    here.usecases.share.forget(here.door.wallet(request), id)
    return RedirectResponse("/gedeeld", 303)


def _consent_page(request: Request, here: Screens, id: str, error: str) -> Response:
    session, wallet = here.door.open_session(request)
    asked = here.usecases.share.consent(wallet, id)
    status = 400 if error else 200
    if asked.request.refusal is not None:
        reason = REFUSALS.get(asked.request.refusal, "")
        return here.pages.render(request, _REJECTED, status=403, session=session, reason=reason, pending=asked.request)
    return here.pages.render(
        request,
        "consent.html",
        status=status,
        session=session,
        consent=asked,
        error=error,
        phone_of=here.usecases.arrangements.phone_of,
    )
