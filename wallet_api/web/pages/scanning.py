"""Scan, choose a photo, paste, or come by a link: an offer or a request comes in, and nothing is decided yet."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.photo import PhotoTooLarge, UnreadablePhoto
from service.web import SCANNING
from wallet_api.domain.errors import NotRecognised, RequestRefused, UnknownHost
from wallet_api.web.bundle import CheckedForm, CheckedPhoto, Here, Screens
from wallet_api.web.links import Link, offer_link, recognise, recognise_any, request_link
from wallet_api.web.words import REFUSALS

_UNKNOWN: Final = "Dit kennen wij niet. Scan of plak een QR-code van een organisatie."
_NO_PHOTO: Final = "Kies eerst een foto."
_NO_CODE: Final = "Wij zien geen QR-code op deze foto. Maak een foto van dichtbij, recht van voren."
_UNREADABLE: Final = "Deze foto kunnen wij niet lezen. Kies een foto van de soort JPEG, PNG of WebP."
_TOO_LARGE: Final = "Deze foto is te groot. Kies een kleinere, of maak een schermafdruk."
_UNKNOWN_CODE: Final = "Op deze foto staat een QR-code die wij niet kennen. Kies de code van een organisatie."

router: Final = APIRouter()


@router.get("/toevoegen")
def scanning(request: Request, here: Here) -> Response:
    """Scan, choose a photo, or paste."""
    return _scan_page(request, here)


@router.post("/toevoegen")
def scanned(request: Request, here: Here, form: CheckedForm) -> Response:
    """Read what was scanned."""
    here.door.wallet(request)
    try:
        link = recognise(form.text("link"))
    except NotRecognised:
        return _scan_page(request, here, error=_UNKNOWN)
    return _read(request, here, link, stranger_agreed=form.get("zeker") == "ja")


@router.post("/toevoegen/foto")
def photographed(request: Request, here: Here, photo: CheckedPhoto) -> Response:
    """Read the code on a photo, for browsers that cannot. The photo is not kept."""
    here.door.wallet(request)
    if not photo:
        return _scan_page(request, here, photo_error=_NO_PHOTO)
    try:
        texts = here.photos(photo)
        if not texts:
            return _scan_page(request, here, photo_error=_NO_CODE)
        link = recognise_any(texts)
    except PhotoTooLarge:
        return _scan_page(request, here, photo_error=_TOO_LARGE)
    except UnreadablePhoto:
        return _scan_page(request, here, photo_error=_UNREADABLE)
    except NotRecognised:
        return _scan_page(request, here, photo_error=_UNKNOWN_CODE)
    return _read(request, here, link, stranger_agreed=False)


@router.get("/aanbod")
def offer_landing(request: Request, here: Here) -> Response:
    """Take an offer from a link."""
    return _landing(request, here, offer_link(request.scope.get("query_string", b"")))


@router.get("/verzoek")
def request_landing(request: Request, here: Here) -> Response:
    """Take a request from a link."""
    return _landing(request, here, request_link(request.scope.get("query_string", b"")))


def _landing(request: Request, here: Screens, text: str) -> Response:
    # A link from elsewhere may open the wallet at the right place; it decides nothing.
    if not here.door.is_open(request):
        response = RedirectResponse("/welkom?verder=1", 303)
        here.door.knock(response, here.door.session(request), then=f"{request.url.path}?{request.url.query}")
        return response
    return _read(request, here, recognise(text), stranger_agreed=False)


def _read(request: Request, here: Screens, link: Link, *, stranger_agreed: bool) -> Response:
    session, wallet = here.door.open_session(request)
    try:
        if link.is_offer:
            offered = here.usecases.offers.read(wallet, link.text, stranger_agreed=stranger_agreed)
            return RedirectResponse(f"/aanbod/{offered.id}", 303)
        pending = here.usecases.requests.read(wallet, link.text, stranger_agreed=stranger_agreed)
    except UnknownHost as error:
        return here.pages.render(
            request, "stranger.html", session=session, host=error.host, link=link.text, offered=link.is_offer
        )
    except RequestRefused as error:
        reason = REFUSALS.get(error.reason, "")
        return here.pages.render(
            request, "request_refused.html", status=403, session=session, reason=reason, pending=None
        )
    return RedirectResponse(f"/verzoek/{pending.id}", 303)


def _scan_page(request: Request, here: Screens, *, error: str = "", photo_error: str = "") -> Response:
    session, _ = here.door.open_session(request)
    return here.pages.render(
        request,
        "add.html",
        status=400 if error or photo_error else 200,
        session=session,
        headers=SCANNING,
        error=error,
        photo_error=photo_error,
    )
