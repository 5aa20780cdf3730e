"""The shared pieces of a page in a real browser: readable by everyone, at any size, with and without scripts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import Request
from playwright.sync_api import Browser, Page
from starlette.responses import JSONResponse, PlainTextResponse, Response

from service.pages import Link, Pages, PartyFace
from service.problems import ProblemMap
from service.serving import serving
from service.web import assemble, pages_app
from tests.conftest import _free_port

pytestmark = pytest.mark.browser

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MIN_TARGET = 44


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    face = PartyFace(name="Proef", demo=True, languages=("nl", "en"), menu=(Link(text="Overzicht", href="/"),))
    pages = Pages("service", party=face)
    app = pages_app(problems=ProblemMap(), pages=pages)
    pages.install(app)
    asked: list[int] = []

    @app.get("/")
    def home(request: Request) -> Response:
        return pages.render(request, "styleguide.html", date=date(2026, 12, 14))

    @app.get("/styleguide/status")
    def status() -> Response:
        asked.append(1)
        return JSONResponse({"verder": "/klaar"} if len(asked) > 1 else {"tekst": "Uw telefoon heeft geantwoord."})

    @app.get("/klaar")
    def done() -> Response:
        return PlainTextResponse("klaar")

    port = _free_port()
    with serving((assemble(pages=app, secure=False), "127.0.0.1", port)):
        yield f"http://localhost:{port}"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pieces_pass_axe(page: Page, site: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site)
    results = Axe().run(page, options=WCAG_22_AA)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_scrolls_sideways(page: Page, site: str, width: int) -> None:
    """At 1280 pixels and 400 % zoom a page is 320 wide (WCAG 2.2, 1.4.10)."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_one_presses_is_large_enough(page: Page, site: str) -> None:
    page.goto(site)
    for target in page.locator("button:visible, a.bk-button:visible, nav a, summary, label.bk-choice, select").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= MIN_TARGET, target.inner_text()


def test_the_first_tab_leads_past_the_menu_and_is_seen(page: Page, site: str) -> None:
    page.goto(site)
    page.keyboard.press("Tab")
    skip = page.locator(".bk-skip")
    assert skip.evaluate("element => element === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**#inhoud")


def test_nothing_breaks_the_content_security_policy(page: Page, site: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(site)
    page.wait_for_load_state("networkidle")
    assert complaints == []


def test_the_page_turns_by_itself_when_the_answer_is_there(page: Page, site: str) -> None:
    page.goto(site)
    page.wait_for_url("**/klaar", timeout=20_000)


def test_without_scripts_the_page_can_do_the_same(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(site)
    assert page.locator("h1").is_visible()
    assert page.locator("[data-copy]").is_hidden()
    assert page.locator("textarea").first.is_visible()
    context.close()


def test_the_pieces_stand_without_the_vendored_sheets(page: Page, site: str, tmp_path: Path) -> None:
    page.route("**/vendor/**", lambda route: route.abort())
    page.goto(site)
    results = Axe().run(page, options=WCAG_22_AA)
    assert results.violations_count == 0, results.generate_report()
    page.screenshot(path=tmp_path / "plain.png", full_page=True)
    # A request that is still held up would keep the browser from closing.
    page.unroute_all(behavior="ignoreErrors")
