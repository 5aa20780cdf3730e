"""Several answers in one file: the newest that proves something of an organisation speaks for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credentials.debts.claims import overview_claims
from credentials.debts.overview import overview_of
from credentials.openid.dcql import parse_query
from credentials.openid.vp_formats import MDOC
from tests.conftest import NOW
from tests.debt_builders import A_NOTICE, AS_OF, CJIB
from tests.unit.verifier.test_verifier_result import DUO, debt, evidence, result, statements
from verifier.domain.evidence import NOBODY, OVERVIEW, Body, Evidence, Outcome
from verifier.domain.query import asked_of, only_of, query_of
from verifier.domain.request import Answer, Shown
from verifier.domain.templates import INTAKE, SNELSCAN, Template
from verifier.domain.together import as_it_stood, to_ask_again, together


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


def test_an_answer_as_it_stood_has_what_was_superseded_since_and_nothing_that_was_wrong() -> None:
    outcomes: tuple[Outcome, ...] = ("bewezen", "verouderd", "ingetrokken", "niet_bewezen", "onbekend")
    answer = an_answer(0, *(of("cjib", 1, outcome) for outcome in outcomes))
    stood = as_it_stood(answer)
    assert [each.outcome for each in stood.evidence] == ["bewezen", "bewezen", *outcomes[2:]]
    # Whose claims were not kept proves nothing, then neither.
    empty = replace(answer, evidence=(replace(of("cjib", 1, "verouderd"), claims={}),))
    assert as_it_stood(empty) == empty


def test_who_does_not_say_how_much_it_is_or_whether_the_data_are_sound_is_asked_again() -> None:
    def asked(hidden: str = "") -> list[str]:
        found = statements(CJIB, debt())[:1] + statements(DUO, debt(500, DUO))[:1]
        claims = overview_claims(overview_of(CJIB, [debt()], AS_OF, notices=[A_NOTICE]), ["digest"])
        shown = {name: value for name, value in claims.items() if name != hidden}
        return [body.name for body in to_ask_again(result([evidence(OVERVIEW, CJIB, shown), *found[1:]], CJIB, DUO,
                                                          template=SNELSCAN))]  # fmt: skip

    assert asked() == []
    stranger = replace(of("nep", 1, "niet_bewezen"), issuer=NOBODY)
    assert to_ask_again(result([*statements(CJIB, debt()), stranger], CJIB)) == ()
    assert asked("saldo_totaal") == [CJIB.name]
    assert asked("meldingen") == [CJIB.name]
    assert asked("verplicht_totaal") == []


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
