"""The issuer's side: put every leaf of a claim tree behind a digest of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from credentials.encoding import JsonObject, JsonValue
from credentials.formats.selective_disclosure.disclosures import (
    OBJECT_DIGESTS,
    RESERVED,
    SALT_BYTES,
    base64url,
    digests,
    encode_all,
)

RandomBytes: TypeAlias = Callable[[int], bytes]

_NO_SLOTS: Final[tuple[str, ...]] = ()


@dataclass(slots=True, repr=False)
class Concealer:
    """Turn one claim tree into a payload with digests, and the disclosures that open them.

    Objects stay in sight with an `_sd` of their own; leaves, arrays and the children of `whole` prefixes are hidden.
    The digests of one object are padded with decoys to a multiple of `multiple` (RFC 9901 section 4.2.5) and sorted,
    so that neither their number nor their order tells anything.
    """

    random: RandomBytes
    multiple: int
    whole: frozenset[tuple[str, ...]]
    slots: Mapping[tuple[str, ...], tuple[str, ...]]
    disclosures: list[bytes] = field(default_factory=list)

    def conceal(self, tree: JsonObject, open_names: frozenset[str]) -> JsonObject:
        """Return the payload's claims; top-level names in `open_names` stay as they are."""
        return self._object(tree, (), open_names)

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
            salts = base64url(self.random(SALT_BYTES * len(hidden))).decode("ascii")
            encoded = encode_all(salts, hidden)
            self.disclosures += encoded
            shown[OBJECT_DIGESTS] = self._padded(encoded)
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

    def _padded(self, hidden: list[bytes]) -> list[JsonValue]:
        missing = -len(hidden) % self.multiple if hidden else self.multiple
        if missing:
            noise = self.random(32 * missing)
            hidden = hidden + [noise[start : start + 32] for start in range(0, 32 * missing, 32)]
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
