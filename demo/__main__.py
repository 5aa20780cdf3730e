"""`make demo`: set the stage, start every service, play the story, and keep serving until Ctrl-C.

Environment: ONCE=1 ends after the story; PORT=9100 starts at another port; REPORT=file writes a report in JSON;
PARTICIPANT=file adds an issuer of one's own to the trust list, or a list of them; STATE=folder keeps keys, databases
and logs there instead of in `.state`; SEPARATE=1 gives each agency a process of its own instead of one per host;
WORKERS=2 gives each service so many (see `blauweknop … serve --workers`); PID=1 lets people log in with a wallet at
public bodies, and adds who gives them a PID for it.
"""

import json
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Final, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from demo.processes import DemoError, Processes, check_ports, copies, end_on_signals
from demo.scheme.places import PATH as SCHEME_DOCUMENT_PATH
from demo.services import start
from demo.stage import FIRST_PORT, Stage, ports_from, set_stage, stage_stood_in
from demo.story import COUNSELLOR, PASSWORD, PIN, Story, play
from issuer.domain.configurations import Offered

STATES: Final = Path(__file__).parents[1] / ".state"
MEMORY_INTERVAL: Final = 1.0


def main(arguments: Sequence[str] = ()) -> int:
    """Run the demonstration; return the exit code. It takes no arguments, but tells so to who asks for help."""
    reader = ArgumentParser("make demo", description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    reader.parse_args(arguments)
    console = Console()
    once = _wanted("ONCE")
    end_on_signals()
    played: list[Story] = []
    try:
        return _run(console, played, once=once)
    except DemoError as error:
        console.print(f"\n[bold red]The demo stopped.[/] {escape(str(error))}", highlight=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is left running.")
        # Whoever waits for the story must not take an interruption for its good end.
        return 0 if played else 128 + signal.SIGINT


def _run(console: Console, played: list[Story], *, once: bool) -> int:
    first_port, workers = _port(), _workers()
    state = _state(first_port)
    report, outsider = os.environ.get("REPORT"), os.environ.get("PARTICIPANT")
    gives_pids = _wanted("PID")
    check_ports(ports_from(first_port, gives_pids=gives_pids))
    began = time.monotonic()
    console.print("[bold]Blauwe Knop[/]: every person, debt and figure in this demonstration is fictional.\n")
    with console.status("Making keys, certificates and the trust list …"):
        stage = _set_stage(state, first_port, Path(outsider) if outsider else None, gives_pids=gives_pids)
    with Processes(state / "logs") as processes, _Peak(processes) as peak:
        with console.status("Starting the scheme, DigiD, thirteen agencies, the wallet and the verifier …"):
            start(stage, processes, separate=_wanted("SEPARATE"), workers=workers)
        story = _play(console, stage, processes)
        seconds = time.monotonic() - began
        _show(console, stage, story, seconds, peak)
        faults = story.faults()
        if report:
            Path(report).write_text(json.dumps(_report(stage, story, seconds), indent=1, ensure_ascii=False))
        for fault in faults:
            console.print(f"[bold red]Not as it should be:[/] {escape(fault)}", highlight=False)
        if once:
            return 1 if faults else 0
        _invite(console, stage, story)
        played.append(story)
        while True:
            processes.check_all()
            time.sleep(1)


def _set_stage(state: Path, first_port: int, outsider: Path | None, *, gives_pids: bool) -> Stage:
    # In a process of its own, which ends with it: keys are made there that no service may find in its memory.
    with ProcessPoolExecutor(1, mp_context=copies()) as pool:
        return pool.submit(set_stage, state, first_port, outsider, gives_pids=gives_pids).result()


def _wanted(name: str) -> bool:
    return os.environ.get(name, "") not in ("", "0")


def _workers() -> int:
    text = os.environ.get("WORKERS") or "1"
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 16:
        raise DemoError("WORKERS is a number from 1 to 16: make demo WORKERS=2")
    return int(text)


def _port() -> int:
    text = os.environ.get("PORT") or str(FIRST_PORT)
    if not (text.isascii() and text.isdigit()) or not 1024 <= int(text) <= 65_000:
        raise DemoError("PORT is a number from 1024 to 65000: make demo PORT=9100")
    return int(text)


def _state(first_port: int) -> Path:
    named = os.environ.get("STATE")
    if not named:
        # Another port is another demonstration: what one keeps must not be swept away by the next.
        return STATES / ("demo" if first_port == FIRST_PORT else f"demo-{first_port}")
    folder = Path(named).absolute()
    # The stage is emptied at every start: never a folder that holds something else.
    if folder.exists() and not (folder.is_dir() and (stage_stood_in(folder) or not any(folder.iterdir()))):
        raise DemoError(f"STATE={folder} holds other files. Name a new folder, or that of an earlier demonstration.")
    return folder


def _play(console: Console, stage: Stage, processes: Processes) -> Story:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[n]}"),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, Any] = {}

        def tell(text: str) -> None:
            for task in tasks.values():
                bars.update(task, total=1, completed=1)
            tasks.clear()
            tasks["step"] = bars.add_task(text, total=None, n="")

        def progress(_what: str, done: int, total: int) -> None:
            bars.update(tasks["step"], total=total, completed=done, n=f"{done} of {total} agencies")

        story = play(stage, tell, progress)
        for task in tasks.values():
            bars.update(task, total=1, completed=1)
    processes.check_all()
    return story


def _show(console: Console, stage: Stage, story: Story, seconds: float, peak: "_Peak") -> None:
    table = Table(title=f"\nWhat the counsellor sees of {stage.personas['P1'].name}: every line proven by its source")
    for name in ("Agency", "Open cases", "Shown", "Owed", "Settled", "Balance"):
        table.add_column(name, justify="left" if name == "Agency" else "right")
    for line in story.lines:
        totals = line["totalen"]
        table.add_row(
            line["naam"],
            str(line["openZaken"]),
            str(line["getoond"]),
            *(_euro(totals[name]) for name in ("verplicht", "vereffend", "saldo")),
        )
    table.add_section()
    overview = story.overview
    table.add_row(
        "[bold]Together[/]",
        f"[bold]{overview['openCases']}[/]",
        "",
        *(f"[bold]{_euro(overview[name])}[/]" for name in ("verplicht", "vereffend", "saldo")),
    )
    console.print(table)
    complete = "complete" if story.presentation.get("complete") else "NOT complete"
    console.print(
        f"Verified and {complete}. After the payment at the CJIB the old cards are "
        f"[bold]{story.after_payment.get('old')}[/]; the new balance is "
        f"[bold]{_euro(story.after_payment.get('saldo'))}[/].",
        highlight=False,
    )
    memory = f", {peak.bytes / 1e6:.0f} MB of memory at most" if peak.bytes else ""
    console.print(f"Played in {seconds:.1f} seconds, starting included{memory}.\n", highlight=False)


def _invite(console: Console, stage: Stage, story: Story) -> None:
    pid = (
        f"""  A PID           {stage.pid_url}
                  put one in a wallet, and log in with that wallet at a public body
"""
        if stage.gives_pids
        else ""
    )
    console.print(
        f"""[bold]Now you.[/] Everything keeps running until you press Ctrl-C.

  Begin here      {stage.scheme_url}
  The wallet      {stage.wallet.base_url}
                  make a new one, or open Samira's: number {story.wallet_number}, PIN code "{PIN}"
  DigiD           asks who you are: choose Samira, Johan, Wim, Ineke or Noor;
                  or Fatma, who acts for Samira
{pid}  The counsellor  {stage.verifier.base_url}
                  log in as {COUNSELLOR} (Anna de Wit), password "{PASSWORD}"
  For makers      {stage.workbench_url}
                  offers, requests and test cards for a wallet of your own
  An agency       {stage.agencies["cjib"].base_url} (the CJIB), and twelve more
  Its own people  {stage.agencies["cjib"].base_url}/beheer: choose Eva, Mo or Ria, each with another role
  Logs            {stage.folder / "logs"}
""",
        highlight=False,
    )


def _euro(cents: object) -> str:
    if not isinstance(cents, int):
        return "not proven"
    sign = "-" if cents < 0 else ""
    return f"{sign}€ {abs(cents) // 100:,}".replace(",", ".") + f",{abs(cents) % 100:02d}"


def _report(stage: Stage, story: Story, seconds: float) -> dict[str, Any]:
    return {
        "scheme": {
            "url": stage.scheme_url,
            "trustList": f"{stage.scheme_url}/trust-list.jwt",
            "schemeDocument": stage.scheme_url + SCHEME_DOCUMENT_PATH,
        },
        "digid": {"url": stage.digid_url},
        "customers": {"url": stage.customers_url},
        "wallet": {"url": stage.wallet.base_url},
        "verifier": {
            "url": stage.verifier.base_url,
            "apiToken": stage.verifier.api_clients[0].token_file.read_text().strip(),
        },
        "issuers": {
            key: {
                "url": settings.base_url,
                "apiToken": (settings.state / "api-token").read_text().strip(),
                "configurations": {each.id: each.form.value for each in Offered(settings.securings).configurations},
            }
            for key, settings in stage.agencies.items()
        },
        "personas": {
            key: {"name": person.name, "bsn": person.bsn, "klantnummers": dict(person.customer_numbers)}
            for key, person in stage.personas.items()
        },
        "story": {
            "overview": story.overview,
            "presentation": story.presentation,
            "afterPayment": story.after_payment,
            "seconds": round(seconds, 2),
        },
    }


class _Peak:
    """The highest memory use of all processes together, sampled while the story plays."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5)

    def _watch(self) -> None:
        while not self._stop.wait(MEMORY_INTERVAL):
            self.bytes = max(self.bytes, self._processes.memory())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
