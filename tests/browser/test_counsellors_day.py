"""A day at a municipality's desk in a real browser: by the keyboard alone, on every width, for everyone.

Anna logs in at her employer's provider, which is a process of its own, asks a client for debts, adds what nobody
proves, tries a distribution, takes everything along and hands the file to Bram, who closes it. Then every state in
which a question can be, an invitation by each way, and administration. A spreadsheet program opens what Anna took.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Download, Page, expect
from sqlalchemy import update

from credentials.clock import SystemClock, dutch_day
from credentials.keys import SoftwareSigner
from credentials.openid.request_link import VerifiedRequest, parse_request_link
from credentials.openid.request_object import UnverifiedRequest, verify_request
from credentials.openid.vp_request import PresentationRequest
from credentials.openid.vp_response import build_response
from demo.processes import Processes
from service.errors import NotSent
from service.serving import serving
from tests.browser.keyboard import PHONE, ZOOMED, choose, faults, press, reach, type_in, unfold
from tests.conftest import _free_port, do_without
from tests.debt_builders import a_case, demanded, imposed, paid
from tests.flows.test_spreadsheets import READ, opened
from tests.verifier_world import Card, World, make_world
from verifier.app.access import identity_of
from verifier.domain.invitation import Way
from verifier.settings import LoginRoles, LoginSection, VerifierSettings
from verifier.storage.keys import KeyFiles
from verifier.storage.tables import request_table
from verifier.web.admin.office import MENU

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("counsellor's day"), pytest.mark.timeout(600)]

ROLES = LoginRoles(counsellor=("helper",), administrator=("beheer",), auditor=("kijkt",))
PEOPLE = {
    "anna": ("Anna de Wit", "helper"),
    "bram": ("Bram Vos", "helper"),
    "fatma": ("Fatma Aydin", "beheer", "kijkt"),
}
PROVEN = "€\u00a01.402,21"
REFERENCE, PAYMENT, OIN = "9000000030000003", "8000000020260001", "00000000900000007000"


class Gateways:
    """What carries links to clients; it can be out of order."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.broken = False

    def send(self, to: str, text: str) -> None:
        if self.broken:
            raise NotSent
        self.sent.append(text)


class Town:
    """The desk at an address of this machine, whose people log in at a provider in another process."""

    def __init__(self, folder: Path, provider: str) -> None:
        self.port, self.provider = _free_port(), provider
        self.gateways = Gateways()

        def adapt(settings: VerifierSettings) -> VerifierSettings:
            KeyFiles(settings.state).make_missing(identity_of(settings), SystemClock().now(), login="key")
            section = LoginSection(issuer=provider, client_id="schuldhulp", own_network=True, roles=ROLES)
            return settings.model_copy(update={"demo_login": None, "login": section})

        self.world: World = make_world(
            folder, SystemClock(), agencies=("cjib", "duo", "uwv"), port=self.port, adapt=adapt
        )
        self.url = self.world.settings.base_url
        self.world.service.desks.inviting._messages = {Way.MAIL: self.gateways, Way.SMS: self.gateways}

    def cards(self) -> list[Card]:
        """Return the cards of a client whose debt has numbers that spreadsheets spoil."""
        debt = a_case(
            imposed("f1", 123456),
            demanded("b1", 123456, 1, due=30, payment_reference=PAYMENT),
            paid("p1", 456, 3),
            reference=REFERENCE,
        )
        issuers = self.world.issuers
        return [*issuers["cjib"].statements([debt]), *self.world.samira()[2:]]

    def read(self, link: str) -> PresentationRequest:
        """Fetch a question, as a wallet does: over HTTP."""
        parsed = parse_request_link(link, insecure_localhost=True)
        assert not isinstance(parsed, VerifiedRequest)
        token = httpx2.get(parsed.request_uri).text
        unverified = UnverifiedRequest.parse(token)
        now = self.world.clock.now()
        return verify_request(unverified, client_id=parsed.client_id, now=now, insecure_localhost=True).request

    def answer(
        self, request: PresentationRequest, cards: Sequence[Card], *, nonce: str | None = None
    ) -> httpx2.Response:
        """Answer a question, as a wallet does: over HTTP."""
        fields = build_response(request, self.world.present(request, cards, nonce=nonce))
        return httpx2.post(request.response_uri, data=fields)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Town]:  # no browser, no town
    folder = tmp_path_factory.mktemp("town")
    issuer, file = f"http://localhost:{_free_port()}", folder / "provider.json"
    state = folder / "verifier-state"
    state.mkdir()
    SoftwareSigner.generate().write(state / "login.pem")
    made = Town(folder, issuer)
    key = SoftwareSigner.from_file(state / "login.pem").public_jwk.to_dict()
    back = [f"{made.url}/inloggen/terug"]
    client = {"client_id": "schuldhulp", "name": "Schuldhulp", "redirect_uris": back, "jwk": key}
    people = [{"username": who, "name": name, "story": "", "roles": roles} for who, (name, *roles) in PEOPLE.items()]
    file.write_text(json.dumps({"issuer": issuer, "clients": [client], "people": people}))
    with Processes(folder / "logs") as processes:
        processes.start("provider", ["demo.employees", str(file)])
        processes.wait_until_ready("provider", f"{issuer}/.well-known/openid-configuration")
        with serving((made.world.service.app, "127.0.0.1", made.port)):
            yield made
    made.world.service.close()


