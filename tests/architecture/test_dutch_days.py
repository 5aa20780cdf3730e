"""A day is taken from a moment in one place, on the Dutch clock; everywhere else it is asked for there."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import PACKAGES, ROOT, files, names_used

CLOCK = "credentials/clock.py"

# What writes a moment by parts of its date itself, and on which clock.
WRITES = {
    "credentials/formats/jwt_vc/cards.py": "a W3C dateTimeStamp, in UTC",
    "credentials/sealed_pdf/parts.py": "moments of a PDF, in UTC",
    "issuer/app/key_report.py": "days of keys and certificates, in UTC",
    "service/commands/scheme_document.py": "times of the scheme document, in UTC and saying so",
    "service/commands/trust.py": "times of the trust list, in UTC and saying so",
    "verifier/exports/report.py": "months that are dates already",
    "verifier/exports/table.py": "days that are dates already",
    "demo/books.py": "an id of an event",
}
OF_A_CALENDAR = ("%d", "%m", "%Y", "%y", "%j", "%x", "%c", "%D", "%F")


def days_taken(text: str) -> Iterator[int]:
    """Give the lines that take a day from a moment, or make a moment of a day."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr="date"), args=[], keywords=[]):
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="date" | "datetime"), attr="today" | "combine"):
                yield node.lineno
            case ast.Attribute(value=ast.Name(id="date"), attr="fromtimestamp"):
                yield node.lineno
            case _:
                pass


def written(text: str) -> Iterator[int]:
    """Give the lines that write the day, month or year of something."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Attribute(attr="strftime")):
                yield node.lineno
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(form)), *_])) if any(
                part in form for part in OF_A_CALENDAR
            ):
                yield node.lineno
            case _:
                pass


def test_no_module_but_the_clock_takes_a_day_from_a_moment() -> None:
    found = [
        f"{path}:{line}"
        for path in files(*PACKAGES, "demo")
        if path.as_posix() != CLOCK
        for line in days_taken((ROOT / path).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_module_but_the_clock_knows_time_zones() -> None:
    found = {
        path.as_posix()
        for path in files(*PACKAGES, "demo")
        for name, _ in names_used((ROOT / path).read_text(encoding="utf-8"))
        if name.split(".")[0] in {"zoneinfo", "pytz", "dateutil", "tzlocal"}
    }
    assert found == {CLOCK}


def test_what_writes_dates_by_itself_stands_on_the_list() -> None:
    found = {
        path.as_posix() for path in files(*PACKAGES, "demo") if any(written((ROOT / path).read_text(encoding="utf-8")))
    }
    assert found == WRITES.keys()


@pytest.mark.parametrize(
    "text", ["now.date()", "date.today()", "datetime.today()", "datetime.combine(day, time())", "date.fromtimestamp(0)"]
)
def test_the_check_finds_it(text: str) -> None:
    assert list(days_taken(text)) == [1]


@pytest.mark.parametrize("text", ["date(2026, 1, 1)", "dutch_day(now)", "date.fromisoformat(text)", "now.date"])
def test_the_check_leaves_others_alone(text: str) -> None:
    assert list(days_taken(text)) == []


@pytest.mark.parametrize(("text", "count"), [("f'{x:%d-%m}'", 1), ("x.strftime('%A')", 1), ("f'{x:%H:%M}'", 0)])
def test_the_check_sees_dates_written(text: str, count: int) -> None:
    assert len(list(written(text))) == count
