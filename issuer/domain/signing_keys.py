"""The life of a signing key: next, active, verify-only, retired.

A *next* key is made known and signs nothing; once everybody can know it, it becomes the *active* one, which signs. The
one before it is *verify-only* from then on: it signs nothing, and stays known until the last credential and the last
status list that it signed have ended. Then it is *retired*: no longer known, and its private part destroyed.

Verifiers know a key or do not; which of these stages it is in, nobody tells them. So what a next key would sign counts,
and its private part is kept like that of the active one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias, final

from credentials.keys import Algorithm, PublicJwk
from issuer.domain.errors import KeyStepRefused
from issuer.domain.key_purpose import Purpose

MAX_PUBLISHED: Final = 24
"""How many keys of one purpose may be known at once: with both purposes they fit an entry of the trust list."""


def algorithm_of(purpose: Purpose) -> Algorithm:
    """Return the algorithm of a purpose's keys."""
    return Algorithm.ES256 if purpose is Purpose.SIGNER else Algorithm.EDDSA


class Stage(StrEnum):
    """Where in its life a key is."""

    NEXT = "next"
    ACTIVE = "active"
    VERIFY_ONLY = "verify-only"
    RETIRED = "retired"


@final
@dataclass(frozen=True, slots=True)
class MadeKey:
    """A key that exists. `label` is its name in the token that keeps it; without one its keeper is a file."""

    name: str
    purpose: Purpose
    public_jwk: PublicJwk
    made_at: datetime
    label: str | None = None


@final
@dataclass(frozen=True, slots=True)
class NextKey:
    """A key that is made known. `listed_at` is when it was first seen on the scheme's trust list."""

    key: MadeKey
    listed_at: datetime | None = None

    def seen(self, at: datetime) -> "NextKey":
        """Note that the trust list has it; the first time counts."""
        return self if self.listed_at is not None else replace(self, listed_at=at)

    def unlisted(self) -> "NextKey":
        """Note that the trust list does not have it, or has it no longer."""
        return replace(self, listed_at=None)

    def activate(self, at: datetime) -> "ActiveKey":
        """Let it sign from now on."""
        return ActiveKey(self.key, at)


@final
@dataclass(frozen=True, slots=True)
class ActiveKey:
    """The key that signs."""

    key: MadeKey
    since: datetime

    def relieve(self, at: datetime) -> "VerifyOnlyKey":
        """Let it sign no more."""
        return VerifyOnlyKey(self.key, at)


@final
@dataclass(frozen=True, slots=True)
class VerifyOnlyKey:
    """A key that signed, and by which people verify."""

    key: MadeKey
    relieved_at: datetime

    def needed_until(self, lifetime: timedelta) -> datetime:
        """Return when the last thing that it signed has ended, of things that live so long at most."""
        return self.relieved_at + lifetime

    def retire(self, at: datetime) -> "RetiredKey":
        """Let nobody know it any more."""
        return RetiredKey(self.key, at)


@final
@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key that was. Its name is never given again."""

    key: MadeKey
    retired_at: datetime


@final
@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys of one purpose. One is active, always."""

    active: ActiveKey
    next: NextKey | None = None
    verify_only: tuple[VerifyOnlyKey, ...] = ()
    retired: tuple[RetiredKey, ...] = ()

    def staged(self) -> Iterator[tuple[Stage, MadeKey]]:
        """Give every key with its stage: the active one first, the retired ones last."""
        yield Stage.ACTIVE, self.active.key
        if self.next is not None:
            yield Stage.NEXT, self.next.key
        yield from ((Stage.VERIFY_ONLY, each.key) for each in self.verify_only)
        yield from ((Stage.RETIRED, each.key) for each in self.retired)

    @property
    def published(self) -> tuple[MadeKey, ...]:
        """The keys that others are to know: all but the retired ones, the active one first."""
        return tuple(key for stage, key in self.staged() if stage is not Stage.RETIRED)

    @property
    def fresh_name(self) -> str:
        """A name that no key of this ring has or had."""
        purpose = self.active.key.purpose.value
        taken = {key.name for _, key in self.staged()}
        return next(name for number in range(2, len(taken) + 3) if (name := f"{purpose}-{number}") not in taken)

    def prepare(self, key: MadeKey) -> "KeyRing":
        """Take a key as the next one. Raises KeyStepRefused where there is one, or no room."""
        if self.next is not None:
            raise KeyStepRefused(f"{self.next.key.name} is the next key already: activate it, or retire it")
        if len(self.published) >= MAX_PUBLISHED:
            raise KeyStepRefused(f"{MAX_PUBLISHED} keys for {key.purpose.value} are known: retire some first")
        return replace(self, next=NextKey(key))

    def activate(self, at: datetime) -> "KeyRing":
        """Let the next key sign, and the active one no more. Raises KeyStepRefused where there is none."""
        if self.next is None:
            raise KeyStepRefused(f"there is no next key for {self.active.key.purpose.value}: prepare one first")
        relieved = self.active.relieve(at)
        return replace(self, active=self.next.activate(at), next=None, verify_only=(relieved, *self.verify_only))

    def retire(self, name: str, at: datetime) -> "KeyRing":
        """Retire a key that signs no more, or never did. Raises KeyStepRefused for any other."""
        if self.active.key.name == name:
            raise KeyStepRefused(f"{name} is the active key: activate another first")
        if self.next is not None and self.next.key.name == name:
            return replace(self, next=None, retired=(RetiredKey(self.next.key, at), *self.retired))
        found = next((each for each in self.verify_only if each.key.name == name), None)
        if found is None:
            raise KeyStepRefused(f"{name}: no such key, or it is retired")
        left = tuple(each for each in self.verify_only if each is not found)
        return replace(self, verify_only=left, retired=(found.retire(at), *self.retired))

    def with_listing(self, at: datetime, *, listed: bool) -> "KeyRing":
        """Note whether the trust list has the next key."""
        if self.next is None:
            return self
        return replace(self, next=self.next.seen(at) if listed else self.next.unlisted())


KeyRings: TypeAlias = Mapping[Purpose, KeyRing]
"""The keys of an agency: a ring for each purpose."""
