"""That an agency gives its cards again without a login: a refresh token, with what it is bound to."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import final

from credentials.encoding import JsonObject


@final
@dataclass(frozen=True, slots=True)
class Permission:
    """A refresh token of one agency. `dpop` is the private key that it is bound to, a JWK; None when it is to none.

    `named` says that it was asked for in this wallet's own name.
    """

    credential_issuer: str
    authorization_server: str
    configurations: tuple[str, ...]
    refresh_token: str = field(repr=False)
    dpop: JsonObject | None = field(repr=False)
    named: bool

    def covers(self, configurations: Collection[str]) -> bool:
        """Say whether all of these were granted."""
        return set(configurations) <= set(self.configurations)
