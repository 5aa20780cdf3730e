"""What a browser reads to install the wallet, and to have a page when there is no internet."""

import io
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from service.assets import Assets
from tests.wallet_world import WALLET, Citizen, WalletWorld, make_world


@pytest.fixture
def world(tmp_path: Path) -> WalletWorld:
    return make_world(tmp_path, "cjib")


@pytest.fixture
def citizen(world: WalletWorld) -> Citizen:
    return world.citizen()


def test_the_manifest_names_icons_that_are_there_and_as_large_as_it_says(citizen: Citizen) -> None:
    answer = citizen.http.get(f"{WALLET}/app.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    told = answer.json()
    assert {each["purpose"] for each in told["icons"]} == {"any", "maskable"}
    for each in told["icons"]:
        picture = Image.open(io.BytesIO(citizen.http.get(WALLET + each["src"]).content))
        assert each["sizes"] == f"{picture.width}x{picture.height}"
        assert each["type"] == "image/png"
    assert (told["scope"], told["display"], told["lang"]) == ("/", "standalone", "nl")
    for each in told["shortcuts"]:
        assert citizen.http.get(WALLET + each["url"], follow_redirects=False).status_code == 303, "it asks for the PIN"


def test_every_page_says_where_the_manifest_is(citizen: Citizen) -> None:
    for path in ("/welkom", "/nieuw", "/hulp", "/nergens"):
        assert '<link rel="manifest" href="/app.webmanifest">' in citizen.get(path).text


def test_the_worker_keeps_files_of_all_and_no_page_of_a_citizen(citizen: Citizen) -> None:
    answer = citizen.http.get(f"{WALLET}/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-store", "so that a new version is found"
    named = dict(re.findall(r"^const (OFFLINE|FILES|VERSION) = (.*);$", answer.text, re.MULTILINE))
    files = json.loads(named["FILES"])
    assert len(files) > 4
    for path in files:
        assert path.startswith("/static/")
        assert citizen.http.get(WALLET + path).status_code == 200
    page = citizen.get(json.loads(named["OFFLINE"]))
    assert page.status == 200
    for sheet in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text):
        assert sheet in files, "without internet the page would lack it"


def test_the_page_without_internet_is_the_same_for_everybody(world: WalletWorld, citizen: Citizen) -> None:
    assert citizen.get("/geen-internet").text == world.owner().get("/geen-internet").text


def test_the_worker_has_another_version_once_a_file_is_another(
    citizen: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version() -> str:
        found = re.search(r'const VERSION = "(\w+)"', citizen.http.get(f"{WALLET}/worker.js").text)
        assert found
        return found[1]

    before = version()
    assert version() == before
    url = Assets.url
    monkeypatch.setattr(Assets, "url", lambda assets, name: url(assets, name).replace("/static/mark.", "/static/new."))
    assert version() != before


def test_the_menu_says_where_one_is_also_on_a_page_below(world: WalletWorld) -> None:
    samira = world.owner()

    def current(path: str) -> list[tuple[str, str]]:
        return re.findall(r'<a href="(\S+)" aria-current="(\w+)"', samira.get(path).text)

    assert current("/overzicht") == [("/overzicht", "page")]
    assert current("/instellingen") == [("/meer", "true")]
    assert current("/bestanden") == [("/meer", "true")]
    assert current("/ophalen/opnieuw") == [("/ophalen", "true")]
    assert current("/betalingsregeling") == [("/overzicht", "true")]


def test_what_else_there_is_needs_an_open_wallet(citizen: Citizen) -> None:
    answer = citizen.http.get(f"{WALLET}/meer", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/welkom?dicht=1")
