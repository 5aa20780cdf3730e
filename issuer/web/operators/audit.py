"""The audit log: who did what, whether the chain holds, and a copy to take along."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from issuer.domain.operators import May
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import AUDIT, Seat, seat_of
from service.audit_log import Proven
from service.web import Form
from service.web.audit_log import copy_of


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the routes of the audit log."""
    routes = APIRouter()
    watch = seat_of(desk.sessions, May.AUDIT)

    def show(request: Request, at: Seat, number: int, proven: Proven | None) -> Response:
        return desk.show(request, at, "logboek.html", page=desk.audit.page(number), proven=proven)

    @routes.get(AUDIT)
    def page(
        request: Request, at: Annotated[Seat, Depends(watch)], pagina: Annotated[int, Query(ge=1, le=10**9)] = 1
    ) -> Response:
        """A page of it, the newest first."""
        return show(request, at, pagina, None)

    @routes.post(f"{AUDIT}/controle")
    def prove(
        request: Request, at: Annotated[Seat, Depends(watch)], _form: Annotated[Form, Depends(desk.csrf.form)]
    ) -> Response:
        """Go through the whole chain and say whether it holds."""
        return show(request, at, 1, desk.audit.prove())

    @routes.post(f"{AUDIT}/kopie")
    def copy(at: Annotated[Seat, Depends(watch)], form: Annotated[Form, Depends(desk.csrf.form)]) -> Response:
        """Hand out a copy, line by line."""
        return copy_of(desk.audit, form, actor=at.operator.actor, clock=desk.clock)

    return routes
