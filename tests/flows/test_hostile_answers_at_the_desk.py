"""What a counsellor reads when a wallet sends what it should not: plain words, nothing counted, no fault of ours.

Two tables. An answer that is *refused* leaves the question open: nothing of it is kept, and the page of the question
says what came and what to do. An answer that is *taken* and proves nothing is shown for what it is, on the result and
on the page of each proof, and counts nowhere: not in an amount, a distribution, or a file.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from credentials.clock import FixedClock
from credentials.debts.agency import Agency
from credentials.debts.claims import CASE_TYPE, OVERVIEW_TYPE, overview_claims
from credentials.debts.overview import overview_of
from credentials.encoding import b64url_decode, b64url_encode, json_compact
from credentials.formats import Credential
from credentials.formats.selective_disclosure import key_binding
from credentials.keys import SoftwareSigner
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from credentials.status import Status
from tests.debt_builders import AS_OF, a_case, agency, demanded, imposed
from tests.flows.presentation_kit import BASE
from tests.flows.test_presentation_doors import flip
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import Card, Issuer, World, make_world
from verifier.exports.files import DESK_FILES
from verifier.settings import LimitsSection, VerifierSettings

pytestmark = pytest.mark.long

Token: TypeAlias = dict[str, list[Credential]]
PROVEN = "Bewezen, nog te betalen</dt><dd><strong>"
MOST = 12
LARGEST = 200_000


def a_world(folder: Path, clock: FixedClock) -> World:
    def adapt(settings: VerifierSettings) -> VerifierSettings:
        limits = LimitsSection(presentations=MOST, response_bytes=LARGEST)
        return settings.model_copy(update={"limits": limits})

    return make_world(folder, clock, agencies=("cjib", "duo", "uwv"), adapt=adapt)


@dataclass
class Desk:
    """Anna's browser, a question, and the wallet of somebody who means no good."""

    anna: Browser
    path: str
    request: PresentationRequest

    @property
    def world(self) -> World:
        return self.anna.world

    @classmethod
    def ask(cls, world: World, template: str = "schuldregeling", reference: str = "2026-0117") -> "Desk":
        anna = Browser(world)
        anna.log_in()
        path = anna.new(template, reference)
        return cls(anna, path, world.read(anna.link(path)))

    def token(self, cards: list[Card] | None = None, **how: Any) -> Token:
        return self.world.present(self.request, self.world.samira() if cards is None else cards, **how)

    def send(self, token: Token) -> Any:
        return self.post(build_response(self.request, token))

    def post(self, fields: dict[str, str]) -> Any:
        return self.anna.http.post(self.request.response_uri.removeprefix(BASE), data=fields)

    def text(self, tail: str = "") -> str:
        answer = self.anna.get(f"{self.path}{tail}")
        assert answer.status_code == 200, (tail, answer.status_code)
        return str(answer.text.replace("\u00a0", " "))


@pytest.fixture
def desk(tmp_path: Path, clock: FixedClock) -> Desk:
    return Desk.ask(a_world(tmp_path, clock))


def another_question(desk: Desk) -> Any:
    return desk.send(desk.token(nonce="een-andere-nonce-1234567890"))


def another_party(desk: Desk) -> Any:
    return desk.send(desk.token(audience="x509_hash:een-ander"))


def changed_amount(desk: Desk) -> Any:
    token = desk.token()
    head, first, *others = str(token["overzicht"][0]).split("~")
    salt, name, value = json.loads(b64url_decode(first))
    changed = b64url_encode(json_compact([salt, name, f"{value}0"]))
    token["overzicht"][0] = "~".join((head, changed, *others))
    return desk.send(token)


def broken_seal(desk: Desk) -> Any:
    token = desk.token()
    signed, _, rest = str(token["overzicht"][0]).partition("~")
    head, payload, signature = signed.split(".")
    token["overzicht"][0] = f"{head}.{payload}.{flip(signature, 40)}~{rest}"
    return desk.send(token)


