"""Securing any VCDM 2.0 document with JOSE or COSE, and opening what was secured so (VC-JOSE-COSE 1.0).

These functions know no claims of ours: they take and return documents of the data model.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from credentials.encoding import JsonObject
from credentials.formats.base import ClaimsPath, KeyResolver, SignedBy
from credentials.formats.jwt_vc.media import Kind, Securing
from credentials.keys import PublicJwk, Signer


@dataclass(frozen=True, slots=True)
class SignatureClaims:
    """What a token says about its own signature (section 3.1.3), not about the credential within.

    `confirmation` is `cnf`; times are in UTC. `audience` and `nonce` answer a verifier's question.
    """

    issuer: str | None = None
    audience: str | None = None
    nonce: str | None = None
    issued_at: datetime | None = None
    not_before: datetime | None = None
    expires_at: datetime | None = None
    confirmation: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class SecuredDocument:
    """A document whose signature held (section 5): `document` bears none of the claims about the signature."""

    document: JsonObject = field(repr=False)
    kind: Kind
    media_type: str
    claims: SignatureClaims
    signed_by: SignedBy


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """What a token says about the key that made it: nothing of it is proven. `party` is its issuer or holder."""

    kid: str | None
    party: str | None
    has_issuer_claim: bool
    x5c: tuple[bytes, ...] = ()


class KeySource(Protocol):
    """Where the key to check a signature with comes from: never from the token itself."""

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return the key. Raises MalformedCredential or its kin, or what a resolver raises."""
        ...


@dataclass(frozen=True, slots=True)
class VerificationMethod:
    """One key that the caller says is the right one: a `JsonWebKey` (Controlled Identifiers 1.0 section 2.2.3)."""

    id: str
    controller: str
    key: PublicJwk

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return this key, if the token does not name another."""
        raise NotImplementedError(kind)


@dataclass(frozen=True, slots=True)
class ByIdentifier:
    """Keys found by the token's DID URL, or in its certificates; see section 4.1."""

    keys: KeyResolver

    def find(self, claimed: ClaimedKey, kind: Kind) -> SignedBy:
        """Return the key, which belongs to the issuer or holder that the document names."""
        raise NotImplementedError(kind)


def secure(
    document: JsonObject,
    signer: Signer,
    *,
    kind: Kind = Kind.CREDENTIAL,
    securing: Securing = Securing.JWT,
    kid: str | None = None,
    x5c: tuple[bytes, ...] = (),
    claims: JsonObject | None = None,
    disclosable: Collection[ClaimsPath] = (),
) -> str | bytes:
    """Sign a document: a compact JWS, an SD-JWT that ends with `~`, or the bytes of a tagged COSE_Sign1.

    `kid` is the URL of the verification method, `claims` are further claims about the signature, `disclosable` the
    places that an SD-JWT hides. Raises InvalidDocument for a document that may not be secured.
    """
    raise NotImplementedError(kind)


def open_secured(
    secured: str | bytes,
    source: KeySource,
    *,
    kind: Kind = Kind.CREDENTIAL,
    securing: Securing = Securing.JWT,
    at: datetime | None = None,
) -> SecuredDocument:
    """Check a signature and the document under it (sections 5 and 6).

    `at` is the moment at which the signature must be valid; None leaves its times to the caller. Raises
    MalformedCredential and its kin, InvalidToken, InvalidSignature, LimitExceeded.
    """
    raise NotImplementedError(kind)
