"""Passkeys: the questions that a browser is asked, and the checks of what it answers (WebAuthn Level 3, section 7)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from credentials.encoding import JsonObject
from wallet_api.domain.passkey import Assertion, PasskeyFacts, Registered


class Passkeys(Protocol):
    """One relying party: the site that this wallet is."""

    def creation(self, challenge: bytes, user_handle: bytes, day: date, taken: Sequence[bytes]) -> JsonObject:
        """Return what a browser is to make a passkey by (`PublicKeyCredentialCreationOptionsJSON`).

        The device lists it with its `day`, by which two wallets are told apart; `taken` are those that it must not
        replace.
        """
        ...

    def request(self, challenge: bytes, only: bytes | None = None) -> JsonObject:
        """Return what a browser is to ask a passkey (`PublicKeyCredentialRequestOptionsJSON`); any, or this one."""
        ...

    def challenge_of(self, answer: JsonObject) -> bytes:
        """Return the challenge that an answer says it is to. Raises PasskeyRefused."""
        ...

    def registered(self, answer: JsonObject, challenge: bytes) -> Registered:
        """Return the passkey that was made, having checked all of section 7.1. Raises PasskeyRefused."""
        ...

    def read(self, answer: JsonObject) -> Assertion:
        """Return whose a signature says to be. Nothing is checked yet. Raises PasskeyRefused."""
        ...

    def proven(self, assertion: Assertion, facts: PasskeyFacts) -> PasskeyFacts:
        """Check all of section 7.2, and return what is known of the passkey now. Raises PasskeyRefused."""
        ...


class Challenges(Protocol):
    """Challenges that were given out. Each is good once, for what it was given out for."""

    def give(self, challenge: bytes, purpose: str, expires_at: datetime) -> None:
        """Remember a challenge until its time."""
        ...

    def take(self, challenge: bytes, purpose: str, now: datetime) -> bool:
        """Use one up. False when it was not given out for this, was used before, or is over."""
        ...

    def purge(self, now: datetime) -> int:
        """Delete those whose time is over and return how many."""
        ...
