"""The scheme document (*stelseldocument*) of BK Connect draft-00, in the one profile that is published for it.

It says which organisations take part and where each is found, as our trust list does, for apps that know BK Connect
(section 4.1.1). Form and rules are those of the profile of the FBS, version 0.1, which read draft-00 on 2026-10-08: a
compact JWS (draft-00 section 3.1), under a certificate whose root an app has built in. It holds no keys of the
organisations: a signed list of addresses, and no more. `docs/divergences.md` says where ours differs.

A document is verified in the profile's six steps, in its order, and refused at the first that fails:

1. Header: `alg` ES256, `typ`, `kid` and `x5c`, and nothing else.
2. Certificates: `x5c` leads to the root as RFC 5280 section 6 says; the first is no authority and signs, all others are
   authorities.
3. Signature, with the key of the first certificate.
4. Issuer: the OIN in that certificate's subject, once, is that of the expected scheme, and so is `iss`.
5. Environment: the one that the reader is built for.
6. Time: issued at most 60 seconds from now, for 24 hours at most, not past, not older than the copy accepted last.

Only then are the contents read. Fetching and keeping are not handled here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal, Self, TypeAlias, final

from cryptography.x509 import KeyUsage
from cryptography.x509.oid import NameOID

from credentials.clock import epoch, from_epoch
from credentials.encoding import JsonObject, JsonValue, b64_decode, b64_encode, b64url_encode, json_compact
from credentials.errors import BlauweKnopError, ConfigurationError, MalformedInput
from credentials.jose import ClaimError, InvalidToken, UnverifiedToken, sign_compact
from credentials.jose.jwt import numeric_date
from credentials.keys import Algorithm, InvalidSignature, Signer
from credentials.plain_text import text_fault
from credentials.trust.participant import Participant, Role
from credentials.trust.x509 import CertificateExpired, InvalidChain, Leaf, verify_chain
from credentials.trust.x509.certificate import attributes_of, extension_of, read
from credentials.trust.x509.purpose import is_tls
from credentials.web_addresses import LOCAL_HOSTS, take_apart, well_known

TOKEN_TYPE: Final = "stelseldocument+jwt"  # noqa: S105  # a media type
MEDIA_TYPE: Final = "application/jose"
MAX_LIFETIME: Final = timedelta(hours=24)
CLOCK_SKEW: Final = timedelta(seconds=60)
MAX_CHARACTERS: Final = 1_390_000
MAX_ENTRIES: Final = 5_000

AddressMember: TypeAlias = Literal["discovery_url", "magazijn_url"]

_HEADER: Final = frozenset({"alg", "typ", "kid", "x5c"})
_PAYLOAD: Final = frozenset(
    {"iss", "iat", "exp", "version", "environment", "organizations", "app_managers", "document_types"}
)
_ADDRESSES: Final[tuple[AddressMember, ...]] = ("discovery_url", "magazijn_url")
_OIN: Final = re.compile(r"[0-9]{20}\Z")
_VERSION: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")


class Refusal(StrEnum):
    """Why a document is refused."""

    NOT_COMPACT = "not_compact"
    HEADER_MEMBERS = "header_members"
    ALGORITHM = "algorithm"
    TYPE = "type"
    CERTIFICATES = "certificates"
    SIGNATURE = "signature"
    SIGNER = "signer"
    ISSUER = "issuer"
    ENVIRONMENT = "environment"
    ISSUED_LATER = "issued_later"
    LIFETIME = "lifetime"
    EXPIRED = "expired"
    OLDER = "older"
    CONTENTS = "contents"

    @property
    def step(self) -> int | None:
        """The step of the profile that refuses for this; None for contents that its schema does not allow."""
        return _STEPS.get(self)


_STEPS: Final = {
    Refusal.NOT_COMPACT: 1,
    Refusal.HEADER_MEMBERS: 1,
    Refusal.ALGORITHM: 1,
    Refusal.TYPE: 1,
    Refusal.CERTIFICATES: 2,
    Refusal.SIGNATURE: 3,
    Refusal.SIGNER: 4,
    Refusal.ISSUER: 4,
    Refusal.ENVIRONMENT: 5,
    Refusal.ISSUED_LATER: 6,
    Refusal.LIFETIME: 6,
    Refusal.EXPIRED: 6,
    Refusal.OLDER: 6,
}


class SchemeDocumentRejected(BlauweKnopError):
    """A scheme document (stelseldocument) that fails a step of its profile, or does not say what it must say."""

    code = "scheme_document_rejected"

    def __init__(self, reason: Refusal, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)


@final
@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. `member` says what stands at `address`: its discovery document, or its store of messages."""

    oin: str
    name: str
    address: str
    member: AddressMember = "discovery_url"

    def to_dict(self) -> JsonObject:
        """Return the entry as JSON."""
        return {"oin": self.oin, "name": self.name, self.member: self.address}


