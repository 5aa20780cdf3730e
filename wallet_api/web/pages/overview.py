"""The overview: what to pay now, to whom, before when; one debt; and the file to take along."""

from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from credentials.debts.catalogue import describe
from credentials.debts.payment_qr import spaced
from credentials.verification.words import noticed
from service import i18n
from service.web import strict_query
from wallet_api.domain.arrangement import may_be_asked
from wallet_api.domain.overview import OUT_OF_DATE, Group, payee
from wallet_api.domain.payment import payment_of
from wallet_api.domain.urgency import arranged, cannot_wait
from wallet_api.usecases.take_along import Pages, Told
from wallet_api.web import shapes, words
from wallet_api.web.arrangement_letter import letter, letter_for_one, title
from wallet_api.web.bundle import CheckedForm, Here, Screens

router: Final = APIRouter()


@router.get("/overzicht")
def all_debts(request: Request, here: Here) -> Response:
    """Show the overview."""
    session, wallet = here.door.open_session(request)
    overview = here.usecases.show.overview(wallet)
    return here.pages.render(
        request,
        "overview.html",
        session=session,
        overview=overview,
        collection=here.usecases.collect.progress(wallet),
        arrivals=here.usecases.collect.arrived(wallet),
        today=here.usecases.show.today(),
        collected=strict_query(request).get("opgehaald") == "1",
        arranged=arranged(overview.debts),
        phones=here.usecases.arrangements.phones(overview.debts),
        papers=here.usecases.papers.all(wallet),
        words=words,
        describe=describe,
        payee=payee,
        noticed=noticed,
        plans=here.usecases.arrangements.joint(overview),
    )


@router.post("/overzicht/controleren")
def check(request: Request, here: Here, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Fetch status lists anew."""
    here.usecases.show.overview(here.door.wallet(request), fresh=True)
    return RedirectResponse("/overzicht", 303)


@router.get("/overzicht/meenemen")
def take_along(request: Request, here: Here) -> Response:
    """Show what can be taken along, and what it proves."""
    session, wallet = here.door.open_session(request)
    return here.pages.render(
        request,
        "take_along.html",
        session=session,
        printable=here.usecases.take_along.printable,
        any_cards=any(card.agency.listed for card in here.usecases.show.cards(wallet)),
    )


@router.get("/overzicht/downloaden")
def download(request: Request, here: Here) -> Response:
    """Hand over all proofs as a file for programs."""
    content = here.usecases.take_along.data(here.door.wallet(request))
    return _attachment(here, content, "application/json", "json")


@router.post("/overzicht/pdf")
def document(request: Request, here: Here, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Hand over the overview as a document to read, with all proofs in it."""
    language = here.pages.language_of(request)
    made = here.usecases.take_along.document(here.door.wallet(request), lambda told: _pages(here, told, language))
    if made is None:
        return Response(status_code=404)
    return _attachment(here, made, "application/pdf", "pdf")


def _pages(here: Screens, told: Told, language: str) -> Pages:
    title = f"Mijn schulden op {i18n.day(told.made_at)}"
    places = arranged(told.overview.debts)
    with i18n.speaking(language):
        html = here.pages.fragment(
            "overview_document.html",
            language=language,
            title=title,
            made_at=told.made_at,
            overview=told.overview,
            lines=(*places.first, *places.now, *places.later, *places.plan, *places.done),
            places=told.places,
            words=words,
            payee=payee,
            noticed=noticed,
        )
    return Pages(
        html=html,
        title=title,
        author="Blauwe Knop",
        language=language,
        proofs="Het kaartje van elke organisatie, om na te gaan met een computer",
        status_lists="De statuslijsten van die dag: daarin staat of een kaartje is ingetrokken",
    )


def _attachment(here: Screens, content: bytes, media_type: str, ending: str) -> Response:
    name = shapes.overview_file(here.usecases.show.today(), ending)
    return Response(content, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.get("/schulden/{id}")
def debt(request: Request, here: Here, id: str) -> Response:
    """Show one debt."""
    session, wallet = here.door.open_session(request)
    detail = here.usecases.show.debt(wallet, id)
    return here.pages.render(
        request,
        "debt.html",
        session=session,
        line=detail.line,
        case=detail.line.case,
        report=detail.report,
        today=here.usecases.show.today(),
        kind=describe(detail.line.case.type or ""),
        groups=Group,
        words=words,
        payee=payee(detail.line.case, detail.line.card.agency),
        notices=[noticed(each, here.usecases.show.today()) for each in detail.notices],
        may_ask=may_be_asked(detail.line),
        where=here.usecases.arrangements.where(detail.line),
        pressing=cannot_wait(detail.line),
        payment=payment_of(detail.line),
        spaced=spaced,
        phone=here.usecases.arrangements.phones([detail.line]).get(detail.line.card.id),
        agency_phone=here.usecases.arrangements.phone_of(detail.line.card.agency),
        joint=next(
            (each for each in here.usecases.arrangements.joint(detail.overview) if each.holds(detail.line)), None
        ),
    )


@router.get("/schulden/{id}/in-stukjes")
def instalments(request: Request, here: Here, id: str) -> Response:
    """Show how to ask for a plan for one debt: by telephone, on a page of who collects it, or by letter."""
    session, wallet = here.door.open_session(request)
    line = here.usecases.show.debt(wallet, id).line
    if not may_be_asked(line):
        return RedirectResponse(f"/schulden/{line.card.id}", 303)
    whom = payee(line.case, line.card.agency)
    return here.pages.render(
        request,
        "instalments.html",
        session=session,
        line=line,
        name=words.debt_title(line.case.type, line.case.description),
        payee=whom,
        outdated=line.freshness in OUT_OF_DATE,
        phone=here.usecases.arrangements.phones([line]).get(line.card.id),
        where=here.usecases.arrangements.where(line),
        letter=letter_for_one(line, whom, here.usecases.show.today()),
    )


@router.get("/betalingsregeling")
def arrangement(request: Request, here: Here) -> Response:
    """Show what to ask for together, with the facts to copy or print."""
    session, wallet = here.door.open_session(request)
    return here.pages.render(
        request,
        "arrangement.html",
        session=session,
        plans=here.usecases.arrangements.joint(here.usecases.show.overview(wallet)),
        letter=partial(letter, today=here.usecases.show.today()),
        title=title,
    )


@router.get("/kaarten/{id}")
def card(request: Request, here: Here, id: str) -> Response:
    """Show one card."""
    session, wallet = here.door.open_session(request)
    held, report = here.usecases.show.card(wallet, id)
    return here.pages.render(
        request, "card.html", session=session, card=held, report=report, facts=here.usecases.show.facts(held)
    )


@router.post("/kaarten/{id}/verwijderen")
def remove(request: Request, here: Here, id: str, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Throw a card away."""
    here.usecases.show.remove(here.door.wallet(request), id)
    return RedirectResponse("/overzicht", 303)
