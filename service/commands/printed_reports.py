"""What a verification found, on the terminal."""

import json
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from credentials.clock import dutch_day
from credentials.debts.claim_table import OVERVIEW_TYPE
from credentials.debts.disclosed import read_overview
from credentials.encoding import JsonObject, JsonValue
from credentials.errors import MalformedInput
from credentials.verification import CheckOutcome, Report, words
from service.commands.cross_check import Opinions, in_words, to_dict
from service.commands.reading import plain

MARKS: Final = {
    CheckOutcome.PASSED: ("✓ goed", "green"),
    CheckOutcome.FAILED: ("✗ fout", "red"),
    CheckOutcome.NOT_DONE: ("– niet gedaan", "dim"),
    CheckOutcome.WARNING: ("! let op", "yellow"),
}


def print_reports(reports: Sequence[Report], opinions: Opinions | None, *, with_claims: bool) -> None:
    """Print a table of checks for each report, what other software makes of it, and how many are proven."""
    console = Console(highlight=False)
    for number, (report, others) in enumerate(zip(reports, opinions or repeat(None), strict=False), 1):
        issuer = report.issuer.name if report.issuer else "onbekende uitgever"
        title = f"{number}. {issuer}: {report.type or report.format or 'onbekend bewijs'}"
        table = Table(title=plain(title), title_justify="left", show_lines=False, expand=False)
        table.add_column("controle", no_wrap=True)
        table.add_column("uitkomst", no_wrap=True)
        table.add_column("uitleg")
        table.add_column("middel", overflow="fold")
        for check in report.checks:
            word, style = MARKS[check.outcome]
            table.add_row(check.name.value, Text(word, style), plain(check.explanation), plain(check.by))
        console.print(table)
        age = "" if report.age_days is None else f", gegevens {report.age_days} dagen oud"
        console.print(Text(f"   {report.outcome.value}{age}", style="bold"))
        for said in _notices(report):
            console.print(Text("   Let op, de organisatie meldt: ", "yellow"), plain(said), sep="", soft_wrap=True)
        for each in () if others is None else in_words(others):
            console.print(Text(f"   {each}"))
        if with_claims and report.claims is not None:
            console.print(_claims_table(report.claims))
        console.print()
    console.print(Text(f"{sum(report.proven for report in reports)} van {len(reports)} bewezen", style="bold"))


def _notices(report: Report) -> Sequence[str]:
    """Return what the organisation says of its own data, in an overview that is proven."""
    if not report.proven or report.type != OVERVIEW_TYPE or report.claims is None:
        return ()
    try:
        found = read_overview(report.claims).notices
    except MalformedInput:
        return ("de gegevens van dit overzicht zijn niet van de soort die ze moeten zijn",)
    return [words.noticed(each, dutch_day(report.checked_at)) for each in found]


def _claims_table(claims: JsonObject) -> Table:
    table = Table(show_header=False, expand=False)
    for name, value in _leaves("", claims):
        table.add_row(plain(name), plain(value))
    return table


def _leaves(name: str, value: JsonValue) -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for member, inner in value.items():
            yield from _leaves(f"{name}.{member}" if name else member, inner)
    else:
        yield name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def told(reports: Sequence[Report], opinions: Opinions | None) -> list[JsonValue]:
    """Return reports as JSON, with what other software makes of each where it was asked."""
    found: list[JsonValue] = []
    for report, others in zip(reports, opinions or repeat(None), strict=False):
        more: JsonObject = {} if others is None else {"tweedeMening": [to_dict(each) for each in others]}
        found.append({**report.to_dict(), **more})
    return found
