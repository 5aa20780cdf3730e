"""What changed between two answers: said where it can be told, and otherwise said that nobody can."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from credentials.debts.case import Case
from tests.debt_builders import AS_OF, a_case, demanded, imposed, paid
from tests.unit.verifier.test_verifier_result import CJIB, DUO, debt, result, statements
from verifier.domain.changes import Changes, What, changes
from verifier.domain.evidence import Evidence
from verifier.domain.result import Result
from verifier.domain.templates import INTAKE, SETTLEMENT, SNELSCAN, Template
from verifier.web.changed import changed_rows

LATER = AS_OF + timedelta(days=30)


def answer(*cases: Case, at: Any = AS_OF, numbers: bool = True, template: Template = SETTLEMENT) -> Result:
    found = _fresh(statements(CJIB, *cases, as_of=at), at)
    if not numbers:
        found = [
            replace(
                each, claims={k: v for k, v in each.claims.items() if k not in ("zaakkenmerk", "beschikkingsnummer")}
            )
            for each in found
        ]
    return result(found, CJIB, template=template, now=at + timedelta(days=1))


def _fresh(found: list[Evidence], at: Any) -> list[Evidence]:
    """No two issuances have a digest in common."""
    cut = str(int(at.timestamp()))

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: v + cut if k in ("digest", "zaak_digest") else renamed(v) for k, v in value.items()}
        return value

    return [replace(each, claims=renamed(each.claims)) for each in found]


def whats(found: Changes) -> list[What]:
    return [each.what for each in found.debts]


def said(found: Changes) -> list[str]:
    return [line.replace("\u00a0", " ") for row in changed_rows(found) for line in row.lines]


@pytest.mark.parametrize("numbers", [True, False], ids=["by number", "by what never changes"])
def test_what_is_the_same_is_no_change_and_what_is_paid_is_one(numbers: bool) -> None:  # a case of the test
    before = answer(debt(1000), debt(2000, reference="ZAAK-2"), numbers=numbers)
    assert not changes(before, answer(debt(1000), debt(2000, reference="ZAAK-2"), at=LATER, numbers=numbers)).any
    less = a_case(imposed("f1", 2000), demanded("b1", 2000, 1, due=30), paid("p1", 500, 290), reference="ZAAK-2")
    found = changes(before, answer(debt(1000), less, at=LATER, numbers=numbers))
    assert whats(found) == [What.CHANGED]
    assert said(found) == [
        "Nog te betalen: eerst € 20,00, nu € 15,00.",
        "Betaald of verrekend: eerst € 0,00, nu € 5,00.",
        "Achterstand: eerst € 20,00, nu € 15,00.",
    ]


def test_a_debt_with_a_number_of_its_own_is_another_debt() -> None:
    found = changes(answer(debt(1000)), answer(debt(1000, reference="ZAAK-9"), at=LATER))
    assert whats(found) == [What.NEW, What.GONE]


def test_two_debts_that_look_alike_are_never_taken_for_each_other() -> None:
    before = answer(debt(1000), debt(1000, reference="ZAAK-2"), numbers=False)
    assert whats(changes(before, answer(debt(1000), at=LATER, numbers=False))) == [What.NEW, What.GONE, What.GONE]


def test_a_debt_that_is_there_no_more_is_paid_where_the_organisation_says_so() -> None:
    closed = a_case(imposed("f1", 2000), paid("p1", 2000, 290), reference="ZAAK-2")
    before = answer(debt(1000), debt(2000, reference="ZAAK-2"))
    settled = changes(before, answer(debt(1000), closed, at=LATER))
    assert whats(settled) == [What.PAID]
    assert changed_rows(settled)[0].position is None
    vanished = changes(before, answer(debt(1000), at=LATER))
    assert whats(vanished) == [What.GONE]


def test_of_what_was_not_all_shown_nobody_can_tell_what_is_new_or_gone() -> None:
    two = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    part = result(two[:2], CJIB)
    whole = answer(debt(1000), debt(2000, reference="ZAAK-2"), at=LATER, template=INTAKE)
    assert whats(changes(part, whole)) == [What.FIRST_SHOWN]
    later = _fresh(statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"), as_of=LATER), LATER)[:2]
    assert whats(changes(whole, result(later, CJIB, now=LATER))) == [What.NOT_SHOWN]
    born = a_case(imposed("f1", 700, 310), reference="ZAAK-3", as_of=LATER)
    assert What.NEW in whats(changes(part, answer(debt(1000), born, at=LATER)))


def test_totals_are_compared_where_no_debts_were_shown() -> None:
    before = result(statements(CJIB, debt(1000))[:1], CJIB, template=SNELSCAN)
    found = changes(before, result(statements(CJIB, debt(1500))[:1], CJIB, template=SNELSCAN))
    assert said(found)[0] == "Nog te betalen: eerst € 10,00, nu € 15,00."
    hidden = statements(CJIB, debt(1500))[:1]
    hidden = [replace(hidden[0], claims={k: v for k, v in hidden[0].claims.items() if k != "saldo_totaal"})]
    unknown = changes(before, result(hidden, CJIB, template=SNELSCAN))
    assert all("Nog te betalen" not in each for each in said(unknown))


def test_an_organisation_that_proves_nothing_any_more_is_named() -> None:
    before = result(statements(CJIB, debt(1000)) + statements(DUO), CJIB, DUO)
    found = changes(before, result(statements(CJIB, debt(1000)), CJIB, DUO))
    assert [body.name for body in found.silent] == [DUO.name]
    assert changed_rows(found)[0].word == "Bewijst nu niets"


def test_a_debt_that_another_organisation_collects_now_is_one_debt_that_moved() -> None:
    event = imposed("f1", 18000, type="duo_ov_boete", imposed_by=DUO.oin, executed_by=CJIB.oin)
    shared = {"reference": "OV-1", "organisations": {DUO.oin: DUO.name, CJIB.oin: CJIB.name}}
    before = result(statements(DUO, a_case(event, source=DUO, **shared)) + statements(CJIB), DUO, CJIB)
    now = _fresh(statements(DUO) + statements(CJIB, a_case(event, source=CJIB, **shared)), LATER)
    found = changes(before, result(now, DUO, CJIB))
    assert whats(found) == [What.CHANGED]
    assert said(found)[0] == f"Bij: eerst {DUO.name}, nu {CJIB.name}."
