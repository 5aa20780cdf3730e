"""From a person's cases to the statements that can be issued about them.

Pure: the cases are handed in, and so is the keyed derivation that hides who and what in our own records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from credentials.debts.agency import Agency
from credentials.debts.bsn import Bsn
from credentials.debts.case import Case
from credentials.debts.claims import case_claims, case_digest, overview_claims
from credentials.debts.notice import Notice
from credentials.debts.overview import Overview, overview_of
from credentials.debts.person import Person
from credentials.encoding import JsonObject, jcs
from issuer.domain.configurations import IssuedConfiguration, Kind, configuration
from issuer.domain.errors import NothingToIssue, SeveralDatasets, UnknownIdentifier
from issuer.domain.issuance import Dataset
from issuer.domain.secrets import Derivation

# The FCID version that a statement of no cases bears.
DEFAULT_VERSION: Final = "4.1.0"
# What says when the facts were read, or links copies; not what the facts are.
_NOT_FACTS: Final = frozenset({"peildatum", "saldo_datumtijd", "zaak_digest"})


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the agency knows of one person at one moment."""

    overview: Overview = field(repr=False)

    @classmethod
    def of(cls, agency: Agency, cases: Iterable[Case], as_of: datetime, notices: Iterable[Notice] = ()) -> "Facts":
        """Gather a person's cases, which are complete up to `as_of`, but for what the `notices` say.

        The moment that a statement bears is the start of its hour, or its last event when that came after it: nothing
        happened in between, and a moment to the second would link all that was issued in one visit (ARF ISSU_36).
        """
        known = [replace(case, as_of=_rounded(case.as_of, [case])) for case in cases]
        return cls(overview_of(agency, known, _rounded(as_of, known), fcid_version=_version(known), notices=notices))

    def noticing(self, notices: Sequence[Notice]) -> "Facts":
        """Return the same facts while these notices stand."""
        return self if self.overview.notices == notices else Facts(replace(self.overview, notices=tuple(notices)))

    @property
    def open_cases(self) -> tuple[Case, ...]:
        """The cases of which a credential can be issued."""
        return self.overview.open_cases

    def datasets(self, configurations: Sequence[str], session: str, derivation: Derivation) -> tuple[Dataset, ...]:
        """Return every credential that these configurations come to for this person in this session."""
        return tuple(
            dataset for each in configurations for dataset in self._datasets(configuration(each), session, derivation)
        )

    def _datasets(self, wanted: IssuedConfiguration, session: str, derivation: Derivation) -> Iterable[Dataset]:
        if wanted.kind is Kind.OVERVIEW:
            return [Dataset(wanted, None, identifier(wanted, session, "", derivation))]
        return [
            Dataset(wanted, case.reference, identifier(wanted, session, case.reference, derivation))
            for case in self.open_cases
        ]

    def case(self, reference: str) -> Case:
        """Return the open case with this reference. Raises UnknownIdentifier."""
        for case in self.open_cases:
            if case.reference == reference:
                return case
        raise UnknownIdentifier

    def statement(self, dataset: Dataset, salt: "CopySalt") -> JsonObject:
        """Return the claims of one copy of a credential."""
        if dataset.case is None:
            digests = [case_digest(salt.of(case.reference), case) for case in self.open_cases]
            return overview_claims(self.overview, digests)
        case = self.case(dataset.case)
        return case_claims(case, case_digest(salt.of(case.reference), case))


def _rounded(moment: datetime, cases: Sequence[Case]) -> datetime:
    hour = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return max([hour, *(event.registered_at.astimezone(UTC) for case in cases for event in case.events)])


def _version(cases: Sequence[Case]) -> str:
    return max((case.fcid_version for case in cases), default=DEFAULT_VERSION)


@dataclass(frozen=True, slots=True)
class CopySalt:
    """The salts of one copy number in one session and securing: they join an overview and the cases fetched with it."""

    derivation: Derivation
    session: str
    securing: str
    number: int

    def of(self, case_reference: str) -> bytes:
        """Return the salt of one case."""
        return self.derivation.digest("case digest", self.session, self.securing, str(self.number), case_reference)


def identifier(wanted: IssuedConfiguration, session: str, case_reference: str, derivation: Derivation) -> str:
    """Return the credential identifier of one credential in one session; it tells nothing and lasts as long."""
    return f"{wanted.id}.{derivation.token('credential identifier', session, wanted.id, case_reference)[:22]}"


def choose(datasets: Sequence[Dataset], *, configuration_id: str | None, credential_identifier: str | None) -> Dataset:
    """Return the one credential that a request names (OpenID4VCI 1.0 section 8.2).

    A configuration id is enough when it leaves no choice, also where identifiers were given: wallets differ in what
    they send. Raises UnknownIdentifier, NothingToIssue or SeveralDatasets.
    """
    if credential_identifier is not None:
        for each in datasets:
            if each.identifier == credential_identifier:
                return each
        raise UnknownIdentifier
    found = [each for each in datasets if each.configuration.id == configuration_id]
    if not found:
        raise NothingToIssue("there are no open cases, so there is nothing of this kind to issue")
    if len(found) > 1:
        raise SeveralDatasets(
            "several credentials of this configuration: name one by a credential_identifier of the token response"
        )
    return found[0]


def needs_identifiers(configurations: Sequence[str], datasets: Sequence[Dataset]) -> bool:
    """Say whether some configuration comes to none or to several credentials, so that each must be named."""
    counts = dict.fromkeys(configurations, 0)
    for each in datasets:
        counts[each.configuration.id] += 1
    return any(count != 1 for count in counts.values())


@dataclass(frozen=True, slots=True)
class Hiding:
    """The keyed hashes by which our records know a person, a case and a set of facts."""

    derivation: Derivation

    def subject(self, person: Person) -> str:
        """Return the hash of a person; a customer number never has that of a BSN."""
        label = "subject" if isinstance(person, Bsn) else "customer"
        return self.derivation.digest(label, person.reveal()).hex()

    def representative(self, reference: str) -> str:
        """Return the hash of who acts for somebody else."""
        return self.derivation.digest("representative", reference).hex()

    def case(self, reference: str) -> str:
        """Return the hash of a case."""
        return self.derivation.digest("case", reference).hex()

    def operator(self, issuer: str, subject: str) -> str:
        """Return the pseudonym of one of the agency's own people, as the audit log bears it."""
        return f"medewerker:{self.derivation.digest('operator', issuer, subject).hex()[:24]}"

    def fingerprint(self, facts: Facts, kind: Kind, case_hash: str | None) -> str | None:
        """Return the fingerprint of what would be stated now; None when there is nothing to state any more."""
        if kind is Kind.OVERVIEW:
            return self._fingerprint(overview_claims(facts.overview, [""] * len(facts.open_cases)))
        for case in facts.open_cases:
            if self.case(case.reference) == case_hash:
                return self._fingerprint(case_claims(case, ""))
        return None

    def _fingerprint(self, claims: JsonObject) -> str:
        facts = {name: value for name, value in claims.items() if name not in _NOT_FACTS}
        return self.derivation.digest("facts", jcs(facts).decode("utf-8")).hex()
