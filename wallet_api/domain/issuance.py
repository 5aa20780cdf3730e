"""What an agency offers, what it granted, and an offer that waits for the citizen's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, final

from credentials.keys import Signer
from wallet_api.domain.card import Agency

FORMATS: Final = ("dc+sd-jwt", "vc+sd-jwt", "mso_mdoc", "ldp_vc", "vc+jwt", "jwt_vc_json")
"""What this wallet keeps, the most wanted first: what shows no more than is asked."""

SUITES: Final = ("ecdsa-sd-2023", "eddsa-rdfc-2022", "ecdsa-rdfc-2019")
"""The cryptosuites of `ldp_vc` that it keeps, in the same order."""

OVERVIEW: Final = "urn:nl:blauweknop:overzicht:1"
CASE: Final = "urn:nl:blauweknop:zaak:1"


ANY_CREDENTIAL: Final = "https://www.w3.org/2018/credentials#VerifiableCredential"
"""The type that every W3C credential has: the kind of a configuration that says no more."""


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of card that an agency issues: a credential configuration.

    `signed_with` are the algorithms, or for `ldp_vc` the cryptosuites, of the agency; empty when it does not say.
    """

    id: str
    format: str
    type: str
    name: str
    holder_algorithms: tuple[str, ...] = ("ES256",)
    signed_with: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """How much this wallet wants it beside others of its format; the least is the most."""
        return min((SUITES.index(name) for name in self.signed_with if name in SUITES), default=len(SUITES))

    @property
    def kept_here(self) -> bool:
        """Whether this wallet can keep and show it."""
        return self.format in FORMATS and (
            self.format != "ldp_vc" or not self.signed_with or not set(SUITES).isdisjoint(self.signed_with)
        )


@final
@dataclass(frozen=True, slots=True)
class IssuerDescription:
    """An agency's own metadata, as far as a wallet needs it. Not authentic: who it is, the trust list says."""

    credential_issuer: str
    authorization_server: str
    answers_with_iss: bool
    kinds: tuple[Kind, ...]
    batch_size: int

    def kinds_of(self, types: frozenset[str], formats: Sequence[str]) -> tuple[Kind, ...]:
        """Return one kind of each of these types, all in one format: the first of `formats` that has the most types.

        The same statement in another securing says nothing more.
        """
        found = [self._in(format, types) for format in formats]
        return max(found, key=len, default=())

    def _in(self, format: str, types: frozenset[str]) -> tuple[Kind, ...]:
        best: dict[str, Kind] = {}
        for kind in self.kinds:
            if kind.format == format and kind.type in types and kind.kept_here:
                held = best.get(kind.type)
                best[kind.type] = kind if held is None or kind.rank < held.rank else held
        return tuple(best.values())

    def kind(self, id: str) -> Kind | None:
        """Return the kind with this configuration id."""
        return next((each for each in self.kinds if each.id == id), None)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """An access token and what it opens: per configuration the identifiers of single credentials, if there are any.

    `dpop` is the key that the token is bound to; `named` says that the token was asked for in this wallet's own name.
    `refresh_token` leads to the next grant, without the citizen.
    """

    access_token: str
    token_type: str
    identifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dpop: Signer | None = None
    named: bool = False
    refresh_token: str | None = None


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
    """An offer that was read and waits for the citizen. `secret` is the pre-authorized code or the issuer's state.

    `left_behind` counts the kinds of cards that are offered too and that this wallet cannot keep.
    """

    id: str
    agency: Agency
    configurations: tuple[str, ...]
    names: tuple[str, ...]
    grant: GrantKind
    expires_at: datetime
    secret: str | None = field(default=None, repr=False)
    transaction_code: TransactionCode | None = None
    left_behind: int = 0
