"""The agency's signing keys, for who takes the steps in their lives."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from issuer.domain.key_purpose import Purpose
from issuer.domain.signing_keys import MadeKey, Stage


class KeySeen(Protocol):
    """One key as people see it. `note` says whether it can take the step that is next in its life, or why not."""

    @property
    def key(self) -> MadeKey:
        """Which key it is."""
        ...

    @property
    def stage(self) -> Stage:
        """Where in its life it is."""
        ...

    @property
    def since(self) -> datetime:
        """Since when."""
        ...

    @property
    def until(self) -> datetime | None:
        """Until when it is needed, where that is known."""
        ...

    @property
    def certificate_ends(self) -> datetime | None:
        """When its certificate ends, where it has one."""
        ...

    @property
    def listed(self) -> datetime | None:
        """Since when the trust list has it, where one was looked at."""
        ...

    @property
    def note(self) -> str | None:
        """What can be done with it, or what is lacking."""
        ...


class KeyStep(Protocol):
    """What was done to a key, or would be; `note` is what its keeper should do or know."""

    @property
    def key(self) -> str:
        """The key's name."""
        ...

    @property
    def note(self) -> str:
        """What to do or to know."""
        ...


class KeyKeeper(Protocol):
    """Takes the steps in the lives of keys, for one person. Each raises KeyStepRefused where it may not be taken."""

    def conditions(self) -> Sequence[KeySeen]:
        """Return all keys and how each is."""
        ...

    def prepare(self, purposes: Iterable[Purpose] | None = None, *, dry_run: bool = False) -> Sequence[KeyStep]:
        """Make the next keys, and make them known."""
        ...

    def activate(
        self, purposes: Iterable[Purpose] | None = None, *, at_once: bool = False, dry_run: bool = False
    ) -> Sequence[KeyStep]:
        """Let the next keys sign."""
        ...

    def retire(self, names: Sequence[str] = (), *, at_once: bool = False, dry_run: bool = False) -> Sequence[KeyStep]:
        """Retire keys that nothing needs any more."""
        ...
