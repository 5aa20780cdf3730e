"""What does not fit is said, with what to do, and changes no amount by itself."""

from dataclasses import replace
from datetime import timedelta

from credentials.debts.claims import case_claims
from credentials.encoding import JsonObject
from tests.debt_builders import AS_OF, a_case, imposed
from tests.unit.verifier.test_verifier_result import CJIB, DUO, debt, evidence, result, statements
from verifier.domain.contradictions import Kind
from verifier.domain.evidence import CASE, Evidence
from verifier.domain.request import Answer, Shown
from verifier.domain.result import Result
from verifier.domain.templates import SETTLEMENT
from verifier.exports.document import result_document


def kinds(outcome: Result) -> list[Kind]:
    return [each.kind for each in outcome.contradictions]


def changed(each: Evidence, **claims: object) -> Evidence:
    more: JsonObject = claims  # type: ignore[assignment]  # whatever a card may say
    return replace(each, claims=each.claims | more)


def sentence(outcome: Result) -> str:
    (one,) = outcome.contradictions
    assert one.advice
    return one.sentence.replace("\u00a0", " ")


def test_what_fits_is_no_contradiction() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2")) + statements(DUO, debt(500, DUO))
    assert result(found, CJIB, DUO).contradictions == ()
    # What was not shown contradicts nothing.
    assert result(found[:2], CJIB).contradictions == ()


def test_one_number_at_two_organisations_that_do_not_say_it_is_one_debt() -> None:
    # Both say that they imposed it themselves: nothing makes it certain, so it is in the total twice, and said.
    found = statements(CJIB, debt(1000, reference="Z 2026-00117")) + statements(
        DUO, debt(900, DUO, reference="z2026.00117")
    )
    outcome = result(found, CJIB, DUO, template=SETTLEMENT)
    assert outcome.totals.balance == 1900
    assert kinds(outcome) == [Kind.SAME_NUMBER]
    assert sentence(outcome).startswith(
        "Nummer Z 2026-00117 staat bij meer organisaties: Verkeersboete van Centraal Justitieel Incassobureau (CJIB) "
        "(€ 10,00), en Verkeersboete van Dienst Uitvoering Onderwijs (DUO) (€ 9,00)."
    )
    assert outcome.contradictions[0].advice.replace("\u00a0", " ").endswith("Dan is het totaal € 9,00 lager.")
    assert outcome.standing == "let_op"


def test_a_number_that_organisations_may_both_give_is_no_contradiction() -> None:
    found = statements(CJIB, debt(1000, reference="2026-1")) + statements(DUO, debt(900, DUO, reference="2026-1"))
    assert result(found, CJIB, DUO, template=SETTLEMENT).contradictions == ()


def test_one_debt_of_which_two_organisations_say_another_amount() -> None:
    shared = {"reference": "OV-1", "organisations": {DUO.oin: DUO.name, CJIB.oin: CJIB.name}}
    later = AS_OF + timedelta(hours=1)
    event = imposed("f1", 18000, type="duo_ov_boete", imposed_by=DUO.oin, executed_by=CJIB.oin)
    costs = imposed("f2", 1500, 9, type="duo_ov_boete", imposed_by=DUO.oin, executed_by=CJIB.oin)
    at_duo, at_cjib = a_case(event, source=DUO, **shared), a_case(event, costs, source=CJIB, as_of=later, **shared)
    found = statements(DUO, at_duo) + statements(CJIB, at_cjib, as_of=later)
    outcome = result(found, DUO, CJIB, template=SETTLEMENT)
    assert outcome.totals.balance == 19500
    assert kinds(outcome) == [Kind.OTHER_AMOUNT]
    assert "Het CJIB € 195,00, DUO € 180,00. Wij tellen € 195,00, het nieuwste." in sentence(outcome)


def test_an_overview_that_counts_fewer_cases_than_it_names() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    outcome = result([changed(found[0], aantal_open_zaken=1), *found[1:]], CJIB)
    assert kinds(outcome) == [Kind.MORE_CASES]
    assert sentence(outcome) == "Het CJIB zegt 1 openstaande zaak te hebben, maar het overzicht noemt er 2."


def test_cases_that_do_not_add_up_to_their_overview() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    outcome = result([changed(found[0], saldo_totaal=3500), *found[1:]], CJIB)
    assert outcome.totals.balance == 3500
    assert kinds(outcome) == [Kind.OTHER_SUM]
    assert "samen € 30,00, maar het overzicht zegt € 35,00." in sentence(outcome)
    # Of a sum with a case that was not shown, or whose amount was not, nobody can tell.
    assert result([changed(found[0], saldo_totaal=3500), found[1]], CJIB).contradictions == ()


def test_a_case_with_another_amount_than_its_overview_says() -> None:
    found = statements(CJIB, debt(1000))
    outcome = result([changed(found[0], saldo_totaal=1200), changed(found[1], saldo=1200)], CJIB)
    assert kinds(outcome) == [Kind.OTHER_CASE]
    assert sentence(outcome).startswith("Verkeersboete: de zaak zegt € 12,00, maar het overzicht van ")
    assert outcome.contradictions[0].positions == (1,)


def test_a_case_that_its_overview_does_not_know() -> None:
    stray = evidence(CASE, CJIB, case_claims(debt(9999, reference="OUD"), "een-andere-digest"))
    outcome = result([*statements(CJIB, debt(1000)), stray], CJIB)
    assert kinds(outcome) == [Kind.UNKNOWN_CASE]
    assert outcome.totals.balance == 1000
    assert "Wij tellen hem niet mee." in sentence(outcome)


def test_two_cases_of_one_organisation_about_one_decision() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    twice = [found[0], *(changed(each, beschikkingsnummer="B-1") for each in found[1:])]
    outcome = result(twice, CJIB, template=SETTLEMENT)
    assert outcome.totals.balance == 3000
    assert kinds(outcome) == [Kind.SAME_DECISION]
    assert sentence(outcome).startswith("Twee zaken gaan over hetzelfde besluit: ")


def test_the_api_says_it_too() -> None:
    found = statements(CJIB, debt(1000))
    outcome = result([changed(found[0], saldo_totaal=3500), found[1]], CJIB)
    document = result_document(Answer(AS_OF, AS_OF, Shown("n", "a"), ()), outcome)
    (said,) = document["tegenspraken"]
    assert (said["soort"], [each["naam"] for each in said["uitgevers"]]) == ("andere_optelling", [CJIB.name])
    assert said["uitleg"] == outcome.contradictions[0].sentence
    assert said["watNu"].startswith("Laat de cliënt")
