"""Many flows at a time, and what came of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.benchmarks.http.connection import Connection

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Outcome:
    """Flows that were done: the seconds that each took, how many failed, and the seconds of all together."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    wall: float = 0.0
    error: str = ""

    def add(self, other: "Outcome") -> None:
        """Add what another round gave."""
        self.seconds += other.seconds
        self.failed += other.failed
        self.wall += other.wall
        self.error = self.error or other.error

    @property
    def per_second(self) -> float:
        """Flows that succeeded, per second."""
        return len(self.seconds) / self.wall if self.wall else 0.0

    def quantile(self, share: float) -> float:
        """Return the milliseconds that this share of the flows took at most."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def drive(
    base_url: str,
    items: Sequence[_Item],
    concurrency: int,
    flow: Callable[[Connection, _Item], Awaitable[_Result]],
) -> tuple[Outcome, list[_Result]]:
    """Run a flow for each item, so many at a time, each line on a connection of its own."""
    waiting, outcome, results = list(reversed(items)), Outcome(), []

    async def line() -> None:
        async with Connection(base_url) as connection:
            while waiting:
                item, began = waiting.pop(), time.perf_counter()
                try:
                    results.append(await flow(connection, item))
                except Exception as error:  # noqa: BLE001  # counted, and the first is shown
                    outcome.failed += 1
                    outcome.error = outcome.error or f"{type(error).__name__}: {error}"
                else:
                    outcome.seconds.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(min(concurrency, len(items)))))
    outcome.wall = time.perf_counter() - began
    return outcome, results
