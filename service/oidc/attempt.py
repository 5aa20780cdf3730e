"""What is kept of a login that is under way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What must be remembered between sending somebody to the login provider and their return."""

    state: str
    nonce: str
    verifier: str
