"""The result, each piece of evidence behind it, checking again, and taking it along."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from credentials.clock import dutch_day
from credentials.encoding import json_compact
from service.errors import NotFound
from service.web.input import Form
from verifier.domain.changes import Changes, changes
from verifier.domain.errors import NotAnswered
from verifier.domain.ranked import debt_names
from verifier.domain.request import Intake, VerificationRequest
from verifier.domain.said import KIND_NAMES, said_totals
from verifier.domain.together import to_ask_again
from verifier.domain.words import amount, debt_title, noticed
from verifier.exports.changed import changes_document
from verifier.exports.document import beside, download
from verifier.exports.files import DESK_FILES, Contents
from verifier.exports.names import BUNDLE, BUNDLE_NAME, BUNDLE_TYPE, file_name
from verifier.usecases.results import Outcome, asks_cases
from verifier.web import views
from verifier.web.attachment import attachment
from verifier.web.changed import changed_rows
from verifier.web.debts import Order, debt_rows, order_links
from verifier.web.pictures import pictures
from verifier.web.proof import proof_facts
from verifier.web.screens.seat import Screens, Seat, SeatOf


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the pages of a result and of one piece of evidence."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/{id}/resultaat")
    def result(
        request: Request, id: str, at: Annotated[Seat, Depends(seat)], volgorde: Order = Order.BALANCE
    ) -> Response:
        intake = desk.file(at.owner, id)
        requests = desk.requests(at.owner, id)
        try:
            outcome = screens.results.of_file(requests)
        except NotAnswered:
            return RedirectResponse(f"/intakes/{id}", 303)
        cases_asked = asks_cases(outcome.request)
        today = dutch_day(screens.clock.now())
        waiting = requests[0].status(screens.clock.now()) == "open"
        rows = [views.agency_row(line, today, cases_asked=cases_asked) for line in outcome.result.lines]
        said = screens.noting.of(at.owner, id)
        earlier, older = _before(screens, at, intake, requests)
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
            debts=debt_rows(outcome.result.proven_cases, volgorde, today),
            pictures=pictures(outcome.result),
            order=volgorde,
            orders=order_links(volgorde),
            said=said,
            said_totals=said_totals(said),
            kind_names=KIND_NAMES,
            unknown=views.unknown_words(outcome.result, said_totals(said)),
            amount=amount,
            cases_words=views.cases_words,
            earlier=earlier,
            older=older,
            changed=changed_rows(changes(earlier.result, outcome.result)) if earlier else [],
            rows=[row for row in rows if not row.nothing_open],
            nothing_open=[row for row in rows if row.nothing_open],
            reasons=views.reasons(outcome, cases_asked=cases_asked, waiting=waiting),
            lacking=len(to_ask_again(outcome.result)),
            compared=screens.notes.compared(at.owner, id),
            note_count=len(screens.notes.of(at.owner, id)),
            bundled=screens.bundling.possible(at.owner, requests),
            waiting=waiting,
            further=requests[0].series == outcome.request.series,
            debt_title=debt_title,
            evidence_title=views.evidence_title,
            names=views.names,
        )

    @app.get("/intakes/{id}/bewijzen/{position}")
    def evidence(request: Request, id: str, position: int, at: Annotated[Seat, Depends(seat)]) -> Response:
        intake = desk.file(at.owner, id)
        outcome = newest_answer(screens, at, id)
        if not 0 <= position < len(outcome.answer.evidence):
            raise NotFound
        case = next((each for each in outcome.result.proven_cases if each.position == position), None)
        names = debt_names(id, outcome.result)
        whose = next((each for each in outcome.result.lines if case and each.body == case.body), None)
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
            notices=noticed(line.notices, dutch_day(screens.clock.now())) if line else (),
            title=debt_title(case.case) if case else views.evidence_title(outcome.answer.evidence[position]),
            facts=views.debt_facts(case) if case else [],
            name=next((name for name, each in names.items() if case and each.position == case.position), None),
            proof=proof_facts(outcome.answer.evidence[position], case, line or whose),
            history=views.history(case.case) if case else [],
            check_names=views.CHECK_NAMES,
            check_badges=views.CHECK_BADGES,
            badges=views.BADGES,
            amount=amount,
            names=views.names,
        )


def install_actions(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add checking again and the downloads."""
    results = screens.results

    @app.post("/intakes/{id}/hercontrole")
    def check_again(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        screens.desk.file(at.owner, id)
        results.check_file_again(at.owner, id)
        return RedirectResponse(f"/intakes/{id}/resultaat", 303)

    @app.post("/intakes/{id}/aanvulling")
    def ask_rest(
        id: str, at: Annotated[Seat, Depends(seat)], _form: Annotated[Form, Depends(screens.guard.form)]
    ) -> Response:
        lacking = to_ask_again(newest_answer(screens, at, id).result)
        if lacking:
            screens.desk.ask_rest(at.owner, id, lacking)
        return RedirectResponse(f"/intakes/{id}", 303)

    @app.get(f"/intakes/{{id}}/{BUNDLE}")
    def bundle(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        found = newest_answer(screens, at, id)
        content = screens.bundling.of_file(at.owner, id)
        name = file_name(BUNDLE_NAME, "zip", found.answer.received_at, screens.desk.file(at.owner, id).reference)
        return attachment(content, BUNDLE_TYPE, name)

    for each in DESK_FILES:
        _install_file(app, screens, seat, each)

    @app.get("/intakes/{id}/bestand.json")
    def as_json(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        found = newest_answer(screens, at, id)
        said = screens.noting.of(at.owner, id)
        document = download(found.parts, found.template, found.answer, found.result, said=said, now=screens.clock.now())
        changed = _changed(screens, at, id, found)
        document["veranderingen"] = None if changed is None else changes_document(*changed)
        document |= beside(screens.notes.compared(at.owner, id), screens.notes.of(at.owner, id))
        reference = screens.desk.file(at.owner, id).reference
        name = file_name("schulden", "json", found.answer.received_at, reference)
        return attachment(json_compact(document), "application/json", name)


def _install_file(app: FastAPI, screens: Screens, seat: SeatOf, file: str) -> None:
    what, media_type, make = DESK_FILES[file]

    @app.get(f"/intakes/{{id}}/{file}", name=file)
    def table(id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        found = newest_answer(screens, at, id)
        reference = screens.desk.file(at.owner, id).reference
        name = file_name(what, file.rpartition(".")[2], found.answer.received_at, reference)
        changed = _changed(screens, at, id, found)
        contents = Contents(
            found.result,
            screens.noting.of(at.owner, id),
            changed[0] if changed else None,
            replace(screens.counsel, reference=reference),
        )
        return attachment(make(contents), media_type, name)


def newest_answer(screens: Screens, at: Seat, id: str) -> Outcome:  # the name in the path
    """Return what the answers in a file amount to. Raises UnknownIntake, NotAnswered."""
    screens.desk.file(at.owner, id)
    return screens.results.of_file(screens.desk.requests(at.owner, id))


def _changed(screens: Screens, at: Seat, id: str, found: Outcome) -> tuple[Changes, datetime] | None:
    """Return what changed, and since when; None where there is nothing to compare with."""
    earlier, _ = _before(screens, at, screens.desk.file(at.owner, id), screens.desk.requests(at.owner, id))
    return None if earlier is None else (changes(earlier.result, found.result), earlier.answer.received_at)


def _before(
    screens: Screens, at: Seat, intake: Intake, requests: Sequence[VerificationRequest]
) -> tuple[Outcome | None, Intake | None]:
    """Return what the file amounted to before its newest answer, or else what an earlier file of the client did.

    The second is that earlier file: of the same reference and the same owner, and not deleted yet.
    """
    earlier = screens.results.before(requests)
    if earlier is not None:
        return earlier, None
    for older in screens.listing.earlier(intake):
        try:
            return screens.results.as_it_stood(screens.desk.requests(at.owner, older.id)), older
        except NotAnswered:
            continue
    return None, None
