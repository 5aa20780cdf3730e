"""How a type wants to look (SD-JWT VC section 5.5.1). Nothing is fetched here, and no SVG is rendered."""

import re
from dataclasses import dataclass
from typing import Final, Self

from credentials.encoding import JsonObject
from credentials.formats.sd_jwt.type_metadata.members import (
    MalformedTypeMetadata,
    an_object,
    entries,
    optional_text,
    text,
)

# CSS Color: hexadecimal or rgb(). Nothing else gets to where it is shown: the value is somebody else's text.
_COLOR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})\Z|rgba?\([0-9.,%/ ]{1,64}\)\Z")
_URI: Final = re.compile(r"(?:https://[^\s\"'<>\\]+|data:[^\s\"'<>\\]+)\Z")
_PROPERTIES: Final = {
    "orientation": ("portrait", "landscape"),
    "color_scheme": ("light", "dark"),
    "contrast": ("normal", "high"),
}


@dataclass(frozen=True, slots=True)
class Resource:
    """An image or template. With `integrity`, `check_integrity` must be asked before what was fetched is used."""

    uri: str
    integrity: str | None = None
    alt_text: str | None = None

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read `uri`, `uri#integrity` and `alt_text`. Raises MalformedTypeMetadata."""
        uri = text(entry, "uri")
        # Section 3: https only, and data: URIs where nothing is retrieved.
        if not _URI.match(uri):
            raise MalformedTypeMetadata("uri is neither an https URL nor a data: URI")
        return cls(uri, optional_text(entry, "uri#integrity"), optional_text(entry, "alt_text"))


@dataclass(frozen=True, slots=True)
class SvgTemplate:
    """An SVG template, and when to choose it."""

    resource: Resource
    orientation: str | None = None
    color_scheme: str | None = None
    contrast: str | None = None

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read a template. Raises MalformedTypeMetadata."""
        resource = Resource.parse(entry)
        if "properties" not in entry:
            return cls(resource)
        properties = an_object(entry["properties"], "properties")
        values = {name: optional_text(properties, name) for name in _PROPERTIES}
        if not any(values.values()):
            raise MalformedTypeMetadata("properties of an SVG template say nothing")
        for name, value in values.items():
            if value is not None and value not in _PROPERTIES[name]:
                raise MalformedTypeMetadata(f"{name} has an unknown value")
        return cls(resource, **values)


@dataclass(frozen=True, slots=True)
class Rendering:
    """The methods `simple` and `svg_templates`; others are left alone."""

    logo: Resource | None = None
    background_image: Resource | None = None
    background_color: str | None = None
    text_color: str | None = None
    svg_templates: tuple[SvgTemplate, ...] = ()

    @classmethod
    def parse(cls, entry: JsonObject) -> Self:
        """Read a `rendering` member. Raises MalformedTypeMetadata."""
        simple = an_object(entry.get("simple", {}), "simple")
        templates = entries(entry, "svg_templates", SvgTemplate.parse) or ()
        if len(templates) > 1 and any(each == SvgTemplate(each.resource) for each in templates):
            raise MalformedTypeMetadata("one of several SVG templates does not say when to choose it")
        return cls(
            _resource(simple, "logo"),
            _resource(simple, "background_image"),
            _color(simple, "background_color"),
            _color(simple, "text_color"),
            templates,
        )


def _resource(entry: JsonObject, name: str) -> Resource | None:
    return Resource.parse(an_object(entry[name], name)) if name in entry else None


def _color(entry: JsonObject, name: str) -> str | None:
    value = optional_text(entry, name)
    if value is not None and not _COLOR.match(value):
        raise MalformedTypeMetadata(f"{name} is no RGB colour")
    return value
