"""The first screen of administration: what needs somebody's attention now."""

from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from verifier.domain.staff import May
from verifier.web.admin.office import ROOT, Office
from verifier.web.screens.seat import Seat


def install(app: FastAPI, office: Office) -> None:
    """Add the page."""
    look = office.seat(May.LOOK)

    @app.get(ROOT)
    def overview(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        now = office.clock.now()
        endings = [(each, each.ends_at - now <= each.ahead) for each in office.lasting]
        return office.show(request, at, "overzicht.html", standing=office.scheme.standing(), endings=endings, now=now)
