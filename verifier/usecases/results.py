"""What an answer amounts to, and checking it again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from credentials.clock import Clock
from credentials.consulted import consulting
from credentials.errors import Unavailable
from credentials.openid.dcql import DcqlQuery, parse_query
from verifier.domain.errors import NotAnswered
from verifier.domain.evidence import CASE, Body, Evidence
from verifier.domain.keeping import kept
from verifier.domain.ranked import with_chosen
from verifier.domain.request import Answer, Answered, VerificationRequest
from verifier.domain.result import Result, assess
from verifier.domain.second_opinion import with_opinions
from verifier.domain.templates import Template
from verifier.domain.together import added_up, answered_series, as_it_stood, together
from verifier.ports import Examined, Examiner, OpinionsOnAnswers, Preferences, Requests, Scheme, Views
from verifier.usecases.desk import template_for
from verifier.usecases.second_opinion import Choosing


@dataclass(frozen=True, slots=True)
class Outcome:
    """The requests of one series, first part first, with what was answered and what that amounts to.

    Of a whole file the series is the newest that was answered, and `answer` is what counts of all (`domain.together`).
    """

    parts: tuple[VerificationRequest, ...]
    template: Template
    answer: Answer
    result: Result

    @property
    def request(self) -> VerificationRequest:
        """The request that was asked; those for further parts follow from it."""
        return self.parts[0]

    @property
    def received(self) -> int:
        """How many parts have come."""
        return sum(isinstance(each.state, Answered) for each in self.parts)

    @property
    def announced(self) -> int:
        """How many parts the wallet said that there are."""
        return self.parts[-1].parts


@final
class Results:
    """Read results, and check stored answers again."""

    def __init__(
        self,
        requests: Requests,
        preferences: Preferences,
        examiner: Examiner,
        scheme: Scheme,
        clock: Clock,
        *,
        opinions: OpinionsOnAnswers,
        choosing: Choosing,
        views: Views,
    ) -> None:
        self._views = views
        self._preferences = preferences
        self._requests = requests
        self._examiner = examiner
        self._scheme = scheme
        self._clock = clock
        self._opinions = opinions
        self._choosing = choosing

    def parts(self, owner: str, request_id: str) -> Sequence[VerificationRequest]:
        """Return a request and those for further parts of its answer. Raises UnknownRequest."""
        return self._requests.parts(owner, request_id)

    def of(self, owner: str, request_id: str) -> Outcome:
        """Return the result of an answered request. Raises UnknownRequest, NotAnswered."""
        return self.outcome(self._requests.parts(owner, request_id))

    def outcome(self, parts: Sequence[VerificationRequest]) -> Outcome:
        """Return what the answers to a series amount to, added up. Raises NotAnswered."""
        return self._viewed(self._outcome(parts, self._answer(parts)))

    def of_file(self, requests: Sequence[VerificationRequest]) -> Outcome:
        """Return what all answers in a file amount to; `requests` are its own, newest first. Raises NotAnswered."""
        series = answered_series(requests)
        if not series:
            raise NotAnswered
        return self._viewed(self._outcome(series[0], together([self._answer(parts) for parts in series])))

    def before(self, requests: Sequence[VerificationRequest]) -> Outcome | None:
        """Return what a file amounted to before its newest answer, if there was any, as it stood then."""
        series = answered_series(requests)
        earlier = [part for parts in series[1:] for part in reversed(parts)]
        return self._as_it_stood(earlier) if earlier else None

    def as_it_stood(self, requests: Sequence[VerificationRequest]) -> Outcome:
        """Return what the answers in a file amounted to before any of it was superseded: to compare a newer one with.

        Raises NotAnswered.
        """
        return self._viewed(self._as_it_stood(requests))

    def _as_it_stood(self, requests: Sequence[VerificationRequest]) -> Outcome:
        series = answered_series(requests)
        if not series:
            raise NotAnswered
        return self._outcome(series[0], together([as_it_stood(self._answer(parts)) for parts in series]))

    def _viewed(self, outcome: Outcome) -> Outcome:
        self._views.note(outcome.request.intake_id, self._clock.now())
        return outcome

    def _outcome(self, parts: Sequence[VerificationRequest], answer: Answer) -> Outcome:
        template = template_for(parts[0])
        result = assess(
            answer.evidence,
            template,
            self._expected(),
            received_at=answer.received_at,
            checked_at=answer.checked_at,
            cases_asked=asks_cases(parts[0]),
        )
        chosen = self._preferences.of(parts[0].owner, parts[0].intake_id)
        return Outcome(tuple(parts), template, answer, with_chosen(parts[0].intake_id, result, chosen))

    def check_again(self, owner: str, request_id: str) -> Outcome:
        """Check every credential of the answer once more, now, and keep what is found. Raises as `of`."""
        self._check_again(owner, self._requests.parts(owner, request_id))
        return self.of(owner, request_id)

    def check_file_again(self, owner: str, intake_id: str) -> None:
        """Check every credential in a file once more, now, and keep what is found. Raises NotAnswered."""
        self._check_again(owner, self._requests.of_intake(owner, intake_id))

    def _check_again(self, owner: str, requests: Sequence[VerificationRequest]) -> None:
        answered = [each for each in requests if isinstance(each.state, Answered)]
        if not answered:
            raise NotAnswered
        self._examiner.forget()
        fresh = []
        with self._examiner.together():
            for each in answered:
                # Of its own: what others in the file were checked by proves nothing of this one.
                with consulting() as consulted:
                    fresh.append((each.id, self._checked(each), consulted))
        for part, answer, consulted in fresh:
            asked = self._choosing.takes(answer.evidence)
            self._requests.replace(owner, part, answer, ask_others=asked, consulted=consulted)

    def _checked(self, request: VerificationRequest) -> Answer:
        if not isinstance(request.state, Answered):
            raise NotAnswered
        answer, query = request.state.answer, parse_query(request.query)
        found = tuple(trimmed(self._examiner.again(each, shown=answer.shown), query) for each in answer.evidence)
        return replace(answer, checked_at=self._clock.now(), evidence=found)

    def _answer(self, parts: Sequence[VerificationRequest]) -> Answer:
        """Add a series up, with what other software said of it: what that disputes counts nowhere."""
        opinions = self._opinions.of([each.id for each in parts])
        answers = [
            replace(each.state.answer, evidence=with_opinions(each.state.answer.evidence, opinions.get(each.id)))
            for each in parts
            if isinstance(each.state, Answered)
        ]
        if not answers:
            raise NotAnswered
        return added_up(answers)

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
