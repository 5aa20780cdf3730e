"""Who works here, with which roles, and ending the sessions of somebody."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.input import Form
from verifier.domain.staff import May, Role
from verifier.web.admin.office import USERS, Office
from verifier.web.screens.entrance import LOGIN
from verifier.web.screens.seat import Seat

ROLES: Final = {
    Role.COUNSELLOR: "Hulpverlener",
    Role.TEAM_LEAD: "Teamleider",
    Role.ADMINISTRATOR: "Beheerder",
    Role.AUDITOR: "Auditor",
}


def install(app: FastAPI, office: Office) -> None:
    """Add the page of who works here, and the form that ends somebody's sessions."""
    manage = office.seat(May.MANAGE)

    def show(request: Request, at: Seat, done: str = "") -> Response:
        found = [
            (each, ", ".join(ROLES[role] for role in Role if role in each.seen.roles)) for each in office.users.all()
        ]
        return office.show(
            request,
            at,
            "medewerkers.html",
            found=found,
            done=done,
            by_provider=office.screens.login is not None,
        )

    @app.get(USERS)
    def users(request: Request, at: Annotated[Seat, Depends(manage)]) -> Response:
        return show(request, at)

    @app.post(f"{USERS}/uitloggen")
    def end(
        request: Request,
        at: Annotated[Seat, Depends(manage)],
        form: Annotated[Form, Depends(office.screens.guard.form)],
    ) -> Response:
        who, ended = office.users.end_sessions(at.counsellor, form.text("medewerker"))
        if who.owner == at.owner:
            return RedirectResponse(LOGIN, 303)
        return show(request, at, f"{who.name} is uitgelogd" if ended else f"{who.name} was al uitgelogd")
