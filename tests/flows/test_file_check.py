"""A client brings a sealed overview: the counsellor's page says whether it is real and what it proves."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from credentials.clock import FixedClock
from credentials.sealed_pdf import OPEN_PROOFS, seal
from credentials.status import Status
from credentials.verification import Bundle, BundledProof
from service.printing import Printer
from tests.debt_builders import A_NOTICE, AS_OF, demo_document
from tests.flows.presentation_kit import BASE
from tests.flows.test_presentation_screens import Browser
from tests.sealed_kit import PAGES, attached, described, printed
from tests.verifier_world import Card, World, make_world

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


def test_of_an_overview_that_nobody_sealed_each_line_speaks_for_itself(world: World, browser: Browser) -> None:
    cards, lists = [], {}
    for of in ("cjib", "duo"):
        issuer = world.issuers[of]
        cards += issuer.statements(demo_document(of, "samira").cases_at(issuer.agency), as_of=AS_OF)
        lists[issuer.list_url] = world.web.documents[issuer.list_url].decode()
    bundle = Bundle.of(BundledProof(card.format, card.credential) for card in cards).to_dict(world.clock.now())
    proofs, listed = attached(json.dumps(bundle).encode(), json.dumps(lists).encode())
    told = replace(described(world.clock.now()), seal=None, reason=None)
    fetched = list(world.web.fetched)
    page = send(browser, Printer()(PAGES, told, [replace(proofs, name=OPEN_PROOFS), listed])).text
    assert "Dit bestand heeft geen zegel" in page
    assert "bewijst niemand" in page
    assert page.count("Bewezen</span>") == len(cards)
    for of in ("cjib", "duo"):
        assert world.issuers[of].agency.name in page
    assert world.web.fetched == fetched
    # Under the name that a sealed document has for them, they are missed with their seal.
    page = send(browser, Printer()(PAGES, told, [proofs, listed])).text
    assert "Dit bestand bewijst niets" in page
    assert "Bewezen</span>" not in page


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


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"PK\x03\x04", b"PK\x03\x04" + bytes(500)])
def test_any_other_file_that_looks_like_one_of_ours_proves_nothing(browser: Browser, content: bytes) -> None:
    assert "Dit bestand bewijst niets" in send(browser, content).text


HOSTILE = {
    "text": b"hello",
    "zeros": b"\0" * 1_000,
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "an empty object": b"{}",
    "a list": b"[]",
    "a number": b"1",
    "twice": b'{"a":1,"a":2}',
    "bad UTF-8": b"ey\xff\xfe",
    "lone surrogates": b'{"@context": "\\ud800", "type": "VerifiableCredential"}',
    "a token of nothing": b"e30.e30.e30",
    "an SD-JWT of nothing": b"~~~~",
    "many tildes": b"e30.e30.AA" + b"~" * 100_000,
    "an overview of nothing": b'{"type":"blauweknop-overzicht","versie":1,"bewijzen":[]}',
    "an overview of something else": b'{"type":"blauweknop-overzicht","versie":1,"bewijzen":[7]}',
    "an overview of strange formats": b'{"type":"blauweknop-overzicht","versie":1,'
    b'"bewijzen":[{"format":"x","credential":"y"},{"format":"ldp_vc","credential":"y"},'
    b'{"format":"mso_mdoc","credential":{}},{"format":"fcid-response+jwt","credential":"y"}]}',
    "a document of any context": b'{"@context":["https://kwaad.example/x"],"type":["VerifiableCredential"]}',
    "too large": b'"' + b"a" * (3 << 20) + b'"',
    "CBOR": b"oWlpc3N1ZXJBdXRoAA",
}


@pytest.mark.parametrize("pasted", [False, True])
def test_whatever_is_brought_is_answered_and_proves_nothing(world: World, browser: Browser, pasted: bool) -> None:
    fetched = list(world.web.fetched)
    for name, content in HOSTILE.items():
        if pasted and name == "too large":
            continue
        answer = paste(browser, content.decode("latin-1")) if pasted else send(browser, content)
        assert answer.status_code == 200, name
        assert "Dit bewijst niets" in answer.text or "Niet bewezen" in answer.text or "zijn bewezen" in answer.text
        assert ">Bewezen</span>" not in answer.text, name
    # Nobody is asked for a stranger's sake.
    assert world.web.fetched == fetched


def paste(browser: Browser, text: str, **more: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/bestand").text)
    assert token
    files = {"bestand": ("", b"", "application/octet-stream")} | more
    return browser.http.post(
        "/bestand", data={"csrf_token": token[1], "tekst": text}, files=files, headers={"origin": BASE}
    )


def cards(world: World, format: str = "dc+sd-jwt", of: str = "cjib") -> list[Card]:
    issuer = world.issuers[of]
    return issuer.statements(demo_document(of, "samira").cases_at(issuer.agency), as_of=AS_OF, format=format)


def text_of(card: Card) -> str:
    return card.credential if isinstance(card.credential, str) else json.dumps(card.credential)


@pytest.mark.parametrize("format", ["dc+sd-jwt", "ldp_vc", "vc+jwt", "vc+sd-jwt", "mso_mdoc"])
def test_a_bare_credential_is_proven_pasted_or_as_a_file(world: World, browser: Browser, format: str) -> None:
    text = text_of(cards(world, format)[0])
    for answer in (paste(browser, f"  {text}\n"), send(browser, text.encode())):
        page = answer.text
        assert ">Bewezen</span>" in page, page
        assert "Centraal Justitieel Incassobureau (CJIB)" in page
        assert "Dit zegt niet van wie het bewijs is" in page
        assert text[:40] not in page
    assert world.web.fetched.count(world.issuers["cjib"].list_url) <= 1


def test_one_that_a_mail_program_broke_into_lines_is_read_all_the_same(world: World, browser: Browser) -> None:
    text = text_of(cards(world)[0])
    broken = "\r\n".join(text[place : place + 76] for place in range(0, len(text), 76))
    assert ">Bewezen</span>" in paste(browser, broken).text


def test_of_a_credential_that_does_not_hold_it_says_why(world: World, browser: Browser) -> None:
    card = cards(world)[0]
    text = text_of(card)
    place = len(text) // 2
    changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    assert ">Bewezen</span>" not in paste(browser, changed).text
    card.mark(Status.SUPERSEDED)
    page = paste(browser, text).text
    assert "Verouderd" in page
    assert "vervangen door een nieuwer" in page
    card.mark(Status.INVALID)
    world.service.desks.results._examiner.forget()  # the lists of a moment ago
    assert "Ingetrokken" in paste(browser, text).text
    world.web.documents.clear()
    world.service.desks.results._examiner.forget()
    assert "Nog niet te controleren" in paste(browser, text).text
    world.trust(world.issuers["duo"].participant)
    assert "Niet bewezen" in paste(browser, text).text


def test_an_overview_of_many_shows_each_in_its_own_line(world: World, browser: Browser) -> None:
    found = cards(world) + cards(world, "ldp_vc", "duo")
    document = Bundle.of(BundledProof(each.format, each.credential) for each in found).to_dict(world.clock.now())
    page = send(browser, json.dumps(document).encode()).text
    assert f"{len(found)} van {len(found)} zijn bewezen" in page
    assert page.count(">Bewezen</span>") == len(found)
    found[0].mark(Status.SUPERSEDED)
    world.service.desks.results._examiner.forget()
    page = send(browser, json.dumps(document).encode()).text
    assert f"{len(found) - 1} van {len(found)} zijn bewezen" in page


def test_a_presentation_that_was_for_somebody_else_is_no_proof_of_whose_it_is(world: World, browser: Browser) -> None:
    path = browser.new("snelscan")
    request = world.read(browser.link(path))
    (shown,) = world.present(request, cards(world)[:1])["overzicht"]
    page = paste(browser, str(shown)).text
    assert "Dit zegt niet van wie het bewijs is" in page


def test_nothing_both_or_too_much_is_said(browser: Browser) -> None:
    answer = send(browser, b"")
    assert answer.status_code == 400
    assert "Kies een bestand, of plak een bewijs." in answer.text
    both = paste(browser, "ey", bestand=("x.txt", b"ey", "text/plain"))
    assert both.status_code == 400
    assert "niet allebei" in both.text


def test_too_large_a_file_or_text_is_refused(browser: Browser) -> None:
    assert send(browser, b"%PDF-" + bytes(17 << 20)).status_code == 413
    assert paste(browser, "a" * (3 << 20)).status_code == 400


def test_a_form_of_another_page_or_a_stranger_is_refused(world: World, browser: Browser) -> None:
    assert send(browser, b"%PDF-1.7", csrf_token="x").status_code == 403
    answer = browser.http.post("/bestand", data={"csrf_token": "x"}, headers={"origin": BASE})
    assert answer.status_code == 415
    stranger = Browser(world)
    assert "Inloggen" in stranger.get("/bestand").text
    broken = {"content-type": "multipart/form-data; boundary=x", "origin": BASE}
    assert browser.http.post("/bestand", content=b"--x\r\nnothing", headers=broken).status_code in (400, 403)
