"""What was issued: found without a name, looked at, and taken back with a reason."""

from collections import Counter
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from credentials.clock import epoch, from_epoch
from credentials.errors import MalformedInput
from issuer.domain.configurations import Kind, configuration
from issuer.domain.errors import NothingIssued
from issuer.domain.issuance import Statement, Status, Visit
from issuer.domain.operators import May
from issuer.domain.reasons import Reason
from issuer.usecases.issuances import Found, Issuance, IssuedStatement, is_id
from issuer.web.operators import words
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import ISSUANCES, Seat, seat_of
from service.errors import NotExactlyOne
from service.web import Form, strict_query

_MOST: Final = 256
_DEEDS: Final = {"intrekken": Status.INVALID, "vervangen": Status.SUPERSEDED}


def router(desk: OperatorsDesk) -> APIRouter:  # noqa: C901  # a route per screen
    """Return the routes of what was issued."""
    routes = APIRouter()
    look, change = seat_of(desk.sessions, May.LOOK), seat_of(desk.sessions, May.CHANGE)

    def listed(request: Request, at: Seat, found: Found, **more: Any) -> Response:  # noqa: ANN401  # template values
        rows = [(each, _what(each), _status(each, desk)) for each in found.issuances]
        context: dict[str, Any] = {"further": found.further, "case": "", "error": "", **more}
        return desk.show(request, at, "uitgiften.html", rows=rows, cursor=_cursor(found.further), **context)

    @routes.get(ISSUANCES)
    def recent(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        """The last of it, or a page further back."""
        before = _before(strict_query(request).get("voor"))
        return listed(request, at, desk.issued.recent(before=before))

    @routes.post(f"{ISSUANCES}/zoeken")
    def search(
        request: Request, at: Annotated[Seat, Depends(look)], form: Annotated[Form, Depends(desk.csrf.form)]
    ) -> Response:
        """Find by the id of an issuance or a copy, or by the reference of a case; by POST, so that no log holds it."""
        text = (form.get("zoek") or "").strip()
        if not 0 < len(text) <= _MOST:
            found = desk.issued.recent()
            return listed(request, at, found, error="Vul een nummer of een zaakkenmerk in.", status=400)
        before = _before(form.get("voor") or None)
        if before is None:
            try:
                return RedirectResponse(f"{ISSUANCES}/{desk.issued.find(text).visit.session}", 303)
            except NothingIssued:
                pass
        found = desk.issued.of_case(text, before=before)
        # What was looked for is written into the page's own form alone, to go on from here.
        return listed(request, at, found, case=text)

    @routes.get(f"{ISSUANCES}/{{session}}")
    def one(request: Request, session: str, at: Annotated[Seat, Depends(look)]) -> Response:
        """All that was issued in one visit."""
        found = desk.issued.find(session)
        done = {"ingetrokken": Status.INVALID, "vervangen": Status.SUPERSEDED}.get(
            strict_query(request).get("gedaan", "")
        )
        return desk.show(
            request,
            at,
            "uitgifte.html",
            issuance=found,
            statements=[(_named(each), each) for each in found.statements],
            may_change=at.operator.may(May.CHANGE),
            expired=found.expired(desk.clock.now()),
            done=done,
            statuses=Status,
            words=words,
        )

    @routes.get(f"{ISSUANCES}/{{session}}/{{deed}}")
    def ask(request: Request, session: str, deed: str, at: Annotated[Seat, Depends(change)]) -> Response:
        """Say what it means, and ask for the reason."""
        return _confirm(request, session, deed, at, strict_query(request).get("deel", ""), error="")

    @routes.post(f"{ISSUANCES}/{{session}}/{{deed}}")
    def do(
        request: Request,
        session: str,
        deed: str,
        at: Annotated[Seat, Depends(change)],
        form: Annotated[Form, Depends(desk.csrf.form)],
    ) -> Response:
        """Do it, once."""
        part = form.get("deel") or ""
        try:
            reason = Reason(form.get("reden") or "")
        except ValueError:
            return _confirm(request, session, deed, at, part, error="Kies waarom u dit doet.")
        issuance, chosen = _chosen(session, deed, part)
        act = desk.issued.withdraw if _DEEDS[deed] is Status.INVALID else desk.issued.replace
        statement = chosen.statement if chosen is not None else None
        try:
            act(issuance.visit.session, reason, at.operator.actor, statement=statement)
        except NothingIssued:
            raise NotExactlyOne from None
        done = "ingetrokken" if _DEEDS[deed] is Status.INVALID else "vervangen"
        return RedirectResponse(f"{ISSUANCES}/{issuance.visit.session}?gedaan={done}", 303)

    def _confirm(request: Request, session: str, deed: str, at: Seat, part: str, *, error: str) -> Response:
        issuance, chosen = _chosen(session, deed, part)
        affected = _affected(issuance, chosen, _DEEDS[deed])
        return desk.show(
            request,
            at,
            "bevestigen.html",
            status=400 if error else 200,
            issuance=issuance,
            what=_named(chosen) if chosen is not None else "alles van deze uitgifte",
            affected=affected,
            deed=deed,
            part=part,
            error=error,
            reasons=[(each.value, text) for each, text in words.REASONS.items()],
        )

    def _chosen(session: str, deed: str, part: str) -> tuple[Issuance, IssuedStatement | None]:
        if deed not in _DEEDS:
            raise NothingIssued
        issuance = desk.issued.find(session)
        return issuance, issuance.part(part) if part else None

    return routes


def _affected(issuance: Issuance, chosen: IssuedStatement | None, status: Status) -> int:
    statuses = issuance.statuses if chosen is None else chosen.statuses
    replaced = (Status.VALID,) if status is Status.SUPERSEDED else (Status.VALID, Status.SUPERSEDED)
    return sum(statuses.get(each, 0) for each in replaced)


def _named(issued: IssuedStatement) -> str:
    """Return what a statement is called here: a case by the last of its hash, as its reference is not known."""
    statement: Statement = issued.statement
    found = configuration(statement.configuration)
    what = "Overzicht" if found.kind is Kind.OVERVIEW else f"Zaak …{(statement.case_hash or '')[-6:]}"
    return f"{what} ({found.securing.value})"


def _what(issuance: Issuance) -> str:
    kinds = Counter(configuration(each.statement.configuration).kind for each in issuance.statements)
    cases = kinds[Kind.CASE]
    told = ["overzicht"] if kinds[Kind.OVERVIEW] else []
    told += [f"{cases} {'zaak' if cases == 1 else 'zaken'}"] if cases else []
    return ", ".join(told).capitalize()


def _status(issuance: Issuance, desk: OperatorsDesk) -> tuple[str, str]:
    statuses = [status for status in Status if issuance.statuses.get(status)]
    if issuance.expired(desk.clock.now()):
        return "neutral", "Verlopen"
    if len(statuses) == 1:
        return words.STATUSES[statuses[0]]
    return "warning", "Deels " + " en ".join(words.STATUSES[each][1].lower() for each in statuses)


def _cursor(visit: Visit | None) -> str:
    return "" if visit is None else f"{epoch(visit.issued_at)}.{visit.session}"


def _before(text: str | None) -> Visit | None:
    if text is None:
        return None
    at, _, session = text.partition(".")
    if not (at.isascii() and at.isdecimal() and len(at) <= 11 and is_id(session)):
        raise MalformedInput("that is no place in the list")
    return Visit(from_epoch(int(at)), session)
