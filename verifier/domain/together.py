"""What of several answers in one file counts, and what to ask again.

1. The newest answer that proves something of an organisation speaks for it; what earlier ones said of it is kept until
   the file is closed, and counts no more. An answer that proves nothing of it takes nothing away: its cards are shown
   beside, as not proven.
2. All parts of one answer are one answer.
3. To be asked again is whoever proved nothing, not all, not how much it is or whether its data are sound, or what is
   older than the template allows.
4. To say what changed, an answer is taken as it stood: what was superseded since was true then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from verifier.domain.evidence import Body, Evidence
from verifier.domain.lines import AgencyLine
from verifier.domain.request import Answer, Answered, VerificationRequest
from verifier.domain.result import Result


def answered_series(requests: Iterable[VerificationRequest]) -> list[list[VerificationRequest]]:
    """Return the requests of each series with an answer, the newest series first, of each the first part first.

    `requests` are those of a file, the newest first.
    """
    every: dict[str, list[VerificationRequest]] = {}
    for each in requests:
        every.setdefault(each.series, []).insert(0, each)
    return [parts for parts in every.values() if any(isinstance(each.state, Answered) for each in parts)]


def added_up(answers: Sequence[Answer]) -> Answer:
    """Return the answers to the parts of one request, the first part first, as one."""
    return replace(
        answers[0],
        received_at=max(each.received_at for each in answers),
        checked_at=min(each.checked_at for each in answers),
        evidence=tuple(evidence for each in answers for evidence in each.evidence),
    )


def together(answers: Sequence[Answer]) -> Answer:
    """Return what counts of answers to several requests, the newest first: who answered, and when, is of the newest."""
    spoken: set[str] = set()
    counted: list[Evidence] = []
    checked = []
    for answer in answers:
        new = [each for each in answer.evidence if each.issuer.identifier not in spoken]
        if new:
            checked.append(answer.checked_at)
        counted += new
        spoken |= {each.issuer.identifier for each in new if each.proven}
    return replace(answers[0], evidence=tuple(counted), checked_at=min(checked, default=answers[0].checked_at))


def as_it_stood(answer: Answer) -> Answer:
    """Return an answer with what was superseded since as proven, to compare with: never to count."""
    evidence = tuple(
        replace(each, outcome="bewezen") if each.outcome == "verouderd" and each.claims else each
        for each in answer.evidence
    )
    return replace(answer, evidence=evidence)


def to_ask_again(result: Result) -> tuple[Body, ...]:
    """Return the organisations of which anything lacks that the client can still show, or that is too old by now.

    Those that can be asked for, which is by their number: whoever is unknown has none.
    """
    lacking = [line.body for line in result.lines if _hidden(line) or line.too_old or line.unproven]
    return tuple({body.identifier: body for body in (*result.missing, *lacking) if body.oin}.values())


def _hidden(line: AgencyLine) -> bool:
    """Whether a card does not show all: debts, how much is left to pay, or what the organisation says of its data."""
    untold = line.states_amounts and not line.totals.is_exact("balance")
    return not line.all_shown or untold or line.notices_hidden
