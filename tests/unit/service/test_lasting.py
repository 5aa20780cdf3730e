"""What a party shows to others and that ends: foretold in the log, and not ready when it is over."""

from datetime import timedelta

import pytest

from credentials.clock import FixedClock
from credentials.errors import ConfigurationError
from service.lasting import Lasting
from service.logging import configure
from tests.conftest import NOW

DAY = timedelta(days=1)


def test_until_its_end_it_will_do_and_from_then_on_not() -> None:
    clock = FixedClock(NOW)
    lasting = Lasting("chain.pem", NOW + DAY, 10 * DAY, clock)
    clock.advance(DAY - timedelta(seconds=1))
    lasting.demand()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(ConfigurationError, match=r"chain\.pem: its time is over"):
        lasting.demand()


@pytest.mark.parametrize(("left", "days"), [(11 * DAY, None), (10 * DAY, 10), (DAY / 2, 0), (-3 * DAY, 0)])
def test_its_end_is_foretold_when_it_is_near(
    left: timedelta, days: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    configure()
    try:
        Lasting("chain.pem", NOW + left, 10 * DAY, FixedClock(NOW)).foretell()
    finally:
        configure(level="critical", strict=True)
    said = capsys.readouterr().err
    assert ("ends_soon" in said) == (days is not None)
    assert days is None or f'"days": {days}' in said
