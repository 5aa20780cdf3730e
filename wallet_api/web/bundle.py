"""What the routes are given: the use cases, the door, and how pages are made.

It hangs on the app (`furnish`), and each route asks for it: `here: Here` on the screens, `here: Machine` and
`wallet: Wallet` on the REST interface. A `form: CheckedForm`, or the one file of a form (`photo: CheckedPhoto`), has
come from our own page, in this browser's session; so has a `call: CheckedCall` of our own script.
"""

from dataclasses import dataclass
from typing import Annotated, TypeAlias, cast, final

from fastapi import Depends, FastAPI, Request

from service.csrf import CsrfGuard
from service.pages import Pages
from service.photo import PhotoReader
from service.web import Form
from wallet_api.domain.wallet import OpenedWallet
from wallet_api.usecases.acquaintances import Acquaintances
from wallet_api.usecases.arrange import ShowArrangements
from wallet_api.usecases.collect import Collect
from wallet_api.usecases.files import MoveWallets
from wallet_api.usecases.offers import TakeOffers
from wallet_api.usecases.papers import Papers
from wallet_api.usecases.passkeys import UsePasskeys
from wallet_api.usecases.read_request import ReadRequests
from wallet_api.usecases.share import ShareCards
from wallet_api.usecases.show import ShowOverview
from wallet_api.usecases.take_along import TakeAlong
from wallet_api.usecases.visits import Visits
from wallet_api.usecases.wallets import KeepWallets
from wallet_api.usecases.ways_in import KeepWaysIn
from wallet_api.web.door import Door


@final
@dataclass(frozen=True, slots=True)
class UseCases:
    """Everything that a citizen can do."""

    wallets: KeepWallets
    passkeys: UsePasskeys
    ways_in: KeepWaysIn
    files: MoveWallets
    collect: Collect
    visits: Visits
    acquaintances: Acquaintances
    offers: TakeOffers
    requests: ReadRequests
    share: ShareCards
    show: ShowOverview
    papers: Papers
    arrangements: ShowArrangements
    take_along: TakeAlong


@final
@dataclass(frozen=True, slots=True)
class Screens:
    """What every route of the screens needs."""

    pages: Pages
    door: Door
    guard: CsrfGuard
    usecases: UseCases
    photos: PhotoReader
    base_url: str


@final
@dataclass(frozen=True, slots=True)
class Machines:
    """What every route of the REST interface needs."""

    door: Door
    usecases: UseCases
    base_url: str


def furnish(app: FastAPI, furniture: Screens | Machines) -> None:
    """Hang what the routes need on their app."""
    app.state.furniture = furniture


def _screens(request: Request) -> Screens:
    return cast(Screens, request.app.state.furniture)


def _machines(request: Request) -> Machines:
    return cast(Machines, request.app.state.furniture)


async def _form(request: Request) -> Form:
    return await _screens(request).guard.form(request)


async def _photo(request: Request) -> bytes:
    return (await _screens(request).guard.upload_form("foto")(request)).content


async def _call(request: Request) -> None:
    await _screens(request).guard.header(request)


def _wallet(request: Request) -> OpenedWallet:
    return _machines(request).door.bearer(request)


Here: TypeAlias = Annotated[Screens, Depends(_screens)]
CheckedForm: TypeAlias = Annotated[Form, Depends(_form)]
CheckedPhoto: TypeAlias = Annotated[bytes, Depends(_photo)]
CheckedCall: TypeAlias = Annotated[None, Depends(_call)]
Machine: TypeAlias = Annotated[Machines, Depends(_machines)]
Wallet: TypeAlias = Annotated[OpenedWallet, Depends(_wallet)]
