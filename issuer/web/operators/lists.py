"""The status lists, and what is kept how long."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from issuer.domain.operators import May
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import LISTS, RETENTION, Seat, seat_of


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the routes of both."""
    routes = APIRouter()
    look, manage = seat_of(desk.sessions, May.LOOK), seat_of(desk.sessions, May.MANAGE)

    @routes.get(LISTS)
    def lists(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        """How each list stands."""
        return desk.show(request, at, "statuslijsten.html", lists=desk.overlook.lists())

    @routes.get(RETENTION)
    def retention(request: Request, at: Annotated[Seat, Depends(manage)]) -> Response:
        """What is kept, and how long."""
        return desk.show(request, at, "bewaren.html", kept=desk.kept)

    return routes
