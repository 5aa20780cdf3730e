"""What is not known is said to be so in every output, and never counted as nothing."""

from dataclasses import replace

import pytest

from credentials.debts.claims import case_claims
from tests.unit.verifier.test_verifier_exports import assessed
from tests.unit.verifier.test_verifier_result import CJIB, DUO, debt, result, statements
from verifier.domain.evidence import CASE, Evidence
from verifier.domain.request import Answer, Shown
from verifier.domain.result import Result
from verifier.domain.said import said_totals
from verifier.domain.templates import SETTLEMENT
from verifier.domain.totals import FIELDS, Totals, sum_of
from verifier.domain.words import amount
from verifier.exports.document import result_document
from verifier.exports.sheets import BODIES, sheets_of
from verifier.web.views import agency_row, cases_words, reasons_of_amounts, unknown_words
from verifier.web.what_if import left_out

ALL = frozenset(FIELDS)
HIDDEN = "saldo_totaal", "achterstand_totaal", "verplicht_totaal", "vereffend_totaal"


def without(found: list[Evidence], *names: str) -> list[Evidence]:
    return [replace(each, claims={k: v for k, v in each.claims.items() if k not in names}) for each in found]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_sum_of_what_is_not_known_is_at_least_what_is() -> None:
    known, unknown = Totals(100, 200, 100, 0, 1), Totals(None, 50, None, None, 1)
    assert sum_of([known, known]) == Totals(200, 400, 200, 0, 2)
    assert sum_of([known, unknown]) == Totals(100, 250, 100, 0, 2, frozenset({"balance", "settled", "arrears"}))
    assert sum_of([unknown, unknown]).balance is None
    assert sum_of([]) == Totals()
    assert known.minus(unknown).balance is None
    assert [plain(amount(each, "balance")) for each in (known, sum_of([known, unknown]), unknown)] == [
        "€ 1,00",
        "ten minste € 1,00",
        "niet bekend",
    ]


@pytest.fixture
def untold() -> Result:
    """Two organisations; of one only the number of open cases was shared."""
    hidden = without(statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))[:1], *HIDDEN, "zaken")
    return result([*hidden, *statements(DUO, debt(500, DUO))], CJIB, DUO)


def test_an_overview_without_its_balance_is_not_one_of_nothing(untold: Result) -> None:
    at_cjib, at_duo = untold.lines
    assert at_cjib.totals == Totals(None, None, None, None, 2)
    assert (at_cjib.complete, at_duo.complete, untold.complete, untold.standing) == (False, True, False, "let_op")
    assert untold.totals == Totals(500, 500, 0, 500, 3, ALL - {"open_cases"})
    assert [body.name for body in untold.untold] == [CJIB.name]


def test_every_output_says_that_an_amount_is_not_known(untold: Result) -> None:
    told = "Hoeveel er nog te betalen is, weten wij niet: dat is niet gedeeld."
    assert untold.lines[0].sentence.endswith(told)
    # On screen.
    row = agency_row(untold.lines[0], untold.checked_at.date(), cases_asked=False)
    assert not row.nothing_open
    assert unknown_words(untold, said_totals([])).replace("\u00a0", " ") == "1 organisatie zonder heel het bedrag"
    assert reasons_of_amounts(untold) == [
        f"Hoeveel er nog te betalen is, is niet of niet helemaal bekend bij: {CJIB.name}. Vraag opnieuw."
    ]
    assert plain(cases_words(untold)) == "3 openstaande zaken bij 2 organisaties"
    assert plain(left_out(untold, ())[0]).startswith("Bewezen is samen ten minste € 5,00, maar apart getoond is")
    # In the API and the counsellor's JSON.
    document = result_document(Answer(untold.received_at, untold.checked_at, Shown("n", "a"), ()), untold)
    assert document["totalen"] == {
        "saldo": 500, "verplicht": 500, "vereffend": 0, "achterstand": 500, "openZaken": 3,
        "tenMinste": ["saldo", "verplicht", "vereffend", "achterstand"],
    }  # fmt: skip
    assert document["uitgevers"][0]["totalen"] == {
        "saldo": None, "verplicht": None, "vereffend": None, "achterstand": None, "openZaken": 2, "tenMinste": [],
    }  # fmt: skip
    # In the tables: a cell of an amount is empty, never zero, and the row says why.
    (sheet,) = [each for each in sheets_of(untold) if each.file == BODIES]
    names = [name for name, _ in sheet.columns]
    cells = dict(zip(names, sheet.rows[0], strict=True))
    assert [cells[name] for name in ("Opgelegd totaal", "Betaald", "Saldo", "Achterstand")] == [None] * 4
    assert told in str(cells["Uitleg"])


def test_where_every_open_case_was_shown_their_sum_is_the_balance() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    (line,) = result(without(found, *HIDDEN), CJIB).lines
    assert line.totals == Totals(3000, 3000, 0, 3000, 2, frozenset({"owed", "settled"}))
    assert line.complete
    (partly,) = result(without(found[:2], *HIDDEN), CJIB).lines
    assert partly.totals == Totals(1000, 1000, 0, 1000, 2, ALL - {"open_cases"})
    assert plain(partly.sentence).endswith("Het totaal is niet gedeeld. Nog te betalen is ten minste € 10,00.")
    assert not partly.complete


def test_who_has_no_open_case_is_owed_nothing_also_when_that_was_not_shared() -> None:
    (line,) = result(without(statements(CJIB), *HIDDEN), CJIB).lines
    assert line.totals == Totals(0, None, None, 0, 0)
    assert line.complete
    assert "weten wij niet" not in line.sentence


def test_a_case_whose_amount_was_not_shared_makes_the_sum_of_cases_one_of_at_least() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))[1:]
    found[1] = without(found[1:], "saldo")[0]
    (line,) = result(found, CJIB).lines
    assert line.totals.balance == 1000
    assert "balance" in line.totals.at_least
    assert plain(left_out(result(found, CJIB), ())[1]) == (
        "Van 1 bewezen schuld is het bedrag niet gedeeld: die doet hier niet mee."
    )


def test_two_copies_of_one_case_are_summed_once_where_the_overview_does_not_say_its_balance() -> None:
    found = without(statements(CJIB, debt(1000)), *HIDDEN, "zaken")
    copy = replace(found[1], claims={**found[1].claims, "zaak_digest": "van-een-andere-kopie"})
    assert result([*found, copy], CJIB, template=SETTLEMENT).totals.balance == 1000


def test_a_debt_counted_elsewhere_whose_amount_is_not_known_leaves_the_rest_unknown() -> None:
    found = statements(CJIB, debt(1000), debt(2000, reference="ZAAK-2"))
    twin = case_claims(debt(1000, DUO, organisations={CJIB.oin: CJIB.name, DUO.oin: DUO.name}), "d")
    twin |= {"opgelegd_door": found[1].claims["opgelegd_door"], "peildatum": "2026-11-01T00:00:00+01:00"}
    other = replace(statements(DUO)[0], type=CASE, claims=twin)
    hidden = [found[0], *without(found[1:], "saldo")]
    outcome = result([*hidden, other], CJIB, DUO, template=SETTLEMENT)
    assert outcome.duplicates
    assert outcome.lines[0].totals.balance is None
    assert (outcome.totals.balance, "balance" in outcome.totals.at_least) == (1000, True)


def test_nothing_proven_is_not_an_amount_of_nothing() -> None:
    assert assessed([]).totals == Totals()
    assert cases_words(assessed([])) == ""
