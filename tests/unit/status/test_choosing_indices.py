"""Indices are random, distinct, unused, and give no neighbour away."""

from random import Random

import pytest

from credentials.status import ListFull, choose_indices


def test_indices_are_distinct_and_free() -> None:
    taken = set(range(0, 1000, 2))
    chosen = choose_indices(100, 1000, lambda index: index not in taken, Random(1).randrange)
    assert len(set(chosen)) == 100
    assert not set(chosen) & taken


@pytest.mark.requirement("tsl-indices")
def test_indices_are_spread_over_the_list() -> None:
    chosen = choose_indices(500, 131_072, lambda _: True, Random(1).randrange)
    assert sum(index < 65_536 for index in chosen) in range(200, 300)
    assert list(chosen) != sorted(chosen)


def test_a_full_list_is_told() -> None:
    with pytest.raises(ListFull):
        choose_indices(1, 1000, lambda _: False)
    with pytest.raises(ListFull):
        choose_indices(11, 10, lambda _: True)


def test_none_is_as_good_as_any() -> None:
    assert choose_indices(0, 10, lambda _: True) == ()
