"""Preference: the form by which a counsellor puts a debt elsewhere than its issuer does, and takes that back."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.errors import NotFound
from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.domain.lines import CaseLine
from verifier.domain.preference import CHOICES, MAX_REASON
from verifier.domain.ranked import debt_names
from verifier.domain.words import RANKS, debt_title
from verifier.web.debts import creditor_of
from verifier.web.screens.results import newest_answer
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the form and what it does. A debt is found by its name in the file, which a new answer does not change."""
    pages, noting = screens.pages, screens.noting

    def _found(at: Seat, id: str, name: str) -> CaseLine:
        line = debt_names(id, newest_answer(screens, at, id).result).get(name)
        if line is None:
            raise NotFound
        return line

    def _form(
        request: Request, at: Seat, id: str, name: str, *, rank: str, reason: str, error: BadInput | None = None
    ) -> Response:
        line = _found(at, id, name)
        errors = []
        if error is not None:
            text = error.detail.partition(": ")[2]
            errors = [(error.field, f"{text[:1].upper()}{text[1:]}.")]
        wrong = {field for field, _ in errors}
        return pages.render(
            request,
            "voorrang.html",
            status=400 if errors else 200,
            session=at.session,
            counsellor=at.counsellor,
            intake=screens.desk.file(at.owner, id),
            name=name,
            line=line,
            title=debt_title(line.case),
            creditor=creditor_of(line),
            stated=RANKS[line.case.preference] if line.case.preference else "",
            choices=tuple((str(each), RANKS[each]) for each in CHOICES),
            rank="" if "voorrang" in wrong else rank,
            # What was refused is not written back: it may be what must not stand here.
            reason="" if "reden" in wrong else reason,
            longest=MAX_REASON,
            errors=errors,
        )

    @app.get("/intakes/{id}/voorrang/{name}")
    def blank(request: Request, id: str, name: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        chosen = _found(at, id, name).chosen
        return _form(
            request, at, id, name, rank=str(chosen.rank) if chosen else "", reason=chosen.reason if chosen else ""
        )

    @app.post("/intakes/{id}/voorrang/{name}")
    def choose(
        request: Request,
        id: str,
        name: str,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        _found(at, id, name)
        rank, reason = form.text("voorrang"), form.text("reden")
        try:
            noting.prefer(at.owner, id, name, rank, reason)
        except BadInput as error:
            return _form(request, at, id, name, rank=rank, reason=reason, error=error)
        return RedirectResponse(f"/intakes/{id}/resultaat#schulden", 303)

    @app.post("/intakes/{id}/voorrang/{name}/terug")
    def take_back(
        id: str, name: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        noting.as_stated(at.owner, id, name)
        return RedirectResponse(f"/intakes/{id}/resultaat#schulden", 303)
