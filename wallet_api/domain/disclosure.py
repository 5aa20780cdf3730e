"""Exactly what a presentation would show, claim by claim, with names that a citizen can read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, final

from credentials.debts.claim_table import LEAVES, SLOT, Kind
from credentials.debts.claims import ALWAYS_DISCLOSED
from credentials.debts.dates import parse_day, parse_moment
from credentials.debts.document_paths import SUBJECT, claim_path
from credentials.debts.errors import InvalidField, UnknownCredentialType
from credentials.encoding import JsonObject, JsonValue
from credentials.formats import ClaimsPath

_TECHNICAL: Final = frozenset({"digest", "zaak_digest", "schema_versie", "fcid_versie", "oin", "afkorting", "dekking"})
BSN: Final = "bsn"


@final
@dataclass(frozen=True, slots=True)
class Fact:
    """One claim that is shown. `slot` groups the claims of one case in an overview, or one event of a case."""

    path: tuple[str, ...]
    label: str
    value: str | int | bool
    kind: str
    slot: str = ""

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
        return self.path[-1] in _TECHNICAL


def shown_facts(type: str, claims: JsonObject, paths: Sequence[ClaimsPath] | None) -> tuple[Fact, ...]:
    """Return every claim that showing these paths of a card (None: all) reveals, what is always seen included."""
    always = ALWAYS_DISCLOSED.get(type, frozenset())
    shown = (
        (leaf, value)
        for leaf, value in _leaves(claims, ())
        if paths is None or leaf[0] in always or any(covers(path, leaf) for path in paths)
    )
    # A credential hides in which order its claims were made; a citizen reads them in the order of the claim table.
    return tuple(_fact(type, leaf, value) for leaf, value in sorted(shown, key=lambda each: _place(type, each[0])))


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


def covers(path: ClaimsPath, leaf: Sequence[str]) -> bool:
    """Say whether a claims path selects a leaf, or an object that the leaf is in."""
    return len(path) <= len(leaf) and all(
        asked is None or str(asked) == member for asked, member in zip(path, leaf, strict=False)
    )


def asks_bsn(claims: JsonObject, paths: Sequence[ClaimsPath] | None) -> bool:
    """Say whether showing these paths reveals a citizen service number, or asks for one that is not there."""
    if paths is not None and any(BSN in path for path in paths):
        return True
    revealed = (leaf for leaf, _ in _leaves(claims, ()) if paths is None or any(covers(path, leaf) for path in paths))
    return any(leaf[-1] == BSN for leaf in revealed)


def _leaves(value: JsonValue, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], JsonValue]]:
    match value:
        case dict():
            for name, item in value.items():
                yield from _leaves(item, (*path, name))
        case list():
            for index, item in enumerate(value):
                yield from _leaves(item, (*path, str(index)))
        case _:
            yield path, value


def _pattern(leaf: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        SLOT if index == 1 and leaf[0] in ("zaken", "gebeurtenissen") else part for index, part in enumerate(leaf)
    )


def _place(type: str, leaf: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    pattern = _pattern(leaf)
    known = LEAVES.get(type, ())
    return next((place for place, each in enumerate(known) if each.path == pattern), len(known)), leaf


def _fact(type: str, leaf: tuple[str, ...], value: JsonValue) -> Fact:
    shown = value if isinstance(value, str | int | bool) else str(value)
    pattern = _pattern(leaf)
    slot = leaf[1] if len(leaf) > 2 and leaf[0] in ("zaken", "gebeurtenissen") else ""
    for known in LEAVES.get(type, ()):
        if known.path == pattern:
            label = known.nl.removesuffix(" (eurocent)")
            return Fact(leaf, label[:1].upper() + label[1:], shown, known.kind.name, slot)
    return Fact(leaf, " ".join(leaf).replace("_", " ").capitalize(), shown, Kind.TEXT.name, slot)