@final
@dataclass(frozen=True, slots=True)
class SchemeDocument:
    """A verified document. `issuer` is the OIN of the scheme's manager; `version` is the same for the same contents."""

    issuer: str
    issued_at: datetime
    expires_at: datetime
    version: str
    environment: str
    organisations: tuple[Organisation, ...]
    app_managers: tuple[JsonObject, ...] = field(repr=False)
    document_types: tuple[str, ...]

    @classmethod
    def verify(
        cls,
        jws: str,
        roots: Sequence[bytes],
        *,
        issuer: str,
        environment: str,
        now: datetime,
        accepted: datetime | None = None,
    ) -> Self:
        """Verify a document, in the six steps and this order, and read it.

        `roots` are the pinned roots (DER), mostly one; `issuer` is the OIN of the expected scheme; `accepted` is
        `issued_at` of the copy that was accepted last. Raises SchemeDocumentRejected.
        """
        token = _well_formed(jws)
        x5c = _check_header(token.header)
        leaf = _check_certificates(x5c, roots, now)
        _check_signature(token, leaf)
        payload = token.payload
        _check_issuer(x5c[0], payload, issuer)
        if payload.get("environment") != environment:
            raise SchemeDocumentRejected(Refusal.ENVIRONMENT, "the document is for another environment")
        issued_at, expires_at = _check_time(payload, now, accepted)
        return cls._read(payload, issuer, from_epoch(issued_at), from_epoch(expires_at), environment)

    def find(self, oin: str) -> Organisation | None:
        """Return the organisation of this number."""
        return next((each for each in self.organisations if each.oin == oin), None)

    @classmethod
    def _read(
        cls, payload: JsonObject, issuer: str, issued_at: datetime, expires_at: datetime, environment: str
    ) -> Self:
        # The profile's schema has exactly these members, here and in each organisation.
        if payload.keys() != _PAYLOAD:
            raise _contents("the document has other members than its profile has")
        version = payload["version"]
        if not isinstance(version, str) or not _VERSION.match(version):
            raise _contents("version is not a SHA-256 in base64url")
        organisations = tuple(map(_organisation, _entries(payload, "organizations")))
        if len({each.oin for each in organisations}) != len(organisations):
            raise _contents("two organisations share an OIN")
        return cls(
            issuer,
            issued_at,
            expires_at,
            version,
            environment,
            organisations,
            tuple(map(_object, _entries(payload, "app_managers"))),
            tuple(map(_document_type, _entries(payload, "document_types"))),
        )