def sit_down(page: Page, town: Town, who: str) -> None:
    page.goto(town.url)
    press(page, "link", "Inloggen")
    press(page, "button", PEOPLE[who][0])
    page.wait_for_url(re.compile(rf"{town.url}/(beheer)?$"))


def leave(page: Page) -> None:
    press(page, "button", "Uitloggen")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen")


def title(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text, timeout=15_000)


def link_of(page: Page) -> str:
    return str(page.locator("#verzoek").input_value())


def new_intake(page: Page, town: Town, reference: str, *, place: str = "Hier, bij u", template: str = "Intake") -> str:
    """Make a file by the keyboard, and return its address."""
    page.goto(f"{town.url}/intakes/nieuw")
    type_in(page, "Uw kenmerk van de cliënt", reference)
    choose(page, "Waarvoor vraagt u de gegevens?", template)
    choose(page, "Waar is de cliënt?", place)
    press(page, "button", "Maak de QR-code")
    title(page, re.compile("Laat de cliënt deze code scannen"))
    return page.url


def taken(page: Page, name: str) -> Download:
    """Take a file along by the keyboard."""
    with page.expect_download() as coming:
        press(page, "link", name)
    return coming.value


@dataclass
class Day:
    """Somebody's browser, and what was found wrong with the pages so far."""

    page: Page
    town: Town
    wrong: list[str] = field(default_factory=list)

    def look(self, at: Page | None = None) -> None:
        """See whether a page is for everyone, as it stands."""
        self.wrong += faults(at or self.page)

    def said_wrong(self, words: str) -> None:
        """See that the page says what is wrong, in a place that a screen reader reads at once."""
        expect(self.page.get_by_role("alert")).to_contain_text(words)
        self.look()

    def retype(self, label: str, text: str) -> None:
        """Type something else in a field."""
        reach(self.page, label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)


@pytest.fixture
def anna(town: Town, page: Page) -> Day:
    """Anna at her desk, at 200 % zoom."""
    page.set_viewport_size(ZOOMED)
    sit_down(page, town, "anna")
    return Day(page, town)


