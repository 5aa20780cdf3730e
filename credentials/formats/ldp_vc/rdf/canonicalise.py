"""RDF Dataset Canonicalization 1.0 (RDFC-1.0), section 4.4: the whole algorithm, with a bound on its work."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from credentials.errors import LimitExceeded
from credentials.formats.ldp_vc.rdf.terms import Quad

HashName: TypeAlias = Literal["sha256", "sha384"]

DEFAULT_WORK: Final = 10_000
"""Steps of the search of section 4.8 that one dataset may take: deterministic, unlike a time-out."""


class PoisonedDataset(LimitExceeded):
    """Blank nodes that look so much alike that telling them apart takes more work than we give (section 7.1)."""

    code = "poisoned_dataset"


@dataclass(frozen=True, slots=True)
class Canonical:
    """A canonicalised dataset.

    `lines` are the canonical N-Quads, sorted by code point, each once, without line feeds. `labels` is the issued
    identifiers map: from each blank node label of the input to its canonical one, both without `_:`, in order of issue.
    """

    lines: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def text(self) -> str:
        """The serialised canonical form: each line with its line feed."""
        return "".join([f"{line}\n" for line in self.lines])


def canonicalise(quads: Iterable[Quad], *, hash_name: str = "sha256", work: int = DEFAULT_WORK) -> Canonical:
    """Label the blank nodes canonically and sort the quads.

    The same dataset gives the same answer, and the same refusal, on every machine. Raises PoisonedDataset when the
    search needs more than `work` steps.
    """
    raise NotImplementedError
