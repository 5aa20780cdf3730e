"""Preference as a counsellor decides it: with a reason, beside what the issuer says, and in every output."""

from dataclasses import replace

import pytest

from credentials.debts.catalogue import Rank
from tests.debt_builders import AS_OF, CJIB, a_case, imposed
from tests.unit.verifier.test_verifier_exports import assessed, evidence
from tests.unit.verifier.test_verifier_result import result, statements
from verifier.domain.distribution import Place
from verifier.domain.errors import BadInput
from verifier.domain.lines import CaseLine
from verifier.domain.preference import MAX_REASON, Chosen, read_choice
from verifier.domain.ranked import debt_names, with_chosen
from verifier.domain.request import Answer, Shown
from verifier.domain.result import Result
from verifier.exports.document import result_document
from verifier.exports.sheets import DEBTS, sheets_of
from verifier.web.debts import Order, debt_rows
from verifier.web.views import debt_facts
from verifier.web.what_if import lines_of

FILE = "dossier-1"
WHY = "Zekerheid volgens de brief van 3 mei"


def chosen_in(outcome: Result, rank: Rank = Rank.PREFERENTIAL) -> tuple[Result, CaseLine]:
    (name,) = debt_names(FILE, outcome)
    outcome = with_chosen(FILE, outcome, [Chosen(name, rank, WHY, AS_OF)])
    (line,) = outcome.proven_cases
    return outcome, line


def test_a_choice_needs_a_reason() -> None:
    assert read_choice("d", "bijzonder", "  een   vonnis ", AS_OF) == Chosen("d", Rank.SPECIAL, "een vonnis", AS_OF)


@pytest.mark.parametrize(
    ("field", "rank", "reason"),
    [
        ("voorrang", "", WHY),
        ("voorrang", "onbekend", WHY),
        ("voorrang", "eerst", WHY),
        ("reden", "preferent", ""),
        ("reden", "preferent", " \t"),
        ("reden", "preferent", "x" * (MAX_REASON + 1)),
        ("reden", "preferent", "a\u202eb"),
        ("reden", "preferent", "bsn 999990007"),
    ],
)
def test_what_will_not_do_is_refused_by_field_and_never_repeated(field: str, rank: str, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_choice("d", rank, reason, AS_OF)
    assert refused.value.field == field
    assert not reason.strip() or reason not in str(refused.value)


def test_a_decision_outlives_the_answer_that_it_was_made_on() -> None:
    before = assessed(evidence())
    (name,) = debt_names(FILE, before)
    anew = evidence()
    digest = {"zaak_digest": "een-andere"}
    zaken = {"zaken": {"z01": {"digest": "een-andere"}}}
    anew[0] = replace(anew[0], claims=anew[0].claims | zaken)
    anew[1] = replace(anew[1], claims=anew[1].claims | digest | {"saldo": 5})
    assert list(debt_names(FILE, assessed(anew))) == [name]
    # In another file the same debt has another name: nothing ties two files together.
    assert list(debt_names("dossier-2", before)) != [name]


def test_two_debts_that_look_alike_have_names_of_their_own() -> None:
    alike = [a_case(imposed("f1", 1000), reference=f"ZAAK-{number}") for number in range(2)]
    found = [
        replace(each, claims={k: v for k, v in each.claims.items() if k != "zaakkenmerk"})
        for each in statements(CJIB, *alike)
    ]
    names = debt_names(FILE, result(found, CJIB))
    assert len(names) == 2
    first = next(iter(names))
    outcome = with_chosen(FILE, result(found, CJIB), [Chosen(first, Rank.SPECIAL, WHY, AS_OF)])
    assert [line.chosen is not None for line in outcome.proven_cases].count(True) == 1


def test_every_output_says_what_was_decided_and_what_the_issuer_says() -> None:
    before = assessed(evidence())
    (stated,) = before.proven_cases
    assert stated.rank is Rank.CONCURRENT
    outcome, line = chosen_in(before)
    (row,) = debt_rows([line], Order.PREFERENCE, AS_OF.date())
    assert (row.rank, row.rank_ground) == ("Voorrang", f"Gewijzigd: {WHY}. De schuldeiser zegt: geen voorrang")
    facts = dict(debt_facts(line))
    assert facts["Voorrang volgens de schuldeiser"].startswith("Geen voorrang")
    assert facts["Voorrang, door de hulpverlener gewijzigd"].startswith(f"Voorrang. Reden: {WHY}")
    (claim,) = lines_of(outcome, ())
    assert claim.stated is Place.PREFERENTIAL
    assert claim.says.startswith("Geen voorrang")
    assert claim.says.endswith(f"U koos: Voorrang, want: {WHY}")
    (sheet,) = [each for each in sheets_of(outcome) if each.file == DEBTS]
    cells = dict(zip([name for name, _ in sheet.columns], sheet.rows[0], strict=True))
    assert (cells["Preferentie"], cells["Reden andere preferentie"]) == ("preferent", WHY)
    assert str(cells["Preferentie volgens schuldeiser"]).startswith("concurrent")
    document = result_document(Answer(AS_OF, AS_OF, Shown("n", "a"), ()), outcome)
    (debt,) = document["schulden"]
    told = debt["preferentie"]
    assert (told["waarde"], told["volgensSchuldeiser"], told["reden"]) == ("preferent", "concurrent", WHY)


def test_where_nothing_was_decided_the_issuer_is_heard() -> None:
    outcome = with_chosen(FILE, assessed(evidence()), [Chosen("van-een-andere-schuld", Rank.SPECIAL, WHY, AS_OF)])
    (line,) = outcome.proven_cases
    assert (line.chosen, line.rank) == (None, Rank.CONCURRENT)
