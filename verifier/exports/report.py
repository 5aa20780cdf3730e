"""The report as one table: a row for each number, as it may be told, so that nothing but rounded numbers leaves."""

from datetime import timedelta
from typing import Final

from verifier.domain.reports import LEAST, OUTCOME_NAMES, Cause, Report, Rounded, TemplateLine
from verifier.exports.sheets import Cell, Kind, Row, Sheet, rows_of, text_cell

REPORT_COLUMNS: Final = (
    ("Over", Kind.TEXT),
    ("Waarvan", Kind.TEXT),
    ("Wat", Kind.TEXT),
    ("Aantal", Kind.COUNT),
    ("Seconden", Kind.COUNT),
)


def report_sheet(report: Report) -> Sheet:
    """Lay out a report: questions by month and by template, how long answers took, and why some were not taken."""
    rows = [
        _count("maand", f"{month:%Y-%m}", OUTCOME_NAMES[outcome], report.by_month[outcome][place])
        for place, month in enumerate(report.months)
        for outcome in OUTCOME_NAMES
    ]
    for line in report.templates:
        rows += _template(line)
    for what, causes in (("niet aangenomen", report.refused), ("niet gegeven", report.declined)):
        rows += [_cause(what, each) for each in causes]
    return Sheet("Rapport", "rapport", REPORT_COLUMNS, rows_of(REPORT_COLUMNS, rows))


def told(count: Rounded) -> Cell:
    """Return a number as it may be told: fewer than `LEAST` in words."""
    return f"minder dan {LEAST}" if count.value is None else count.value


def _template(line: TemplateLine) -> list[Row]:
    counts = [_count("sjabloon", line.template, "Gevraagd", line.asked)]
    counts += [
        _count("sjabloon", line.template, text, line.outcomes[outcome]) for outcome, text in OUTCOME_NAMES.items()
    ]
    times = (("De helft beantwoord binnen", line.half), ("Negen van de tien beantwoord binnen", line.most))
    return counts + [_time(line.template, what, each) for what, each in times if each is not None]


def _count(about: str, which: str, what: str, count: Rounded) -> Row:
    return {"Over": about, "Waarvan": text_cell(which), "Wat": what, "Aantal": told(count)}


def _time(template: str, what: str, time: timedelta) -> Row:
    return {"Over": "duur", "Waarvan": text_cell(template), "Wat": what, "Seconden": int(time.total_seconds())}


def _cause(about: str, cause: Cause) -> Row:
    return _count(about, cause.code, "Keer", cause.times)
