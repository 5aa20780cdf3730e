"""The agency's own people, by its OpenID Connect provider: who, and in which roles.

The ID token is checked as a citizen's is (`service.oidc`). Which of its values mean which role, the agency
says; what means none gives none.
"""

from collections.abc import Mapping, Sequence
from typing import Final, final

from issuer.domain.operators import Employee, Role
from service.errors import AssuranceTooLow, LoginRefused
from service.oidc import CodeFlow, LoginAttempt, values_at

# OpenID Connect Core section 2: a subject is at most 255 characters.
_MAX_SUBJECT: Final = 255


@final
class OidcEmployees:
    """The port `EmployeeLogin` on an OpenID Connect provider."""

    def __init__(
        self,
        issuer: str,
        login: CodeFlow,
        *,
        role_claim: Sequence[str],
        roles: Mapping[str, frozenset[Role]],
        minimum_assurance: Sequence[str] = (),
    ) -> None:
        self.issuer = issuer
        self._login = login
        self._role_claim = tuple(role_claim)
        self._roles = roles
        self._minimum_assurance = tuple(minimum_assurance)

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        return self._login.begin()

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Employee:
        """Turn the answer that the browser brought into somebody, who may have no role.

        Raises LoginRefused or LoginUnavailable.
        """
        claims = self._login.claims(attempt, answer)
        if self._minimum_assurance and claims.get("acr") not in self._minimum_assurance:
            raise AssuranceTooLow
        subject, name = claims.get("sub"), claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
            raise LoginRefused("the ID token does not say who it is")
        roles = frozenset(role for value in values_at(claims, self._role_claim) for role in self._roles.get(value, ()))
        return Employee(subject, roles, name[:200] if isinstance(name, str) and name else None)
