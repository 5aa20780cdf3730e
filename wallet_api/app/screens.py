"""The pages and the business API, each with what it shows and serves."""

from typing import Final

from fastapi import FastAPI

from credentials.debts.catalogue import describe
from service.pages import Pages, PartyFace
from service.phones import first_phone
from service.web import ApiContact, business_app, pages_app
from wallet_api.settings import WalletSettings
from wallet_api.web import api
from wallet_api.web.bundle import Machines, Screens, UseCases, furnish
from wallet_api.web.door import Door
from wallet_api.web.menu import MENU
from wallet_api.web.pages import (
    answering,
    collecting,
    entering,
    house,
    installing,
    moving,
    overview,
    papers,
    scanning,
    ways_in,
)
from wallet_api.web.problems import PROBLEMS
from wallet_api.web.words import (
    card_words,
    debt_title,
    dischargeable_words,
    event_words,
    fact_label,
    phase_words,
    rank_words,
    remedy_words,
)

VERSION: Final = "1.0.0"
PACKAGE: Final = "wallet_api"


def screens(screens: Screens) -> FastAPI:
    """Make the pages."""
    app = pages_app(problems=PROBLEMS, pages=screens.pages, login="/welkom?dicht=1")
    furnish(app, screens)
    for subject in (entering, ways_in, moving, collecting, overview, papers, scanning, answering, house, installing):
        app.include_router(subject.router)
    screens.pages.install(app)
    return app


def machines(usecases: UseCases, door: Door, settings: WalletSettings) -> FastAPI:
    """Make the business API."""
    app = business_app(
        title="Blauwe Knop: wallet",
        version=VERSION,
        problems=PROBLEMS,
        description="Kaartjes ophalen, het overzicht lezen en delen, namens de burger wiens sessie dit is.",
        contact=ApiContact(settings.provider.name, settings.base_url, settings.api_email),
    )
    furnish(app, Machines(door, usecases, settings.base_url))
    app.include_router(api.router)
    return app


def pages_of(settings: WalletSettings) -> Pages:
    """Make what every page has around it."""
    face = PartyFace(
        name="Blauwe Knop",
        tagline="Uw wallet voor schulden",
        kind="wallet",
        contact=settings.provider.help_text,
        demo=settings.insecure_localhost,
    )
    return Pages(
        PACKAGE,
        party=face,
        menu=MENU,
        provider=settings.provider.name,
        help_text=settings.provider.help_text,
        help_phone=first_phone(settings.provider.help_text),
        asks_while_closed=settings.errands.key is not None,
        claim_title=lambda code: describe(str(code)).title,
        event_title=lambda name: event_words(str(name), None),
        phase_words=phase_words,
        debt_title=debt_title,
        card_words=card_words,
        rank_words=rank_words,
        fact_label=fact_label,
        dischargeable_words=dischargeable_words,
        remedy_words=lambda kind: remedy_words(str(kind)),
    )
