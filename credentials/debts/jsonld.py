"""The same claims as JSON-LD: what stands in `credentialSubject`, and back again without loss.

Every leaf becomes a string (its datatype stands in the context), so that one canonical form has one spelling. Every
node gets an IRI made from the credential's own: `<node>#bronorganisatie`, `<node>#z01`. Numbered slots become a set of
nodes, whose IRIs keep the slot names. The subject's own `id` is not given here: the format sets it to the holder.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, final

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
_SUBJECT: Final = "subject"
# An overview has this member also when it has no open cases (`claims.overview_claims`).
_ALWAYS_STATED: Final = "zaken"


def to_jsonld(type: str, tree: JsonObject, node: str) -> JsonObject:
    """Return the members of `credentialSubject`; the IRI of every node below it begins with `node`.

    Raises UnknownCredentialType, MalformedClaims for a claim that the type does not have, ValueError when `node` is
    not an absolute IRI without fragment.
    """
    if not _NODE.match(node):
        raise ValueError("a node is an absolute IRI without a fragment")
    shape = _shape_of(type)
    subject: JsonObject = {}
    for name, value in tree.items():
        if name == _SUBJECT:
            # What the tree says of the subject belongs to the subject itself.
            subject |= shape.write((name,), _object(value, name))
        elif name in SLOT_MEMBERS:
            nodes: list[JsonValue] = [
                {"id": f"{node}#{slot}", **shape.write((name, SLOT), _object(claims, slot))}
                for slot, claims in _object(value, name).items()
            ]
            # An empty array states nothing in RDF, so it is not written; what is not there is read as empty.
            subject |= {name: nodes} if nodes else {}
        elif isinstance(value, dict):
            subject[name] = {"id": f"{node}#{name}", **shape.write((name,), value)}
        else:
            subject |= shape.write((), {name: value})
    return subject


def from_jsonld(type: str, subject: JsonObject) -> JsonObject:
    """Return the claim tree that `to_jsonld` made the subject of.

    Members that the type does not have are left out: they are somebody else's statements. Raises MalformedClaims for
    a value that is not what its term promises, UnknownCredentialType.
    """
    shape = _shape_of(type)
    tree = shape.read((), subject)
    for name in shape.members:
        if name not in subject:
            tree |= {name: {}} if name == _ALWAYS_STATED else {}
        elif name in SLOT_MEMBERS:
            items = [_object(item, name) for item in _several(subject[name])]
            slots = {_slot(item, name): shape.read((name, SLOT), item) for item in items}
            if len(slots) != len(items):
                raise MalformedClaims(f"{name}: two nodes of one name")
            tree[name] = {slot: slots[slot] for slot in sorted(slots)}
        else:
            tree[name] = shape.read((name,), _object(subject[name], name))
    about = shape.read((_SUBJECT,), subject)
    if about:
        tree[_SUBJECT] = about
    return tree


@final
class _Shape:
    """The table of one type, cut by where its leaves stand."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._by_path = {leaf.path: leaf for leaf in leaves}
        self._below: dict[tuple[str, ...], list[Leaf]] = {}
        for leaf in leaves:
            self._below.setdefault(leaf.path[:-1], []).append(leaf)
        self.members = tuple(dict.fromkeys(prefix[0] for prefix in self._below if prefix and prefix[0] != _SUBJECT))

    def write(self, prefix: tuple[str, ...], claims: JsonObject) -> JsonObject:
        """Write the claims below a prefix as terms."""
        members: JsonObject = {}
        for name, value in claims.items():
            leaf = self._by_path.get((*prefix, name))
            if leaf is None:
                raise MalformedClaims("a claim that this type does not have")
            members[leaf.term] = _written(leaf, value)
        return members

    def read(self, prefix: tuple[str, ...], node: JsonObject) -> JsonObject:
        """Read the terms of a node as claims below a prefix."""
        return {
            leaf.path[-1]: _read(leaf, node[leaf.term]) for leaf in self._below.get(prefix, ()) if leaf.term in node
        }


_SHAPES: Final = {type: _Shape(leaves) for type, leaves in LEAVES.items()}


def _shape_of(type: str) -> _Shape:
    shape = _SHAPES.get(type)
    if shape is None:
        raise UnknownCredentialType("this type has no JSON-LD vocabulary")
    return shape


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
