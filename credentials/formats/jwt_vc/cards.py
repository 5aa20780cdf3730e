"""Credentials of our own types as W3C documents: the same facts that every other format states.

A vocabulary says how the claims of a type are written as a subject. A document whose contexts are not exactly those of
one vocabulary is not read by it: what a term means is for its contexts to say, and no JSON-LD is processed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from credentials.encoding import JsonObject
from credentials.formats.base import (
    CredentialDraft,
    IssuerKey,
    MalformedCredential,
    StatusEntry,
    UnknownFormat,
    Vocabulary,
)
from credentials.formats.jwt_vc.signature_claims import SignatureClaims
from credentials.formats.selective_disclosure.confirmation import confirmation
from credentials.formats.vcdm import CredentialDocument, Version, read_credential, status_entries
from credentials.formats.vcdm.holder import subject_id

CREDENTIAL: Final = "VerifiableCredential"
STATUS_V1: Final = "https://www.w3.org/ns/credentials/status/v1"
"""The context of status entries, which VCDM 1.1 does not define itself (Bitstring Status List 1.0 section 5.1)."""
_CREDENTIAL_IRI: Final = f"https://www.w3.org/2018/credentials#{CREDENTIAL}"


@dataclass(frozen=True, slots=True)
class Card:
    """A credential document, read: `claims` is the claim tree as far as it is in sight."""

    document: JsonObject = field(repr=False)
    read: CredentialDocument
    subject: JsonObject = field(repr=False)
    type: str
    types: tuple[str, ...]
    claims: JsonObject = field(repr=False)
    status: tuple[StatusEntry, ...]


@dataclass(frozen=True, slots=True)
class IssuerName:
    """How an issuer is named and its key found: `kid` for a DID, or certificates for an https URL."""

    issuer: str
    kid: str | None
    x5c: tuple[bytes, ...]

    @classmethod
    def of(cls, draft: CredentialDraft, key: IssuerKey) -> "IssuerName":
        """Choose by what the key comes with. Raises ValueError."""
        method = key.verification_method
        if key.x5c and not draft.issuer.startswith("did:"):
            return cls(draft.issuer, None, key.x5c)
        if method is None:
            raise ValueError("a W3C token needs the issuer's certificates or a DID URL")
        issuer = method.partition("#")[0]
        if draft.issuer.startswith("did:") and draft.issuer != issuer:
            raise ValueError("the issuer is not the controller of the verification method")
        return cls(issuer, method, ())

    def claims(self, draft: CredentialDraft) -> SignatureClaims:
        """Return what our tokens say about their signature: by whom, since when, and the holder's key."""
        return SignatureClaims(
            issuer=self.issuer,
            issued_at=draft.issued_at,
            confirmation=None if draft.holder is None else confirmation(draft.holder),
        )


class Cards:
    """Write drafts as documents and read documents, by vocabularies."""

    __slots__ = ("_by_term", "_by_type")

    def __init__(self, vocabularies: Iterable[Vocabulary]) -> None:
        self._by_type = {each.type: each for each in vocabularies}
        self._by_term = {(url, each.term): each for each in self._by_type.values() for url in each.contexts}

    def vocabulary(self, type: str) -> Vocabulary:
        """Return the vocabulary of a type. Raises UnknownFormat."""
        vocabulary = self._by_type.get(type)
        if vocabulary is None:
            raise UnknownFormat("there is no JSON-LD vocabulary for this type")
        return vocabulary

    def write(self, draft: CredentialDraft, issuer: str, version: Version = Version.V2_0) -> JsonObject:
        """Return the document. Raises UnknownFormat, ValueError for a status of another kind."""
        vocabulary = self.vocabulary(draft.type)
        begins, ends = ("validFrom", "validUntil") if version is Version.V2_0 else ("issuanceDate", "expirationDate")
        with_status = [STATUS_V1] if draft.status and version is Version.V1_1 else []
        document: JsonObject = {
            "@context": [version.context, *with_status, vocabulary.context_for(draft.claims)],
            "id": draft.id,
            "type": [CREDENTIAL, vocabulary.term],
            "issuer": {"id": issuer, "name": draft.issuer_name},
            begins: timestamp(draft.issued_at),
        }
        if draft.expires_at is not None:
            document[ends] = timestamp(draft.expires_at)
        if draft.status:
            document["credentialStatus"] = status_entries.write(draft.status)
        holder: JsonObject = {} if draft.holder is None else {"id": subject_id(draft.holder)}
        document["credentialSubject"] = {**holder, **vocabulary.to_subject(draft.claims, draft.id)}
        return document

    def read(
        self, document: JsonObject, version: Version = Version.V2_0, read: CredentialDocument | None = None
    ) -> Card:
        """Read a document, once more unless it was `read`.

        Raises InvalidDocument, MalformedCredential, or what a vocabulary raises.
        """
        if read is None:
            read = read_credential(document, (version,))
        if len(read.subjects) != 1:
            raise MalformedCredential("a credential is about one subject")
        types = self._types(document, read.types, version)
        subject = read.subjects[0]
        kind = _own_type(types)
        status = tuple(status_entries.read(each) for each in read.status)
        return Card(document, read, subject, kind, types, self.claims(kind, subject), status)

    def claims(self, type: str, subject: JsonObject) -> JsonObject:
        """Return what a subject states as a claim tree; as it stands where there is no vocabulary."""
        vocabulary = self._by_type.get(type)
        if vocabulary is None:
            return {name: value for name, value in subject.items() if name != "id"}
        # Where everything is hidden nothing is stated: an empty set would read as "there are none".
        return {name: value for name, value in vocabulary.from_subject(subject).items() if value != {}}

    def _types(self, document: JsonObject, names: tuple[str, ...], version: Version) -> tuple[str, ...]:
        contexts = document["@context"]
        further = contexts[1:] if isinstance(contexts, list) else []
        if version is Version.V1_1 and further[:1] == [STATUS_V1]:
            further = further[1:]
        own = further[0] if len(further) == 1 else None
        return tuple(self._type(name, own, version) for name in names)

    def _type(self, name: str, own: object, version: Version) -> str:
        if name == CREDENTIAL:
            return _CREDENTIAL_IRI
        vocabulary = self._by_term.get((own, name)) if isinstance(own, str) else None
        if vocabulary is not None:
            return vocabulary.type
        if name in self._by_type:
            # An absolute type is a type; yet terms of other contexts would then be read by our vocabulary.
            raise MalformedCredential(f"a type of ours comes without its context of VCDM {version.value}")
        return name


def timestamp(at: datetime) -> str:
    """Write a moment as an XML Schema dateTimeStamp in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def earliest(*moments: datetime | None) -> datetime | None:
    """Return the first of the moments that there are."""
    return min((each for each in moments if each is not None), default=None)


def latest(*moments: datetime | None) -> datetime | None:
    """Return the last of the moments that there are."""
    return max((each for each in moments if each is not None), default=None)


def _own_type(types: tuple[str, ...]) -> str:
    """Return the one type beside VerifiableCredential, or the first of several."""
    own = [each for each in types if each != _CREDENTIAL_IRI]
    return own[0] if own else types[0]
