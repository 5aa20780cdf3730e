"""The extra button for a browser that finds wallets by itself, in a real browser; what stands behind it is played."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from credentials.clock import SystemClock
from credentials.jose import encrypt
from credentials.openid.browser import MULTISIGNED, SIGNED, UNSIGNED
from credentials.openid.dcql import parse_query
from service.serving import serving
from tests.browser.test_verifier_pages import WCAG_22_AA, new_intake
from tests.conftest import _free_port
from tests.verifier_world import World, make_world

pytestmark = [pytest.mark.browser, pytest.mark.requirement("vp-dc-api")]

BUTTON = "Laat deze browser een wallet zoeken"
# A browser without a wallet at hand: it notes what it is asked, and answers what the test says.
PLAYED = """
window.DigitalCredential = class {};
navigator.credentials.get = async (options) => { window.asked = options; return window.played(); };
window.played = async () => { throw new DOMException("", "NotAllowedError"); };
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    port = _free_port()
    folder: Path = tmp_path_factory.mktemp("browser-wallet")
    made = make_world(folder, SystemClock(), agencies=("cjib",), port=port)
    with serving((made.service.app, "127.0.0.1", port)):
        yield made


def at_the_code(world: World, page: Page, reference: str) -> str:
    page.goto(f"{world.settings.base_url}/inloggen")
    page.get_by_label("Uw gebruikersnaam").fill("anna")
    page.get_by_label("Wachtwoord").fill("schuldhulp")
    page.get_by_role("button", name="Inloggen").click()
    return new_intake(page, reference)


def test_a_browser_that_finds_wallets_gets_the_button_and_its_answer_counts(
    world: World, context: BrowserContext
) -> None:
    context.add_init_script(PLAYED)
    page = context.new_page()
    link = at_the_code(world, page, "2026-1")
    button = page.get_by_role("button", name=BUTTON)
    expect(button).to_be_visible()
    assert Axe().run(page, options=WCAG_22_AA).response["violations"] == []
    button.click()
    expect(page.get_by_text("Er is niets gedeeld. Probeer het opnieuw")).to_be_visible()
    asked: Any = page.evaluate("() => window.asked")
    assert [each["protocol"] for each in asked["digital"]["requests"]] == [MULTISIGNED, SIGNED, UNSIGNED]
    data = asked["digital"]["requests"][2]["data"]
    request = replace(world.read(link), dcql=parse_query(data["dcql_query"]))
    token = world.present(request, world.samira(), audience=f"origin:{world.settings.base_url}")
    (key,) = data["client_metadata"]["jwks"]["keys"]
    answer = {"response": encrypt({"vp_token": {id: [*each] for id, each in token.items()}}, key)}
    page.evaluate("answer => { window.played = async () => answer; }", {"protocol": UNSIGNED, "data": answer})
    button.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wat bewezen is", timeout=10_000)


def test_any_other_browser_sees_no_button(world: World, context: BrowserContext) -> None:
    context.add_init_script("delete window.DigitalCredential;")
    page = context.new_page()
    at_the_code(world, page, "2026-2")
    expect(page.get_by_role("button", name=BUTTON)).to_be_hidden()
    context.set_default_timeout(5_000)
    expect(page.get_by_role("button", name="Nieuwe QR-code")).to_be_visible()
