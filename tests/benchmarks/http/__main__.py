"""`make bench-http`: the services under load, from making offers to the counsellor's stored answer.

N=1000 flows of each kind, C=8 at a time; BASE=revision puts an older commit beside it, checked out, set up and run in
turns in the same run; WORKERS=2 gives each service of this checkout so many processes; PEER=url PEER_CONFIG=id puts
another issuer beside it that makes offers by `POST {configs, count}`. JSON=file writes the figures too;
`BENCH_ARGS=--write` renews the table in docs/performance.md.
"""

import asyncio
import json
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from credentials.formats.sd_jwt import SdJwtVc
from tests.benchmarks.http.connection import Connection
from tests.benchmarks.http.flows import Held, answer, collect, path_of
from tests.benchmarks.http.load import Outcome, drive
from tests.benchmarks.http.sides import HERE, NoSide, Side, checked_out, running, syncs

PAGE: Final = HERE / "docs" / "performance.md"
BEGIN: Final = "<!-- measured: http -->"
END: Final = "<!-- measured until here -->"
ROUNDS: Final = 5
WARM_UP: Final = 40
TRACED: Final = 100
AGENCY: Final = "cjib"
CONFIGURATION: Final = "overzicht_sdjwt"


@dataclass(slots=True)
class Row:
    """One kind of work on one side. `cpu` is seconds of processor, `written` bytes and `synced` fsyncs, all rounds."""

    work: str
    side: str
    outcome: Outcome = field(default_factory=Outcome)
    cpu: float = 0.0
    written: int = 0
    synced: float | None = None
    memory: int = 0

    def figures(self) -> dict[str, float | None]:
        """Return what is reported, per flow where that makes sense."""
        done = max(1, len(self.outcome.seconds))
        # Of another's issuer only its answers are known.
        ours = self.memory > 0
        return {
            "perSecond": round(self.outcome.per_second, 1),
            "p50": round(self.outcome.quantile(0.5), 1),
            "p95": round(self.outcome.quantile(0.95), 1),
            "p99": round(self.outcome.quantile(0.99), 1),
            "failed": self.outcome.failed,
            "cpuMs": round(1000 * self.cpu / done, 2) if ours else None,
            "kilobytesWritten": round(self.written / done / 1000, 1) if ours else None,
            "syncs": None if self.synced is None else round(self.synced, 2),
            "memoryMb": round(self.memory / 1e6) if ours else None,
        }


