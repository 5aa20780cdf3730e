"""Texts and figures for people: Dutch first, other languages from a catalogue, amounts and days as one writes them.

The Dutch text stands in the page itself and is the key of the catalogue (as in gettext): a text without a translation
appears in Dutch. A catalogue is a TOML file, `locale/<language>.toml`, in which `"Nederlands" = "Translation"`.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias, final

from credentials.clock import dutch, dutch_day

Language: TypeAlias = "Literal['nl', 'en']"

DUTCH: Final = "nl"
LANGUAGES: Final[Mapping[str, str]] = {"nl": "Nederlands", "en": "English"}

language: Final[ContextVar[str]] = ContextVar("language", default=DUTCH)
"""The language of the page that is being made."""

_MINUS: Final = "−"
_NO_BREAK: Final = "\u00a0"
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
        "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_AT: Final[Mapping[str, str]] = {"nl": "om", "en": "at"}
_HOUR: Final[Mapping[str, str]] = {"nl": " uur", "en": ""}


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """While this lasts, write texts and figures in this language."""
    token = language.set(code)
    try:
        yield
    finally:
        language.reset(token)


@final
class Catalogue:
    """The translations of some packages, by language."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    @classmethod
    def read(cls, folders: Iterable[Path]) -> "Catalogue":
        """Read `<language>.toml` from each folder; a later folder wins."""
        texts: dict[str, dict[str, str]] = {}
        for folder in folders:
            for file in sorted(folder.glob("*.toml")):
                texts.setdefault(file.stem, {}).update(tomllib.loads(file.read_text("utf-8")))
        return cls(texts)

    def gettext(self, text: str) -> str:
        """Return the text in the page's language."""
        return self._texts.get(language.get(), {}).get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        """Return the text for one or for several, in the page's language."""
        return self.gettext(one if number == 1 else many)

    def has(self, text: str, code: str) -> bool:
        """Tell whether a translation exists; for the test that wants them all."""
        return text in self._texts.get(code, {})


def euro(cents: int | None) -> str:
    """Write whole cents as an amount: `€ 1.284,50`, with a true minus; an en dash where there is none."""
    if cents is None:
        return "–"
    whole, rest = divmod(abs(cents), 100)
    grouped = f"{whole:,}"
    amount = f"{grouped}.{rest:02}" if language.get() == "en" else f"{grouped.replace(',', '.')},{rest:02}"
    return f"€{_NO_BREAK}{_MINUS if cents < 0 else ''}{amount}"


def day(value: date | datetime | None) -> str:
    """Write a day: `14 december 2026`. A moment counts as the day it is in Amsterdam."""
    if value is None:
        return "–"
    local = dutch_day(_aware(value)) if isinstance(value, datetime) else value
    return f"{local.day}{_NO_BREAK}{_month(local.month)} {local.year}"


def short_day(value: date | datetime | None) -> str:
    """Write a day without its year: `14 december`."""
    if value is None:
        return "–"
    local = dutch_day(_aware(value)) if isinstance(value, datetime) else value
    return f"{local.day}{_NO_BREAK}{_month(local.month)}"


def month(value: date | datetime | None) -> str:
    """Write the month of a day: `december 2026`."""
    if value is None:
        return "–"
    local = dutch_day(_aware(value)) if isinstance(value, datetime) else value
    return f"{_month(local.month)}{_NO_BREAK}{local.year}"


def moment(value: datetime | None) -> str:
    """Write a moment as the clock in Amsterdam shows it: `14 december 2026 om 09:05 uur`."""
    if value is None:
        return "–"
    local, code = _local(value), _language()
    return f"{day(local)} {_AT[code]} {local:%H:%M}{_HOUR[code]}"


def clock_time(value: datetime | None) -> str:
    """Write the time of day in Amsterdam: `09:05`."""
    return "–" if value is None else f"{_local(value):%H:%M}"


def plural(number: int, one: str, many: str) -> str:
    """Write a number with its noun: `1 organisatie`, `3 organisaties`."""
    return f"{number}{_NO_BREAK}{one if number == 1 else many}"


def _language() -> str:
    code = language.get()
    return code if code in _MONTHS else DUTCH


def _month(number: int) -> str:
    return _MONTHS[_language()][number - 1]


def _local(value: datetime) -> datetime:
    return dutch(_aware(value))


def _aware(value: datetime) -> datetime:
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
