"""What case systems were told, and having it told anew."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.errors import NotExactlyOne
from service.web.input import Form, strict_query
from service.webhooks.messages import MESSAGE_ID, Delivery
from verifier.domain.staff import May
from verifier.web.admin.office import MESSAGES, Office
from verifier.web.screens.seat import Seat

STATES: Final = {
    Delivery.WAITING: ("wait", "Wacht"),
    Delivery.DELIVERED: ("ok", "Bezorgd"),
    Delivery.GIVEN_UP: ("error", "Opgegeven"),
}


def install(app: FastAPI, office: Office) -> None:
    """Add the page of the messages, and the form that has them sent anew."""
    look, manage = office.seat(May.LOOK), office.seat(May.MANAGE)

    @app.get(MESSAGES)
    def messages(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        found = office.messages.recent()
        return office.show(
            request,
            at,
            "berichten.html",
            address=MESSAGES,
            found=[(each, STATES[each.state]) for each in found],
            given_up=sum(each.state is Delivery.GIVEN_UP for each in found),
            may_change=at.counsellor.may(May.MANAGE),
            done=strict_query(request).get("gedaan") == "opnieuw",
        )

    @app.post(f"{MESSAGES}/opnieuw")
    def again(
        at: Annotated[Seat, Depends(manage)], form: Annotated[Form, Depends(office.screens.guard.form)]
    ) -> Response:
        one = form.get("bericht")
        if one is not None and not MESSAGE_ID.match(one):
            raise NotExactlyOne
        resend = office.messages
        count = resend.given_up(actor=at.owner) if one is None else resend([one], actor=at.owner)
        if not count:
            raise NotExactlyOne
        return RedirectResponse(f"{MESSAGES}?gedaan=opnieuw", 303)
