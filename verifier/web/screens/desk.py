"""A new intake, and closing a file."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.errors import BadInput, UnknownProof
from verifier.domain.request import Intake
from verifier.domain.templates import TEMPLATES
from verifier.web.screens.proofs import PATH as PROOFS
from verifier.web.screens.seat import Screens, Seat, SeatOf

HERE: Final = "hier"
ELSEWHERE: Final = "afstand"


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the form of a new intake."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/nieuw")
    def new(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _new(request, at, reference="", chosen="intake", place=HERE, errors=[])

    def _new(
        request: Request,
        at: Seat,
        *,
        reference: str,
        chosen: str,
        place: str,
        errors: list[tuple[str, str]],
        same: Sequence[Intake] = (),
        status: int = 200,
    ) -> Response:
        return pages.render(
            request,
            "nieuw.html",
            session=at.session,
            counsellor=at.counsellor,
            templates=tuple(TEMPLATES.values()),
            reference=reference,
            chosen=chosen,
            place=place,
            errors=errors,
            same=[(each, "" if each.owner == at.owner else "/overdragen") for each in same],
            status=status,
        )

    @app.post("/intakes")
    def create(
        request: Request, at: Annotated[Seat, Depends(seat)], form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        reference, chosen, place = form.text("kenmerk"), form.text("sjabloon"), form.text("plaats")
        errors = []
        if chosen not in TEMPLATES:
            chosen, errors = "", [("sjabloon", "Kies waarvoor u de gegevens vraagt.")]
        if place not in (HERE, ELSEWHERE):
            place, errors = "", [*errors, ("plaats", "Kies waar de cliënt is.")]
        if errors:
            return _new(request, at, reference=reference, chosen=chosen, place=place, errors=errors, status=400)
        same = () if form.get("toch") == "ja" else screens.listing.same(at.counsellor, reference)
        if same:
            # It may be the same client, or another talk: whoever sits here knows.
            return _new(request, at, reference=reference, chosen=chosen, place=place, errors=[], same=same, status=409)
        try:
            intake = desk.open(at.owner, reference, chosen, remote=place == ELSEWHERE)
        except BadInput as error:
            # A reference that looks like a citizen service number is not written back into the page.
            text = error.detail.partition(": ")[2]
            errors = [("kenmerk", f"{text[:1].upper()}{text[1:]}.")]
            return _new(request, at, reference="", chosen=chosen, place=place, errors=errors, status=400)
        desk.ask(at.owner, intake.id)
        return RedirectResponse(f"/intakes/{intake.id}", 303)


def install_closing(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the page that asks whether a file may go, and the form that lets it go."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/{id}/sluiten")
    def closing(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(
            request,
            "sluiten.html",
            session=at.session,
            counsellor=at.counsellor,
            intake=desk.file(at.owner, id),
            kept_days=screens.proofs.kept.days,
        )

    @app.post("/intakes/{id}/sluiten")
    def close(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        desk.close(at.owner, id)
        try:
            screens.proofs.one(at.owner, id)
        except UnknownProof:
            # Nothing was answered, so nothing was checked.
            return RedirectResponse("/gesloten", 303)
        return RedirectResponse(f"{PROOFS}/{id}", 303)

    @app.get("/gesloten")
    def closed(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(request, "gesloten.html", session=at.session, counsellor=at.counsellor)
