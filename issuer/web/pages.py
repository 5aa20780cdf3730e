"""The citizen's screens: the agency's door, your debts in plain words, and what happens to your data."""

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from issuer.web.desk import Desk
from issuer.web.login import citizen, login_address
from issuer.web.telling import telling


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()

    @routes.get("/")
    def start(request: Request) -> Response:
        """The agency's door."""
        found = citizen(desk, request)
        return desk.pages.render(
            request, "start.html", session=found.session if found else None, desk=desk, citizen=found
        )

    @routes.get("/schulden")
    def debts(request: Request) -> Response:
        """Your debts at this agency."""
        found = citizen(desk, request)
        if found is None:
            return RedirectResponse(login_address("/schulden"), 303)
        return desk.pages.render(
            request,
            "schulden.html",
            session=found.session,
            citizen=found,
            **telling(desk, desk.show_debts(found.person)),
        )

    @routes.get("/privacy")
    def privacy(request: Request) -> Response:
        """What happens to a citizen's data."""
        return desk.pages.render(request, "privacy.html", desk=desk)

    @routes.get("/toegankelijkheid")
    def accessibility(request: Request) -> Response:
        """How accessible this site is, and whom to tell when it is not."""
        return desk.pages.render(request, "toegankelijkheid.html", desk=desk)

    return routes
