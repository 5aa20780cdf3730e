"""The scanner in a real browser that reads no codes by itself, as an iPhone's and Firefox do not."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Page

from service.serving import serving
from tests.browser.conftest import Launch
from tests.browser.test_wallet_pages import WCAG_22_AA
from tests.flows.wallet_kit import an_offer
from tests.photo_kit import encoded, film, photo
from tests.wallet_world import WALLET, WALLET_PORT, Citizen, WalletWorld, make_world

pytestmark = pytest.mark.browser

SCAN = f"{WALLET}/toevoegen"
WITHOUT_ITS_OWN = "delete globalThis.BarcodeDetector"
REFUSED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s') }"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("scanning"), "cjib")
    with serving((world.service.app, "127.0.0.1", WALLET_PORT)):
        yield world


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.owner()


@contextmanager
def opened(browser: Browser, citizen: Citizen, *, before: str = WITHOUT_ITS_OWN, **more: Any) -> Iterator[Page]:
    """The scan page in this citizen's browser, after a script of the test's own."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="nl-NL", **more)
    context.add_cookies([{"name": "bk_wallet", "value": citizen.token, "url": WALLET}])
    context.add_init_script(before)
    page = context.new_page()
    page.goto(SCAN)
    yield page
    context.close()


@pytest.fixture
def camera(launch: Launch, tmp_path: Path) -> Callable[[str], AbstractContextManager[Browser]]:
    """What gives a browser whose camera sees the code of a text."""

    @contextmanager
    def seeing(text: str) -> Iterator[Browser]:
        (tmp_path / "seen.y4m").write_bytes(film(text))
        browser = launch(
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={tmp_path / 'seen.y4m'}"
        )
        yield browser
        browser.close()

    return seeing


def file(content: bytes, kind: str = "image/png") -> dict[str, Any]:
    return {"name": "IMG_0001", "mimeType": kind, "buffer": content}


def test_the_camera_reads_an_offer_in_a_browser_without_a_reader_of_its_own(
    world: WalletWorld, samira: Citizen, camera: Callable[[str], AbstractContextManager[Browser]]
) -> None:
    complaints: list[str] = []
    with camera(an_offer(world)["aanbodUri"]) as browser, opened(browser, samira, permissions=["camera"]) as page:
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        assert page.evaluate("'BarcodeDetector' in window") is False
        page.get_by_role("button", name="Scan met de camera").click()
        page.wait_for_url("**/aanbod/*", timeout=30_000)
        assert "kaartjes" in page.locator("main").inner_text()
    assert complaints == []


def test_nothing_of_the_reader_is_fetched_before_somebody_scans(samira: Citizen, chromium: Browser) -> None:
    with opened(chromium, samira) as page:
        page.wait_for_load_state("networkidle")
        loaded = page.evaluate("performance.getEntriesByType('resource').map((each) => each.name)")
    assert any("/scan." in name for name in loaded)
    assert not any("zxing" in name for name in loaded)


def test_the_camera_can_be_stopped(samira: Citizen, camera: Callable[[str], AbstractContextManager[Browser]]) -> None:
    with camera("https://www.example.nl") as browser, opened(browser, samira, permissions=["camera"]) as page:
        # A reader that never comes, so that the camera stays on.
        page.route("**/vendor/zxing-reader*", lambda _: None)
        page.get_by_role("button", name="Scan met de camera").click()
        page.get_by_role("button", name="Stop de camera").click()
        assert page.evaluate("document.querySelector('video').srcObject") is None
        assert page.get_by_role("button", name="Scan met de camera").is_visible()
        assert page.get_by_role("button", name="Stop de camera").is_hidden()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_is_read_in_the_browser(world: WalletWorld, samira: Citizen, chromium: Browser, kind: str) -> None:
    with opened(chromium, samira) as page:
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url))
        page.get_by_label("Kies een foto van de QR-code").set_input_files(
            file(photo(an_offer(world)["aanbodUri"], kind), f"image/{kind.lower()}")
        )
        page.wait_for_url("**/aanbod/*", timeout=30_000)
        assert not any(url.endswith("/foto") for url in sent), "the photo does not leave the telephone"


