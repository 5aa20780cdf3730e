"""N-Quads 1.1: a strict parser, and the canonical form (RDF Dataset Canonicalization 1.0 section 5.2)."""

from collections.abc import Iterable

from credentials.errors import MalformedInput
from credentials.formats.ldp_vc.rdf.terms import Quad


class InvalidNQuads(MalformedInput):
    """Text that is not N-Quads 1.1."""

    code = "invalid_n_quads"


def parse(text: str) -> list[Quad]:
    """Read N-Quads 1.1, duplicates dropped, terms in canonical form. Raises InvalidNQuads with the line's number."""
    raise NotImplementedError


def serialise(quads: Iterable[Quad]) -> str:
    """Write canonical N-Quads, in the order given, each line ended by a line feed."""
    return "".join([f"{s} {p} {o} {g} .\n" if g else f"{s} {p} {o} .\n" for s, p, o, g in quads])
