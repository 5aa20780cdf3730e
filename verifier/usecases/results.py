"""What an answer amounts to, and checking it again."""

from dataclasses import dataclass, replace
from typing import final

from credentials.clock import Clock
from credentials.errors import Unavailable
from credentials.openid.dcql import DcqlQuery, parse_query
from verifier.domain.errors import NotAnswered
from verifier.domain.evidence import CASE, Body, Evidence
from verifier.domain.keeping import kept
from verifier.domain.request import Answer, Answered, VerificationRequest
from verifier.domain.result import Result, assess
from verifier.domain.templates import Template
from verifier.ports import Examined, Examiner, Requests, Scheme
from verifier.usecases.desk import template_for


@dataclass(frozen=True, slots=True)
class Outcome:
    """A request with its answer and what that amounts to."""

    request: VerificationRequest
    template: Template
    answer: Answer
    result: Result


@final
class Results:
    """Read results, and check stored answers again."""

    def __init__(self, requests: Requests, examiner: Examiner, scheme: Scheme, clock: Clock) -> None:
        self._requests = requests
        self._examiner = examiner
        self._scheme = scheme
        self._clock = clock

    def of(self, owner: str, request_id: str) -> Outcome:
        """Return the result of an answered request. Raises UnknownRequest, NotAnswered."""
        return self.outcome(self._requests.get(owner, request_id))

    def outcome(self, request: VerificationRequest) -> Outcome:
        """Return what an answered request amounts to. Raises NotAnswered."""
        if not isinstance(request.state, Answered):
            raise NotAnswered
        answer, template = request.state.answer, template_for(request)
        result = assess(
            answer.evidence,
            template,
            self._expected(),
            received_at=answer.received_at,
            checked_at=answer.checked_at,
            cases_asked=asks_cases(request),
        )
        return Outcome(request, template, answer, result)

    def check_again(self, owner: str, request_id: str) -> Outcome:
        """Check every credential of the answer once more, now, and keep what is found. Raises as `of`."""
        request = self._requests.get(owner, request_id)
        if not isinstance(request.state, Answered):
            raise NotAnswered
        answer = request.state.answer
        query = parse_query(request.query)
        self._examiner.forget()
        with self._examiner.together():
            fresh = tuple(trimmed(self._examiner.again(each, shown=answer.shown), query) for each in answer.evidence)
        self._requests.replace(owner, request_id, replace(answer, checked_at=self._clock.now(), evidence=fresh))
        return self.of(owner, request_id)

    def _expected(self) -> tuple[Body, ...]:
        try:
            return tuple(self._scheme.overview_issuers())
        except Unavailable:
            # Without a current trust list nobody can say that an answer is complete; `assess` then says it is not.
            return ()


def trimmed(examined: Examined, query: DcqlQuery) -> Evidence:
    """Return evidence with no more claims than its credential query asks (`verifier.domain.keeping`)."""
    evidence = examined.evidence
    left = kept(evidence.claims, evidence.type, query.by_id[evidence.query_id], examined.disclosed)
    return replace(evidence, claims=left)


def asks_cases(request: VerificationRequest) -> bool:
    """Tell whether separate debts are asked: where only a query of one's own says so, look there."""
    template = template_for(request)
    return template.asks_cases or (template.own_query is not None and CASE in str(template.own_query))
