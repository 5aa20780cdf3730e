"""Today's list, a new intake, and closing a file."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.domain.templates import TEMPLATES
from verifier.web import views
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add today's list and the form of a new intake."""
    pages, desk = screens.pages, screens.desk

    @app.get("/")
    def today(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        rows = [views.file_row(intake, standing) for intake, standing in desk.files(at.owner)]
        return pages.render(request, "vandaag.html", session=at.session, counsellor=at.counsellor, rows=rows)

    @app.get("/intakes/nieuw")
    def new(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _new(request, at, reference="", chosen="intake", errors=[])

    def _new(
        request: Request, at: Seat, *, reference: str, chosen: str, errors: list[tuple[str, str]], status: int = 200
    ) -> Response:
        return pages.render(
            request,
            "nieuw.html",
            session=at.session,
            counsellor=at.counsellor,
            templates=tuple(TEMPLATES.values()),
            reference=reference,
            chosen=chosen,
            errors=errors,
            status=status,
        )

    @app.post("/intakes")
    def create(
        request: Request, at: Annotated[Seat, Depends(seat)], form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        reference, chosen = form.text("kenmerk"), form.text("sjabloon")
        if chosen not in TEMPLATES:
            errors = [("sjabloon", "Kies waarvoor u de gegevens vraagt.")]
            return _new(request, at, reference=reference, chosen="", errors=errors, status=400)
        try:
            intake = desk.open(at.owner, reference, chosen)
        except BadInput as error:
            # A reference that looks like a citizen service number is not written back into the page.
            text = error.detail.partition(": ")[2]
            errors = [("kenmerk", f"{text[:1].upper()}{text[1:]}.")]
            return _new(request, at, reference="", chosen=chosen, errors=errors, status=400)
        desk.ask(at.owner, intake.id)
        return RedirectResponse(f"/intakes/{intake.id}", 303)


def install_closing(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page that asks whether a file may go, and the form that lets it go."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/{id}/sluiten")
    def closing(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(
            request, "sluiten.html", session=at.session, counsellor=at.counsellor, intake=desk.file(at.owner, id)
        )

    @app.post("/intakes/{id}/sluiten")
    def close(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        desk.close(at.owner, id)
        return RedirectResponse("/", 303)
