"""`make screenshots`: play the story of Samira in a real browser, and take the pictures of the README and the docs.

PORT=9100 starts the demonstration at another port. The dates in
the pictures are those of today; all else is the same at every run, except what is random by nature, as a QR code is.
"""

import os
import re
import shutil
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, FloatRect, Page, Route, sync_playwright

from demo.processes import DemoError, Processes, check_ports, end_on_signals
from demo.services import start
from demo.stage import Stage, ports_from, set_stage
from demo.story import CLIENT_REFERENCE, COUNSELLOR, PASSWORD, PERSON, PIN

STATE: Final = Path(__file__).parents[1] / ".state" / "screenshots"
PORT: Final = 9_500
PHONE: Final = (390, 1_250)
DESK: Final = (1280, 1_120)
LOW: Final = 830
# After so many agencies the picture of the collecting is taken.
HALFWAY: Final = 6
PATIENCE_MS: Final = 60_000
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The same pixels on every machine, as far as its fonts allow.
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--hide-scrollbars",
)


def main(arguments: list[str]) -> int:
    """Take the pictures; return the exit code."""
    reader = ArgumentParser("make screenshots", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.add_argument("folder", type=Path, help="where the pictures go, such as docs/images")
    folder = reader.parse_args(arguments).folder
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        print("The pictures need Chromium, which is not here. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    end_on_signals()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with _stage(int(os.environ.get("PORT") or PORT)) as stage, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
            _Shoot(stage, browser, folder).play()
            browser.close()
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def _stage(first_port: int) -> Iterator[Stage]:
    check_ports(ports_from(first_port))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        stage = pool.submit(set_stage, STATE, first_port, None).result()
    with Processes(STATE / "logs") as processes:
        start(stage, processes)
        yield stage


@dataclass(frozen=True, slots=True)
class _Shoot:
    stage: Stage
    browser: Browser
    folder: Path

    def play(self) -> None:
        samira, anna = self._person(PHONE), self._person(DESK)
        self._agency(self._person(PHONE))
        self._make_wallet(samira)
        self._collect(samira)
        samira.goto(f"{self.stage.wallet.base_url}/overzicht")
        self._take(samira, "wallet-overview")
        samira.locator("a[href^='/schulden/']").first.click()
        self._take(samira, "debt")
        link = self._ask(anna)
        self._take(anna, "verifier-qr", LOW)
        samira.goto(f"{self.stage.wallet.base_url}/toevoegen")
        samira.locator("textarea").fill(link)
        samira.get_by_role("button", name="Verder").click()
        self._take(samira, "wallet-consent")
        samira.get_by_role("button", name="Delen", exact=True).click()
        anna.wait_for_url("**/resultaat")
        self._take(anna, "verifier-result")

    def _person(self, size: tuple[int, int]) -> Page:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=1,
            locale="nl-NL",
            reduced_motion="reduce",
            # What goes through a service worker cannot be held up.
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    def _agency(self, page: Page) -> None:
        page.goto(f"{self.stage.agencies['cjib'].base_url}/inloggen")
        self._log_in(page)
        page.wait_for_url("**/schulden")
        self._take(page, "agency")

    def _make_wallet(self, page: Page) -> None:
        page.goto(f"{self.stage.wallet.base_url}/nieuw")
        page.get_by_text("Met een nummer en een pincode").click()
        page.locator("#pincode").fill(PIN)
        page.locator("#nogmaals").fill(PIN)
        page.get_by_role("button", name="Wallet maken").click()
        page.get_by_role("link", name="Ik heb het nummer bewaard").click()
        page.get_by_role("button", name="Nu niet").click()

    def _collect(self, page: Page) -> None:
        steps: list[str] = []

        def hold(route: Route) -> None:
            steps.append(route.request.url)
            if len(steps) > HALFWAY:
                # No content: the browser stays where it is, and the picture can be taken.
                route.fulfill(status=204)
            else:
                route.continue_()

        page.get_by_role("button", name="Druk op de knop").click()
        page.route("**/ophalen/verder*", hold)
        self._log_in(page)
        page.get_by_text(f"{HALFWAY} van {len(self.stage.agencies)} organisaties gevraagd").wait_for()
        self._take(page, "collect")
        page.unroute("**/ophalen/verder*")
        page.reload()
        # The energy company does not know her by DigiD.
        page.wait_for_url(f"{self.stage.customers_url}/**")
        self._log_in(page)
        page.get_by_role("heading", name="Klaar met ophalen").wait_for()

    def _log_in(self, page: Page) -> None:
        page.get_by_role("button", name=re.compile(rf"^{self.stage.personas[PERSON].name}\b")).click()

    def _ask(self, page: Page) -> str:
        page.goto(f"{self.stage.verifier.base_url}/inloggen")
        page.locator("#medewerker").fill(COUNSELLOR)
        page.locator("#wachtwoord").fill(PASSWORD)
        page.get_by_role("button", name="Inloggen").click()
        page.get_by_role("link", name="Nieuwe intake").first.click()
        page.locator("#kenmerk").fill(CLIENT_REFERENCE)
        page.get_by_role("radio", name="Intake").check()
        page.get_by_role("radio", name="Hier").check()
        page.get_by_role("button", name="Maak de QR-code").click()
        return page.locator("#verzoek").input_value()

    def _take(self, page: Page, name: str, height: int | None = None) -> None:
        size = page.viewport_size
        if size is None:
            raise DemoError("the browser has no size")
        page.evaluate("document.fonts.ready")
        clip = FloatRect(x=0, y=0, width=size["width"], height=height or size["height"])
        page.screenshot(path=self.folder / f"{name}.png", clip=clip)
        print(f"{name}.png")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
