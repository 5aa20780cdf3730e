"""Values: Value Expansion (JSON-LD 1.1 API section 5.3) and what a value object may be (section 5.1.2, step 15)."""

from typing import Final

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.ldp_vc.jsonld.active_context import ActiveContext, Key
from credentials.formats.ldp_vc.jsonld.errors import JsonLdError
from credentials.formats.ldp_vc.jsonld.iris import has_iri_form

_VALUE_ENTRIES: Final = frozenset({"@direction", "@index", "@language", "@type", "@value"})


def as_list(value: JsonValue) -> list[JsonValue]:
    """Return an array as it is, and anything else in an array of its own."""
    return value if isinstance(value, list) else [value]


def is_node(value: JsonValue) -> bool:
    """Whether an expanded value is a node object."""
    return isinstance(value, dict) and not ("@value" in value or "@list" in value or "@set" in value)


def expand_scalar(active: ActiveContext, key: Key, value: JsonValue) -> JsonObject:
    """Expand a string, number or boolean under a key. Raises JsonLdError for what is none of these."""
    coercion = key.type
    if isinstance(value, str):
        if coercion is None or coercion == "@none":
            result: JsonObject = {"@value": value}
            if key.language is not None:
                result["@language"] = key.language
            if key.direction is not None:
                result["@direction"] = key.direction
            return result
        if coercion[0] != "@":
            return {"@value": value, "@type": coercion}
        return {"@id": active.name(value) if coercion == "@vocab" else active.expand(value, relative=True)}
    if not isinstance(value, int | float):
        raise JsonLdError("invalid value object value", "a value is not JSON")
    if coercion is None or coercion[0] == "@":
        # `@json` never comes here, and a number is not the name of anything.
        return {"@value": value}
    return {"@value": value, "@type": coercion}


def finish_value_object(result: JsonObject) -> bool:
    """Check a value object; return whether it states anything. Raises JsonLdError."""
    if not result.keys() <= _VALUE_ENTRIES:
        raise JsonLdError("invalid value object")
    types = result.get("@type")
    if types is not None and ("@language" in result or "@direction" in result):
        raise JsonLdError("invalid value object")
    if types == "@json":
        return True
    value = result["@value"]
    if value is None:
        return False
    if "@language" in result and not isinstance(value, str):
        raise JsonLdError("invalid language-tagged value")
    if types is not None and not (isinstance(types, str) and has_iri_form(types)):
        raise JsonLdError("invalid typed value")
    return True
