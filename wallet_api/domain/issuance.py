"""What an agency offers, what it granted, and an offer that waits for the citizen's word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, final

from credentials.keys import Signer
from wallet_api.domain.card import Agency

OVERVIEW: Final = "urn:nl:blauweknop:overzicht:1"
CASE: Final = "urn:nl:blauweknop:zaak:1"


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of card that an agency issues: a credential configuration."""

    id: str
    format: str
    type: str
    name: str
    holder_algorithms: tuple[str, ...] = ("ES256",)


@final
@dataclass(frozen=True, slots=True)
class IssuerDescription:
    """An agency's own metadata, as far as a wallet needs it. Not authentic: who it is, the trust list says."""

    credential_issuer: str
    authorization_server: str
    answers_with_iss: bool
    kinds: tuple[Kind, ...]
    batch_size: int

    def kinds_of(self, types: frozenset[str], formats: tuple[str, ...]) -> tuple[Kind, ...]:
        """Return the kinds of these types in these formats, in the order of `formats`."""
        return tuple(kind for format in formats for kind in self.kinds if kind.format == format and kind.type in types)

    def kind(self, id: str) -> Kind | None:
        """Return the kind with this configuration id."""
        return next((each for each in self.kinds if each.id == id), None)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """An access token and what it opens: per configuration the identifiers of single credentials, if there are any.

    `dpop` is the key that the token is bound to; `named` says that the token was asked for in this wallet's own name.
    """

    access_token: str
    token_type: str
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dpop: Signer | None = None
    named: bool = False


class GrantKind(StrEnum):
    """How the citizen shows the agency who is asking."""

    PRE_AUTHORIZED = "pre-authorized_code"
    AUTHORIZATION = "authorization_code"


@final
@dataclass(frozen=True, slots=True)
class TransactionCode:
    """How to ask for the code that the agency gave in another way."""

    length: int | None = None
    numeric: bool = True
    description: str | None = None


@final
@dataclass(frozen=True, slots=True)
class PendingOffer:
    """An offer that was read and waits for the citizen. `secret` is the pre-authorized code or the issuer's state."""

    id: str
    agency: Agency
    configurations: tuple[str, ...]
    names: tuple[str, ...]
    grant: GrantKind
    expires_at: datetime
    secret: str | None = field(default=None, repr=False)
    transaction_code: TransactionCode | None = None
