"""Debts without proof: the form to write one down, to change it, and to take it out."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.domain.said import KIND_NAMES, MAX_CREDITOR, MAX_NOTE, SaidDebt, Written
from verifier.web import views
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the form and what it does."""
    pages, noting = screens.pages, screens.noting

    def _form(
        request: Request, at: Seat, id: str, debt: SaidDebt | None, typed: Written, *, error: BadInput | None = None
    ) -> Response:
        errors = []
        if error is not None:
            text = error.detail.partition(": ")[2]
            errors = [(error.field, f"{text[:1].upper()}{text[1:]}.")]
        return pages.render(
            request,
            "zonder_bewijs.html",
            status=400 if errors else 200,
            session=at.session,
            counsellor=at.counsellor,
            intake=screens.desk.file(at.owner, id),
            debt=debt,
            # What was refused is not written back: it may be what must not stand here.
            typed={"soort": typed.kind, "schuldeiser": typed.creditor, "bedrag": typed.balance, "opmerking": typed.note}
            | {name: "" for name, _ in errors},
            kinds=tuple((kind.value, name) for kind, name in KIND_NAMES.items()),
            longest=(MAX_CREDITOR, MAX_NOTE),
            errors=errors,
        )

    @app.get("/intakes/{id}/zonder-bewijs/nieuw")
    def new(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return _form(request, at, id, None, Written("", "", "", ""))

    @app.post("/intakes/{id}/zonder-bewijs")
    def add(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        typed = _typed(form)
        try:
            noting.add(at.owner, id, typed)
        except BadInput as error:
            return _form(request, at, id, None, typed, error=error)
        return _back(id)

    @app.get("/intakes/{id}/zonder-bewijs/{debt_id}")
    def one(request: Request, id: str, debt_id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        debt = noting.one(at.owner, id, debt_id)
        return _form(request, at, id, debt, _as_typed(debt))

    @app.post("/intakes/{id}/zonder-bewijs/{debt_id}")
    def change(
        request: Request,
        id: str,
        debt_id: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        debt, typed = noting.one(at.owner, id, debt_id), _typed(form)
        try:
            noting.change(at.owner, id, debt_id, typed)
        except BadInput as error:
            return _form(request, at, id, debt, typed, error=error)
        return _back(id)

    @app.post("/intakes/{id}/zonder-bewijs/{debt_id}/verwijderen")
    def remove(
        id: str, debt_id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        noting.remove(at.owner, id, debt_id)
        return _back(id)


def _back(id: str) -> Response:  # the name in the path
    return RedirectResponse(f"/intakes/{id}/resultaat#zonder-bewijs", 303)


def _typed(form: Form) -> Written:
    return Written(form.text("soort"), form.text("schuldeiser"), form.text("bedrag"), form.text("opmerking"))


def _as_typed(debt: SaidDebt) -> Written:
    return Written(debt.kind, debt.creditor, views.typed_amount(debt.balance), debt.note)
