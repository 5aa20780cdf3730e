"""`/api/v1`: what the pages do, for a program that acts for one citizen.

The bearer token is that citizen's session, the same value as the browser's cookie: it opens one wallet, for as long as
the session lives, and nothing else.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from credentials.encoding import JsonObject, b64_decode, b64_encode
from credentials.errors import MalformedInput
from service.web import ApiModel
from service.web.input import StrictRoute, example
from service.web.openapi import OPEN_DOOR, answered
from wallet_api.domain.collection import Collection
from wallet_api.domain.delivery import Received, Underway
from wallet_api.domain.errors import UnknownStep, UnreadableWalletFile
from wallet_api.domain.passkey import MAX_NAME, PasskeyAnswer
from wallet_api.domain.wallet import OpenedWallet, WalletNumber
from wallet_api.web import shapes
from wallet_api.web.arrangement_letter import letter
from wallet_api.web.bundle import Machine, Machines, Wallet
from wallet_api.web.links import delivery_path
from wallet_api.web.passkey_answers import read_answer

ROOT: Final = "/api/v1"

# What the document shows: nobody's wallet.
_NUMBER: Final = "5108 2764 9031 8520"
_CODE: Final = "7K3M 9Q2X 4VWD P8RT 0HZB 6NCF 1GJS 5YAE 2XK9"
_ANSWER: Final[JsonObject] = {
    "id": "s6T…",
    "rawId": "s6T…",
    "type": "public-key",
    "response": {"clientDataJSON": "eyJ…"},
}
_PRF: Final = "4pYd…"
_ASKED: Final[JsonObject] = {
    "openen": {
        "challenge": "kq1…",
        "timeout": 300_000,
        "rpId": "wallet.example",
        "allowCredentials": [],
        "userVerification": "required",
        "extensions": {"prf": {"eval": {"first": "Ymxh…"}}},
    }
}
_MADE: Final = {"walletnummer": _NUMBER, "token": "mQ0Jt3…"}

router: Final = APIRouter(prefix=ROOT, route_class=StrictRoute)


# Challenges of who has no wallet open: whoever brings the answer brings the passkey.
_ANYBODY: Final = "api"

_Unknown = Annotated[bool, Field(description="ook als de organisatie niet op de lijst staat")]


class NewWalletBody(ApiModel):
    """Een nieuwe wallet achter deze pincode of dit wachtwoord."""

    model_config = example(pincode="471906")

    pincode: Annotated[str, Field(description="zes cijfers of meer die niemand raadt, of een wachtwoord")]


class SessionBody(ApiModel):
    """Een wallet openen."""

    model_config = example(walletnummer=_NUMBER, pincode="471906")

    walletnummer: Annotated[str, Field(description="zestien cijfers; spaties en streepjes mogen erin")]
    pincode: Annotated[str, Field(description="de pincode of het wachtwoord")]


class CodeBody(ApiModel):
    """Een wallet openen met de herstelcode van papier."""

    model_config = example(herstelcode=_CODE)

    herstelcode: Annotated[str, Field(description="negen groepjes van vier tekens")]


class ChallengeBody(ApiModel):
    """Waarvoor een passkey gaat ondertekenen."""

    model_config = example(doel="openen")

    doel: Annotated[Literal["openen", "maken"], Field(description="een wallet openen, of er een maken")]


class AssertionBody(ApiModel):
    """Het antwoord van een passkey, als `AuthenticationResponseJSON` (WebAuthn niveau 3)."""

    model_config = example(antwoord=_ANSWER, prf=_PRF)

    antwoord: Annotated[dict[str, Any], Field(description="`AuthenticationResponseJSON`, zoals de browser die geeft")]
    prf: Annotated[str, Field(description="`prf.results.first` in base64url: 32 bytes", max_length=64)]


class PasskeyBody(ApiModel):
    """Een nieuwe passkey, als `RegistrationResponseJSON` (WebAuthn niveau 3).

    `tweede` is het antwoord op `openen`, waar het apparaat bij het maken nog geen `prf` gaf.
    """

    model_config = example(antwoord=_ANSWER, prf=_PRF, naam="mijn telefoon")

    antwoord: Annotated[dict[str, Any], Field(description="`RegistrationResponseJSON`, zoals de browser die geeft")]
    prf: Annotated[str, Field(description="`prf.results.first` in base64url: 32 bytes", max_length=64)]
    tweede: Annotated[
        dict[str, Any] | None, Field(description="`AuthenticationResponseJSON`, zoals de browser die geeft")
    ] = None
    naam: Annotated[str, Field(description="hoe de burger dit apparaat noemt", max_length=MAX_NAME)] = ""

    def answer(self) -> PasskeyAnswer:
        """Return what a passkey answered. Raises PasskeyRefused."""
        return read_answer(self.antwoord, self.prf, self.tweede)


class ExportBody(ApiModel):
    """De hele wallet meenemen."""

    model_config = example(wachtwoord="vier losse woorden hier")

    wachtwoord: Annotated[str, Field(description="minstens twaalf tekens; zonder opent niemand het bestand")]


class ImportBody(ApiModel):
    """Een bestand terugzetten."""

    model_config = example(bestand="QktXQUxMRVQB…", wachtwoord="vier losse woorden hier")

    bestand: Annotated[str, Field(description="het bestand, in base64")]
    wachtwoord: Annotated[str, Field(description="het wachtwoord van het bestand")]


class CollectionBody(ApiModel):
    """Ophalen, bij alle organisaties of bij enkele."""

    model_config = example(uitgevers=["https://cjib.example"])

    uitgevers: Annotated[
        list[str], Field(default_factory=list, description="de identifiers van organisaties; zonder: bij alle")
    ]


class OfferBody(ApiModel):
    """Een aanbod zoals het gescand is; met `onbekendAkkoord` ook van een organisatie die niet op de lijst staat."""

    model_config = example(
        aanbod="openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fcjib.example%2Foffers%2Fq1W2e3R4t5Y6u7I8"
    )

    aanbod: Annotated[str, Field(description="de tekst van de QR-code of link")]
    onbekend_akkoord: _Unknown = False


class AcceptanceBody(ApiModel):
    """Een aanbod aannemen, met de code die erbij hoort."""

    model_config = example(code="482916")

    code: Annotated[str | None, Field(description="de extra code, als het aanbod die vraagt")] = None


class RequestBody(ApiModel):
    """Een verzoek zoals het gescand is; met `onbekendAkkoord` ook van iemand die niet op de lijst staat."""

    model_config = example(
        verzoek="openid4vp://?client_id=x509_hash%3AZ5l0gIFvNfKgSxSYsdy0Q7Wq3yHcBv1mE8aJtU4rXok"
        "&request_uri=https%3A%2F%2Fschuldhulp.example%2Fvp%2Fverzoeken%2Fq1W2e3R4t5Y6u7I8&request_uri_method=post"
    )

    verzoek: Annotated[str, Field(description="de tekst van de QR-code of link")]
    onbekend_akkoord: _Unknown = False


class ChoiceBody(ApiModel):
    """Eén kaartje voor één vraag van het verzoek."""

    vraag: Annotated[str, Field(description="de vraag, zoals het verzoek die noemt")]
    kaart: Annotated[str, Field(description="het kaartje, zoals het verzoek het aanbiedt")]


class DecisionBody(ApiModel):
    """Delen (`delen`) of niet (`niet-delen`); zonder `keuze` alles waar het verzoek niet zonder kan.

    `getoond` is dat van het verzoek zoals het getoond is: daarmee gaat het besluit over precies dat.
    `onbekendAkkoord` zegt dat de burger weet wie vraagt, waar de lijst dat niet weet.
    """

    model_config = example(besluit="delen", keuze=[{"vraag": "overzicht", "kaart": "0f3bd5a1c9"}])

    besluit: Annotated[str, Field(description="delen of niet-delen")]
    onbekend_akkoord: _Unknown = False
    getoond: Annotated[str, Field(description="van het verzoek zoals het getoond is", max_length=100)] = ""
    keuze: Annotated[list[ChoiceBody] | None, Field(description="welk kaartje voor welke vraag")] = None


@router.post(
    "/wallets",
    status_code=201,
    tags=["wallets"],
    openapi_extra=OPEN_DOOR,
    summary="Maak een wallet",
    responses={201: answered(_MADE, "De wallet is gemaakt en open.")},
)
def create_wallet(body: NewWalletBody, here: Machine) -> Response:
    """Maak een wallet. Het nummer wordt één keer gezegd."""
    made = here.usecases.wallets.create(body.pincode)
    return JSONResponse({"walletnummer": made.number.shown, "token": here.door.token(made.opened, made.number)}, 201)


@router.post(
    "/wallets/passkey",
    status_code=201,
    tags=["wallets"],
    openapi_extra=OPEN_DOOR,
    summary="Maak een wallet achter een passkey",
)
def create_wallet_behind_passkey(body: PasskeyBody, here: Machine) -> Response:
    """Maak een wallet met het antwoord op een uitdaging voor `maken`."""
    opened = here.usecases.passkeys.create(body.answer(), _ANYBODY, body.naam)
    return JSONResponse({"token": here.door.token(opened)}, 201)


@router.delete("/wallets/huidige", status_code=204, tags=["wallets"], summary="Gooi de wallet weg")
def delete_wallet(request: Request, here: Machine, wallet: Wallet) -> Response:
    """Gooi de wallet weg, met alles erin."""
    here.usecases.wallets.delete(wallet)
    here.door.end_bearer(request)
    return Response(status_code=204)


@router.post("/sessies", status_code=201, tags=["sessies"], openapi_extra=OPEN_DOOR, summary="Open een wallet")
def open_wallet(body: SessionBody, here: Machine) -> Response:
    """Open een wallet met nummer en pincode."""
    opened = here.usecases.wallets.open(body.walletnummer, body.pincode)
    return JSONResponse({"token": here.door.token(opened, WalletNumber.parse(body.walletnummer))}, 201)


@router.post(
    "/sessies/passkey",
    status_code=201,
    tags=["sessies"],
    openapi_extra=OPEN_DOOR,
    summary="Open een wallet met een passkey",
)
def open_wallet_with_passkey(body: AssertionBody, here: Machine) -> Response:
    """Open een wallet met het antwoord op een uitdaging voor `openen`."""
    opened = here.usecases.passkeys.open(read_answer(body.antwoord, body.prf, None), _ANYBODY)
    return JSONResponse({"token": here.door.token(opened)}, 201)


@router.post(
    "/sessies/herstelcode",
    status_code=201,
    tags=["sessies"],
    openapi_extra=OPEN_DOOR,
    summary="Open een wallet met een herstelcode",
)
def open_wallet_with_code(body: CodeBody, here: Machine) -> Response:
    """Open een wallet met de herstelcode van papier."""
    return JSONResponse({"token": here.door.token(here.usecases.wallets.recover(body.herstelcode))}, 201)


@router.post(
    "/uitdagingen",
    status_code=201,
    tags=["sessies"],
    openapi_extra=OPEN_DOOR,
    summary="Vraag wat een passkey moet ondertekenen",
    responses={201: answered(_ASKED, "Wat de passkey krijgt.")},
)
def challenge(body: ChallengeBody, here: Machine) -> Response:
    """Geef wat `navigator.credentials` krijgt; vijf minuten en één keer te gebruiken."""
    passkeys = here.usecases.passkeys
    asked = {"openen": passkeys.ask(_ANYBODY)} if body.doel == "openen" else passkeys.invite(_ANYBODY)
    return JSONResponse(asked, 201)


@router.get("/toegangen", tags=["toegangen"], summary="Lees hoe de wallet opengaat")
def list_ways_in(here: Machine, wallet: Wallet) -> Response:
    """Noem waarmee de wallet opengaat."""
    return JSONResponse({"toegangen": [shapes.way_in(each) for each in here.usecases.ways_in.all(wallet).all]})


@router.post("/toegangen/uitdagingen", status_code=201, tags=["toegangen"], summary="Begin met nog een passkey")
def challenge_for_more(here: Machine, wallet: Wallet) -> Response:
    """Geef wat `navigator.credentials` krijgt om er een passkey bij te maken."""
    return JSONResponse(here.usecases.passkeys.invite(_of(wallet), wallet), 201)


@router.post("/toegangen/passkeys", status_code=201, tags=["toegangen"], summary="Zet er een passkey bij")
def add_passkey(body: PasskeyBody, here: Machine, wallet: Wallet) -> Response:
    """Laat nog een passkey de wallet openen."""
    here.usecases.passkeys.add(wallet, body.answer(), _of(wallet), body.naam)
    return list_ways_in(here, wallet)


@router.post(
    "/toegangen/herstelcodes",
    status_code=201,
    tags=["toegangen"],
    summary="Maak een herstelcode",
    responses={201: answered({"herstelcode": _CODE}, "De code, die maar één keer wordt gezegd.")},
)
def make_code(here: Machine, wallet: Wallet) -> Response:
    """Maak een herstelcode. Hij wordt één keer gezegd; een code van eerder werkt niet meer."""
    code = here.usecases.ways_in.draw_code()
    here.usecases.ways_in.keep_code(wallet, code)
    return JSONResponse({"herstelcode": code.shown}, 201)


@router.post("/exporten", status_code=201, tags=["wallets"], summary="Neem de hele wallet mee")
def export(body: ExportBody, here: Machine, wallet: Wallet) -> Response:
    """Geef de hele wallet mee als één versleuteld bestand, in base64."""
    file = here.usecases.files.export(wallet, body.wachtwoord)
    return JSONResponse({"bestand": b64_encode(file)}, 201)


@router.post("/importen", status_code=201, tags=["wallets"], summary="Zet een wallet terug")
def restore(body: ImportBody, here: Machine, wallet: Wallet) -> Response:
    """Zet een bestand terug in een lege wallet: alles, of niets."""
    try:
        file = b64_decode(body.bestand)
    except MalformedInput as error:
        raise UnreadableWalletFile from error
    return JSONResponse({"teruggezet": here.usecases.files.restore(wallet, file, body.wachtwoord)}, 201)


@router.delete("/toegangen/{id}", status_code=204, tags=["toegangen"], summary="Haal een toegang weg")
def take_off_way_in(id: str, here: Machine, wallet: Wallet) -> Response:
    """Haal iets weg waarmee de wallet opengaat; één passkey of nummer met pincode blijft altijd."""
    here.usecases.ways_in.take_off(wallet, id)
    return Response(status_code=204)


@router.delete("/sessies/huidige", status_code=204, tags=["sessies"], summary="Sluit de wallet")
def close_wallet(request: Request, here: Machine, _wallet: Wallet) -> Response:
    """Sluit de wallet; het token is daarna niets meer waard."""
    here.door.end_bearer(request)
    return Response(status_code=204)


@router.post("/ophalingen", status_code=201, tags=["ophalingen"], summary="Begin met ophalen")
def start_collection(body: CollectionBody, here: Machine, wallet: Wallet) -> Response:
    """Begin met ophalen; de burger logt in via de link."""
    chosen = body.uitgevers
    collection = here.usecases.collect.only(wallet, chosen) if chosen else here.usecases.collect.start(wallet)
    return JSONResponse(shapes.collection(collection, _link(here, collection)), 201)


@router.get("/ophalingen/huidige", tags=["ophalingen"], summary="Zie hoe ver het ophalen is")
def read_collection(here: Machine, wallet: Wallet) -> Response:
    """Zeg hoe ver het ophalen is."""
    collection = here.usecases.collect.progress(wallet)
    if collection is None:
        raise UnknownStep
    return JSONResponse(shapes.collection(collection, _link(here, collection)))


@router.get("/kaarten", tags=["kaarten"], summary="Lees welke kaartjes er zijn")
def list_cards(here: Machine, wallet: Wallet) -> Response:
    """Noem de kaartjes, elk met de stand van zijn status."""
    return JSONResponse({"kaarten": [shapes.card(card) for card in here.usecases.show.cards(wallet)]})


@router.get("/kaarten/{id}", tags=["kaarten"], summary="Lees een kaartje")
def read_card(id: str, here: Machine, wallet: Wallet) -> Response:
    """Toon een kaartje met zijn bewijs."""
    card, report = here.usecases.show.card(wallet, id)
    return JSONResponse({**shapes.card(card), "gegevens": card.claims, "controle": report.to_dict()})


@router.delete("/kaarten/{id}", status_code=204, tags=["kaarten"], summary="Gooi een kaartje weg")
def remove_card(id: str, here: Machine, wallet: Wallet) -> Response:
    """Gooi een kaartje weg."""
    here.usecases.show.remove(wallet, id)
    return Response(status_code=204)


@router.get("/overzicht", tags=["overzicht"], summary="Lees het overzicht")
def read_overview(here: Machine, wallet: Wallet, *, vers: bool = False) -> Response:
    """Toon het overzicht; met `vers` worden de statuslijsten opnieuw gehaald."""
    collection = here.usecases.collect.progress(wallet)
    return JSONResponse(shapes.overview(here.usecases.show.overview(wallet, fresh=vers), collection))


@router.get("/overzicht/download", tags=["overzicht"], summary="Neem het overzicht mee")
def download(here: Machine, wallet: Wallet) -> Response:
    """Geef het overzicht mee, met de bewijzen."""
    headers = {"content-disposition": f'attachment; filename="{shapes.overview_file(here.usecases.show.today())}"'}
    return Response(here.usecases.take_along.data(wallet), media_type="application/json", headers=headers)


@router.get("/regelingen", tags=["overzicht"], summary="Lees waar om een betalingsregeling te vragen is")
def arrangements(here: Machine, wallet: Wallet) -> Response:
    """Noem per schuld waar om een regeling te vragen is, en regelingen van meer organisaties samen, met een brief."""
    overview, ways = here.usecases.show.overview(wallet), here.usecases.arrangements
    asked = [(line, ways.where(line)) for line in overview.debts]
    today = here.usecases.show.today()
    return JSONResponse(
        {
            "zaken": [shapes.way(line, body) for line, body in asked if body is not None],
            "regelingen": [shapes.joint(plan, letter(plan, today)) for plan in ways.joint(overview)],
        }
    )


@router.post("/aanbiedingen", status_code=201, tags=["aanbiedingen"], summary="Lees een aanbod")
def read_offer(body: OfferBody, here: Machine, wallet: Wallet) -> Response:
    """Lees een aanbod; er wordt nog niets opgehaald."""
    pending = here.usecases.offers.read(wallet, body.aanbod, stranger_agreed=body.onbekend_akkoord)
    return JSONResponse(shapes.offer(pending), 201)


@router.get("/aanbiedingen/{id}", tags=["aanbiedingen"], summary="Bekijk een aanbod opnieuw")
def show_offer(id: str, here: Machine, wallet: Wallet) -> Response:
    """Toon een aanbod dat wacht."""
    return JSONResponse(shapes.offer(here.usecases.offers.get(wallet, id)))


@router.post("/aanbiedingen/{id}/acceptatie", tags=["aanbiedingen"], summary="Neem een aanbod aan")
def accept_offer(id: str, body: AcceptanceBody, here: Machine, wallet: Wallet) -> Response:
    """Haal op wat er aangeboden is."""
    taken = here.usecases.offers.accept(wallet, id, body.code)
    if isinstance(taken, Received):
        return JSONResponse({"kaarten": taken.cards})
    # Many cards come in step by step, in the citizen's browser like everything else that goes on.
    further = f"{here.base_url}{delivery_path(taken)}" if isinstance(taken, Underway) else taken
    return JSONResponse({"vervolg": further})


@router.delete("/aanbiedingen/{id}", status_code=204, tags=["aanbiedingen"], summary="Sla een aanbod af")
def decline_offer(id: str, here: Machine, wallet: Wallet) -> Response:
    """Laat een aanbod liggen."""
    here.usecases.offers.decline(wallet, id)
    return Response(status_code=204)


@router.post("/verzoeken", status_code=201, tags=["verzoeken"], summary="Lees een verzoek")
def read_request(body: RequestBody, here: Machine, wallet: Wallet) -> Response:
    """Lees een verzoek; er wordt nog niets gedeeld."""
    pending = here.usecases.requests.read(wallet, body.verzoek, stranger_agreed=body.onbekend_akkoord)
    return JSONResponse(shapes.consent(here.usecases.share.consent(wallet, pending.id)), 201)


@router.get("/verzoeken/{id}", tags=["verzoeken"], summary="Bekijk een verzoek opnieuw")
def show_request(id: str, here: Machine, wallet: Wallet) -> Response:
    """Toon een verzoek dat wacht."""
    return JSONResponse(shapes.consent(here.usecases.share.consent(wallet, id)))


@router.post("/verzoeken/{id}/besluit", tags=["verzoeken"], summary="Deel, of deel niet")
def decide(id: str, body: DecisionBody, here: Machine, wallet: Wallet) -> Response:
    """Deel, of deel niet. Zonder besluit gaat er niets weg."""
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


@router.get("/geschiedenis", tags=["geschiedenis"], summary="Lees wat er gedeeld is")
def list_receipts(here: Machine, wallet: Wallet) -> Response:
    """Noem wat er gedeeld is, en met wie."""
    return JSONResponse({"geschiedenis": [shapes.receipt(each) for each in here.usecases.share.history(wallet)]})


@router.get("/geschiedenis/{id}", tags=["geschiedenis"], summary="Lees één bewijs van delen")
def read_receipt(id: str, here: Machine, wallet: Wallet) -> Response:
    """Toon één bewijs van delen."""
    return JSONResponse(shapes.receipt(here.usecases.share.receipt(wallet, id)))


@router.delete("/geschiedenis/{id}", status_code=204, tags=["geschiedenis"], summary="Gooi een bewijs van delen weg")
def remove_receipt(id: str, here: Machine, wallet: Wallet) -> Response:
    """Gooi een bewijs van delen weg."""
    here.usecases.share.forget(wallet, id)
    return Response(status_code=204)


def _of(wallet: OpenedWallet) -> str:
    return f"wallet|{wallet.id}"


def _link(here: Machines, collection: Collection) -> str | None:
    return None if collection.done else f"{here.base_url}/ophalen/verder?stap={collection.step}"
