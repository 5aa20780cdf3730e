"""Claims paths over a processed payload (OpenID4VP 1.0 section 7), and the disclosures that they need."""

from collections.abc import Collection, Iterator, Mapping

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import ClaimsPath, UndisclosablePath
from credentials.formats.selective_disclosure.processing import Path


def resolve(payload: JsonObject, path: ClaimsPath) -> list[Path]:
    """Return the concrete places that a path leads to. Raises UndisclosablePath when there is none."""
    if not path:
        raise UndisclosablePath("a claims path is empty")
    places = list(_walk(payload, path, ()))
    if not places:
        raise UndisclosablePath("a claims path leads nowhere")
    return places


def needed(payload: JsonObject, places: Mapping[str, Path], wanted: Collection[ClaimsPath]) -> set[str]:
    """Return the digests of the disclosures to show: what lies on the way to a wanted place, and all beneath it."""
    targets = {target for path in wanted for target in resolve(payload, path)}
    above = {target[:length] for target in targets for length in range(len(target) + 1)}
    return {digest for digest, place in places.items() if place in above or not targets.isdisjoint(_above(place))}


def _above(place: Path) -> Iterator[Path]:
    return (place[:length] for length in range(len(place)))


def _walk(value: JsonValue, path: ClaimsPath, here: Path) -> Iterator[Path]:
    if not path:
        yield here
        return
    step, rest = path[0], path[1:]
    match step:
        case str():
            if isinstance(value, dict) and step in value:
                yield from _walk(value[step], rest, (*here, step))
        case None:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from _walk(item, rest, (*here, index))
        case bool():
            raise UndisclosablePath("a claims path holds names, indices and null")
        case int():
            if isinstance(value, list) and 0 <= step < len(value):
                yield from _walk(value[step], rest, (*here, step))
