"""What a citizen takes along: a file to read, a signed file, or cards for their own wallet."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.fcid.signed import MEDIA_TYPE
from credentials.encoding import JsonObject, json_compact
from credentials.verification.bundle import Bundle, BundledProof
from issuer.domain.errors import OfferNotFound
from issuer.domain.facts import Facts
from issuer.domain.offers import OfferState
from issuer.usecases.document import Pages
from issuer.usecases.offer import MadeOffer
from issuer.web.desk import Desk
from issuer.web.login import Citizen, in_person, number_acted_for, required_citizen
from issuer.web.telling import telling
from service import i18n
from service.web import Form

RESPONSE: Final = "/schulden/fcid"
_WARNING: Final = (
    "Dit bestand is niet ondertekend. Voor bewijs haalt u de kaartjes op in uw wallet, of downloadt u het "
    "ondertekende bestand."
)


def router(desk: Desk) -> APIRouter:
    """Return the routes of one agency."""
    routes = APIRouter()
    csrf_form = Annotated[Form, Depends(desk.csrf.form)]

    @routes.get("/schulden/download")
    def download(request: Request) -> Response:
        """The same facts as a file."""
        found = required_citizen(desk, request)
        facts = desk.show_debts(found.person)
        return _attachment(desk, "schulden", as_document(desk, facts, whom=number_acted_for(found.session, str)))

    @routes.get(RESPONSE)
    def response(request: Request) -> Response:
        """What the register says, as one signed FCID document: for programs that read those. It bears the number."""
        found = in_person(desk, request)
        name = f"fcid-{desk.describe.identity.abbreviation}.jws"
        return Response(
            desk.sign_response(found.person),
            media_type=MEDIA_TYPE,
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    @routes.post("/schulden/bewijs")
    def proof(request: Request, _form: csrf_form) -> Response:
        """The same facts, signed: a file that anyone can check."""
        found = required_citizen(desk, request)
        signed = desk.issue.signed_file(found.person).credentials
        bundle = Bundle.of(BundledProof("dc+sd-jwt", credential) for credential in signed)
        return _attachment(desk, "bewijs", bundle.to_dict(desk.clock.now()))

    @routes.post("/schulden/overzicht")
    def document(request: Request, _form: csrf_form) -> Response:
        """The same facts as a sealed PDF: to read, to print, and to prove."""
        found = required_citizen(desk, request)
        if desk.document is None:
            return Response(status_code=404)
        language = desk.pages.language_of(request)
        made = desk.document(found.person, lambda facts, made_at: _pages(desk, found, facts, made_at, language))
        name = f"overzicht-{desk.describe.identity.abbreviation}.pdf"
        return Response(
            made,
            media_type="application/pdf",
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    _to_the_wallet(routes, desk)
    return routes


def _to_the_wallet(routes: APIRouter, desk: Desk) -> None:
    csrf_form = Annotated[Form, Depends(desk.csrf.form)]

    @routes.post("/wallet")
    def offer(request: Request, _form: csrf_form) -> Response:
        """Make an offer for the citizen's own wallet."""
        found = in_person(desk, request)
        made = desk.create_offer(found.person, desk.offered.to_citizens, desk.create_offer.to_citizens)
        return RedirectResponse(f"/wallet/{made.offer.reference}", 303)

    @routes.get("/wallet/{reference}")
    def show_offer(request: Request, reference: str) -> Response:
        """The offer as a QR code and a link; or what became of it."""
        found = in_person(desk, request)
        made, state = desk.show_offer.to_citizen(reference, found.person)
        return desk.pages.render(
            request,
            "wallet.html",
            session=found.session,
            desk=desk,
            made=made,
            state=state,
            states=OfferState,
            link=desk.link_to(made),
            landing=f"{desk.url}/aanbod/{made.secrets.id}",
            phone=is_phone(request),
            waiting=_waiting(desk, request, made),
            web_wallets=_web_wallets(desk, made),
        )

    @routes.get("/aanbod/{secret}")
    def landing(request: Request, secret: str) -> Response:
        """Where a plain camera leads: on to a wallet, without a login and without a word of whose the offer is."""
        try:
            made = desk.show_offer.to_wallet(secret)
        except OfferNotFound:
            return desk.pages.render(request, "aanbod.html", status=404, desk=desk, link="", web_wallets=[])
        return desk.pages.render(
            request, "aanbod.html", desk=desk, link=desk.link_to(made), web_wallets=_web_wallets(desk, made)
        )

    @routes.get("/wallet/{reference}/stand")
    def offer_state(request: Request, reference: str) -> Response:
        """Say to the waiting page whether it should turn."""
        found = in_person(desk, request)
        made, state = desk.show_offer.to_citizen(reference, found.person)
        waiting = state is OfferState.OPEN
        return JSONResponse({"tekst": _waiting(desk, request, made)} if waiting else {"ververs": True})


