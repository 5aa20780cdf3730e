"""The extra button for browsers that find a wallet by themselves: the Digital Credentials API.

A script asks the open request here, hands it to the browser, and posts what comes back. Without script, or in another
browser, the button is not there and the QR code does all.
"""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from credentials.encoding import json_parse
from credentials.errors import MalformedInput
from credentials.openid.errors import InvalidResponse
from credentials.openid.vp_response import MAX_FORM_BYTES
from service.errors import LoginNeeded
from service.web.frame import MAX_BODY_BYTES
from verifier.domain.errors import RequestEnded
from verifier.domain.request import VerificationRequest
from verifier.usecases.answering import Answering
from verifier.usecases.desk import Desk
from verifier.web.screens.seat import Screens, Seat, SeatOf

FILES: Final = "/intakes/"
BROWSER_ANSWER: Final = "/browserantwoord"
_NO_STORE: Final = {"cache-control": "no-store"}


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add what the script of the button asks and posts."""
    desk = screens.desk

    @app.get("/intakes/{id}/browservraag")
    def requests(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        try:
            made = screens.asking.browser_requests(_newest(desk, at.owner, id))
        except RequestEnded:
            return JSONResponse({"verder": f"/intakes/{id}"}, 409, _NO_STORE)
        return JSONResponse({"requests": made}, headers=_NO_STORE)

    @app.post("/intakes/{id}/browserantwoord", dependencies=[Depends(screens.guard.header)])
    async def answered(request: Request, id: str) -> Response:
        try:
            at = await run_in_threadpool(seat, request)
        except LoginNeeded:
            # A script would take the page with the login, which all other pages lead to, for an answer.
            return JSONResponse({"verder": f"{FILES}{id}"}, 401, _NO_STORE)
        return await run_in_threadpool(_take, screens, at, id, await request.body())


def page_limit(answering: Answering, most: int) -> Callable[[str], int]:
    """Return how much is read below `FILES`: much only where a file waits for an answer.

    The body is read before anybody knows who sends it, so a login cannot be what it depends on.
    """

    def limit(path: str) -> int:
        waiting = path.endswith(BROWSER_ANSWER) and answering.waits(
            path.removeprefix(FILES).removesuffix(BROWSER_ANSWER)
        )
        return most if waiting else MAX_BODY_BYTES

    return limit


def _take(screens: Screens, at: Seat, id: str, body: bytes) -> Response:
    further = {"verder": f"/intakes/{id}"}
    try:
        newest = _newest(screens.desk, at.owner, id)
        document = json_parse(body, "the browser's answer", max_bytes=MAX_FORM_BYTES)
        screens.answering.accept_from_browser(at.owner, newest.id, document)
    except RequestEnded:
        return JSONResponse(further, 409, _NO_STORE)
    except (InvalidResponse, MalformedInput):
        # What was wrong stands with the attempts, in words.
        return JSONResponse(further, 400, _NO_STORE)
    return JSONResponse(further, headers=_NO_STORE)


def _newest(desk: Desk, owner: str, id: str) -> VerificationRequest:
    desk.file(owner, id)
    newest = desk.newest(owner, id)
    if newest is None:
        raise RequestEnded
    return newest
