"""Which places of a subject are hidden one by one, and sets that do not tell how many they hold (RFC 9901 4.2.5).

Every member but `id` is hidden, and what is inside it once more: a node that is not disclosed leaves nothing behind. A
set of nodes stays in sight with a digest per node, filled up with decoys to the number of slots that it has.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.selective_disclosure import RandomBytes
from credentials.formats.selective_disclosure.disclosures import ARRAY_DIGEST, digest

SUBJECT: Final = "credentialSubject"
DECOY_MULTIPLE: Final = 8
_HASH_BYTES: Final = 32


def places(subject: JsonObject, in_sight: Collection[str], whole: Collection[tuple[str, ...]]) -> Iterator[ClaimsPath]:
    """Give the places to hide. `in_sight` are members that stay, `whole` names sets whose nodes are one piece each."""
    for name, value in subject.items():
        if name != "id" and name not in in_sight:
            yield from _below(value, (SUBJECT, name), whole=(name,) in whole)


def _below(value: JsonValue, path: ClaimsPath, *, whole: bool) -> Iterator[ClaimsPath]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _below(item, (*path, index), whole=whole)
        return
    yield path
    if isinstance(value, dict) and not whole:
        for name, item in value.items():
            if name not in ("id", "type"):
                yield from _below(item, (*path, name), whole=False)


def fill_sets(
    subject: JsonObject, known: Collection[str], slots: Mapping[tuple[str, ...], Collection[str]], random: RandomBytes
) -> None:
    """Fill sets with decoys to as many digests as they have slots, rounded up; add the sets that are not there.

    `subject` is the concealed one, `known` the members that it had before.
    """
    for prefix, names in slots.items():
        if len(prefix) != 1:
            continue
        value = subject.get(prefix[0])
        if value is None and prefix[0] not in known:
            value = subject[prefix[0]] = []
        if not isinstance(value, list):
            continue
        size = -(-len(names) // DECOY_MULTIPLE) * DECOY_MULTIPLE
        while len(value) < size:
            place = int.from_bytes(random(8)) % (len(value) + 1)
            value.insert(place, {ARRAY_DIGEST: digest(random(_HASH_BYTES))})
