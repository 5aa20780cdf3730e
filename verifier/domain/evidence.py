"""One presented credential as this party keeps it: who vouches for it, what was checked, and what it says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from credentials.encoding import JsonObject
from credentials.openid.dcql.query import W3C_FORMATS

Outcome: TypeAlias = Literal["bewezen", "verouderd", "ingetrokken", "niet_bewezen", "onbekend"]
CheckOutcome: TypeAlias = Literal["geslaagd", "mislukt", "niet_uitgevoerd", "waarschuwing"]

OVERVIEW: Final = "urn:nl:blauweknop:overzicht:1"
CASE: Final = "urn:nl:blauweknop:zaak:1"

DISPUTED: Final = "second_opinion_differs"
"""The code of a check by other software that came to another result than we did."""

UNKNOWN_NAME: Final = "Onbekende uitgever"


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as the trust list knows it."""

    identifier: str
    name: str
    oin: str | None = None
    abbreviation: str | None = None


NOBODY: Final = Body("onbekend", UNKNOWN_NAME)


@dataclass(frozen=True, slots=True)
class Check:
    """One step of the examination in plain Dutch, with its stable code."""

    name: str
    outcome: CheckOutcome
    explanation: str
    code: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one credential proves, or why it proves nothing.

    `claims` are the disclosed claims that were asked for: of what is proven, and of what was true until it was
    superseded; otherwise empty.
    `presented` is the presentation itself, kept so that it can be checked again; both leave with the file.
    """

    query_id: str
    format: str
    type: str
    issuer: Body
    outcome: Outcome
    checks: tuple[Check, ...]
    claims: JsonObject = field(repr=False)
    presented: "str | JsonObject" = field(repr=False)
    valid_until: datetime | None = None

    @property
    def proven(self) -> bool:
        """Whether everything was checked and nothing failed."""
        return self.outcome == "bewezen"

    @property
    def is_w3c(self) -> bool:
        """Whether it has a proof that other software may be asked about."""
        return self.format in W3C_FORMATS

    @property
    def disputed(self) -> bool:
        """Whether other software came to another result than we did."""
        return any(check.code == DISPUTED for check in self.checks)
