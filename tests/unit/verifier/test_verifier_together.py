"""Several answers in one file: the newest that proves something of an organisation speaks for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.openid.dcql import parse_query
from credentials.openid.vp_formats import MDOC
from tests.conftest import NOW
from verifier.domain.evidence import OVERVIEW, Body, Evidence, Outcome
from verifier.domain.query import asked_of, only_of, query_of
from verifier.domain.request import Answer, Shown
from verifier.domain.templates import INTAKE, SNELSCAN, Template
from verifier.domain.together import together


def an_answer(hours: int, *evidence: Evidence) -> Answer:
    at = NOW + timedelta(hours=hours)
    return Answer(at, at, Shown("nonce", "x509_hash:abc"), evidence)


def of(name: str, saldo: int, outcome: Outcome = "bewezen") -> Evidence:
    body = Body(f"https://{name}.example", name, "00000000900000007000", name)
    return Evidence("overzicht", "dc+sd-jwt", OVERVIEW, body, outcome, (), {"saldo_totaal": saldo}, "ey~", NOW)


def test_the_newest_of_each_organisation_counts() -> None:
    first, second = an_answer(0, of("cjib", 1), of("duo", 2)), an_answer(1, of("cjib", 3))
    assert together([second, first]).evidence == (of("cjib", 3), of("duo", 2))
    assert together([first]) == first


def test_what_proves_nothing_takes_nothing_away_and_is_shown() -> None:
    forged = of("cjib", 9, "niet_bewezen")
    assert together([an_answer(1, forged), an_answer(0, of("cjib", 1))]).evidence == (forged, of("cjib", 1))


def test_it_was_checked_when_the_oldest_that_counts_was() -> None:
    replaced, kept, new = an_answer(0, of("cjib", 1)), an_answer(1, of("duo", 2)), an_answer(2, of("cjib", 3))
    counted = together([new, kept, replaced])
    assert (counted.received_at, counted.checked_at) == (new.received_at, kept.checked_at)
    assert together([replace(new, evidence=()), kept]).checked_at == kept.checked_at


@pytest.mark.parametrize("template", [SNELSCAN, INTAKE])
def test_a_query_of_some_organisations_asks_their_numbers_in_every_claim_set(template: Template) -> None:
    whole = query_of(template)
    asked = only_of(whole, {"00000000900000007000", "00000000900000008000"})
    assert (asked_of(whole), asked_of(asked)) == (None, 2)
    assert asked["credential_sets"] == whole["credential_sets"]
    for each in parse_query(asked).credentials:
        numbers = [claim for claim in each.claims if claim.values]
        assert len(numbers) == (each.format != MDOC)
        assert all(numbers[0].id in ids for ids in each.claim_sets if numbers)