def test_a_counsellors_day(town: Town, page: Page, context: BrowserContext, tmp_path: Path) -> None:
    page.set_viewport_size(ZOOMED)
    day = Day(page, town)
    # Bram has been here before, so that there is somebody to hand a file to.
    sit_down(page, town, "bram")
    leave(page)
    day.look()
    sit_down(page, town, "anna")
    title(page, "Vandaag")
    day.look()
    asks(day)
    file = page.url
    is_answered(day, context)
    reads_the_proof(day)
    writes_what_is_said(day)
    tries_a_distribution(day)
    writes_a_note(day)
    takes_everything_along(day, tmp_path)
    hands_it_over(day, file)
    sit_down(page, town, "bram")
    closes_it(day)
    assert day.wrong == []
    in_a_spreadsheet(tmp_path)


def asks(day: Day) -> None:
    """Make a file, with a number first that may not be typed."""
    page = day.page
    press(page, "link", "Nieuwe intake")
    day.look()
    type_in(page, "Uw kenmerk van de cliënt", "999990007")
    choose(page, "Waarvoor vraagt u de gegevens?", "Schuldregeling")
    press(page, "button", "Maak de QR-code")
    day.said_wrong("burgerservicenummer")
    day.retype("Uw kenmerk van de cliënt", "2026-00117")
    choose(page, "Waar is de cliënt?", "Hier, bij u")
    press(page, "button", "Maak de QR-code")
    title(page, re.compile("Laat de cliënt deze code scannen"))
    expect(page.get_by_role("img", name="QR-code met uw vraag aan de wallet van de cliënt")).to_be_visible()
    day.look()


def is_answered(day: Day, context: BrowserContext) -> None:
    """Have the client look at a second display, and share."""
    page, link = day.page, link_of(day.page)
    unfold(page, "De cliënt kijkt op een tweede scherm")
    with context.expect_page() as opening:
        press(page, "link", "Open de pagina in een nieuw venster")
    display = opening.value
    title(display, "Scan deze code met uw wallet")
    day.look(display)
    request = day.town.read(link)
    title(display, re.compile("Kijk op uw telefoon"))
    day.look(display)
    assert day.town.answer(request, day.town.cards()).status_code == 200
    title(display, re.compile("Klaar. Dank u wel."))
    day.look(display)
    display.close()


def reads_the_proof(day: Day) -> None:
    page = day.page
    title(page, re.compile("Wat bewezen is"))
    expect(page.locator(".bkv-strip strong").first).to_have_text(PROVEN)
    day.look()
    press(page, "link", "Verkeersboete")
    title(page, re.compile("Verkeersboete"))
    unfold(page, "Het hele bewijs")
    day.look()
    press(page, "link", "Resultaat")


def writes_what_is_said(day: Day) -> None:
    """Write down a debt that nobody proves; it stays apart from what is proven."""
    page = day.page
    press(page, "link", "Schuld zonder bewijs opschrijven")
    day.look()
    choose(page, "Wat voor schuld is het?", "Huur of hypotheek")
    type_in(page, "Aan wie?", "Woonstichting Zuid")
    type_in(page, "Hoeveel, in euro’s?", "veel")
    press(page, "button", "Bewaren")
    day.said_wrong("Schrijf een bedrag")
    day.retype("Hoeveel, in euro’s?", "1.284,50")
    press(page, "button", "Bewaren")
    expect(page.locator(".bkv-strip strong").nth(1)).to_have_text("€\u00a01.284,50")
    expect(page.locator(".bkv-strip strong").first).to_have_text(PROVEN)


def tries_a_distribution(day: Day) -> None:
    page = day.page
    press(page, "link", "Verdeling proberen")
    day.look()
    type_in(page, "Hoeveel is er te verdelen, in euro’s?", "900")
    press(page, "button", "Reken uit")
    day.said_wrong("Kies")
    for legend in page.locator("fieldset > legend").all_inner_texts():
        choose(page, legend, "Zonder voorrang")
    press(page, "button", "Reken uit")
    expect(page.get_by_role("heading", name="Zo zou het gaan")).to_be_visible()
    day.look()
    press(page, "link", "Resultaat")


