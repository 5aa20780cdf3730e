"""The rest of the house: what else there is, settings, help, privacy, accessibility, and leaving for good."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from wallet_api.web.bundle import CheckedForm, Here, Screens
from wallet_api.web.words import opened_by

router: Final = APIRouter()


@router.get("/meer")
def more(request: Request, here: Here) -> Response:
    """Show the way to what is not in the menu."""
    session, _ = here.door.open_session(request)
    return here.pages.render(request, "more.html", session=session)


@router.get("/instellingen")
def settings(request: Request, here: Here) -> Response:
    """Show the settings."""
    return _settings_page(request, here, "")


@router.post("/instellingen/toegevoegd")
def take_off(request: Request, here: Here, form: CheckedForm) -> Response:
    """Take off an organisation that the citizen had added."""
    here.usecases.acquaintances.forget(here.door.wallet(request), form.text("organisatie"))
    return RedirectResponse("/instellingen#toegevoegd", 303)


@router.post("/instellingen/verwijderen")
def delete(request: Request, here: Here, form: CheckedForm) -> Response:
    """Throw the wallet away."""
    wallet = here.door.wallet(request)
    if form.get("zeker") != "ja":
        return _settings_page(request, here, "Zet eerst een vinkje. Weggooien kan niet ongedaan worden gemaakt.")
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


def _settings_page(request: Request, here: Screens, error: str) -> Response:
    session, wallet = here.door.open_session(request)
    number, ways = here.door.number(session), here.usecases.ways_in.all(wallet)
    return here.pages.render(
        request,
        "settings.html",
        status=400 if error else 200,
        session=session,
        number=number.shown if number is not None else "",
        ways=ways,
        opened_by=opened_by(passkeys=len(ways.passkeys), pin=ways.pin is not None),
        added=here.usecases.acquaintances.added(wallet),
        error=error,
    )
