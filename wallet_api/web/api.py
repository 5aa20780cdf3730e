"""`/api/v1`: what the pages do, for a program that acts for one citizen.

The bearer token is that citizen's session, the same value as the browser's cookie: it opens one wallet, for as long as
the session lives, and nothing else.
"""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from service.web import ApiModel
from service.web.apps import OPEN_DOOR
from service.web.input import StrictRoute
from wallet_api.domain.collection import Collection
from wallet_api.domain.delivery import Received, Underway
from wallet_api.domain.errors import UnknownStep
from wallet_api.domain.wallet import WalletNumber
from wallet_api.web import shapes
from wallet_api.web.bundle import Machine, Machines, Wallet
from wallet_api.web.links import delivery_path

ROOT: Final = "/api/v1"

router: Final = APIRouter(prefix=ROOT, route_class=StrictRoute)


class NewWalletBody(ApiModel):
    """A new wallet behind this PIN or password."""

    pincode: str


class SessionBody(ApiModel):
    """Open a wallet."""

    walletnummer: str
    pincode: str


class CollectionBody(ApiModel):
    """Begin a collection, at all agencies or at some."""

    uitgevers: list[str] = Field(default_factory=list)


class OfferBody(ApiModel):
    """An offer, as it was scanned. `onbekend_akkoord` lets it be one of an organisation that is not on the list."""

    aanbod: str
    onbekend_akkoord: bool = False


class AcceptanceBody(ApiModel):
    """Take an offer, with the code that belongs to it."""

    code: str | None = None


class RequestBody(ApiModel):
    """A request, as it was scanned. `onbekend_akkoord` lets it be one of a host that nobody on the list has."""

    verzoek: str
    onbekend_akkoord: bool = False


class ChoiceBody(ApiModel):
    """One card for one question of the request."""

    vraag: str
    kaart: str


class DecisionBody(ApiModel):
    """Share (`delen`) or not (`niet-delen`); without `keuze` all that the request cannot do without.

    `getoond` is that of the request as it was shown: with it, sharing is a decision about exactly that.
    `onbekend_akkoord` says that the citizen knows who asks, where the trust list does not.
    """

    besluit: str
    onbekend_akkoord: bool = False
    getoond: str = Field(default="", max_length=100)
    keuze: list[ChoiceBody] | None = None


@router.post("/wallets", status_code=201, tags=["wallets"], openapi_extra=OPEN_DOOR)
def create_wallet(body: NewWalletBody, here: Machine) -> Response:
    """Make a wallet; its number is told once."""
    made = here.usecases.wallets.create(body.pincode)
    return JSONResponse({"walletnummer": made.number.shown, "token": here.door.token(made.opened, made.number)}, 201)


@router.delete("/wallets/huidige", status_code=204, tags=["wallets"])
def delete_wallet(request: Request, here: Machine, wallet: Wallet) -> Response:
    """Throw the wallet away."""
    here.usecases.wallets.delete(wallet)
    here.door.end_bearer(request)
    return Response(status_code=204)


@router.post("/sessies", status_code=201, tags=["sessies"], openapi_extra=OPEN_DOOR)
def open_wallet(body: SessionBody, here: Machine) -> Response:
    """Open a wallet."""
    opened = here.usecases.wallets.open(body.walletnummer, body.pincode)
    return JSONResponse({"token": here.door.token(opened, WalletNumber.parse(body.walletnummer))}, 201)


@router.delete("/sessies/huidige", status_code=204, tags=["sessies"])
def close_wallet(request: Request, here: Machine, _wallet: Wallet) -> Response:
    """Close the wallet."""
    here.door.end_bearer(request)
    return Response(status_code=204)


@router.post("/ophalingen", status_code=201, tags=["ophalingen"])
def start_collection(body: CollectionBody, here: Machine, wallet: Wallet) -> Response:
    """Begin to collect."""
    chosen = body.uitgevers
    collection = here.usecases.collect.only(wallet, chosen) if chosen else here.usecases.collect.start(wallet)
    return JSONResponse(shapes.collection(collection, _link(here, collection)), 201)


@router.get("/ophalingen/huidige", tags=["ophalingen"])
def read_collection(here: Machine, wallet: Wallet) -> Response:
    """Say how far collecting is."""
    collection = here.usecases.collect.progress(wallet)
    if collection is None:
        raise UnknownStep
    return JSONResponse(shapes.collection(collection, _link(here, collection)))


@router.get("/kaarten", tags=["kaarten"])
def list_cards(here: Machine, wallet: Wallet) -> Response:
    """List the cards."""
    return JSONResponse({"kaarten": [shapes.card(card) for card in here.usecases.show.cards(wallet)]})


@router.get("/kaarten/{id}", tags=["kaarten"])
def read_card(id: str, here: Machine, wallet: Wallet) -> Response:
    """Show a card with its proof."""
    card, report = here.usecases.show.card(wallet, id)
    return JSONResponse({**shapes.card(card), "gegevens": card.claims, "controle": report.to_dict()})


