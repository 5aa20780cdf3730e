"""A loose check: a client brings a sealed overview as a PDF."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from credentials.clock import days_between, dutch_day
from credentials.debts.disclosed import read_overview
from credentials.errors import MalformedInput
from credentials.verification import Report
from verifier.domain.evidence import OVERVIEW
from verifier.domain.words import noticed
from verifier.web import views
from verifier.web.screens.seat import Screens, Seat, SeatOf

PATH: Final = "/bestand"
FIELD: Final = "bestand"
MAX_BYTES: Final = 2 << 20
"""How large a request with a file may be; an overview of twenty cases takes a fifth of it."""


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the form and its answer."""
    pages = screens.pages

    @app.get(PATH)
    def form(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(
            request, "bestand.html", session=at.session, counsellor=at.counsellor, found=None, errors=[]
        )

    @app.post(PATH)
    async def check(
        request: Request,
        at: Annotated[Seat, Depends(seat)],
        content: Annotated[bytes, Depends(screens.guard.upload(FIELD))],
    ) -> Response:
        errors = [] if content else [(FIELD, "Kies een bestand.")]
        # The file is read in a process of its own: this only waits for it, outside the event loop.
        found = await run_in_threadpool(screens.check_file, content) if content else None
        lines = [] if found is None else [_line(report) for report in found.reports]
        age = None
        if found is not None and found.examined_at is not None:
            age = days_between(found.examined_at, screens.clock.now())
        return pages.render(
            request,
            "bestand.html",
            status=400 if errors else 200,
            session=at.session,
            counsellor=at.counsellor,
            found=found,
            lines=lines,
            age=age,
            notices=[] if found is None else _notices(found.reports, dutch_day(screens.clock.now())),
            errors=errors,
        )


def _notices(reports: Sequence[Report], today: date) -> list[str]:
    """Say what the organisation said of its own data, in what is proven."""
    found: list[str] = []
    for report in reports:
        if report.proven and report.claims is not None and report.type == OVERVIEW:
            try:
                found += noticed(read_overview(report.claims).notices, today)
            except MalformedInput:
                found.append("Een deel van dit overzicht is niet te lezen. Vraag uw cliënt om een nieuw overzicht.")
    return found


def _line(report: Report) -> dict[str, object]:
    claims = report.claims if report.proven and report.claims is not None else {}
    reference, balance = claims.get("zaakkenmerk"), claims.get("saldo", claims.get("saldo_totaal"))
    decisive = report.decisive
    return {
        "what": str(claims.get("omschrijving") or reference or ("Overzicht" if claims else "Bewijs")),
        "reference": str(reference or "–"),
        "balance": balance if isinstance(balance, int) else None,
        "badge": views.BADGES[report.outcome.value],
        "word": {"bewezen": "Bewezen"}.get(report.outcome.value, "Niet bewezen"),
        "why": "" if decisive is None else decisive.explanation,
    }
