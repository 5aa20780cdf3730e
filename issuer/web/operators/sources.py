"""The register at the desk: how it is, what is wrong in it by row and column, and files that are imported into it."""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from credentials.clock import dutch, on_dutch_clocks
from credentials.encoding import JsonObject
from credentials.errors import MalformedInput
from credentials.openid.errors import InvalidNonce
from issuer.domain.operators import May
from issuer.usecases.stage_import import Staged
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import SOURCE, Seat, seat_of
from issuer.web.operators.uploads import MOST_BYTES
from service.errors import NotExactlyOne, NotFound
from service.web import Form, strict_query
from service.web.attempts import remember, take
from service.web.upload import Uploaded

UPLOAD: Final = f"{SOURCE}/inlezen/"
_FILE: Final = "bestand"
_KIND: Final = "imports"
_PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}\Z")
_SHOWN: Final = 200
_LOCAL_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?\Z", re.ASCII)


def router(desk: OperatorsDesk) -> APIRouter:  # noqa: C901  # a route per screen
    """Return the routes of the register."""
    routes = APIRouter()
    look, change = seat_of(desk.sessions, May.LOOK), seat_of(desk.sessions, May.CHANGE)

    def show(request: Request, at: Seat, *, status: int = 200, **more: Any) -> Response:  # noqa: ANN401  # template values
        can_import = desk.imports is not None and at.operator.may(May.CHANGE)
        context: dict[str, Any] = {
            "condition": desk.overlook.source.condition(desk.clock.now(), wait=False),
            "asked": False,
            "checked": None,
            "staged": None,
            "done": "",
            "errors": [],
            "part": "all",
            "made_at": "",
            "upload": UPLOAD + desk.uploads.ticket() if can_import else "",
            "most": MOST_BYTES >> 20,
            "shown": _SHOWN,
            **more,
        }
        return desk.show(request, at, "bron.html", status=status, **context)

    @routes.get(SOURCE)
    def source(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        """How the register is."""
        return show(request, at, done=strict_query(request).get("gedaan", ""))

    @routes.post(f"{SOURCE}/controle")
    def check(
        request: Request, at: Annotated[Seat, Depends(look)], _form: Annotated[Form, Depends(desk.csrf.form)]
    ) -> Response:
        """Read it once, and say what is wrong; for so long as somebody waits for a page."""
        return show(request, at, asked=True, checked=desk.check())

    @routes.post(f"{UPLOAD}{{ticket}}")
    async def upload(
        request: Request,
        ticket: str,
        at: Annotated[Seat, Depends(change)],
        sent: Annotated[Uploaded, Depends(desk.csrf.upload_form(_FILE))],
    ) -> Response:
        """Read a file and say what it comes to."""
        # Reading takes seconds: outside the event loop.
        return await run_in_threadpool(stage, request, at, sent, ticket)

    def stage(request: Request, at: Seat, sent: Uploaded, ticket: str) -> Response:
        imports = desk.imports
        if imports is None:
            raise NotFound
        try:
            desk.uploads.check(ticket)
        except InvalidNonce:
            return show(request, at, status=400, errors=[(_FILE, "U deed er te lang over. Kies het bestand opnieuw.")])
        part, written = sent.form.text("deel"), sent.form.text("moment")
        made_at, errors = _moment(written, desk.clock.now()), []
        if not sent.content:
            errors.append((_FILE, "Kies een bestand."))
        if not _PART.match(part):
            errors.append(("deel", "Geef het een naam van letters, cijfers, spaties en . _ -, hoogstens 64."))
        if made_at is None:
            errors.append(("moment", "Vul de dag en het uur in waarop het bestand is gemaakt; niet in de toekomst."))
        named = {"part": part if _PART.match(part) else "", "made_at": written if made_at is not None else ""}
        if errors or made_at is None:
            return show(request, at, status=400, errors=errors, **named)
        try:
            with desk.uploads.one_at_a_time():
                staged = imports.stage(part, sent.name, sent.content, made_at)
        except MalformedInput:
            wrong = "Dit soort bestand lezen wij niet. Neem .csv, .txt, .xlsx, .xlsm, .ods, .json of .jsonl."
            return show(request, at, status=400, errors=[(_FILE, wrong)], **named)
        if staged.id:
            kept: JsonObject = {"part": part, "people": staged.preview.people, "cases": staged.preview.cases}
            remember(desk.sessions, at.session, Response(), kind=_KIND, name=staged.id, value=kept)
        return show(request, at, status=400 if staged.faults else 200, staged=_told(staged), **named)

    @routes.post(f"{SOURCE}/bevestigen")
    def confirm(at: Annotated[Seat, Depends(change)], form: Annotated[Form, Depends(desk.csrf.form)]) -> Response:
        """Have it count, once; or forget it."""
        import_id = form.get("import") or ""
        _, kept = take(desk.sessions, at.session, _KIND, import_id)
        if desk.imports is None or kept is None:
            raise NotExactlyOne
        if form.get("antwoord") != "ja":
            desk.imports.drop(import_id)
            return RedirectResponse(f"{SOURCE}?gedaan=niet", 303)
        desk.imports.confirm(import_id, int(str(kept["people"])), int(str(kept["cases"])), at.operator.actor)
        return RedirectResponse(f"{SOURCE}?gedaan=ingelezen", 303)

    return routes


def _told(staged: Staged) -> dict[str, Any]:
    return {"id": staged.id, "was_there": staged.was_there, "before": staged.before, "preview": staged.preview,
            "faults": staged.faults}  # fmt: skip


def _moment(text: str, now: datetime) -> datetime | None:
    """Return the moment that somebody wrote on a Dutch clock; of an hour that came twice the first."""
    if not _LOCAL_MOMENT.match(text):
        return None
    try:
        found = on_dutch_clocks(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
    return dutch(found[0]) if found and found[0] <= now else None
