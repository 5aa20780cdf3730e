"""The fold: what the events of a case come to at a reference date."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from credentials.debts.case import PlanTerms, Statements
from credentials.debts.catalogue import Preference, Rank, Remedy
from credentials.debts.dates import parse_moment
from credentials.debts.errors import (
    EmptyCase,
    EventCollision,
    InconsistentCase,
    InvalidField,
    SourceError,
    UnresolvedReference,
)
from credentials.debts.events import (
    Category,
    Event,
    ObligationCorrected,
    ObligationRemitted,
    PaidOut,
    PaymentReversed,
    SetOff,
    Stage,
    stable_event_id,
)
from credentials.debts.overview import overview_of
from credentials.debts.phase import Phase
from tests.debt_builders import AS_OF, CJIB, a_case, agency, demanded, imposed, many_cases, on, paid, withdrawn


def test_obligations_and_settlements_make_the_balance() -> None:
    case = a_case(
        imposed("f1", 10000),
        imposed("f2", 900, category=Category.ADMINISTRATION),
        imposed("f3", 5000, category=Category.INCREASE),
        imposed("f4", 120, category=Category.INTEREST),
        imposed("f5", 300, category=None),
        ObligationCorrected(id="c1", registered_at=on(1), amount=-1000, corrects="f1"),
        ObligationCorrected(id="c2", registered_at=on(2), amount=100, corrects="c1"),
        paid("p1", 2000, 3),
        SetOff(id="v1", registered_at=on(4), amount=300),
        ObligationRemitted(id="k1", registered_at=on(5), amount=500, obligation="f1"),
        PaymentReversed(id="r1", registered_at=on(6), amount=700, payment="p1"),
        PaidOut(id="u1", registered_at=on(7), amount=100),
    )
    assert (case.owed, case.settled, case.balance) == (15420, 2000, 13420)
    assert (case.principal, case.administration_costs, case.increases) == (9100, 900, 5000)
    assert (case.interest, case.other_costs) == (120, 300)
    assert case.is_open


def test_a_demand_and_its_withdrawal_change_no_total() -> None:
    bare = a_case(imposed("f1", 1000))
    demand = a_case(imposed("f1", 1000), demanded("b1", 1000, 1))
    gone = a_case(imposed("f1", 1000), demanded("b1", 1000, 1), withdrawn("w1", "b1", 2))
    assert bare.balance == demand.balance == gone.balance == 1000
    assert [len(case.demands) for case in (bare, demand, gone)] == [0, 1, 0]


def test_events_after_the_reference_date_do_not_count() -> None:
    events = (imposed("f1", 1000), paid("p1", 400, 10), paid("p2", 600, 20))
    assert a_case(*events, as_of=on(9)).balance == 1000
    assert a_case(*events, as_of=on(10)).balance == 600
    assert a_case(*events, as_of=on(20)).balance == 0
    assert len(a_case(*events, as_of=on(9)).events) == 1


def test_a_case_that_had_not_begun_is_no_case() -> None:
    with pytest.raises(EmptyCase):
        a_case(imposed("f1", 1000), as_of=on(-1))


def test_the_balance_may_be_negative_for_a_while() -> None:
    events = (
        imposed("f1", 1000),
        demanded("b1", 1000, 1, due=20),
        paid("p1", 1000, 2),
        paid("p2", 1000, 3),
        PaidOut(id="u1", registered_at=on(9), amount=1000),
    )
    between = a_case(*events, as_of=on(5))
    assert between.balance == -1000
    assert between.is_open
    assert (between.phase, between.arrears, between.next_due_date) == (Phase.NONE, 0, None)
    assert not a_case(*events).is_open


def test_an_event_that_is_there_twice_counts_once() -> None:
    assert a_case(imposed("f1", 1000), paid("p1", 400, 1), paid("p1", 400, 1)).balance == 600


def test_two_events_of_one_id_that_differ_are_refused() -> None:
    with pytest.raises(EventCollision) as caught:
        a_case(imposed("f1", 1000), paid("p1", 400, 1), paid("p1", 401, 1))
    assert caught.value.event == 2


@pytest.mark.parametrize(
    "event",
    [
        withdrawn("x", "nowhere", 5),
        withdrawn("x", "f1", 5),
        withdrawn("x", "b1", 1),
        ObligationCorrected(id="x", registered_at=on(5), amount=-1, corrects="b1"),
        ObligationCorrected(id="x", registered_at=on(5), amount=-1, corrects="x"),
        PaymentReversed(id="x", registered_at=on(5), amount=1, payment="f1"),
        ObligationRemitted(id="x", registered_at=on(5), amount=1, obligation="nowhere"),
        ObligationRemitted(id="x", registered_at=on(5), amount=1, obligation="b1"),
        demanded("x", 1000, 5, obligations=("nowhere",)),
    ],
)
def test_a_reference_must_resolve_to_an_earlier_event_of_the_right_kind(event: Event) -> None:
    with pytest.raises(UnresolvedReference) as caught:
        a_case(imposed("f1", 1000), demanded("b1", 1000, 2), paid("p1", 400, 3), event)
    assert caught.value.event == 3
    assert "nowhere" not in str(caught.value)


def test_an_obligation_may_be_named_by_its_business_reference() -> None:
    case = a_case(imposed("f1", 1000, reference="V-1"), demanded("b1", 1000, 2, obligations=("V-1", "f1")))
    assert case.balance == 1000


@pytest.mark.parametrize(
    "events",
    [
        (imposed("f2", 1, primary=True),),
        (demanded("b1", 1), withdrawn("w1", "b1", 1), withdrawn("w2", "b1", 2)),
        (paid("p1", 5), PaymentReversed(id="r1", registered_at=on(1), amount=6, payment="p1")),
    ],
)
def test_a_case_that_contradicts_itself_is_refused(events: tuple[Event, ...]) -> None:
    with pytest.raises(InconsistentCase):
        a_case(imposed("f1", 1000), *events)


@pytest.mark.parametrize("amount", [0, -1, 10**14])
def test_an_amount_is_greater_than_zero_and_within_reason(amount: int) -> None:
    with pytest.raises(InvalidField) as caught:
        imposed("f1", amount)
    assert caught.value.field == "bedrag"


def test_a_correction_is_signed_but_not_of_nothing() -> None:
    with pytest.raises(InvalidField):
        ObligationCorrected(id="c", registered_at=on(0), amount=0, corrects="f1")


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(InvalidField) as caught:
        imposed("f1", 1, registered_at=datetime(2026, 1, 1))  # noqa: DTZ001  # that is the point
    assert caught.value.field == "datumtijd_gebeurtenis"


def test_events_of_the_hour_that_comes_twice_are_ordered_by_their_moment() -> None:
    early = parse_moment("2026-10-25T02:30:00+02:00")
    late = parse_moment("2026-10-25T02:30:00+01:00")
    events = (imposed("f1", 1000), paid("a", 100, registered_at=late), paid("z", 200, registered_at=early))
    assert [event.id for event in a_case(*events).events] == ["f1", "z", "a"]
    assert a_case(*events, as_of=early).balance == 800


# Demands and arrears.


def test_a_moment_on_a_zone_s_own_clock_is_pinned_to_its_offset() -> None:
    amsterdam = ZoneInfo("Europe/Amsterdam")
    early = datetime(2026, 10, 25, 2, 30, tzinfo=amsterdam)
    late = early.replace(fold=1)
    case = a_case(imposed("f1", 1000), paid("a", 100, registered_at=late), paid("z", 200, registered_at=early))
    assert [event.id for event in case.events] == ["f1", "z", "a"]
    assert a_case(*case.events, as_of=early).balance == 800


def test_a_payment_covers_the_demand_that_falls_due_first() -> None:
    case = a_case(
        imposed("f1", 3000),
        demanded("b2", 1000, 2, due=40),
        demanded("b1", 1000, 1, due=30),
        paid("p1", 1500, 5),
        as_of=on(10),
    )
    assert [(demand.event.id, demand.outstanding) for demand in case.demands] == [("b1", 0), ("b2", 500)]
    assert (case.next_due_date, case.next_due_amount) == (on(40).date(), 500)
    assert case.arrears == 0


def test_a_payment_reference_decides_before_the_due_date() -> None:
    case = a_case(
        imposed("f1", 2000),
        demanded("b1", 1000, 1, due=30, payment_reference="R1"),
        demanded("b2", 1000, 1, due=40, payment_reference="R2"),
        paid("p1", 1000, 5, payment_reference="R2"),
        as_of=on(60),
    )
    assert case.next_due_date == on(30).date()
    assert case.arrears == 1000


def test_a_demand_is_overdue_on_the_day_after_its_due_date() -> None:
    events = (imposed("f1", 1000), demanded("b1", 1000, 1, due=30))
    assert a_case(*events, as_of=on(30)).arrears == 0
    assert a_case(*events, as_of=on(31)).arrears == 1000


def test_a_final_notice_is_in_arrears_before_its_new_term_ends() -> None:
    case = a_case(imposed("f1", 1000), demanded("b1", 1000, 1, due=60, stage=Stage.FINAL_NOTICE), as_of=on(10))
    assert (case.arrears, case.phase) == (1000, Phase.FINAL_NOTICE)


def test_the_agency_may_state_what_is_in_arrears() -> None:
    events = (imposed("f1", 1000), demanded("b1", 1000, 1))
    stated = Statements(stated_at=on(5), arrears=frozenset({"b1"}))
    assert a_case(*events, as_of=on(5), statements=stated).arrears == 1000
    assert a_case(*events, as_of=on(4), statements=stated).arrears == 0


def test_a_reversed_payment_uncovers_its_demand() -> None:
    case = a_case(
        imposed("f1", 2000),
        demanded("b1", 1000, 1, due=10),
        demanded("b2", 1000, 1, due=20),
        paid("p1", 1000, 2),
        paid("p2", 1000, 3),
        PaymentReversed(id="r1", registered_at=on(4), amount=1000, payment="p1"),
    )
    assert [demand.outstanding for demand in case.demands] == [1000, 0]
    assert case.arrears == 1000


def test_money_that_comes_before_the_demand_covers_it() -> None:
    case = a_case(imposed("f1", 1000), paid("p1", 400, 1), demanded("b1", 1000, 2, due=10))
    assert case.demands[0].outstanding == 600


def test_money_paid_on_a_replaced_demand_is_not_counted_twice() -> None:
    net = a_case(
        imposed("f1", 1000),
        demanded("b1", 1000, 1, due=10),
        paid("p1", 400, 5),
        withdrawn("w1", "b1", 15),
        demanded("b2", 600, 15, due=25),
    )
    gross = a_case(
        imposed("f1", 1000),
        demanded("b1", 1000, 1, due=10),
        paid("p1", 400, 5),
        withdrawn("w1", "b1", 15),
        demanded("b2", 1000, 15, due=25),
    )
    assert net.arrears == gross.arrears == net.balance == gross.balance == 600
    assert net.next_due_amount == gross.next_due_amount == 600


def test_money_paid_back_is_taken_from_what_was_not_used() -> None:
    case = a_case(
        imposed("f1", 3000),
        demanded("b1", 1000, 1, due=10),
        paid("p1", 1500, 2),
        PaidOut(id="u1", registered_at=on(3), amount=500),
        demanded("b2", 1000, 4, due=20),
    )
    assert [demand.outstanding for demand in case.demands] == [0, 1000]


# Phase, plan and statements.


@pytest.mark.parametrize(
    ("stage", "phase"),
    [(Stage.NOTICE, Phase.NOTICE), (Stage.REMINDER, Phase.REMINDER), (Stage.FINAL_NOTICE, Phase.FINAL_NOTICE)],
)
def test_the_phase_is_that_of_the_most_urgent_demand_that_is_not_paid(stage: Stage, phase: Phase) -> None:
    case = a_case(imposed("f1", 2000), demanded("b1", 1000, 1), demanded("b2", 1000, 1, stage=stage))
    assert case.phase is phase


def test_a_paid_demand_sets_no_phase() -> None:
    case = a_case(
        imposed("f1", 2000),
        demanded("b1", 1000, 1, due=10, stage=Stage.FINAL_NOTICE),
        paid("p1", 1000, 2),
        demanded("b2", 1000, 3, due=60),
    )
    assert case.phase is Phase.NOTICE


def test_a_closed_case_has_no_phase_and_nothing_due() -> None:
    case = a_case(
        imposed("f1", 1000), demanded("b1", 1000, 1, due=10, iban="NL00", payment_reference="1"), paid("p", 1000)
    )
    assert (case.phase, case.arrears, case.next_due_date, case.payment) == (Phase.NONE, 0, None, None)


def test_a_debt_that_another_body_collects_is_transferred() -> None:
    duo = agency("duo").oin
    events = (
        imposed("f1", 1000, imposed_by=duo, executed_by=duo),
        imposed("f2", 100, 10, imposed_by=duo, executed_by=CJIB.oin),
    )
    names = {duo: "DUO"}
    assert a_case(*events, as_of=on(5), organisations=names).phase is Phase.NONE
    after = a_case(*events, organisations=names)
    assert after.phase is Phase.TRANSFERRED
    assert (after.imposed_by.name, after.executed_by.name) == ("DUO", CJIB.name)


def test_a_stated_phase_holds_from_the_moment_it_was_stated() -> None:
    stated = Statements(stated_at=on(10), phase=Phase.SUSPENDED)
    assert a_case(imposed("f1", 1000), statements=stated).phase is Phase.SUSPENDED
    assert a_case(imposed("f1", 1000), statements=stated, as_of=on(9)).phase is Phase.NONE


def test_a_plan_is_kept_until_an_instalment_is_late() -> None:
    terms = PlanTerms(100, 10, date(2026, 2, 1))
    events = (imposed("f1", 1000), demanded("b1", 100, 1, due=30), demanded("b2", 100, 1, due=60), paid("p1", 100, 20))
    kept = a_case(*events, as_of=on(60), statements=Statements(plan=terms))
    late = a_case(*events, as_of=on(61), statements=Statements(plan=terms))
    assert kept.plan is not None
    assert late.plan is not None
    assert (kept.plan.kept, late.plan.kept) == (True, False)
    assert kept.phase is late.phase is Phase.PLAN


def test_the_catalogue_fills_in_what_the_agency_does_not_state() -> None:
    case = a_case(imposed("f1", 1000, description=None))
    assert case.description == "Verkeersboete"
    assert case.remedy is not None
    assert case.remedy.kind == "administratief beroep"
    assert case.preference.value is Rank.CONCURRENT
    own = a_case(
        imposed("f1", 1000, description="Eigen tekst", legal_ground="Eigen wet"),
        statements=Statements(remedy=Remedy("bezwaar"), preference=Preference(Rank.SPECIAL, "eigen grond")),
    )
    assert own.description == "Eigen tekst"
    assert own.legal_ground is not None
    assert own.legal_ground.description == "Eigen wet"
    assert own.remedy == Remedy("bezwaar")
    assert own.preference.value is Rank.SPECIAL


def test_a_claim_type_outside_the_catalogue_is_no_obstacle() -> None:
    case = a_case(imposed("f1", 1000, type="xyz_nieuw", description=None))
    assert case.description == "Vordering"
    assert case.remedy is None
    assert case.preference.value is Rank.UNKNOWN


def test_payment_details_are_those_of_what_is_to_be_paid_first() -> None:
    case = a_case(
        imposed("f1", 2000),
        demanded("b1", 1000, 1, due=40, iban="NL2", payment_reference="2"),
        demanded("b2", 1000, 1, due=30, iban="NL1", iban_holder="CJIB", payment_reference="1"),
    )
    assert case.payment is not None
    assert (case.payment.iban, case.payment.holder, case.payment.reference) == ("NL1", "CJIB", "1")


def test_days_are_dutch_days() -> None:
    case = a_case(imposed("f1", 1000, imposed_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC)))
    assert case.origin_date == date(2026, 7, 1)


def test_an_event_without_an_id_gets_the_same_one_each_time() -> None:
    content = {"bedrag": 100, "datum": "2026-01-01"}
    assert stable_event_id(content) == stable_event_id(dict(reversed(content.items())))
    assert stable_event_id(content) != stable_event_id(content | {"bedrag": 101})


# The overview.


def test_an_overview_adds_up_its_cases() -> None:
    cases = [
        a_case(imposed("f1", 1000), demanded("b", 1000, 1, due=9, stage=Stage.REMINDER), reference="A"),
        a_case(imposed("f1", 500), paid("p", 200, 1), reference="B"),
        a_case(imposed("f1", 700), paid("p", 700, 1), reference="C"),
    ]
    overview = overview_of(CJIB, cases, AS_OF)
    assert (overview.owed, overview.settled, overview.balance, overview.arrears) == (2200, 900, 1300, 1000)
    assert len(overview.cases) == 3
    assert {case.reference for case in overview.open_cases} == {"A", "B"}
    assert overview.highest_phase is Phase.REMINDER


def test_the_order_of_an_overview_tells_nothing_and_never_changes() -> None:
    cases = many_cases(12)
    one, other = overview_of(CJIB, cases, AS_OF), overview_of(CJIB, reversed(cases), AS_OF)
    assert one == other
    assert list(one.cases) != sorted(cases, key=lambda case: case.balance)


def test_an_overview_of_nothing_is_a_statement_too() -> None:
    overview = overview_of(CJIB, (), AS_OF)
    assert (overview.balance, overview.open_cases, overview.highest_phase) == (0, (), Phase.NONE)


def test_one_reference_is_one_case() -> None:
    with pytest.raises(InconsistentCase):
        overview_of(CJIB, [a_case(), a_case()], AS_OF)


def test_every_refusal_of_a_source_has_its_own_code() -> None:
    classes = [SourceError, *SourceError.__subclasses__()]
    assert len({kind.code for kind in classes}) == len(classes)
    located = EventCollision(reason="why", event=3).located("debts.csv", 7, "bedrag")
    assert isinstance(located, EventCollision)
    assert str(located) == "source_event_collision: debts.csv, line 7, field bedrag: why"
