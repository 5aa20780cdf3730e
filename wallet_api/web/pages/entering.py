"""Make a wallet, open it, close it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from service.web import Form
from wallet_api.domain.errors import TooManyAttempts, UnknownWallet, WeakPin
from wallet_api.domain.wallet import WalletNumber
from wallet_api.web.bundle import Screens
from wallet_api.web.words import WEAK_PIN


def entering(screens: Screens) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    pages, door, guard, wallets = screens.pages, screens.door, screens.guard, screens.usecases.wallets
    FormOf = Annotated[Form, Depends(guard.form)]  # noqa: N806  # a type

    @router.get("/")
    def begin(request: Request) -> Response:
        return RedirectResponse("/overzicht" if door.is_open(request) else "/welkom", 303)

    @router.get("/welkom")
    def welcome(request: Request) -> Response:
        return pages.render(request, "welcome.html")

    @router.get("/nieuw")
    def new(request: Request) -> Response:
        return _form(request, "new.html", {})

    @router.post("/nieuw")
    def create(request: Request, form: FormOf) -> Response:
        session = door.session(request)
        number = door.number(session) if session is not None else None
        pin = form.get("pincode") or ""
        if pin != (form.get("nogmaals") or ""):
            return _form(request, "new.html", {"nogmaals": WEAK_PIN["unequal"]}, status=400)
        try:
            made = wallets.create(pin, number)
        except WeakPin as error:
            return _form(request, "new.html", {"pincode": WEAK_PIN[error.reason]}, status=400)
        response = RedirectResponse("/nieuw/nummer", 303)
        door.enter(response, session, made.opened, made.number, keep_next=True)
        return response

    @router.get("/nieuw/nummer")
    def number_page(request: Request) -> Response:
        session, _ = door.open_session(request)
        number = door.number(session)
        return pages.render(
            request,
            "number.html",
            session=session,
            number=number.shown if number is not None else "",
            next_address=door.next_address(session),
        )

    @router.get("/openen")
    def opening(request: Request) -> Response:
        return _form(request, "open.html", {})

    @router.post("/openen")
    def open_wallet(request: Request, form: FormOf) -> Response:
        session = door.session(request)
        typed = form.text("nummer")
        try:
            opened = wallets.open(typed, form.get("pincode") or "")
            number = WalletNumber.parse(typed)
        except UnknownWallet:
            return _form(request, "open.html", {"nummer": "Dit nummer of deze pincode klopt niet."}, status=401)
        except TooManyAttempts as error:
            seconds = max(int(error.wait.total_seconds()), 1)
            text = f"U hebt te vaak een verkeerde pincode ingevuld. Wacht {_waiting(seconds)} en probeer het opnieuw."
            return _form(request, "open.html", {"pincode": text}, status=429)
        response = RedirectResponse(door.next_address(session), 303)
        door.enter(response, session, opened, number)
        return response

    @router.post("/sluiten")
    def close(request: Request, form: FormOf) -> Response:  # noqa: ARG001  # the form is its own check
        response = RedirectResponse("/welkom?gesloten=1", 303)
        door.leave(request, response)
        return response

    def _form(request: Request, template: str, errors: dict[str, str], status: int = 200) -> Response:
        carrier = Response()
        session = door.knock(carrier, door.session(request))
        number = door.number(session)
        page = pages.render(
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

    return router


def _waiting(seconds: int) -> str:
    minutes = (seconds + 59) // 60
    return f"{seconds} seconden" if seconds < 60 else "1 minuut" if minutes == 1 else f"{minutes} minuten"
