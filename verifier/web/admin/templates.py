"""What may be asked: each template with its purpose, ground, retention and data, and how a wallet shows it."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import Response

from credentials.debts.claim_table import LEAVES
from verifier.domain.evidence import CASE, OVERVIEW
from verifier.domain.staff import May
from verifier.domain.templates import TEMPLATES, ClaimPath, Template
from verifier.web.admin.office import TEMPLATES as ADDRESS
from verifier.web.admin.office import Office
from verifier.web.screens.seat import Seat

_CENTS: Final = " (eurocent)"
# Objects whose parts have names of their own, but which are asked whole.
_WHOLE: Final = {
    "zaken": "Van elke zaak een regel: soort, bedrag, stap",
    "gebeurtenissen": "Alles wat er met de zaak gebeurde",
    "betaling": "Waar en hoe te betalen",
    "regeling": "De betalingsregeling",
    "rechtsmiddel": "Wat te doen wie het niet eens is met het besluit",
    "preferentie": "Voorrang bij verdeling, met de reden",
    "juridische_grondslag": "De wet waar de vordering op steunt",
    "opgelegd_door": "Wie de vordering oplegde",
    "uitgevoerd_door": "Wie de vordering int",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as the page shows it; `lacking` is what the trust list does not let us ask of it."""

    template: Template
    overview: tuple[str, ...]
    case: tuple[str, ...]
    only_if_there: tuple[str, ...]
    lacking: tuple[str, ...]


def install(app: FastAPI, office: Office) -> None:
    """Add the page of the templates."""
    look = office.seat(May.LOOK)

    @app.get(ADDRESS)
    def templates(request: Request, at: Annotated[Seat, Depends(look)]) -> Response:
        permission = office.permission()
        return office.show(
            request,
            at,
            "sjablonen.html",
            found=[shown_of(each, permission.lacking(each)) for each in TEMPLATES.values()],
            permission=permission,
            asks=office.asks,
        )


def shown_of(template: Template, lacking: tuple[str, ...]) -> Shown:
    """Name what a template asks as wallets name it: by the type metadata that issuers publish."""
    return Shown(
        template,
        tuple(name_of(OVERVIEW, each) for each in template.overview_claims),
        tuple(name_of(CASE, each) for each in template.case_claims),
        tuple(name_of(CASE, path) for group in template.case_optional for path in group),
        lacking,
    )


def name_of(type_: str, path: ClaimPath) -> str:
    """Return what a claim is called."""
    leaf = next((each for each in LEAVES[type_] if each.path == path), None)
    if leaf is not None:
        return leaf.nl.removesuffix(_CENTS)
    return _WHOLE.get(path[-1], path[-1].replace("_", " "))
