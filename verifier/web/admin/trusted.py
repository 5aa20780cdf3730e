"""Whom this service trusts, for what and why, and how old the list is that says so."""

from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.staff import May
from verifier.domain.trusted import Ground, TrustedIssuer
from verifier.web.admin.office import TRUSTED, Office
from verifier.web.screens.seat import Seat

GROUNDS: Final = {
    Ground.CERTIFICATE: "certificaat op de lijst",
    Ground.KEYS: "sleutels op de lijst",
    Ground.DID: "sleutels in haar DID-document",
    Ground.PUBLISHED: "sleutels op haar eigen website",
}
_TYPES: Final = {OVERVIEW: "overzichten van schulden", CASE: "afzonderlijke schulden"}
# Why reading the list went wrong, for who has to do something about it.
FAULTS: Final = {
    "trust_list_rejected": "Wat op dat adres staat, is geen goede lijst: niet ondertekend met de sleutel in uw "
    "instellingen, of ouder dan de lijst die u had.",
    "trust_list_expired": "Wat op dat adres staat, is een lijst waarvan de tijd voorbij is.",
    "unreachable": "Er kwam geen antwoord van dat adres.",
    "unreadable": "Wat op dat adres staat, is niet te lezen.",
}


def install(app: FastAPI, office: Office) -> None:
    """Add the page of the trusted issuers."""
    look = office.seat(May.LOOK)

    @app.get(TRUSTED)
    def trusted(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        standing = office.scheme.standing()
        rows = [(each, may_issue(each), why(each)) for each in standing.issuers]
        return office.show(
            request, at, "uitgevers.html", standing=standing, rows=rows, fault=FAULTS.get(standing.fault or "")
        )


def may_issue(issuer: TrustedIssuer) -> str:
    """Say what an issuer may issue."""
    named = [_TYPES.get(each, each) for each in issuer.types]
    return _sentence([*named, *(f"alles wat begint met {each}" for each in issuer.prefixes)])


def why(issuer: TrustedIssuer) -> str:
    """Say by what we know that something is of an issuer."""
    return _sentence([GROUNDS[each] for each in issuer.grounds])


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts) or "niets"
    return text[0].upper() + text[1:]
