"""How many documents are made at a time: one for each citizen, few in all, and none is refused after it began."""

import pytest

from credentials.debts.bsn import Bsn
from credentials.errors import Unavailable
from service.under_way import UnderWay
from tests.debt_builders import SAMIRA

JOHAN = Bsn("111222333")


def test_a_citizen_has_one_at_a_time() -> None:
    under_way = UnderWay[Bsn]()
    with under_way.of(SAMIRA):
        with pytest.raises(Unavailable), under_way.of(SAMIRA):
            pytest.fail("two are made for one citizen")
        with under_way.of(JOHAN):
            pass


def test_the_place_is_free_again_also_when_it_went_wrong() -> None:
    under_way = UnderWay[Bsn](most=1)
    with pytest.raises(ZeroDivisionError), under_way.of(SAMIRA):
        raise ZeroDivisionError
    with under_way.of(SAMIRA):
        pass


def test_there_are_few_in_all() -> None:
    under_way = UnderWay[Bsn](most=1)
    with under_way.of(SAMIRA), pytest.raises(Unavailable), under_way.of(JOHAN):
        pytest.fail("more are made than there are places")
