"""The wallet as an app in a real browser: its bar, its looks, installed, and without internet."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from service.serving import serving
from tests.browser.test_wallet_pages import INSIDE, OUTSIDE, WCAG_22_AA
from tests.wallet_world import WALLET, WALLET_PORT, Citizen, WalletWorld, make_world

pytestmark = pytest.mark.browser

SCHEMES = ("openid-credential-offer", "haip-vci", "eu-eaa-offer", "openid4vp", "haip-vp", "eu-eaap")
PHONE = {"width": 390, "height": 844}
# 1280 by 1024 pixels at 400 % (WCAG 2.2, 1.4.10).
ENLARGED = {"width": 320, "height": 256}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("app"), "cjib", "svb")
    with serving((world.service.app, "127.0.0.1", WALLET_PORT)):
        yield world


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


@pytest.fixture
def inside(chromium: Browser, samira: Citizen) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport=PHONE, locale="nl-NL")
    context.add_cookies([{"name": "bk_wallet", "value": samira.token, "url": WALLET}])
    yield context
    context.close()


def box(page: Page, selector: str) -> dict[str, float]:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return dict(found)


def pages_of(samira: Citizen) -> list[str]:
    cards = samira.api("kaarten").json()["kaarten"]
    debt = next(card["id"] for card in cards if card["soort"] == "zaak")
    return [*INSIDE, "/meer", f"/schulden/{debt}", f"/kaarten/{debt}", *OUTSIDE, "/geen-internet"]


def test_the_bar_is_below_on_a_phone_and_the_page_has_the_rest_of_the_screen(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.goto(f"{WALLET}/overzicht")
    bar, header = box(page, ".bk-nav"), box(page, ".bk-header")
    assert bar["y"] + bar["height"] == PHONE["height"]
    assert bar["height"] + header["height"] < 0.21 * PHONE["height"]
    assert [link.inner_text().strip() for link in page.locator(".bk-nav a").all()] == [
        "Overzicht", "Ophalen", "Scannen", "Gedeeld", "Meer",
    ]  # fmt: skip
    assert page.locator(".bk-nav [aria-current=page]").inner_text().strip() == "Overzicht"


@pytest.mark.parametrize("width", [320, 390])
def test_the_words_of_the_bar_fit_and_are_large_enough_to_press(inside: BrowserContext, width: int) -> None:
    page = inside.new_page()
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{WALLET}/meer")
    for link in page.locator(".bk-nav a").all():
        assert link.evaluate("link => link.scrollWidth <= link.clientWidth"), link.inner_text()
        found = link.bounding_box()
        assert found is not None
        assert found["height"] >= 44


def test_the_bar_is_above_on_a_large_screen_and_on_an_enlarged_page(inside: BrowserContext) -> None:
    page = inside.new_page()
    for size in ({"width": 1280, "height": 800}, ENLARGED):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.goto(f"{WALLET}/overzicht")
        assert page.locator(".bk-nav").evaluate("bar => getComputedStyle(bar).position") == "static"
        assert box(page, ".bk-nav")["y"] < box(page, "h1")["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_nothing_that_has_the_focus_is_behind_the_bar(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.goto(f"{WALLET}/overzicht")
    top = box(page, ".bk-nav")["y"]
    in_main = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        where: dict[str, Any] = page.evaluate(
            "() => { const at = document.activeElement; const box = at.getBoundingClientRect();"
            " return { main: Boolean(at.closest('main, footer')), top: box.top, bottom: box.bottom } }"
        )
        if where["main"]:
            in_main += 1
            assert where["top"] < top, "WCAG 2.2, 2.4.11"
    assert in_main > 3


@pytest.mark.parametrize(
    "look",
    [{"color_scheme": "dark"}, {"contrast": "more"}, {"color_scheme": "dark", "contrast": "more"}],
    ids=["dark", "contrast", "dark and contrast"],
)
def test_every_page_can_be_read_in_every_look(inside: BrowserContext, samira: Citizen, look: dict[str, Any]) -> None:
    page = inside.new_page()
    page.emulate_media(**look)
    grounds = set()
    for path in pages_of(samira):
        page.goto(WALLET + path)
        found = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert found.violations_count == 0, (path, found.generate_report())
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    light = {"rgb(246, 243, 238)", "rgb(255, 255, 255)"}
    assert len(grounds) == 1
    assert grounds.isdisjoint(light) is ("color_scheme" in look)


def test_where_colours_are_the_readers_own_the_place_in_the_menu_is_marked(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.emulate_media(forced_colors="active")
    page.goto(f"{WALLET}/gedeeld")
    current = page.locator(".bk-nav [aria-current=page]")
    assert current.evaluate("link => getComputedStyle(link).borderBlockStartWidth") == "4px"
    assert Axe().run(page, options=WCAG_22_AA).violations_count == 0


def test_the_page_with_what_else_there_is_can_be_used_by_everybody(inside: BrowserContext) -> None:
    page = inside.new_page()
    for path in ("/meer", "/geen-internet"):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(WALLET + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options=WCAG_22_AA)
        assert found.violations_count == 0, found.generate_report()


def test_a_browser_finds_nothing_that_keeps_it_from_installing_the_wallet(inside: BrowserContext) -> None:
    page = inside.new_page()
    page.goto(f"{WALLET}/welkom")
    session = inside.new_cdp_session(page)
    # Each test has a private window, in which nothing can be installed; that alone is said.
    errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [each["errorId"] for each in errors] == ["in-incognito"]
    told = session.send("Page.getAppManifest")
    assert told["errors"] == []
    assert json.loads(told["data"])["scope"] == "/"


def test_without_internet_a_page_says_so_and_nothing_of_the_citizen_is_on_the_device(inside: BrowserContext) -> None:
    page = inside.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{WALLET}/overzicht")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    # From the second page on the worker stands in between.
    page.goto(f"{WALLET}/overzicht")
    assert page.evaluate("navigator.serviceWorker.controller !== null")
    assert page.locator("h1").inner_text().startswith("U moet")
    assert complaints == []
    inside.set_offline(True)
    page.goto(f"{WALLET}/overzicht")
    assert page.locator("h1").inner_text().replace("\n", " ") == "U hebt nu geen internet"
    assert page.locator(".bk-main").evaluate("main => getComputedStyle(main).maxInlineSize") == "672px", (
        "it has its looks"
    )
    kept = page.evaluate(
        "(async () => { const names = await caches.keys(); const all = [];"
        " for (const name of names) for (const each of await (await caches.open(name)).keys()) all.push(each.url);"
        " return all; })()"
    )
    assert len(kept) > 5
    paths = [url.removeprefix(WALLET) for url in kept]
    assert [path for path in paths if not path.startswith("/static/")] == ["/geen-internet"]
    inside.set_offline(False)
    page.get_by_role("link", name="Probeer het opnieuw").click()
    page.wait_for_url("**/overzicht")
    assert page.locator("h1").inner_text().startswith("U moet")


def test_a_browser_lets_no_site_open_links_of_the_protocols(inside: BrowserContext) -> None:
    """Why the manifest has no `protocol_handlers`. When this fails for a scheme, let it have one."""
    page = inside.new_page()
    page.goto(f"{WALLET}/welkom")
    for scheme in SCHEMES:
        said = page.evaluate(
            "scheme => { try { navigator.registerProtocolHandler(scheme, '/toevoegen?link=%s'); return 'taken' }"
            " catch (error) { return error.name } }",
            scheme,
        )
        assert said == "SecurityError", scheme