def writes_a_note(day: Day) -> None:
    """Say that an identity document was compared, and write a note."""
    page = day.page
    press(page, "link", "schrijf op dat u dat deed")
    day.look()
    press(page, "button", "Ik heb een identiteitsbewijs vergeleken")
    expect(page.get_by_text("Door Anna de Wit, op")).to_be_visible()
    type_in(page, "Wat wilt u onthouden?", "Belt maandag terug.")
    press(page, "button", "Opschrijven")
    expect(page.get_by_text("Belt maandag terug.")).to_be_visible()
    day.look()
    press(page, "link", "Terug naar het dossier")
    title(page, re.compile("Wat bewezen is"))


def takes_everything_along(day: Day, folder: Path) -> None:
    workbook = taken(day.page, "Excel")
    assert re.fullmatch(r"schulden-2026-00117-\d{4}-\d\d-\d\d\.xlsx", workbook.suggested_filename)
    unfold(day.page, "Bestanden voor een ander systeem")
    day.look()
    table = taken(day.page, "Schulden die meetellen")
    for each, name in ((workbook, "schulden.xlsx"), (table, "schulden.csv")):
        each.save_as(folder / name)


def hands_it_over(day: Day, file: str) -> None:
    """Give the file to Bram; it is not there for Anna any more."""
    page = day.page
    press(page, "link", "Dossier overdragen")
    day.look()
    press(page, "button", "Overdragen")
    day.said_wrong("Kies aan wie")
    choose(page, "Aan wie?", "Bram Vos")
    press(page, "button", "Overdragen")
    title(page, "Dossier 2026-00117 is overgedragen")
    day.look()
    page.goto(file)
    title(page, re.compile("Dit is er niet"))
    day.look()
    press(page, "link", "Naar het begin")
    title(page, "Vandaag")
    leave(page)


def closes_it(day: Day) -> None:
    page = day.page
    expect(page.get_by_text("gekregen van Anna de Wit")).to_be_visible()
    day.look()
    press(page, "link", "2026-00117")
    press(page, "link", "Dossier sluiten")
    day.look()
    press(page, "button", "Sluiten en verwijderen")
    title(page, "Bewijs van controle")
    day.look()


