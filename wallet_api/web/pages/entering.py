"""Make a wallet, open it, close it."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.sessions import Session
from service.web import strict_query
from wallet_api.domain.errors import ChangedMeanwhile, PasskeyRefused, TooManyAttempts, UnknownWallet, WeakPin
from wallet_api.domain.wallet import WalletNumber
from wallet_api.web.bundle import CheckedCall, CheckedForm, Here, Screens
from wallet_api.web.passkey_answers import answer_of
from wallet_api.web.words import NOT_OPENED, WEAK_PIN

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
    """Ask how the wallet will be opened."""
    return _form(request, here, "new.html", {})


@router.post("/nieuw")
def create(request: Request, here: Here, form: CheckedForm) -> Response:
    """Make the wallet behind a number and PIN."""
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


@router.post("/nieuw/passkey/vraag")
def ask_new_passkey(request: Request, here: Here, _call: CheckedCall) -> Response:
    """Say what the browser makes a passkey by."""
    return JSONResponse(here.usecases.passkeys.invite(whose(here.door.session(request))))


@router.post("/nieuw/passkey")
def create_behind_passkey(request: Request, here: Here, form: CheckedForm) -> Response:
    """Make the wallet behind a passkey."""
    session = here.door.session(request)
    try:
        opened = here.usecases.passkeys.create(answer_of(form), whose(session))
    except PasskeyRefused:
        return _form(request, here, "new.html", {"passkey": NOT_OPENED["passkey_not_made"]}, status=400)
    response = RedirectResponse("/herstelcode", 303)
    here.door.enter(response, session, opened, keep_next=True)
    return response


@router.get("/nieuw/nummer")
def number_page(request: Request, here: Here) -> Response:
    """Show the number that must be kept."""
    session, _ = here.door.open_session(request)
    number = here.door.number(session)
    if number is None:
        return RedirectResponse("/instellingen/openen", 303)
    return here.pages.render(
        request, "number.html", session=session, number=number.shown, is_new=here.door.is_new(session)
    )


@router.get("/openen")
def opening(request: Request, here: Here) -> Response:
    """Ask for a passkey, or for number and PIN."""
    return _form(request, here, "open.html", {})


@router.post("/openen")
def open_wallet(request: Request, here: Here, form: CheckedForm) -> Response:
    """Open the wallet with number and PIN."""
    session = here.door.session(request)
    typed = form.text("nummer")
    try:
        opened = here.usecases.wallets.open(typed, form.get("pincode") or "")
        number = WalletNumber.parse(typed)
    except UnknownWallet:
        return _form(request, here, "open.html", {"nummer": NOT_OPENED["number"]}, status=401)
    except TooManyAttempts as error:
        text = f"U hebt te vaak een verkeerde pincode ingevuld. {_wait(error)}"
        return _form(request, here, "open.html", {"pincode": text}, status=429)
    response = RedirectResponse(here.door.next_address(session), 303)
    here.door.enter(response, session, opened, number)
    return response


@router.post("/openen/passkey/vraag")
def ask_passkey(request: Request, here: Here, _call: CheckedCall) -> Response:
    """Say what the browser asks a passkey."""
    return JSONResponse(here.usecases.passkeys.ask(whose(here.door.session(request))))


@router.post("/openen/passkey")
def open_with_passkey(request: Request, here: Here, form: CheckedForm) -> Response:
    """Open the wallet with a passkey."""
    session = here.door.session(request)
    try:
        opened = here.usecases.passkeys.open(answer_of(form), whose(session))
    except UnknownWallet:
        return _form(request, here, "open.html", {"passkey": NOT_OPENED["passkey_unknown"]}, status=401)
    except (PasskeyRefused, ChangedMeanwhile):
        return _form(request, here, "open.html", {"passkey": NOT_OPENED["passkey"]}, status=400)
    response = RedirectResponse(here.door.next_address(session), 303)
    here.door.enter(response, session, opened)
    return response


@router.get("/openen/herstelcode")
def recovering(request: Request, here: Here) -> Response:
    """Ask for the recovery code."""
    return _form(request, here, "recover.html", {})


@router.post("/openen/herstelcode")
def recover(request: Request, here: Here, form: CheckedForm) -> Response:
    """Open the wallet with its recovery code, and go where other ways in are made."""
    session = here.door.session(request)
    try:
        opened = here.usecases.wallets.recover(form.get("code") or "")
    except UnknownWallet:
        return _form(request, here, "recover.html", {"code": NOT_OPENED["code"]}, status=401)
    except TooManyAttempts as error:
        text = f"U hebt te vaak een verkeerde code ingevuld. {_wait(error)}"
        return _form(request, here, "recover.html", {"code": text}, status=429)
    response = RedirectResponse("/instellingen/openen?hersteld=1", 303)
    here.door.enter(response, session, opened)
    return response


@router.post("/sluiten")
def close(request: Request, here: Here, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Close the wallet."""
    response = RedirectResponse("/welkom?gesloten=1", 303)
    here.door.leave(request, response)
    return response


def whose(session: Session | None) -> str:
    """Return to whom a browser's challenges are given: its session."""
    return "" if session is None else f"session|{session.id_hash.hex()}"


def _form(request: Request, here: Screens, template: str, errors: Mapping[str, str], status: int = 200) -> Response:
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
        passkeys=here.usecases.passkeys.possible,
    )
    for name, value in carrier.raw_headers:
        if name == b"set-cookie":
            page.raw_headers.append((name, value))
    return page


def _wait(error: TooManyAttempts) -> str:
    seconds = max(int(error.wait.total_seconds()), 1)
    minutes = (seconds + 59) // 60
    waiting = f"{seconds} seconden" if seconds < 60 else "1 minuut" if minutes == 1 else f"{minutes} minuten"
    return f"Wacht {waiting} en probeer het opnieuw."
