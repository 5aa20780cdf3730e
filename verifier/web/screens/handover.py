"""Whose the files are, and handing one over to a colleague."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.web import views
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the list of files that somebody may hand over, and the page that hands one over."""
    pages, staff = screens.pages, screens.staff

    @app.get("/overdragen")
    def files(
        request: Request, at: Annotated[Seat, Depends(seat)], pagina: Annotated[int, Query(ge=1)] = 1
    ) -> Response:
        return pages.render(
            request,
            "overdragen.html",
            session=at.session,
            counsellor=at.counsellor,
            page=staff.files(at.counsellor, pagina),
            template_name=views.template_name,
        )

    @app.get("/intakes/{id}/overdragen")
    def ask(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _ask(request, id, at, error="")

    def _ask(request: Request, id: str, at: Seat, *, error: str, status: int = 200) -> Response:
        found = staff.file(at.counsellor, id)
        return pages.render(
            request,
            "overdragen_een.html",
            session=at.session,
            counsellor=at.counsellor,
            file=found,
            receivers=staff.receivers(found.intake),
            error=error,
            status=status,
        )

    @app.post("/intakes/{id}/overdragen")
    def hand_over(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        try:
            intake, receiver = staff.hand_over(at.counsellor, id, form.text("collega"))
        except BadInput:
            return _ask(request, id, at, error="Kies aan wie u dit dossier geeft.", status=400)
        return pages.render(
            request,
            "overgedragen.html",
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            receiver=receiver,
        )
