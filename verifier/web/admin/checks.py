"""What stays of everybody's files that are gone, for who watches over what was done."""

from typing import Annotated

from fastapi import Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response

from verifier.domain.staff import May
from verifier.web import views
from verifier.web.admin.office import CHECKS, Office
from verifier.web.kept_check import kept_check
from verifier.web.screens.seat import Seat


def install(app: FastAPI, office: Office) -> None:
    """Add the pages."""
    watch, proofs = office.seat(May.CHECKS), office.screens.proofs

    @app.get(CHECKS)
    def listed(
        request: Request, at: Annotated[Seat, Depends(watch)], pagina: Annotated[int, Query(ge=1)] = 1
    ) -> Response:
        page = proofs.page(None, pagina)
        return office.show(request, at, "controles.html", page=page, address=CHECKS, template_name=views.template_name)

    @app.get(CHECKS + "/{id}")
    def one(request: Request, id: str, at: Annotated[Seat, Depends(watch)]) -> Response:
        shown = kept_check(proofs, proofs.one(None, id))
        return office.show(request, at, "controle.html", address=CHECKS, kept=shown)
