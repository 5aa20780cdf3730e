"""Which documents may be secured, and which are taken from under a signature (VC-JOSE-COSE sections 3 and 6)."""

from collections.abc import Collection
from typing import Final, TypeAlias

from credentials.encoding import JsonObject
from credentials.formats.base import MalformedCredential
from credentials.formats.jwt_vc.media import Kind, Securing, media_type
from credentials.formats.jwt_vc.signature_claims import FORBIDDEN, NAMES, SignatureClaims
from credentials.formats.vcdm import (
    CredentialDocument,
    Envelope,
    InvalidDocument,
    PresentationDocument,
    is_envelope,
    read_credential,
    read_presentation,
)

Document: TypeAlias = CredentialDocument | PresentationDocument
"""A document that was read, of either kind."""

CREDENTIAL_MEMBERS: Final = frozenset(
    {
        "@context",
        "confidenceMethod",
        "credentialSchema",
        "credentialStatus",
        "credentialSubject",
        "description",
        "evidence",
        "id",
        "issuer",
        "name",
        "refreshService",
        "relatedResource",
        "renderMethod",
        "termsOfUse",
        "type",
        "validFrom",
        "validUntil",
    }
)
"""What the base context of VCDM 2.0 defines for a credential, but for `proof`: the token is the proof."""

PRESENTATION_MEMBERS: Final = frozenset(
    {"@context", "description", "holder", "id", "name", "termsOfUse", "type", "verifiableCredential"}
)

ENVELOPED: Final = frozenset(media_type(Kind.CREDENTIAL, each) for each in Securing)
"""What a presentation may hold: credentials secured by this specification."""

_COSE: Final = media_type(Kind.CREDENTIAL, Securing.COSE)


def check_unsecured(document: JsonObject, kind: Kind, extensions: Collection[str] = ()) -> Document:
    """Demand that a document may be signed, and read it. Raises InvalidDocument.

    Only members that the data model defines, or that the caller vouches for as `extensions`: a member that no context
    defines means nothing, and under a catch-all vocabulary it would mean anything.
    """
    known = CREDENTIAL_MEMBERS if kind is Kind.CREDENTIAL else PRESENTATION_MEMBERS
    if not known.issuperset(document.keys() - frozenset(extensions)):
        raise InvalidDocument("the document has a member that the data model does not know")
    if not NAMES.union(FORBIDDEN).isdisjoint(extensions):
        raise ValueError("a claim about the signature is no extension of the document")
    return read_document(document, kind)


def read_document(document: JsonObject, kind: Kind) -> Document:
    """Check the structure of a document. Raises InvalidDocument."""
    if kind is Kind.CREDENTIAL:
        return read_credential(document)
    presentation = read_presentation(document)
    for each in presentation.credentials:
        # Section 3.1.2: credentials in presentations must be secured, and enveloped.
        envelope_of(each)
    return presentation


def party_of(read: Document) -> str | None:
    """Return who speaks: the issuer of a credential, or the holder of a presentation if it names one."""
    return read.issuer if isinstance(read, CredentialDocument) else read.holder


def envelope_of(node: JsonObject) -> Envelope:
    """Read an enveloped credential of a presentation; what it holds is not looked at. Raises InvalidDocument."""
    if not is_envelope(node):
        raise InvalidDocument("a credential in the presentation is not enveloped", path="/verifiableCredential")
    envelope = Envelope.read(node)
    if envelope.media_type not in ENVELOPED:
        raise InvalidDocument(
            "a credential in the presentation is secured in another way", path="/verifiableCredential"
        )
    # Section 3.3.1: COSE is binary, so base64; the others are text, and have one spelling without it.
    if envelope.base64 != (envelope.media_type == _COSE):
        raise InvalidDocument("a data URL has an encoding that its media type does not ask for")
    return envelope


def check_agreement(document: JsonObject, kind: Kind, party: str | None, claims: SignatureClaims) -> None:
    """Demand that claims and members that mean one thing say one thing (sections 3.1.3, 4.1.2).

    Raises MalformedCredential.
    """
    if claims.issuer is not None and party is not None and claims.issuer != party:
        raise MalformedCredential(f"iss is not the {'issuer' if kind is Kind.CREDENTIAL else 'holder'}")
    if claims.id is not None and document.get("id", claims.id) != claims.id:
        raise MalformedCredential("jti is not the id")
    if claims.subject is not None and kind is Kind.CREDENTIAL:
        subjects = document.get("credentialSubject")
        named = {
            each.get("id")
            for each in (subjects if isinstance(subjects, list) else [subjects])
            if isinstance(each, dict)
        }
        if named != {None} and claims.subject not in named:
            raise MalformedCredential("sub is not the subject")
