"""An agency below a path, in a real browser: its cookie, its scripts, its refresh and its forms find their way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from credentials.clock import FixedClock
from service.oidc import LoginAttempt
from service.serving import serving
from tests.conftest import _free_port
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import FakeLogin, Scene, an_agency, code_of

pytestmark = pytest.mark.browser

PATH = "/agencies/cjib"


@dataclass
class ShortLogin(FakeLogin):
    """A provider that sends the citizen back at once."""

    back: str = ""

    def begin(self) -> tuple[str, LoginAttempt]:
        url, attempt = super().begin()
        return f"{self.back}?{urlsplit(url).query}&code={SAMIRA.reveal()}", attempt


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    port, clock = _free_port(), FixedClock(datetime.now(UTC))
    url = f"http://localhost:{port}{PATH}"
    login = ShortLogin(back=f"{url}/inloggen/terug")
    scene = Scene(an_agency(tmp_path, clock, base_url=url, port=port, login_provider=login), clock, tmp_path)
    with serving((scene.agency.app, "127.0.0.1", port)):
        yield scene
    scene.agency.database.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_the_door_to_the_collected_cards(scene: Scene, context: BrowserContext, scripts: bool) -> None:
    browser = context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(scene.url)
    page.get_by_role("link", name="Inloggen met DigiD").click()
    expect(page).to_have_url(f"{scene.url}/schulden")
    (cookie,) = context.cookies()
    assert (cookie["name"], cookie["path"], cookie["httpOnly"]) == ("bk_issuer_cjib", PATH, True)
    page.get_by_role("button", name="Naar mijn wallet").click()
    link = page.get_by_label("Of kopieer de link naar uw wallet").input_value()
    wallet = scene.wallet()
    assert wallet.redeem(code_of(wallet.take_offer(link))).status_code == 200
    assert wallet.credentials("overzicht_sdjwt")
    # By its script, or by a look of one's own.
    if not scripts:
        page.get_by_role("link", name="Kijk of er al iets is gebeurd").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gelukt", timeout=20_000)
    page.get_by_role("button", name="Uitloggen").click()
    expect(page).to_have_url(f"{scene.url}/uitgelogd")
    assert context.cookies() == []
    page.get_by_role("link", name="Privacy").click()
    expect(page).to_have_url(f"{scene.url}/privacy")
    assert {urlsplit(url).path[: len(PATH)] for url in asked} == {PATH}
    assert any(url.endswith("/stand") for url in asked) is scripts
    context.close()


def test_the_style_of_a_page_outside_is_there(scene: Scene, page: Page) -> None:
    files: dict[str, int] = {}
    page.on("response", lambda answer: files.update({urlsplit(answer.url).path: answer.status}))
    page.goto(scene.url.removesuffix(PATH) + "/nergens")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Deze pagina is er niet")
    assert {status for path, status in files.items() if "/static/" in path} == {200}
    page.get_by_role("link", name="Naar het begin").click()
    expect(page).to_have_url(f"{scene.url}/")
