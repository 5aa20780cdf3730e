"""What a citizen takes along: a file to read, a signed file, or cards for their own wallet."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from credentials.debts.claims import case_claims, overview_claims
from credentials.encoding import JsonObject, json_compact
from credentials.verification.bundle import Bundle, BundledProof
from issuer.domain.facts import Facts
from issuer.domain.offers import OfferState
from issuer.web.desk import Desk
from issuer.web.login import required_citizen
from service.web import Form

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
        return _attachment(desk, "schulden", as_document(desk, desk.read_debts(found.bsn)))

    @routes.post("/schulden/bewijs")
    def proof(request: Request, _form: csrf_form) -> Response:
        """The same facts, signed: a file that anyone can check."""
        found = required_citizen(desk, request)
        signed = desk.issue.signed_file(found.bsn)
        bundle = Bundle.of(BundledProof("dc+sd-jwt", credential) for credential in signed)
        return _attachment(desk, "bewijs", bundle.to_dict(desk.clock.now()))

    @routes.post("/wallet")
    def offer(request: Request, _form: csrf_form) -> Response:
        """Make an offer for the citizen's own wallet."""
        found = required_citizen(desk, request)
        made = desk.create_offer(found.bsn, desk.offered.to_citizens, desk.create_offer.to_citizens)
        return RedirectResponse(f"/wallet/{made.offer.reference}", 303)

    @routes.get("/wallet/{reference}")
    def show_offer(request: Request, reference: str) -> Response:
        """The offer as a QR code and a link; or what became of it."""
        found = required_citizen(desk, request)
        made, state = desk.show_offer.to_citizen(reference, found.bsn)
        link = desk.link_to(made)
        return desk.pages.render(
            request,
            "wallet.html",
            session=found.session,
            desk=desk,
            made=made,
            state=state,
            states=OfferState,
            link=link,
            web_wallets=[(name, f"{url}?{link.partition('?')[2]}") for name, url in desk.web_wallets],
        )

    @routes.get("/wallet/{reference}/stand")
    def offer_state(request: Request, reference: str) -> Response:
        """Say to the waiting page whether it should turn."""
        found = required_citizen(desk, request)
        _, state = desk.show_offer.to_citizen(reference, found.bsn)
        waiting = state is OfferState.OPEN
        return JSONResponse({"tekst": "Wij wachten op uw wallet."} if waiting else {"ververs": True})

    return routes


def as_document(desk: Desk, facts: Facts) -> JsonObject:
    """Return the facts as the citizen takes them along: readable by machines, proof of nothing."""
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
    }


def _attachment(desk: Desk, what: str, document: JsonObject) -> Response:
    name = f"{what}-{desk.describe.identity.abbreviation}.json"
    return Response(
        json_compact(document),
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
