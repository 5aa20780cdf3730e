"""The signing keys at the desk: how far each is in its life, and the next step, which is said before it is taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from issuer.domain.errors import KeyStepRefused
from issuer.domain.key_purpose import Purpose
from issuer.domain.operators import May
from issuer.domain.signing_keys import Stage
from issuer.ports import KeyKeeper, KeyStep
from issuer.web.operators.desk import OperatorsDesk
from issuer.web.operators.seat import KEYS, Seat, seat_of
from service.errors import NotFound
from service.web import Form, strict_query

_Take = Callable[[KeyKeeper, bool], Sequence[KeyStep]]


@dataclass(frozen=True, slots=True)
class Deed:
    """A step that can be taken here: its words, and how."""

    title: str
    means: str
    button: str
    done: str
    take: _Take


DEEDS: Final[Mapping[str, Deed]] = {
    "maken": Deed(
        "Volgende sleutels maken",
        "De sleutels worden gemaakt en bekendgemaakt. Ze tekenen nog niets. Stuur het stelsel daarna een nieuwe "
        "beschrijving van uw organisatie.",
        "Ja, maak ze",
        "De volgende sleutels zijn gemaakt. Stuur het stelsel nu een nieuwe beschrijving (issuer describe).",
        lambda keeper, dry: keeper.prepare(dry_run=dry),
    ),
    "gebruiken": Deed(
        "Volgende sleutels in gebruik nemen",
        "Vanaf nu tekenen de volgende sleutels. Met de sleutels van nu kan iedereen de kaartjes van eerder nog nagaan. "
        "U kunt dit niet terugdraaien.",
        "Ja, neem ze in gebruik",
        "De nieuwe sleutels tekenen vanaf nu.",
        lambda keeper, dry: keeper.activate(dry_run=dry),
    ),
    "opruimen": Deed(
        "Oude sleutels opruimen",
        "Deze sleutels zijn nergens meer voor nodig. Ze worden niet meer bekendgemaakt, en het geheime deel wordt "
        "vernietigd. U kunt dit niet terugdraaien.",
        "Ja, ruim ze op",
        "De oude sleutels zijn opgeruimd. Stuur het stelsel nu een nieuwe beschrijving (issuer describe).",
        lambda keeper, dry: keeper.retire(dry_run=dry),
    ),
}
STAGES: Final[Mapping[Stage, tuple[str, str]]] = {
    Stage.NEXT: ("wait", "Volgende"),
    Stage.ACTIVE: ("ok", "Tekent"),
    Stage.VERIFY_ONLY: ("neutral", "Alleen om na te gaan"),
    Stage.RETIRED: ("neutral", "Opgeruimd"),
}
PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.SIGNER: "kaartjes en statuslijsten",
    Purpose.LDP: "W3C-kaartjes en hun statuslijsten",
}


def router(desk: OperatorsDesk) -> APIRouter:
    """Return the routes of the signing keys."""
    routes = APIRouter()
    manage = seat_of(desk.sessions, May.MANAGE)

    @routes.get(KEYS)
    def keys(request: Request, at: Annotated[Seat, Depends(manage)]) -> Response:
        """Every key, and what can be done."""
        done = DEEDS.get(strict_query(request).get("gedaan", ""))
        found = desk.keys(at.operator.actor).conditions()
        return desk.show(
            request, at, "sleutels.html", found=found, stages=STAGES, purposes=PURPOSES, deeds=DEEDS, done=done
        )

    @routes.get(f"{KEYS}/{{deed}}")
    def ask(request: Request, deed: str, at: Annotated[Seat, Depends(manage)]) -> Response:
        """Say what would be done, or why it cannot be."""
        chosen = _deed(deed)
        steps: Sequence[KeyStep] = ()
        refused = ""
        try:
            steps = chosen.take(desk.keys(at.operator.actor), True)
        except KeyStepRefused as error:
            refused = error.detail
        return desk.show(request, at, "sleutel.html", name=deed, deed=chosen, steps=steps, refused=refused)

    @routes.post(f"{KEYS}/{{deed}}")
    def do(
        request: Request,
        deed: str,
        at: Annotated[Seat, Depends(manage)],
        _form: Annotated[Form, Depends(desk.csrf.form)],
    ) -> Response:
        """Do it; what is not due any more is refused."""
        chosen = _deed(deed)
        try:
            chosen.take(desk.keys(at.operator.actor), False)
        except KeyStepRefused as error:
            context = {"name": deed, "deed": chosen, "steps": (), "refused": error.detail}
            return desk.show(request, at, "sleutel.html", status=409, **context)
        return RedirectResponse(f"{KEYS}?gedaan={deed}", 303)

    return routes


def _deed(name: str) -> Deed:
    if name not in DEEDS:
        raise NotFound
    return DEEDS[name]
