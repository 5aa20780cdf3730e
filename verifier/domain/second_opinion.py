"""What software of others said of the proofs in an answer, and what that does to evidence: it only takes away.

Each opinion becomes one more check of the evidence, named `tweede_mening`. Where anybody came to another result than
our engine the evidence does not count until somebody has found out why: by a fault of ours an amount would count that
nobody proved, a fault of theirs costs a question. What was presented stays in the file, sealed, as long as that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from credentials.verification.second_opinions import SecondOpinion, Verdict
from verifier.domain.evidence import DISPUTED, Check, Evidence

Mode: TypeAlias = Literal["off", "sample", "always"]
Said: TypeAlias = tuple[SecondOpinion, ...]
"""What was said of one presentation; nothing where nobody knows its kind of proof."""

CHECK: Final = "tweede_mening"
_TRUE_ONCE: Final = ("bewezen", "verouderd")
_DUE: Final = Check(CHECK, "niet_uitgevoerd", "Andere software rekent dit bewijs nog na.", "second_opinion_due")
_NONE: Final = Check(CHECK, "niet_uitgevoerd", "Andere software kon dit bewijs niet narekenen.", "second_opinion_none")


@dataclass(frozen=True, slots=True)
class Due:
    """An answer of which a second opinion is still to be asked, for the so-many-th time."""

    request_id: str
    turn: int
    evidence: tuple[Evidence, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opinions:
    """What was said of each presentation of one answer, in its order, and when; `due` while it is asked (again)."""

    said: tuple[Said, ...]
    at: datetime | None
    due: bool


def differs(said: Said) -> bool:
    """Tell whether anybody came to another result than we did."""
    return any(each.verdict is Verdict.DIFFERS for each in said)


def with_opinions(evidence: Sequence[Evidence], opinions: Opinions | None) -> tuple[Evidence, ...]:
    """Return evidence with what others said of it, as one more check; as it is where nobody was to be asked."""
    if opinions is None:
        return tuple(evidence)
    if not opinions.said:
        return tuple(each if not each.is_w3c else replace(each, checks=(*each.checks, _DUE)) for each in evidence)
    return tuple(_with(each, said) for each, said in zip(evidence, opinions.said, strict=True))


def _with(evidence: Evidence, said: Said) -> Evidence:
    if not said:
        return evidence
    checks = (*evidence.checks, _check(said))
    if differs(said) and evidence.outcome in _TRUE_ONCE:
        return replace(evidence, checks=checks, outcome="onbekend", claims={})
    return replace(evidence, checks=checks)


def _check(said: Said) -> Check:
    if differs(said):
        who = _who(said, Verdict.DIFFERS)
        text = f"{who} komt op iets anders uit dan wij. Dit bewijs telt niet mee tot is uitgezocht waarom."
        return Check(CHECK, "mislukt", f"{text} De beheerder is gewaarschuwd.", DISPUTED)
    who = _who(said, Verdict.AGREES)
    return Check(CHECK, "geslaagd", f"Ook bevestigd door {who}.", "second_opinion_agrees") if who else _NONE


def _who(said: Said, verdict: Verdict) -> str:
    names = list(dict.fromkeys(each.by for each in said if each.verdict is verdict))
    return " en ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
