"""A client brings a sealed overview: the counsellor's page says whether it is real and what it proves."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.sealed_pdf import seal
from credentials.verification import Bundle, BundledProof
from tests.debt_builders import A_NOTICE, AS_OF, demo_document
from tests.flows.presentation_kit import BASE
from tests.flows.test_presentation_screens import Browser
from tests.sealed_kit import attached, printed
from tests.verifier_world import World, make_world

pytestmark = pytest.mark.long


@pytest.fixture
def world(tmp_path: Path, clock: FixedClock) -> World:
    return make_world(tmp_path, clock, agencies=("cjib", "duo"))


@pytest.fixture
def browser(world: World) -> Browser:
    made = Browser(world)
    made.log_in()
    return made


def sealed(world: World, of: str = "cjib", by: str = "cjib", **more: Any) -> bytes:
    issuer, sealer = world.issuers[of], world.issuers[by]
    cards = issuer.statements(demo_document(of, "samira").cases_at(issuer.agency), as_of=AS_OF, **more)
    bundle = Bundle.of(BundledProof(card.format, card.credential) for card in cards).to_dict(world.clock.now())
    lists = {issuer.list_url: world.web.documents[issuer.list_url].decode()}
    pages = printed(attached(json.dumps(bundle).encode(), json.dumps(lists).encode()), world.clock.now())
    return seal(pages, sealer.signer, (sealer.leaf,))


def send(browser: Browser, content: bytes, **changed: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/bestand").text)
    assert token
    fields = {"csrf_token": token[1]} | changed
    files = {"bestand": ("overzicht.pdf", content, "application/pdf")}
    return browser.http.post("/bestand", data=fields, files=files, headers={"origin": BASE})


def test_every_line_of_a_sealed_overview_is_shown_as_proven(world: World, browser: Browser) -> None:
    document = sealed(world)
    fetched = list(world.web.fetched)
    page = send(browser, document).text
    assert "Het zegel klopt" in page
    assert page.count("Bewezen</span>") >= 2
    assert "Niet bewezen" not in page
    # Nobody hears of it.
    assert world.web.fetched == fetched


def test_what_the_organisation_said_of_its_own_data_is_shown_above_the_lines(world: World, browser: Browser) -> None:
    page = send(browser, sealed(world, notices=[A_NOTICE])).text
    assert "De organisatie meldt iets over haar gegevens" in page
    assert A_NOTICE.what in page
    assert A_NOTICE.what not in send(browser, sealed(world)).text


def test_a_changed_byte_is_refused_with_the_reason(world: World, browser: Browser) -> None:
    document = sealed(world)
    place = document.index(b"/Title") + 9
    page = send(browser, document[:place] + b"X" + document[place + 1 :]).text
    assert "Dit bestand bewijst niets" in page
    assert "Er is iets veranderd sinds het bestand werd verzegeld" in page
    assert "Bewezen</span>" not in page


def test_what_one_agency_sealed_of_another_is_not_proven(world: World, browser: Browser) -> None:
    page = send(browser, sealed(world, of="duo", by="cjib")).text
    assert "van een andere organisatie dan het zegel" in page
    assert ">Bewezen</span>" not in page


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"hello", b"\0" * 1_000])
def test_any_other_file_proves_nothing(browser: Browser, content: bytes) -> None:
    assert "Dit bestand bewijst niets" in send(browser, content).text


def test_no_file_asks_for_one(browser: Browser) -> None:
    answer = send(browser, b"")
    assert answer.status_code == 400
    assert "Kies een bestand." in answer.text


def test_too_large_a_file_is_refused(browser: Browser) -> None:
    assert send(browser, b"%PDF-" + bytes(3 << 20)).status_code == 413


def test_a_form_of_another_page_or_a_stranger_is_refused(world: World, browser: Browser) -> None:
    assert send(browser, b"%PDF-1.7", csrf_token="x").status_code == 403
    answer = browser.http.post("/bestand", data={"csrf_token": "x"}, headers={"origin": BASE})
    assert answer.status_code == 415
    stranger = Browser(world)
    assert "Inloggen" in stranger.get("/bestand").text
    broken = {"content-type": "multipart/form-data; boundary=x", "origin": BASE}
    assert browser.http.post("/bestand", content=b"--x\r\nnothing", headers=broken).status_code in (400, 403)
