"""The same claims as JSON-LD: what stands in `credentialSubject`, and back again without loss.

Every leaf becomes a string (its datatype stands in the context), so that one canonical form has one spelling. Every
node gets an IRI made from the credential's own: `<node>#bronorganisatie`, `<node>#z01`. Numbered slots become a set of
nodes, whose IRIs keep the slot names. The subject's own `id` is not given here: the format sets it to the holder.
"""

import re
from collections.abc import Mapping
from typing import Final

from credentials.debts.claim_table import CASE_TYPE, LEAVES, OVERVIEW_TYPE, SLOT, SLOT_MEMBERS, Kind, Leaf
from credentials.debts.errors import MalformedClaims, UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue

TYPE_TERMS: Final[Mapping[str, str]] = {
    OVERVIEW_TYPE: "BetaalverplichtingenOverzicht",
    CASE_TYPE: "FinancieleZaak",
}
"""Per type IRI its term in the JSON-LD context."""

_INTEGER: Final = re.compile(r"(0|-?[1-9][0-9]{0,18})\Z")
_NODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s#<>\"{}|\\^`]+\Z")

# Members that JSON-LD or the credentials context define themselves.
_KEYWORDS: Final = frozenset({"id", "type", "@id", "@type"})


def to_jsonld(type: str, tree: JsonObject, node: str) -> JsonObject:
    """Return the members of `credentialSubject`; the IRI of every node below it begins with `node`.

    Raises UnknownCredentialType, MalformedClaims for a claim that the type does not have, ValueError when `node` is
    not an absolute IRI without fragment.
    """
    if not _NODE.match(node):
        raise ValueError("a node is an absolute IRI without a fragment")
    leaves = _by_path(type)
    subject: JsonObject = {}
    for name, value in tree.items():
        if name == "subject":
            # What the tree says of the subject belongs to the subject itself.
            subject |= _members(("subject",), _object(value, name), leaves)
        elif name in SLOT_MEMBERS:
            subject[name] = [
                {"id": f"{node}#{slot}", **_members((name, SLOT), _object(claims, slot), leaves)}
                for slot, claims in _object(value, name).items()
            ]
        elif isinstance(value, dict):
            subject[name] = {"id": f"{node}#{name}", **_members((name,), value, leaves)}
        else:
            leaf = _leaf_at((name,), leaves)
            subject[leaf.term] = _written(leaf, value)
    return subject


def from_jsonld(type: str, subject: JsonObject) -> JsonObject:
    """Return the claim tree that `to_jsonld` made the subject of.

    Members that the type does not have are left out: they are somebody else's statements. Raises MalformedClaims for
    a value that is not what its term promises, UnknownCredentialType.
    """
    leaves = _by_path(type)
    nodes = {path[0] for path in leaves if len(path) > 1}
    tree: JsonObject = {}
    about = _claims(("subject",), subject, leaves)
    for name, value in subject.items():
        if name in _KEYWORDS:
            continue
        if name in SLOT_MEMBERS and name in nodes:
            slots = {_slot(item, name): _claims((name, SLOT), _object(item, name), leaves) for item in _several(value)}
            if len(slots) != len(_several(value)):
                raise MalformedClaims(f"{name}: two nodes of one name")
            tree[name] = {slot: slots[slot] for slot in sorted(slots)}
        elif name in nodes:
            tree[name] = _claims((name,), _object(value, name), leaves)
    tree |= _claims((), subject, leaves)
    if about:
        tree["subject"] = about
    return tree


def _by_path(type: str) -> Mapping[tuple[str, ...], Leaf]:
    leaves = _PATHS.get(type)
    if leaves is None:
        raise UnknownCredentialType("this type has no JSON-LD vocabulary")
    return leaves


_PATHS: Final = {type: {leaf.path: leaf for leaf in leaves} for type, leaves in LEAVES.items()}


def _members(prefix: tuple[str, ...], claims: JsonObject, leaves: Mapping[tuple[str, ...], Leaf]) -> JsonObject:
    members: JsonObject = {}
    for name, value in claims.items():
        leaf = _leaf_at((*prefix, name), leaves)
        members[leaf.term] = _written(leaf, value)
    return members


def _claims(prefix: tuple[str, ...], node: JsonObject, leaves: Mapping[tuple[str, ...], Leaf]) -> JsonObject:
    claims: JsonObject = {}
    for path, leaf in leaves.items():
        if path[:-1] == prefix and leaf.term in node:
            claims[path[-1]] = _read(leaf, node[leaf.term])
    return claims


def _leaf_at(path: tuple[str, ...], leaves: Mapping[tuple[str, ...], Leaf]) -> Leaf:
    leaf = leaves.get(path)
    if leaf is None:
        raise MalformedClaims("a claim that this type does not have")
    return leaf


def _written(leaf: Leaf, value: JsonValue) -> str:
    match leaf.kind, value:
        case Kind.AMOUNT | Kind.COUNT, int() if not isinstance(value, bool):
            return str(value)
        case Kind.FLAG, bool():
            return "true" if value else "false"
        case ((Kind.TEXT | Kind.LINK | Kind.DAY | Kind.MOMENT), str()):
            return value
        case _:
            raise _malformed(leaf)


def _read(leaf: Leaf, value: JsonValue) -> JsonValue:
    if not isinstance(value, str):
        raise _malformed(leaf)
    match leaf.kind:
        case Kind.AMOUNT | Kind.COUNT:
            if not _INTEGER.match(value):
                raise _malformed(leaf)
            return int(value)
        case Kind.FLAG:
            if value not in ("true", "false"):
                raise _malformed(leaf)
            return value == "true"
        case _:
            return value


def _malformed(leaf: Leaf) -> MalformedClaims:
    return MalformedClaims(f"{'.'.join(leaf.path)} is not of its type")


def _object(value: JsonValue, name: str) -> JsonObject:
    if not isinstance(value, dict):
        raise MalformedClaims(f"{name} is not an object")
    return value


def _several(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _slot(item: JsonValue, name: str) -> str:
    node = _object(item, name).get("id")
    prefix = SLOT_MEMBERS[name][0]
    slot = node.rpartition("#")[2] if isinstance(node, str) else ""
    if not re.match(rf"{prefix}[0-9]{{2,3}}\Z", slot):
        raise MalformedClaims(f"{name}: a node without its name")
    return slot
