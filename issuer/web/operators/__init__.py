"""The desk of the agency's own people: screens apart from the citizens', with a login and sessions of their own."""

from typing import Final

from fastapi import FastAPI

from issuer.web.operators import audit, issuances, keys, lists, login, messages, notices, overview, sources
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import LOGIN, ROOT
from service.problems import ProblemMap
from service.web import pages_app

_SCREENS: Final = (login, overview, issuances, sources, lists, messages, notices, keys, audit)

__all__ = ["ROOT", "OperatorsDesk", "operators_app"]


def operators_app(desk: OperatorsDesk, problems: ProblemMap) -> FastAPI:
    """Return the app of the desk, of which every path begins with `ROOT`."""
    app = pages_app(problems=problems, pages=desk.pages, login=LOGIN)
    for screen in _SCREENS:
        app.include_router(screen.router(desk))
    return app
