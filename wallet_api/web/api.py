"""`/api/v1`: what the pages do, for a program that acts for one citizen.

The bearer token is that citizen's session, the same value as the browser's cookie: it opens one wallet, for as long as
the session lives, and nothing else.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from service.web import ApiModel
from wallet_api.domain.errors import UnknownStep
from wallet_api.domain.wallet import OpenedWallet, WalletNumber
from wallet_api.usecases.receive import Received
from wallet_api.web import shapes
from wallet_api.web.bundle import UseCases
from wallet_api.web.door import Door

ROOT = "/api/v1"


class NewWalletBody(ApiModel):
    """A new wallet behind this PIN or password."""

    pincode: str


class SessionBody(ApiModel):
    """Open a wallet."""

    walletnummer: str
    pincode: str


class CollectionBody(ApiModel):
    """Begin a collection, at all agencies or at some."""

    uitgevers: list[str] = []


class OfferBody(ApiModel):
    """An offer, as it was scanned."""

    aanbod: str


class AcceptanceBody(ApiModel):
    """Take an offer, with the code that belongs to it."""

    code: str | None = None


class RequestBody(ApiModel):
    """A request, as it was scanned. `onbekend_akkoord` lets it be fetched from a host that nobody on the list has."""

    verzoek: str
    onbekend_akkoord: bool = False


class ChoiceBody(ApiModel):
    """One card for one question of the request."""

    vraag: str
    kaart: str


class DecisionBody(ApiModel):
    """Share (`delen`) or not (`niet-delen`); without `keuze` all that the request cannot do without."""

    besluit: str
    keuze: list[ChoiceBody] | None = None


def business_routes(usecases: UseCases, door: Door, base_url: str) -> APIRouter:
    """Return the routes of the REST interface."""
    router = APIRouter(prefix=ROOT)
    Wallet = Annotated[OpenedWallet, Depends(door.bearer)]  # noqa: N806  # a type

    def link(collection_step: str | None) -> str | None:
        return f"{base_url}/ophalen/verder?stap={collection_step}" if collection_step is not None else None

    @router.post("/wallets", status_code=201, tags=["wallets"])
    def create_wallet(body: NewWalletBody) -> Response:
        made = usecases.wallets.create(body.pincode)
        return JSONResponse({"walletnummer": made.number.shown, "token": door.token(made.opened, made.number)}, 201)

    @router.delete("/wallets/huidige", status_code=204, tags=["wallets"])
    def delete_wallet(request: Request, wallet: Wallet) -> Response:
        usecases.wallets.delete(wallet)
        door.end_bearer(request)
        return Response(status_code=204)

    @router.post("/sessies", status_code=201, tags=["sessies"])
    def open_wallet(body: SessionBody) -> Response:
        opened = usecases.wallets.open(body.walletnummer, body.pincode)
        return JSONResponse({"token": door.token(opened, WalletNumber.parse(body.walletnummer))}, 201)

    @router.delete("/sessies/huidige", status_code=204, tags=["sessies"])
    def close_wallet(request: Request, _wallet: Wallet) -> Response:
        door.end_bearer(request)
        return Response(status_code=204)

    @router.post("/ophalingen", status_code=201, tags=["ophalingen"])
    def start_collection(body: CollectionBody, wallet: Wallet) -> Response:
        chosen = body.uitgevers
        collection = usecases.collect.only(wallet, chosen) if chosen else usecases.collect.start(wallet)
        return JSONResponse(shapes.collection(collection, link(None if collection.done else collection.step)), 201)

    @router.get("/ophalingen/huidige", tags=["ophalingen"])
    def read_collection(wallet: Wallet) -> Response:
        collection = usecases.collect.progress(wallet)
        if collection is None:
            raise UnknownStep
        return JSONResponse(shapes.collection(collection, link(None if collection.done else collection.step)))

    @router.get("/kaarten", tags=["kaarten"])
    def list_cards(wallet: Wallet) -> Response:
        return JSONResponse({"kaarten": [shapes.card(card) for card in usecases.show.cards(wallet)]})

    @router.get("/kaarten/{id}", tags=["kaarten"])
    def read_card(id: str, wallet: Wallet) -> Response:
        card, report = usecases.show.card(wallet, id)
        return JSONResponse({**shapes.card(card), "gegevens": card.claims, "controle": report.to_dict()})

    @router.delete("/kaarten/{id}", status_code=204, tags=["kaarten"])
    def remove_card(id: str, wallet: Wallet) -> Response:
        usecases.show.remove(wallet, id)
        return Response(status_code=204)

    @router.get("/overzicht", tags=["overzicht"])
    def read_overview(wallet: Wallet, *, vers: bool = False) -> Response:
        collection = usecases.collect.progress(wallet)
        return JSONResponse(shapes.overview(usecases.show.overview(wallet, fresh=vers), collection))

    @router.get("/overzicht/download", tags=["overzicht"])
    def download(wallet: Wallet) -> Response:
        headers = {"content-disposition": 'attachment; filename="mijn-schuldenoverzicht.json"'}
        return JSONResponse(usecases.show.download(wallet), headers=headers)

    @router.post("/aanbiedingen", status_code=201, tags=["aanbiedingen"])
    def read_offer(body: OfferBody, wallet: Wallet) -> Response:
        return JSONResponse(shapes.offer(usecases.offers.read(wallet, body.aanbod)), 201)

    @router.get("/aanbiedingen/{id}", tags=["aanbiedingen"])
    def show_offer(id: str, wallet: Wallet) -> Response:
        return JSONResponse(shapes.offer(usecases.offers.get(wallet, id)))

    @router.post("/aanbiedingen/{id}/acceptatie", tags=["aanbiedingen"])
    def accept_offer(id: str, body: AcceptanceBody, wallet: Wallet) -> Response:
        taken = usecases.offers.accept(wallet, id, body.code)
        return JSONResponse({"kaarten": taken.cards} if isinstance(taken, Received) else {"vervolg": taken})

    @router.delete("/aanbiedingen/{id}", status_code=204, tags=["aanbiedingen"])
    def decline_offer(id: str, wallet: Wallet) -> Response:
        usecases.offers.decline(wallet, id)
        return Response(status_code=204)

    @router.post("/verzoeken", status_code=201, tags=["verzoeken"])
    def read_request(body: RequestBody, wallet: Wallet) -> Response:
        pending = usecases.share.read(wallet, body.verzoek, stranger_agreed=body.onbekend_akkoord)
        return JSONResponse(shapes.consent(usecases.share.consent(wallet, pending.id)), 201)

    @router.get("/verzoeken/{id}", tags=["verzoeken"])
    def show_request(id: str, wallet: Wallet) -> Response:
        return JSONResponse(shapes.consent(usecases.share.consent(wallet, id)))

    @router.post("/verzoeken/{id}/besluit", tags=["verzoeken"])
    def decide(id: str, body: DecisionBody, wallet: Wallet) -> Response:
        if body.besluit == "niet-delen":
            return JSONResponse(shapes.receipt(usecases.share.decline(wallet, id)))
        if body.besluit != "delen":
            raise UnknownStep
        chosen = None if body.keuze is None else [(each.vraag, each.kaart) for each in body.keuze]
        return JSONResponse(shapes.receipt(usecases.share.share(wallet, id, chosen)))

    @router.get("/geschiedenis", tags=["geschiedenis"])
    def list_receipts(wallet: Wallet) -> Response:
        return JSONResponse({"geschiedenis": [shapes.receipt(each) for each in usecases.share.history(wallet)]})

    @router.get("/geschiedenis/{id}", tags=["geschiedenis"])
    def read_receipt(id: str, wallet: Wallet) -> Response:
        return JSONResponse(shapes.receipt(usecases.share.receipt(wallet, id)))

    @router.delete("/geschiedenis/{id}", status_code=204, tags=["geschiedenis"])
    def remove_receipt(id: str, wallet: Wallet) -> Response:
        usecases.share.forget(wallet, id)
        return Response(status_code=204)

    return router
