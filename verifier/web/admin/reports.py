"""The report: what was asked and what came of it, drawn and in tables, without a number that points at somebody."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from service.charts import Chart, Series
from service.i18n import plural
from verifier.domain.reports import LEAST, OUTCOME_NAMES, Outcome, Report
from verifier.domain.staff import May
from verifier.exports.names import file_name
from verifier.exports.report import report_sheet, told
from verifier.exports.table import MEDIA_TYPE, to_csv
from verifier.web.admin.office import REPORT, Office
from verifier.web.attachment import attachment
from verifier.web.screens.seat import Seat
from verifier.web.views import template_name

_LOOKS: Final = {
    Outcome.ANSWERED: "ok",
    Outcome.DECLINED: "warning",
    Outcome.NONE: "error",
    Outcome.WAITING: "wait",
}
FILE: Final = f"{REPORT}.csv"

# Codes of the wallet's and of our own checks, for who wants to do something about them; any other stays a code.
CAUSES: Final = {
    "access_denied": "De cliënt wilde niet delen, of had geen kaartjes.",
    "invalid_response": "Het antwoord paste niet bij de vraag.",
    "response_too_large": "Het antwoord was te groot.",
    "transaction_not_agreed": "De cliënt tekende niet voor wat u vroeg.",
    "vp_formats_not_supported": "De wallet kent de gevraagde soort kaartjes niet.",
    "wallet_unavailable": "De wallet kon niet antwoorden.",
    "unsatisfied_query": "In het antwoord ontbrak iets wat gevraagd was.",
}


def install(app: FastAPI, office: Office) -> None:
    """Add the page of the report."""
    look = office.seat(May.LOOK)

    @app.get(REPORT)
    def report(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        found = office.reports()
        months = zip(found.months, *(found.by_month[each] for each in OUTCOME_NAMES), strict=True)
        return office.show(
            request,
            at,
            "rapport.html",
            report=found,
            chart=chart_of(found),
            outcomes=list(OUTCOME_NAMES.items()),
            rows=list(months)[::-1],
            file=FILE,
            name=template_name,
            told=told,
            within=within,
            causes=CAUSES,
            least=LEAST,
        )

    @app.get(FILE)
    def file(_at: Annotated[Seat, Depends(look)]) -> Response:
        name = file_name("rapport", "csv", office.clock.now())
        return attachment(to_csv(report_sheet(office.reports())), MEDIA_TYPE, name)


def chart_of(report: Report) -> Chart:
    """Return the drawing of the questions by month."""
    series = tuple(
        Series(text, _LOOKS[outcome], tuple(each.drawn for each in report.by_month[outcome]))
        for outcome, text in OUTCOME_NAMES.items()
    )
    return Chart("Vragen aan cliënten per maand", report.months, series, monthly=True)


def within(time: timedelta | None) -> str:
    """Write how long something took."""
    if time is None:
        return "te weinig om te zeggen"
    minutes, seconds = divmod(int(time.total_seconds()), 60)
    return f"{minutes} min {seconds} s" if minutes else plural(seconds, "seconde", "seconden")
