"""RDF datasets as text: N-Quads 1.1, its canonical form, and RDF Dataset Canonicalization 1.0 (RDFC-1.0).

Nothing here knows JSON-LD, contexts or proofs, and nothing here reads or writes anything but text.
"""

from credentials.formats.ldp_vc.rdf.nquads import InvalidNQuads, parse, serialise
from credentials.formats.ldp_vc.rdf.rdfc import DEFAULT_WORK, HASHES, Canonical, PoisonedDataset, canonicalise
from credentials.formats.ldp_vc.rdf.terms import DEFAULT_GRAPH, Quad, blank, iri, literal

__all__ = [
    "DEFAULT_GRAPH",
    "DEFAULT_WORK",
    "HASHES",
    "Canonical",
    "InvalidNQuads",
    "PoisonedDataset",
    "Quad",
    "blank",
    "canonicalise",
    "iri",
    "literal",
    "parse",
    "serialise",
]
