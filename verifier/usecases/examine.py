"""Presentations become evidence, or are refused.

Which failures refuse the whole answer and which are kept as evidence that proves nothing:

* *Integrity* (a flipped bit, a foreign or missing holder's proof, another nonce or audience): the answer is refused
  with 400, the request stays open, and nothing of the answer is kept, because nothing in it can be believed to come
  from anybody, not even that this client showed it. What was wrong is noted at the request, in words and by code
  without any claim, so that the counsellor sees what came in.
* *Authority, validity and status* (a foreign issuer, one that may not issue this type, expired, superseded, revoked,
  a status list that cannot be reached): the holder has shown exactly this to us. It is kept as evidence that is not
  proven, with its checks; the counsellor sees it for what it is and nothing of it is counted. Its claims are left out,
  except of what was superseded: that was true on its date, and is shown as outdated.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final, final

from credentials.clock import Clock
from credentials.debts.disclosed import read_case, read_overview
from credentials.errors import BlauweKnopError
from credentials.formats.base import Expectation
from credentials.status import StatusChecker
from credentials.verification import CheckName, CheckOutcome, Outcome, Report, Verifier
from verifier.domain.errors import RefusedAnswer
from verifier.domain.evidence import CASE, NOBODY, OVERVIEW, Body, Check, Evidence
from verifier.domain.request import Shown
from verifier.ports import Examined, Presented

_REFUSING: Final = (CheckName.SIGNATURE, CheckName.HOLDER)
_TRUE_ONCE: Final = (Outcome.PROVEN, Outcome.SUPERSEDED)
_READERS: Final = {OVERVIEW: read_overview, CASE: read_case}
_UNREADABLE: Final = Check(
    "inhoud", "mislukt", "De gegevens in dit bewijs zijn niet van de soort die ze moeten zijn.", "malformed_claims"
)


@final
class CredentialExaminer:
    """The examiner by `credentials.verification`; the adapter of `ports.Examiner`.

    `forget` drops the status lists that are held, so that checking again asks the issuers anew; within `together` each
    status list is fetched, and the trust list looked up, once at most.
    """

    def __init__(self, verifier: Verifier, status: StatusChecker, clock: Clock) -> None:
        self._verifier = verifier
        self.forget = status.forget
        self.together = verifier.together
        self._clock = clock

    def examine(self, presented: Presented, *, shown: Shown) -> Examined:
        """Check a new presentation. Raises RefusedAnswer."""
        expected = _expected(shown, self._clock.now())
        report = self._verifier.examine(presented.presentation, expected, presented.format)
        for name in _REFUSING:
            check = report.check(name)
            if check.outcome is CheckOutcome.FAILED:
                raise RefusedAnswer(check.code, check.explanation)
        return Examined(_evidence(presented, report), report.document)

    def again(self, evidence: Evidence, *, shown: Shown) -> Examined:
        """Check evidence on file once more. What was not proven at first may be now, and the other way round."""
        expected = replace(_expected(shown, self._clock.now()), on_file=True)
        report = self._verifier.examine(evidence.presented, expected, evidence.format)
        fresh = _evidence(Presented(evidence.query_id, evidence.format, evidence.presented), report)
        # An issuer that was known keeps its name when the trust list cannot be read just now.
        known = fresh if fresh.issuer != NOBODY else replace(fresh, issuer=evidence.issuer)
        return Examined(known, report.document)


def _expected(shown: Shown, now: datetime) -> Expectation:
    return Expectation(now, nonce=shown.nonce, audience=shown.audience, channel=shown.channel)


def _evidence(presented: Presented, report: Report) -> Evidence:
    issuer = report.issuer
    evidence = Evidence(
        query_id=presented.query_id,
        format=presented.format,
        type=report.type or "",
        issuer=NOBODY if issuer is None else Body(issuer.identifier, issuer.name, issuer.oin, issuer.abbreviation),
        outcome=report.outcome.value,
        checks=tuple(Check(each.name.value, each.outcome.value, each.explanation, each.code) for each in report.checks),
        claims=(report.claims or {}) if report.outcome in _TRUE_ONCE else {},
        presented=presented.presentation,
        valid_until=report.valid_until,
    )
    return evidence if not evidence.claims or _readable(evidence) else _unreadable(evidence)


def _readable(evidence: Evidence) -> bool:
    reader = _READERS.get(evidence.type)
    try:
        return reader is None or reader(evidence.claims) is not None
    except BlauweKnopError:
        return False


def _unreadable(evidence: Evidence) -> Evidence:
    return replace(evidence, outcome="niet_bewezen", claims={}, checks=(*evidence.checks, _UNREADABLE))
