"""The first screen: what was issued, what went wrong and why, and what needs attention."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.clock import dutch_day
from issuer.domain.issuance import CopyState
from issuer.domain.operators import May
from issuer.domain.running import FailureCount
from issuer.usecases.overview import Standing
from issuer.web.operators import words
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import ROOT, Seat, first_screen, seat_of
from service.charts import Chart, Series


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the route of the overview."""
    routes = APIRouter()
    anybody = seat_of(desk.sessions, None)

    @routes.get(ROOT)
    def overview(request: Request, at: Annotated[Seat, Depends(anybody)]) -> Response:
        """How the agency stands; for whoever may see something else alone, that."""
        if not at.operator.may(May.LOOK):
            return RedirectResponse(first_screen(at.operator), 303)
        standing = desk.overlook()
        return desk.show(
            request,
            at,
            "overzicht.html",
            standing=standing,
            issued=issued_chart(standing),
            failed=failed_chart(standing),
            causes=_causes(standing.failures),
            today=dutch_day(standing.at),
            states=CopyState,
            words=words,
        )

    return routes


def issued_chart(standing: Standing) -> Chart:
    """Return the drawing of what was issued, by what became of it."""
    kinds = (
        ("Bewaard in een wallet", "ok", CopyState.ACCEPTED),
        ("Nog niets gemeld", "wait", CopyState.ISSUED),
        ("Niet bewaard", "warning", CopyState.DELETED),
        ("Mislukt in de wallet", "error", CopyState.FAILED),
    )
    series = tuple(
        Series(name, look, tuple(day.copies.get(state, 0) for day in standing.days)) for name, look, state in kinds
    )
    return Chart("Exemplaren per dag", tuple(day.day for day in standing.days), series)


def failed_chart(standing: Standing) -> Chart:
    """Return the drawing of what went wrong."""
    times = dict.fromkeys((day.day for day in standing.days), 0)
    for each in standing.failures:
        if each.day in times:
            times[each.day] += each.times
    return Chart("Fouten per dag", tuple(times), (Series("Fouten", "error", tuple(times.values())),))


def _causes(failures: Sequence[FailureCount]) -> list[tuple[FailureCount, int]]:
    """Return each cause with its last day and how often it came, the most frequent first."""
    total: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], FailureCount] = {}
    for each in failures:
        key = (each.step.value, each.code)
        total[key] = total.get(key, 0) + each.times
        last[key] = each
    return sorted(((last[key], times) for key, times in total.items()), key=lambda found: -found[1])
