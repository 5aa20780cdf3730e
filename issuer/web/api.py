"""The agency's own API: offers for case systems, withdrawals, and looking for changed debts."""

from datetime import date
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from credentials.debts.bsn import Bsn
from credentials.errors import MalformedInput
from issuer.domain.clients import Profile
from issuer.domain.issuance import CopyState
from issuer.domain.offers import Grant, OfferState
from issuer.web.desk import Desk
from service.web import ApiModel, bearer
from service.web.input import StrictRoute

VERSION: Final = "1.0.0"

_GRANTS: Final = {"pre-authorized_code": Grant.PRE_AUTHORISED, "authorization_code": Grant.AUTHORISATION_CODE}


class OfferRequest(ApiModel):
    """Een aanbod voor één burger."""

    bsn: Annotated[str, Field(description="Burgerservicenummer", examples=["999990019"], max_length=9)]
    configuraties: Annotated[
        list[str], Field(min_length=1, max_length=20, examples=[["overzicht_sdjwt", "zaak_sdjwt"]])
    ]
    grant: Literal["pre-authorized_code", "authorization_code"] = "pre-authorized_code"
    tx_code: bool = False
    profiel: Annotated[
        Literal["open", "haip", "nl-wallet"], Field(description="regels die naast die van de organisatie gelden")
    ] = "open"


class OfferMade(ApiModel):
    """Een aanbod, met de link voor de wallet en zo nodig de extra code."""

    id: str
    aanbod_uri: str
    tx_code: str | None = None


class OfferStatus(ApiModel):
    """Wat er van een aanbod geworden is."""

    id: str
    status: Annotated[str, Field(examples=[state.value for state in OfferState])]


class WithdrawalRequest(ApiModel):
    """Een intrekking: van één uitgifte, of van alles over een persoon of één van zijn zaken."""

    uitgifte: Annotated[str | None, Field(max_length=64)] = None
    bsn: Annotated[str | None, Field(max_length=9)] = None
    zaakkenmerk: Annotated[str | None, Field(max_length=256)] = None
    reden: Annotated[str, Field(min_length=1, max_length=200, examples=["besluit vernietigd"])]


class Withdrawn(ApiModel):
    """Hoeveel exemplaren nu ongeldig zijn."""

    aantal: int


class SourceRefreshed(ApiModel):
    """Wat er is nagekeken en wat er veranderd was."""

    gecontroleerd: int
    niet_leesbaar: int
    verouderd: int


class DayOfIssue(ApiModel):
    """Exemplaren die op één dag zijn uitgegeven, en wat wallets ervan meldden."""

    datum: date
    niet_gemeld: Annotated[int, Field(description="uitgegeven; de wallet meldde niets")]
    opgeslagen: int
    mislukt: int
    verwijderd: Annotated[int, Field(description="niet opgeslagen, omdat de burger dat zei")]


class DaysOfIssue(ApiModel):
    """De laatste maand, de oudste dag eerst; een dag zonder uitgifte staat er niet in."""

    dagen: list[DayOfIssue]


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency; each needs the API token."""
    routes = APIRouter(prefix="/api/v1", route_class=StrictRoute, dependencies=[Depends(bearer(desk.api_token))])

    @routes.post("/aanbiedingen", status_code=201, response_model_exclude_none=True, summary="Maak een aanbod")
    def offer(asked: OfferRequest) -> OfferMade:
        """Maak een aanbod dat de burger met een wallet kan ophalen."""
        made = desk.create_offer(
            Bsn(asked.bsn),
            asked.configuraties,
            _GRANTS[asked.grant],
            with_tx_code=asked.tx_code,
            profile=Profile(asked.profiel),
        )
        return OfferMade(
            id=made.offer.reference,
            aanbod_uri=desk.link_to(made),
            tx_code=made.tx_code,
        )

    @routes.get("/aanbiedingen/{id}", summary="Bekijk wat er van een aanbod geworden is")
    def offer_status(id: str) -> OfferStatus:
        """Zeg of een aanbod nog open staat, opgehaald is of verlopen."""
        made, state = desk.show_offer.to_agency(id)
        return OfferStatus(id=made.offer.reference, status=state.value)

    @routes.post("/intrekkingen", status_code=201, summary="Trek bewijzen in")
    def withdrawal(asked: WithdrawalRequest) -> Withdrawn:
        """Maak bewijzen ongeldig die een onjuiste verklaring bevatten."""
        if (asked.uitgifte is None) == (asked.bsn is None):
            raise MalformedInput("not exactly one of uitgifte and bsn")
        if asked.uitgifte is not None:
            return Withdrawn(aantal=desk.withdraw.one(asked.uitgifte, asked.reden))
        return Withdrawn(aantal=desk.withdraw.of_person(Bsn(asked.bsn or ""), asked.zaakkenmerk, asked.reden))

    @routes.get("/uitgiften", summary="Tel wat is uitgegeven en aangekomen")
    def issued() -> DaysOfIssue:
        """Tel exemplaren per dag, zonder te zeggen van wie."""
        return DaysOfIssue(
            dagen=[
                DayOfIssue(
                    datum=each.day,
                    niet_gemeld=each.copies.get(CopyState.RESERVED, 0) + each.copies.get(CopyState.ISSUED, 0),
                    opgeslagen=each.copies.get(CopyState.ACCEPTED, 0),
                    mislukt=each.copies.get(CopyState.FAILED, 0),
                    verwijderd=each.copies.get(CopyState.DELETED, 0),
                )
                for each in desk.take_notification.counted()
            ]
        )

    @routes.post("/bronverversingen", status_code=201, summary="Kijk de bron na op wijzigingen")
    def refresh() -> SourceRefreshed:
        """Vergelijk wat is uitgegeven met de schulden van nu; wat veranderd is, wordt verouderd gemeld."""
        done = desk.refresh()
        return SourceRefreshed(gecontroleerd=done.checked, niet_leesbaar=done.unreadable, verouderd=done.superseded)

    return routes
