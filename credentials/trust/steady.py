"""One trust list for all that is judged together, so that a renewal in between does not part it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import final

from credentials.consulted import TRUST_LIST, note
from credentials.trust.trust_list import TrustList

# A context of its own, so that threads do not share it; by the list's source.
_HELD: ContextVar[dict[int, TrustList] | None] = ContextVar("trust_lists_of_a_moment", default=None)


@final
class SteadyTrustList:
    """The current trust list; within `steady` the one that was current when it was first asked for."""

    __slots__ = ("_current",)

    def __init__(self, current: Callable[[], TrustList]) -> None:
        self._current = current

    def __call__(self) -> TrustList:
        """Return the list. Raises TrustListExpired."""
        found = self._found()
        note(TRUST_LIST, found.text)
        return found

    def _found(self) -> TrustList:
        held = _HELD.get()
        if held is None:
            return self._current()
        found = held.get(id(self))
        if found is None:
            found = held[id(self)] = self._current()
        return found

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Within this context, look the list up once at most."""
        token = _HELD.set({})
        try:
            yield
        finally:
            _HELD.reset(token)
