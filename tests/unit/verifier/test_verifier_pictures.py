"""The drawings of a result: the same amounts as the text, to the cent, on one scale."""

from dataclasses import replace
from datetime import date, timedelta

from credentials.clock import dutch_day
from credentials.debts.due import Due
from credentials.debts.phase import Phase
from service.charts import WIDTH, Rows, Series
from tests.unit.verifier.test_verifier_debts_listed import line
from tests.unit.verifier.test_verifier_result import CJIB, DUO, debt, result, statements
from tests.unit.verifier.test_verifier_what_if import result_of
from verifier.domain.templates import SNELSCAN
from verifier.web.pictures import pictures

LINES = (
    line("b", 100, Due(now=80, late=50, pay_by=date(2026, 5, 1)), phase=Phase.REMINDER),
    line("a", 300, Due(next_amount=5, next_day=date(2026, 12, 1)), phase=Phase.PLAN),
    line("a", 200, Due(now=90, late=90, pay_by=date(2026, 4, 1)), phase=Phase.WRIT),
    line("c", 7),
)


def told(drawing: Rows) -> dict[str, tuple[int, ...]]:
    return {name.replace("\u00a0", " "): tuple(values) for name, values, _ in drawing.rows}


def test_each_drawing_has_every_cent_once() -> None:
    outside = (line("d", None), line("e", -50), replace(line("f", 9), counted=False))
    who, phases, days = pictures(result_of(*LINES, *outside))
    assert told(who) == {"a": (90, 410), "b": (50, 50), "c": (0, 7)}
    assert told(phases) == {
        "Dwangbevel": (90, 110), "Herinnering": (50, 50), "Betalingsregeling": (0, 300), "niet gedeeld": (0, 7),
    }  # fmt: skip
    assert told(days) == {
        "Te laat": (140, 0, 0), "Nu te betalen": (0, 30, 0), "december 2026": (0, 5, 0),
        "Nog geen dag bekend": (0, 0, 432),
    }  # fmt: skip
    assert {sum(each.totals) for each in (who, phases, days)} == {607}


def test_what_is_late_what_comes_soon_and_what_later_look_different_and_have_a_column_each() -> None:
    today = dutch_day(result_of().checked_at)
    soon, later = today + timedelta(days=31), today + timedelta(days=32)
    whole = Due(now=30, late=20, pay_by=today), Due(next_amount=4, next_day=soon), Due(next_amount=5, next_day=later)
    *_, days = pictures(result_of(*(line("a", due.now + due.next_amount, due) for due in whole)))
    assert [(each.name, each.look, sum(each.values)) for each in days.series] == [
        ("Te laat", "error", 20), ("Binnen een maand", "warning", 14), ("Later", "plain", 5),
    ]  # fmt: skip
    assert sum(days.totals) == 39
    # A month may have both, and then its bar has both looks.
    assert {name: [bar.look for bar in bars] for name, _, bars in days.rows}["december\u00a02026"] == [
        "warning",
        "plain",
    ]


def test_where_no_debts_were_shown_organisations_are_drawn_and_what_is_not_known_is_not() -> None:
    found = statements(CJIB, debt(1000))[:1] + statements(DUO, debt(500, DUO))[:1]
    (drawing,) = pictures(result(found, CJIB, DUO, template=SNELSCAN))
    assert told(drawing) == {CJIB.name: (1000, 0), DUO.name: (500, 0)}
    hidden = replace(found[0], claims={k: v for k, v in found[0].claims.items() if k != "saldo_totaal"})
    assert pictures(result([hidden], CJIB, template=SNELSCAN)) == []


def test_bars_are_on_one_scale_and_what_is_there_is_seen() -> None:
    drawing = Rows("t", "o", ("a", "b", "c"), (Series("x", "error", (500, 0, 1)), Series("y", "plain", (500, 250, 0))))
    bars = [[(bar.look, bar.x, bar.width) for bar in row] for _, _, row in drawing.rows]
    assert bars == [
        [("error", 0, WIDTH // 2), ("plain", WIDTH // 2, WIDTH // 2)],
        [("plain", 0, WIDTH // 4)],
        [("error", 0, 1)],
    ]
    assert Rows("t", "o", (), (Series("x", "plain", ()),)).rows == []
