"""A bounded memory of results, shared by threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, final

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def _nothing(_: object) -> int:
    return 0


@final
class Kept(Generic[Key, Value]):
    """The most recently used results; making one twice at the same time does no harm.

    Not more than `limit` are kept, nor more than have `max_weight` together, where `weigh` says what one weighs by its
    key. What is heavier by itself is not kept.
    """

    __slots__ = ("_limit", "_lock", "_max_weight", "_values", "_weigh", "_weight")

    def __init__(self, limit: int, max_weight: int = 0, weigh: Callable[[Key], int] = _nothing) -> None:
        self._limit = limit
        self._max_weight = max_weight
        self._weigh = weigh
        self._weight = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: Key) -> bool:
        with self._lock:
            return key in self._values

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key, made now if it is not there. `make` runs without the lock."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        value = make()
        weight = self._weigh(key)
        with self._lock:
            if weight <= self._max_weight and key not in self._values:
                self._values[key] = value
                self._weight += weight
            while len(self._values) > self._limit or self._weight > self._max_weight:
                oldest, _ = self._values.popitem(last=False)
                self._weight -= self._weigh(oldest)
        return value
