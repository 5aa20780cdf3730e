"""Press the button, and see agency after agency come in.

Each agency's round ends on the progress page, which goes on by itself: a browser would stop following redirects long
before the thirteenth agency, and the citizen would see nothing happen.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.web import Form, strict_query
from wallet_api.domain.errors import UnknownStep
from wallet_api.usecases.visits import Return
from wallet_api.web.bundle import Screens
from wallet_api.web.words import FAILURES, OUTCOMES


def collecting(screens: Screens) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    pages, door, guard = screens.pages, screens.door, screens.guard
    collect, visits, offers = screens.usecases.collect, screens.usecases.visits, screens.usecases.offers
    FormOf = Annotated[Form, Depends(guard.form)]  # noqa: N806  # a type

    @router.get("/ophalen")
    def progress(request: Request) -> Response:
        session, wallet = door.open_session(request)
        collection = collect.progress(wallet)
        if collection is None:
            return pages.render(request, "collect_start.html", session=session, agencies=collect.agencies())
        return pages.render(
            request,
            "collect.html",
            session=session,
            collection=collection,
            outcomes=OUTCOMES,
            failures=FAILURES,
        )

    @router.get("/ophalen/opnieuw")
    def again_page(request: Request) -> Response:
        session, _ = door.open_session(request)
        return pages.render(request, "collect_start.html", session=session, agencies=collect.agencies())

    @router.post("/ophalen")
    def start(request: Request, form: FormOf) -> Response:
        wallet = door.wallet(request)
        chosen = form.all("organisatie")
        if chosen:
            collect.only(wallet, chosen)
        else:
            collect.start(wallet)
        return RedirectResponse("/ophalen", 303)

    @router.post("/ophalen/overslaan")
    def skip(request: Request, form: FormOf) -> Response:
        collect.skip(door.wallet(request), form.text("organisatie"))
        return RedirectResponse("/ophalen", 303)

    @router.get("/ophalen/verder")
    def step(request: Request) -> Response:
        wallet = door.wallet(request)
        address = collect.next_step(wallet, strict_query(request).get("stap", ""))
        return RedirectResponse(address or "/ophalen", 303)

    @router.get("/terug")
    def back(request: Request) -> Response:
        wallet = door.wallet(request)
        query = strict_query(request)
        if "state" not in query:
            raise UnknownStep
        returned = Return(
            state=query["state"], code=query.get("code"), issuer=query.get("iss"), error=query.get("error")
        )
        visit = visits.recognise(wallet, returned)
        if visit.collection is not None:
            collect.arrive(wallet, visit, returned)
            return RedirectResponse("/ophalen", 303)
        offers.arrive(wallet, visit, returned)
        return RedirectResponse("/overzicht?opgehaald=1", 303)

    return router
