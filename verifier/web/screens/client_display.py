"""The page for a second display that the client looks at: the QR code and plain words, and nothing of the file.

It stays what it is whatever comes: a result is the counsellor's to show.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.errors import LoginNeeded
from service.qr import MAX_CHARACTERS as MAX_QR_CHARACTERS
from verifier.domain.errors import RequestEnded, UnknownIntake
from verifier.domain.request import Open, VerificationRequest
from verifier.web.screens.seat import Screens, Seat, SeatOf

_WORDS: Final = {"code": "code", "beantwoord": "klaar"}


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page, and what its status line asks."""

    @app.get("/intakes/{id}/scherm")
    def display(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        screens.desk.file(at.owner, id)
        shown = _shown(screens, at, id)
        # Without `counsellor`, whose name and way out are not for whoever looks at this.
        return screens.pages.render(request, "scherm.html", session=at.session, id=id, shown=shown)

    @app.get("/intakes/{id}/scherm/stand")
    def standing(request: Request, id: str, was: str = "") -> Response:
        try:
            at = seat(request)
            screens.desk.file(at.owner, id)
        except LoginNeeded:
            return JSONResponse({"ververs": True}, 401)
        except UnknownIntake:
            return JSONResponse({"ververs": True}, 404)
        return JSONResponse({"verder": f"/intakes/{id}/scherm"} if was != _shown(screens, at, id).mark else {})


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which words are shown, the link in the QR code, and what tells whether a page still shows this."""

    words: str
    link: str
    mark: str


def _shown(screens: Screens, at: Seat, id: str) -> _Shown:
    newest = screens.desk.newest(at.owner, id)
    if newest is None:
        return _Shown("wacht", "", "wacht")
    words, link = _words(screens, newest)
    return _Shown(words, link, f"{words}-{newest.id[:8]}")


def _words(screens: Screens, newest: VerificationRequest) -> tuple[str, str]:
    status = newest.status(screens.clock.now())
    if status != "open":
        return _WORDS.get(status, "wacht"), ""
    if newest.browser or newest.part > 1 or (isinstance(newest.state, Open) and newest.state.fetched_at is not None):
        return "telefoon", ""
    try:
        link = screens.asking.link(newest)
    except RequestEnded:
        return "wacht", ""
    return ("qr", link) if len(link) <= MAX_QR_CHARACTERS else ("wacht", "")
