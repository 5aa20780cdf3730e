"""`make bench-growth`: the same issuance with ever more issued credentials in the store; time and memory stay flat.

COUNTS="1000 100000 1000000 10000000" says how many; the last takes 6 GB of disk, 10 on a server. POSTGRESQL=url of a
server on which databases may be made measures there too. Every size has a database and a process of its own; all of
them issue in turns, one flow at a time, and the table gives the medians. What was issued is made up: rows with every
index, places in status lists, and a line of the audit log each.
"""

import asyncio
import os
import sys
import tempfile
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from statistics import median
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, delete, insert, make_url, text, update
from starlette.types import ASGIApp, Message

from credentials.clock import SystemClock, epoch
from credentials.openid.offer import reference_uri
from issuer.app.compose import Agency, build
from issuer.app.keys import initialise, load_keys
from issuer.domain.offers import Grant
from issuer.storage.tables import issued_copy, status_list
from service.audit import length
from service.logging import configure
from tests.benchmarks.http.connection import Refused
from tests.benchmarks.http.flows import collect
from tests.debt_builders import SAMIRA
from tests.flows.issuance_kit import FakeLogin, a_person_file, settings_for, several_cases

COUNTS: Final = "1000 100000 1000000 10000000"
ENTRIES: Final = 131_072
FILLED: Final = ENTRIES // 2
ROUNDS: Final = 8
FLOWS: Final = 60
WARM_UP: Final = 40
STEP: Final = 250_000
"""Rows in one transaction."""


@dataclass(slots=True)
class Size:
    """One store: how it is kept, how many credentials it holds, and what a flow took in each round."""

    kept_in: str
    count: int
    pipe: Any
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: int = 0


class InProcess:
    """A wallet's connection to an agency in the same process: what is measured is the agency."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
        *,
        wanted: int = 200,
    ) -> bytes:
        """Return the body of an answer with the wanted status. Raises Refused."""
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        encoded = [(name.encode(), value.encode()) for name, value in headers]
        await self._app(
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": method,
                "scheme": "http",
                "path": target,
                "query_string": b"",
                "headers": [*encoded, (b"content-length", str(len(body)).encode())],
            },
            receive,
            send,
        )
        if sent[0]["status"] != wanted:
            raise Refused(f"{method}: {sent[0]['status']}")
        return b"".join(message.get("body", b"") for message in sent[1:])


def make(folder: str, url: str, count: int) -> None:
    """Make a store with so many issued credentials, in a process that ends with it: its memory is no agency's."""
    a_person_file(Path(folder) / "debts", several_cases())
    agency = _agency(folder, url)
    fill(agency, count)
    agency.database.close()


def serve(pipe: Pipe, folder: str, url: str) -> None:
    """Do as many flows as are asked for; answer seconds, processor seconds and memory."""
    agency = _agency(folder, url)
    base = agency.settings.base_url
    metadata = {
        "credential_issuer": base,
        "nonce_endpoint": f"{base}/nonce",
        "credential_endpoint": f"{base}/credential",
    }
    at = InProcess(agency.app)
    pipe.send(None)
    with asyncio.Runner() as runner:
        while asked := pipe.recv():
            offers = [_offered(agency) for _ in range(asked)]
            began, worked = time.perf_counter(), time.process_time()
            for offer in offers:
                runner.run(collect(at, metadata, "/oauth/token", offer))
            took = (time.perf_counter() - began) / asked, (time.process_time() - worked) / asked
            pipe.send((*took, _resident()))
    agency.database.close()


def _agency(folder: str, url: str) -> Agency:
    configure(level="error")
    settings = settings_for(Path(folder), **({"database": url} if url else {}))
    initialise(settings)
    keys = load_keys(settings, datetime.now(UTC))
    return build(settings, keys, clock=SystemClock(), login_provider=FakeLogin(), with_jobs=False)


