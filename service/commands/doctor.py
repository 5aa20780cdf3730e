"""`blauweknop doctor`: does this machine have what is needed, and what to do where it has not."""

import platform
import shutil
import socket
import sqlite3
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Final, final

import typer

from credentials.clock import SystemClock, dutch_day
from credentials.errors import ConfigurationError
from service.authorities import read_authorities
from service.printing import missing

DEFAULT_PORT: Final = 8100
MIN_PYTHON: Final = (3, 11)
MIN_SQLITE: Final = (3, 35, 0)
MIN_FREE_MEGABYTES: Final = 500

# No release of this program is older than this: a clock before it is wrong.
_BORN: Final = 1_763_000_000


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `remedy` is empty when all is well."""

    what: str
    remedy: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    port: Annotated[int, typer.Option(help="The first port of the demo.")] = DEFAULT_PORT,
    database: Annotated[str | None, typer.Option(help="A database URL to try, such as postgresql://…")] = None,
    settings: Annotated[
        list[Path] | None, typer.Option(help="A party's settings: whom does it trust beside the public authorities?")
    ] = None,
) -> None:
    """Check this machine, and say what to do where something is missing."""
    checks: list[Callable[[], Finding]] = [_python, _clock, _sqlite, _disk, _documents, lambda: _ports(port)]
    if database is not None:
        checks.append(lambda: _database(database))
    checks += [partial(_authorities, file) for file in settings or ()]
    findings = [check() for check in checks]
    for finding in findings:
        typer.echo(f"{'not well' if finding.remedy else 'well    '}  {finding.what}")
        if finding.remedy:
            typer.echo(f"          {finding.remedy}")
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)


def _python() -> Finding:
    what = f"Python {platform.python_version()}"
    enough = sys.version_info[:2] >= MIN_PYTHON
    return Finding(what, "" if enough else "Install Python 3.11 or later, and run `make setup` again.")


def _clock() -> Finding:
    right = time.time() > _BORN
    return Finding("the clock", "" if right else "Set the clock: credentials are valid for a time.")


def _sqlite() -> Finding:
    what = f"SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < MIN_SQLITE:
        return Finding(what, "Use a Python with SQLite 3.35 or later.")
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "try.db")
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        connection.close()
    return Finding(what, "" if mode == "wal" else "Set TMPDIR to a local disk: WAL does not work on this one.")


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free // (1 << 20)
    return Finding(
        f"{free} MB free here", "" if free >= MIN_FREE_MEGABYTES else f"Make room: {MIN_FREE_MEGABYTES} MB is enough."
    )


def _documents() -> Finding:
    lacking = missing()
    return Finding(
        "documents", "" if lacking is None else f"An agency's page offers no PDF: install {lacking}, or do without."
    )


def _ports(first: int) -> Finding:
    taken = [port for port in (first, first + 1, first + 10, first + 20, first + 101) if not _is_free(port)]
    if not taken:
        return Finding(f"ports from {first}")
    listed = ", ".join(str(port) for port in taken)
    return Finding(
        f"ports from {first}", f"In use: {listed}. Stop what uses them, or choose another: PORT=… make demo."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _authorities(settings: Path) -> Finding:
    """Say whom a party trusts when it connects to another: only `ca_file` is looked at, whatever party it is."""
    try:
        given = tomllib.loads(settings.read_text("utf-8")).get("ca_file")
    except (OSError, ValueError):
        return Finding(f"{settings.name}: TLS", "The settings cannot be read: give the path of a party's TOML file.")
    if given is None:
        return Finding(
            f"{settings.name}: connects under the authorities that this machine knows, no others (no ca_file)"
        )
    what = f"{settings.name}: ca_file"
    try:
        found = read_authorities(settings.absolute().parent / str(given))
    except ConfigurationError as error:
        return Finding(what, f"The service will not start: {error.detail}.")
    now = SystemClock().now()
    named = "; ".join(f"{one.subject.rfc4514_string()}, until {dutch_day(one.not_valid_after_utc)}" for one in found)
    over = any(not one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in found)
    return Finding(
        f"{what}: connects under the authorities that this machine knows, and {named}",
        "One of them is not valid today: put its successor in the file." if over else "",
    )


def _database(url: str) -> Finding:
    from sqlalchemy import text  # noqa: PLC0415  # only when asked for
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from service.database import Database  # noqa: PLC0415

    try:
        database = Database(url)
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
        database.close()
    except ConfigurationError as error:
        return Finding("the database", error.detail)
    except SQLAlchemyError as error:
        return Finding("the database", f"It cannot be reached ({type(error).__name__}): check URL, user and network.")
    return Finding("the database")
