"""Hand a citizen what the agency's register says of them as one signed FCID document: for programs that know the FCID.

No endpoint of the national system is published, so this is a file that a citizen takes along, behind their own login.
It bears their citizen service number, as the FCID does, and it is bound to nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from credentials.clock import Clock
from credentials.debts.fcid import document_of, sign_response
from credentials.debts.person import Person
from credentials.formats.base import IssuerKey
from issuer.domain.facts import Hiding
from issuer.domain.processing import Operation
from issuer.domain.secrets import random_reference
from issuer.ports import DebtSource, Event, Store
from issuer.usecases.processing import doing


@dataclass(frozen=True, slots=True)
class SignResponse:
    """Sign the document of one citizen: their cases as the register has them now, whole and to the second."""

    source: DebtSource
    store: Store
    clock: Clock
    hiding: Hiding
    key: Callable[[], IssuerKey] = field(repr=False)

    def __call__(self, subject: Person) -> str:
        """Return the JWS. Raises SourceUnavailable."""
        now = self.clock.now().replace(microsecond=0)
        subject_hash = self.hiding.subject(subject)
        with doing(self.store, self.clock, Operation.FILE, subject_hash) as deed:
            known = self.source.cases_of(subject, now)
            # Each case bears its own moment; that there are none is known as of the register's.
            created_at = now if known.cases else known.as_of
            document = document_of(self.source.agency, subject, known.cases, created_at=created_at)
            # On record before there is a signature.
            with deed.write() as records:
                records.audit(Event("response.signed", random_reference(), f"fcid {document.version}", subject_hash))
        key = self.key()
        return sign_response(document, key.signer, key.x5c)