def fill(agency: Agency, count: int) -> None:
    """Put so many issued credentials in an agency's store, beside what is there."""
    lists = [{"number": number, "entries": ENTRIES, "used": 0} for number in range(1, count // FILLED + 2)]
    with agency.database.write() as connection:
        connection.execute(delete(status_list))
        connection.execute(insert(status_list), lists)
        connection.execute(update(status_list).where(status_list.c.number < len(lists)).values(used=FILLED))
        last = update(status_list).where(status_list.c.number == len(lists))
        connection.execute(last.values(used=count % FILLED))
        before = length(connection)
        # Made once at the end, sorted, instead of row by row.
        for index in issued_copy.indexes:
            index.drop(connection)
    now = epoch(datetime.now(UTC))
    random = _RANDOM["sqlite" if agency.database.is_sqlite else "postgresql"]
    for first in range(0, count, STEP):
        with agency.database.write() as connection:
            rows = {"first": first, "end": min(first + STEP, count), "now": now, "before": before}
            connection.execute(text(_COPIES.format(**random)), rows)
            connection.execute(text(_LINES.format(**random)), rows)
    with agency.database.write() as connection:
        if not agency.database.is_sqlite:
            # Sorting millions takes longer than a service may let anything take.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for index in issued_copy.indexes:
            index.create(connection)
        connection.execute(text("ANALYZE"))


_NUMBERS: Final = """
    WITH RECURSIVE made(n) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT n + 1 FROM made WHERE n + 1 < :end)
"""
# An odd factor takes no place of a list twice.
_COPIES: Final = f"""
    INSERT INTO issuer_copy (id, session, configuration, subject_hash, case_hash, fingerprint, list_number, place,
        state, status, reason, issued_at, expires_at, changed_at)
    {_NUMBERS}
    SELECT 'made-' || n, {{text}}, 'overzicht_sdjwt', {{text}}, NULL, {{text}}, n / {FILLED} + 1, n * 48271 % {ENTRIES},
        'issued', CASE n % 50 WHEN 0 THEN 3 ELSE 0 END, NULL, :now, :now + {90 * 86_400}, NULL
    FROM made
"""
_LINES: Final = f"""
    INSERT INTO service_audit (number, at, entry, hash)
    {_NUMBERS}
    SELECT :before + n + 1, :now, '{{{{"action":"credentials.issued"}}}}', {{bytes}} FROM made
"""
_RANDOM: Final = {
    "sqlite": {"text": "lower(hex(randomblob(32)))", "bytes": "randomblob(32)"},
    "postgresql": {
        "text": "md5(random()::text) || md5(random()::text)",
        "bytes": "decode(md5(random()::text) || md5(random()::text), 'hex')",
    },
}
"""Per database: 64 characters, and 32 bytes."""


def _offered(agency: Agency) -> str:
    made = agency.desk.create_offer(SAMIRA, ["overzicht_sdjwt"], Grant.PRE_AUTHORISED)
    return reference_uri(f"{agency.settings.base_url}/offers/{made.secrets.id}")


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def measure(counts: list[int], server: str | None, console: Console) -> list[Size]:
    """Measure every size in turns, on SQLite and, where a server is given, on PostgreSQL."""
    context, sizes = get_context("spawn"), list[Size]()
    with ExitStack() as stack:
        for kept_in, count in [
            (name, count) for name in ("SQLite", "PostgreSQL")[: 1 + bool(server)] for count in counts
        ]:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="blauweknop-growth-"))
            url = "" if kept_in == "SQLite" else stack.enter_context(_database(str(server), f"growth_{count}"))
            with console.status(f"{kept_in}: making {count:,} issued credentials …"):
                made = context.Process(target=make, args=(folder, url, count))
                made.start()
                made.join()
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, folder, url), daemon=True)
            process.start()
            stack.callback(process.join)
            stack.callback(ours.send, 0)
            ours.recv()
            sizes.append(Size(kept_in, count, ours))
        for turn in range(-1, ROUNDS):
            for size in sizes:
                with console.status(f"{size.kept_in}, {size.count:,}: round {turn + 1} of {ROUNDS} …"):
                    size.pipe.send(WARM_UP if turn < 0 else FLOWS)
                    seconds, cpu, size.memory = size.pipe.recv()
                if turn >= 0:
                    size.seconds.append(seconds)
                    size.cpu.append(cpu)
    return sizes


@contextmanager
def _database(server: str, name: str) -> Iterator[str]:
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    reader = ArgumentParser("make bench-growth", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.parse_args(arguments)
    counts = [int(word) for word in os.environ.get("COUNTS", COUNTS).split()]
    console = Console() if sys.stdout.isatty() else Console(width=120)
    sizes = measure(counts, os.environ.get("POSTGRESQL"), console)
    table = Table("kept in", "issued before", "ms a flow", "CPU ms", "against the first", "resident", title=TITLE)
    for size in sizes:
        first = next(each for each in sizes if each.kept_in == size.kept_in)
        table.add_row(
            size.kept_in,
            f"{size.count:,}",
            f"{1000 * median(size.seconds):.2f}",
            f"{1000 * median(size.cpu):.2f}",
            f"{median(size.cpu) / median(first.cpu):.2f}",
            f"{size.memory / 2**20:.0f} MiB",
        )
    console.print(table)
    return 0


TITLE: Final = "Collecting one card, the wallet's part included"

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
