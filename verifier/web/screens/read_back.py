"""The code that a client at a distance reads out: the page on the phone that shows it, and the desk that takes it.

The page is open to whoever has its address, which only the wallet was given that answered; it tells nothing of the
client or of the counsellor.
"""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form, strict_query
from verifier.domain.errors import RequestEnded, UnknownRequest, WrongCode
from verifier.domain.read_back import LIFETIME, ReadBack
from verifier.web.screens.seat import Screens, Seat, SeatOf
from verifier.web.screens.waiting import show_waiting

SHARED: Final = "/gedeeld"


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page on the phone, and the form at the desk."""
    pages, sessions = screens.pages, screens.sessions

    @app.get(SHARED)
    def shared(request: Request) -> Response:
        query = strict_query(request)
        session = sessions.current(request)
        found: ReadBack | None = None
        try:
            found = screens.held.code(
                query.get("verzoek", ""),
                query.get("response_code", ""),
                None if session is None else session.id_hash.hex(),
                screens.clock.now(),
            )
        except UnknownRequest:
            found = None
        later = found is not None and found.until - screens.clock.now() > LIFETIME
        return pages.render(request, "voorlezen.html", found=found, later=later, status=404 if found is None else 200)

    @app.post("/intakes/{id}/code")
    def release(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        try:
            screens.desk.release(at.owner, id, form.text("code"))
        except WrongCode as wrong:
            if wrong.left:
                return show_waiting(screens, request, at, id, wrong=True)
        except RequestEnded:
            # Too late, or done in another window: the page says where it stands.
            return RedirectResponse(f"/intakes/{id}", 303)
        return RedirectResponse(f"/intakes/{id}", 303)
