"""Make a wallet, open it, close it."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.web import strict_query
from wallet_api.domain.errors import TooManyAttempts, UnknownWallet, WeakPin
from wallet_api.domain.wallet import WalletNumber
from wallet_api.web.bundle import CheckedForm, Here, Screens
from wallet_api.web.words import WEAK_PIN

router: Final = APIRouter()


@router.get("/")
def begin(request: Request, here: Here) -> Response:
    """Go to the overview, or to the front door."""
    return RedirectResponse("/overzicht" if here.door.is_open(request) else "/welkom", 303)


@router.get("/welkom")
def welcome(request: Request, here: Here) -> Response:
    """Say what this is."""
    why = next((name for name in ("verder", "dicht", "gesloten", "weg") if name in strict_query(request)), "")
    return here.pages.render(request, "welcome.html", why=why)


@router.get("/nieuw")
def new(request: Request, here: Here) -> Response:
    """Ask for a PIN."""
    return _form(request, here, "new.html", {})


@router.post("/nieuw")
def create(request: Request, here: Here, form: CheckedForm) -> Response:
    """Make the wallet."""
    session = here.door.session(request)
    number = here.door.number(session) if session is not None else None
    pin = form.get("pincode") or ""
    if pin != (form.get("nogmaals") or ""):
        return _form(request, here, "new.html", {"nogmaals": WEAK_PIN["unequal"]}, status=400)
    try:
        made = here.usecases.wallets.create(pin, number)
    except WeakPin as error:
        return _form(request, here, "new.html", {"pincode": WEAK_PIN[error.reason]}, status=400)
    response = RedirectResponse("/nieuw/nummer", 303)
    here.door.enter(response, session, made.opened, made.number, keep_next=True)
    return response


@router.get("/nieuw/nummer")
def number_page(request: Request, here: Here) -> Response:
    """Show the number that must be kept."""
    session, _ = here.door.open_session(request)
    number = here.door.number(session)
    return here.pages.render(
        request,
        "number.html",
        session=session,
        number=number.shown if number is not None else "",
        next_address=here.door.next_address(session),
    )


@router.get("/openen")
def opening(request: Request, here: Here) -> Response:
    """Ask for number and PIN."""
    return _form(request, here, "open.html", {})


@router.post("/openen")
def open_wallet(request: Request, here: Here, form: CheckedForm) -> Response:
    """Open the wallet."""
    session = here.door.session(request)
    typed = form.text("nummer")
    try:
        opened = here.usecases.wallets.open(typed, form.get("pincode") or "")
        number = WalletNumber.parse(typed)
    except UnknownWallet:
        return _form(request, here, "open.html", {"nummer": "Dit nummer of deze pincode klopt niet."}, status=401)
    except TooManyAttempts as error:
        seconds = max(int(error.wait.total_seconds()), 1)
        text = f"U hebt te vaak een verkeerde pincode ingevuld. Wacht {_waiting(seconds)} en probeer het opnieuw."
        return _form(request, here, "open.html", {"pincode": text}, status=429)
    response = RedirectResponse(here.door.next_address(session), 303)
    here.door.enter(response, session, opened, number)
    return response


@router.post("/sluiten")
def close(request: Request, here: Here, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Close the wallet."""
    response = RedirectResponse("/welkom?gesloten=1", 303)
    here.door.leave(request, response)
    return response


def _form(request: Request, here: Screens, template: str, errors: dict[str, str], status: int = 200) -> Response:
    carrier = Response()
    session = here.door.knock(carrier, here.door.session(request))
    number = here.door.number(session)
    page = here.pages.render(
        request,
        template,
        status=status,
        session=session,
        errors=errors,
        number=number.shown if number is not None else "",
    )
    for name, value in carrier.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return page


def _waiting(seconds: int) -> str:
    minutes = (seconds + 59) // 60
    return f"{seconds} seconden" if seconds < 60 else "1 minuut" if minutes == 1 else f"{minutes} minuten"
