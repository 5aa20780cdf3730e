"""The rest of the house: settings, help, privacy, accessibility, and leaving for good."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.web import Form
from wallet_api.web.bundle import Screens


def house(screens: Screens) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    pages, door, guard, wallets = screens.pages, screens.door, screens.guard, screens.usecases.wallets
    FormOf = Annotated[Form, Depends(guard.form)]  # noqa: N806  # a type

    @router.get("/instellingen")
    def settings(request: Request) -> Response:
        session, _ = door.open_session(request)
        number = door.number(session)
        shown = number.shown if number is not None else ""
        return pages.render(request, "settings.html", session=session, number=shown, error="")

    @router.post("/instellingen/verwijderen")
    def delete(request: Request, form: FormOf) -> Response:
        session, wallet = door.open_session(request)
        if form.get("zeker") != "ja":
            number = door.number(session)
            shown = number.shown if number is not None else ""
            text = "Zet eerst een vinkje. Weggooien kan niet ongedaan worden gemaakt."
            return pages.render(request, "settings.html", status=400, session=session, number=shown, error=text)
        wallets.delete(wallet)
        response = RedirectResponse("/welkom?weg=1", 303)
        door.leave(request, response)
        return response

    def fixed(template: str) -> Callable[[Request], Response]:
        def page(request: Request) -> Response:
            return pages.render(request, template, session=door.session(request))

        return page

    for path, template in (("/hulp", "help.html"), ("/privacy", "privacy.html"), ("/toegankelijkheid", "a11y.html")):
        router.add_api_route(path, fixed(template), methods=["GET"])

    return router