def issue_scheme_document(
    participants: Iterable[Participant],
    signer: Signer,
    x5c: Sequence[bytes],
    roots: Sequence[bytes],
    *,
    environment: str,
    now: datetime,
    lifetime: timedelta = MAX_LIFETIME,
) -> tuple[str, SchemeDocument]:
    """Derive a document from the participants of a trust list, and sign it; returns the JWS, and what it says.

    In it stand the issuers with an OIN that take part now, each with its OpenID4VCI metadata as its discovery
    document. `x5c` is the chain of the signer's certificate (DER), without the root; its OIN becomes `iss`. The
    document never lives longer than a certificate of the chain. Raises SchemeDocumentRejected for what `verify` would
    refuse, ConfigurationError for an environment without a name.
    """
    if not environment or text_fault(environment) is not None:
        raise ConfigurationError("the environment needs a name")
    listed = sorted((each for each in participants if _is_listed(each, now)), key=lambda each: each.oin or "")
    types = sorted({type_ for each in listed for type_ in each.types})
    contents: JsonObject = {
        "organizations": [_derived(each).to_dict() for each in listed],
        "app_managers": [],
        "document_types": [{"name": type_} for type_ in types],
    }
    try:
        chain = [read(der) for der in x5c]
        ends = [each.not_valid_after_utc for each in (*chain, *(map(read, roots)))]
        issuer = next(iter(attributes_of(chain[0], NameOID.SERIAL_NUMBER)), "") if chain else ""
    except InvalidChain as error:
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, error.detail) from error
    payload: JsonObject = {
        "iss": issuer,
        "iat": epoch(now),
        "exp": epoch(min(now + lifetime, *ends)),
        "version": b64url_encode(sha256(json_compact(contents)).digest()),
        "environment": environment,
        **contents,
    }
    header: JsonObject = {
        "typ": TOKEN_TYPE,
        "kid": signer.public_jwk.thumbprint,
        "x5c": [b64_encode(der) for der in x5c],
    }
    jws = sign_compact(header, payload, signer)
    return jws, SchemeDocument.verify(jws, roots, issuer=issuer, environment=environment, now=now)


def _well_formed(jws: str) -> UnverifiedToken:
    try:
        return UnverifiedToken.parse(jws.strip(), max_characters=MAX_CHARACTERS)
    except MalformedInput as error:
        raise SchemeDocumentRejected(Refusal.NOT_COMPACT, error.detail) from error


def _check_header(header: JsonObject) -> tuple[bytes, ...]:
    # A key that a document points to (`jku`, `jwk`, `x5u`) is one that whoever forged it chose.
    if header.keys() != _HEADER or not isinstance(header["kid"], str):
        raise SchemeDocumentRejected(Refusal.HEADER_MEMBERS, "the header has other members than alg, typ, kid and x5c")
    if header["alg"] != Algorithm.ES256.value:
        raise SchemeDocumentRejected(Refusal.ALGORITHM, "alg is not ES256")
    if header["typ"] != TOKEN_TYPE:
        raise SchemeDocumentRejected(Refusal.TYPE, f"typ is not {TOKEN_TYPE}")
    x5c = header["x5c"]
    if not isinstance(x5c, list) or not x5c:
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, "x5c holds no certificate")
    try:
        return tuple(b64_decode(each if isinstance(each, str) else "", "x5c") for each in x5c)
    except MalformedInput as error:
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, error.detail) from error


def _check_certificates(x5c: tuple[bytes, ...], roots: Sequence[bytes], now: datetime) -> Leaf:
    try:
        leaf = _leaf(x5c, roots, now)
        usages = [extension_of(read(der), KeyUsage) for der in x5c]
    except InvalidChain as error:
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, error.detail) from error
    # What they say was checked; without the extension RFC 5280 lets a key do anything, and the profile wants it said.
    if None in usages:
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, "a certificate does not say what its key is for")
    if is_tls(leaf.key_purposes):
        raise SchemeDocumentRejected(Refusal.CERTIFICATES, "the certificate of a web server signs no scheme document")
    return leaf


def _leaf(x5c: tuple[bytes, ...], roots: Sequence[bytes], now: datetime) -> Leaf:
    try:
        return verify_chain(x5c, roots, now)
    except CertificateExpired:
        # The tolerance of step 6 also holds for a certificate that begins in a moment; one that has ended has ended.
        return verify_chain(x5c, roots, now + CLOCK_SKEW)


def _check_signature(token: UnverifiedToken, leaf: Leaf) -> None:
    try:
        token.verify(leaf.public_jwk, {Algorithm.ES256})
    except (InvalidSignature, InvalidToken) as error:
        raise SchemeDocumentRejected(Refusal.SIGNATURE, "the signature is not of the certificate's key") from error


