"""A report tells how much, and points at nobody."""

from datetime import UTC, date, datetime, timedelta

import pytest

from verifier.domain.reports import Cause, Deed, Outcome, Rounded, report
from verifier.exports.report import report_sheet
from verifier.exports.table import to_csv

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=2)


def asked(number: int, *, at: datetime = LONG_AGO, template: str = "intake") -> Deed:
    return Deed(at, "request_made", f"r-{number}", template)


def answered(number: int, took: int) -> Deed:
    return Deed(LONG_AGO + timedelta(seconds=took), "answer_taken", f"r-{number}", "")


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, None), (4, None), (5, 5), (7, 5), (8, 10), (103, 105)])
def test_small_numbers_are_not_told_and_others_are_rounded(count: int, told: int | None) -> None:
    assert Rounded.of(count) == Rounded(told)


def test_what_came_of_questions_is_counted_by_template_and_by_month() -> None:
    deeds = [
        *(asked(number) for number in range(10)),
        *(answered(number, 30) for number in range(6)),
        *(Deed(LONG_AGO, "request_declined", f"r-{number}", "access_denied") for number in range(6, 8)),
        *(Deed(LONG_AGO, "answer_refused", "r-9", "bad_signature") for _ in range(5)),
        *(asked(number, at=NOW - timedelta(minutes=1), template="snelscan") for number in range(20, 26)),
    ]
    found = report(deeds, NOW)
    snelscan, intake = sorted(found.templates, key=lambda each: each.template, reverse=True)
    assert (intake.asked.value, intake.outcomes[Outcome.ANSWERED].value) == (10, 5)
    assert intake.outcomes[Outcome.DECLINED] == intake.outcomes[Outcome.NONE] == Rounded(None), "two of each"
    assert snelscan.outcomes[Outcome.WAITING].value == 5, "their time has not passed"
    assert found.months[0] == date(2025, 12, 1)
    assert found.by_month[Outcome.ANSWERED][-1].value == 5
    assert found.refused == (Cause("bad_signature", Rounded(5)),)
    assert found.declined == (Cause("access_denied", Rounded(None)),)


def test_a_file_of_the_report_has_each_number_as_it_may_be_told() -> None:
    deeds = [*(asked(number) for number in range(8)), *(answered(number, 10 * (number + 1)) for number in range(5))]
    deeds += [Deed(LONG_AGO, "answer_refused", "r-7", "=bad") for _ in range(6)]
    rows = to_csv(report_sheet(report(deeds, NOW))).decode("utf-8-sig").splitlines()
    assert rows[0] == '"Over";"Waarvan";"Wat";"Aantal";"Seconden"'
    for row in (
        '"sjabloon";"intake";"Gevraagd";10;',
        '"sjabloon";"intake";"Geen antwoord";"minder dan 5";',
        '"duur";"intake";"De helft beantwoord binnen";;30',
        '"niet aangenomen";"\'=bad";"Keer";5;',
        '"maand";"2026-11";"Beantwoord";5;',
    ):
        assert row in rows
    # Where there are too few to tell, no time is.
    few = to_csv(report_sheet(report(deeds[:9], NOW))).decode("utf-8-sig")
    assert '"duur"' not in few


def test_times_are_told_of_enough_answers_only() -> None:
    deeds = [*(asked(number) for number in range(5)), *(answered(number, 10 * (number + 1)) for number in range(4))]
    (line,) = report(deeds, NOW).templates
    assert (line.half, line.most) == (None, None)
    (line,) = report([*deeds, answered(4, 50)], NOW).templates
    assert (line.half, line.most) == (timedelta(seconds=30), timedelta(seconds=46))


def test_an_answer_to_a_question_of_before_the_year_is_left_out() -> None:
    assert report([answered(1, 10)], NOW).templates == ()
