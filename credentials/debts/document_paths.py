"""Where a claim stands in a W3C credential: claims paths into the whole document and back (OpenID4VP 1.0 B.1.2).

In the claim tree cases and events have named slots (`zaken`, `z01`, `saldo`); in the document they are a set of nodes.
So a slot becomes None, every node of the set, and an index becomes the slot whose name the node's IRI bears.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from credentials.debts.claim_table import LEAVES, SLOT, SLOT_MEMBERS, Leaf
from credentials.debts.errors import MalformedClaims, UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue

Path: TypeAlias = tuple[str | int | None, ...]

SUBJECT: Final = "credentialSubject"

_ABOUT: Final = "subject"


def document_path(type: str, claim: Sequence[str]) -> Path:
    """Return the path of a claim, or of an object of claims, in the document; `()` is the whole subject.

    Raises UnknownCredentialType, MalformedClaims for a claim that the type does not have.
    """
    pattern = _pattern(claim)
    for leaf in _leaves(type):
        if leaf.path == pattern:
            return (SUBJECT, *_nodes(leaf.path[:-1]), leaf.term)
    if any(leaf.path[: len(pattern)] == pattern for leaf in _leaves(type)):
        return (SUBJECT, *_nodes(pattern))
    raise MalformedClaims("a claim that this type does not have")


def claim_path(type: str, path: Sequence[str | int | None], document: JsonObject) -> Path | None:
    """Return which claims a path into the document selects; None when it selects none of the subject's.

    Raises UnknownCredentialType.
    """
    if not path or path[0] not in (SUBJECT, None):
        return None
    below = tuple(path[1:])
    if not below:
        return ()
    # In the document the nodes of a set are selected by an index, or all of them by None.
    place = tuple([None if isinstance(part, int) else part for part in below])
    claim = _claims_by_place(type).get(place)
    return None if claim is None else _slots(claim, below, document)


@lru_cache(maxsize=len(LEAVES))
def _claims_by_place(type: str) -> Mapping[Path, tuple[str, ...]]:
    """Return what stands where in the documents of a type: its claims, and the objects that hold them."""
    leaves = _leaves(type)
    found = {(*_nodes(leaf.path[:-1]), leaf.term): leaf.path for leaf in leaves}
    for leaf in leaves:
        nodes = _nodes(leaf.path[:-1])
        for length in range(1, len(nodes) + 1):
            found.setdefault(nodes[:length], leaf.path[:length])
    return found


def _leaves(type: str) -> Sequence[Leaf]:
    leaves = LEAVES.get(type)
    if leaves is None:
        raise UnknownCredentialType("this type has no JSON-LD vocabulary")
    return leaves


def _pattern(claim: Sequence[str]) -> tuple[str, ...]:
    slotted = len(claim) > 1 and claim[0] in SLOT_MEMBERS
    return (claim[0], SLOT, *claim[2:]) if slotted else tuple(claim)


def _nodes(prefix: tuple[str, ...]) -> Path:
    # What the tree says of the subject belongs to the subject itself.
    return tuple(None if member == SLOT else member for member in prefix if member != _ABOUT)


def _slots(claim: tuple[str, ...], path: Path, document: JsonObject) -> Path:
    if SLOT not in claim:
        return claim
    member, _, *rest = claim
    index = path[1]
    return (member, _slot(document, member, index) if isinstance(index, int) else None, *rest)


def _slot(document: JsonObject, member: str, index: int) -> str | None:
    subject = document.get(SUBJECT)
    nodes: JsonValue = subject.get(member) if isinstance(subject, dict) else None
    node = nodes[index] if isinstance(nodes, list) and 0 <= index < len(nodes) else None
    name = node.get("id") if isinstance(node, dict) else None
    return name.rpartition("#")[2] if isinstance(name, str) else None
