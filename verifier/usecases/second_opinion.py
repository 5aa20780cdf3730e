"""A second opinion: which answers other software is asked about, and asking it, beside the service.

1. That others are to be asked is on disk before an answer is acknowledged, in the same step in which it is taken.
2. The process that leads asks about one answer after the other, the one that waits longest first. What ends meanwhile
   is asked about again: nothing is done that may not be done twice.
3. What was said is kept sealed beside the answer. `verifier.domain.second_opinion` says what it does to a result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

from credentials.clock import Clock
from credentials.verification.second_opinions import Verdict
from verifier.domain.evidence import Evidence
from verifier.domain.second_opinion import Due, Mode, Said, differs
from verifier.ports import OpinionsOnAnswers, OtherSoftware

SAMPLE: Final = 10
"""One of so many answers is chosen at random, where not all are asked about."""

_A_TURN: Final = 50


@final
@dataclass(frozen=True, slots=True)
class Dispute:
    """Who came to another result than we did, about whose proof in what format: nothing of any citizen."""

    by: tuple[str, ...]
    issuer: str
    format: str


@final
class Choosing:
    """Which answers others are asked about. `draw` gives a number below its argument that nobody can foretell."""

    def __init__(self, mode: Mode, draw: Callable[[int], int]) -> None:
        self._mode = mode
        self._draw = draw

    def takes(self, evidence: Sequence[Evidence]) -> bool:
        """Tell whether others are to be asked about an answer: never where it has no W3C proof."""
        if self._mode == "off" or not any(each.is_w3c for each in evidence):
            return False
        return self._mode == "always" or self._draw(SAMPLE) == 0


@final
class AskOthers:
    """Ask about what is due, and keep what is said."""

    def __init__(self, opinions: OpinionsOnAnswers, others: OtherSoftware, clock: Clock) -> None:
        self._opinions = opinions
        self._others = others
        self._clock = clock

    def turn(self) -> Sequence[Dispute]:
        """Ask about the answers that wait, some dozens at most, and return where others came to another result.

        Raises Unavailable where nobody can be asked now: then they go on waiting.
        """
        found: list[Dispute] = []
        for _ in range(_A_TURN):
            due = self._opinions.next()
            if due is None:
                break
            said = tuple(self._others.of([each.presented for each in due.evidence]))
            self._opinions.keep(due, said, self._clock.now())
            found += _disputes(due, said)
        return found


def _disputes(due: Due, said: Sequence[Said]) -> list[Dispute]:
    return [
        Dispute(
            tuple(dict.fromkeys(one.by for one in each if one.verdict is Verdict.DIFFERS)),
            evidence.issuer.identifier,
            evidence.format,
        )
        for evidence, each in zip(due.evidence, said, strict=True)
        if differs(each)
    ]
