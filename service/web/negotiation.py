"""What a client would rather have: media types and languages by their weights (RFC 9110 sections 12.4 and 12.5)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_MAX_CHARACTERS: Final = 1_000
_WEIGHT: Final = re.compile(r"q=(?P<weight>0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\Z", re.IGNORECASE)


def prefers(accept: str, media_type: str, default: str) -> bool:
    """Say whether an `Accept` header names a media type, and not with less weight than the default.

    Ranges such as `*/*` are for the default. Of two that weigh the same the first wins.
    """
    weights: dict[str, float] = {}
    for name, weight in _weighed(accept):
        weights.setdefault(name, weight)
    wanted, other = weights.get(media_type, 0.0), weights.get(default)
    if other is None or wanted != other:
        return wanted > (other or 0.0)
    order = list(weights)
    return wanted > 0 and order.index(media_type) < order.index(default)


def takes(accept: str, media_type: str) -> bool:
    """Say whether an `Accept` header leaves room for a media type; one that is empty takes everything.

    The most specific range that fits decides (RFC 9110 section 12.5.1).
    """
    weights = dict(_weighed(accept))
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    weight = next((weights[each] for each in ranges if each in weights), None)
    return not weights if weight is None else weight > 0


def languages(accept_language: str, spoken: Sequence[str]) -> tuple[str, ...]:
    """Return those of the languages spoken here that an `Accept-Language` header wants; all, when it wants none.

    `nl-BE` wants `nl`, and so does `*`.
    """
    wanted = {tag.partition("-")[0] for tag, weight in _weighed(accept_language) if weight > 0}
    found = tuple(each for each in spoken if each in wanted or "*" in wanted)
    return found or tuple(spoken)


def _weighed(header: str) -> Iterator[tuple[str, float]]:
    for part in header[:_MAX_CHARACTERS].lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            found = _WEIGHT.match(parameter)
            if found is not None:
                weight = float(found["weight"])
        if name:
            yield name, weight
