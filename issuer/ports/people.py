"""Who somebody is: a login, or a card that says so; and the wallets that are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from credentials.debts.person import CustomerNumber, Person
from credentials.formats.base import Channel, Credential
from issuer.domain.clients import Wallets
from issuer.domain.operators import Employee
from service.oidc import LoginAttempt


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Whose debts may be seen now, as the login provider says.

    `representative` is by what the provider knows somebody else, who logged in and acts for them.
    """

    person: Person
    name: str | None = field(default=None, repr=False)
    representative: str | None = field(default=None, repr=False)


class LoginProvider(Protocol):
    """Where citizens prove who they are."""

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send the citizen to, and what to remember. Raises LoginUnavailable."""
        ...

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> LoggedIn:
        """Turn the answer that the browser brought into a citizen. Raises LoginRefused or LoginUnavailable."""
        ...


class EmployeeLogin(Protocol):
    """Where the agency's own people prove who they are."""

    @property
    def issuer(self) -> str:
        """Who vouches for them."""
        ...

    def begin(self) -> tuple[str, LoginAttempt]:
        """Return the address to send somebody to, and what to remember. Raises LoginUnavailable."""
        ...

    def finish(self, attempt: LoginAttempt, answer: Mapping[str, str]) -> Employee:
        """Turn the answer that the browser brought into somebody. Raises LoginRefused or LoginUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """To whom a presentation was made, in answer to what, and how it came."""

    nonce: str
    audience: str
    channel: Channel


class PidReader(Protocol):
    """What tells from a presentation who somebody is."""

    def person_of(self, format: str, presentation: Credential, shown: Shown) -> Person:
        """Return whose PID was presented to us, now, by its holder. Raises PidRefused."""
        ...

    def is_usable(self) -> bool:
        """Say whether there is anybody now whose PID would count."""
        ...


class Customers(Protocol):
    """The customers of a private creditor, found by what their PID says of them."""

    def find(self, said: Mapping[str, str]) -> CustomerNumber | None:
        """Return the one customer of whom all this is so; None for nobody and for several. Raises SourceUnavailable."""
        ...


class WalletDirectory(Protocol):
    """The wallets that the scheme lists."""

    def wallets(self) -> Wallets:
        """Return the wallets as listed now; none when there is no list."""
        ...
