"""Choosing indices: random, unused, one per issued copy, so that neighbours tell nothing (Token Status List 13.2)."""

import secrets
from collections.abc import Callable
from typing import Final

from credentials.errors import BlauweKnopError

MAX_LOAD: Final = 0.5
"""The share of a list that may be given out. Beyond it, a guess misses too often; and half stays as decoys."""

_TRIES_PER_INDEX: Final = 64


class ListFull(BlauweKnopError):
    """No free index was found: it is time for another list."""

    code = "status_list_full"


def choose_indices(
    count: int,
    size: int,
    is_free: Callable[[int], bool],
    randbelow: Callable[[int], int] = secrets.randbelow,
) -> tuple[int, ...]:
    """Choose distinct free indices of a list, uniformly at random; reserving them is the caller's. Raises ListFull."""
    chosen: dict[int, None] = {}
    for _ in range(_TRIES_PER_INDEX * count):
        if len(chosen) == count:
            break
        index = randbelow(size)
        if index not in chosen and is_free(index):
            chosen[index] = None
    if len(chosen) < count:
        raise ListFull("the list has no room for so many credentials")
    return tuple(chosen)