def is_phone(request: Request) -> bool:
    """Say whether the browser calls itself a phone's: then what is on this device comes first. A choice stays."""
    hint = request.headers.get("sec-ch-ua-mobile")
    return hint == "?1" if hint is not None else "Mobi" in request.headers.get("user-agent", "")


def _web_wallets(desk: Desk, made: MadeOffer) -> list[tuple[str, str]]:
    query = desk.link_to(made).partition("?")[2]
    return [(name, f"{url}?{query}") for name, url in desk.web_wallets]


def _waiting(desk: Desk, request: Request, made: MadeOffer) -> str:
    """Say for how long the code can still be used: by the minute, so that it is not read out all the time."""
    seconds = (made.offer.expires_at - desk.clock.now()).total_seconds()
    minutes = int(seconds // 60)
    with i18n.speaking(desk.pages.language_of(request)):
        say = desk.pages.gettext
        if minutes < 1:
            return say("Wij wachten op uw wallet. De code is nog minder dan 1 minuut geldig.")
        if minutes == 1:
            return say("Wij wachten op uw wallet. De code is nog 1 minuut geldig.")
        return say("Wij wachten op uw wallet. De code is nog %(minutes)s minuten geldig.") % {"minutes": minutes}


def _pages(desk: Desk, found: Citizen, facts: Facts, made_at: datetime, language: str) -> Pages:
    with i18n.speaking(language):
        say = desk.pages.gettext
        title = say("Uw schulden bij %(agency)s") % {"agency": desk.agency}
        return Pages(
            html=desk.pages.fragment(
                "overzicht.html",
                language=language,
                title=title,
                made_at=made_at,
                whom=number_acted_for(found.session, say),
                **telling(desk, facts),
            ),
            title=title,
            language=language,
            seal=say("Zegel van %(agency)s") % {"agency": desk.agency},
            reason=say("Dit overzicht komt van %(agency)s") % {"agency": desk.agency},
            proofs=say("Het bewijs van elke zaak, om na te gaan met een computer"),
            status_lists=say("De statuslijsten van die dag: daarin staat of een bewijs is ingetrokken"),
        )


def as_document(desk: Desk, facts: Facts, *, whom: str | None = None) -> JsonObject:
    """Return the facts as the citizen takes them along: readable by machines, proof of nothing.

    `whom` says whom they are about, where somebody else fetched them.
    """
    overview = overview_claims(facts.overview, [""] * len(facts.open_cases))
    # The slots repeat the cases below, with digests that only a credential needs.
    return {
        "soort": "schuldenoverzicht",
        "let_op": _WARNING,
        "overzicht": {name: value for name, value in overview.items() if name != "zaken"},
        "zaken": [
            {name: value for name, value in case_claims(case, "").items() if name != "zaak_digest"}
            for case in facts.overview.cases
        ],
        "gemaakt_door": desk.url,
        **({"opgehaald_door": "vertegenwoordiger", "gaat_over": whom} if whom else {}),
    }


def _attachment(desk: Desk, what: str, document: JsonObject) -> Response:
    name = f"{what}-{desk.describe.identity.abbreviation}.json"
    return Response(
        json_compact(document),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
