"""The wallet's pages in a real browser: for everybody, at any size, and the whole button without scripts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from credentials.debts.fcid import write_document
from credentials.openid.vp_response import PresentationResponse
from issuer.settings import ContactSection, JointArrangementSection
from service.serving import serving
from tests.debt_builders import a_document, imposed
from tests.flows.wallet_kit import Register, an_offer, only, scan
from tests.wallet_world import WALLET, WALLET_PORT, Citizen, WalletWorld, make_world
from wallet_api.settings import Errands

pytestmark = pytest.mark.browser

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OUTSIDE = ("/welkom", "/nieuw", "/openen", "/openen/herstelcode", "/hulp", "/privacy", "/toegankelijkheid", "/nergens")
INSIDE = (
    "/nieuw/nummer",
    "/overzicht",
    "/overzicht/meenemen",
    "/ophalen",
    "/ophalen/opnieuw",
    "/toevoegen",
    "/gedeeld",
    "/instellingen",
    "/instellingen/openen",
    "/instellingen/meenemen",
    "/instellingen/pincode",
    "/herstelcode",
    "/bestanden",
    "/betalingsregeling",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    folder = tmp_path_factory.mktemp("browser")
    joint = JointArrangementSection(name="Betalingsregeling Rijk", address="https://www.rijk.example/aanvragen")
    contact = ContactSection(arrangement="https://www.dienst.example/regeling", phone="0800 0000 003")
    agency = {"contact": contact, "joint_arrangement": joint}
    world = make_world(
        folder, "cjib", "svb", "belastingdienst", errands=Errands(key=folder / "errands.key"), agency=agency
    )
    with serving((world.service.app, "127.0.0.1", WALLET_PORT)):
        yield world
    # The served app closed its database itself.


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


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
    debt = next(card["id"] for card in cards if card["soort"] == "zaak")
    check(page, f"{WALLET}/schulden/{debt}")
    check(page, f"{WALLET}/schulden/{debt}/in-stukjes")
    check(page, f"{WALLET}/kaarten/{next(card['id'] for card in cards if card['soort'] == 'overzicht')}")
    check(page, scan(samira, an_offer(world, txCode=True)["aanbodUri"]).url)
    counsellor = world.requester()
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    asked = scan(samira, counsellor.ask(only()))
    check(page, asked.url)
    page.goto(asked.url)
    page.set_viewport_size({"width": 390, "height": 844})
    share, decline = page.get_by_role("button", name="Delen", exact=True), page.get_by_role("button", name="Niet delen")
    one, two, title = share.bounding_box(), decline.bounding_box(), page.locator("h1").bounding_box()
    assert one is not None
    assert two is not None
    assert title is not None
    assert one["y"] == two["y"]
    assert one["y"] + one["height"] - title["y"] < 740, "who, why, what, how long and the choice are one screen"
    assert (one["width"], one["height"]) == (two["width"], two["height"]), "yes and no weigh the same"
    decline.click()
    assert "U hebt niets gedeeld" in page.locator("h1").inner_text()


def test_what_is_shared_is_chosen_without_scripts_and_folded_until_it_is_looked_at(
    chromium: Browser, samira: Citizen, world: WalletWorld
) -> None:
    counsellor = world.requester(host="localhost:8123")
    world.service.usecases.requests._trust.renew()  # type: ignore[attr-defined]
    asked = scan(samira, counsellor.ask(only()))
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL", viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "bk_wallet", "value": samira.token, "url": WALLET}])
    page = context.new_page()
    page.goto(asked.url)
    boxes = page.locator("input[name=kaart]")
    count = boxes.count()
    assert count > 1
    assert not boxes.first.is_visible()
    page.get_by_text("Kijk precies wat u deelt").click()
    page.get_by_text("Belastingdienst (1 kaartje)").click()
    assert page.get_by_text("Totaal nog te betalen").first.is_visible()
    page.get_by_label("Het totaal").first.uncheck()
    page.get_by_role("button", name="Delen", exact=True).click()
    assert "U hebt gedeeld met" in page.locator("h1").inner_text()
    (answer,) = counsellor.answered
    assert isinstance(answer, PresentationResponse)
    assert sum(map(len, answer.vp_token.values())) == count - 1
    context.close()


def test_what_cannot_wait_stands_first_and_whom_to_call_before_it(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.goto(f"{WALLET}/overzicht")
    order = page.evaluate(
        "[...document.querySelectorAll('.bk-d-help, .bk-card--first, .bk-card--now')].map(each => each.className)"
    )
    assert order[0] == "bk-d-help"
    assert "bk-card--first" in order[1]
    assert "bk-card--now" not in order[1]
    first = page.locator(".bk-card--first").first
    # What is read says it, without colour; and one press calls.
    assert "De deurwaarder mag komen" in first.inner_text()
    assert "Bel vandaag" in first.inner_text()
    assert page.locator(".bk-d-help a[href='tel:08008115']").first.is_visible()
    number = first.get_by_role("link", name="Bel 0800 0000 003")
    assert number.get_attribute("href") == "tel:08000000003"
    # The whole card leads to the debt, but for the number.
    top = page.evaluate("([x, y]) => document.elementFromPoint(x, y)?.closest('a')?.href", _middle(page, number))
    assert top == "tel:08000000003"


def _middle(page: Page, place: Locator) -> list[float]:
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


def test_on_paper_there_is_the_letter_and_nothing_else(inside: BrowserContext, samira: Citizen) -> None:
    page = inside.new_page()
    debt = next(card["id"] for card in samira.api("kaarten").json()["kaarten"] if card["soort"] == "zaak")
    page.goto(f"{WALLET}/schulden/{debt}/in-stukjes")
    assert page.get_by_role("button", name="Druk de brief af").is_visible()
    page.emulate_media(media="print")
    assert page.locator("body").inner_text().strip().startswith("Aan: ")
    assert not page.get_by_role("heading", name="Zo vraagt u het aan").is_visible()


def test_everybody_can_use_a_file_from_elsewhere_whatever_stands_in_it(
    inside: BrowserContext, samira: Citizen, tmp_path: Path
) -> None:
    text = write_document(a_document(imposed("f1", 10_000, primary=True))).decode()
    (tmp_path / "schulden.json").write_text(text.replace("ZAAK-1", "Z" * 1_000))
    page = inside.new_page()
    page.goto(f"{WALLET}/bestanden")
    page.get_by_label("Kies een bestand op dit apparaat").set_input_files(tmp_path / "schulden.json")
    page.wait_for_function("document.getElementById('bestand').value !== ''")
    page.get_by_role("button", name="Lees dit bestand").click()
    assert "Niet bewezen" in page.locator("main").inner_text()
    check(page, page.url)
    for path in ("/bestanden", "/overzicht"):
        check(page, WALLET + path)


def test_without_scripts_no_file_can_be_chosen_that_nobody_would_read(chromium: Browser, samira: Citizen) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.add_cookies([{"name": "bk_wallet", "value": samira.token, "url": WALLET}])
    page = context.new_page()
    page.goto(f"{WALLET}/bestanden")
    assert not page.get_by_label("Kies een bestand op dit apparaat").is_visible()
    assert page.get_by_label("Of plak de inhoud van het bestand").is_visible()
    context.close()


def test_everybody_can_use_the_pages_about_what_is_not_ready(
    chromium: Browser, world: WalletWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register(world, monkeypatch)
    register.leaves = True
    waiting = world.collector()
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL")
    context.add_cookies([{"name": "bk_wallet", "value": waiting.token, "url": WALLET}])
    page = context.new_page()
    register.come_back()
    register.leaves = True
    offer = scan(waiting, an_offer(world)["aanbodUri"])
    offered = waiting.follow(waiting.post(offer.url, offer, besluit="ja"))
    for address in (f"{WALLET}/ophalen", offered.url):
        check(page, address)
        assert "ook als uw wallet dicht is" in page.locator("main").inner_text()
    register.come_back()
    assert world.service.errands is not None
    world.clock.advance(timedelta(seconds=61))
    world.service.errands.run()
    check(page, f"{WALLET}/overzicht")
    assert page.get_by_role("link", name="Zet ze in mijn wallet").count() == 2
    context.close()


def test_a_wallet_is_made_opened_and_closed_without_scripts(chromium: Browser, world: WalletWorld) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl-NL")
    page = context.new_page()
    page.goto(f"{WALLET}/welkom")
    page.get_by_role("link", name="Nieuwe wallet maken").click()
    page.get_by_label("Uw pincode of wachtwoord").fill("hallo 2026")
    page.get_by_label("Nog een keer").fill("hallo 2026")
    page.get_by_role("button", name="Wallet maken").click()
    number = page.locator("#nummer").inner_text()
    page.get_by_role("link", name="Ik heb het nummer bewaard").click()
    code = page.locator("p#herstelcode").inner_text()
    page.get_by_role("button", name="Ik heb de code bewaard").click()
    assert "Haal uw schulden op" in page.locator("h1").inner_text()
    page.get_by_role("button", name="Sluiten").click()
    page.get_by_role("link", name="Mijn wallet openen").click()
    page.get_by_label("Uw walletnummer").fill(number)
    page.get_by_label("Uw pincode of wachtwoord").fill("hallo 2026")
    page.get_by_role("button", name="Openen").click()
    assert "Uw wallet is nog leeg" in page.locator("main").inner_text()
    page.get_by_role("button", name="Sluiten").click()
    page.goto(f"{WALLET}/openen/herstelcode")
    page.get_by_label("Uw herstelcode").fill(code)
    page.get_by_role("button", name="Openen").click()
    assert "geopend met uw herstelcode" in page.locator("main").inner_text()
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
    for name in ("Overzicht", "Sluiten", "Deel met een hulpverlener", "Download mijn overzicht"):
        assert name in seen
