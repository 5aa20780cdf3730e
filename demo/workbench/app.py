"""The workbench's pages: have an offer made, ask a wallet something, take test cards along."""

import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Final
from urllib.parse import quote as percent

import httpx2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credentials.clock import Clock
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from demo.stand_in.pages import Pages, framed
from demo.workbench.parties import NotTaken, Parties, Party, Person
from service.qr import MAX_CHARACTERS, qr_svg
from service.web.input import form_body

MAX_FORM_BYTES: Final = 8_000
_REMEMBERED: Final = 100
PROFILES: Final = ("open", "haip", "nl-wallet")
GRANTS: Final = {
    "pre-authorized_code": "Nee",
    "authorization_code": "Ja, zoals bij die organisatie",
}
TEMPLATES: Final = ("snelscan", "intake", "schuldregeling")
PREFIXES: Final = ("x509_hash", "x509_san_dns", "redirect_uri")
MODES: Final = ("direct_post.jwt", "direct_post")


@dataclass(frozen=True, slots=True)
class Bench:
    """Who is there, and where the demonstration's own wallet takes an offer and a request."""

    agencies: Mapping[str, Party]
    people: Mapping[str, Person]
    verifier: Party
    wallet: str
    trust_list: str
    clock: Clock

    @property
    def configurations(self) -> Sequence[str]:
        """Every configuration that some agency has, each once."""
        return list(dict.fromkeys(name for agency in self.agencies.values() for name in agency.configurations))


@dataclass(slots=True)
class _Web:
    bench: Bench
    parties: Parties
    pages: Pages
    # A request's link is told once, by the answer that made it.
    links: "OrderedDict[str, str]" = field(default_factory=OrderedDict)

    async def home(self, _: Request) -> Response:
        return self.pages.page(
            "bench.html",
            bench=self.bench,
            profiles=PROFILES,
            grants=GRANTS,
            templates=TEMPLATES,
            prefixes=PREFIXES,
            modes=MODES,
        )

    async def offer(self, request: Request) -> Response:
        form = await _form(request)
        agency, person = self._agency(form), self._person(form)
        chosen = _chosen(form.get("kaartjes"), ("alles", *self.bench.configurations))
        offered = tuple(agency.configurations)
        wanted: list[JsonValue] = [*(offered[:2] if chosen == "alles" else (chosen,))]
        body: JsonObject = {
            **person.known_as[agency.key],
            "configuraties": wanted,
            "grant": _chosen(form.get("grant"), tuple(GRANTS)),
            "profiel": _chosen(form.get("profiel"), PROFILES),
        }
        if "tx_code" in form:
            body["txCode"] = True
        made = await run_in_threadpool(self.parties.offer, agency, body)
        link = str(made["aanbodUri"])
        return self.pages.page(
            "offered.html",
            agency=agency,
            person=person,
            link=link,
            tx_code=made.get("txCode"),
            qr=_qr(link, "QR-code van het aanbod"),
            here=f"{self.bench.wallet}/aanbod?{link.partition('?')[2]}",
            command=_command(agency, "aanbiedingen", body),
        )

    async def ask(self, request: Request) -> Response:
        form = await _form(request)
        body: JsonObject = {
            "sjabloon": _chosen(form.get("sjabloon"), TEMPLATES),
            "clientIdPrefix": _chosen(form.get("prefix"), PREFIXES),
            "responseMode": _chosen(form.get("modus"), MODES),
        }
        made = await run_in_threadpool(self.parties.ask, self.bench.verifier, body)
        self.links[str(made["id"])] = str(made["verzoekUri"])
        while len(self.links) > _REMEMBERED:
            self.links.popitem(last=False)
        return RedirectResponse(f"/vragen/{percent(str(made['id']), safe='')}", 303)

    async def asked(self, request: Request) -> Response:
        link = self.links.get(request.path_params["id"])
        if link is None:
            return self.pages.stop("Deze vraag is er niet meer", "Begin opnieuw op de werkbank.", 404)
        stands = await run_in_threadpool(self.parties.answer, self.bench.verifier, request.path_params["id"])
        return self.pages.page(
            "asked.html",
            link=link,
            qr=_qr(link, "QR-code van de vraag"),
            here=f"{self.bench.wallet}/verzoek?{link.partition('?')[2]}",
            standing=stands["status"],
            stands=json.dumps(stands, indent=2, ensure_ascii=False),
        )

    async def cards(self, request: Request) -> Response:
        form = await _form(request)
        agency, person = self._agency(form), self._person(form)
        cards = await run_in_threadpool(self.parties.test_cards, agency, person, self.bench.clock)
        document: JsonObject = {
            "uitleg": "Verzonnen kaartjes. De houdersleutels zijn openbaar: gebruik ze nergens anders.",
            "uitgever": agency.url,
            "vertrouwenslijst": self.bench.trust_list,
            "kaartjes": [*cards],
            "statuslijsten": await run_in_threadpool(self.parties.status_lists, cards),
        }
        name = f"kaartjes-{agency.key}-{person.key}.json"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(json.dumps(document, indent=1), media_type="application/json", headers=headers)

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def not_taken(self, _: Request, error: Exception) -> Response:
        assert isinstance(error, NotTaken)
        return self.pages.page(
            "not_taken.html", 502, answered=error.status, answer=json.dumps(error.answer, indent=2, ensure_ascii=False)
        )

    async def not_there(self, _: Request, _error: Exception) -> Response:
        return self.pages.stop("Dit lukt nu niet", "De andere dienst antwoordt niet. Loopt de demonstratie nog?", 502)

    async def not_read(self, _: Request, _error: Exception) -> Response:
        return self.pages.stop("Dit kan niet", "Ga terug naar de werkbank en kies opnieuw.")

    def _agency(self, form: Mapping[str, str]) -> Party:
        return self.bench.agencies[_chosen(form.get("organisatie"), tuple(self.bench.agencies))]

    def _person(self, form: Mapping[str, str]) -> Person:
        return self.bench.people[_chosen(form.get("persoon"), tuple(self.bench.people))]


