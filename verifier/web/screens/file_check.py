"""A loose check: a client brings a sealed overview, an evidence bundle, or a proof as a file or as text."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from service.web.upload import Uploaded
from verifier.usecases.check_file import MAX_LOOSE_BYTES
from verifier.web.checked import checked
from verifier.web.screens.seat import Screens, Seat, SeatOf

PATH: Final = "/bestand"
FIELD: Final = "bestand"
TEXT: Final = "tekst"
MAX_BYTES: Final = 16 << 20
"""How large a request with a file may be: an evidence bundle of hundreds of cards takes half of it."""


def install(app: FastAPI, screens: Screens, seat: SeatOf) -> None:
    """Add the form and its answer."""
    pages = screens.pages

    @app.get(PATH)
    def form(request: Request, at: Annotated[Seat, Depends(seat)]) -> Response:
        return pages.render(
            request, "bestand.html", session=at.session, counsellor=at.counsellor, found=None, errors=[]
        )

    @app.post(PATH)
    async def check(
        request: Request,
        at: Annotated[Seat, Depends(seat)],
        sent: Annotated[Uploaded, Depends(screens.guard.upload_form(FIELD, longest=MAX_LOOSE_BYTES))],
    ) -> Response:
        text = sent.form.text(TEXT)
        errors = []
        if sent.content and text:
            errors = [(FIELD, "Kies een bestand of plak een bewijs, niet allebei.")]
        elif not sent.content and not text:
            errors = [(FIELD, "Kies een bestand, of plak een bewijs.")]
        # A PDF is read in a process of its own: this only waits for it, outside the event loop.
        found = None if errors else await run_in_threadpool(screens.check_file, sent.content or text.encode())
        return pages.render(
            request,
            "bestand.html",
            status=400 if errors else 200,
            session=at.session,
            counsellor=at.counsellor,
            found=None if found is None else checked(found, screens.clock.now()),
            errors=errors,
        )
