"""The what-if page: an amount, a choice for each claim, and what each would get. Nothing of it is kept."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from service.web.input import Form
from verifier.web import what_if
from verifier.web.screens.results import newest_answer
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page."""
    pages = screens.pages

    def _page(request: Request, at: Seat, id: str, form: Form | None) -> Response:
        found = newest_answer(screens, at, id)
        said = screens.noting.of(at.owner, id)
        every = what_if.lines_of(found.result, said)
        lines = every if len(every) <= what_if.MOST else ()
        asked = what_if.blank(lines) if form is None or not lines else what_if.read(form, lines)
        return pages.render(
            request,
            "verdeling.html",
            status=400 if asked.errors else 200,
            session=at.session,
            counsellor=at.counsellor,
            intake=screens.desk.file(at.owner, id),
            received_at=found.result.received_at,
            computed_at=screens.clock.now(),
            asked=asked,
            left_out=what_if.left_out(found.result, said),
            too_many=len(every) > len(lines),
            outcome=None if form is None or asked.errors or not lines else what_if.outcome(asked),
            places=what_if.PLACES,
        )

    @app.get("/intakes/{id}/verdeling")
    def blank(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _page(request, at, id, None)

    # By POST, so that no amount and no reason stands in an address or in a log.
    @app.post("/intakes/{id}/verdeling")
    def computed(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        return _page(request, at, id, form)
