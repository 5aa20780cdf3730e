"""Who somebody is by their wallet: a presented PID, checked like any other card, and the number in it.

The four steps are those of `credentials.verification`. Beside them the issuer must be one that gives people a PID: one
of the agency's own settings, or an issuer on the trust list with the PID's type, and with `bsn` where the number is a
citizen service number. That is nine digits that pass the eleven test; one with a sector code, or anything else, is
refused. A private creditor asks no number: what the PID says finds exactly one customer, or nobody is let in.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, final

from credentials.claims_path import PathNotFound, select
from credentials.clock import Clock
from credentials.debts.bsn import Bsn
from credentials.debts.errors import InvalidBsn
from credentials.debts.person import CustomerNumber, Person
from credentials.encoding import JsonObject
from credentials.formats.base import Credential, Expectation
from credentials.openid.dcql import Answered, check_presentation
from credentials.openid.errors import Unmet, UnsatisfiedQuery
from credentials.trust import Participant, Role, TrustList, TrustListExpired
from credentials.trust.x509 import chain_end
from credentials.verification import CheckName, CheckOutcome, Report, VerificationFailed, Verifier
from issuer.domain.errors import PidRefused, SourceUnavailable
from issuer.domain.wallet_login import Fault, PidQuestion
from issuer.ports import Customers, Shown

# A list of our own is made anew each time.
_OWN_LIFETIME: Final = timedelta(minutes=1)

_WRONG: Final = {
    CheckName.SIGNATURE: Fault.NOT_INTACT,
    CheckName.HOLDER: Fault.HOLDER,
    CheckName.ISSUER: Fault.ISSUER,
    CheckName.VALIDITY: Fault.EXPIRED,
    CheckName.STATUS: Fault.REVOKED,
}


@final
class PresentedPid:
    """The port `PidReader`. `providers` gives whose PID may count, as a list, or raises TrustListExpired.

    `customers` are those of a private creditor; without, the one claim that is asked is a citizen service number.
    """

    def __init__(
        self,
        verifier: Verifier,
        question: PidQuestion,
        providers: Callable[[], TrustList],
        clock: Clock,
        customers: Customers | None = None,
    ) -> None:
        self._customers = customers
        self._verifier = verifier
        self._question = question
        self._providers = providers
        self._clock = clock

    def person_of(self, format: str, presentation: Credential, shown: Shown) -> Person:
        """Return whose PID was presented to us, now, by its holder. Raises PidRefused."""
        expected = Expectation(self._clock.now(), nonce=shown.nonce, audience=shown.audience, channel=shown.channel)
        try:
            verified = self._verifier.verify(presentation, expected, format)
        except VerificationFailed as error:
            raise PidRefused(_fault(error.report)) from error
        if not may_give_pid(verified.issuer, self._question.types, bsn=self._customers is None):
            raise PidRefused(Fault.ISSUER)
        self._compare(format, verified.claims.type, verified.claims.document)
        said = self._said(format, verified.claims.document)
        if self._customers is None:
            return _bsn(*said.values())
        return _customer(self._customers, said)

    def is_usable(self) -> bool:
        """Say whether there is anybody now whose PID would count."""
        try:
            listed = self._providers().with_role(Role.ISSUER)
        except TrustListExpired:
            return False
        now = self._clock.now()
        types, bsn = self._question.types, self._customers is None
        return any(may_give_pid(each, types, bsn=bsn) and _is_in_time(each, now) for each in listed)

    def _compare(self, format: str, type_: str, document: JsonObject) -> None:
        # OpenID4VP 1.0 section 8.6: what a wallet matched is checked again, in what was proven.
        answered = Answered(format=format, types=frozenset({type_}), claims=document)
        query = next(each for each in self._question.query.credentials if each.format == format)
        try:
            check_presentation(query, answered)
        except UnsatisfiedQuery as wrong:
            raise PidRefused(self._question.missing if wrong.unmet is Unmet.CLAIMS else Fault.OTHER_CARD) from wrong

    def _said(self, format: str, document: JsonObject) -> dict[str, str]:
        """Return the text of each claim that was asked, by our name for it."""
        said: dict[str, str] = {}
        for name, claim in self._question.claims.items():
            try:
                (value,) = select(claim.path_in(format), document)
            except (PathNotFound, ValueError) as error:
                raise PidRefused(self._question.missing) from error
            said[name] = value if isinstance(value, str) else ""
        return said


@final
class PidProviders:
    """Whose PID counts: the agency's own entries, and, where the settings want that, the scheme's list beside them.

    An own entry stands for a listed one of the same name, and own entries count also while there is no list.
    """

    def __init__(self, own: Collection[Participant], listed: Callable[[], TrustList] | None, clock: Clock) -> None:
        self._own = tuple(own)
        self._listed = listed
        self._clock = clock
        self._joined: tuple[TrustList, TrustList] | None = None

    def __call__(self) -> TrustList:
        """Return them as a list. Raises TrustListExpired when there is nobody."""
        listed = self._current()
        if listed is None:
            return self._list((), None)
        if self._joined is None or self._joined[0] is not listed:
            names = {name for each in self._own for name in (each.identifier, each.did) if name}
            others = (each for each in listed.participants if names.isdisjoint({each.identifier, each.did}))
            self._joined = listed, self._list(others, listed)
        return self._joined[1]

    def _current(self) -> TrustList | None:
        if self._listed is None:
            return None
        try:
            return self._listed()
        except TrustListExpired:
            if not self._own:
                raise
            return None

    def _list(self, others: Iterable[Participant], listed: TrustList | None) -> TrustList:
        now = self._clock.now()
        return TrustList(
            issuer="own settings" if listed is None else listed.issuer,
            issued_at=now if listed is None else listed.issued_at,
            expires_at=now + _OWN_LIFETIME if listed is None else listed.expires_at,
            sequence=0 if listed is None else listed.sequence,
            participants=(*self._own, *others),
        )


def may_give_pid(participant: Participant, types: Collection[str], *, bsn: bool) -> bool:
    """Say whether a participant may issue a PID of one of these types, with a citizen service number where asked."""
    return (participant.bsn or not bsn) and any(participant.may_issue(each) for each in types)


def _bsn(digits: str) -> Bsn:
    try:
        return Bsn(digits)
    except InvalidBsn as error:
        raise PidRefused(Fault.BSN_WRONG) from error


def _customer(customers: Customers, said: Mapping[str, str]) -> CustomerNumber:
    try:
        found = customers.find(said)
    except SourceUnavailable as error:
        raise PidRefused(Fault.NOT_CHECKED) from error
    if found is None:
        raise PidRefused(Fault.NO_CUSTOMER)
    return found


def _is_in_time(participant: Participant, now: datetime) -> bool:
    begins, ends = participant.valid_from, participant.valid_until
    if (begins is not None and now < begins) or (ends is not None and ends <= now):
        return False
    # Below an authority that has ended nothing holds; who has none signs by a key of the list.
    return not participant.anchors or any(now < chain_end((each,)) for each in participant.anchors)


def _fault(report: Report) -> Fault:
    decisive = report.decisive
    if decisive is None or decisive.outcome is CheckOutcome.NOT_DONE:
        return Fault.NOT_CHECKED
    return _WRONG[decisive.name]
