"""Take the whole wallet along as one file, and put one back."""

from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.web.upload import Uploaded
from wallet_api.domain.errors import ChangedMeanwhile, UnreadableWalletFile, WalletNotEmpty, WeakPin
from wallet_api.web.bundle import CheckedForm, Here, Screens
from wallet_api.web.shapes import wallet_file
from wallet_api.web.words import MOVING, WEAK_PIN

router: Final = APIRouter()


async def _upload(request: Request) -> Uploaded:
    furniture: Screens = request.app.state.furniture
    return await furniture.guard.upload_form("bestand")(request)


CheckedFile: TypeAlias = Annotated[Uploaded, Depends(_upload)]


@router.get("/instellingen/meenemen")
def moving(request: Request, here: Here) -> Response:
    """Offer both ways."""
    return _page(request, here, {})


@router.post("/instellingen/meenemen")
def take_along(request: Request, here: Here, form: CheckedForm) -> Response:
    """Hand over the file."""
    wallet, chosen = here.door.wallet(request), form.get("wachtwoord") or ""
    if chosen != (form.get("nogmaals") or ""):
        return _page(request, here, {"nogmaals": MOVING["unequal"]})
    try:
        content = here.usecases.files.export(wallet, chosen)
    except WeakPin as error:
        return _page(request, here, {"wachtwoord": WEAK_PIN[error.reason]})
    name = wallet_file(here.usecases.show.today())
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@router.post("/instellingen/terugzetten")
def put_back(request: Request, here: Here, sent: CheckedFile) -> Response:
    """Put a file back into this wallet."""
    wallet = here.door.wallet(request)
    try:
        here.usecases.files.restore(wallet, sent.content, sent.form.get("wachtwoord") or "")
    except UnreadableWalletFile:
        return _page(request, here, {"bestand": MOVING["unreadable"]})
    except (WalletNotEmpty, ChangedMeanwhile):
        return _page(request, here, {"bestand": MOVING["not_empty"]})
    return RedirectResponse("/overzicht", 303)


def _page(request: Request, here: Screens, errors: Mapping[str, str]) -> Response:
    session, _ = here.door.open_session(request)
    return here.pages.render(request, "moving.html", status=400 if errors else 200, session=session, errors=errors)
