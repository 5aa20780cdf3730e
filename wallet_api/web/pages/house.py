"""The rest of the house: settings, help, privacy, accessibility, and leaving for good."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from wallet_api.web.bundle import CheckedForm, Here

router: Final = APIRouter()


@router.get("/instellingen")
def settings(request: Request, here: Here) -> Response:
    """Show the settings."""
    session, _ = here.door.open_session(request)
    number = here.door.number(session)
    shown = number.shown if number is not None else ""
    return here.pages.render(request, "settings.html", session=session, number=shown, error="")


@router.post("/instellingen/verwijderen")
def delete(request: Request, here: Here, form: CheckedForm) -> Response:
    """Throw the wallet away."""
    session, wallet = here.door.open_session(request)
    if form.get("zeker") != "ja":
        number = here.door.number(session)
        shown = number.shown if number is not None else ""
        text = "Zet eerst een vinkje. Weggooien kan niet ongedaan worden gemaakt."
        return here.pages.render(request, "settings.html", status=400, session=session, number=shown, error=text)
    here.usecases.wallets.delete(wallet)
    response = RedirectResponse("/welkom?weg=1", 303)
    here.door.leave(request, response)
    return response


@router.get("/hulp")
def help_page(request: Request, here: Here) -> Response:
    """Help."""
    return here.pages.render(request, "help.html")


@router.get("/privacy")
def privacy(request: Request, here: Here) -> Response:
    """Say what is kept."""
    return here.pages.render(request, "privacy.html")


@router.get("/toegankelijkheid")
def accessibility(request: Request, here: Here) -> Response:
    """Say what works."""
    return here.pages.render(request, "a11y.html")
