"""From evidence to a result, without signatures: what counts, what is said, what is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from credentials.debts.agency import Agency
from credentials.debts.case import Case
from credentials.debts.claims import case_claims, overview_claims
from credentials.debts.overview import overview_of
from credentials.encoding import JsonObject
from tests.debt_builders import A_NOTICE, AS_OF, CJIB, a_case, agency, demanded, imposed, paid
from verifier.domain.evidence import CASE, NOBODY, OVERVIEW, Body, Evidence, Outcome
from verifier.domain.result import Result, assess
from verifier.domain.templates import INTAKE, SETTLEMENT, SNELSCAN, Template, own_query
from verifier.domain.totals import Totals
from verifier.domain.words import noticed

NOW = AS_OF + timedelta(days=3)
DUO, UWV = agency("duo"), agency("uwv")


def body(of: Agency) -> Body:
    return Body(f"https://{of.abbreviation}.example", of.name, of.oin, of.abbreviation)


def evidence(type_: str, of: Agency, claims: JsonObject, outcome: Outcome = "bewezen") -> Evidence:
    shown = claims if outcome in ("bewezen", "verouderd") else {}
    return Evidence("q", "dc+sd-jwt", type_, body(of), outcome, (), shown, "token")


def statements(of: Agency, *cases: Case, as_of: datetime = AS_OF, outcome: Outcome = "bewezen") -> list[Evidence]:
    overview = overview_of(of, cases, as_of)
    shown = {case: f"digest-{of.abbreviation}-{number}" for number, case in enumerate(overview.open_cases)}
    return [
        evidence(OVERVIEW, of, overview_claims(overview, [shown[case] for case in overview.open_cases]), outcome),
        *(evidence(CASE, of, case_claims(case, shown[case]), outcome) for case in overview.open_cases),
    ]


def result(found: list[Evidence], *expected: Agency, template: Template = INTAKE, now: datetime = NOW) -> Result:
    return assess(
        found, template, [body(each) for each in expected], received_at=now, checked_at=now,
        cases_asked=template.asks_cases,
    )  # fmt: skip


def debt(amount: int = 1000, source: Agency = CJIB, **more: Any) -> Case:  # whatever `a_case` takes
    return a_case(imposed("f1", amount), demanded("b1", amount, 1, due=30), source=source, **more)


def test_amounts_come_from_the_overviews() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2")) + statements(DUO, debt(500, DUO))
    outcome = result(found, CJIB, DUO)
    assert outcome.totals == Totals(balance=3500, owed=3500, settled=0, arrears=3500, open_cases=3)
    assert outcome.complete
    assert outcome.standing == "goed"
    assert outcome.lines[0].sentence == (
        "Het CJIB bevestigt: 2\u00a0openstaande zaken op 31\u00a0oktober 2026. U ziet er 2 van 2."
    )


def test_nothing_open_is_a_fact_too() -> None:
    outcome = result(statements(UWV), UWV)
    assert outcome.complete
    assert outcome.lines[0].sentence == "Het UWV bevestigt: geen openstaande zaken op 31\u00a0oktober 2026."


def test_a_case_that_is_not_shown_leaves_the_answer_incomplete_and_the_total_right() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))[:2]
    outcome = result(found, CJIB)
    assert outcome.totals.balance == 3000
    assert not outcome.complete
    assert (outcome.lines[0].shown, outcome.lines[0].stated) == (1, 2)
    assert outcome.lines[0].sentence.endswith("U ziet er 1 van 2.")


def test_a_snelscan_is_complete_without_cases() -> None:
    outcome = result(statements(CJIB, debt())[:1], CJIB, template=SNELSCAN)
    assert outcome.complete
    assert "U ziet er" not in outcome.lines[0].sentence


@pytest.mark.parametrize("template", [SNELSCAN, INTAKE])
def test_who_says_that_its_own_data_are_deficient_is_not_complete(template: Template) -> None:
    overview = overview_of(CJIB, [], AS_OF, notices=[A_NOTICE])
    outcome = result([evidence(OVERVIEW, CJIB, overview_claims(overview, []))], CJIB, template=template)
    (line,) = outcome.lines
    assert line.notices == (A_NOTICE,)
    assert (line.all_shown, line.complete, outcome.complete, outcome.standing) == (True, False, False, "let_op")
    assert noticed(line.notices, NOW.date()) == (
        (
            "Gegevens van 26 oktober 2026 tot en met 30 oktober 2026 kloppen niet helemaal. "
            "Een levering met betalingen ontbreekt. Betalingen van deze dagen ziet u nog niet. "
            "Het gaat alleen om: Verkeersboete. "
            "Naar verwachting klopt het weer op 6 november 2026."
        ),
    )


def test_who_hides_whether_it_says_so_is_not_complete() -> None:
    claims = overview_claims(overview_of(CJIB, [], AS_OF, notices=[A_NOTICE]), [])
    del claims["meldingen"]
    outcome = result([evidence(OVERVIEW, CJIB, claims)], CJIB, template=SNELSCAN)
    assert (outcome.lines[0].notices_hidden, outcome.complete, outcome.standing) == (True, False, "let_op")


def test_whether_the_list_could_be_read_is_told_apart() -> None:
    found = statements(CJIB, debt())
    assert result(found, CJIB).list_read
    assert not result(found).list_read


def test_an_agency_that_did_not_answer_is_missing() -> None:
    outcome = result(statements(CJIB), CJIB, DUO)
    assert [each.name for each in outcome.missing] == [DUO.name]
    assert not outcome.complete


def test_an_issuer_outside_the_expected_ones_counts_and_does_not_harm() -> None:
    outcome = result(statements(CJIB) + statements(DUO, debt(500, DUO)), CJIB)
    assert outcome.complete
    assert outcome.totals.balance == 500


@pytest.mark.parametrize("kind", ["verouderd", "ingetrokken", "niet_bewezen", "onbekend"])
def test_what_is_not_proven_is_shown_and_never_counted(kind: Outcome) -> None:
    outcome = result(statements(CJIB, debt(), outcome=kind), CJIB)
    assert outcome.totals == Totals()
    assert outcome.lines[0].outcome == kind
    assert len(outcome.lines[0].unproven) == 2
    assert outcome.lines[0].sentence
    assert [each.name for each in outcome.missing] == [CJIB.name]
    assert outcome.standing == ("fout" if kind in ("ingetrokken", "niet_bewezen") else "let_op")


def test_a_stranger_is_nobody() -> None:
    stranger = replace(evidence(OVERVIEW, CJIB, {}, "niet_bewezen"), issuer=NOBODY)
    outcome = result([*statements(CJIB), stranger], CJIB)
    assert outcome.complete
    assert outcome.lines[-1].body == NOBODY
    assert outcome.standing == "fout"


def test_the_newest_of_two_overviews_counts() -> None:
    newer = statements(CJIB, debt(700), as_of=AS_OF + timedelta(days=1))
    older = statements(CJIB, debt(1000))[:1]
    outcome = result([*older, *newer], CJIB)
    assert outcome.totals.balance == 700


def test_a_case_of_another_moment_counts_nowhere() -> None:
    stray = evidence(CASE, CJIB, case_claims(debt(9999, reference="OUD"), "een-andere-digest"))
    outcome = result([*statements(CJIB, debt(1000)), stray], CJIB)
    assert outcome.totals.balance == 1000
    assert outcome.lines[0].shown == 1
    assert [case.counted for case in outcome.lines[0].cases] == [True, False]


def test_cases_without_an_overview_are_summed_and_said_to_be_perhaps_not_all() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))[1:]
    outcome = result(found, CJIB)
    assert outcome.totals.balance == 3000
    assert not outcome.complete
    assert "Er kunnen er meer zijn" in outcome.lines[0].sentence
    assert [each.name for each in outcome.missing] == [CJIB.name]


@pytest.mark.parametrize("template", [SETTLEMENT, INTAKE], ids=["certain", "probable"])
def test_one_debt_at_two_agencies_is_counted_once_and_named(template: Template) -> None:
    shared = {"reference": "OV-1", "organisations": {DUO.oin: DUO.name, CJIB.oin: CJIB.name}}
    event = imposed("f1", 18000, type="duo_ov_boete", imposed_by=DUO.oin, executed_by=CJIB.oin)
    at_duo, at_cjib = a_case(event, source=DUO, **shared), a_case(event, source=CJIB, **shared)
    found = statements(DUO, at_duo) + statements(CJIB, at_cjib, debt(1000))
    if template is INTAKE:
        found = [replace(each, claims={k: v for k, v in each.claims.items() if k != "zaakkenmerk"}) for each in found]
    outcome = result(found, DUO, CJIB, template=template)
    assert outcome.totals.balance == 19000
    assert outcome.totals.open_cases == 2
    (duplicate,) = outcome.duplicates
    assert {duplicate.counted.body.name, duplicate.others[0].body.name} == {DUO.name, CJIB.name}
    assert duplicate.certain == (template is SETTLEMENT)
    assert outcome.complete


def test_two_copies_of_one_case_at_one_agency_take_nothing_off() -> None:
    found = statements(CJIB, debt(1000))
    copy = replace(found[1], claims={**found[1].claims, "zaak_digest": "van-een-andere-kopie"})
    hidden = {**found[0].claims, "zaken": {}}
    outcome = result([replace(found[0], claims=hidden), found[1], copy], CJIB, template=SETTLEMENT)
    assert outcome.totals.balance == 1000
    assert outcome.duplicates == ()


def test_age_is_judged_by_the_template() -> None:
    later = AS_OF + timedelta(days=20)
    assert not result(statements(CJIB), CJIB, template=INTAKE, now=later).too_old
    old = result(statements(CJIB), CJIB, template=SETTLEMENT, now=later)
    assert old.too_old
    assert old.complete
    assert old.standing == "let_op"
    assert old.lines[0].age_days == 20


def test_without_a_trust_list_nothing_is_called_complete() -> None:
    assert not result(statements(CJIB)).complete


def test_money_to_come_back_is_an_open_case() -> None:
    outcome = result(statements(CJIB, a_case(imposed("f1", 1000), paid("p1", 1500, 3))), CJIB)
    assert (outcome.totals.balance, outcome.totals.open_cases) == (-500, 1)


def test_times_are_those_of_the_answer() -> None:
    outcome = result(statements(CJIB), CJIB)
    assert outcome.received_at == NOW == outcome.checked_at
    assert outcome.oldest == AS_OF.astimezone(UTC)


def test_proof_of_a_kind_that_is_not_ours_is_shown_and_adds_nothing_up() -> None:
    claims: JsonObject = {"saldo": "veel", "saldo_totaal": [1], "zaken": 3}
    outcome = result([evidence("urn:example:schuld:1", CJIB, claims)], CJIB, template=own_query({}))
    (line,) = outcome.lines
    assert (line.outcome, line.overview, line.cases, line.unproven) == ("bewezen", None, (), ())
    assert line.sentence == "Het CJIB bevestigt 1\u00a0bewijs van een andere soort. In de bedragen telt dat niet mee."
    assert outcome.totals == Totals()
    assert not outcome.complete
    assert outcome.standing == "let_op"
