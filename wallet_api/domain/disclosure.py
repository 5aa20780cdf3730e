"""Exactly what a presentation lets its receiver read, claim by claim, with names that a citizen can read.

Everything here is worked out from the credential as it will travel (`CredentialFormat.disclose`), never from what was
asked. Whatever stands in it is one of three things: a claim (`facts_of`), what every receiver learns of any card
(`envelope_of`: by whom, of which kind, since when, until when), or a check value: signature and certificates, the
holder's key, identifiers, the place in a status list. Check values are for machines; pages say that they go along.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias, final

from credentials.debts.claim_table import LEAVES, SLOT, SLOT_MEMBERS, Kind
from credentials.debts.claims import to_jsonld
from credentials.debts.dates import parse_day, parse_moment, write_moment
from credentials.debts.document_paths import SUBJECT, claim_path
from credentials.debts.elements import claim_of_element
from credentials.debts.errors import InvalidField, UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue
from credentials.formats import ClaimsPath, HeldView
from credentials.openid.dcql import MDOC, W3C_FORMATS

_TECHNICAL: Final = frozenset({"digest", "zaak_digest", "schema_versie", "fcid_versie", "oin", "afkorting", "dekking"})
_PER_COPY: Final = frozenset({"digest", "zaak_digest"})
BSN: Final = "bsn"

NOTHING: Final = "EMPTY"
"""The kind of a claim that is there and holds nothing: null, no text, an empty list."""
OTHER: Final = "OTHER"
"""The kind of a claim that the claim table does not have: nobody here knows what it means."""

# Of a W3C document: what `envelope_of` states, what is a check value, and the subject, whose members are the claims.
_ENVELOPE: Final = frozenset({"issuer", "type", "validFrom", "validUntil", "issuanceDate", "expirationDate"})
_CHECKS: Final = frozenset({"@context", "id", "proof", "credentialStatus", "credentialSchema"})

Said: TypeAlias = frozenset[tuple[tuple[str, ...], str]]
"""What is said, by names and values, without places in arrays."""
_Leaf: TypeAlias = tuple[tuple[str | int, ...], JsonValue]


@final
@dataclass(frozen=True, slots=True)
class Fact:
    """One claim that is shown. `slot` groups the claims of one case in an overview, or one event of a case.

    `along` says that nobody asked for it: it is in one piece with what was asked, and goes along.
    """

    path: tuple[str, ...]
    label: str
    value: str | int | bool
    kind: str
    slot: str = ""
    along: bool = False

    @property
    def moment(self) -> datetime | None:
        """The value as a moment, if it is one."""
        try:
            return parse_moment(str(self.value)) if self.kind == Kind.MOMENT.name else None
        except InvalidField:
            return None

    @property
    def day(self) -> date | None:
        """The value as a day, if it is one."""
        try:
            return parse_day(str(self.value)) if self.kind == Kind.DAY.name else None
        except InvalidField:
            return None

    @property
    def technical(self) -> bool:
        """Say whether this is for machines: a digest, a version, a number of an organisation."""
        return self.path[-1] in _TECHNICAL and self.kind != OTHER

    def said_in(self, said: Said) -> bool:
        """Say whether this is among what a card says, wherever in an array it stands."""
        return _said(self) in said

    @property
    def per_copy(self) -> bool:
        """Say whether it is another in every copy of the card: a salted check value, which tells nobody anything."""
        return self.path[-1] in _PER_COPY and self.kind != OTHER


def facts_of(view: HeldView) -> tuple[Fact, ...]:
    """Return every claim that can be read in a credential as it will travel, what is always seen included."""
    return (*claim_facts(view.type, view.claims), *(_fact(view.type, *leaf) for leaf in _beside(view)))


def claim_facts(type: str, claims: JsonObject) -> tuple[Fact, ...]:
    """Return every claim of a tree."""
    # Our own types have no empty claims: what is empty was filled in by the reader, in place of what stays hidden.
    found = (leaf for leaf in _leaves(claims, ()) if leaf[1] not in ({}, []) or (leaf[0] and type not in LEAVES))
    # A credential hides in which order its claims were made; a citizen reads them in the order of the claim table.
    return tuple(_fact(type, *leaf) for leaf in sorted(found, key=lambda each: _place(type, each[0])))


def envelope_of(view: HeldView) -> tuple[Fact, ...]:
    """Return what every receiver learns of any card, whatever it shows."""
    stated = (
        ("uitgever", "Adres van wie het kaartje maakte", view.issuer, Kind.TEXT),
        ("uitgever_naam", "Naam van wie het kaartje maakte", _name_of_issuer(view), Kind.TEXT),
        ("soort", "Soort kaartje", view.type, Kind.TEXT),
        ("gemaakt_op", "Gemaakt op", view.issued_at, Kind.MOMENT),
        ("geldig_vanaf", "Geldig vanaf", view.valid_from if view.valid_from != view.issued_at else None, Kind.MOMENT),
        ("geldig_tot", "Geldig tot", view.valid_until, Kind.MOMENT),
    )
    return tuple(
        Fact((name,), label, write_moment(value) if isinstance(value, datetime) else value, kind.name)
        for name, label, value, kind in stated
        if value is not None
    )


def asked_leaves(view: HeldView, paths: Sequence[ClaimsPath]) -> Said:
    """Return what the paths of a query select of a card, every claim of it open."""
    if view.format == MDOC:
        wanted = tuple(claim_of_element(view.type, path) for path in paths)
    else:
        wanted = claim_paths(view.type, paths, view.document if view.format in W3C_FORMATS else None)
    return frozenset(
        _said(_fact(view.type, path, value))
        for path, value in _leaves(view.claims, ())
        if any(covers(each, path) for each in wanted)
    )


def said(type: str, claims: JsonObject) -> Said:
    """Return what a tree of claims says."""
    return frozenset(map(_said, claim_facts(type, claims)))


def shows_bsn(facts: Sequence[Fact]) -> bool:
    """Say whether a citizen service number is among these."""
    return any(BSN in fact.path for fact in facts)


def _said(fact: Fact) -> tuple[tuple[str, ...], str]:
    # A hidden element of an array leaves no place behind, so places are no part of what is said.
    return tuple(part for part in fact.path if not part.isdecimal()), str(fact.value)


def claim_paths(type: str, paths: Sequence[ClaimsPath], document: JsonObject | None) -> tuple[ClaimsPath, ...]:
    """Return which claims of a card the paths of a query select.

    `document` is the W3C credential that the paths point into; None where they point at the claims themselves.
    """
    if document is None:
        return tuple(paths)
    found = (_claim_path(type, path, document) for path in paths)
    return tuple(path for path in found if path is not None)


def _claim_path(type: str, path: ClaimsPath, document: JsonObject) -> ClaimsPath | None:
    try:
        return claim_path(type, path, document)
    except UnknownCredentialType:
        # A card of a type that is not ours: its claims are the members of its subject.
        return path[1:] if path[0] in (SUBJECT, None) else None


def covers(path: ClaimsPath, leaf: Sequence[str | int]) -> bool:
    """Say whether a claims path selects a leaf, or an object that the leaf is in."""
    return len(path) <= len(leaf) and all(
        asked is None or asked == member for asked, member in zip(path, leaf, strict=False)
    )


def _name_of_issuer(view: HeldView) -> str | None:
    issuer = view.document.get("issuer") if view.format in W3C_FORMATS else None
    name = issuer.get("name") if isinstance(issuer, dict) else None
    return name if isinstance(name, str) else None


def _beside(view: HeldView) -> Iterator[_Leaf]:
    """Give what a W3C document states beside the claim tree: other members, and what its vocabulary leaves out."""
    if view.format not in W3C_FORMATS:
        # Claims of an SD-JWT VC stand at the root, beside what the card says of itself; an mdoc has nothing else.
        return
    for name, value in view.document.items():
        if name == SUBJECT:
            yield from _unread(view, value)
        elif name == "issuer" and isinstance(value, dict):
            known = {"id", "name"} if isinstance(value.get("name"), str) else {"id"}
            yield from _leaves({part: each for part, each in value.items() if part not in known}, (name,))
        elif name not in _ENVELOPE and name not in _CHECKS:
            yield from _leaves(value, (name,))


def _unread(view: HeldView, subject: JsonValue) -> Iterator[_Leaf]:
    """Give what of a subject is no claim of its type, which a vocabulary passes over."""
    if view.type not in LEAVES or not isinstance(subject, dict):
        return
    read = Counter((_names(path), _plain(value)) for path, value in _leaves(_written(view), ()))
    for path, value in _leaves({name: each for name, each in subject.items() if name != "id"}, (SUBJECT,)):
        key = (_names(path[1:]), _plain(value))
        if read[key] > 0:
            read[key] -= 1
        else:
            yield path, value


def _written(view: HeldView) -> JsonObject:
    """Return the subject that states the claims and nothing else, its nodes named after the document."""
    name = view.document.get("id")
    claims = {member: value for member, value in view.claims.items() if value != {}}
    try:
        return to_jsonld(view.type, claims, str(name))
    except ValueError:
        # A document without a name of its own has nodes without names of ours.
        return to_jsonld(view.type, claims, "urn:node")


def _leaves(value: JsonValue, path: tuple[str | int, ...]) -> Iterator[_Leaf]:
    match value:
        case dict() if value:
            for name, item in value.items():
                yield from _leaves(item, (*path, name))
        case list() if value:
            for index, item in enumerate(value):
                yield from _leaves(item, (*path, index))
        case _:
            yield path, value


def _names(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(part for part in path if isinstance(part, str) and not part.isdecimal())


def _plain(value: JsonValue) -> JsonValue:
    return str(value) if isinstance(value, dict | list) else value


def _pattern(leaf: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple(SLOT if index == 1 and leaf[0] in SLOT_MEMBERS else part for index, part in enumerate(leaf))


def _place(type: str, leaf: tuple[str | int, ...]) -> tuple[int, tuple[tuple[bool, str | int], ...]]:
    pattern = _pattern(leaf)
    known = LEAVES.get(type, ())
    # Names and places in arrays are not compared with each other.
    order = tuple((isinstance(part, str), part) for part in leaf)
    return next((place for place, each in enumerate(known) if each.path == pattern), len(known)), order


def _fact(type: str, leaf: tuple[str | int, ...], value: JsonValue) -> Fact:
    path = tuple(str(part) for part in leaf)
    empty = value is None or value in ("", [], {})
    shown = "" if empty else value if isinstance(value, str | int | bool) else str(value)
    slot = path[1] if len(path) > 2 and path[0] in SLOT_MEMBERS and type in LEAVES else ""
    pattern = _pattern(leaf)
    for known in LEAVES.get(type, ()):
        if known.path == pattern:
            label = known.nl.removesuffix(" (eurocent)")
            kind = NOTHING if empty else known.kind.name
            return Fact(path, label[:1].upper() + label[1:], shown, kind, slot)
    label = " ".join(path).replace("_", " ").capitalize()
    return Fact(path, label, shown, NOTHING if empty else OTHER, slot)
