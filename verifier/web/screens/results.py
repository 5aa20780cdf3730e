"""The result, each piece of evidence behind it, checking again, and taking it along."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credentials.encoding import json_compact
from service.errors import NotFound
from service.web.input import Form
from verifier.domain.errors import NotAnswered
from verifier.domain.request import Answered, VerificationRequest
from verifier.exports.document import download
from verifier.exports.files import TABLE_FILES
from verifier.exports.names import file_name
from verifier.usecases.results import Outcome, asks_cases
from verifier.web import views
from verifier.web.attachment import attachment
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the pages of a result and of one piece of evidence."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/{id}/resultaat")
    def result(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        intake = desk.file(at.owner, id)
        requests = desk.requests(at.owner, id)
        try:
            outcome = _newest_of(screens, requests)
        except NotAnswered:
            return RedirectResponse(f"/intakes/{id}", 303)
        cases_asked = asks_cases(outcome.request)
        waiting = requests[0].status(screens.clock.now()) == "open"
        return pages.render(
            request,
            "resultaat.html",
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            outcome=outcome,
            result=outcome.result,
            asked=outcome.template,
            cases_asked=cases_asked,
            rows=[views.agency_row(line, cases_asked=cases_asked) for line in outcome.result.lines],
            reasons=views.reasons(outcome, cases_asked=cases_asked, waiting=waiting),
            waiting=waiting,
            further=requests[0].series == outcome.request.series,
            debt_title=views.debt_title,
            evidence_title=views.evidence_title,
            phases=views.PHASES,
            names=views.names,
        )

    @app.get("/intakes/{id}/bewijzen/{position}")
    def evidence(request: Request, id: str, position: int, at: Annotated[Seat, Depends(seat)]) -> Response:
        intake = desk.file(at.owner, id)
        outcome = _newest_answer(screens, at, id)
        if not 0 <= position < len(outcome.answer.evidence):
            raise NotFound
        case = next((each for each in outcome.result.proven_cases if each.position == position), None)
        line = next((each for each in outcome.result.lines if each.position == position), None)
        return pages.render(
            request,
            "bewijs.html",
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            evidence=outcome.answer.evidence[position],
            checked_at=outcome.answer.checked_at,
            case=case,
            line=line,
            title=views.debt_title(case.case) if case else views.evidence_title(outcome.answer.evidence[position]),
            facts=views.debt_facts(case) if case else [],
            history=views.history(case.case) if case else [],
            check_names=views.CHECK_NAMES,
            check_badges=views.CHECK_BADGES,
            badges=views.BADGES,
            names=views.names,
        )


def install_actions(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add checking again and the downloads."""
    results = screens.results

    @app.post("/intakes/{id}/hercontrole")
    def check_again(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        results.check_again(at.owner, _newest_answer(screens, at, id).request.id)
        return RedirectResponse(f"/intakes/{id}/resultaat", 303)

    for each in TABLE_FILES:
        _install_file(app, screens, seat, each)

    @app.get("/intakes/{id}/bestand.json")
    def as_json(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        found = _newest_answer(screens, at, id)
        document = download(found.parts, found.template, found.answer, found.result, screens.clock.now())
        reference = screens.desk.file(at.owner, id).reference
        name = file_name("schulden", "json", found.answer.received_at, reference)
        return attachment(json_compact(document), "application/json", name)


def _install_file(app: FastAPI, screens: Screens, seat: SeatOf, file: str) -> None:
    what, media_type, make = TABLE_FILES[file]

    @app.get(f"/intakes/{{id}}/{file}", name=file)
    def table(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        found = _newest_answer(screens, at, id)
        reference = screens.desk.file(at.owner, id).reference
        name = file_name(what, file.rpartition(".")[2], found.answer.received_at, reference)
        return attachment(make(found.result), media_type, name)


def _newest_answer(screens: Screens, at: Seat, id: str) -> Outcome:  # the name in the path
    screens.desk.file(at.owner, id)
    return _newest_of(screens, screens.desk.requests(at.owner, id))


def _newest_of(screens: Screens, requests: Sequence[VerificationRequest]) -> Outcome:
    for each in requests:
        if isinstance(each.state, Answered):
            return screens.results.outcome([one for one in reversed(requests) if one.series == each.series])
    raise NotAnswered
