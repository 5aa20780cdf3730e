"""The JWT encoding of VCDM 1.1 (section 6.3.1): a document in the claim `vc` or `vp`, mapped onto registered claims.

Older wallets know no other. Where a claim and a member mean one thing, both may be there and must agree; a member that
only a claim states is brought over. Nothing here is taken for a token of VC-JOSE-COSE, nor the other way round.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.clock import epoch
from credentials.encoding import JsonObject, JsonValue
from credentials.formats.base import MalformedCredential, SignedBy
from credentials.formats.issuer_key import accept_header, certificates
from credentials.formats.jwt_vc.cards import timestamp
from credentials.formats.jwt_vc.key_sources import ClaimedKey, KeySource
from credentials.formats.jwt_vc.media import Kind
from credentials.formats.jwt_vc.signature_claims import NAMES, SignatureClaims
from credentials.formats.vcdm import ANY_VERSION, InvalidDocument, Version, read_credential
from credentials.formats.vcdm.document import party, read_base
from credentials.formats.vcdm.values import moment
from credentials.jose import UnverifiedToken

TYPE: Final = "JWT"
MEDIA_TYPE: Final = "application/jwt"

_PERIOD: Final[Mapping[Version, Mapping[str, str]]] = {
    Version.V1_1: {"nbf": "issuanceDate", "exp": "expirationDate"},
    Version.V2_0: {"nbf": "validFrom", "exp": "validUntil"},
}
_ONLY_V1: Final = (Version.V1_1,)


@dataclass(frozen=True, slots=True)
class OlderDocument:
    """A document whose signature held. `credentials` are those of a presentation, as they stand in it."""

    document: JsonObject = field(repr=False)
    version: Version
    claims: SignatureClaims = field(repr=False)
    signed_by: SignedBy
    credentials: tuple[JsonValue, ...] = field(default=(), repr=False)


def encode(document: JsonObject) -> JsonObject:
    """Return the claims of a VCDM 1.1 credential, which also stands whole in `vc`. Raises InvalidDocument."""
    read = read_credential(document, _ONLY_V1)
    claims: JsonObject = {"iss": read.issuer}
    if len(read.subjects) == 1 and "id" in read.subjects[0]:
        claims["sub"] = read.subjects[0]["id"]
    if read.id is not None:
        claims["jti"] = read.id
    if read.valid_from is not None:
        claims["nbf"] = epoch(read.valid_from)
    if read.valid_until is not None:
        claims["exp"] = epoch(read.valid_until)
    return {**claims, "vc": document}


def parse(compact: object) -> UnverifiedToken:
    """Read a token of the older encoding. Raises MalformedCredential, InvalidToken or LimitExceeded."""
    if not isinstance(compact, str):
        raise MalformedCredential("a token is text")
    token = UnverifiedToken.parse(compact)
    # Section 6.3.1: "typ", if there, is "JWT". A token of any other type is another kind of token.
    if token.header.get("typ", TYPE) != TYPE:
        raise MalformedCredential("typ is not JWT")
    accept_header(token.header)
    return token


def open_older(
    compact: object, source: KeySource, kind: Kind, versions: Collection[Version] = ANY_VERSION
) -> OlderDocument:
    """Check a token, which may have been parsed, and return the document in its claim `vc` or `vp`.

    The validity of a credential is in its document; the times of a presentation are in `claims`, and both are the
    caller's to check, as are `nonce` and `audience`. Raises MalformedCredential and its kin, InvalidToken,
    InvalidSignature, LimitExceeded, and what the source raises.
    """
    token = compact if isinstance(compact, UnverifiedToken) else parse(compact)
    found = read_older(token, kind, versions)
    named = found.claims.issuer or _party(found.document, kind)
    claimed = ClaimedKey(_kid(token), named, found.claims.issuer, certificates(token.header))
    signed_by = source.find(claimed, kind)
    token.verify(signed_by.key)
    return OlderDocument(found.document, found.version, found.claims, signed_by, found.credentials)


@dataclass(frozen=True, slots=True)
class UnprovenDocument:
    """What a token of the older encoding says, not verified."""

    document: JsonObject = field(repr=False)
    version: Version
    claims: SignatureClaims = field(repr=False)
    credentials: tuple[JsonValue, ...] = field(default=(), repr=False)


def read_older(token: UnverifiedToken, kind: Kind, versions: Collection[Version]) -> UnprovenDocument:
    """Decode a token (section 6.3.1, "JWT decoding"). Raises MalformedCredential and its kin."""
    stated, other = token.payload.get(kind.value), Kind.PRESENTATION if kind is Kind.CREDENTIAL else Kind.CREDENTIAL
    if not isinstance(stated, dict) or other.value in token.payload:
        raise MalformedCredential(f"the token holds no {kind.value}, or another document besides")
    claims = SignatureClaims.read(token.header, {name: token.payload[name] for name in NAMES & token.payload.keys()})
    document, version = read_base(stated, kind.document_type, versions)
    document = dict(document)
    _bring(document, "id", claims.id, "jti")
    if kind is Kind.CREDENTIAL:
        _bring_party(document, "issuer", claims.issuer)
        _bring_subject(document, claims.subject)
        for claim, at in (("nbf", claims.not_before), ("exp", claims.expires_at)):
            _bring_moment(document, _PERIOD[version][claim], at, claim)
        read_credential(document, (version,))
        return UnprovenDocument(document, version, claims)
    _bring_party(document, "holder", claims.issuer)
    if "holder" in document:
        party(document["holder"], "holder")
    held = document.get("verifiableCredential", [])
    return UnprovenDocument(document, version, claims, tuple(held) if isinstance(held, list) else (held,))


def _bring(document: JsonObject, name: str, value: str | None, claim: str) -> None:
    if value is not None and document.setdefault(name, value) != value:
        raise MalformedCredential(f"{claim} is not the {name}")


def _bring_party(document: JsonObject, name: str, issuer: str | None) -> None:
    if issuer is None:
        return
    if party(document.setdefault(name, issuer), name) != issuer:
        raise MalformedCredential(f"iss is not the {name}")


def _bring_subject(document: JsonObject, did: str | None) -> None:
    if did is None:
        return
    subject = document.get("credentialSubject")
    if isinstance(subject, list) and len(subject) == 1:
        subject = subject[0]
    # With several subjects, sub would say of which only by chance.
    if not isinstance(subject, dict) or subject.get("id", did) != did:
        raise MalformedCredential("sub is not the subject")
    document["credentialSubject"] = {"id": did, **subject}


def _bring_moment(document: JsonObject, name: str, at: datetime | None, claim: str) -> None:
    if at is None:
        return
    if name not in document:
        document[name] = timestamp(at)
    elif epoch(moment(document[name], name)) != epoch(at):
        raise InvalidDocument(f"{claim} is not the {name}", path=f"/{name}")


def _party(document: JsonObject, kind: Kind) -> str | None:
    name = "issuer" if kind is Kind.CREDENTIAL else "holder"
    return party(document[name], name) if name in document else None


def _kid(token: UnverifiedToken) -> str | None:
    kid = token.header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise MalformedCredential("kid is not a string")
    return kid
