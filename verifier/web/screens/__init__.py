"""The screens: log in, today, new intake, QR code, result, one debt, hand over, close; also without scripts."""

from fastapi import FastAPI

from service.problems import ProblemMap
from service.web.apps import pages_app
from verifier.web.screens import (
    browser_wallet,
    client_display,
    desk,
    distribution,
    entrance,
    file_check,
    files,
    handover,
    invitation,
    notes,
    noting,
    preference,
    proofs,
    read_back,
    results,
    waiting,
)
from verifier.web.screens.seat import Screens, seat_of

__all__ = ["Screens", "screens_app"]


def screens_app(screens: Screens, problems: ProblemMap) -> FastAPI:
    """Make the app of the screens."""
    app = pages_app(problems=problems, pages=screens.pages, login="/inloggen")
    screens.pages.install(app)
    seat = seat_of(screens)
    entrance.install(app, screens)
    entrance.install_provider(app, screens)
    entrance.install_information(app, screens)
    files.install(app, screens, seat)
    desk.install(app, screens, seat)
    desk.install_closing(app, screens, seat)
    handover.install(app, screens, seat)
    waiting.install(app, screens, seat)
    waiting.install_standing(app, screens, seat)
    waiting.install_actions(app, screens, seat)
    read_back.install(app, screens, seat)
    client_display.install(app, screens, seat)
    invitation.install(app, screens, seat)
    invitation.install_link(app, screens)
    invitation.install_asking(app, screens)
    notes.install(app, screens, seat)
    browser_wallet.install(app, screens, seat)
    file_check.install(app, screens, seat)
    proofs.install(app, screens, seat)
    noting.install(app, screens, seat)
    preference.install(app, screens, seat)
    distribution.install(app, screens, seat)
    results.install(app, screens, seat)
    results.install_actions(app, screens, seat)
    return app
