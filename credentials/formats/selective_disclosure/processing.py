"""Open an SD-JWT: replace digests by what was disclosed, by RFC 9901 section 7.1 and stricter.

Each step that the section calls "MUST be rejected" raises here, and so do an `_sd_alg` below the top, a claim that
decides on validity behind a digest, and anything beyond `Limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.errors import LimitExceeded
from credentials.formats.base import MalformedCredential
from credentials.formats.selective_disclosure.disclosures import (
    ARRAY_DIGEST,
    HASH_NAME,
    OBJECT_DIGESTS,
    RESERVED,
    Disclosure,
    Limits,
)

Path: TypeAlias = tuple[str | int, ...]

# A union made anew at every use would cost more than the check.
_CONTAINERS: Final = (dict, list)


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A processed payload. `places` tells for each disclosure, by digest, the path of what it opens."""

    payload: JsonObject
    places: Mapping[str, Path]


def process(
    payload: JsonObject, disclosures: Mapping[str, Disclosure], limits: Limits, never_hidden: frozenset[str]
) -> Opened:
    """Process a payload whose signature was checked.

    `never_hidden` are the top-level names that may stand behind no digest, nor have one below them. Raises
    MalformedCredential or LimitExceeded.
    """
    # RFC 9901 section 4.1.1: sha-256 is the default, spelled as IANA does. Others are not taken.
    if payload.get(HASH_NAME, "sha-256") != "sha-256":
        raise MalformedCredential("_sd_alg is not sha-256")
    in_the_open: JsonObject = {}
    rest: JsonObject = {}
    for name, value in payload.items():
        if name in never_hidden:
            _demand_open(value)
            in_the_open[name] = value
        elif name != HASH_NAME:
            rest[name] = value
    opening = _Opening(disclosures, limits, never_hidden)
    claims = in_the_open | opening.object(rest, ())
    # RFC 9901 section 7.1, step 5: a disclosure that no digest asks for.
    if len(opening.places) != len(disclosures):
        raise MalformedCredential("a disclosure is not referenced by any digest")
    return Opened(claims, opening.places)


@dataclass(slots=True, repr=False)
class _Opening:
    disclosures: Mapping[str, Disclosure]
    limits: Limits
    never_hidden: frozenset[str]
    places: dict[str, Path] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def value(self, value: JsonValue, path: Path) -> JsonValue:
        if isinstance(value, dict):
            return self.object(value, path)
        if isinstance(value, list):
            return self.array(value, path)
        return value

    def object(self, node: JsonObject, path: Path) -> JsonObject:
        self._check_depth(path)
        if ARRAY_DIGEST in node or HASH_NAME in node:
            raise MalformedCredential("a reserved name stands where it may not")
        shown: JsonObject = {}
        for name, value in node.items():
            if isinstance(value, _CONTAINERS) and name != OBJECT_DIGESTS:
                opened = self.value(value, (*path, name))
                # Where everything is hidden nothing is stated: an empty list would read as "there are none".
                if value and not opened:
                    continue
                shown[name] = opened
            else:
                shown[name] = value
        if OBJECT_DIGESTS in shown:
            self._open_members(shown.pop(OBJECT_DIGESTS), node, shown, path)
        return shown

    def _open_members(self, digests: JsonValue, node: JsonObject, shown: JsonObject, path: Path) -> None:
        if not isinstance(digests, list):
            raise MalformedCredential("_sd is not an array")
        for digest in self._taken(digests):
            _, name, value = self.disclosures[digest]
            if name is None:
                raise MalformedCredential("an array element is disclosed as a member")
            # RFC 9901 section 7.1, step 3.c.ii.3: a disclosure may not overrule what is there.
            if name in node or name in shown:
                raise MalformedCredential("two claims have one name")
            if not path and name in self.never_hidden:
                raise MalformedCredential("a claim that decides on validity is behind a digest")
            here = (*path, name)
            self.places[digest] = here
            shown[name] = self.value(value, here) if isinstance(value, _CONTAINERS) else value

    def array(self, node: list[JsonValue], path: Path) -> list[JsonValue]:
        self._check_depth(path)
        shown: list[JsonValue] = []
        for item in node:
            here = (*path, len(shown))
            if isinstance(item, dict) and ARRAY_DIGEST in item:
                if len(item) != 1:
                    raise MalformedCredential("an array digest has other members beside it")
                for digest in self._taken([item[ARRAY_DIGEST]]):
                    _, name, value = self.disclosures[digest]
                    if name is not None:
                        raise MalformedCredential("a member is disclosed as an array element")
                    self.places[digest] = here
                    shown.append(self.value(value, here))
            else:
                shown.append(self.value(item, here))
        return shown

    def _taken(self, digests: list[JsonValue]) -> list[str]:
        """Check and remember digests; return those for which there is a disclosure, in their order."""
        texts = [digest for digest in digests if isinstance(digest, str)]
        if len(texts) != len(digests):
            raise MalformedCredential("a digest is not a string")
        before = len(self.seen)
        self.seen.update(texts)
        # RFC 9901 section 7.1, step 4: no digest twice, decoys included.
        if len(self.seen) != before + len(texts):
            raise MalformedCredential("one digest is given twice")
        if len(self.seen) > self.limits.max_digests:
            raise LimitExceeded(f"more than {self.limits.max_digests} digests")
        return [digest for digest in texts if digest in self.disclosures]

    def _check_depth(self, path: Path) -> None:
        if len(path) >= self.limits.max_depth:
            raise LimitExceeded(f"claims are nested deeper than {self.limits.max_depth} levels")


def _demand_open(value: JsonValue) -> None:
    if isinstance(value, dict):
        if not RESERVED.isdisjoint(value):
            raise MalformedCredential("a claim that decides on validity is behind a digest")
        for item in value.values():
            _demand_open(item)
    elif isinstance(value, list):
        for item in value:
            _demand_open(item)
