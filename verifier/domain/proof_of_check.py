"""What stays of a file that is gone: that a check was done, by whom, when, and what it came to, without its content.

Of each answer stays when it came and was last checked, of which organisations how many credentials were proven and how
many were not, and a fingerprint that whoever kept an evidence bundle can compare. No amount, no debt, no reference and
nobody's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from credentials.verification.evidence_bundle import answer_part, content_of, digest_of, fingerprint
from verifier.domain.request import Answer


@dataclass(frozen=True, slots=True)
class Count:
    """How many credentials of one organisation were proven, and how many were not."""

    name: str
    proven: int
    unproven: int


@dataclass(frozen=True, slots=True)
class Counted:
    """One answer in numbers. `part` is its part of the fingerprint."""

    received_at: datetime
    checked_at: datetime
    counts: tuple[Count, ...]
    part: bytes


@dataclass(frozen=True, slots=True)
class ProofOfCheck:
    """What stays of one file. `holder` had it at the end; `lapsed`: nobody closed it, its time was over.

    `id` is by what the audit log knows the file.
    """

    id: str
    holder: str
    template: str
    closed_at: datetime
    lapsed: bool
    answers: tuple[Counted, ...]

    @property
    def proven(self) -> int:
        """Say how many credentials were proven, of all organisations."""
        return sum(each.proven for answer in self.answers for each in answer.counts)

    @property
    def unproven(self) -> int:
        """Say how many credentials were not."""
        return sum(each.unproven for answer in self.answers for each in answer.counts)

    @property
    def fingerprint(self) -> str:
        """Return the name of the check: that of every evidence bundle of it."""
        return fingerprint(each.part for each in self.answers)


@dataclass(frozen=True, slots=True)
class ProofPage:
    """Some proofs of checks, the newest first: page `number` of `last`."""

    proofs: tuple[ProofOfCheck, ...]
    number: int
    last: int
    names: Mapping[str, str]


def counted(answer: Answer) -> Counted:
    """Return an answer in numbers."""
    counts: dict[str, Count] = {}
    for each in answer.evidence:
        before = counts.get(each.issuer.identifier, Count(each.issuer.name, 0, 0))
        counts[each.issuer.identifier] = Count(
            before.name, before.proven + each.proven, before.unproven + (not each.proven)
        )
    hashes = [digest_of(content_of(each.presented)) for each in answer.evidence]
    part = answer_part(answer.received_at, answer.checked_at, answer.shown.nonce, hashes)
    return Counted(answer.received_at, answer.checked_at, tuple(counts.values()), part)