class Bench:
    """All sides, and the rows that come of measuring them in turns."""

    def __init__(self, sides: list[Side], flows: int, concurrency: int) -> None:
        self._sides, self._flows, self._concurrency = sides, flows, concurrency
        self._held: dict[str, list[Held]] = {}
        self._format = SdJwtVc()
        self.rows: dict[tuple[str, str], Row] = {}

    async def run(self, console: Console) -> None:
        """Measure everything, each round on each side in turn."""
        flows, several = self._flows, self._concurrency
        works: list[tuple[str, Work, int, int]] = [
            (f"collect one card, {several} at a time", self._collecting, flows, several),
            (f"answer, direct_post, {several} at a time", partial(self._answering, "direct_post"), flows, several),
            (
                f"answer, direct_post.jwt, {several} at a time",
                partial(self._answering, "direct_post.jwt"),
                flows,
                several,
            ),
            ("collect one card, 32 at a time", self._collecting, flows, 32),
            ("issuer metadata", self._reading_metadata, flows * 2, several),
            ("status list", self._reading_status, flows * 2, several),
        ]
        for name, work, count, concurrency in works:
            for side in self._sides:
                with console.status(f"{side.name}: {name}, warming up …"):
                    await work(side, WARM_UP)(concurrency)
            for turn in range(ROUNDS):
                for side in self._sides:
                    with console.status(f"{side.name}: {name}, round {turn + 1} of {ROUNDS} …"):
                        await self._round(name, side, work(side, max(1, count // ROUNDS)), concurrency)
            for side in self._sides:
                with console.status(f"{side.name}: {name}, counting what is written through …"):
                    ready = work(side, TRACED)
                    with syncs(side) as counted:
                        await ready(concurrency)
                if counted:
                    self.rows[name, side.name].synced = counted[0] / TRACED

    async def _round(self, name: str, side: Side, ready: "Ready", concurrency: int) -> None:
        row = self.rows.setdefault((name, side.name), Row(name, side.name))
        before = side.usage()
        row.outcome.add(await ready(concurrency))
        after = side.usage()
        row.cpu += after.cpu - before.cpu
        row.written += after.written - before.written
        row.memory = max(row.memory, after.memory)

    def _collecting(self, side: Side, count: int) -> "Ready":
        agency = side.report["issuers"][AGENCY]
        asked = {"bsn": side.report["personas"]["P1"]["bsn"], "configuraties": [CONFIGURATION]}
        offering = f"{agency['url']}/api/v1/aanbiedingen"
        links = [side.ask(offering, asked, agency["apiToken"])["aanbodUri"] for _ in range(count)]
        metadata = side.ask(f"{agency['url']}/.well-known/openid-credential-issuer")
        server = side.ask(f"{agency['url']}/.well-known/oauth-authorization-server")
        token_path = path_of(server["token_endpoint"])

        async def ready(concurrency: int) -> Outcome:
            outcome, held = await drive(
                agency["url"], links, concurrency, lambda at, link: collect(at, metadata, token_path, link)
            )
            self._held.setdefault(side.name, []).extend(held)
            return outcome

        return ready

    def _answering(self, mode: str, side: Side, count: int) -> "Ready":
        verifier, held = side.report["verifier"], self._held[side.name]
        card = {
            "id": "overzicht",
            "format": "dc+sd-jwt",
            "meta": {"vct_values": [held[0].type]},
            "claims": [{"path": ["saldo_totaal"]}, {"path": ["peildatum"]}],
        }
        asked = {"dcqlQuery": {"credentials": [card]}, "responseMode": mode}
        url = f"{verifier['url']}/api/v1/verificatieverzoeken"
        links = [side.ask(url, asked, verifier["apiToken"])["verzoekUri"] for _ in range(count)]
        shown = [(link, held[place % len(held)]) for place, link in enumerate(links)]

        async def ready(concurrency: int) -> Outcome:
            outcome, _ = await drive(
                verifier["url"], shown, concurrency, lambda at, each: answer(at, self._format, each[0], each[1])
            )
            return outcome

        return ready

    def _reading_metadata(self, side: Side, count: int) -> "Ready":
        return _reading(side.report["issuers"][AGENCY]["url"], "/.well-known/openid-credential-issuer", count)

    def _reading_status(self, side: Side, count: int) -> "Ready":
        [status] = self._format.inspect(self._held[side.name][0].credential).status
        return _reading(side.report["issuers"][AGENCY]["url"], path_of(status.uri), count)


Ready: TypeAlias = Callable[[int], Awaitable[Outcome]]
"""Flows whose offers or requests were made: run them, so many at a time."""
Work: TypeAlias = Callable[[Side, int], Ready]


def _reading(url: str, path: str, count: int) -> Ready:
    async def ready(concurrency: int) -> Outcome:
        return (await drive(url, [path] * count, concurrency, _fetch))[0]

    return ready


async def _fetch(connection: Connection, path: str) -> bytes:
    return await connection.request("GET", path)


async def _peer(url: str, configuration: str, flows: int, concurrency: int) -> Outcome:
    """Collect from another issuer, whose offers are made by `POST {configs, count}` at this address."""
    asked = json.dumps({"configs": [configuration], "count": flows + WARM_UP}).encode()
    base = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    async with Connection(base) as connection:
        made = await connection.request("POST", path_of(url), asked, (("content-type", "application/json"),))
    offers = [each["offer"] for each in json.loads(made)["offers"]]
    async with Connection(base) as connection:
        metadata: dict[str, Any] = json.loads(await connection.request("GET", "/.well-known/openid-credential-issuer"))
        server = json.loads(await connection.request("GET", "/.well-known/oauth-authorization-server"))
    token_path = path_of(server["token_endpoint"])

    async def flow(connection: Connection, link: str) -> Held:
        return await collect(connection, metadata, token_path, link)

    await drive(base, offers[:WARM_UP], concurrency, flow)
    outcome, _ = await drive(base, offers[WARM_UP:], concurrency, flow)
    return outcome


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and with `--write` renew the page's table."""
    reader = ArgumentParser("make bench-http", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.add_argument("--write", action="store_true", help="renew the table in docs/performance.md")
    write = reader.parse_args(arguments).write
    console = Console() if sys.stdout.isatty() else Console(width=170)
    flows, concurrency = int(os.environ.get("N") or 1000), int(os.environ.get("C") or 8)
    base, peer = os.environ.get("BASE"), os.environ.get("PEER")
    with ExitStack() as stack:
        try:
            sides = []
            if base:
                with console.status(f"Checking out {base} …"):
                    folder = stack.enter_context(checked_out(base))
                with console.status(f"Starting {base} …"):
                    sides.append(stack.enter_context(running(base, folder, 18_100)))
            with console.status("Starting the services of this checkout …"):
                sides.append(stack.enter_context(running("here", HERE, 17_100)))
        except NoSide as error:
            console.print(str(error), markup=False)
            return 1
        bench = Bench(sides, flows, concurrency)
        asyncio.run(bench.run(console))
        rows = list(bench.rows.values())
        started = {side.name: round(side.started, 1) for side in sides}
    if peer:
        with console.status("The peer …"):
            outcome = asyncio.run(_peer(peer, os.environ.get("PEER_CONFIG", ""), flows, concurrency))
        rows.insert(len(sides), Row(rows[0].work, "peer issuer", outcome))
    _show(console, rows, started)
    if report := os.environ.get("JSON"):
        named = [{"work": row.work, "side": row.side, **row.figures()} for row in rows]
        Path(report).write_text(json.dumps({"started": started, "rows": named}, indent=1) + "\n")
    if write:
        head, _, rest = PAGE.read_text().partition(BEGIN)
        tail = rest.partition(END)[2]
        PAGE.write_text(f"{head}{BEGIN}\n\n{_markdown(rows)}\n{END}{tail}")
    return 1 if any(row.outcome.failed for row in rows) else 0


_HEADS: Final = ("Work", "Build", "/s", "p50 ms", "p95", "p99", "failed", "CPU ms", "kB written", "fsyncs", "MB")


def _cells(row: Row) -> list[str]:
    figures = row.figures()
    return [row.work, row.side, *("" if value is None else f"{value:g}" for value in figures.values())]


def _show(console: Console, rows: list[Row], started: dict[str, float]) -> None:
    table = Table(title="Services under load; CPU, bytes and fsyncs are per flow and of the services only")
    for place, name in enumerate(_HEADS):
        table.add_column(name, justify="left" if place < 2 else "right")
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)
    for row in rows:
        if row.outcome.error:
            console.print(
                f"{row.side}, {row.work}: {row.outcome.failed} failed, first {row.outcome.error}", markup=False
            )
    console.print("Started, story included: " + ", ".join(f"{name} {seconds} s" for name, seconds in started.items()))


def _markdown(rows: list[Row]) -> str:
    lines = [f"| {' | '.join(_HEADS)} |", "| --- | --- |" + " ---: |" * (len(_HEADS) - 2)]
    return "\n".join([*lines, *(f"| {' | '.join(_cells(row))} |" for row in rows)]) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
