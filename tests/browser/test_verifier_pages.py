"""The counsellor's pages in a real browser: they turn by themselves, and everyone can use them at any width."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from credentials.clock import SystemClock
from credentials.status import Status
from service.serving import serving
from tests.conftest import _free_port
from tests.verifier_world import World, make_world

pytestmark = pytest.mark.browser

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    port = _free_port()
    folder: Path = tmp_path_factory.mktemp("verifier")
    made = make_world(folder, SystemClock(), agencies=("cjib", "duo", "uwv"), port=port)
    with serving((made.service.app, "127.0.0.1", port)):
        yield made


@pytest.fixture
def desk(world: World, page: Page) -> Page:
    """A page of Anna, logged in."""
    page.goto(f"{world.settings.base_url}/inloggen")
    page.get_by_label("Wachtwoord").fill("schuldhulp")
    page.get_by_role("button", name="Inloggen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vandaag")
    return page


def new_intake(desk: Page, reference: str, template: str = "Intake") -> str:
    desk.get_by_role("link", name="Nieuwe intake").first.click()
    desk.get_by_label("Uw kenmerk van de cliënt").fill(reference)
    desk.get_by_role("radio", name=template).check()
    desk.get_by_role("button", name="Maak de QR-code").click()
    expect(desk.get_by_role("img", name="QR-code met uw vraag aan de wallet van de cliënt")).to_be_visible()
    return str(desk.locator("#verzoek").input_value())


def test_the_page_turns_by_itself_when_the_answer_is_there(world: World, desk: Page) -> None:
    link = new_intake(desk, "2026-1")
    expect(desk.locator("[data-countdown-text]")).to_contain_text("Nog 5 minuten")
    world.answer(link, world.samira())
    expect(desk.get_by_role("heading", level=1)).to_have_text("Wat bewezen is", timeout=10_000)
    expect(desk.locator(".bk-total__amount")).to_have_text("€\u00a0443,21")


def test_without_scripts_the_page_turns_as_well(world: World, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{world.settings.base_url}/inloggen")
    page.get_by_label("Wachtwoord").fill("schuldhulp")
    page.get_by_role("button", name="Inloggen").click()
    link = new_intake(page, "2026-2")
    world.answer(link, world.samira())
    expect(page.get_by_role("heading", level=1)).to_have_text("Wat bewezen is", timeout=15_000)
    context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_for_everyone(world: World, desk: Page, context: BrowserContext, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 800})
    cards = world.samira()
    world.answer(new_intake(desk, f"2026-3-{width}", "Schuldregeling"), cards)
    result = desk.url + "/resultaat"
    cards[0].mark(Status.SUPERSEDED)
    desk.goto(result)
    desk.get_by_role("button", name="Opnieuw controleren").click()
    expect(desk.locator(".bkv-agency").first).to_contain_text("Deels bewezen")
    waiting = result.removesuffix("/resultaat")
    found = [
        check(desk, each) for each in (result, f"{waiting}/bewijzen/0", f"{waiting}/bewijzen/3", f"{waiting}/sluiten")
    ]
    base = world.settings.base_url
    found += [check(desk, f"{base}{path}") for path in ("/", "/intakes/nieuw", "/privacy", "/toegankelijkheid", "/weg")]
    desk.goto(result)
    desk.get_by_role("button", name="Opnieuw vragen").click()
    found.append(check(desk, waiting))
    assert not any(found), found


def check(page: Page, url: str) -> str:
    page.goto(url)
    violations = Axe().run(page, options=WCAG_22_AA).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    wrong = [each["id"] for each in violations] + (["wider than the screen"] if wide else [])
    return f"{url}: {wrong}" if wrong else ""
