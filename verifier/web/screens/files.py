"""The lists of a counsellor's files: the first page, a group of them, and what was searched."""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.errors import BadInput
from verifier.domain.listing import Group
from verifier.domain.request import Intake, Standing
from verifier.web import views
from verifier.web.screens.seat import ADMINISTRATION, Screens, Seat, SeatOf, seat_of

GROUP_NAMES: Final = {
    Group.WAITING: "Wacht op de cliënt",
    Group.ANSWERED: "Ontvangen",
    Group.TODAY: "Van vandaag, nog niets ontvangen",
    Group.OLDER: "Ouder, niets ontvangen",
}


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the lists."""
    pages = screens.pages

    @app.get("/")
    def today(request: Request, at: Annotated[Seat, Depends(seat_of(screens, None))]) -> Response:
        if not at.counsellor.counsels:
            return RedirectResponse(ADMINISTRATION, 303)
        groups = [
            (group, _rows(screens, page.files), page.total) for group, page in screens.listing.first_page(at.owner)
        ]
        return pages.render(
            request,
            "vandaag.html",
            session=at.session,
            counsellor=at.counsellor,
            groups=groups,
            group_names=GROUP_NAMES,
        )

    @app.get("/dossiers")
    def group(
        request: Request,
        at: Annotated[Seat, Depends(seat)],
        groep: Group = Group.ANSWERED,
        pagina: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        page = screens.listing.group(at.owner, groep, pagina)
        return pages.render(
            request,
            "dossiers.html",
            session=at.session,
            counsellor=at.counsellor,
            group=groep,
            group_names=GROUP_NAMES,
            page=page,
            rows=_rows(screens, page.files),
        )

    # By POST: a reference has no place in addresses, which browsers and proxies keep.
    @app.post("/zoeken")
    def search(
        request: Request, at: Annotated[Seat, Depends(seat)], form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        text, error, found = form.text("zoek"), "", None
        try:
            found = screens.listing.search(at.owner, text)
        except BadInput:
            error = "Typ het kenmerk, of een deel ervan tussen streepjes of spaties."
        return pages.render(
            request,
            "gevonden.html",
            status=400 if error else 200,
            session=at.session,
            counsellor=at.counsellor,
            text=text if found else "",
            error=error,
            more=found is not None and found.more,
            rows=_rows(screens, found.files) if found else [],
        )


def _rows(screens: Screens, files: Sequence[tuple[Intake, Standing | None]]) -> list[views.FileRow]:
    givers = screens.staff.names({each.received_from for each, _standing in files if each.received_from})
    return [views.file_row(intake, standing, givers) for intake, standing in files]