@router.delete("/kaarten/{id}", status_code=204, tags=["kaarten"])
def remove_card(id: str, here: Machine, wallet: Wallet) -> Response:
    """Throw a card away."""
    here.usecases.show.remove(wallet, id)
    return Response(status_code=204)


@router.get("/overzicht", tags=["overzicht"])
def read_overview(here: Machine, wallet: Wallet, *, vers: bool = False) -> Response:
    """Show the overview; with `vers`, status lists are fetched anew."""
    collection = here.usecases.collect.progress(wallet)
    return JSONResponse(shapes.overview(here.usecases.show.overview(wallet, fresh=vers), collection))


@router.get("/overzicht/download", tags=["overzicht"])
def download(here: Machine, wallet: Wallet) -> Response:
    """Hand over the overview with its proofs."""
    headers = {"content-disposition": f'attachment; filename="{shapes.overview_file(here.usecases.show.today())}"'}
    return JSONResponse(here.usecases.show.download(wallet), headers=headers)


@router.post("/aanbiedingen", status_code=201, tags=["aanbiedingen"])
def read_offer(body: OfferBody, here: Machine, wallet: Wallet) -> Response:
    """Read an offer."""
    pending = here.usecases.offers.read(wallet, body.aanbod, stranger_agreed=body.onbekend_akkoord)
    return JSONResponse(shapes.offer(pending), 201)


@router.get("/aanbiedingen/{id}", tags=["aanbiedingen"])
def show_offer(id: str, here: Machine, wallet: Wallet) -> Response:
    """Show an offer that waits."""
    return JSONResponse(shapes.offer(here.usecases.offers.get(wallet, id)))


@router.post("/aanbiedingen/{id}/acceptatie", tags=["aanbiedingen"])
def accept_offer(id: str, body: AcceptanceBody, here: Machine, wallet: Wallet) -> Response:
    """Take an offer."""
    taken = here.usecases.offers.accept(wallet, id, body.code)
    if isinstance(taken, Received):
        return JSONResponse({"kaarten": taken.cards})
    # Many cards come in step by step, in the citizen's browser like everything else that goes on.
    further = f"{here.base_url}{delivery_path(taken)}" if isinstance(taken, Underway) else taken
    return JSONResponse({"vervolg": further})


@router.delete("/aanbiedingen/{id}", status_code=204, tags=["aanbiedingen"])
def decline_offer(id: str, here: Machine, wallet: Wallet) -> Response:
    """Leave an offer."""
    here.usecases.offers.decline(wallet, id)
    return Response(status_code=204)


@router.post("/verzoeken", status_code=201, tags=["verzoeken"])
def read_request(body: RequestBody, here: Machine, wallet: Wallet) -> Response:
    """Read a request."""
    pending = here.usecases.requests.read(wallet, body.verzoek, stranger_agreed=body.onbekend_akkoord)
    return JSONResponse(shapes.consent(here.usecases.share.consent(wallet, pending.id)), 201)


@router.get("/verzoeken/{id}", tags=["verzoeken"])
def show_request(id: str, here: Machine, wallet: Wallet) -> Response:
    """Show a request that waits."""
    return JSONResponse(shapes.consent(here.usecases.share.consent(wallet, id)))


@router.post("/verzoeken/{id}/besluit", tags=["verzoeken"])
def decide(id: str, body: DecisionBody, here: Machine, wallet: Wallet) -> Response:
    """Share, or not."""
    if body.besluit == "niet-delen":
        return JSONResponse(shapes.receipt(here.usecases.share.decline(wallet, id)))
    if body.besluit != "delen":
        raise UnknownStep
    chosen = None if body.keuze is None else [(each.vraag, each.kaart) for each in body.keuze]
    share = here.usecases.share
    receipt = share.share(wallet, id, body.getoond, chosen, stranger_agreed=body.onbekend_akkoord)
    # Further parts go step by step, in the citizen's browser like everything else that goes on.
    further = f"{here.base_url}/gedeeld/{receipt.id}" if share.underway(wallet, receipt.id) else None
    return JSONResponse(shapes.receipt(receipt, further))


@router.get("/geschiedenis", tags=["geschiedenis"])
def list_receipts(here: Machine, wallet: Wallet) -> Response:
    """List what was shared."""
    return JSONResponse({"geschiedenis": [shapes.receipt(each) for each in here.usecases.share.history(wallet)]})


@router.get("/geschiedenis/{id}", tags=["geschiedenis"])
def read_receipt(id: str, here: Machine, wallet: Wallet) -> Response:
    """Show one receipt."""
    return JSONResponse(shapes.receipt(here.usecases.share.receipt(wallet, id)))


@router.delete("/geschiedenis/{id}", status_code=204, tags=["geschiedenis"])
def remove_receipt(id: str, here: Machine, wallet: Wallet) -> Response:
    """Throw a receipt away."""
    here.usecases.share.forget(wallet, id)
    return Response(status_code=204)


def _link(here: Machines, collection: Collection) -> str | None:
    return None if collection.done else f"{here.base_url}/ophalen/verder?stap={collection.step}"
