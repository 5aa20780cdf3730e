"""Which programs may use the API, when each came last, and shutting one out at once."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.api_clients import ClientUse
from service.errors import NotExactlyOne
from service.web.input import Form, strict_query
from verifier.domain.staff import May
from verifier.web.admin.office import PROGRAMS, Office
from verifier.web.api import SCOPES
from verifier.web.screens.seat import Seat

_DONE: Final = {
    "buitengesloten": "Dit programma komt er niet meer in",
    "toegelaten": "Dit programma mag weer naar binnen",
}


def install(app: FastAPI, office: Office) -> None:
    """Add the page of the programs, and the forms that shut one out and let it in."""
    look, manage = office.seat(May.LOOK), office.seat(May.MANAGE)

    @app.get(PROGRAMS)
    def programs(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        known = office.uses.all()
        return office.show(
            request,
            at,
            "programmas.html",
            found=[(each, known.get((each.kind, each.name), ClientUse())) for each in office.programs],
            scopes=SCOPES,
            may_change=at.counsellor.may(May.MANAGE),
            done=_DONE.get(strict_query(request).get("gedaan", ""), ""),
        )

    @app.post(f"{PROGRAMS}/{{deed}}")
    def change(
        deed: str,
        at: Annotated[Seat, Depends(manage)],
        form: Annotated[Form, Depends(office.screens.guard.form)],
    ) -> Response:
        kind, name = form.text("soort"), form.text("naam")
        found = [each for each in office.programs if (each.kind.value, each.name) == (kind, name)]
        if not found or deed not in {"buitensluiten", "toelaten"}:
            raise NotExactlyOne
        act = office.uses.shut_out if deed == "buitensluiten" else office.uses.let_in
        act(found[0].kind, found[0].name, by=at.owner)
        return RedirectResponse(
            f"{PROGRAMS}?gedaan={'buitengesloten' if deed == 'buitensluiten' else 'toegelaten'}", 303
        )
