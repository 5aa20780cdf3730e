"""The counsellors' screens: log in, today, new intake, QR code, result, one debt, close; without scripts too."""

from fastapi import FastAPI

from service.problems import ProblemMap
from service.web.apps import pages_app
from verifier.web.screens import browser_wallet, desk, entrance, results, waiting
from verifier.web.screens.seat import Screens, seat_of

__all__ = ["Screens", "screens_app"]


def screens_app(screens: Screens, problems: ProblemMap) -> FastAPI:
    """Make the app of the screens."""
    app = pages_app(problems=problems, pages=screens.pages, login="/inloggen")
    screens.pages.install(app)
    seat = seat_of(screens)
    entrance.install(app, screens)
    entrance.install_information(app, screens)
    desk.install(app, screens, seat)
    desk.install_closing(app, screens, seat)
    waiting.install(app, screens, seat)
    waiting.install_actions(app, screens, seat)
    browser_wallet.install(app, screens, seat)
    results.install(app, screens, seat)
    results.install_actions(app, screens, seat)
    return app
