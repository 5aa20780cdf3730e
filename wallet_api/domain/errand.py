"""What the service asks of an agency while the vault is closed: a sealed question, whose answer only the vault opens.

The question is encrypted to the agency, and names in it a key of the vault for the answer. Whoever carries it reads
neither, and cannot have the answer sealed to somebody else: for that the name of the transaction is needed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias, final

from credentials.encoding import JsonObject

KEPT: Final = timedelta(days=7)
"""For so long an answer waits for the citizen."""

LEAST_WAIT: Final = timedelta(seconds=60)
"""An agency is never asked more often for the same while the vault is closed."""


@final
@dataclass(frozen=True, slots=True)
class Question:
    """A request for what was not ready, as it may be carried. `key`, a private JWK, stays in the vault."""

    id: str
    url: str
    content: str = field(repr=False)
    key: JsonObject = field(repr=False)
    kid: str
    enc: str


@final
@dataclass(frozen=True, slots=True)
class Errand:
    """A question and what the agency must be shown with it, until the moment after which nothing is asked any more."""

    id: str
    url: str
    content: str = field(repr=False)
    access_token: str = field(repr=False)
    dpop: JsonObject | None = field(repr=False)
    interval: int
    until: datetime

    @property
    def wait(self) -> timedelta:
        """How long the agency is left alone after each time."""
        return max(timedelta(seconds=self.interval), LEAST_WAIT)


@final
@dataclass(frozen=True, slots=True)
class Asking:
    """It is not ready yet, as far as is known."""


@final
@dataclass(frozen=True, slots=True)
class Over:
    """Nothing comes of it: the agency does not know the transaction any more, or the token, or the time was over."""


@final
@dataclass(frozen=True, slots=True)
class Answered:
    """The answer, as it came: sealed to the vault."""

    content: str = field(repr=False)


Outcome: TypeAlias = Asking | Over | Answered
