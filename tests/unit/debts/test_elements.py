"""The claim tree as data elements: the same facts, dates with their tags."""

import pytest

from credentials.debts.claim_table import CASE_SLOTS, CASE_TYPE, LEAVES, OVERVIEW_TYPE, case_slot
from credentials.debts.claims import case_claims, every_label
from credentials.debts.elements import ELEMENTS, claim_of_element, element_path, to_elements
from credentials.debts.errors import InvalidField, UnknownCredentialType
from credentials.encoding import JsonObject
from credentials.formats.mdoc import MsoMdoc
from credentials.jose.cbor import Tagged, cbor_bytes, cbor_parse
from tests.debt_builders import demo_cases
from tests.unit.formats.format_samples import BARE, RESOLVER, draft, issuer_key


def test_dates_bear_the_tags_of_the_standard_wherever_they_stand() -> None:
    elements = to_elements(
        CASE_TYPE,
        {
            "peildatum": "2026-11-23T13:00:00+01:00",
            "ontstaansdatum": "2026-01-02",
            "regeling": {"start": "2026-03-04", "termijnbedrag": 5000},
            "gebeurtenissen": {"g001": {"datumtijd": "2026-01-02T09:00:00Z", "bedrag": -5}},
            "omschrijving": "2026-01-02",
        },
    )
    assert elements == {
        "peildatum": Tagged(0, "2026-11-23T12:00:00Z"),
        "ontstaansdatum": Tagged(1004, "2026-01-02"),
        "regeling": {"start": Tagged(1004, "2026-03-04"), "termijnbedrag": 5000},
        "gebeurtenissen": {"g001": {"datumtijd": Tagged(0, "2026-01-02T09:00:00Z"), "bedrag": -5}},
        "omschrijving": "2026-01-02",
    }
    overview = to_elements(OVERVIEW_TYPE, {"zaken": {"z01": {"eerst_vervalt": "2026-05-06", "saldo": 1}}})
    assert overview == {"zaken": {"z01": {"eerst_vervalt": Tagged(1004, "2026-05-06"), "saldo": 1}}}


def test_a_moment_that_is_finer_than_a_second_stays_text() -> None:
    finer = "2026-11-23T13:00:00.250000+01:00"
    assert to_elements(CASE_TYPE, {"peildatum": finer}) == {"peildatum": finer}


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(InvalidField):
        to_elements(CASE_TYPE, {"peildatum": "gisteren"})
    with pytest.raises(UnknownCredentialType):
        to_elements("urn:ander", {})


@pytest.mark.parametrize("who", ["samira", "wim", "ineke", "johan"])
def test_every_debt_of_the_personas_has_a_cbor_form(who: str) -> None:
    for case in demo_cases(who):
        for value in ELEMENTS[CASE_TYPE](case_claims(case, "digest")).values():
            assert cbor_parse(cbor_bytes(value)) == value


@pytest.mark.parametrize("type", LEAVES)
def test_every_claim_stands_in_one_element_and_back(type: str) -> None:
    for label in every_label(type):
        namespace, name = element_path(type, label.path)
        assert (namespace, name) == (type, label.path[0])
        assert claim_of_element(type, (namespace, name)) == label.path[:1]
    assert claim_of_element(type, ("org.example", "saldo")) == ("org.example", "saldo")


def test_an_overview_of_as_many_cases_as_it_can_name_is_issued_and_verified() -> None:
    names: JsonObject = {
        case_slot(number): {"digest": "d" * 43, "type": "cjib_wahv", "omschrijving": "Boete", "saldo": 1, "fase": "x"}
        for number in range(1, CASE_SLOTS + 1)
    }
    format = MsoMdoc(ELEMENTS)
    issued = format.issue(draft(type=OVERVIEW_TYPE, claims={"zaken": names}), issuer_key())
    assert format.verify(issued, BARE, RESOLVER).claims == {"zaken": names}