def _check_issuer(certificate: bytes, payload: JsonObject, issuer: str) -> None:
    if not _OIN.match(issuer) or attributes_of(read(certificate), NameOID.SERIAL_NUMBER) != (issuer,):
        raise SchemeDocumentRejected(Refusal.SIGNER, "the certificate is not of the expected scheme's manager")
    if payload.get("iss") != issuer:
        raise SchemeDocumentRejected(Refusal.ISSUER, "iss is not the expected scheme's manager")


def _check_time(payload: JsonObject, now: datetime, accepted: datetime | None) -> tuple[int, int]:
    try:
        issued_at, expires_at = (_whole(payload, name) for name in ("iat", "exp"))
    except ClaimError as error:
        raise _contents(error.detail) from error
    if issued_at > epoch(now) + CLOCK_SKEW.total_seconds():
        raise SchemeDocumentRejected(Refusal.ISSUED_LATER, "the document was issued later than now")
    if expires_at - issued_at > MAX_LIFETIME.total_seconds():
        raise SchemeDocumentRejected(Refusal.LIFETIME, "the document would be valid for longer than 24 hours")
    if expires_at <= epoch(now):
        raise SchemeDocumentRejected(Refusal.EXPIRED, "the document has expired")
    if accepted is not None and issued_at < epoch(accepted):
        raise SchemeDocumentRejected(Refusal.OLDER, "the document is older than the copy accepted last")
    return issued_at, expires_at


def _whole(payload: JsonObject, name: str) -> int:
    seconds = numeric_date(payload, name)
    if seconds is None or not isinstance(payload[name], int):
        raise ClaimError(name, "is not a number of whole seconds")
    return seconds


def _contents(detail: str) -> SchemeDocumentRejected:
    return SchemeDocumentRejected(Refusal.CONTENTS, detail)


def _entries(payload: JsonObject, name: str) -> list[JsonValue]:
    entries = payload[name]
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise _contents(f"{name} is not a list of at most {MAX_ENTRIES} entries")
    return entries


def _object(entry: JsonValue) -> JsonObject:
    if not isinstance(entry, dict):
        raise _contents("an entry is not an object")
    return entry


def _organisation(entry: JsonValue) -> Organisation:
    members = _object(entry)
    member = next((each for each in _ADDRESSES if members.keys() == {"oin", "name", each}), None)
    if member is None:
        raise _contents("an organisation has oin, name and discovery_url or magazijn_url, and nothing else")
    oin, name, address = members["oin"], members["name"], members[member]
    if not isinstance(oin, str) or not _OIN.match(oin):
        raise _contents("an oin is not twenty digits")
    # People decide by it whom they trust.
    if not isinstance(name, str) or not name or text_fault(name) is not None:
        raise _contents("the name of an organisation is not a text to show")
    if not isinstance(address, str) or not _is_address(address):
        raise _contents(f"{member} is not an https address")
    return Organisation(oin, name, address, member)


def _document_type(entry: JsonValue) -> str:
    name = _object(entry).get("name")
    if _object(entry).keys() != {"name"} or not isinstance(name, str) or not name or text_fault(name) is not None:
        raise _contents("a document type has a name, and nothing else")
    return name


def _is_address(text: str) -> bool:
    try:
        parts = take_apart(text)
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)


def _is_listed(participant: Participant, now: datetime) -> bool:
    if Role.ISSUER not in participant.roles or not _OIN.match(participant.oin or ""):
        return False
    if not _is_address(participant.identifier):
        return False
    begun = participant.valid_from is None or participant.valid_from <= now
    ends = [each for each in (participant.valid_until, participant.withdrawn_at) if each is not None]
    return begun and all(now < each for each in ends)


def _derived(participant: Participant) -> Organisation:
    # OpenID4VCI 1.0 section 12.2.2: what a wallet reads first of an issuer.
    address = well_known(participant.identifier, "openid-credential-issuer", final_slash=True)
    return Organisation(participant.oin or "", participant.name, address)
