"""A day at the desk of an agency in a real browser: by the keyboard alone, on every width, for everyone.

Somebody imports the day's file, finds out why citizens were turned away, withdraws what was wrong, and an administrator
begins to replace a key. Then whoever watches over them reads what they did.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from credentials.clock import SystemClock
from credentials.keys import SoftwareSigner
from demo.digid.app import create_app
from demo.digid.provider import Client, Person
from demo.employees.__main__ import LOOK
from demo.employees.provider import EmployeeProvider
from issuer.app.compose import build
from issuer.app.importing import import_file
from issuer.app.keys import initialise, load_keys
from issuer.settings import AgencySettings, KeysSection
from service.serving import serving
from tests.conftest import _free_port
from tests.flows.issuance_kit import FakeLogin, Scene, log_in
from tests.migrated import begin_with_tables
from tests.operators_kit import SECTION, claims, importing

pytestmark = pytest.mark.browser

WCAG_22_AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
ENOUGH = 80


class Town:
    """The agency, and where its people log in, each at an address of this machine."""

    def __init__(self, folder: Path) -> None:
        port, staff_port = _free_port(), _free_port()
        self.url, staff = f"http://localhost:{port}", f"http://localhost:{staff_port}"
        self.settings: AgencySettings = importing(
            folder,
            base_url=self.url,
            port=port,
            operators=SECTION.model_copy(update={"issuer": staff, "client_id": "dedijk"}),
            keys=KeysSection(publish_days=0),
        )
        initialise(self.settings)
        begin_with_tables(self.settings.database_url, "issuer")
        clock = SystemClock()
        agency = build(
            self.settings,
            load_keys(self.settings, clock.now()),
            clock=clock,
            login_provider=FakeLogin(),
            with_jobs=False,
        )
        self.scene = Scene(agency, clock, folder)  # type: ignore[arg-type]  # a clock that goes by itself
        key = SoftwareSigner.from_file(self.settings.state / "operators.pem").public_jwk
        people = tuple(Person(each.lower(), f"{each} Bakker", "", "") for each in ("Eva", "Mo", "Ria"))
        provider = EmployeeProvider(
            staff,
            {"dedijk": Client("dedijk", "De Dijk", frozenset({f"{self.url}/beheer/terug"}), key=key)},
            people,
            SoftwareSigner.generate(),
            clock,
            roles={"eva": ("desk",), "mo": ("chief",), "ria": ("audit",)},
        )
        self.served = ((agency.app, "127.0.0.1", port), (create_app(provider, LOOK), "127.0.0.1", staff_port))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("agency"))
    with serving(*made.served):
        yield made
    made.scene.agency.database.close()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An agency of its own whose file is in, so that these tests stand on none before them."""
    folder = tmp_path_factory.mktemp("filled")
    made = Town(folder)
    (folder / "claims.csv").write_bytes(claims())
    import_file(made.settings, folder / "claims.csv", name="all", check_only=False, progress=lambda _: None)
    with serving(*made.served):
        yield made
    made.scene.agency.database.close()


def press(page: Page, role: str, name: str) -> None:
    """Go with the Tab key to what has this name, and press Enter: nothing is clicked."""
    wanted = page.get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]  # a role
    expect(wanted).to_be_visible()
    for _ in range(ENOUGH):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"the keyboard does not come to {name}")


def reach(page: Page, label: str) -> None:
    """Go with the Tab key to the field of this label."""
    wanted = page.get_by_label(label).first
    for _ in range(ENOUGH):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not come to {label}")


def sit_down(page: Page, town: Town, name: str) -> None:
    page.goto(f"{town.url}/beheer")
    press(page, "link", "Inloggen")
    press(page, "button", name)
    page.wait_for_url(re.compile(r"/beheer(/logboek)?$"))


def leave(page: Page) -> None:
    press(page, "button", "Uitloggen")
    expect(page.get_by_role("link", name="Inloggen")).to_be_visible()


