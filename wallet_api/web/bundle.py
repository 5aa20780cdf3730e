"""What the routes are given: the use cases, the door, and how pages are made."""

from dataclasses import dataclass
from typing import final

from service.csrf import CsrfGuard
from service.pages import Pages
from wallet_api.usecases.collect import Collect
from wallet_api.usecases.offers import TakeOffers
from wallet_api.usecases.share import ShareCards
from wallet_api.usecases.show import ShowOverview
from wallet_api.usecases.visits import Visits
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.web.door import Door


@final
@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything that a citizen can do."""

    wallets: KeepWallets
    collect: Collect
    visits: Visits
    offers: TakeOffers
    share: ShareCards
    show: ShowOverview


@final
@dataclass(frozen=True, slots=True)
class Screens:
    """What every route of the screens needs."""

    pages: Pages
    door: Door
    guard: CsrfGuard
    usecases: UseCases
