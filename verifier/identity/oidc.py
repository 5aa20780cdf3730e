"""Counsellors by their organisation's OpenID Connect provider: who, in which roles, and how surely.

The ID token is checked as everybody's is (`service.oidc`). Which of its values mean which role, the organisation says;
what means none gives none. How somebody logged in, the provider says: by its level (`acr`), or by the methods that were
used (`amr`, RFC 8176), of which a second factor is one.
"""

from collections.abc import Mapping, Sequence
from typing import Final, final

from credentials.plain_text import text_fault
from service.errors import AssuranceTooLow, LoginRefused
from service.oidc import CodeFlow, LoginAttempt, values_at
from verifier.domain.staff import Employee, Role

# OpenID Connect Core section 2: a subject is at most 255 characters.
_MAX_SUBJECT: Final = 255
_MAX_NAME: Final = 100


@final
class OidcStaff:
    """The port `StaffLogin` on an OpenID Connect provider."""

    def __init__(
        self,
        issuer: str,
        flow: CodeFlow,
        *,
        role_claim: Sequence[str],
        roles: Mapping[str, frozenset[Role]],
        minimum_assurance: Sequence[str] = (),
        second_factor: Sequence[str] = (),
    ) -> None:
        self.issuer = issuer
        self._flow = flow
        self._role_claim = tuple(role_claim)
        self._roles = roles
        self._minimum_assurance = tuple(minimum_assurance)
        self._second_factor = frozenset(second_factor)

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        return self._flow.begin()

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Employee:
        """Turn the answer that the browser brought into somebody, who may have no role.

        Raises LoginRefused or LoginUnavailable.
        """
        claims = self._flow.claims(attempt, answer)
        if self._minimum_assurance and claims.get("acr") not in self._minimum_assurance:
            raise AssuranceTooLow
        if self._second_factor and self._second_factor.isdisjoint(values_at(claims, ("amr",))):
            raise AssuranceTooLow
        subject, name = claims.get("sub"), claims.get("name")
        if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
            raise LoginRefused("the ID token does not say who it is")
        roles = frozenset(role for value in values_at(claims, self._role_claim) for role in self._roles.get(value, ()))
        return Employee(subject, roles, _name(name))


def _name(value: object) -> str:
    """Return a name as pages show it; a text that is no plain one is no name."""
    if not isinstance(value, str) or text_fault(value) is not None:
        return ""
    return " ".join(value.split())[:_MAX_NAME]
