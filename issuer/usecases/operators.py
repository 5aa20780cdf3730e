"""Let the agency's own people in at its desk, under a pseudonym, and put on record that they came."""

from collections.abc import Mapping
from dataclasses import dataclass

from issuer.domain.errors import NotAnOperator
from issuer.domain.facts import Hiding
from issuer.domain.operators import Operator
from issuer.ports import EmployeeLogin, Event, Store
from service.oidc import LoginAttempt


@dataclass(frozen=True, slots=True)
class LogInOperator:
    """The login at the desk."""

    store: Store
    login: EmployeeLogin
    hiding: Hiding

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        return self.login.begin()

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Operator:
        """Return who came back. Raises LoginRefused, LoginUnavailable, and NotAnOperator for who has no role."""
        employee = self.login.finish(attempt, answer)
        actor = self.hiding.operator(self.login.issuer, employee.subject)
        roles = " ".join(sorted(employee.roles))
        with self.store.write() as records:
            # Who comes in vain is on record too.
            records.audit(Event("operator.login", roles or "none", "ok" if roles else "refused", actor=actor))
        if not roles:
            raise NotAnOperator
        return Operator(actor, employee.roles, employee.name)