def another_holder(desk: Desk) -> Any:
    token, request = desk.token(), desk.request
    signed, _, _ = str(token["overzicht"][0]).rpartition("~")
    stolen = key_binding.make(
        f"{signed}~", SoftwareSigner.generate(), audience=request.client_id.full, nonce=request.nonce,
        now=desk.world.clock.now(),
    )  # fmt: skip
    token["overzicht"][0] = f"{signed}~{stolen}"
    return desk.send(token)


def no_holder(desk: Desk) -> Any:
    return desk.send(desk.token() | {"overzicht": [desk.world.samira()[0].credential]})


def long_ago(desk: Desk) -> Any:
    clock = desk.world.clock
    clock.advance(timedelta(minutes=-20))
    token = desk.token()
    clock.advance(timedelta(minutes=20))
    return desk.send(token)


def without_the_amount(desk: Desk) -> Any:
    card = desk.world.samira()[0]
    handler, request = desk.world.service_formats["dc+sd-jwt"], desk.request
    shown = handler.present(
        card.credential, [("aantal_open_zaken",)], card.holder, audience=request.client_id.full, nonce=request.nonce,
        now=desk.world.clock.now(),
    )  # fmt: skip
    return desk.send(desk.token() | {"overzicht": [shown]})


def another_kind(desk: Desk) -> Any:
    token = desk.token()
    return desk.send(token | {"overzicht": token["zaak"]})


def one_too_few(desk: Desk) -> Any:
    return desk.send({"zaak": desk.token()["zaak"]})


def too_many(desk: Desk) -> Any:
    token = desk.token()
    return desk.send(token | {"overzicht": token["overzicht"] * MOST})


def too_large(desk: Desk) -> Any:
    return desk.post({"response": "a" * (LARGEST + 1)})


def not_readable(desk: Desk) -> Any:
    return desk.post({"response": "a.b.c.d.e"})


def not_encrypted(desk: Desk) -> Any:
    return desk.post({"vp_token": json.dumps(desk.token())})


def for_another_request(desk: Desk) -> Any:
    other = Desk.ask(desk.world, "intake", "2026-0118")
    return desk.post(build_response(other.request, other.token()))


def cannot_answer(error: str) -> Callable[[Desk], Any]:
    def send(desk: Desk) -> Any:
        return desk.post({"error": error, "error_description": "<script>999990007</script>"})

    return send


Refused: TypeAlias = tuple[Callable[[Desk], Any], int, str]
REFUSED: dict[str, Refused] = {
    "an answer to another question": (another_question, 400, "antwoord op een andere vraag"),
    "an answer for another party": (another_party, 400, "getoond aan een ander, niet aan ons"),
    "a changed amount": (changed_amount, 400, "beschadigd of niet goed gemaakt"),
    "a broken signature": (broken_seal, 400, "veranderd"),
    "a stolen card": (another_holder, 400, "niet degene aan wie het is afgegeven"),
    "a card without its holder": (no_holder, 400, "ook degene is aan wie het is afgegeven"),
    "a proof of long ago": (long_ago, 400, "te lang geleden"),
    "a card without the amount": (without_the_amount, 400, "Op een kaartje ontbreekt wat u vroeg: "),
    "another kind of card": (another_kind, 400, "een ander soort kaartje dan u vroeg"),
    "a card too few": (one_too_few, 400, "ontbreekt een kaartje dat u vroeg"),
    "more cards than are taken": (too_many, 413, "Het antwoord was te groot"),
    "more bytes than are read": (too_large, 413, "Het antwoord was te groot"),
    "what nobody can read": (not_readable, 400, "Het antwoord was niet te lezen"),
    "what is not encrypted": (not_encrypted, 400, "Het antwoord was niet te lezen"),
    "what is encrypted for another question": (for_another_request, 400, "Het antwoord was niet te lezen"),
    "a wallet without these cards": (cannot_answer("vp_formats_not_supported"), 200, "geen van de soorten kaartjes"),
    "a wallet that is not there": (cannot_answer("wallet_unavailable"), 200, "De wallet kon nu niet antwoorden"),
    "an error that nobody knows": (cannot_answer("<b>999990007</b>"), 200, "De wallet begrijpt onze vraag niet"),
}


