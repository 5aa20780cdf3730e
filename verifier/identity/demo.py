"""The demonstration's login: a name from a list and one shared password. Settings refuse it outside localhost."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, final

from verifier.domain.errors import LoginRefused


@dataclass(frozen=True, slots=True)
class Counsellor:
    """Somebody at the desk. `owner` is the pseudonym under which their files are kept."""

    username: str
    name: str

    @property
    def owner(self) -> str:
        """The name that files and the audit trail bear."""
        return f"medewerker:{self.username}"


class Login(Protocol):
    """A way in. An organisation's own OpenID provider is another adapter of this."""

    @property
    def counsellors(self) -> tuple[Counsellor, ...]:
        """Those who may be chosen from a list; empty where people type their own name elsewhere."""
        ...

    def check(self, username: str, password: str) -> Counsellor:
        """Return who this is. Raises LoginRefused."""
        ...


@final
class DemoLogin:
    """The adapter for demonstrations."""

    def __init__(self, names: Mapping[str, str], password: str) -> None:
        self._counsellors = {username: Counsellor(username, name) for username, name in names.items()}
        self._password = password

    @property
    def counsellors(self) -> tuple[Counsellor, ...]:
        """Everyone on the list."""
        return tuple(self._counsellors.values())

    def check(self, username: str, password: str) -> Counsellor:
        """Return who this is. Raises LoginRefused, whatever of the two is wrong."""
        right = hmac.compare_digest(password.encode("utf-8", "replace"), self._password.encode())
        counsellor = self._counsellors.get(username)
        if counsellor is None or not right:
            raise LoginRefused
        return counsellor


@final
class NoLogin:
    """No way in: a verifier that serves case systems only."""

    counsellors: tuple[Counsellor, ...] = ()

    def check(self, username: str, password: str) -> Counsellor:
        """Refuse everybody. Raises LoginRefused."""
        del username, password
        raise LoginRefused
