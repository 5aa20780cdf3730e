"""A desk with ten thousand files: what its list, a search and a purge cost the server.

`python -m tests.benchmarks.desk [files]`. Half of the files are answered, one in forty waits, all are one counsellor's,
and all references begin alike, so that a word of them is in every file.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from credentials.clock import FixedClock
from tests.verifier_world import World, make_world
from verifier.domain.listing import Group

OWNER = "medewerker:anna"
ROUNDS = 20


def main(count: int) -> None:
    """Fill a desk and print what each look costs, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(datetime.now(UTC).replace(microsecond=0))
        world = make_world(Path(folder), clock, agencies=("cjib",))
        _fill(world, clock, count)
        listing, desk = world.service.desks.listing, world.service.desk
        _say("first page: four groups", lambda: listing.first_page(OWNER))
        for group in Group:
            last = listing.group(OWNER, group).last
            _say(
                f"last page of {group.value!r}, {last} pages",
                lambda group=group, last=last: listing.group(OWNER, group, last),
            )  # type: ignore[misc]  # the defaults are this round's
        _say("search, one file has it", lambda: listing.search(OWNER, f"{count // 2:04}"))
        _say("search, one file has both words", lambda: listing.search(OWNER, f"2026-{count // 2:04}"))
        _say("search, every file has it", lambda: listing.search(OWNER, "2026"))
        _say("purge, nothing to go", desk.purge)

        def fifty_over() -> None:
            with world.service.database.write() as connection:
                some = "SELECT id FROM verifier_intake LIMIT 50"
                connection.execute(text(f"UPDATE verifier_intake SET delete_after = 1 WHERE id IN ({some})"))

        _say("purge, fifty to go", desk.purge, fifty_over)
        world.service.close()


def _fill(world: World, clock: FixedClock, count: int) -> None:
    clock.advance(-timedelta(days=2))
    for number in range(count):
        intake = world.service.desk.open(OWNER, f"D-2026-{number:04}", "snelscan")
        world.service.desk.ask(OWNER, intake.id)
        if number == count - 50:
            clock.advance(timedelta(days=2))
    with world.service.database.write() as connection:
        done = "SELECT id FROM verifier_intake WHERE rowid % 2"
        connection.execute(text(f"UPDATE verifier_intake SET answered_at = opened_at + 60 WHERE id IN ({done})"))
        over = (
            "UPDATE verifier_request SET state = 'answered', ended_at = created_at, binding = NULL WHERE intake_id IN"
        )
        connection.execute(text(f"{over} ({done})"))
        waits = "SELECT id FROM verifier_intake WHERE rowid % 40 = 0"
        until = int(clock.now().timestamp()) + 300
        connection.execute(text(f"UPDATE verifier_request SET expires_at = {until} WHERE intake_id IN ({waits})"))


def _say(what: str, look: Callable[[], object], before: Callable[[], object] = lambda: None) -> None:
    taken = []
    for _ in range(ROUNDS):
        before()
        start = time.perf_counter()
        look()
        taken.append((time.perf_counter() - start) * 1000)
    sys.stdout.write(f"{what:50} {median(taken):7.1f} ms, at most {max(taken):.1f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
