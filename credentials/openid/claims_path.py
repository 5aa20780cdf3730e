"""Claims path pointers in messages: read strictly. What they select is in `credentials.claims_path`."""

from typing import Final

from credentials.claims_path import MAX_SELECTED, ClaimsPath, PathNotFound, select
from credentials.encoding import JsonValue
from credentials.openid.members import ErrorClass

MAX_COMPONENTS: Final = 32
MAX_NAME_CHARACTERS: Final = 500


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


__all__ = [
    "MAX_COMPONENTS",
    "MAX_NAME_CHARACTERS",
    "MAX_SELECTED",
    "ClaimsPath",
    "PathNotFound",
    "parse_path",
    "select",
]