def create_app(bench: Bench, http: httpx2.Client) -> ASGIApp:
    """Return the workbench's web application; `http` reaches the other parties."""
    pages = Pages(Path(__file__).parent / "templates", name="werkbank", says="De organisaties hier")
    web = _Web(bench, Parties(http), pages)
    routes = [
        Route("/", web.home),
        Route("/aanbiedingen", web.offer, methods=["POST"]),
        Route("/vragen", web.ask, methods=["POST"]),
        Route("/vragen/{id}", web.asked),
        Route("/kaartjes", web.cards, methods=["POST"]),
        Route("/health/ready", web.health),
    ]
    handlers = {NotTaken: web.not_taken, MalformedInput: web.not_read, httpx2.HTTPError: web.not_there}
    return framed(pages, routes, max_body=MAX_FORM_BYTES, handlers=handlers)


async def _form(request: Request) -> dict[str, str]:
    """Read a form that a page of our own sent. Raises MalformedInput."""
    # Another site's page could have offers made without end.
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise MalformedInput("a form of another site")
    form = await form_body(request)
    return {name: form[name] for name in form}


def _chosen(value: str | None, known: Sequence[str]) -> str:
    if value is None or value not in known:
        raise MalformedInput("a choice that the page does not have")
    return value


def _qr(link: str, label: str) -> str | None:
    return qr_svg(link, label) if len(link) <= MAX_CHARACTERS else None


def _command(party: Party, path: str, body: JsonObject) -> str:
    return (
        f'curl {quote(f"{party.url}/api/v1/{path}")} -H "Authorization: Bearer $(cat {quote(str(party.token_file))})" '
        f"--json {quote(json.dumps(body))}"
    )
