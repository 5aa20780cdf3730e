"""The issuer's side: put claims behind digests of their own.

Two ways. `conceal` hides every leaf of a claim tree, each beside its siblings, so that the shape stays in sight and no
number of anything does: for claim trees of one's own design, and fast. `conceal_at` hides exactly the places that one
names, in any JSON: flat, structured, recursive (RFC 9901 section 4.2.6) and by array element.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.selective_disclosure.disclosures import (
    ARRAY_DIGEST,
    OBJECT_DIGESTS,
    RESERVED,
    SALT_BYTES,
    base64url,
    digest,
    digests,
    encode_all,
    encode_element,
)
from credentials.formats.selective_disclosure.places import Chosen

RandomBytes: TypeAlias = Callable[[int], bytes]

_NO_SLOTS: Final[tuple[str, ...]] = ()
_HASH_BYTES: Final = 32


@dataclass(slots=True, repr=False)
class Concealer:
    """Turn claims into a payload with digests, and the disclosures that open them.

    The digests of one object or array are padded with decoys to a multiple of `multiple` (RFC 9901 section 4.2.5);
    those of an object are sorted, decoys in an array stand at random places, so that neither number nor order tells
    anything.
    """

    random: RandomBytes
    multiple: int
    whole: frozenset[tuple[str, ...]] = frozenset()
    slots: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    disclosures: list[bytes] = field(default_factory=list)

    def conceal(self, tree: JsonObject, open_names: frozenset[str]) -> JsonObject:
        """Return the payload's claims; top-level names in `open_names` stay as they are.

        Objects stay in sight with an `_sd` of their own; leaves, arrays and the children of `whole` prefixes are
        hidden. Raises ValueError for a reserved name or a floating-point number.
        """
        return self._object(tree, (), open_names)

    def conceal_at(self, claims: JsonObject, places: Collection[ClaimsPath]) -> JsonObject:
        """Return the payload's claims with what stands at `places` hidden, and all else in sight.

        A path that leads through an object or array that is itself named makes a recursive disclosure; None stands for
        every element of an array. Raises ValueError for a reserved name, for a number that is not finite, and for a
        path that leads nowhere: a misspelled one would leave in sight what was to be hidden.
        """
        chosen = Chosen.of(places)
        hidden = self._hide_in_object(claims, (chosen,))
        if any(not each.used for each in chosen.all()):
            raise ValueError("a claim that is to be hidden is not there")
        return hidden

    # By place.

    def _hidden(self, value: JsonValue, chosen: tuple[Chosen, ...]) -> JsonValue:
        if isinstance(value, dict):
            return self._hide_in_object(value, chosen)
        if isinstance(value, list):
            return self._hide_in_array(value, chosen)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("a number in a claim is not finite")
        return value

    def _hide_in_object(self, node: JsonObject, chosen: tuple[Chosen, ...]) -> JsonObject:
        shown: JsonObject = {}
        hidden: list[tuple[str, JsonValue]] = []
        for name, value in node.items():
            if name in RESERVED:
                raise ValueError("a claim bears a name that SD-JWT reserves")
            below = tuple(next_ for each in chosen for next_ in each.at(name))
            inner = self._hidden(value, below)
            if any(each.hides for each in below):
                hidden.append((name, inner))
            else:
                shown[name] = inner
        if hidden:
            shown[OBJECT_DIGESTS] = self._disclosed(hidden)
        return shown

    def _hide_in_array(self, node: list[JsonValue], chosen: tuple[Chosen, ...]) -> list[JsonValue]:
        shown: list[JsonValue] = []
        hides = False
        for index, value in enumerate(node):
            below = tuple(next_ for each in chosen for next_ in each.at(index))
            inner = self._hidden(value, below)
            if any(each.hides for each in below):
                encoded = encode_element(self.random(SALT_BYTES), inner)
                self.disclosures.append(encoded)
                inner, hides = {ARRAY_DIGEST: digest(encoded)}, True
            shown.append(inner)
        # An array of which nothing is hidden tells its length anyway, and one with decoys would look as if it hid.
        for _ in range(-len(shown) % self.multiple if hides else 0):
            place = int.from_bytes(self.random(8)) % (len(shown) + 1)
            shown.insert(place, {ARRAY_DIGEST: digest(self.random(_HASH_BYTES))})
        return shown

    # Every leaf.

    def _object(self, node: JsonObject, path: tuple[str, ...], open_names: frozenset[str]) -> JsonObject:
        shown: JsonObject = {}
        hidden: list[tuple[str, JsonValue]] = []
        as_pieces = path in self.whole
        for name, value in node.items():
            if name in RESERVED:
                raise ValueError("a claim bears a name that SD-JWT reserves")
            if isinstance(value, dict) and not as_pieces and name not in open_names:
                shown[name] = self._object(value, (*path, name), frozenset())
                continue
            if not isinstance(value, str):
                _check_leaf(value)
            if name in open_names:
                shown[name] = value
            else:
                hidden.append((name, value))
        if hidden:
            shown[OBJECT_DIGESTS] = self._disclosed(hidden)
        if self.slots:
            # In the order of their names: the order of filling would tell which slots are in use.
            return dict(sorted(self._with_slots(node, path, shown).items()))
        return shown or {OBJECT_DIGESTS: self._padded([])}

    def _with_slots(self, node: JsonObject, path: tuple[str, ...], shown: JsonObject) -> JsonObject:
        for name in self.slots.get(path, _NO_SLOTS):
            if name not in node:
                shown[name] = {OBJECT_DIGESTS: self._padded([])}
        for prefix in self.slots:
            # Where no slot is in use the tree may lack what holds them.
            if prefix and prefix[:-1] == path and prefix[-1] not in node:
                shown[prefix[-1]] = self._object({}, prefix, frozenset())
        return shown or {OBJECT_DIGESTS: self._padded([])}

    def _disclosed(self, hidden: list[tuple[str, JsonValue]]) -> list[JsonValue]:
        """Make the disclosures of one object's members; return its `_sd`."""
        salts = base64url(self.random(SALT_BYTES * len(hidden))).decode("ascii")
        encoded = encode_all(salts, hidden)
        self.disclosures += encoded
        return self._padded(encoded)

    def _padded(self, hidden: list[bytes]) -> list[JsonValue]:
        missing = -len(hidden) % self.multiple if hidden else self.multiple
        if missing:
            noise = self.random(_HASH_BYTES * missing)
            hidden = hidden + [noise[start : start + _HASH_BYTES] for start in range(0, len(noise), _HASH_BYTES)]
        return [*sorted(digests(hidden))]


def _check_leaf(value: JsonValue) -> None:
    if isinstance(value, str | int):
        return
    if isinstance(value, float):
        # A fraction has more than one decimal spelling: amounts are whole cents.
        raise ValueError("a claim is a floating-point number")  # noqa: TRY004  # the kind of value is what is wrong
    if isinstance(value, dict):
        if not RESERVED.isdisjoint(value):
            raise ValueError("a claim bears a name that SD-JWT reserves")
        for item in value.values():
            _check_leaf(item)
    elif isinstance(value, list):
        for item in value:
            _check_leaf(item)
