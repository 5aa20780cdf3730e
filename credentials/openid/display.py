"""Names and looks of issuers, credentials and claims, per language (OpenID4VCI 1.0 sections 12.2.4 and B.2)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.openid.claims_path import ClaimsPath, parse_path
from credentials.openid.errors import MalformedMessage
from credentials.openid.members import MAX_TEXT, Members
from credentials.plain_text import shown

MAX_DISPLAYS: Final = 100
MAX_CLAIM_DESCRIPTIONS: Final = 1_000
MAX_NAME_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Display:
    """How something is called and shown in one language."""

    name: str | None = None
    locale: str | None = None
    description: str | None = None
    logo_uri: str | None = None
    logo_alt_text: str | None = None
    background_color: str | None = None
    text_color: str | None = None

    def to_json(self) -> JsonObject:
        """Return the `display` entry, without members that have no value."""
        members: JsonObject = {
            "name": self.name,
            "locale": self.locale,
            "description": self.description,
            "background_color": self.background_color,
            "text_color": self.text_color,
        }
        if self.logo_uri is not None:
            logo: JsonObject = {"uri": self.logo_uri}
            if self.logo_alt_text is not None:
                logo["alt_text"] = self.logo_alt_text
            members["logo"] = logo
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, slots=True)
class ClaimDescription:
    """One claim of a credential: where it is, whether it is always there, and its names."""

    path: ClaimsPath
    mandatory: bool = False
    display: tuple[Display, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the `claims` entry."""
        members: JsonObject = {"path": list(self.path), "mandatory": self.mandatory}
        if self.display:
            members["display"] = [display.to_json() for display in self.display]
        return members


def display_for(displays: Sequence[Display], locale: str) -> Display | None:
    """Return the display for a language tag: the same tag, else the same language, else one without, else the first."""
    wanted = locale.lower()
    language = wanted.partition("-")[0]

    def rank(display: Display) -> int:
        tag = (display.locale or "").lower()
        if tag == wanted:
            return 0
        if tag.partition("-")[0] == language:
            return 1
        return 2 if not tag else 3

    return min(displays, key=rank, default=None)


def parse_displays(entries: Sequence[Members]) -> tuple[Display, ...]:
    """Read `display` entries. Raises MalformedMessage."""
    return tuple(_parse_display(entry) for entry in entries)


def parse_claims(entries: Sequence[Members]) -> tuple[ClaimDescription, ...]:
    """Read `claims` entries. Raises MalformedMessage."""
    return tuple(
        ClaimDescription(
            parse_path(entry.value("path"), "claim description", MalformedMessage),
            entry.boolean("mandatory", default=False),
            parse_displays(entry.optional_objects("display", max_items=MAX_DISPLAYS)),
        )
        for entry in entries
    )


def _parse_display(entry: Members) -> Display:
    logo = entry.optional_object("logo")
    logo_uri = logo.optional_text("uri", max_length=200_000) if logo else None
    return Display(
        name=_shown(entry, "name", MAX_NAME_CHARACTERS),
        locale=entry.optional_text("locale", max_length=50),
        description=_shown(entry, "description", MAX_TEXT),
        # Shown in a page: whatever is no image on the web or in the message itself is left out.
        logo_uri=logo_uri if logo_uri and logo_uri.startswith(("https://", "data:image/")) else None,
        logo_alt_text=_shown(logo, "alt_text", MAX_NAME_CHARACTERS) if logo else None,
        background_color=entry.optional_text("background_color", max_length=50),
        text_color=entry.optional_text("text_color", max_length=50),
    )


def _shown(entry: Members, name: str, max_length: int) -> str | None:
    """Read a text that a stranger chose for a person to read; None when nothing readable is left of it."""
    text = entry.optional_text(name, max_length=max_length)
    return (shown(text).strip() or None) if text is not None else None


def in_languages(document: JsonObject, languages: Collection[str]) -> JsonObject:
    """Return issuer metadata with the displays of these languages alone (OpenID4VCI 1.0 section 12.2.2).

    A display without a language stays.
    """

    def member(name: str, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return in_languages(value, languages)
        if not isinstance(value, list):
            return value
        kept = [each for each in value if name != "display" or _speaks(each, languages)]
        return [in_languages(each, languages) if isinstance(each, dict) else each for each in kept]

    return {name: member(name, value) for name, value in document.items()}


def _speaks(display: JsonValue, languages: Collection[str]) -> bool:
    locale = display.get("locale") if isinstance(display, dict) else None
    return not isinstance(locale, str) or locale.lower().partition("-")[0] in languages
