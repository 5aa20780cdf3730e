"""What stays of a counsellor's files that are gone: a list, and one of them."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from verifier.web import views
from verifier.web.kept_check import kept_check
from verifier.web.screens.seat import Screens, Seat, SeatOf

PATH: Final = "/controles"


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the pages."""
    pages, proofs = screens.pages, screens.proofs

    @app.get(PATH)
    def listed(
        request: Request, at: Annotated[Seat, Depends(seat)], pagina: Annotated[int, Query(ge=1)] = 1
    ) -> Response:
        return pages.render(
            request,
            "controles.html",
            session=at.session,
            counsellor=at.counsellor,
            page=proofs.page(at.owner, pagina),
            address=PATH,
            template_name=views.template_name,
        )

    @app.get(PATH + "/{id}")
    def one(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(
            request,
            "controle.html",
            session=at.session,
            counsellor=at.counsellor,
            address=PATH,
            kept=kept_check(proofs, proofs.one(at.owner, id)),
        )
