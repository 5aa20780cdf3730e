"""One debt, one amount: what the agency's page, the wallet's pages, the consent page and the counsellor's pages say."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from credentials.clock import FixedClock
from credentials.debts.claims import CASE_TYPE
from tests.debt_builders import agency, demo_document
from tests.flows.test_presentation_screens import Browser
from tests.verifier_world import make_world as make_verifier
from tests.wallet_world import make_world as make_wallet

# Agency, what is due now of the case, and the day since when it is late.
SAMIRA = {
    "cak": ("€ 443,00", "31 maart 2026"),
    "toeslagen": ("€ 147,00", "25 augustus 2026"),
    "tilburg": ("€ 68,41", "28 juni 2026"),
}
# For whom money is being withheld is told to call first; what is due stays due.
WITHHELD = {"cak"}
# What a part of it is, and must not be said to be due.
PARTS = ("€ 18,50", "€ 49,00 uiterlijk")


def words(html: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return " ".join(text.replace("\u00a0", " ").split())


def test_the_wallets_pages_and_the_consent_page_say_one_amount(tmp_path: Path) -> None:
    world = make_wallet(tmp_path, *SAMIRA)
    try:
        counsellor = world.requester()
        citizen = world.citizen()
        citizen.make_wallet()
        citizen.collect()
        overview = citizen.get("/overzicht")
        assert "U moet nu € 658,41 betalen aan 3 organisaties." in words(overview.text)
        pages = {}
        for link in set(re.findall(r'href="(/schulden/[^"]+)"', overview.text)):
            page = words(citizen.get(link).text)
            (key,) = [each for each in SAMIRA if agency(each).name in page]
            pages[key] = page
        query = {
            "id": "zaak",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [CASE_TYPE]},
            "multiple": True,
            "claims": [{"path": ["eerst_vervalt_bedrag"]}, {"path": ["eerst_vervalt_datum"]}],
        }
        asked = citizen.post("/toevoegen", citizen.get("/toevoegen"), link=counsellor.ask({"credentials": [query]}))
        consent = words(asked.text)
        withheld = "voordat u zelf betaalt"
        for key, (amount, since) in SAMIRA.items():
            assert (withheld in pages[key]) is (key in WITHHELD)
            assert f"{amount} Dit had u uiterlijk op {since} moeten betalen." in words(overview.text)
            assert f"Nu betalen {amount} Dit had u uiterlijk op {since} moeten betalen." in pages[key]
            assert amount in consent
            assert since in consent
        assert not [part for part in PARTS if part in words(overview.text) + consent]
    finally:
        world.close()


@pytest.mark.parametrize("key", SAMIRA)
def test_the_counsellors_pages_and_files_say_that_amount(tmp_path: Path, key: str) -> None:
    clock = FixedClock(datetime(2026, 11, 1, 12, tzinfo=UTC))
    world = make_verifier(tmp_path, clock, agencies=(key,))
    counsellor = Browser(world)
    counsellor.log_in()
    path = counsellor.shared()
    amount, since = SAMIRA[key]
    result = counsellor.get(path).text
    assert amount in words(result)
    (case,) = demo_document(key, "samira").cases_at(agency(key))
    found = counsellor.get(f"{path}/bestand.json").json()["schulden"]
    assert [(each["nuTeBetalen"], each["teLaatSinds"]) for each in found] == [
        (case.arrears, str(case.next_due_date)),
    ]
    pages = [
        words(counsellor.get(link).text) for link in set(re.findall(r'href="(/intakes/[^"]+/bewijzen/\d+)"', result))
    ]
    assert [page for page in pages if f"Nu te betalen {amount}" in page and f"Te laat sinds {since}" in page]
