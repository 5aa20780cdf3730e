"""What must hold for every CSV file of debts, however often its rows repeat each other and whatever is added to it."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from credentials.debts.case import Case
from credentials.debts.fcid import FcidDocument
from issuer.sources.csv_file import read_csv
from tests.debt_builders import CJIB, SAMIRA
from tests.debt_files import COLUMNS, a_file, a_payment, an_obligation

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)

payments = st.lists(st.tuples(st.integers(1, 28), st.sampled_from(("10,00", "50,00", "0,01"))), max_size=12)


def document_of(*rows: str) -> FcidDocument:
    return read_csv(a_file(*rows), COLUMNS, file="debts.csv", source_oin=CJIB.oin, at=AT)[SAMIRA]


def case_of(*rows: str) -> Case:
    (case,) = document_of(*rows).cases_at(CJIB)
    return case


def cents(amount: str) -> int:
    return int(amount.replace(",", ""))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30))
def test_a_payment_that_stands_n_times_counts_n_times(times: int) -> None:
    assert case_of(an_obligation("1000,00"), *[a_payment("10,00")] * times).balance == 100_000 - 1000 * times


@settings(max_examples=100, deadline=None)
@given(payments, payments, st.randoms(use_true_random=False))
def test_reading_again_after_rows_were_added_changes_no_id(
    before: list[tuple[int, str]], added: list[tuple[int, str]], random: Random
) -> None:
    old = [a_payment(amount, day) for day, amount in before]
    new = [a_payment(amount, day) for day, amount in added]
    known = {event.id: event for event in case_of(an_obligation("1000,00"), *old).events}
    mixed = [*old, *new]
    random.shuffle(mixed)
    for rows in ([an_obligation("1000,00"), *old, *new], [an_obligation("1000,00"), *mixed]):
        case = case_of(*rows)
        assert known.items() <= {event.id: event for event in case.events}.items()
        assert case.settled == sum(cents(amount) for _, amount in (*before, *added))


@settings(max_examples=60, deadline=None)
@given(payments, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_changes_the_events(rows: list[tuple[int, str]], random: Random) -> None:
    written = [an_obligation("1000,00"), *(a_payment(amount, day) for day, amount in rows)]
    shuffled = list(written)
    random.shuffle(shuffled)
    assert document_of(*written).cases == document_of(*shuffled).cases
