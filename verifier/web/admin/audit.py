"""The audit log: who did what, whether the chain holds, and a copy to take along."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from service.audit_log import Proven
from service.web.audit_log import copy_of
from service.web.input import Form
from verifier.domain.staff import May
from verifier.web.admin.office import AUDIT, Office
from verifier.web.screens.seat import Seat


def install(app: FastAPI, office: Office) -> None:
    """Add the pages of the audit log."""
    watch, form_of = office.seat(May.AUDIT), office.screens.guard.form

    def show(request: Request, at: Seat, number: int, proven: Proven | None) -> Response:
        return office.show(request, at, "logboek.html", page=office.audit.page(number), proven=proven, address=AUDIT)

    @app.get(AUDIT)
    def page(
        request: Request, at: Annotated[Seat, Depends(watch)], pagina: Annotated[int, Query(ge=1, le=10**9)] = 1
    ) -> Response:
        return show(request, at, pagina, None)

    @app.post(f"{AUDIT}/controle")
    def prove(
        request: Request, at: Annotated[Seat, Depends(watch)], _form: Annotated[Form, Depends(form_of)]
    ) -> Response:
        return show(request, at, 1, office.audit.prove())

    @app.post(f"{AUDIT}/kopie")
    def copy(at: Annotated[Seat, Depends(watch)], form: Annotated[Form, Depends(form_of)]) -> Response:
        return copy_of(office.audit, form, actor=at.owner, clock=office.clock)
