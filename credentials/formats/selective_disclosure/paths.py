"""Claims paths over a processed payload (OpenID4VP 1.0 section 7), and the disclosures that they need."""

from collections.abc import Collection, Iterator, Mapping

from credentials.claims_path import ClaimsPath, PathNotFound, places
from credentials.encoding import JsonObject
from credentials.formats.base import UndisclosablePath
from credentials.formats.selective_disclosure.processing import Path


def needed(payload: JsonObject, disclosed: Mapping[str, Path], wanted: Collection[ClaimsPath]) -> set[str]:
    """Return the digests of the disclosures to show: what lies on the way to a wanted place, and all beneath it.

    `disclosed` tells for each disclosure, by digest, the place of what it opens. Raises UndisclosablePath.
    """
    try:
        targets = {target for path in wanted for target in places(path, payload)}
    except PathNotFound as error:
        raise UndisclosablePath("a claims path leads nowhere") from error
    above = {target[:length] for target in targets for length in range(len(target) + 1)}
    return {digest for digest, place in disclosed.items() if place in above or not targets.isdisjoint(_above(place))}


def _above(place: Path) -> Iterator[Path]:
    return (place[:length] for length in range(len(place)))
