"""One type metadata document (SD-JWT VC sections 5.2, 5.5 and 5.6)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, Self, TypeVar

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject, JsonValue, json_object
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.sd_jwt.type_metadata.members import (
    MalformedTypeMetadata,
    an_object,
    entries,
    optional_text,
    text,
)
from credentials.formats.sd_jwt.type_metadata.rendering import Rendering

MAX_DOCUMENT_BYTES: Final = 512 * 1024
MAX_PATH: Final = 32

_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_SVG_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class SelectiveDisclosure(StrEnum):
    """Whether an issuer must, may or must not let a claim be disclosed by itself (section 5.6.4)."""

    ALWAYS = "always"
    ALLOWED = "allowed"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ClaimDisplay:
    """What a claim is called in one language."""

    locale: str
    label: str
    description: str | None = None

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read an entry of a claim's `display`. Raises MalformedTypeMetadata."""
        return cls(_locale(entry), text(entry, "label"), optional_text(entry, "description"))


@dataclass(frozen=True, slots=True)
class TypeDisplay:
    """What a type is called in one language, and how it looks."""

    locale: str
    name: str
    description: str | None = None
    rendering: Rendering | None = None

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read an entry of a type's `display`. Raises MalformedTypeMetadata."""
        rendering = Rendering.parse(an_object(entry["rendering"], "rendering")) if "rendering" in entry else None
        return cls(_locale(entry), text(entry, "name"), optional_text(entry, "description"), rendering)


@dataclass(frozen=True, slots=True)
class ClaimMetadata:
    """What is said of the claims at one path. None: the document leaves it open."""

    path: ClaimsPath
    display: tuple[ClaimDisplay, ...] | None = None
    mandatory: bool | None = None
    sd: SelectiveDisclosure | None = None
    svg_id: str | None = None

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read an entry of `claims`. Raises MalformedTypeMetadata."""
        mandatory, svg_id = entry.get("mandatory"), optional_text(entry, "svg_id")
        if "mandatory" in entry and not isinstance(mandatory, bool):
            raise MalformedTypeMetadata("mandatory is not true or false")
        if svg_id is not None and not _SVG_ID.match(svg_id):
            raise MalformedTypeMetadata("svg_id is not an identifier")
        return cls(
            _path(entry.get("path")),
            entries(entry, "display", ClaimDisplay.parse),
            mandatory if isinstance(mandatory, bool) else None,
            _sd(optional_text(entry, "sd")),
            svg_id,
        )


@dataclass(frozen=True, slots=True)
class TypeMetadata:
    """One document, before what it extends. `display` None: that of the type it extends holds."""

    vct: str
    name: str | None = None
    description: str | None = None
    extends: str | None = None
    extends_integrity: str | None = None
    display: tuple[TypeDisplay, ...] | None = None
    claims: tuple[ClaimMetadata, ...] = ()

    @classmethod
    def parse(cls, document: bytes | JsonObject) -> Self:
        """Read a document. Raises MalformedTypeMetadata, LimitExceeded."""
        content = document if isinstance(document, dict) else _json(document)
        claims = entries(content, "claims", ClaimMetadata.parse) or ()
        # Two entries of one path could contradict each other, and then either would be obeyed.
        if len({claim.path for claim in claims}) != len(claims):
            raise MalformedTypeMetadata("two entries of claims have one path")
        svg_ids = [claim.svg_id for claim in claims if claim.svg_id is not None]
        if len(set(svg_ids)) != len(svg_ids):
            raise MalformedTypeMetadata("two claims have one svg_id")
        extends, integrity = optional_text(content, "extends"), optional_text(content, "extends#integrity")
        if integrity is not None and extends is None:
            raise MalformedTypeMetadata("extends#integrity stands without extends")
        return cls(
            text(content, "vct"),
            optional_text(content, "name"),
            optional_text(content, "description"),
            extends,
            integrity,
            entries(content, "display", TypeDisplay.parse),
            claims,
        )


class _InALanguage(Protocol):
    @property
    def locale(self) -> str: ...


_Display = TypeVar("_Display", bound=_InALanguage)


def best(display: Sequence[_Display], locales: Sequence[str]) -> _Display | None:
    """Return the entry for the first of these language tags, or of their languages, that there is; else the first.

    Lookup of RFC 4647 section 3.4: `nl-BE` takes `nl-BE`, then `nl`, then any other Dutch.
    """
    for wanted in (locale.lower() for locale in locales):
        language = wanted.partition("-")[0]
        for fits in (wanted, language):
            for each in display:
                if each.locale.lower() == fits:
                    return each
        for each in display:
            if each.locale.lower().partition("-")[0] == language:
                return each
    return display[0] if display else None


def _json(document: bytes) -> JsonObject:
    try:
        return json_object(document, "type metadata", max_bytes=MAX_DOCUMENT_BYTES)
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise MalformedTypeMetadata(error.detail) from error


def _locale(entry: JsonObject) -> str:
    locale = text(entry, "locale")
    if not _LANGUAGE.match(locale):
        raise MalformedTypeMetadata("locale is not a language tag")
    return locale


def _sd(value: str | None) -> SelectiveDisclosure | None:
    try:
        return None if value is None else SelectiveDisclosure(value)
    except ValueError as error:
        raise MalformedTypeMetadata("sd is not always, allowed or never") from error


def _path(value: JsonValue) -> ClaimsPath:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PATH:
        raise MalformedTypeMetadata(f"path is not an array of 1 to {MAX_PATH} steps")
    path: list[str | int | None] = []
    for step in value:
        if step is None or isinstance(step, str) or (type(step) is int and step >= 0):
            path.append(step)
        else:
            raise MalformedTypeMetadata("a step of a path is no name, index or null")
    return tuple(path)
