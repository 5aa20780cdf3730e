"""How a citizen opens their wallet: passkeys, number and PIN, and the recovery code on paper."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.web import strict_query
from wallet_api.domain.errors import LastWayIn, PasskeyRefused, TooManyPasskeys, WeakPin
from wallet_api.domain.recovery import GROUP
from wallet_api.domain.wallet import WalletNumber
from wallet_api.web.bundle import CheckedCall, CheckedForm, Here, Screens
from wallet_api.web.pages.entering import whose
from wallet_api.web.passkey_answers import answer_of
from wallet_api.web.words import NOT_OPENED, WAYS_IN, WEAK_PIN

router: Final = APIRouter()
_PAGE: Final = "/instellingen/openen"
_TOLD: Final = ("hersteld", "passkey", "pincode", "code", "weg")


@router.get(_PAGE)
def ways_in(request: Request, here: Here) -> Response:
    """Show the ways in."""
    told = next((name for name in _TOLD if name in strict_query(request)), "")
    return _page(request, here, told=told)


@router.post("/instellingen/openen/verwijderen")
def take_off(request: Request, here: Here, form: CheckedForm) -> Response:
    """Take off a way in."""
    try:
        here.usecases.ways_in.take_off(here.door.wallet(request), form.text("id"))
    except LastWayIn:
        return _page(request, here, error=WAYS_IN["last"])
    return RedirectResponse(f"{_PAGE}?weg=1", 303)


@router.post("/instellingen/passkey/vraag")
def ask_passkey(request: Request, here: Here, _call: CheckedCall) -> Response:
    """Say what the browser makes another passkey by."""
    session, wallet = here.door.open_session(request)
    return JSONResponse(here.usecases.passkeys.invite(whose(session), wallet))


@router.post("/instellingen/passkey")
def add_passkey(request: Request, here: Here, form: CheckedForm) -> Response:
    """Put on another passkey."""
    session, wallet = here.door.open_session(request)
    try:
        here.usecases.passkeys.add(wallet, answer_of(form), whose(session), form.text("naam"))
    except PasskeyRefused:
        return _page(request, here, error=NOT_OPENED["passkey_not_made"])
    except TooManyPasskeys:
        return _page(request, here, error=WAYS_IN["many"])
    return RedirectResponse(f"{_PAGE}?passkey=1", 303)


@router.get("/instellingen/pincode")
def pin(request: Request, here: Here) -> Response:
    """Ask for a new PIN."""
    return _pin_page(request, here, {})


@router.post("/instellingen/pincode")
def set_pin(request: Request, here: Here, form: CheckedForm) -> Response:
    """Put on a number with its PIN: the number that the session knows, or a new one."""
    session, wallet = here.door.open_session(request)
    chosen = form.get("pincode") or ""
    if chosen != (form.get("nogmaals") or ""):
        return _pin_page(request, here, {"nogmaals": WEAK_PIN["unequal"]})
    number = here.door.number(session) or WalletNumber.new()
    try:
        here.usecases.ways_in.set_pin(wallet, chosen, number)
    except WeakPin as error:
        return _pin_page(request, here, {"pincode": WEAK_PIN[error.reason]})
    here.door.know(session, number)
    return RedirectResponse("/nieuw/nummer", 303)


@router.get("/herstelcode")
def code(request: Request, here: Here) -> Response:
    """Show a recovery code that is to be written down. It opens nothing yet."""
    return _code_page(request, here, "")


@router.post("/herstelcode")
def keep_code(request: Request, here: Here, form: CheckedForm) -> Response:
    """Let the code that was shown open the wallet."""
    session, wallet = here.door.open_session(request)
    shown = here.door.shown_code(session)
    if shown is None:
        return RedirectResponse(f"{_PAGE}?code=1", 303)
    typed = form.text("laatste").upper()
    if typed and typed != shown.signs[-GROUP:]:
        return _code_page(request, here, WAYS_IN["other_end"])
    here.usecases.ways_in.keep_code(wallet, shown)
    here.door.forget_code(session)
    return _onwards(here, request)


@router.post("/herstelcode/later")
def no_code_now(request: Request, here: Here, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Go on without a recovery code; what was shown opens nothing."""
    session, _ = here.door.open_session(request)
    here.door.forget_code(session)
    return _onwards(here, request, kept=False)


def _onwards(here: Screens, request: Request, *, kept: bool = True) -> Response:
    session, _ = here.door.open_session(request)
    if not here.door.is_new(session):
        return RedirectResponse(f"{_PAGE}?code=1" if kept else _PAGE, 303)
    then = here.door.next_address(session)
    here.door.arrive(session)
    return RedirectResponse("/ophalen" if then == "/overzicht" else then, 303)


def _page(request: Request, here: Screens, *, told: str = "", error: str = "") -> Response:
    session, wallet = here.door.open_session(request)
    number = here.door.number(session)
    return here.pages.render(
        request,
        "ways_in.html",
        status=400 if error else 200,
        session=session,
        ways=here.usecases.ways_in.all(wallet),
        passkeys=here.usecases.passkeys.possible,
        number=number.shown if number is not None else "",
        told=WAYS_IN.get(told, ""),
        recovered=told == "hersteld",
        error=error,
    )


def _pin_page(request: Request, here: Screens, errors: Mapping[str, str]) -> Response:
    session, wallet = here.door.open_session(request)
    number = here.door.number(session)
    return here.pages.render(
        request,
        "pin.html",
        status=400 if errors else 200,
        session=session,
        errors=errors,
        number=number.shown if number is not None else "",
        has_pin=here.usecases.ways_in.all(wallet).pin is not None,
    )


def _code_page(request: Request, here: Screens, error: str) -> Response:
    session, wallet = here.door.open_session(request)
    return here.pages.render(
        request,
        "recovery_code.html",
        status=400 if error else 200,
        session=session,
        code=here.door.drawn(session, here.usecases.ways_in.draw_code),
        is_new=here.door.is_new(session),
        replaces=here.usecases.ways_in.all(wallet).recovery is not None,
        address=f"{here.base_url}/openen/herstelcode",
        today=here.usecases.show.today(),
        error=error,
    )
