"""The whole job in a real browser, among real processes: by keyboard alone, without scripts, and for everyone.

One demonstration serves all tests of this file. A citizen and a counsellor play the main job once, with the keys of a
keyboard and with scripts turned off; the other tests look at the pages that they came by.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, expect

from demo.processes import Processes
from demo.services import start
from demo.stage import Stage, set_stage
from demo.story import CLIENT_REFERENCE, COUNSELLOR, PASSWORD, PIN
from tests.flows.demo.running import free_range

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser story"), pytest.mark.timeout(240)]

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE = ViewportSize(width=390, height=844)
# A window of 640 pixels at 200 % (WCAG 2.2, 1.4.4 and 1.4.10).
ZOOMED = ViewportSize(width=320, height=640)
MAX_TABS = 150
PATIENCE_MS = 30_000
TOTAL = "€ 2.998,80"
# Files have references of their own: a second of the same is asked about.
_FURTHER = count(1)


@dataclass
class Person:
    """Somebody with a browser and a keyboard, whose console is kept."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def sit_down(cls, browser: Browser, **options: Any) -> "Person":
        context = browser.new_context(viewport=PHONE, locale="nl-NL", **options)
        context.set_default_timeout(PATIENCE_MS)
        person = cls(context.new_page())
        context.on("console", person._hear)
        return person

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that says 404 is no fault of a script or style.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{self.page.url}: {message.text}")

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def text(self, selector: str) -> str:
        """Return what the first of these says, with plain spaces."""
        return self.page.locator(selector).first.inner_text().replace("\u00a0", " ")

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text().replace("\n", " ")

    def reach(self, name: str) -> None:
        """Press Tab until something of this name has the focus, and see that one can see it."""
        for _ in range(MAX_TABS):
            self.page.keyboard.press("Tab")
            text, outline = self.page.evaluate(_FOCUSED)
            if str(text).strip().startswith(name):
                assert outline != "none", f"one does not see that {name!r} has the focus"
                return
        raise AssertionError(f"the keyboard does not reach {name!r} on {self.heading!r}")

    def press(self, name: str) -> None:
        self.reach(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.insert_text(text)

    def see(self, heading: str) -> None:
        expect(self.page.locator("h1")).to_have_text(re.compile(heading), timeout=PATIENCE_MS)


_FOCUSED = """() => {
  const e = document.activeElement
  const name = e.labels?.[0]?.innerText || e.innerText || e.getAttribute("aria-label") || ""
  return [name, getComputedStyle(e).outlineStyle]
}"""


@dataclass(frozen=True)
class Played:
    """What the two came by, and the browsers that they left open."""

    stage: Stage
    samira: Person
    anna: Person
    overview: str
    first_card: str
    result: str
    debt: str
    receipt: str
    intake: str


@pytest.fixture(scope="module")
def stage(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[Stage]:  # no browser, no demonstration
    folder = tmp_path_factory.mktemp("story")
    made = set_stage(folder / "stage", free_range(), None)
    with Processes(folder / "logs") as processes:
        start(made, processes)
        yield made


@pytest.fixture(scope="module")
def played(chromium: Browser, stage: Stage) -> Iterator[Played]:
    samira = Person.sit_down(chromium, java_script_enabled=False)
    anna = Person.sit_down(chromium, java_script_enabled=False)
    _make_wallet(samira, stage)
    samira.press("Druk op de knop")
    # Without scripts nobody is sent on: she presses, once for each agency and once for each login.
    logins = 0
    for _ in range(3 * len(stage.agencies)):
        if samira.heading == "Klaar met ophalen":
            break
        asked = samira.heading.startswith("Inloggen met")
        logins += asked
        samira.press("Samira" if asked else "Ga verder")
    samira.see("Klaar met ophalen")
    # DigiD once; and the energy company, which does not know her by DigiD.
    assert logins == 2
    samira.press("Bekijk mijn overzicht")
    samira.see("U moet nu")
    overview = samira.text("main")
    first_card = samira.text(".bk-card")
    samira.press("Centraal Justitieel")
    debt = samira.page.url

    anna.page.goto(stage.verifier.base_url)
    anna.type("Uw gebruikersnaam", COUNSELLOR)
    anna.type("Wachtwoord", PASSWORD)
    anna.press("Inloggen")
    anna.press("Nieuwe intake")
    anna.type("Uw kenmerk van de cliënt", CLIENT_REFERENCE)
    anna.press("Maak de QR-code")
    anna.see("Laat de cliënt deze code scannen")
    intake = anna.page.url

    samira.press("Scannen")
    # What a camera would read from the QR code.
    samira.type("Of plak de link", anna.page.locator("#verzoek").input_value())
    samira.press("Verder")
    samira.see("Schuldhulp Tilburg")
    samira.press("Delen")
    samira.see("U hebt gedeeld met")
    receipt = samira.page.url.partition("?")[0]
    anna.see("Wat bewezen is")
    yield Played(stage, samira, anna, overview, first_card, anna.text("main"), debt, receipt, intake)
    samira.context.close()
    anna.context.close()


@pytest.fixture
def looking(chromium: Browser, played: Played) -> Iterator[Person]:
    """The same two people behind one screen, with scripts: both wallets and desks are open."""
    both = [*played.samira.context.cookies(), *played.anna.context.cookies()]
    person = Person.sit_down(chromium)
    person.context.add_cookies([{**cookie} for cookie in both])  # type: ignore[typeddict-item]  # what came out goes in
    yield person
    person.context.close()


def test_the_main_job_is_done_by_keyboard_and_without_scripts(played: Played) -> None:
    assert f"Alles bij elkaar\n{TOTAL}\n6 open zaken, volgens 13 organisaties" in played.overview
    # What cannot wait comes first, whatever day anything is due.
    assert played.first_card.startswith("Inkomstenbelasting")
    assert "De deurwaarder mag komen" in played.first_card
    assert "Compleet en bewezen" in played.result
    assert TOTAL in played.result
    assert played.samira.complaints == []
    assert played.anna.complaints == []


def test_with_scripts_the_keyboard_shares_as_well(played: Played, looking: Person) -> None:
    base, desk = played.stage.wallet.base_url, played.stage.verifier.base_url
    looking.page.goto(f"{desk}/intakes/nieuw")
    looking.type("Uw kenmerk van de cliënt", "2026-0043")
    looking.press("Maak de QR-code")
    intake = looking.page.url
    link = looking.page.locator("#verzoek").input_value()
    looking.page.goto(f"{base}/toevoegen")
    looking.type("Of plak de link", link)
    looking.press("Verder")
    looking.press("Niet delen")
    looking.see("U hebt niets gedeeld")
    looking.page.goto(intake)
    looking.see("De cliënt heeft niet gedeeld")
    looking.page.goto(f"{base}/toevoegen")
    looking.type("Of plak de link", link)
    looking.press("Verder")
    assert "Dit verzoek werkt niet meer" in looking.text("main"), "a code that was used is no mystery"
    assert looking.complaints == []


@pytest.mark.long
def test_with_scripts_one_press_collects_everything(chromium: Browser, stage: Stage) -> None:
    noor = Person.sit_down(chromium)
    _make_wallet(noor, stage)
    noor.press("Druk op de knop")
    noor.see("Inloggen met DigiD")
    noor.press("Noor")
    noor.see("Inloggen met uw klantaccount")
    noor.press("Noor")
    noor.see("Klaar met ophalen")
    assert noor.complaints == []
    noor.context.close()


@pytest.mark.long
def test_a_page_that_goes_on_by_itself_is_for_everyone(chromium: Browser, stage: Stage) -> None:
    # What goes through a service worker cannot be held up.
    johan = Person.sit_down(chromium, service_workers="block")
    _make_wallet(johan, stage)
    # No content: the browser stays on the page that it would leave.
    johan.page.route("**/ophalen/verder*", lambda route: route.fulfill(status=204))
    johan.press("Druk op de knop")
    johan.see("Wij halen uw schulden op")
    assert johan.page.get_by_text("Dit gaat vanzelf verder.").is_visible()
    assert Axe().run(johan.page, options=WCAG_22_AA).violations_count == 0
    johan.reach("Ga verder")
    assert johan.complaints == []
    johan.context.close()


@pytest.mark.long
def test_the_wallets_pages_are_for_everyone(played: Played, looking: Person) -> None:
    base = played.stage.wallet.base_url
    paths = ("overzicht", "ophalen", "gedeeld", "welkom?dicht=1")
    looking.page.goto(f"{base}/overzicht")
    card = looking.page.locator("a[href^='/kaarten/']").first.get_attribute("href")
    links = [f"{base}/{path}" for path in paths] + [f"{base}{card}", played.debt, played.receipt]
    asked = _asked(looking, played.stage)
    assert _look(looking, [*links, _answer_page(looking, base, asked)]) == []


@pytest.mark.long
def test_the_counsellors_pages_are_for_everyone(played: Played, looking: Person) -> None:
    base = played.stage.verifier.base_url
    _asked(looking, played.stage)
    waiting = looking.page.url
    looking.page.goto(f"{played.intake}/resultaat")
    cases = looking.page.locator("table a[href*='/bewijzen/']").first.get_attribute("href")
    overviews = looking.page.locator(".bkv-agency a[href*='/bewijzen/']").first.get_attribute("href")
    links = [waiting, f"{played.intake}/resultaat", f"{base}{cases}", f"{base}{overviews}", f"{played.intake}/sluiten"]
    assert _look(looking, [*links, f"{base}/", f"{base}/intakes/nieuw"]) == []


@pytest.mark.long
def test_an_agencys_pages_are_for_everyone(played: Played, looking: Person) -> None:
    agencies = played.stage.agencies
    owing, clear = agencies["cjib"].base_url, agencies["svb"].base_url
    # DigiD asked Samira once, when she collected; it does not ask again.
    looking.page.goto(f"{owing}/inloggen")
    looking.see("U moet nu")
    looking.page.goto(f"{clear}/inloggen")
    looking.see("U hebt hier geen schulden")
    looking.page.goto(f"{owing}/schulden")
    looking.page.get_by_role("button", name="Naar mijn wallet").click()
    looking.see("Zet uw kaartjes in uw wallet")
    qr = looking.page.url
    offered = looking.page.get_by_role("link", name="Open Blauwe Knop").get_attribute("href")
    paths = ("", "schulden", "privacy", "toegankelijkheid", "uitgelogd", "nergens")
    found = _look(looking, [*(f"{owing}/{path}" for path in paths), f"{clear}/schulden", qr])
    assert offered is not None
    looking.page.goto(offered)
    looking.see("geeft u kaartjes")
    found += _look(looking, [looking.page.url])
    looking.page.get_by_role("button", name="Bewaren", exact=True).click()
    looking.page.goto(qr)
    looking.see("Gelukt")
    assert found + _look(looking, [qr]) == []


def test_the_stand_ins_are_for_everyone_too(played: Played, looking: Person) -> None:
    looking.context.clear_cookies()
    looking.page.goto(f"{played.stage.agencies['duo'].base_url}/inloggen")
    login = looking.page.url
    links = [login, f"{played.stage.digid_url}/", f"{played.stage.digid_url}/nergens", f"{played.stage.scheme_url}/"]
    assert _look(looking, links) == []
    looking.page.goto(login)
    looking.press("Ik wil niet inloggen")
    looking.see("niet ingelogd|gestopt|niet gelukt")
    assert looking.page.url.startswith(played.stage.agencies["duo"].base_url), "nobody is left at the login"


def _make_wallet(person: Person, stage: Stage) -> None:
    person.page.goto(stage.wallet.base_url)
    person.press("Nieuwe wallet maken")
    if person.page.locator("details[data-passkey-else]:not([open])").count():
        # Where scripts run a passkey comes first, and the number waits behind a line.
        person.reach("Met een nummer en een pincode")
        person.page.keyboard.press("Enter")
    person.type("Uw pincode", PIN)
    person.type("Nog een keer", PIN)
    person.press("Wallet maken")
    person.press("Ik heb het nummer bewaard")
    person.see("Bewaar uw herstelcode")
    person.press("Ik heb de code bewaard")


def _asked(person: Person, stage: Stage) -> str:
    person.page.goto(f"{stage.verifier.base_url}/intakes/nieuw")
    person.page.get_by_label("Uw kenmerk van de cliënt").fill(f"2026-0044-{next(_FURTHER)}")
    person.page.get_by_role("button", name="Maak de QR-code").click()
    return str(person.page.locator("#verzoek").input_value())


def _answer_page(person: Person, base: str, link: str) -> str:
    person.page.goto(f"{base}/toevoegen")
    person.page.locator("textarea").fill(link)
    person.page.get_by_role("button", name="Verder").click()
    person.see("Schuldhulp Tilburg")
    return person.page.url


def _look(person: Person, addresses: Sequence[str]) -> list[str]:
    """Open each page with all its folds, and name what shuts somebody out.

    Pages that hold no more here than in a world of their own are looked at in the tests of their party.
    """
    found: list[str] = []
    for address in addresses:
        page = person.page
        page.set_viewport_size(PHONE)
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        violations = Axe().run(page, options=WCAG_22_AA).response["violations"]
        found += [f"{address}: {each['id']}: {each['nodes'][0]['html'][:100]}" for each in violations]
        page.set_viewport_size(ZOOMED)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{address}: wider than the screen")
        if page.locator("h1").count() != 1:
            found.append(f"{address}: not one heading of the first level")
    return found + person.complaints
