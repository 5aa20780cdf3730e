"""Open an SD-JWT: replace digests by what was disclosed, by RFC 9901 section 7.1 and stricter.

Each step that the section calls "MUST be rejected" raises here, and so do an `_sd_alg` below the top, a claim that
decides on validity behind a digest, and anything beyond `Limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.base import MalformedCredential
from credentials.formats.selective_disclosure.disclosures import (
    ARRAY_DIGEST,
    HASH_NAME,
    HASHES,
    OBJECT_DIGESTS,
    RESERVED,
    SHA_256,
    Disclosures,
    Limits,
    element,
    member,
)

Path: TypeAlias = tuple[str | int, ...]

# A union made anew at every use would cost more than the check.
_CONTAINERS: Final = (dict, list)
_ONLY_TEXT: Final = frozenset({str})
_NO_NAMES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A processed payload. `places` tells for each disclosure, by digest, the path of what it opens."""

    payload: JsonObject
    places: Mapping[str, Path]


def process(
    payload: JsonObject,
    disclosures: Disclosures,
    limits: Limits,
    never_hidden: frozenset[str],
    *,
    keep_emptied: bool = False,
) -> Opened:
    """Process a payload whose signature was checked.

    `never_hidden` are the top-level names that may stand behind no digest, nor have one below them. A member whose
    contents were all hidden is left out, for an empty list would read as "there are none"; with `keep_emptied` it is
    left in, empty, as RFC 9901 section 7.1, step 3.e has it. Raises MalformedCredential or LimitExceeded.
    """
    # RFC 9901 section 4.1.1. That the disclosures were hashed with this function is seen by their being found.
    hash_name = payload.get(HASH_NAME, SHA_256)
    if not isinstance(hash_name, str) or hash_name not in HASHES:
        raise MalformedCredential("_sd_alg is not on our list")
    for name in never_hidden.intersection(payload):
        _demand_open(payload[name])
    opening = _Opening(disclosures, limits, never_hidden, keep_emptied)
    claims = opening.object({name: value for name, value in payload.items() if name != HASH_NAME}, ())
    # RFC 9901 section 7.1, step 5: a disclosure that no digest asks for.
    if len(opening.places) != len(disclosures):
        raise MalformedCredential("a disclosure is not referenced by any digest")
    return Opened(claims, opening.places)


@dataclass(slots=True, repr=False)
class _Opening:
    disclosures: Disclosures
    limits: Limits
    never_hidden: frozenset[str]
    keep_emptied: bool
    places: dict[str, Path] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def value(self, value: JsonValue, path: Path) -> JsonValue:
        if isinstance(value, dict):
            return self.object(value, path)
        if isinstance(value, list):
            return self.array(value, path)
        return value

    def object(self, node: JsonObject, path: Path) -> JsonObject:
        if len(path) >= self.limits.max_depth:
            raise self._too_deep()
        if ARRAY_DIGEST in node or HASH_NAME in node:
            raise MalformedCredential("a reserved name stands where it may not")
        shown = node.copy()
        for name, value in node.items():
            if isinstance(value, _CONTAINERS) and name != OBJECT_DIGESTS:
                opened = self.value(value, (*path, name))
                if opened or not value or self.keep_emptied:
                    shown[name] = opened
                else:
                    del shown[name]
        if OBJECT_DIGESTS in node:
            self._open_members(shown.pop(OBJECT_DIGESTS), node, shown, path)
        return shown

    def _open_members(self, digests: JsonValue, node: JsonObject, shown: JsonObject, path: Path) -> None:
        if not isinstance(digests, list):
            raise MalformedCredential("_sd is not an array")
        # At the top some names decide on validity, and may not come out of a digest.
        never = _NO_NAMES if path else self.never_hidden
        disclosures, places = self.disclosures, self.places
        for digest in self._taken(digests):
            name, value = member(disclosures[digest])
            # RFC 9901 section 7.1, step 3.c.ii.3: a disclosure may not overrule what is there.
            if name in node or name in shown:
                raise MalformedCredential("two claims have one name")
            if name in never:
                raise MalformedCredential("a claim that decides on validity is behind a digest")
            places[digest] = here = (*path, name)
            shown[name] = self.value(value, here) if isinstance(value, _CONTAINERS) else value

    def array(self, node: list[JsonValue], path: Path) -> list[JsonValue]:
        if len(path) >= self.limits.max_depth:
            raise self._too_deep()
        shown: list[JsonValue] = []
        for item in node:
            here = (*path, len(shown))
            if isinstance(item, dict) and ARRAY_DIGEST in item:
                if len(item) != 1:
                    raise MalformedCredential("an array digest has other members beside it")
                for digest in self._taken([item[ARRAY_DIGEST]]):
                    value = element(self.disclosures[digest])
                    self.places[digest] = here
                    shown.append(self.value(value, here))
            else:
                shown.append(self.value(item, here))
        return shown

    def _taken(self, digests: list[Any]) -> list[str]:
        """Check and remember digests; return those for which there is a disclosure, in their order."""
        if not _ONLY_TEXT.issuperset(map(type, digests)):
            raise MalformedCredential("a digest is not a string")
        seen = self.seen
        before = len(seen)
        seen.update(digests)
        # RFC 9901 section 7.1, step 4: no digest twice, decoys included.
        if len(seen) != before + len(digests):
            raise MalformedCredential("one digest is given twice")
        if len(seen) > self.limits.max_digests:
            raise LimitExceeded(f"more than {self.limits.max_digests} digests")
        return list(filter(self.disclosures.__contains__, digests))

    def _too_deep(self) -> LimitExceeded:
        return LimitExceeded(f"claims are nested deeper than {self.limits.max_depth} levels")


def _demand_open(value: JsonValue) -> None:
    if isinstance(value, dict):
        if not RESERVED.isdisjoint(value):
            raise MalformedCredential("a claim that decides on validity is behind a digest")
        for item in value.values():
            _demand_open(item)
    elif isinstance(value, list):
        for item in value:
            _demand_open(item)
