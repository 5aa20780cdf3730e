"""Scan or paste; take an offer; answer a request; and look back at what was shared."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.errors import LoginNeeded
from service.web import CAMERA_ALLOWED, Form
from wallet_api.domain.errors import (
    NothingSelected,
    NotRecognised,
    RequestRefused,
    TransactionCodeWrong,
    UnknownHost,
)
from wallet_api.web.bundle import Screens
from wallet_api.web.links import offer_link, recognise, request_link
from wallet_api.web.words import REFUSALS

_REJECTED: Final = "request_refused.html"


def answering(screens: Screens) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    pages, door, guard = screens.pages, screens.door, screens.guard
    offers, share = screens.usecases.offers, screens.usecases.share
    FormOf = Annotated[Form, Depends(guard.form)]  # noqa: N806  # a type

    @router.get("/toevoegen")
    def scanning(request: Request) -> Response:
        session, _ = door.open_session(request)
        return _scan_page(request, session_error="")

    @router.post("/toevoegen")
    def scanned(request: Request, form: FormOf) -> Response:
        wallet = door.wallet(request)
        try:
            link = recognise(form.text("link"))
        except NotRecognised:
            return _scan_page(
                request, session_error="Dit kennen wij niet. Scan of plak een QR-code van een organisatie."
            )
        if link.is_offer:
            return RedirectResponse(f"/aanbod/{offers.read(wallet, link.text).id}", 303)
        return _read_request(request, link.text, stranger_agreed=form.get("zeker") == "ja")

    @router.get("/aanbod")
    def offer_landing(request: Request) -> Response:
        return _landing(request, offer_link(request.scope.get("query_string", b"")))

    @router.get("/verzoek")
    def request_landing(request: Request) -> Response:
        return _landing(request, request_link(request.scope.get("query_string", b"")))

    @router.get("/aanbod/{id}")
    def offer(request: Request, id: str) -> Response:
        session, wallet = door.open_session(request)
        return pages.render(request, "offer.html", session=session, offer=offers.get(wallet, id), error="")

    @router.post("/aanbod/{id}")
    def decide_offer(request: Request, id: str, form: FormOf) -> Response:
        session, wallet = door.open_session(request)
        if form.get("besluit") != "ja":
            offers.decline(wallet, id)
            return RedirectResponse("/overzicht", 303)
        try:
            taken = offers.accept(wallet, id, form.get("code"))
        except TransactionCodeWrong:
            text = "Deze code klopt niet. Kijk goed na welke code u hebt gekregen."
            return pages.render(
                request, "offer.html", status=400, session=session, offer=offers.get(wallet, id), error=text
            )
        if isinstance(taken, str):
            # A form may not lead to a foreign site; a link may.
            return pages.render(request, "leave.html", session=session, address=taken)
        return RedirectResponse("/overzicht?opgehaald=1", 303)

    @router.get("/verzoek/{id}")
    def consent(request: Request, id: str) -> Response:
        return _consent_page(request, id, "")

    @router.post("/verzoek/{id}")
    def decide(request: Request, id: str, form: FormOf) -> Response:
        wallet = door.wallet(request)
        if form.get("besluit") != "delen":
            receipt = share.decline(wallet, id)
            return RedirectResponse(f"/gedeeld/{receipt.id}?net=1", 303)
        pending = share.consent(wallet, id).request
        if not pending.requester.known and form.get("vertrouwd") != "ja":
            return _consent_page(request, id, "Zet eerst een vinkje dat u deze organisatie zelf kent.")
        chosen = [(query, card) for query, _, card in (value.partition(" ") for value in form.all("kaart"))]
        try:
            receipt = share.share(wallet, id, chosen)
        except NothingSelected:
            return _consent_page(request, id, "U hebt niets gekozen. Kies minstens één kaartje, of kies Niet delen.")
        return RedirectResponse(f"/gedeeld/{receipt.id}?net=1", 303)

    @router.get("/gedeeld")
    def history(request: Request) -> Response:
        session, wallet = door.open_session(request)
        return pages.render(request, "history.html", session=session, receipts=share.history(wallet))

    @router.get("/gedeeld/{id}")
    def receipt_page(request: Request, id: str) -> Response:
        session, wallet = door.open_session(request)
        just = request.query_params.get("net") == "1"
        return pages.render(request, "receipt.html", session=session, receipt=share.receipt(wallet, id), just=just)

    @router.post("/gedeeld/{id}/verwijderen")
    def forget(request: Request, id: str, form: FormOf) -> Response:  # noqa: ARG001  # the form is its own check
        share.forget(door.wallet(request), id)
        return RedirectResponse("/gedeeld", 303)

    def _landing(request: Request, text: str) -> Response:
        # A link from elsewhere may open the wallet at the right place; it decides nothing.
        if not door.is_open(request):
            response = RedirectResponse("/welkom?verder=1", 303)
            door.knock(response, door.session(request), then=f"{request.url.path}?{request.url.query}")
            return response
        wallet = door.wallet(request)
        link = recognise(text)
        if link.is_offer:
            return RedirectResponse(f"/aanbod/{offers.read(wallet, link.text).id}", 303)
        return _read_request(request, link.text, stranger_agreed=False)

    def _read_request(request: Request, text: str, *, stranger_agreed: bool) -> Response:
        session, wallet = door.open_session(request)
        try:
            pending = share.read(wallet, text, stranger_agreed=stranger_agreed)
        except UnknownHost as error:
            return pages.render(request, "stranger.html", session=session, host=error.host, link=text)
        except RequestRefused as error:
            return pages.render(
                request, _REJECTED, status=403, session=session, reason=REFUSALS.get(error.reason, ""), pending=None
            )
        return RedirectResponse(f"/verzoek/{pending.id}", 303)

    def _consent_page(request: Request, id: str, error: str) -> Response:
        session, wallet = door.open_session(request)
        asked = share.consent(wallet, id)
        status = 400 if error else 200
        if asked.request.refusal is not None:
            reason = REFUSALS.get(asked.request.refusal, "")
            return pages.render(request, _REJECTED, status=403, session=session, reason=reason, pending=asked.request)
        return pages.render(request, "consent.html", status=status, session=session, consent=asked, error=error)

    def _scan_page(request: Request, session_error: str) -> Response:
        session = door.session(request)
        if session is None:
            raise LoginNeeded
        return pages.render(
            request,
            "add.html",
            status=400 if session_error else 200,
            session=session,
            error=session_error,
            headers={"permissions-policy": CAMERA_ALLOWED},
        )

    return router
