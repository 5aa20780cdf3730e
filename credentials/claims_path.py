"""Claims path pointers: naming claims in a JSON credential (OpenID4VP 1.0 section 7, OpenID4VCI 1.0 appendix C).

A path starts at the root of the credential: the whole W3C document, or all of an SD-JWT VC's processed payload. Whether
a path finds something is decided here for everybody: who asks, who answers and who checks the answer.
"""

from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import BlauweKnopError

ClaimsPath: TypeAlias = tuple[str | int | None, ...]
"""A name, an index, or None for every element of an array, from the root on."""

Place: TypeAlias = tuple[str | int, ...]
"""Where one element stands: a path without None."""

MAX_SELECTED: Final = 10_000


class PathNotFound(BlauweKnopError):
    """A claims path leads nowhere in this document."""

    code = "claims_path_not_found"


def places(path: ClaimsPath, document: JsonObject) -> tuple[Place, ...]:
    """Return where the elements stand that the path selects, at least one (section 7.1.1). Raises PathNotFound."""
    return tuple(place for place, _ in _selected(path, document))


def select(path: ClaimsPath, document: JsonObject) -> tuple[JsonValue, ...]:
    """Return the elements that the path selects, at least one (section 7.1.1). Raises PathNotFound."""
    return tuple(element for _, element in _selected(path, document))


def _selected(path: ClaimsPath, document: JsonObject) -> list[tuple[Place, JsonValue]]:
    if not path:
        raise PathNotFound("the path is empty")
    selected: list[tuple[Place, JsonValue]] = [((), document)]
    for component in path:
        selected = _step(selected, component)
        if not selected:
            raise PathNotFound("the path selects nothing")
        if len(selected) > MAX_SELECTED:
            raise PathNotFound("the path selects too much")
    return selected


def _step(selected: list[tuple[Place, JsonValue]], component: str | int | None) -> list[tuple[Place, JsonValue]]:
    # An element of the wrong kind ends the whole path; a name or index that is not there only drops the element.
    following: list[tuple[Place, JsonValue]] = []
    for place, element in selected:
        if isinstance(component, str):
            if not isinstance(element, dict):
                raise PathNotFound("a name is applied to something that is not an object")
            if component in element:
                following.append(((*place, component), element[component]))
            continue
        if not isinstance(element, list):
            raise PathNotFound("an index is applied to something that is not an array")
        if component is None:
            following.extend(((*place, index), item) for index, item in enumerate(element))
        elif isinstance(component, bool) or component < 0:
            raise PathNotFound("a path holds names, indices and null")
        elif component < len(element):
            following.append(((*place, component), element[component]))
    return following
