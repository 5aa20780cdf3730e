"""The agency's own API: offers for case systems, withdrawals, looking for changed debts, and notices of its data."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from credentials.debts.person import Numbering, Person
from credentials.errors import MalformedInput
from issuer.domain.clients import Profile
from issuer.domain.issuance import CopyState
from issuer.domain.offers import Grant, OfferState
from issuer.web import notices_api
from issuer.web.desk import Desk
from service.api_clients import ApiDoor
from service.web import ApiModel
from service.web.input import StrictRoute, example
from service.web.openapi import scoped

VERSION: Final = "1.3.0"

OFFERS: Final = "aanbiedingen"
WITHDRAWALS: Final = "intrekkingen"
CHANGES: Final = "wijzigingen"
REFRESHES: Final = "bronverversingen"
READING: Final = "lezen"

SCOPES: Final = {
    OFFERS: "aanbiedingen maken",
    WITHDRAWALS: "bewijzen intrekken",
    CHANGES: "melden van wie er iets gewijzigd is",
    REFRESHES: "de bron laten nakijken op wijzigingen",
    notices_api.SCOPE: "melden dat gegevens een tijd niet kloppen, en dat weer beëindigen",
    READING: "lezen wat er van aanbiedingen en uitgiften geworden is, en welke meldingen er zijn",
}
"""What an access token can be for."""

# No client's id: those have no capitals.
_AGENCY: Final = "API-TOKEN"
_GRANTS: Final = {"pre-authorized_code": Grant.PRE_AUTHORISED, "authorization_code": Grant.AUTHORISATION_CODE}


class OfferRequest(ApiModel):
    """Een aanbod voor één burger."""

    model_config = example(bsn="999990019", configuraties=["overzicht_sdjwt", "zaak_sdjwt"], txCode=True)

    bsn: Annotated[
        str | None,
        Field(description="burgerservicenummer; moet bij een overheid", examples=["999990019"], max_length=9),
    ] = None
    klantnummer: Annotated[
        str | None, Field(description="klantnummer; moet bij een particuliere schuldeiser", max_length=40)
    ] = None
    configuraties: Annotated[
        list[str],
        Field(
            min_length=1,
            max_length=20,
            description="welke bewijzen, elk in welke vorm",
            examples=[["overzicht_sdjwt", "zaak_sdjwt"]],
        ),
    ]
    grant: Annotated[
        Literal["pre-authorized_code", "authorization_code"],
        Field(description="op te halen met de link, of na inloggen"),
    ] = "pre-authorized_code"
    tx_code: Annotated[bool, Field(description="vraag bij de link ook een extra code")] = False
    profiel: Annotated[
        Literal["open", "haip", "nl-wallet"], Field(description="regels die naast die van de organisatie gelden")
    ] = "open"


class OfferMade(ApiModel):
    """Een aanbod, met de link voor de wallet en zo nodig de extra code."""

    model_config = example(
        id="NFzd0fY2nTUl3zBCGUW8Vw",
        aanbodUri="openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fcjib.example%2Foffers%2Fq1W2e3R4t5Y6u7I8",
        txCode="482916",
    )

    id: Annotated[str, Field(description="waaronder het aanbod te bekijken is")]
    aanbod_uri: Annotated[str, Field(description="de link voor de wallet")]
    tx_code: Annotated[str | None, Field(description="de extra code; geef die op een andere manier")] = None


class OfferStatus(ApiModel):
    """Wat er van een aanbod geworden is."""

    model_config = example(id="NFzd0fY2nTUl3zBCGUW8Vw", status="open")

    id: Annotated[str, Field(description="van het aanbod")]
    status: Annotated[str, Field(description="hoe het ermee staat", examples=[state.value for state in OfferState])]


class WithdrawalRequest(ApiModel):
    """Een intrekking: van één uitgifte, of van alles over een persoon of één van zijn zaken."""

    model_config = example(bsn="999990019", zaakkenmerk="ZAAK-1", reden="besluit vernietigd")

    uitgifte: Annotated[str | None, Field(max_length=64, description="één exemplaar, in plaats van een persoon")] = None
    bsn: Annotated[str | None, Field(max_length=9, description="burgerservicenummer: alles over deze persoon")] = None
    klantnummer: Annotated[
        str | None, Field(max_length=40, description="bij een particuliere schuldeiser, in plaats van bsn")
    ] = None
    zaakkenmerk: Annotated[str | None, Field(max_length=256, description="alleen deze zaak van de persoon")] = None
    reden: Annotated[
        str, Field(min_length=1, max_length=200, description="voor uw logboek", examples=["besluit vernietigd"])
    ]


class Withdrawn(ApiModel):
    """Hoeveel exemplaren nu ongeldig zijn."""

    model_config = example(aantal=3)

    aantal: Annotated[int, Field(description="exemplaren")]


class ChangesTold(ApiModel):
    """Personen van wie in de eigen administratie iets gewijzigd is."""

    model_config = example(bsns=["999990019", "999990007"])

    bsns: Annotated[
        list[Annotated[str, Field(max_length=9)]] | None,
        Field(min_length=1, max_length=1_000, description="burgerservicenummers; wat er gewijzigd is, leest de bron"),
    ] = None
    klantnummers: Annotated[
        list[Annotated[str, Field(max_length=40)]] | None,
        Field(min_length=1, max_length=1_000, description="bij een particuliere schuldeiser, in plaats van bsns"),
    ] = None


class ChangesTaken(ApiModel):
    """Van hoeveel personen de wijziging vastligt; zij worden vanzelf nagekeken."""

    model_config = example(aantal=2)

    aantal: Annotated[int, Field(description="verschillende personen")]


class SourceRefreshed(ApiModel):
    """Wat er is nagekeken en wat er veranderd was."""

    model_config = example(
        gecontroleerd=212,
        nietLeesbaar=2,
        verouderd=12,
        bronLeesbaar=False,
        gebreken=2,
        standVan="2026-11-22T06:00:00Z",
    )

    gecontroleerd: Annotated[int, Field(description="personen die zijn nagekeken")]
    niet_leesbaar: Annotated[int, Field(description="personen bij wie dat niet kon")]
    verouderd: Annotated[int, Field(description="exemplaren die niet meer kloppen")]
    bron_leesbaar: Annotated[bool, Field(description="of alles in de bron te lezen is")]
    gebreken: Annotated[int, Field(description="hoeveel gebreken er zeker zijn; het logboek noemt ze")]
    stand_van: Annotated[
        datetime | None, Field(description="van wanneer is wat nu wordt uitgegeven, als de bron niet te lezen is")
    ] = None


class DayOfIssue(ApiModel):
    """Exemplaren die op één dag zijn uitgegeven, en wat wallets ervan meldden."""

    datum: Annotated[date, Field(description="dag van uitgifte")]
    niet_gemeld: Annotated[int, Field(description="uitgegeven; de wallet meldde niets")]
    opgeslagen: Annotated[int, Field(description="in de wallet")]
    mislukt: Annotated[int, Field(description="de wallet kon het niet opslaan")]
    verwijderd: Annotated[int, Field(description="niet opgeslagen, omdat de burger dat zei")]


class DaysOfIssue(ApiModel):
    """De laatste maand, de oudste dag eerst; een dag zonder uitgifte staat er niet in."""

    model_config = example(
        dagen=[{"datum": "2026-11-23", "nietGemeld": 4, "opgeslagen": 31, "mislukt": 1, "verwijderd": 0}]
    )

    dagen: Annotated[list[DayOfIssue], Field(description="de dagen waarop iets is uitgegeven")]


def _person(desk: Desk, bsn: str | None, customer_number: str | None) -> Person:
    """Return whom a program means, by the one number that people have here. Raises MalformedInput."""
    number, other = (bsn, customer_number) if desk.numbering is Numbering.BSN else (customer_number, bsn)
    if number is None or other is not None:
        raise MalformedInput(f"people are known here by their {desk.numbering.value}, and by nothing else")
    return desk.numbering.read(number)


def door_of(desk: Desk) -> ApiDoor:
    """Return what lets programs in."""
    fixed = {} if desk.api_token is None else {_AGENCY: desk.api_token}
    return ApiDoor(fixed, desk.api_clients, desk.api_tokens)


def _entrance(door: ApiDoor, came_in: Callable[[str], None]) -> Callable[[str], None]:
    def enter(caller: Annotated[str, Depends(door)]) -> None:
        came_in(caller)

    return enter


def router(desk: Desk, door: ApiDoor, *, came_in: Callable[[str], None]) -> APIRouter:
    """Return the routes of one agency; each needs the API token, or an access token with its scope.

    `came_in` is told the name of who comes.
    """
    routes = APIRouter(prefix="/api/v1", route_class=StrictRoute, dependencies=[Depends(_entrance(door, came_in))])

    @routes.post(
        "/aanbiedingen",
        status_code=201,
        response_model_exclude_none=True,
        summary="Maak een aanbod",
        openapi_extra=scoped(OFFERS),
    )
    def offer(asked: OfferRequest) -> OfferMade:
        """Maak een aanbod dat de burger met een wallet kan ophalen."""
        made = desk.create_offer(
            _person(desk, asked.bsn, asked.klantnummer),
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

    @routes.get("/aanbiedingen/{id}", summary="Bekijk wat er van een aanbod geworden is", openapi_extra=scoped(READING))
    def offer_status(id: str) -> OfferStatus:
        """Zeg of een aanbod nog open staat, opgehaald is of verlopen."""
        made, state = desk.show_offer.to_agency(id)
        return OfferStatus(id=made.offer.reference, status=state.value)

    @routes.post("/intrekkingen", status_code=201, summary="Trek bewijzen in", openapi_extra=scoped(WITHDRAWALS))
    def withdrawal(asked: WithdrawalRequest) -> Withdrawn:
        """Maak bewijzen ongeldig die een onjuiste verklaring bevatten."""
        if [asked.uitgifte, asked.bsn, asked.klantnummer].count(None) != 2:
            raise MalformedInput(f"not exactly one of uitgifte and {desk.numbering.value}")
        if asked.uitgifte is not None:
            return Withdrawn(aantal=desk.withdraw.one(asked.uitgifte, asked.reden))
        person = _person(desk, asked.bsn, asked.klantnummer)
        return Withdrawn(aantal=desk.withdraw.of_person(person, asked.zaakkenmerk, asked.reden))

    @routes.post(
        "/wijzigingen", status_code=202, summary="Meld van wie er iets gewijzigd is", openapi_extra=scoped(CHANGES)
    )
    def changes(asked: ChangesTold) -> ChangesTaken:
        """Leg vast dat er iets gewijzigd is; wat niet meer klopt, wordt daarna verouderd gemeld."""
        if (asked.bsns is None) == (asked.klantnummers is None):
            raise MalformedInput(f"not exactly one list of people, {desk.numbering.value}s")
        people = [_person(desk, each, None) for each in asked.bsns or ()]
        people += [_person(desk, None, each) for each in asked.klantnummers or ()]
        return ChangesTaken(aantal=desk.note_changes(people))

    @routes.get("/uitgiften", summary="Tel wat is uitgegeven en aangekomen", openapi_extra=scoped(READING))
    def issued() -> DaysOfIssue:
        """Tel exemplaren per dag, zonder te zeggen van wie."""
        return DaysOfIssue(
            dagen=[
                DayOfIssue(
                    datum=each.day,
                    niet_gemeld=each.copies.get(CopyState.ISSUED, 0),
                    opgeslagen=each.copies.get(CopyState.ACCEPTED, 0),
                    mislukt=each.copies.get(CopyState.FAILED, 0),
                    verwijderd=each.copies.get(CopyState.DELETED, 0),
                )
                for each in desk.take_notification.counted()
            ]
        )

    @routes.post(
        "/bronverversingen", status_code=201, summary="Kijk de bron na op wijzigingen", openapi_extra=scoped(REFRESHES)
    )
    def refresh() -> SourceRefreshed:
        """Vergelijk wat is uitgegeven met de schulden van nu; wat veranderd is, wordt verouderd gemeld."""
        done = desk.refresh()
        condition = done.condition
        return SourceRefreshed(
            gecontroleerd=done.checked,
            niet_leesbaar=done.unreadable,
            verouderd=done.superseded,
            bron_leesbaar=condition.readable,
            gebreken=condition.faults,
            stand_van=condition.good_at,
        )

    notices_api.add_routes(routes, desk, reading=READING)
    return routes
