"""What follows when a debt is not paid: per phase, plan, history and kind of debt."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from credentials.debts.catalogue import CATALOGUE, Step
from credentials.debts.disclosed import DisclosedEvent
from credentials.debts.events import Stage
from credentials.debts.phase import Phase
from credentials.debts.unpaid import Consequence, History, Money, consequence
from tests.debt_builders import demanded, imposed, paid

NOTHING_HAPPENED = History()


def follows(phase: Phase, *, plan_kept: bool | None = None, history: History = NOTHING_HAPPENED, type: str = "") -> str:
    return consequence(balance=1000, phase=phase, type=type, plan_kept=plan_kept, history=history)


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        (Phase.NONE, Consequence.NOTHING),
        (Phase.SUSPENDED, Consequence.PAUSED),
        (Phase.PLAN, Consequence.PLAN),
        (Phase.NOTICE, Consequence.REMINDER),
        (Phase.REMINDER, Consequence.FINAL_NOTICE),
        (Phase.FINAL_NOTICE, Consequence.AFTER_FINAL_NOTICE),
        (Phase.WRIT, Consequence.WRIT),
        (Phase.TRANSFERRED, Consequence.TRANSFERRED),
    ],
)
def test_each_phase_has_its_own_consequence(phase: Phase, expected: Consequence) -> None:
    assert follows(phase) == expected


@pytest.mark.parametrize("code", CATALOGUE)
def test_after_the_first_letter_the_kind_of_debt_decides(code: str) -> None:
    expected = {
        Step.REMINDER: Consequence.REMINDER,
        Step.FINE_RISES: Consequence.FINE_RISES,
        Step.FINAL_NOTICE_WITH_COSTS: Consequence.FINAL_NOTICE_WITH_COSTS,
        Step.SET_OFF: Consequence.SET_OFF,
    }[CATALOGUE[code].unpaid]
    assert follows(Phase.NOTICE, type=code) == expected
    assert follows(Phase.FINAL_NOTICE, type=code) == Consequence.AFTER_FINAL_NOTICE


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("cjib_wahv", Consequence.FINE_RISES),
        ("bd_inkomstenbelasting", Consequence.FINAL_NOTICE_WITH_COSTS),
        ("uwv_terugvordering_ww", Consequence.SET_OFF),
        ("tsl_terugvordering_zorgtoeslag", Consequence.SET_OFF),
        ("duo_lesgeld", Consequence.REMINDER),
        ("priv_energielevering", Consequence.REMINDER),
        ("new_kind", Consequence.REMINDER),
    ],
)
def test_a_fine_rises_a_tax_costs_and_a_benefit_is_set_off(code: str, expected: Consequence) -> None:
    assert follows(Phase.NOTICE, type=code) == expected


class TestWithheld:
    WITHHELD = History(last=Money.WITHHELD)

    @pytest.mark.parametrize("phase", [Phase.NOTICE, Phase.REMINDER, Phase.FINAL_NOTICE, Phase.TRANSFERRED, Phase.PLAN])
    def test_what_is_withheld_is_not_reminded_of(self, phase: Phase) -> None:
        assert follows(phase, history=self.WITHHELD) == Consequence.WITHHELD

    def test_a_bailiff_and_a_pause_go_before_it(self) -> None:
        assert follows(Phase.WRIT, history=self.WITHHELD) == Consequence.WRIT
        assert follows(Phase.SUSPENDED, history=self.WITHHELD) == Consequence.PAUSED

    def test_one_set_off_says_so_only_where_the_agency_collects_that_way(self) -> None:
        history = History(last=Money.SET_OFF)
        assert follows(Phase.NOTICE, history=history, type="cak_bestuursrechtelijke_premie") == Consequence.WITHHELD
        assert follows(Phase.NOTICE, history=history, type="bd_inkomstenbelasting") != Consequence.WITHHELD

    @pytest.mark.parametrize("text", ["Ingehouden op uw uitkering", "Broninhouding mei", "Loonbeslag"])
    def test_the_agencys_own_word_for_a_payment_tells(self, text: str) -> None:
        events = [imposed("f", 100), paid("p", 10, description=text)]
        assert History.of(events).last is Money.WITHHELD

    def test_who_is_reminded_after_it_is_no_longer_withheld_from(self) -> None:
        taken = paid("p1", 100, 3, description="Ingehouden op uw uitkering")
        reminder = demanded("b2", 100, 4, stage=Stage.REMINDER)
        assert History.of([taken, demanded("b1", 100, 4, stage=Stage.NOTICE)]).last is Money.WITHHELD
        assert History.of([taken, reminder]).last is None
        assert History.of([reminder, replace(taken, registered_at=reminder.registered_at)]).last is Money.WITHHELD
        shown = DisclosedEvent(slot="1", type="BetalingVerwerkt", at=taken.registered_at, description=taken.description)
        for stage, last in ((Stage.NOTICE, Money.WITHHELD), (Stage.REMINDER, None), (Stage.FINAL_NOTICE, None)):
            at = reminder.registered_at
            letter = DisclosedEvent(slot="2", type="BetalingsverplichtingOpgelegd", at=at, description=str(stage))
            assert History.of_disclosed([shown, letter]).last is last

    def test_a_citizen_who_pays_after_it_is_no_longer_withheld_from(self) -> None:
        events = [paid("p", 10, description="Ingehouden op uw uitkering"), paid("q", 10, description="Betaald")]
        assert History.of(events).last is Money.PAID


class TestPlan:
    def test_a_plan_that_is_kept_can_end(self) -> None:
        assert follows(Phase.NOTICE, plan_kept=True) == Consequence.PLAN

    def test_a_plan_that_is_not_kept_can_end_now(self) -> None:
        assert follows(Phase.PLAN, plan_kept=False) == Consequence.PLAN_AT_RISK

    def test_without_a_plan_there_is_none_to_lose(self) -> None:
        assert follows(Phase.NOTICE) != Consequence.PLAN


class TestHistory:
    def test_a_letter_that_was_withdrawn_is_not_sent_again(self) -> None:
        reminded = History(furthest=Stage.REMINDER)
        assert follows(Phase.NOTICE, history=reminded) == Consequence.FINAL_NOTICE
        warned = History(furthest=Stage.FINAL_NOTICE)
        assert follows(Phase.NOTICE, history=warned, type="cjib_wahv") == Consequence.AFTER_FINAL_NOTICE

    def test_the_furthest_letter_counts_whatever_came_after(self) -> None:
        events = [demanded("a", 100, 1, stage=Stage.REMINDER), demanded("b", 100, 2, stage=Stage.NOTICE)]
        assert History.of(events).furthest is Stage.REMINDER

    def test_a_card_tells_the_same_in_whatever_order(self) -> None:
        def at(day: int) -> datetime:
            return datetime(2026, 5, day, tzinfo=UTC)

        events = [
            DisclosedEvent(slot="3", type="BetalingVerwerkt", at=at(3), description="Ingehouden op uw uitkering"),
            DisclosedEvent(slot="1", type="BetalingsverplichtingOpgelegd", at=at(1), description="Herinnering"),
            DisclosedEvent(slot="2", type="BetalingVerwerkt", at=at(2), description="Betaald"),
        ]
        assert History.of_disclosed(events) == History(Money.WITHHELD, Stage.REMINDER)
        assert History.of_disclosed(reversed(events)) == History(Money.WITHHELD, Stage.REMINDER)


def test_nothing_follows_when_nothing_is_left_or_nothing_is_known() -> None:
    for balance in (0, -5):
        done = consequence(balance=balance, phase=Phase.REMINDER, type=None, plan_kept=None, history=NOTHING_HAPPENED)
        assert done is Consequence.NOTHING
    unknown = consequence(balance=5, phase=None, type=None, plan_kept=None, history=NOTHING_HAPPENED)
    assert unknown is Consequence.NOTHING