def in_a_spreadsheet(folder: Path) -> None:
    """Open what was taken along as people do, and find every number, amount and day as it was."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        do_without("no LibreOffice here: install it (Debian: apt-get install libreoffice-calc-nogui)")
    office, today = (program, folder), SystemClock().now()
    sheets = opened(office, "schulden.xlsx", (folder / "schulden.xlsx").read_bytes())
    assert sheets.keys() == {"Schulden", "Organisaties", "Niet geteld", "Tegenspraken", "Zonder bewijs"}
    (told,) = opened(office, "tabel.csv", (folder / "schulden.csv").read_bytes(), READ).values()
    for rows in (sheets["Schulden"], told):
        fine = next(row for row in rows if row["FactuurnummerSE"] == REFERENCE)
        assert (fine["Betaalreferentie"], fine["OIN schuldeiser"]) == (PAYMENT, OIN)
        assert (fine["Oorspronkelijk bedrag"], fine["Saldo"]) == ("1234.56", "1230")
        assert (fine["Te laat sinds"], fine["Saldo per"]) == ("02/04/2026", "10/31/2026")
    (rent,) = sheets["Zonder bewijs"]
    assert (rent["Genoemd bedrag"], rent["Opgeschreven op"]) == ("1284.5", f"{dutch_day(today):%m/%d/%Y}")


def test_every_state_of_a_question_is_for_everyone(town: Town, anna: Day) -> None:
    page = anna.page
    file = new_intake(page, town, "2026-1")
    assert town.answer(town.read(link_of(page)), town.world.samira(), nonce="x" * 32).status_code == 400
    page.goto(file)
    expect(page.get_by_role("heading", name="Antwoorden die niet klopten")).to_be_visible()
    anna.look()
    unfold(page, "De wallet staat op dit apparaat")
    press(page, "button", "Ga verder op dit apparaat")
    title(page, re.compile("Open de wallet op dit apparaat"))
    anna.look()
    request = town.read(link_of(page))
    httpx2.post(request.response_uri, data={"error": "access_denied", "state": request.state or ""})
    title(page, re.compile("De cliënt heeft niet gedeeld"))
    anna.look()
    press(page, "button", "Opnieuw vragen")
    title(page, re.compile("Laat de cliënt deze code scannen"))
    with town.world.service.database.write() as connection:
        ended = update(request_table).where(request_table.c.state == "open")
        connection.execute(ended.values(expires_at=int(town.world.clock.now().timestamp()) - 1))
    page.goto(file)
    title(page, re.compile("De tijd is voorbij"))
    anna.look()
    assert anna.wrong == []


def code_of(phone: Page, back: str) -> str:
    """Return the digits on the page that the wallet opened."""
    phone.goto(back)
    title(phone, re.compile("Lees deze cijfers voor"))
    return "".join(phone.locator(".bkv-code span").all_inner_texts())


def type_code(day: Day, code: str) -> None:
    day.retype("Welke cijfers leest de cliënt voor?", code)
    press(day.page, "button", "Toon wat gedeeld is")


def test_a_client_at_a_distance_who_shares_twice(town: Town, anna: Day, chromium: Browser) -> None:
    page, phone = anna.page, chromium.new_context(viewport=PHONE, locale="nl-NL").new_page()
    new_intake(page, town, "2026-2", place="Ergens anders")
    anna.look()
    back = town.answer(town.read(link_of(page)), town.world.samira()[:2]).json()["redirect_uri"]
    title(page, re.compile("Vraag om de vier cijfers"))
    anna.look()
    type_code(anna, "x")
    anna.said_wrong("nog 2\u00a0keer")
    code = code_of(phone, back)
    anna.look(phone)
    type_code(anna, code)
    title(page, re.compile("Wat bewezen is"))
    expect(page.get_by_role("heading", name="Wat ontbreekt")).to_be_visible()
    anna.look()
    phone.reload()
    title(phone, re.compile("Deze cijfers gelden niet meer"))
    anna.look(phone)

    # Asked anew, with another debt now: what changed is said, and taken along.
    press(page, "button", "Alles opnieuw vragen")
    title(page, re.compile("Laat de cliënt deze code scannen"))
    other = a_case(imposed("f1", 5000), demanded("b1", 5000, 1, due=30), reference="2026-9")
    cards = [*town.world.issuers["cjib"].statements([other]), *town.world.samira()[2:]]
    back = town.answer(town.read(link_of(page)), cards).json()["redirect_uri"]
    title(page, re.compile("Vraag om de vier cijfers"))
    type_code(anna, code_of(phone, back))
    expect(page.get_by_role("heading", name="Wat is er veranderd?")).to_be_visible()
    anna.look()
    unfold(page, "Bestanden voor een ander systeem")
    assert taken(page, "Wat er is veranderd").suggested_filename.startswith("veranderd-2026-2-")
    phone.context.close()
    assert anna.wrong == []


def test_finding_a_file(town: Town, anna: Day) -> None:
    page = anna.page
    new_intake(page, town, "2026-5")
    page.goto(f"{town.url}/dossiers?groep=wacht")
    anna.look()
    page.goto(town.url)
    for typed, found in (("0118", "Niets gevonden"), ("2026 5", "2026-5")):
        page.goto(town.url)
        type_in(page, "Zoek een kenmerk", typed)
        page.keyboard.press("Enter")
        expect(page.get_by_text(found).first).to_be_visible()
        anna.look()
    page.goto(f"{town.url}/intakes/nieuw")
    type_in(page, "Uw kenmerk van de cliënt", "2026-5")
    choose(page, "Waarvoor vraagt u de gegevens?", "Intake")
    press(page, "button", "Maak de QR-code")
    expect(page.get_by_text("Er is al een dossier met dit kenmerk")).to_be_visible()
    anna.look()
    assert anna.wrong == []


FORMS = {
    Way.MAIL: ("E-mailadres van de cliënt", "jan@", "jan@voorbeeld.nl"),
    Way.SMS: ("Telefoonnummer van de cliënt", "12", "06 12345678"),
}


@pytest.mark.parametrize("way", list(Way))
def test_sending_a_link_is_for_everyone(town: Town, anna: Day, way: Way) -> None:
    page, (label, wrong, right) = anna.page, FORMS[way]
    file = new_intake(page, town, f"2026-{way}", place="Ergens anders")
    unfold(page, "De cliënt wil dit later thuis doen")
    press(page, "link", "Nodig de cliënt uit")
    title(page, re.compile("Nodig de cliënt uit"))
    anna.look()
    # Whatever the browser itself would keep back.
    page.locator("form").evaluate_all("forms => forms.forEach(form => { form.noValidate = true })")
    type_in(page, label, wrong)
    page.keyboard.press("Enter")
    expect(page.get_by_label(label)).to_have_attribute("aria-invalid", "true")
    anna.look()
    town.gateways.broken = True
    anna.retype(label, right)
    page.keyboard.press("Enter")
    anna.said_wrong("niet")
    town.gateways.broken = False
    page.goto(f"{file}/uitnodigen")
    type_in(page, label, right)
    page.keyboard.press("Enter")
    title(page, re.compile("De link is verstuurd"))
    anna.look()
    assert anna.wrong == []


def test_a_client_at_home_goes_on_from_a_letter(town: Town, anna: Day, chromium: Browser) -> None:
    page = anna.page
    file = new_intake(page, town, "2026-3", place="Ergens anders")
    page.goto(f"{file}/uitnodigen")
    press(page, "button", "Maak de brief")
    expect(page.get_by_role("article")).to_be_visible()
    anna.look()
    (link,) = set(re.findall(rf"{town.url}/uitnodiging/[\w-]{{43}}", page.content()))
    client = chromium.new_context(viewport=PHONE, locale="nl-NL").new_page()
    client.goto(link[:-2])
    title(client, re.compile("Deze link werkt niet meer"))
    anna.look(client)
    client.goto(link)
    title(client, re.compile("Deel uw schulden met"))
    anna.look(client)
    press(client, "button", "Ga verder: mijn wallet is op dit apparaat")
    title(client, re.compile("Open uw wallet"))
    anna.look(client)
    press(client, "button", "Mijn wallet is toch op een ander apparaat")
    title(client, re.compile("Scan deze code met uw wallet"))
    anna.look(client)
    back = town.answer(town.read(link_of(client)), town.world.samira()).json()["redirect_uri"]
    title(client, re.compile("U hebt gedeeld"))
    anna.look(client)
    code = code_of(client, back)
    expect(client.get_by_text("Schrijf de cijfers dan op")).to_be_visible()
    anna.look(client)
    client.context.close()
    page.goto(file)
    type_code(anna, code)
    title(page, re.compile("Wat bewezen is"))
    assert anna.wrong == []


def test_administration_is_for_everyone(town: Town, anna: Day) -> None:
    page = anna.page
    new_intake(page, town, "2026-4")
    leave(page)
    sit_down(page, town, "fatma")
    for text, path, _what in MENU:
        press(page, "link", text)
        page.wait_for_url(f"{town.url}{path}")
        anna.look()
        assert "2026-4" not in page.content()
    press(page, "button", "Controleer het hele logboek")
    expect(page.get_by_text("Het logboek is heel")).to_be_visible()
    anna.look()
    press(page, "link", "Rapport")
    page.wait_for_url(f"{town.url}/beheer/rapport")
    assert re.fullmatch(r"rapport-\d{4}-\d\d-\d\d\.csv", taken(page, "Rapport als CSV").suggested_filename)
    unfold(page, "Per maand in een tabel")
    anna.look()
    assert anna.wrong == []
