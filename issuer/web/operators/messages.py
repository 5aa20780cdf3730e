"""What the agency's own systems were told, and having it told anew."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from issuer.domain.operators import May
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import MESSAGES, Seat, seat_of
from service.errors import NotExactlyOne
from service.web import Form, strict_query
from service.webhooks.messages import MESSAGE_ID, Delivery

STATES: Final = {
    Delivery.WAITING: ("wait", "Wacht"),
    Delivery.DELIVERED: ("ok", "Bezorgd"),
    Delivery.GIVEN_UP: ("error", "Opgegeven"),
}


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the routes of the messages."""
    routes = APIRouter()
    look, change = seat_of(desk.sessions, May.LOOK), seat_of(desk.sessions, May.CHANGE)

    @routes.get(MESSAGES)
    def messages(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        """The last of them."""
        found = desk.messages.recent()
        return desk.show(
            request,
            at,
            "berichten.html",
            found=[(each, STATES[each.state]) for each in found],
            given_up=sum(each.state is Delivery.GIVEN_UP for each in found),
            may_change=at.operator.may(May.CHANGE),
            done=strict_query(request).get("gedaan") == "opnieuw",
        )

    @routes.post(f"{MESSAGES}/opnieuw")
    def again(at: Annotated[Seat, Depends(change)], form: Annotated[Form, Depends(desk.csrf.form)]) -> Response:
        """Have one sent anew, or all that were given up."""
        one = form.get("bericht")
        actor = at.operator.actor
        if one is not None and not MESSAGE_ID.match(one):
            raise NotExactlyOne
        count = desk.messages.given_up(actor=actor) if one is None else desk.messages([one], actor=actor)
        if not count:
            raise NotExactlyOne
        return RedirectResponse(f"{MESSAGES}?gedaan=opnieuw", 303)

    return routes
