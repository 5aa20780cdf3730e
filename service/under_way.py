"""For whom something costly is being made in this process: one thing for each, and few in all."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final, Generic, TypeVar, final

from credentials.errors import Unavailable

_Whom = TypeVar("_Whom", bound=Hashable)

# Some are made and the others wait for a place; more would keep every thread of the service waiting.
_MOST_AT_ONCE: Final = 8


@final
class UnderWay(Generic[_Whom]):
    """Who has a place: one for each, and few in all."""

    def __init__(self, most: int = _MOST_AT_ONCE) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._whom: set[_Whom] = set()

    @contextmanager
    def of(self, whom: _Whom) -> Iterator[None]:
        """Take a place while this lasts. Raises Unavailable at once when there is none, or this one has one."""
        with self._lock:
            if whom in self._whom or len(self._whom) >= self._most:
                raise Unavailable("too many documents are being made")
            self._whom.add(whom)
        try:
            yield
        finally:
            with self._lock:
                self._whom.discard(whom)
