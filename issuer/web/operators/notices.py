"""Notices at the desk: say that the agency's data are wrong or late for a while, and that they are right again."""

import re
import secrets
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.debts.catalogue import describe
from credentials.debts.errors import InvalidNotice
from credentials.debts.notice import MOST_CHARACTERS, Notice
from credentials.encoding import JsonObject
from issuer.domain.errors import NoticeNotFound, TooManyNotices
from issuer.domain.notices import NoticeState, RecordedNotice
from issuer.domain.operators import May
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import NOTICES, Seat, seat_of
from service.errors import NotExactlyOne
from service.web import Form, strict_query
from service.web.attempts import remember, take

_KIND: Final = "notices"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_FIELDS: Final = ("tekst", "van", "tot", "verwacht")
STATES: Final = {
    NoticeState.ANNOUNCED: ("wait", "Aangekondigd"),
    NoticeState.STANDING: ("warning", "Geldt nu"),
    NoticeState.ENDED: ("neutral", "Beëindigd"),
}


def router(desk: OperatorsDesk) -> APIRouter:  # noqa: C901  # a route per screen
    """Return the routes of the notices."""
    routes = APIRouter()
    manage = seat_of(desk.sessions, May.MANAGE)

    def show(
        request: Request,
        at: Seat,
        *,
        status: int = 200,
        errors: Sequence[tuple[str, str]] = (),
        written: dict[str, str] | None = None,
        chosen: Sequence[str] = (),
        done: str = "",
    ) -> Response:
        today = desk.notices.today()
        found = [(each, STATES[each.state(today)], each.notice.overdue(today)) for each in reversed(desk.notices.all())]
        return desk.show(
            request,
            at,
            "meldingen.html",
            status=status,
            current=[each for each in found if each[0].ended_at is None],
            ended=[each for each in found if each[0].ended_at is not None],
            kinds=_kinds(desk.notices.coverage),
            named=_named,
            errors=list(errors),
            written={name: (written or {}).get(name, "") for name in _FIELDS},
            chosen=list(chosen),
            most=MOST_CHARACTERS,
            done=done,
        )

    @routes.get(NOTICES)
    def notices(request: Request, at: Annotated[Seat, Depends(manage)]) -> Response:
        """Those that stand, and the form of a new one."""
        return show(request, at, done=strict_query(request).get("gedaan", ""))

    @routes.post(NOTICES)
    def ask(
        request: Request, at: Annotated[Seat, Depends(manage)], form: Annotated[Form, Depends(desk.csrf.form)]
    ) -> Response:
        """Say what a notice would mean, before it is given."""
        written, chosen = {name: (form.get(name) or "").strip() for name in _FIELDS}, form.all("soort")
        errors = _faults(written)
        try:
            notice = None if errors else _notice(written, chosen)
            changed = None if notice is None else desk.notices.add(notice, dry_run=True)
        except InvalidNotice:
            # What its fields do not tell apart: signs that no text may hold, kinds that are not the agency's.
            errors = [("tekst", "Deze tekst of deze soorten kunnen wij niet gebruiken. Gebruik gewone tekens.")]
            changed = None
        except TooManyNotices:
            errors, changed = [("tekst", "Er zijn al te veel meldingen. Beëindig er eerst een.")], None
        if changed is None:
            return show(request, at, status=400, errors=errors, written=written, chosen=chosen)
        kept: JsonObject = {**written, "kinds": list(chosen)}
        name = secrets.token_urlsafe(16)
        remember(desk.sessions, at.session, Response(), kind=_KIND, name=name, value=kept)
        return desk.show(request, at, "melding.html", changed=changed, id=name, ending=False, named=_named)

    @routes.post(f"{NOTICES}/geven")
    def give(at: Annotated[Seat, Depends(manage)], form: Annotated[Form, Depends(desk.csrf.form)]) -> Response:
        """Give it, once."""
        _, kept = take(desk.sessions, at.session, _KIND, form.get("melding") or "")
        if kept is None:
            raise NotExactlyOne
        kinds = kept.get("kinds")
        written = {name: str(kept[name]) for name in _FIELDS}
        notice = _notice(written, [str(each) for each in kinds] if isinstance(kinds, list) else [])
        desk.notices.add(notice, actor=at.operator.actor)
        return RedirectResponse(f"{NOTICES}?gedaan=gegeven", 303)

    @routes.get(f"{NOTICES}/{{number}}")
    def ask_to_end(request: Request, number: str, at: Annotated[Seat, Depends(manage)]) -> Response:
        """Say what it would mean that a notice ends."""
        changed = desk.notices.end(_number(number), dry_run=True)
        return desk.show(request, at, "melding.html", changed=changed, id=number, ending=True, named=_named)

    @routes.post(f"{NOTICES}/{{number}}")
    def end(
        number: str, at: Annotated[Seat, Depends(manage)], _form: Annotated[Form, Depends(desk.csrf.form)]
    ) -> Response:
        """End it, once."""
        desk.notices.end(_number(number), actor=at.operator.actor)
        return RedirectResponse(f"{NOTICES}?gedaan=beeindigd", 303)

    return routes


def _kinds(coverage: Any) -> list[tuple[str, str]]:  # noqa: ANN401  # some codes
    return [(each, describe(each).title) for each in coverage]


def _named(recorded: RecordedNotice) -> str:
    return ", ".join(describe(each).title for each in recorded.notice.kinds) or "alle soorten"


def _faults(written: dict[str, str]) -> list[tuple[str, str]]:
    days = {name: _day(written[name]) for name in _FIELDS[1:]}
    first = days["van"]
    found = []
    if not 0 < len(written["tekst"]) <= MOST_CHARACTERS:
        found.append(("tekst", f"Schrijf in hoogstens {MOST_CHARACTERS} tekens wat er aan de hand is."))
    if first is None:
        found.append(("van", "Vul de eerste dag in."))
    for name in ("tot", "verwacht"):
        day = days[name]
        if written[name] and (day is None or (first is not None and day < first)):
            found.append((name, "Vul een dag in die niet voor de eerste dag ligt."))
    return found


def _notice(written: dict[str, str], kinds: Sequence[str]) -> Notice:
    first = _day(written["van"])
    if first is None:
        raise InvalidNotice("there is no first day")
    return Notice(
        first_day=first,
        what=written["tekst"],
        last_day=_day(written["tot"]),
        expected_end=_day(written["verwacht"]),
        kinds=tuple(kinds),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.match(text) else None
    except ValueError:
        return None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise NoticeNotFound
    return int(text)
