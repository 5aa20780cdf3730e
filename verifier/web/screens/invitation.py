"""Invitations: the letter that a counsellor prints, and the pages that its link leads to, for who is not logged in."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from service.errors import LoginNeeded, NotSent
from service.qr import MAX_CHARACTERS as MAX_QR_CHARACTERS
from service.sessions import Session
from service.web.input import Form, strict_query
from verifier.domain.errors import BadInput, RequestEnded, UnknownInvitation
from verifier.domain.invitation import Way
from verifier.domain.request import Intake
from verifier.domain.templates import TEMPLATES
from verifier.web.screens.seat import Screens, Seat, SeatOf

LINK: Final = "/uitnodiging"


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the counsellor's page, and the letter."""
    pages, desk = screens.pages, screens.desk

    @app.get("/intakes/{id}/uitnodigen")
    def ask(request: Request, id: str, at: Annotated[Seat, Depends(seat)]) -> Response:
        intake = desk.file(at.owner, id)
        return _ask(request, at, intake)

    def _ask(
        request: Request, at: Seat, intake: Intake, *, failed: Way | None = None, error: str = "", status: int = 200
    ) -> Response:
        return pages.render(
            request,
            "uitnodigen.html",
            status=status,
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            ways=[each.value for each in Way if each in screens.inviting.ways],
            failed=failed,
            error=error,
        )

    @app.post("/intakes/{id}/uitnodigen/{way}")
    def send(
        request: Request,
        id: str,
        way: Way,
        at: Annotated[Seat, Depends(seat)],
        form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        intake = desk.file(at.owner, id)
        try:
            until = screens.inviting.send(at.owner, id, way, form.text(way.value), f"{screens.asking.origin}{LINK}")
        except BadInput as error:
            text = error.detail.partition(": ")[2]
            return _ask(request, at, intake, failed=way, error=f"{text[:1].upper()}{text[1:]}.", status=400)
        except NotSent:
            return _ask(
                request, at, intake, failed=way, error="Versturen is niet gelukt. Probeer het later.", status=503
            )
        return pages.render(
            request, "uitgenodigd.html", session=at.session, counsellor=at.counsellor, intake=intake, until=until
        )

    @app.post("/intakes/{id}/uitnodigen")
    def letter(
        request: Request,
        id: str,
        at: Annotated[Seat, Depends(seat)],
        _form: Annotated[Form, Depends(screens.guard.form)],
    ) -> Response:
        intake = desk.file(at.owner, id)
        token, until = screens.inviting.invite(at.owner, id)
        link = f"{screens.asking.origin}{LINK}/{token}"
        return pages.render(
            request,
            "uitnodiging_brief.html",
            session=at.session,
            counsellor=at.counsellor,
            intake=intake,
            asked=TEMPLATES[intake.template],
            link=link,
            until=until,
        )


def install_link(app: FastAPI, screens: Screens) -> None:
    """Add the pages behind the link."""
    pages, sessions, inviting = screens.pages, screens.sessions, screens.inviting

    @app.get(f"{LINK}/{{token}}")
    def landing(request: Request, token: str) -> Response:
        session = sessions.current(request)
        try:
            inviting.file_of(token)
            if session is not None:
                return _landing(screens, request, token, session)
        except UnknownInvitation:
            return _over(screens, request)
        # A session first, so that the form carries a token, and the link belongs to this browser.
        if "cookie" in strict_query(request):
            return pages.render(request, "cookies.html")
        response = RedirectResponse(f"{LINK}/{token}?cookie=1", 303)
        sessions.begin(response)
        return response


def install_asking(app: FastAPI, screens: Screens) -> None:
    """Add what the client's press does, and what the status line asks."""
    sessions, inviting = screens.sessions, screens.inviting

    @app.post(f"{LINK}/{{token}}")
    def begin(request: Request, token: str, form: Annotated[Form, Depends(screens.guard.form)]) -> Response:
        session = sessions.current(request)
        if session is None:
            raise LoginNeeded
        try:
            inviting.ask(token, session.id_hash.hex(), here=form.text("waar") == "hier")
        except UnknownInvitation:
            return _over(screens, request)
        return RedirectResponse(f"{LINK}/{token}", 303)

    @app.get(f"{LINK}/{{token}}/stand")
    def standing(request: Request, token: str) -> Response:
        session = sessions.current(request)
        try:
            newest = None if session is None else inviting.standing(token, session.id_hash.hex())
        except UnknownInvitation:
            newest = None
        if newest is None or newest.status(screens.clock.now()) != "open":
            return JSONResponse({"verder": f"{LINK}/{token}"})
        return JSONResponse({})


def _landing(screens: Screens, request: Request, token: str, session: Session) -> Response:
    found, intake = screens.inviting.file_of(token)
    newest = screens.inviting.standing(token, session.id_hash.hex()) if found.browser is not None else None
    status = "" if newest is None else newest.status(screens.clock.now())
    link = ""
    if newest is not None and status == "open":
        try:
            link = screens.asking.link(newest)
        except RequestEnded:
            status = "verlopen"
    return screens.pages.render(
        request,
        "uitnodiging.html",
        session=session,
        token=token,
        asked=TEMPLATES[intake.template],
        standing=status,
        newest=newest,
        link=link,
        small_enough=len(link) <= MAX_QR_CHARACTERS,
        web_wallets=[(name, f"{url}?{link.partition('?')[2]}") for name, url in screens.web_wallets],
    )


def _over(screens: Screens, request: Request) -> Response:
    # The same page for a link that never was: whoever tries some learns nothing.
    return screens.pages.render(request, "uitnodiging_voorbij.html", status=404)
