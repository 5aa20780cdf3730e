"""A type and all that it extends, as one (SD-JWT VC sections 5.4, 5.5.2 and 5.6.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from credentials.formats.sd_jwt.type_metadata.document import (
    ClaimMetadata,
    SelectiveDisclosure,
    TypeDisplay,
    TypeMetadata,
)
from credentials.formats.sd_jwt.type_metadata.members import MalformedTypeMetadata

_FIXED: Final = (SelectiveDisclosure.ALWAYS, SelectiveDisclosure.NEVER)


@dataclass(frozen=True, slots=True)
class EffectiveType:
    """What holds of a type. `types` is the type itself and all that it extends, nearest first."""

    vct: str
    types: tuple[str, ...]
    display: tuple[TypeDisplay, ...]
    claims: tuple[ClaimMetadata, ...]


def extended(documents: Sequence[TypeMetadata]) -> EffectiveType:
    """Put a type, what it extends, what that extends, and so on, into one.

    Raises MalformedTypeMetadata when the documents do not follow each other, for a circle, and for a child that loosens
    `sd` or `mandatory`.
    """
    types = [document.vct for document in documents]
    if not documents or [document.extends for document in documents] != [*types[1:], None]:
        raise MalformedTypeMetadata("a type does not extend the one that follows")
    # Section 7.5, circular extends.
    if len(set(types)) != len(types):
        raise MalformedTypeMetadata("a type extends itself")
    display: tuple[TypeDisplay, ...] | None = None
    claims: dict[object, ClaimMetadata] = {}
    for document in reversed(documents):
        display = display if document.display is None else document.display
        for claim in document.claims:
            inherited = claims.get(claim.path)
            claims[claim.path] = claim if inherited is None else _combined(inherited, claim)
    svg_ids = [claim.svg_id for claim in claims.values() if claim.svg_id is not None]
    if len(set(svg_ids)) != len(svg_ids):
        raise MalformedTypeMetadata("two claims have one svg_id")
    return EffectiveType(types[0], tuple(types), display or (), tuple(claims.values()))


def _combined(inherited: ClaimMetadata, own: ClaimMetadata) -> ClaimMetadata:
    # Section 5.6.5.1: what was promised of the extended type must hold of every type that extends it.
    if inherited.sd in _FIXED and own.sd not in (None, inherited.sd):
        raise MalformedTypeMetadata("a type changes the sd of a claim that the extended type has fixed")
    if inherited.mandatory and own.mandatory is False:
        raise MalformedTypeMetadata("a type makes a mandatory claim of the extended type optional")
    return replace(
        inherited,
        display=inherited.display if own.display is None else own.display,
        mandatory=inherited.mandatory if own.mandatory is None else own.mandatory,
        sd=inherited.sd if own.sd is None else own.sd,
        svg_id=inherited.svg_id if own.svg_id is None else own.svg_id,
    )