def test_a_photo_without_a_code_says_what_to_do(samira: Citizen, chromium: Browser) -> None:
    with opened(chromium, samira) as page:
        page.get_by_label("Kies een foto van de QR-code").set_input_files(
            file(encoded(Image.new("L", (40, 40)), "PNG"))
        )
        page.get_by_text("Wij zien geen QR-code op deze foto.").wait_for()
        assert page.get_by_role("button", name="Lees deze foto").is_hidden()
        assert Axe().run(page, options=WCAG_22_AA).violations_count == 0


def test_a_photo_that_the_browser_cannot_open_may_be_sent(samira: Citizen, chromium: Browser) -> None:
    with opened(chromium, samira) as page:
        page.get_by_label("Kies een foto van de QR-code").set_input_files(file(b"ftypheic", "image/jpeg"))
        page.get_by_role("button", name="Lees deze foto").click()
        page.get_by_text("Deze foto kunnen wij niet lezen.").first.wait_for()
        assert Axe().run(page, options=WCAG_22_AA).violations_count == 0


def test_a_photo_is_read_by_the_server_where_the_reader_cannot_run(
    world: WalletWorld, samira: Citizen, chromium: Browser
) -> None:
    with opened(chromium, samira, before=f"{WITHOUT_ITS_OWN}; delete globalThis.WebAssembly") as page:
        page.get_by_label("Kies een foto van de QR-code").set_input_files(file(photo(an_offer(world)["aanbodUri"])))
        page.get_by_role("button", name="Lees deze foto").click()
        page.wait_for_url("**/aanbod/*")


def test_a_photo_is_read_by_the_server_without_scripts(world: WalletWorld, samira: Citizen, chromium: Browser) -> None:
    with opened(chromium, samira, java_script_enabled=False) as page:
        assert page.get_by_role("button", name="Scan met de camera").is_hidden()
        page.get_by_label("Kies een foto van de QR-code").set_input_files(file(photo(an_offer(world)["aanbodUri"])))
        page.get_by_role("button", name="Lees deze foto").click()
        page.wait_for_url("**/aanbod/*")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotFoundError", "Wij vinden geen camera op dit apparaat."),
        ("NotReadableError", "Een andere app gebruikt de camera."),
        ("AbortError", "De camera werkt hier niet."),
    ],
)
def test_a_camera_that_does_not_work_leaves_the_other_ways(
    samira: Citizen, chromium: Browser, error: str, words: str
) -> None:
    with opened(chromium, samira, before=REFUSED % error) as page:
        page.get_by_role("button", name="Scan met de camera").click()
        page.get_by_text(words).wait_for()
        assert page.locator("[data-scan-help]:visible").count() == 0
        assert page.get_by_label("Kies een foto van de QR-code").is_visible()
        assert page.get_by_label("Of plak de link").is_visible()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (IPHONE, "Zet Camera op Vraag"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0", "Haal het blok bij Camera weg"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36", "Machtigingen"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605 Version/19.0 Safari/605", "Klik op Websites"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36", "Zet Camera aan"),
    ],
    ids=["iphone", "firefox", "android", "safari", "chrome"],
)
def test_who_refused_the_camera_reads_how_to_allow_it_in_this_browser(
    samira: Citizen, chromium: Browser, agent: str, words: str
) -> None:
    with opened(chromium, samira, before=REFUSED % "NotAllowedError", user_agent=agent) as page:
        page.get_by_role("button", name="Scan met de camera").click()
        page.get_by_text("Wij mogen de camera niet gebruiken.").wait_for()
        shown = page.locator("[data-scan-help]:visible")
        assert shown.count() == 1
        assert words in shown.inner_text()
        assert Axe().run(page, options=WCAG_22_AA).violations_count == 0


def test_a_camera_that_the_browser_itself_refuses_is_told_as_refused(samira: Citizen, chromium: Browser) -> None:
    # No permission is given, and a headless browser asks nobody.
    with opened(chromium, samira) as page:
        page.get_by_role("button", name="Scan met de camera").click()
        page.locator("[data-scan-camera] [data-scan-text]").get_by_text("camera", exact=False).wait_for()
        assert page.locator("video").is_hidden()
        assert page.get_by_role("button", name="Scan met de camera").is_visible()
