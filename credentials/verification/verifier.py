"""The four steps that make a presented credential proven.

1. *Integrity*: the signature holds under the key that the credential names, every disclosed claim is one that was
   signed, and, where it was asked, the holder has answered this question to this audience with the bound key.
2. *Authority*: that key is one of a participant of the trust list, who may issue this type and might at the time of
   issue; and the organisation that the credential speaks for is that participant.
3. *Validity*: the moment of checking lies between the credential's beginning and its end.
4. *Status*: the issuer's own, current status list says that it has not been taken back or replaced.

Each step is taken only when those before it have passed: a status list is never fetched for a stranger. What could
not be checked is not proven. The order stands in this list and nowhere else.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias, final

from credentials.clock import Clock
from credentials.consulted import consulting
from credentials.debts.fcid.signed import TOKEN_TYPE as RESPONSE
from credentials.errors import BlauweKnopError, Unavailable
from credentials.formats.base import (
    Credential,
    Expectation,
    HolderBindingFailed,
    KeyResolver,
    VerifiedClaims,
)
from credentials.formats.registry import FormatRegistry
from credentials.status import Status, StatusChecker, StatusError
from credentials.trust import (
    IssuerNotAllowed,
    Participant,
    PinnedKeys,
    SteadyTrustList,
    TrustList,
    UnknownIssuer,
    authorise,
)
from credentials.trust.anchors import NotAuthorised
from credentials.verification import words
from credentials.verification.report import (
    NOT_ASKED,
    NOT_REACHED,
    Check,
    CheckName,
    CheckOutcome,
    Outcome,
    Report,
    VerificationFailed,
    VerifiedCredential,
)
from credentials.verification.response import verified_response
from credentials.verification.source import OtherSourceOrganisation, check_source, reference_time
from credentials.verification.status import StatusReader
from credentials.verification.unbound import without_holder_proof

TrustLists: TypeAlias = Callable[[], TrustList]

_ANY_CREDENTIAL: Final = "https://www.w3.org/2018/credentials#VerifiableCredential"

SKEW: Final = timedelta(seconds=60)


class _Stop(Exception):
    """End the examination with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)


@dataclass(slots=True)
class _Examination:
    """What has been found so far."""

    now: datetime
    checks: dict[CheckName, Check] = field(default_factory=dict)
    format: str | None = None
    claims: VerifiedClaims | None = None
    show_claims: bool = False
    issuer: Participant | None = None
    status: Status | None = None

    def note(self, name: CheckName, outcome: CheckOutcome, explanation: str, code: str = "ok", by: str = "") -> None:
        self.checks[name] = Check(name, outcome, explanation, code, by)

    def passed(self, name: CheckName, explanation: str, by: str = "") -> None:
        self.note(name, CheckOutcome.PASSED, explanation, by=by)

    def fail(self, name: CheckName, explanation: str, code: str, by: str = "") -> _Stop:
        self.note(name, CheckOutcome.FAILED, explanation, code, by)
        return _Stop(Outcome.NOT_PROVEN)

    def unknown(self, name: CheckName, explanation: str, code: str, by: str = "") -> _Stop:
        self.note(name, CheckOutcome.NOT_DONE, explanation, code, by)
        return _Stop(Outcome.UNKNOWN)

    def report(self, outcome: Outcome) -> Report:
        checks = tuple(
            self.checks.get(name) or Check(name, CheckOutcome.NOT_DONE, words.NOT_REACHED, NOT_REACHED)
            for name in CheckName
        )
        claims = self.claims
        if claims is None:
            return Report(outcome, checks, self.now, format=self.format)
        return Report(
            outcome,
            checks,
            self.now,
            format=self.format,
            type=claims.type,
            issuer=self.issuer,
            holder=claims.holder if self.show_claims else None,
            claims=claims.claims if self.show_claims else None,
            issued_at=claims.issued_at,
            valid_until=claims.valid_until,
            as_of=reference_time(claims.claims) if self.show_claims else None,
            document=claims.document if self.show_claims else None,
        )


