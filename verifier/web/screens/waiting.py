"""The page with the QR code: it waits, counts down, and turns by itself when the answer is there."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.errors import LoginNeeded, NotFound
from service.qr import MAX_CHARACTERS as MAX_QR_CHARACTERS
from service.web.input import Form, strict_query
from verifier.domain.errors import RequestEnded, UnknownIntake
from verifier.domain.query import asked_of
from verifier.domain.read_back import WRONG_CODE
from verifier.domain.request import Answered, Declined, Held, Open, VerificationRequest
from verifier.domain.templates import TEMPLATES
from verifier.web import views
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page with the QR code."""

    @app.get("/intakes/{id}")
    def waiting(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return show_waiting(screens, request, at, id)


def show_waiting(
    screens: Screens, request: Request, at: Seat, id: str, *, wrong: bool = False
) -> Response:  # the name in the path
    """Show where the newest request of a file stands; `wrong`: the code that was typed for it is not right."""
    desk = screens.desk
    intake = desk.file(at.owner, id)
    newest = desk.newest(at.owner, id)
    if newest is not None and isinstance(newest.state, Answered):
        return RedirectResponse(f"/intakes/{id}/resultaat", 303)
    now = screens.clock.now()
    status = "verlopen" if newest is None else newest.status(now)
    if newest is not None and newest.part > 1 and not (newest.browser or newest.remote) and status != "open":
        # What came before it stands; the result says what did not come.
        return RedirectResponse(f"/intakes/{id}/resultaat", 303)
    link = _link(screens, newest) if newest is not None and status == "open" else ""
    if status == "open" and not link:
        # Nobody can be sent to it any more.
        status = "verlopen"
    return screens.pages.render(
        request,
        "wachten.html",
        status=400 if wrong else 200,
        session=at.session,
        counsellor=at.counsellor,
        intake=intake,
        asked=TEMPLATES[intake.template],
        newest=newest,
        standing=status,
        only_of=None if newest is None else asked_of(newest.query),
        wrong=wrong and status == "code",
        tries_left=newest.state.tries_left if newest is not None and isinstance(newest.state, Held) else 0,
        link=link,
        web_wallets=[(name, f"{url}?{link.partition('?')[2]}") for name, url in screens.web_wallets],
        small_enough=len(link) <= MAX_QR_CHARACTERS,
        declined=views.declined_words(newest) if newest is not None else "",
        wrong_code=newest is not None and isinstance(newest.state, Declined) and newest.state.code == WRONG_CODE,
        seconds_left=max(0, int((newest.expires_at - now).total_seconds())) if newest is not None else 0,
        part=views.part_words(newest) if newest is not None and newest.part > 1 else "",
        more_time=newest is not None and newest.extensions < screens.extensions,
        answered=any(isinstance(each.state, Answered) for each in desk.requests(at.owner, id)),
    )


def install_standing(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add what the status line of that page asks."""
    desk = screens.desk

    @app.get("/intakes/{id}/stand")
    def standing(request: Request, id: str) -> Response:
        try:
            at = seat(request)
        except LoginNeeded:
            return JSONResponse({"ververs": True}, 401)
        try:
            desk.file(at.owner, id)
        except UnknownIntake:
            # Closed or handed over while the page waited: shown anew, it says so.
            return JSONResponse({"ververs": True}, 404)
        newest = desk.newest(at.owner, id)
        if newest is None or newest.status(screens.clock.now()) != "open":
            return JSONResponse({"verder": f"/intakes/{id}"})
        if newest.attempts:
            return JSONResponse({"tekst": "Er kwam een antwoord dat niet klopte. De cliënt kan het opnieuw proberen."})
        if newest.part > 1:
            return JSONResponse({"tekst": views.part_words(newest)})
        fetched = isinstance(newest.state, Open) and newest.state.fetched_at is not None
        text = "De cliënt bekijkt uw vraag in de wallet." if fetched else "Wij wachten op de cliënt."
        return JSONResponse({"tekst": text})


def install_actions(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add asking anew, asking on this device, more time, and the way back from a wallet on this device."""
    desk = screens.desk

    @app.post("/intakes/{id}/vraag")
    def ask(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        desk.ask(at.owner, id)
        return RedirectResponse(f"/intakes/{id}", 303)

    @app.post("/intakes/{id}/hier")
    def ask_here(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        desk.ask(at.owner, id, browser=at.browser)
        return RedirectResponse(f"/intakes/{id}", 303)

    @app.post("/intakes/{id}/meer-tijd")
    def more_time(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        newest = desk.newest(at.owner, id)
        if newest is None:
            raise NotFound
        try:
            desk.extend(at.owner, newest.id)
        except RequestEnded:
            return RedirectResponse(f"/intakes/{id}", 303)
        return RedirectResponse(f"/intakes/{id}", 303)

    @app.get("/antwoord/{request_id}")
    def came_back(request: Request, request_id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        code = strict_query(request).get("response_code", "")
        if not code:
            # The wallet said no, or could not answer: there is nothing to confirm.
            return RedirectResponse(f"/intakes/{desk.request(at.owner, request_id).intake_id}", 303)
        confirmed = desk.confirm(at.owner, request_id, return_code=code, browser=at.browser)
        return RedirectResponse(f"/intakes/{confirmed.intake_id}/resultaat", 303)


def _link(screens: Screens, request: VerificationRequest) -> str:
    try:
        return screens.asking.link(request)
    except RequestEnded:
        return ""
