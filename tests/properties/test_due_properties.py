"""What is due is the sum of the demands whose day has come, never more than the balance, and the same for everybody."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from credentials.clock import dutch_day
from credentials.debts.case import Case
from credentials.debts.claims import case_claims
from credentials.debts.disclosed import read_case
from credentials.debts.due import due_of
from credentials.debts.events import Event, Stage
from credentials.debts.phase import Phase
from tests.debt_builders import a_case, on
from tests.properties.test_debt_properties import histories

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
AMOUNTS = st.none() | st.integers(-1000, 10**6)


def outstanding(case: Case, *, late: bool, today: date) -> int:
    """Sum the demands that stand whose day has passed (`late`), or has come."""
    last = today - timedelta(days=1) if late else today
    total = 0
    for demand in case.demands:
        event = demand.event
        past_by_itself = event.stage is Stage.FINAL_NOTICE or (event.stage is Stage.REMINDER and event.due is None)
        if past_by_itself or (event.due is not None and event.due <= last):
            total += demand.outstanding
    return total


@given(histories(), st.integers(0, 100))
def test_what_is_due_now_is_the_sum_of_the_demands_whose_day_has_come(events: tuple[Event, ...], day: int) -> None:
    case = a_case(*events, as_of=on(day))
    today = dutch_day(on(day))
    due, most = case.due_on(today), max(case.balance, 0)
    assert due.now == min(outstanding(case, late=False, today=today), most)
    assert due.late == min(outstanding(case, late=True, today=today), most) == case.arrears
    assert due.now + due.next_amount <= most
    assert due.next_day is None or due.next_day > today
    assert due.late_since is None or due.late_since < today
    days = [demand.event.due for demand in case.demands if demand.event.due and demand.outstanding]
    if due.next_day is not None:
        assert due.next_day == min(each for each in days if each > today)


@given(histories(), st.integers(0, 100), st.integers(0, 200))
def test_a_card_tells_the_same_as_the_register_on_every_day(events: tuple[Event, ...], day: int, later: int) -> None:
    case = a_case(*events, as_of=on(day))
    today = dutch_day(on(day + later))
    assert read_case(case_claims(case, "digest")).due_on(today) == case.due_on(today)


@given(histories(), st.integers(0, 100), st.integers(0, 200))
def test_what_is_due_never_shrinks_by_waiting(events: tuple[Event, ...], day: int, later: int) -> None:
    case = a_case(*events, as_of=on(day))
    before, after = case.due_on(dutch_day(on(day))), case.due_on(dutch_day(on(day + later)))
    assert before.now <= after.now <= max(case.balance, 0)
    assert before.late <= after.late <= after.now
    assert after.now + after.next_amount <= max(case.balance, 0)


FACTS = st.fixed_dictionaries(
    {
        "as_of": st.none() | DAYS,
        "balance": AMOUNTS,
        "arrears": AMOUNTS,
        "first_day": st.none() | DAYS,
        "first_amount": AMOUNTS,
        "phase": st.none() | st.sampled_from(Phase),
    }
)


@given(DAYS, FACTS)
def test_no_card_of_anybody_says_that_more_is_due_than_is_left(today: date, facts: dict[str, Any]) -> None:
    due = due_of(today, **facts)
    if due is None:
        assert facts["arrears"] is None
        return
    assert 0 <= due.late <= due.now
    assert due.next_amount >= 0
    if facts["balance"] is not None:
        assert due.now + due.next_amount <= max(facts["balance"], 0)
    if facts["phase"] is Phase.SUSPENDED:
        assert (due.now, due.next_amount) == (0, 0)
