"""A file from elsewhere is read and shown apart: never proven, never counted, never shared."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from credentials.debts.fcid import FcidDocument, sign_response, write_document
from credentials.keys import SoftwareSigner
from tests.debt_builders import SAMIRA, a_document, demo_document, imposed, paid
from tests.wallet_world import Citizen, Page, WalletWorld, make_world
from wallet_api.domain.paper import MAX_CHARACTERS, MAX_PAPERS

DOCUMENT = a_document(imposed("f1", 10_000, primary=True), paid("p1", 2_500, 2))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(tmp_path_factory.mktemp("papers"), "cjib", "duo")
    yield world
    world.close()


@pytest.fixture
def samira(world: WalletWorld) -> Citizen:
    citizen = world.citizen()
    citizen.make_wallet()
    return citizen


def text_of(document: FcidDocument = DOCUMENT) -> str:
    return write_document(document).decode()


def add(samira: Citizen, text: str) -> Page:
    return samira.post("/bestanden", samira.get("/bestanden"), bestand=text)


def test_a_file_is_read_and_said_not_to_be_proven(samira: Citizen) -> None:
    page = add(samira, text_of())
    assert page.status == 200
    assert "Niet bewezen" in page.words
    assert "1 zaak open, samen € 75,00" in page.words
    assert "Centraal Justitieel Incassobureau" in page.words
    assert SAMIRA.reveal() not in page.text


@pytest.mark.parametrize("written", [SAMIRA.reveal(), "9999.90.007", "9999 90 007"])
def test_the_citizens_number_is_not_kept_wherever_a_file_writes_it(samira: Citizen, written: str) -> None:
    text = (
        text_of()
        .replace("ZAAK-1", f"Z/{written}/1")
        .replace('"primaire_', f'"omschrijving":"Boete {written}","primaire_')
    )
    page = add(samira, text)
    assert "Boete ********* Zaak Z/*********/1, stand van" in page.words
    assert written not in page.text


def test_a_file_counts_for_nothing_and_is_no_card(samira: Citizen) -> None:
    samira.collect()
    before = samira.api("overzicht").json(), samira.api("kaarten").json(), samira.get("/overzicht").words
    add(samira, text_of())
    after = samira.api("overzicht").json(), samira.api("kaarten").json(), samira.get("/overzicht").words
    assert after[:2] == before[:2]
    assert "Bestanden van elders" in after[2]
    assert "Bestanden van elders" not in before[2]
    assert after[2].partition("Bestanden van elders")[0] == before[2].partition("Wat staat hier niet bij?")[0]
    download = samira.get("/overzicht/downloaden")
    assert {each["format"] for each in json.loads(download.text)["bewijzen"]} <= {"dc+sd-jwt", "ldp_vc"}


def test_a_file_is_shown_in_a_wallet_without_cards_too(samira: Citizen) -> None:
    add(samira, text_of())
    page = samira.get("/overzicht")
    assert "Uw wallet is nog leeg" in page.words
    assert "Niet bewezen" in page.words
    assert "€ 75,00" not in page.words


def test_a_signed_file_is_no_more_than_read(samira: Citizen) -> None:
    page = add(samira, sign_response(DOCUMENT, SoftwareSigner.generate(), (b"any certificate",)))
    assert page.status == 200
    assert "Niet bewezen" in page.words


def test_a_number_that_nobody_has_gets_no_name(samira: Citizen) -> None:
    page = add(samira, text_of(replace(DOCUMENT, source_oin="0" * 19 + "7")))
    assert "Organisatie 00000000000000000007" in page.words


def test_a_file_without_debts_says_so(samira: Citizen) -> None:
    assert "Volgens dit bestand staat er niets open" in add(samira, text_of(replace(DOCUMENT, cases=()))).words


def test_what_organisations_write_is_read(samira: Citizen) -> None:
    for agency in ("cjib", "duo", "toeslagen"):
        assert add(samira, text_of(demo_document(agency, "samira"))).status == 200
    assert samira.get("/bestanden").text.count("Niet bewezen") == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "geen bestand",
        "{}",
        "[]",
        "null",
        "[" * 10_000,
        '{"a":1,"a":2}',
        "a.b.c",
        text_of()[:-20],
        text_of().replace("10000", "10001", 1),
        text_of().replace('"CJIB', "\u202e", 1).replace("ZAAK", "ZA\u202eAK"),
        text_of().replace("4.1.0", "9.9.9"),
        " " + "x" * (MAX_CHARACTERS + 1),
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(samira: Citizen, text: str) -> None:
    page = add(samira, text)
    assert page.status == 400
    assert "Er is niets bewaard" in page.words
    assert "x" * 100 not in page.text
    assert samira.get("/bestanden").text.count("Niet bewezen") == 0


def test_a_file_that_no_browser_of_ours_sends_is_too_large(samira: Citizen) -> None:
    assert add(samira, "x" * (3 * MAX_CHARACTERS)).status == 413


def test_only_so_many_are_kept(samira: Citizen) -> None:
    for _ in range(MAX_PAPERS):
        assert add(samira, text_of()).status == 200
    page = add(samira, text_of())
    assert page.status == 400
    assert "Gooi er eerst een weg" in page.words


def test_a_file_is_thrown_away_by_its_owner_and_seen_by_nobody_else(samira: Citizen, world: WalletWorld) -> None:
    page = add(samira, text_of())
    path = "/" + page.url.partition("://")[2].partition("/")[2]
    other = world.citizen()
    other.make_wallet()
    assert other.get(path).status == 404
    assert other.post(f"{path}/verwijderen", other.get("/bestanden")).status == 404
    assert samira.get(path).status == 200
    samira.post(f"{path}/verwijderen", page)
    assert samira.get(path).status == 404


def test_a_stranger_s_page_adds_nothing(samira: Citizen) -> None:
    answer = samira.http.post("/bestanden", data={"bestand": text_of()}, follow_redirects=False)
    assert answer.status_code in (400, 403)
    assert samira.get("/bestanden").text.count("Niet bewezen") == 0


def test_the_database_tells_nothing_of_a_file(samira: Citizen, world: WalletWorld) -> None:
    add(samira, text_of())
    stored = b"".join(path.read_bytes() for path in world.folder.glob("wallet.db*"))
    assert stored
    for secret in (SAMIRA.reveal(), DOCUMENT.cases[0].reference, "bestand", DOCUMENT.source_oin):
        assert secret.encode() not in stored, secret