def test_an_operators_day(town: Town, page: Page) -> None:
    citizen = town.scene.http()
    log_in(citizen)
    assert citizen.get("/schulden").status_code == 503
    sit_down(page, town, "Eva Bakker")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overzicht")

    # The day's file, with a fault in it first.
    press(page, "link", "Bron")
    send(page, claims().replace(b"214,50", b"veel"))
    expect(page.get_by_text("Het bestand is niet ingelezen")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("regel 2.*Bedrag"))).to_be_visible()
    expect(page.get_by_text("veel", exact=True)).to_have_count(0)
    send(page, claims())
    expect(page.get_by_text("Klopt dit?")).to_be_visible()
    press(page, "button", "Ja, lees in")
    expect(page.get_by_text("De gegevens van het bestand gelden vanaf nu.")).to_be_visible()

    # A citizen gets cards; another came before there was anything to read.
    wallet = town.scene.wallet_with_token("overzicht_sdjwt")
    wallet.credentials("overzicht_sdjwt", 2)
    press(page, "link", "Overzicht")
    expect(page.get_by_role("row", name=re.compile("De bron is niet te lezen of gaf geen antwoord"))).to_be_visible()
    press(page, "link", "Bron")
    press(page, "button", "Kijk de bron na")
    expect(page.get_by_text("Alles in de bron is te lezen")).to_be_visible()

    # What was issued turns out to be about somebody else.
    press(page, "link", "Uitgiften")
    reach(page, "Nummer van een uitgifte, of zaakkenmerk")
    page.keyboard.type("WS-2026-009")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Niets gevonden")).to_be_visible()
    press(page, "link", "Alle uitgiften")
    session = page.locator("tbody a").first.inner_text()
    press(page, "link", session)
    press(page, "link", "Alles intrekken")
    press(page, "button", "Ja, trek in")
    expect(page.get_by_text("Kies waarom u dit doet.").first).to_be_visible()
    reach(page, "Het besluit is vernietigd of ingetrokken")
    page.keyboard.press("ArrowDown")
    press(page, "button", "Ja, trek in")
    expect(page.get_by_text("Ingetrokken", exact=True).first).to_be_visible()
    leave(page)

    # An administrator replaces a key.
    sit_down(page, town, "Mo Bakker")
    press(page, "link", "Sleutels")
    for step, button in (
        ("Volgende sleutels maken", "Ja, maak ze"),
        ("Volgende sleutels in gebruik nemen", "Ja, neem ze in gebruik"),
    ):
        press(page, "link", step)
        press(page, "button", button)
        expect(page.get_by_text("Gedaan")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("signer-2.*Tekent"))).to_be_visible()
    leave(page)

    # And all of it is on record.
    sit_down(page, town, "Ria Bakker")
    expect(page.get_by_role("heading", level=1)).to_have_text("Logboek")
    for deed in ("debts.imported", "issuance.withdrawn", "key.activated"):
        expect(page.get_by_text(deed).first).to_be_visible()
    press(page, "button", "Controleer het hele logboek")
    expect(page.get_by_text("Het logboek is heel")).to_be_visible()


def send(page: Page, content: bytes) -> None:
    """Choose a file (by the browser's own window, which a test cannot type in) and send it by the keyboard."""
    page.get_by_label("Bestand met schulden").set_input_files(
        {"name": "claims.csv", "mimeType": "text/csv", "buffer": content}
    )
    made_at = SystemClock().now() - timedelta(days=2)
    page.get_by_label("Wanneer is het bestand gemaakt?").fill(f"{made_at.isoformat()[:10]}T06:00")
    press(page, "button", "Lees en laat zien")


SCREENS = [
    "/beheer",
    "/beheer/uitgiften",
    "/beheer/bron",
    "/beheer/statuslijsten",
    "/beheer/berichten",
    "/beheer/meldingen",
    "/beheer/sleutels",
    "/beheer/sleutels/maken",
    "/beheer/logboek",
    "/beheer/bewaartermijnen",
    "/beheer/weg",
]


@pytest.mark.parametrize("width", [390, 1280])
def test_every_screen_is_for_everyone(filled: Town, chromium: Browser, width: int) -> None:
    filled.scene.wallet_with_token("overzicht_sdjwt").credentials("overzicht_sdjwt", 2)
    context: BrowserContext = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=True)
    page = context.new_page()
    found = [check(page, f"{filled.url}/beheer/inloggen")]
    sit_down(page, filled, "Mo Bakker")
    found += [check(page, filled.url + path) for path in SCREENS]
    page.goto(f"{filled.url}/beheer/uitgiften")
    issuance = page.locator("tbody a").first.get_attribute("href")
    found += [check(page, f"{filled.url}{issuance}{more}") for more in ("", "/intrekken", "/vervangen")]
    context.close()
    wrong = [each for each in found if each]
    assert not wrong, wrong


def check(page: Page, url: str) -> str:
    page.goto(url)
    violations = Axe().run(page, options=WCAG_22_AA).response["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    wrong = [each["id"] for each in violations] + (["wider than the screen"] if wide else [])
    return f"{url}: {wrong}" if wrong else ""
