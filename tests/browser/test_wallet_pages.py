"""The wallet's pages in a real browser: for everybody, at any size, and the whole button without scripts."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from service.serving import serving
from tests.flows.test_wallet_offers import an_offer
from tests.flows.test_wallet_sharing import only, scan
from tests.wallet_world import WALLET, WALLET_PORT, Citizen, WalletWorld, make_world

pytestmark = pytest.mark.browser

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OUTSIDE = ("/welkom", "/nieuw", "/openen", "/hulp", "/privacy", "/toegankelijkheid", "/nergens")
INSIDE = ("/nieuw/nummer", "/overzicht", "/ophalen", "/ophalen/opnieuw", "/toevoegen", "/gedeeld", "/instellingen")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("browser"), "cjib", "svb")
    with serving((world.service.app, "127.0.0.1", WALLET_PORT)):
        yield world
    # The served app closed its database itself.


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    citizen.collect()
    return citizen


@pytest.fixture
def inside(chromium: Browser, samira: Citizen) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL")
    context.add_cookies([{"name": "bk_wallet", "value": samira.token, "url": WALLET}])
    yield context
    context.close()


def check(page: Page, address: str) -> None:
    """Everybody can use it; nothing runs off the side, also not at 400 % of 1280 pixels."""
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
    found = Axe().run(page, options=WCAG_22_AA)
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("path", OUTSIDE)
def test_everybody_can_use_the_pages_before_the_pin(page: Page, world: WalletWorld, path: str) -> None:
    check(page, WALLET + path)


@pytest.mark.parametrize("path", INSIDE)
def test_everybody_can_use_the_pages_behind_the_pin(inside: BrowserContext, path: str) -> None:
    check(inside.new_page(), WALLET + path)


def test_everybody_can_use_a_debt_a_card_an_offer_and_a_consent(
    inside: BrowserContext, samira: Citizen, world: WalletWorld
) -> None:
    page = inside.new_page()
    cards = samira.api("kaarten").json()["kaarten"]
    check(page, f"{WALLET}/schulden/{next(card['id'] for card in cards if card['soort'] == 'zaak')}")
    check(page, f"{WALLET}/kaarten/{next(card['id'] for card in cards if card['soort'] == 'overzicht')}")
    check(page, scan(samira, an_offer(world, txCode=True)["aanbodUri"]).url)
    counsellor = world.requester()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    asked = scan(samira, counsellor.ask(only()))
    check(page, asked.url)
    page.goto(asked.url)
    share, decline = page.get_by_role("button", name="Delen", exact=True), page.get_by_role("button", name="Niet delen")
    one, two = share.bounding_box(), decline.bounding_box()
    assert one is not None
    assert two is not None
    assert (one["width"], one["height"]) == (two["width"], two["height"]), "yes and no weigh the same"
    decline.click()
    assert "U hebt niets gedeeld" in page.locator("h1").inner_text()


def test_a_wallet_is_made_opened_and_closed_without_scripts(chromium: Browser, world: WalletWorld) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{WALLET}/welkom")
    page.get_by_role("link", name="Nieuwe portemonnee maken").click()
    page.get_by_label("Uw pincode of wachtwoord").fill("hallo 2026")
    page.get_by_label("Nog een keer").fill("hallo 2026")
    page.get_by_role("button", name="Portemonnee maken").click()
    number = page.locator("#nummer").inner_text()
    page.get_by_role("link", name="Ik heb het nummer bewaard").click()
    assert "Haal uw schulden op" in page.locator("h1").inner_text()
    page.get_by_role("button", name="Sluiten").click()
    page.get_by_role("link", name="Mijn portemonnee openen").click()
    page.get_by_label("Uw portemonneenummer").fill(number)
    page.get_by_label("Uw pincode of wachtwoord").fill("hallo 2026")
    page.get_by_role("button", name="Openen").click()
    assert "Uw portemonnee is nog leeg" in page.locator("main").inner_text()
    context.close()


def test_the_whole_wallet_can_be_reached_with_the_keyboard(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.goto(f"{WALLET}/overzicht")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Naar de inhoud"
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(str(page.evaluate("document.activeElement.textContent.trim()")))
    for name in ("Overzicht", "Sluiten", "Deel met een hulpverlener", "Download met bewijs"):
        assert name in seen