def attempts(page: str) -> list[str]:
    """Return what the page says of answers that were refused, each with its time."""
    return re.findall(r"<li>(\d[^<]+)</li>", page.partition("Antwoorden die niet klopten")[2])


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_said_and_leaves_the_question_open(desk: Desk, case: str) -> None:
    send, status, words = REFUSED[case]
    answer = send(desk)
    assert answer.status_code == status, answer.text
    page = desk.text()
    assert "Laat de cliënt deze code scannen" in page
    (said,) = attempts(page)
    assert words in said
    assert said.endswith(".")
    for shown in (answer.text, page, desk.text("/stand")):
        for private in ("27100", "271,00", "999990007", "<b>", "een-andere-nonce"):
            assert private not in shown
    # Nothing came, as far as any other page of the file goes; and the client may try again.
    assert desk.anna.get(f"{desk.path}/resultaat").url.path == desk.path
    for tail in (*DESK_FILES, "bestand.json", "verdeling", "bewijzen/0"):
        assert desk.anna.get(f"{desk.path}/{tail}").status_code == 409, tail
    assert desk.send(desk.token()).status_code == 200
    assert f"{PROVEN}€ 443,21" in desk.text("/resultaat")


def test_words_tell_the_causes_apart_that_a_counsellor_can_do_something_about(desk: Desk) -> None:
    apart = (another_question, another_party, changed_amount, broken_seal, another_holder, no_holder, long_ago)
    for send in apart:
        assert send(desk).status_code == 400
    assert len({each.partition(": ")[2] for each in attempts(desk.text())}) == len(apart)


def test_what_comes_twice_or_too_late_changes_nothing(desk: Desk) -> None:
    fields = build_response(desk.request, desk.token())
    assert desk.post(fields).status_code == 200
    before = desk.text("/resultaat")
    assert desk.post(fields).status_code == 400
    assert desk.post({"error": "access_denied"}).status_code == 400
    assert another_question(desk).status_code == 400
    assert desk.text("/resultaat") == before


def test_what_comes_too_late_is_not_taken_and_the_page_says_that_nothing_was_shared(desk: Desk) -> None:
    fields = build_response(desk.request, desk.token())
    desk.world.clock.advance(timedelta(minutes=5))
    assert desk.post(fields).status_code == 400
    page = desk.text()
    assert "De tijd is voorbij" in page
    assert "Er is niets gedeeld" in page


def cards_of(issuer: Issuer, **how: Any) -> list[Card]:
    debt = a_case(imposed("f1", 27100), demanded("b1", 27100, 1, due=30), source=issuer.agency)
    return issuer.statements([debt], **how)


def marked(status: Status) -> Callable[[World], list[Card]]:
    def make(world: World) -> list[Card]:
        cards = cards_of(world.issuers["cjib"])
        for each in cards:
            each.mark(status)
        return cards

    return make


def expired(world: World) -> list[Card]:
    return cards_of(world.issuers["cjib"], days=-1, begun=3)


def not_yet(world: World) -> list[Card]:
    return cards_of(world.issuers["cjib"], begun=-2)


def stranger(world: World) -> list[Card]:
    like_cjib = Agency("00000000900000007000", "Centraal Justitieel Incassobureau (CJIB)", "cjib", ())
    return cards_of(Issuer(like_cjib, world.web, world.clock, world.service_formats))


def not_its_kind(world: World) -> list[Card]:
    participants = [each.participant for each in world.issuers.values()]
    world.trust(replace(participants[0], types=frozenset({CASE_TYPE})), *participants[1:])
    return cards_of(world.issuers["cjib"])[:1]


def for_another(world: World) -> list[Card]:
    claims = overview_claims(overview_of(agency("cjib"), [], AS_OF), [])
    return [world.issuers["uwv"].card(OVERVIEW_TYPE, claims)]


def struck_off(world: World) -> list[Card]:
    first, *others = (each.participant for each in world.issuers.values())
    world.trust(replace(first, withdrawn_at=world.clock.now() - timedelta(days=9), compromised=True), *others)
    return cards_of(world.issuers["cjib"])


def no_status(world: World) -> list[Card]:
    cards = cards_of(world.issuers["cjib"])
    del world.web.documents[world.issuers["cjib"].list_url]
    return cards


