"""The what-if page's form: every claim is put somewhere by the counsellor, and by nobody else."""

from dataclasses import replace
from fractions import Fraction

import pytest

from credentials.debts.catalogue import Rank
from service.web.input import Form
from tests.debt_builders import AS_OF
from tests.unit.verifier.test_verifier_debts_listed import line
from tests.unit.verifier.test_verifier_exports import assessed, evidence
from verifier.domain.distribution import Place
from verifier.domain.lines import AgencyLine
from verifier.domain.result import Result
from verifier.domain.said import SaidDebt, SaidKind
from verifier.web.what_if import ClaimLine, blank, left_out, lines_of, outcome, percentage, read

FIRST = ClaimLine("a" * 32, "Belastingdienst", "Inkomstenbelasting", 100270, True, "Voorrang", Place.PREFERENTIAL)
OTHER = ClaimLine("b" * 32, "CJIB", "Verkeersboete", 199610, True, "Geen voorrang", Place.ORDINARY)
TOLD = ClaimLine("c" * 43, "een zus", "Familie", 5000, False, "")
LINES = (FIRST, OTHER, TOLD)
GOOD = {
    "bedrag": "900", f"plaats-{FIRST.key}": "voorrang", f"plaats-{OTHER.key}": "gewoon", f"plaats-{TOLD.key}": "niet",
}  # fmt: skip


def form(**changes: str) -> Form:
    return Form(list((GOOD | changes).items()))


def result_of(*lines: object) -> Result:
    result = assessed(evidence())
    (agency,) = [each for each in result.lines if isinstance(each, AgencyLine) and each.cases]
    return replace(result, lines=(replace(agency, cases=tuple(lines)),))  # type: ignore[arg-type]


def test_nothing_is_chosen_beforehand() -> None:
    assert {(each.place, each.reason) for each in blank(LINES).choices} == {("", "")}
    assert read(Form([("bedrag", "900")]), LINES).errors[0][0] == f"plaats-{FIRST.key}"
    assert len(read(Form([]), LINES).errors) == 4


def test_what_was_chosen_is_computed_to_the_cent() -> None:
    asked = read(form(), LINES)
    assert asked.errors == ()
    found = outcome(asked)
    assert [row.cents for row in found.rows] == [45105, 44895, None]
    assert [row.rate.replace("\u00a0", " ") for row in found.rows] == ["44,98 %", "22,49 %", ""]
    assert found.creditors == (("Belastingdienst", 45105), ("CJIB", 44895))


@pytest.mark.parametrize("place", ["gewoon", "voorrang"])
def test_who_puts_a_claim_elsewhere_than_its_issuer_says_why(place: str) -> None:
    changed = FIRST if place == "gewoon" else OTHER
    refused = read(form(**{f"plaats-{changed.key}": place}), LINES)
    assert [field for field, _ in refused.errors] == [f"reden-{changed.key}"]
    allowed = read(form(**{f"plaats-{changed.key}": place, f"reden-{changed.key}": "Brief van 3 mei"}), LINES)
    assert allowed.errors == ()
    assert "Brief van 3 mei" in [row.reason for row in outcome(allowed).rows]


def test_where_the_issuer_does_not_say_the_choice_is_free_and_so_is_leaving_out() -> None:
    assert read(form(**{f"plaats-{TOLD.key}": "voorrang"}), LINES).errors == ()
    assert read(form(**{f"plaats-{FIRST.key}": "niet"}), LINES).errors == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bedrag", ""),
        ("bedrag", "0"),
        ("bedrag", "-5"),
        ("bedrag", "12.34"),
        ("bedrag", "$ 5"),
        ("bedrag", "9" * 5000),
        (f"plaats-{FIRST.key}", "eerst"),
        (f"reden-{FIRST.key}", "x" * 201),
        (f"reden-{FIRST.key}", "a\u202eb"),
        (f"reden-{FIRST.key}", "a\x00b"),
    ],
)
def test_what_cannot_be_read_is_refused_by_field_and_not_written_back(field: str, value: str) -> None:
    asked = read(form(**{field: value}), LINES)
    assert [name for name, _ in asked.errors] == [field]
    assert value == "" or value not in (asked.amount, *(each.place for each in asked.choices))
    assert value not in [each.reason for each in asked.choices if each.reason]


def test_the_claims_are_those_that_count_and_have_an_amount_and_say_who_says_what() -> None:
    proven = line("CJIB", 100, preference=Rank.PREFERENTIAL, preference_ground="Wet")
    silent, special = line("DUO", 200), line("UWV", 300, preference=Rank.SPECIAL)
    outside = (line("CAK", None), line("SVB", 0), line("BD", -5), replace(line("RVO", 9), counted=False))
    said = (
        SaidDebt("id-1", SaidKind.RENT, "Woonstichting", 5000, "", AS_OF),
        SaidDebt("id-2", SaidKind.FAMILY, "een zus", None, "", AS_OF),
    )
    lines = lines_of(result_of(proven, silent, special, *outside), said)
    assert [(each.creditor, each.stated, each.says, each.proven) for each in lines] == [
        ("CJIB", Place.PREFERENTIAL, "Voorrang (Wet)", True),
        ("DUO", None, "", True),
        ("UWV", None, "Bijzondere voorrang", True),
        ("Woonstichting", None, "", False),
    ]


def test_what_cannot_take_part_is_said() -> None:
    result = assessed(evidence())
    assert left_out(result, ()) == []
    hidden = replace(result, lines=tuple(replace(each, cases=()) for each in result.lines))
    told = SaidDebt("id-2", SaidKind.FAMILY, "een zus", None, "", AS_OF)
    first, second = (each.replace("\u00a0", " ") for each in left_out(hidden, [told]))
    assert first.startswith("Bewezen is samen € 1.230,00, maar apart getoond is € 0,00.")
    assert second == "Er is van 1 genoemde schuld geen bedrag bekend: die doet hier niet mee."


def test_two_claims_never_share_the_name_of_a_field() -> None:
    one, two = line("CJIB", 100, digest="d1"), line("CJIB", 100, digest="d2")
    first, second = lines_of(result_of(one, two), ())
    assert first.key != second.key
    assert "CJIB" not in first.key


def test_a_percentage_is_rounded_half_up() -> None:
    assert percentage(Fraction(1, 3)) == "33,33\u00a0%"
    assert percentage(Fraction(12345, 1000000)) == "1,23\u00a0%"
    assert percentage(Fraction(12350, 1000000)) == "1,24\u00a0%"
    assert percentage(Fraction(1)) == "100,00\u00a0%"
