"""Notes beside a file, and that an identity document was compared with who is there."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.domain.notes import MAX_NOTE
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page and what its forms do."""
    pages, notes = screens.pages, screens.notes

    @app.get("/intakes/{id}/aantekeningen")
    def page(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _page(request, id, at, error="")

    def _page(request: Request, id: str, at: Seat, *, error: str) -> Response:
        intake = screens.desk.file(at.owner, id)
        found, compared = notes.of(at.owner, id), notes.compared(at.owner, id)
        names = screens.staff.names({each.by for each in (*found, *((compared,) if compared else ()))})
        return pages.render(
            request,
            "aantekeningen.html",
            status=400 if error else 200,
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            notes=found,
            compared=compared,
            names=names,
            longest=MAX_NOTE,
            error=error,
        )

    @app.post("/intakes/{id}/aantekeningen")
    def add(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        try:
            notes.add(at.owner, id, form.text("aantekening"))
        except BadInput as error:
            # What was refused is not written back: it may be what must not stand here.
            text = error.detail.partition(": ")[2]
            return _page(request, id, at, error=f"{text[:1].upper()}{text[1:]}.")
        return _back(id)

    @app.post("/intakes/{id}/aantekeningen/{note_id}/verwijderen")
    def remove(
        id: str, note_id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        notes.remove(at.owner, id, note_id)
        return _back(id)

    @app.post("/intakes/{id}/identiteit")
    def compare(
        id: str, at: Annotated[Seat, Depends(seat)], form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        notes.compare(at.owner, id, done=form.text("vergeleken") == "ja")
        return _back(id)


def _back(id: str) -> Response:  # the name in the path
    return RedirectResponse(f"/intakes/{id}/aantekeningen", 303)
