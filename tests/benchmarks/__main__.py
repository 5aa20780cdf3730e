"""`make bench`: run every benchmark of this folder and print one table; `--write` refreshes docs/performance.md too.

With the variable JSON=file the named rows are also written there, as `{name: {"ops", "peer", "peerOps", "ratio"}}`.

Each `bench_*.py` offers `measure() -> list[Row]`. Ours and the peer are timed in turns in the same run, so that the
ratio holds on any machine; the absolute figures are this machine's.
"""

import importlib
import json
import os
import platform
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.benchmarks.timing import Row

HERE: Final = Path(__file__).parent
PAGE: Final = HERE.parents[1] / "docs" / "performance.md"
MARK: Final = "<!-- the table below is written by `make bench` -->"


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and with `--write` renew the page's table."""
    reader = ArgumentParser("make bench", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.add_argument("--write", action="store_true", help="renew the table in docs/performance.md")
    write = reader.parse_args(arguments).write
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    # Where nobody looks, as in a log, there is room for whole lines.
    console = Console() if sys.stdout.isatty() else Console(width=150)
    rows: list[Row] = []
    for path in sorted(HERE.glob("bench_*.py")):
        with console.status(f"{path.stem} …"):
            rows += importlib.import_module(f"tests.benchmarks.{path.stem}").measure()
    _show(console, rows)
    if report := os.environ.get("JSON"):
        Path(report).write_text(json.dumps(_named(rows), indent=1) + "\n")
    if write:
        head = PAGE.read_text().partition(MARK)[0].rstrip()
        PAGE.write_text(f"{head}\n\n{MARK}\n\n{_markdown(rows)}")
    return 0


def _show(console: Console, rows: list[Row]) -> None:
    table = Table(title="Speed on one core, beside a peer in the same run")
    for name in ("Work", "Ours /s", "Peer", "Peer /s", "Ratio", "Asked"):
        table.add_column(name, justify="right" if name in ("Ours /s", "Peer /s", "Ratio") else "left")
    for row in rows:
        table.add_row(
            row.work, f"{row.ours_per_s:,.0f}", row.peer, f"{row.peer_per_s:,.0f}", f"{row.ratio:.2f}", row.target
        )
    console.print(table)


def _named(rows: list[Row]) -> dict[str, dict[str, float | str]]:
    return {
        row.name: {"ops": row.ours_per_s, "peer": row.peer, "peerOps": row.peer_per_s, "ratio": row.ratio}
        for row in rows
        if row.name is not None
    }


def _markdown(rows: list[Row]) -> str:
    lines = [
        f"Python {platform.python_version()}, {platform.machine()}, one core.",
        "",
        "| Work | Ours /s | Peer | Peer /s | Ratio | Asked |",
        "| --- | ---: | --- | ---: | ---: | --- |",
    ]
    lines += [
        f"| {row.work} | {row.ours_per_s:,.0f} | {row.peer} | {row.peer_per_s:,.0f} | {row.ratio:.2f} | {row.target} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
