"""From a debt to a payment arrangement: the page of the body itself, or one letter for several bodies of the state."""

import re
from collections.abc import Iterator

import pytest

from issuer.settings import ContactSection, JointArrangementSection
from tests.wallet_world import Citizen, WalletWorld, make_world

pytestmark = pytest.mark.long

OWN = "https://www.dienst.example/in-stukjes"
JOINT = "https://www.rijk.example/aanvragen"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalletWorld]:
    world = make_world(
        tmp_path_factory.mktemp("arrangements"),
        "cjib",
        "belastingdienst",
        "cak",
        agency={
            "contact": ContactSection(arrangement=OWN, phone="0800 0000 003"),
            "joint_arrangement": JointArrangementSection(name="Betalingsregeling Rijk", address=JOINT),
        },
    )
    yield world
    world.close()


@pytest.fixture(scope="module")
def samira(world: WalletWorld) -> Citizen:
    return world.collector()


def test_a_debt_leads_to_the_page_of_its_body_and_to_one_plan_for_all(samira: Citizen) -> None:
    ways = samira.api("regelingen").json()
    assert {each["adres"] for each in ways["zaken"]} == {OWN}
    (plan,) = ways["regelingen"]
    assert (plan["naam"], plan["adres"], plan["saldo"]) == ("Betalingsregeling Rijk", JOINT, 27_100 + 100_270)
    assert len(plan["organisaties"]) == 2, "what is withheld at the CAK is not asked for"
    page = samira.get(f"/schulden/{ways['zaken'][0]['zaak']}")
    assert f'href="{OWN}" rel="noreferrer noopener"' in page.text
    assert 'href="/betalingsregeling"' in page.text
    assert "Betalingsregeling Rijk" in samira.get("/overzicht").words


def test_what_is_withheld_leads_to_no_plan(samira: Citizen) -> None:
    asked = {each["zaak"] for each in samira.api("regelingen").json()["zaken"]}
    others = [each["id"] for each in samira.api("overzicht").json()["zaken"] if each["id"] not in asked]
    assert others
    for id in others:
        page = samira.get(f"/schulden/{id}")
        assert OWN not in page.text
        assert "/betalingsregeling" not in page.text


def test_the_letter_is_on_the_page_to_copy_and_to_print_and_in_no_address(samira: Citizen) -> None:
    page = samira.get("/betalingsregeling")
    (plan,) = samira.api("regelingen").json()["regelingen"]
    for line in filter(None, plan["brief"].split("\n")):
        assert page.text.count(line.strip()) >= 2, line
    assert f'href="{JOINT}" rel="noreferrer noopener"' in page.text
    assert not re.search(r"""(?:href|action|src)="[^"]*(?:27100|271,00|CJIB-|BD-)""", page.text)


def test_one_debt_is_asked_for_by_telephone_on_a_page_or_by_letter(samira: Citizen) -> None:
    debts = [each for each in samira.api("overzicht").json()["zaken"] if each["groep"] == "nu_betalen"]
    pages = [samira.get(f"/schulden/{each['id']}/in-stukjes") for each in debts]
    asked = [(each, page) for each, page in zip(debts, pages, strict=True) if page.url.endswith("/in-stukjes")]
    assert asked
    for each, page in asked:
        assert f'href="{OWN}" rel="noreferrer noopener"' in page.text
        assert 'href="tel:08000000003"' in page.text
        assert f"Aan: {each['uitgevoerdDoor']}" in page.words
        assert page.text.count("Ik vraag u om een betalingsregeling.") >= 2
        assert not re.search(r"""(?:href|action|src)="[^"]*(?:27100|271,00|CJIB-|BD-)""", page.text)
    # Where a plan is of no use, the debt itself says what is.
    assert all(
        page.url.endswith(each["id"]) for each, page in zip(debts, pages, strict=True) if (each, page) not in asked
    )


def test_who_has_nothing_to_ask_reads_what_else_helps(world: WalletWorld) -> None:
    empty = world.citizen()
    empty.make_wallet()
    page = empty.get("/betalingsregeling")
    assert "Nu is dat niet zo" in page.words
    assert empty.api("regelingen").json() == {"zaken": [], "regelingen": []}


def test_nobody_reads_it_without_the_pin(world: WalletWorld) -> None:
    assert "/welkom" in world.citizen().get("/betalingsregeling").url
