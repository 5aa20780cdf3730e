"""Papers: files that a citizen got elsewhere, read here, apart from the cards and unproven."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from wallet_api.domain.errors import TooManyPapers, UnreadablePaper
from wallet_api.domain.paper import MAX_PAPERS
from wallet_api.web.bundle import CheckedForm, Here, Screens

router: Final = APIRouter()


@router.get("/bestanden")
def papers(request: Request, here: Here) -> Response:
    """Show the papers, and take another."""
    return _page(request, here, "")


@router.post("/bestanden")
def add(request: Request, here: Here, form: CheckedForm) -> Response:
    """Read a paper."""
    try:
        paper = here.usecases.papers.add(here.door.wallet(request), form.get("bestand") or "")
    except UnreadablePaper:
        return _page(request, here, "Dit is geen FCID-bestand dat wij kunnen lezen. Er is niets bewaard.")
    except TooManyPapers:
        return _page(request, here, f"U hebt al {MAX_PAPERS} bestanden. Gooi er eerst een weg.")
    return RedirectResponse(f"/bestanden/{paper.id}", 303)


@router.get("/bestanden/{id}")
def paper(request: Request, here: Here, id: str) -> Response:
    """Show one paper."""
    session, wallet = here.door.open_session(request)
    return here.pages.render(request, "paper.html", session=session, paper=here.usecases.papers.get(wallet, id))


@router.post("/bestanden/{id}/verwijderen")
def remove(request: Request, here: Here, id: str, form: CheckedForm) -> Response:  # noqa: ARG001  # the form is its own check
    """Throw a paper away."""
    here.usecases.papers.remove(here.door.wallet(request), id)
    return RedirectResponse("/bestanden", 303)


def _page(request: Request, here: Screens, error: str) -> Response:
    session, wallet = here.door.open_session(request)
    return here.pages.render(
        request,
        "papers.html",
        status=400 if error else 200,
        session=session,
        papers=here.usecases.papers.all(wallet),
        error=error,
    )
