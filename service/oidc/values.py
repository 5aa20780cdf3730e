"""Where a provider says what somebody is: a claim, or one inside others."""

from collections.abc import Sequence
from typing import Final

from credentials.encoding import JsonObject

_MOST: Final = 1_000


def values_at(claims: JsonObject, path: Sequence[str]) -> Sequence[str]:
    """Return the texts at a path: one, or those of a list; none where something else stands there."""
    found: object = claims
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    listed = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [each for each in listed[:_MOST] if isinstance(each, str)]