@final
class Verifier:
    """Prove presented credentials, or say why they are not proven.

    `trust_list` gives the current list or raises TrustListExpired; `keys` resolves DIDs, after the list's pinned keys.
    """

    __slots__ = ("_clock", "_formats", "_keys", "_status", "_trust_list")

    def __init__(
        self,
        formats: FormatRegistry,
        trust_list: TrustLists,
        keys: KeyResolver,
        status: StatusChecker,
        clock: Clock,
    ) -> None:
        self._formats = formats
        self._trust_list = SteadyTrustList(trust_list)
        self._keys = PinnedKeys(self._trust_list, keys)
        self._status = StatusReader(status, formats, self._keys, self._trust_list)
        self._clock = clock

    @contextmanager
    def together(self) -> Iterator[Mapping[str, bytes]]:
        """While this lasts, judge everything by one trust list and each status by one list, looked up once at most.

        What was consulted for it is gathered, by address (`credentials.consulted`).
        """
        with consulting() as consulted, self._trust_list.steady(), self._status.checker.batch():
            yield consulted

    def verify(
        self, presented: Credential, expected: Expectation, format_name: str | None = None
    ) -> VerifiedCredential:
        """Take all four steps. Raises VerificationFailed, with the report, unless every one has passed."""
        examination, outcome = self._examine(presented, expected, format_name)
        report = examination.report(outcome)
        if not report.proven or examination.claims is None or examination.issuer is None:
            raise VerificationFailed(report)
        return VerifiedCredential(examination.claims, examination.issuer, examination.status, report)

    def verify_unlisted(
        self, presented: Credential, expected: Expectation, keys: KeyResolver, format_name: str | None = None
    ) -> VerifiedClaims:
        """Take the steps that need no trust list, 1 and 3, with keys of the caller's. Raises VerificationFailed.

        For a holder who keeps what a stranger gave: who signed it, and whether it was taken back, stays unknown.
        """
        examination = _Examination(self._clock.now())
        try:
            claims = self._integrity(examination, presented, expected, format_name, keys)
            self._validity(examination, claims)
        except _Stop as stop:
            raise VerificationFailed(examination.report(stop.outcome)) from stop
        return claims

    def examine(self, presented: Credential, expected: Expectation, format_name: str | None = None) -> Report:
        """Take the four steps and report; never raises for what was presented.

        `format_name` is what the protocol says was presented; without it the outer shape decides.
        """
        examination, outcome = self._examine(presented, expected, format_name)
        return examination.report(outcome)

    def examine_response(self, compact: str) -> Report:
        """Take steps 1 to 3 for an FCID document that came as one signed response, and report; never raises for it."""
        examination = _Examination(self._clock.now(), format=RESPONSE)
        try:
            claims = self._response(examination, compact)
            self._authority(examination, claims)
            self._validity(examination, claims)
        except _Stop as stop:
            return examination.report(stop.outcome)
        examination.note(CheckName.STATUS, CheckOutcome.WARNING, words.STATUS_OF_RESPONSE, "status_missing")
        return examination.report(Outcome.PROVEN)

    def _examine(
        self, presented: Credential, expected: Expectation, format_name: str | None
    ) -> tuple[_Examination, Outcome]:
        examination = _Examination(self._clock.now())
        try:
            claims = self._integrity(examination, presented, expected, format_name, self._keys)
            participant = self._authority(examination, claims)
            self._validity(examination, claims)
            outcome = self._status_step(examination, claims, participant)
        except _Stop as stop:
            return examination, stop.outcome
        return examination, outcome

    # Step 1.

    def _integrity(
        self,
        examination: _Examination,
        presented: Credential,
        expected: Expectation,
        format_name: str | None,
        keys: KeyResolver,
    ) -> VerifiedClaims:
        try:
            examination.format = format_name or self._formats.detect(presented)
            claims = self._formats[examination.format].verify(presented, expected, keys)
        except HolderBindingFailed as error:
            self._signature_alone(examination, presented, expected, keys)
            raise examination.fail(
                CheckName.HOLDER, words.of(words.HOLDER, error, words.HOLDER_OTHERWISE), error.code
            ) from error
        except NotAuthorised as error:
            # The resolver refuses to look up the DID of somebody who is not on the list.
            examination.note(CheckName.SIGNATURE, CheckOutcome.NOT_DONE, words.SIGNATURE_NO_KEY, "key_not_looked_up")
            raise examination.fail(
                CheckName.ISSUER, words.of(words.ISSUER, error, words.ISSUER_OTHERWISE), error.code
            ) from error
        except Unavailable as error:
            table = words.ISSUER if error.code in words.ISSUER else words.SIGNATURE
            name = CheckName.ISSUER if error.code in words.ISSUER else CheckName.SIGNATURE
            raise examination.unknown(
                name, words.of(table, error, words.SIGNATURE["unavailable"]), error.code
            ) from error
        except BlauweKnopError as error:
            explanation = words.of(words.SIGNATURE, error, words.SIGNATURE_OTHERWISE)
            raise examination.fail(CheckName.SIGNATURE, explanation, error.code) from error
        examination.claims, examination.show_claims = claims, True
        by = "certificaat van de uitgever" if claims.signed_by.x5c else (claims.signed_by.verification_method or "")
        examination.passed(CheckName.SIGNATURE, words.SIGNATURE_PASSED, by)
        self._note_holder(examination, expected)
        return claims

    def _response(self, examination: _Examination, compact: str) -> VerifiedClaims:
        try:
            claims = verified_response(compact)
        except BlauweKnopError as error:
            explanation = words.of(words.SIGNATURE, error, words.SIGNATURE_OTHERWISE)
            raise examination.fail(CheckName.SIGNATURE, explanation, error.code) from error
        examination.claims, examination.show_claims = claims, True
        examination.passed(CheckName.SIGNATURE, words.SIGNATURE_PASSED, "certificaat van de uitgever")
        examination.note(CheckName.HOLDER, CheckOutcome.NOT_DONE, words.HOLDER_OF_RESPONSE, NOT_ASKED)
        return claims

    def _note_holder(self, examination: _Examination, expected: Expectation) -> None:
        if not expected.holder_binding:
            examination.note(CheckName.HOLDER, CheckOutcome.NOT_DONE, words.HOLDER_NOT_ASKED, NOT_ASKED)
        elif expected.nonce is None or expected.audience is None:
            examination.note(CheckName.HOLDER, CheckOutcome.WARNING, words.HOLDER_ON_FILE, "not_compared")
        else:
            examination.passed(CheckName.HOLDER, words.HOLDER_PASSED, "sleutel van de houder")

    def _signature_alone(
        self, examination: _Examination, presented: Credential, expected: Expectation, keys: KeyResolver
    ) -> None:
        """Say of a credential in wrong hands whether it is at least genuine. Its claims are not shown."""
        unbound = without_holder_proof(presented)
        if unbound is None or examination.format is None:
            return
        bare = replace(expected, holder_binding=False, nonce=None, audience=None)
        try:
            examination.claims = self._formats[examination.format].verify(unbound, bare, keys)
        except BlauweKnopError:
            return
        examination.passed(CheckName.SIGNATURE, words.SIGNATURE_PASSED)

    # Step 2.

    def _authority(self, examination: _Examination, claims: VerifiedClaims) -> Participant:
        try:
            trust_list = self._trust_list()
            issued_at = claims.issued_at or claims.valid_from or examination.now
            participant = authorise(trust_list, claims.signed_by, claims.type, issued_at, now=examination.now)
            # A JSON-LD credential may be of several types: each of them says something, so each must be allowed.
            if not all(participant.may_issue(type_) for type_ in claims.types if type_ != _ANY_CREDENTIAL):
                raise IssuerNotAllowed("the credential is also of a type that this issuer may not issue")
            examination.issuer = participant
            check_source(trust_list, participant, claims.claims)
        except Unavailable as error:
            explanation = words.of(words.ISSUER, error, words.ISSUER_OTHERWISE)
            raise examination.unknown(CheckName.ISSUER, explanation, error.code, "lijst van deelnemers") from error
        except BlauweKnopError as error:
            if isinstance(error, OtherSourceOrganisation | UnknownIssuer):
                examination.issuer = None
            explanation = words.of(words.ISSUER, error, words.ISSUER_OTHERWISE)
            raise examination.fail(CheckName.ISSUER, explanation, error.code, "lijst van deelnemers") from error
        examination.passed(CheckName.ISSUER, words.issuer_passed(participant.name), "lijst van deelnemers")
        return participant

    # Step 3.

    def _validity(self, examination: _Examination, claims: VerifiedClaims) -> None:
        now = examination.now
        begins = max((moment for moment in (claims.valid_from, claims.issued_at) if moment is not None), default=None)
        if begins is not None and begins > now + SKEW:
            raise examination.fail(CheckName.VALIDITY, words.not_yet_valid(begins), "not_yet_valid")
        # The tolerance is taken from our moment: to the last one that there is, which means "for ever", none adds.
        if claims.valid_until is not None and now - SKEW >= claims.valid_until:
            raise examination.fail(CheckName.VALIDITY, words.expired(claims.valid_until), "expired")
        as_of = reference_time(claims.claims)
        explanation = words.validity_passed(claims.issued_at or claims.valid_from, claims.valid_until, as_of, now)
        examination.passed(CheckName.VALIDITY, explanation)

    # Step 4.

    def _status_step(self, examination: _Examination, claims: VerifiedClaims, participant: Participant) -> Outcome:
        if not claims.status:
            return self._without_status(examination, claims)
        by = ", ".join(sorted({entry.uri for entry in claims.status}))
        answer = self._status.answer(claims, participant, examination.now)
        if answer.status is None:
            error = answer.error or StatusError()
            explanation = words.of(words.STATUS, error, words.STATUS_OTHERWISE)
            raise examination.unknown(CheckName.STATUS, explanation, error.code, by) from error
        examination.status = answer.status
        name = participant.name
        match answer.status:
            case Status.VALID:
                examination.passed(CheckName.STATUS, words.status_valid(name), by)
                return Outcome.PROVEN
            case Status.SUPERSEDED:
                text = words.status_superseded(name)
                examination.note(CheckName.STATUS, CheckOutcome.WARNING, text, "superseded", by)
                return Outcome.SUPERSEDED
            case Status.SUSPENDED:
                raise examination.fail(CheckName.STATUS, words.status_suspended(name), "suspended", by)
            case Status.INVALID:
                examination.note(CheckName.STATUS, CheckOutcome.FAILED, words.status_revoked(name), "revoked", by)
                return Outcome.REVOKED

    def _without_status(self, examination: _Examination, claims: VerifiedClaims) -> Outcome:
        if claims.valid_until is None:
            raise examination.unknown(CheckName.STATUS, words.STATUS_NONE_UNBOUNDED, "status_missing")
        examination.note(CheckName.STATUS, CheckOutcome.WARNING, words.STATUS_NONE, "status_missing")
        return Outcome.PROVEN
