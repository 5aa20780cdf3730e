"""Claims path pointers: naming claims in a JSON credential (OpenID4VP 1.0 section 7, OpenID4VCI 1.0 appendix C)."""

from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError
from credentials.openid.members import ErrorClass

ClaimsPath: TypeAlias = tuple[str | int | None, ...]

MAX_COMPONENTS: Final = 32
MAX_NAME_CHARACTERS: Final = 500
MAX_SELECTED: Final = 10_000


class PathNotFound(BlauweKnopError):
    """A claims path leads nowhere in this document."""

    code = "claims_path_not_found"


def parse_path(value: JsonValue, what: str, error: ErrorClass) -> ClaimsPath:
    """Read a path: a non-empty array of names, indices and nulls. Raises `error`."""
    if not isinstance(value, list) or not value:
        raise error(f"{what}: path is not a non-empty array")
    if len(value) > MAX_COMPONENTS:
        raise error(f"{what}: path has more than {MAX_COMPONENTS} components")
    path: list[str | int | None] = []
    for component in value:
        if isinstance(component, bool) or not isinstance(component, str | int | None):
            raise error(f"{what}: path holds something that is not a name, an index or null")
        if isinstance(component, int) and component < 0:
            raise error(f"{what}: path holds a negative index")
        if isinstance(component, str) and len(component) > MAX_NAME_CHARACTERS:
            raise error(f"{what}: path holds a name of more than {MAX_NAME_CHARACTERS} characters")
        path.append(component)
    return tuple(path)


def select(path: ClaimsPath, document: JsonObject) -> tuple[JsonValue, ...]:
    """Return the elements that the path selects, at least one (section 7.1.1). Raises PathNotFound."""
    selected: list[JsonValue] = [document]
    for component in path:
        selected = _step(selected, component)
        if not selected:
            raise PathNotFound("the path selects nothing")
        if len(selected) > MAX_SELECTED:
            raise PathNotFound("the path selects too much")
    return tuple(selected)


def _step(selected: list[JsonValue], component: str | int | None) -> list[JsonValue]:
    # An element of the wrong kind ends the whole path; a name or index that is not there only drops the element.
    following: list[JsonValue] = []
    for element in selected:
        if isinstance(component, str):
            if not isinstance(element, dict):
                raise PathNotFound("a name is applied to something that is not an object")
            if component in element:
                following.append(element[component])
            continue
        if not isinstance(element, list):
            raise PathNotFound("an index is applied to something that is not an array")
        if component is None:
            following.extend(element)
        elif component < len(element):
            following.append(element[component])
    return following
