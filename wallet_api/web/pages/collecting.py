"""Press the button, and see agency after agency come in.

Each agency's round ends on the progress page, from which a script goes on, or a button: a browser would stop following
redirects long before the thirteenth agency, and the citizen would see nothing happen.
"""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.web import strict_query
from wallet_api.domain.errors import UnknownStep
from wallet_api.usecases.visits import Return
from wallet_api.web.bundle import CheckedForm, Here
from wallet_api.web.links import after_receiving
from wallet_api.web.words import FAILURES, OUTCOMES

router: Final = APIRouter()


@router.get("/ophalen")
def progress(request: Request, here: Here) -> Response:
    """Show how far collecting is, and go on."""
    session, wallet = here.door.open_session(request)
    collection = here.usecases.collect.progress(wallet)
    if collection is None:
        return here.pages.render(
            request, "collect_start.html", session=session, agencies=here.usecases.collect.agencies()
        )
    return here.pages.render(
        request,
        "collect.html",
        session=session,
        collection=collection,
        asked_for_you=here.usecases.collect.asked_for_you(wallet, collection),
        in_other_window=here.usecases.collect.in_other_window(wallet, collection),
        outcomes=OUTCOMES,
        failures=FAILURES,
    )


@router.get("/ophalen/opnieuw")
def again_page(request: Request, here: Here) -> Response:
    """Offer to collect everything anew."""
    session, _ = here.door.open_session(request)
    return here.pages.render(request, "collect_start.html", session=session, agencies=here.usecases.collect.agencies())


@router.post("/ophalen")
def start(request: Request, here: Here, form: CheckedForm) -> Response:
    """Begin, at all agencies or at those chosen."""
    wallet = here.door.wallet(request)
    chosen = form.all("organisatie")
    if chosen:
        here.usecases.collect.only(wallet, chosen)
    else:
        here.usecases.collect.start(wallet)
    return RedirectResponse("/ophalen", 303)


@router.post("/ophalen/overslaan")
def skip(request: Request, here: Here, form: CheckedForm) -> Response:
    """Leave out the agency that keeps the citizen."""
    here.usecases.collect.skip(here.door.wallet(request), form.text("organisatie"))
    return RedirectResponse("/ophalen", 303)


@router.get("/ophalen/verder")
def step(request: Request, here: Here) -> Response:
    """Send the browser to the next agency."""
    wallet = here.door.wallet(request)
    address = here.usecases.collect.next_step(wallet, strict_query(request).get("stap", ""))
    return RedirectResponse(address or "/ophalen", 303)


@router.get("/terug")
def back(request: Request, here: Here) -> Response:
    """Take the browser back in from an agency."""
    wallet = here.door.wallet(request)
    query = strict_query(request)
    if "state" not in query:
        raise UnknownStep
    returned = Return(state=query["state"], code=query.get("code"), issuer=query.get("iss"), error=query.get("error"))
    visit = here.usecases.visits.recognise(wallet, returned)
    if visit.collection is not None:
        here.usecases.collect.arrive(wallet, visit, returned)
        return RedirectResponse("/ophalen", 303)
    return RedirectResponse(after_receiving(here.usecases.offers.arrive(wallet, visit, returned)), 303)
