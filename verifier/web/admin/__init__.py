"""The screens of administration: how things stand, who works here, and what was done. Nothing of a file is here."""

from typing import Final

from fastapi import FastAPI

from verifier.web.admin import audit, checks, messages, overview, programs, reports, templates, trusted, users
from verifier.web.admin.office import ROOT, Asks, Office, Program

_SCREENS: Final = (overview, reports, templates, trusted, messages, programs, users, checks, audit)

__all__ = ["ROOT", "Asks", "Office", "Program", "install"]


def install(app: FastAPI, office: Office) -> None:
    """Add the screens to the app of the pages."""
    for screen in _SCREENS:
        screen.install(app, office)