def wrong_kind_of_claim(world: World) -> list[Card]:
    issuer = world.issuers["cjib"]
    claims = overview_claims(overview_of(issuer.agency, [], AS_OF), [])
    return [issuer.card(OVERVIEW_TYPE, claims | {"saldo_totaal": "<b>veel</b>"})]


Taken: TypeAlias = tuple[Callable[[World], list[Card]], str, str]
TAKEN: dict[str, Taken] = {
    "withdrawn": (marked(Status.INVALID), "Ingetrokken", "heeft deze gegevens ingetrokken"),
    "superseded": (marked(Status.SUPERSEDED), "Verouderd", "niet meer de laatste"),
    "suspended": (marked(Status.SUSPENDED), "Niet bewezen", "zijn niet bewezen"),
    "expired": (expired, "Niet bewezen", "verlopen op"),
    "not valid yet": (not_yet, "Niet bewezen", "zijn niet bewezen"),
    "of a stranger who calls itself by a known name": (stranger, "Onbekende uitgever", "zijn niet bewezen"),
    "of who may not issue this": (not_its_kind, "Niet bewezen", "zijn niet bewezen"),
    "of who speaks for another": (for_another, "Niet bewezen", "zijn niet bewezen"),
    "of who was struck off the list": (struck_off, "Niet bewezen", "zijn niet bewezen"),
    "of which nobody can tell whether it still holds": (
        no_status,
        "Nog niet te controleren",
        "Controleer later opnieuw",
    ),
    "with a text where an amount belongs": (wrong_kind_of_claim, "Niet bewezen", "niet van de soort"),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_proves_nothing_is_shown_for_what_it_is_and_counts_nowhere(desk: Desk, case: str) -> None:
    make, outcome, words = TAKEN[case]
    cards = make(desk.world)
    assert desk.send(desk.token(cards)).status_code == 200
    page = desk.text("/resultaat")
    assert f"{PROVEN}niet bekend" in page
    assert "Compleet en bewezen" not in page
    assert outcome in page
    proofs = "".join(desk.text(f"/bewijzen/{place}") for place in range(len(cards)))
    assert words in page + proofs
    assert "€ 271,00" not in page.replace("stond er € 271,00 open", "")
    assert "<b>veel" not in page + proofs
    assert "Er is niets te verdelen" in desk.text("/verdeling")
    document = desk.anna.get(f"{desk.path}/bestand.json").json()
    assert document["totalen"]["saldo"] is None
    assert document["schulden"] == []
    assert all(each["gegevens"] == {} for each in document["bewijzen"])
    for file in DESK_FILES:
        assert desk.anna.get(f"{desk.path}/{file}").status_code == 200
    debts = desk.anna.get(f"{desk.path}/schulden.csv").content.decode("utf-8-sig").splitlines()
    assert len(debts) == 1, "the headings alone"
    # Whoever asks the others anew, and gets them, has their amounts and nothing of this one.
    assert desk.anna.post(f"{desk.path}/hercontrole", page).status_code == 200


def test_a_card_that_comes_twice_counts_once(desk: Desk) -> None:
    cards = desk.world.samira()
    assert desk.send(desk.token([*cards, *cards])).status_code == 200
    page = desk.text("/resultaat")
    assert f"{PROVEN}€ 443,21" in page
    assert "U ziet er 1 van 1" in page
    document = desk.anna.get(f"{desk.path}/bestand.json").json()
    assert document["totalen"]["saldo"] == sum(each["saldo"] for each in document["schulden"] if each["teltMee"])


def test_good_cards_count_beside_one_that_does_not(desk: Desk) -> None:
    nobody = Agency("00000000900000099000", "Nep-incasso", "nep", ())
    foreign = cards_of(Issuer(nobody, desk.world.web, desk.world.clock, desk.world.service_formats))
    assert desk.send(desk.token([*desk.world.samira(), *foreign])).status_code == 200
    page = desk.text("/resultaat")
    assert f"{PROVEN}€ 443,21" in page
    assert "Let op: niet alles is bewezen" in page
    assert "Onbekende uitgever" in page
    assert "Nep-incasso" not in page
    # Nobody can be asked for who is not known.
    assert "Vraag alleen wat ontbreekt of te oud is (3 organisaties)" in page
