"""The overview: what to pay now, to whom, before when; one debt; and the file to take along."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from credentials.debts.catalogue import describe
from service.web import Form, strict_query
from wallet_api.domain.overview import Group, payee
from wallet_api.web import words
from wallet_api.web.bundle import Screens


def overview(screens: Screens) -> APIRouter:
    """Return the routes."""
    router = APIRouter()
    pages, door, guard = screens.pages, screens.door, screens.guard
    show, collect = screens.usecases.show, screens.usecases.collect
    FormOf = Annotated[Form, Depends(guard.form)]  # noqa: N806  # a type

    @router.get("/overzicht")
    def all_debts(request: Request) -> Response:
        session, wallet = door.open_session(request)
        return pages.render(
            request,
            "overview.html",
            session=session,
            overview=show.overview(wallet),
            collection=collect.progress(wallet),
            today=show.today(),
            collected=strict_query(request).get("opgehaald") == "1",
            groups=[group for group in Group if group is not Group.DONE],
            done=Group.DONE,
            words=words,
            describe=describe,
            payee=payee,
        )

    @router.post("/overzicht/controleren")
    def check(request: Request, form: FormOf) -> Response:  # noqa: ARG001  # the form is its own check
        show.overview(door.wallet(request), fresh=True)
        return RedirectResponse("/overzicht", 303)

    @router.get("/overzicht/downloaden")
    def download(request: Request) -> Response:
        content = json.dumps(show.download(door.wallet(request)), ensure_ascii=False, indent=1)
        return Response(
            content,
            media_type="application/json",
            headers={"content-disposition": 'attachment; filename="mijn-schuldenoverzicht.json"'},
        )

    @router.get("/schulden/{id}")
    def debt(request: Request, id: str) -> Response:
        session, wallet = door.open_session(request)
        detail = show.debt(wallet, id)
        return pages.render(
            request,
            "debt.html",
            session=session,
            line=detail.line,
            case=detail.line.case,
            report=detail.report,
            today=show.today(),
            kind=describe(detail.line.case.type or ""),
            groups=Group,
            words=words,
            payee=payee(detail.line.case, detail.line.card.agency),
        )

    @router.get("/kaarten/{id}")
    def card(request: Request, id: str) -> Response:
        session, wallet = door.open_session(request)
        held, report = show.card(wallet, id)
        return pages.render(request, "card.html", session=session, card=held, report=report, facts=show.facts(held))

    @router.post("/kaarten/{id}/verwijderen")
    def remove(request: Request, id: str, form: FormOf) -> Response:  # noqa: ARG001  # the form is its own check
        show.remove(door.wallet(request), id)
        return RedirectResponse("/overzicht", 303)

    return router
