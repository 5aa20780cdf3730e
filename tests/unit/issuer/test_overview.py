"""What an agency's overview counts, warns of and draws."""

from datetime import UTC, datetime, timedelta
from typing import Self

from credentials.clock import FixedClock
from credentials.errors import BlauweKnopError
from issuer.domain.errors import SourceUnavailable
from issuer.domain.running import Step
from issuer.usecases.failures import CountFailures
from service.charts import COLUMN, HEIGHT, Chart, Series
from service.errors import LoginNeeded, LoginRefused
from tests.unit.issuer.test_issuer_oidc import NOW

DAY = datetime(2026, 11, 23, tzinfo=UTC).date()


class Written:
    """A store that is given counts, and may be full."""

    def __init__(self) -> None:
        self.added: list[dict[tuple[Step, str], int]] = []
        self.full = False

    def write(self) -> "Written":
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def failures(self) -> "Written":
        return self

    def add(self, day: object, times: dict[tuple[Step, str], int]) -> None:
        assert day == DAY
        if self.full:
            raise SourceUnavailable
        self.added.append(dict(times))


def a_counter() -> tuple[CountFailures, Written]:
    store = Written()
    return CountFailures(store, FixedClock(NOW)), store  # type: ignore[arg-type]  # what is used of it


def test_failures_are_counted_by_step_and_cause_and_written_once() -> None:
    counter, store = a_counter()
    for _ in range(3):
        counter.hear("/credential", SourceUnavailable())
    counter.hear("/inloggen/terug", LoginRefused())
    counter.write()
    counter.write()
    assert store.added == [{(Step.CREDENTIAL, "source_unavailable"): 3, (Step.LOGIN, "login_refused"): 1}]


def test_what_is_part_of_how_it_goes_is_no_failure() -> None:
    counter, store = a_counter()
    counter.hear("/schulden", LoginNeeded())
    for route in ("", "/nergens", "/beheer/terug", "/api/v1/aanbiedingen"):
        counter.hear(route, SourceUnavailable())
    counter.write()
    assert store.added == []


def test_what_cannot_be_written_is_kept_for_later() -> None:
    counter, store = a_counter()
    counter.hear("/credential", SourceUnavailable())
    store.full = True
    counter.finish()
    store.full = False
    counter.hear("/credential", SourceUnavailable())
    counter.write()
    assert store.added == [{(Step.CREDENTIAL, "source_unavailable"): 2}]


def test_no_stranger_makes_counts_without_end() -> None:
    counter, store = a_counter()
    for number in range(2_000):
        error = BlauweKnopError()
        error.code = f"code_{number}"
        counter.hear("/credential", error)
    counter.write()
    assert len(store.added[0]) == 500


def a_chart(*values: tuple[int, ...]) -> Chart:
    days = tuple(DAY + timedelta(days=number) for number in range(len(values[0])))
    return Chart("", days, tuple(Series(str(at), "ok", each) for at, each in enumerate(values)))


def test_bars_stand_on_each_other_and_none_leaves_the_drawing() -> None:
    chart = a_chart((5, 0, 20), (5, 0, 3))
    assert chart.top == 30
    first, second = [bar for bar in chart.bars if bar.x < COLUMN]
    assert first.y + first.height == HEIGHT
    assert second.y + second.height == first.y
    assert all(bar.y >= 0 for bar in chart.bars)
    assert [row[1] for row in chart.rows] == [(20, 3), (5, 5)], "the newest first, empty days left out"


def test_without_anything_there_is_a_drawing_all_the_same() -> None:
    chart = a_chart((0, 0))
    assert (chart.top, chart.bars, chart.rows) == (1, [], [])
