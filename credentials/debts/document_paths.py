"""Where a claim stands in a W3C credential: claims paths into the whole document and back (OpenID4VP 1.0 B.1.2).

In the claim tree cases and events have named slots (`zaken`, `z01`, `saldo`); in the document they are a set of nodes.
So a slot becomes None, every node of the set, and an index becomes the slot whose name the node's IRI bears.
"""

from collections.abc import Sequence
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
    for leaf in _leaves(type):
        nodes = _nodes(leaf.path[:-1])
        if _same_nodes(below, (*nodes, leaf.term)):
            return (*_slots(leaf.path[:-1], below, document), leaf.path[-1])
    for leaf in _leaves(type):
        nodes = _nodes(leaf.path[:-1])
        if len(below) <= len(nodes) and _same_nodes(below, nodes[: len(below)]):
            return _slots(leaf.path[: len(below)], below, document)
    return None


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


def _same_nodes(path: Path, nodes: Path) -> bool:
    """Compare, where an index or None selects nodes of a set."""
    return len(path) == len(nodes) and all(
        part == node if node is not None else part is None or isinstance(part, int)
        for part, node in zip(path, nodes, strict=True)
    )


def _slots(prefix: tuple[str, ...], path: Path, document: JsonObject) -> Path:
    if SLOT not in prefix:
        return prefix
    index = path[1]
    return (prefix[0], _slot(document, prefix[0], index) if isinstance(index, int) else None)


def _slot(document: JsonObject, member: str, index: int) -> str | None:
    subject = document.get(SUBJECT)
    nodes: JsonValue = subject.get(member) if isinstance(subject, dict) else None
    node = nodes[index] if isinstance(nodes, list) and 0 <= index < len(nodes) else None
    name = node.get("id") if isinstance(node, dict) else None
    return name.rpartition("#")[2] if isinstance(name, str) else None
