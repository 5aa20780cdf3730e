"""Securing any VCDM 2.0 document with JOSE or COSE, and opening what was secured so (VC-JOSE-COSE 1.0).

These functions know no claims of ours: they take and return documents of the data model.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from credentials.claims_path import ClaimsPath
from credentials.encoding import JsonObject, b64_decode, b64_encode, json_compact, json_object
from credentials.errors import LimitExceeded, MalformedInput
from credentials.formats.base import MalformedCredential, SignedBy
from credentials.formats.issuer_key import accept_header, certificates
from credentials.formats.jwt_vc.disclosable import conceal, opened
from credentials.formats.jwt_vc.document import Document, check_agreement, check_unsecured, party_of, read_document
from credentials.formats.jwt_vc.key_sources import ClaimedKey, KeySource
from credentials.formats.jwt_vc.media import Kind, Securing, media_type, token_type
from credentials.formats.jwt_vc.signature_claims import NAMES, SignatureClaims
from credentials.formats.selective_disclosure import Limits, UnverifiedSdJwt
from credentials.formats.vcdm import CredentialDocument, Envelope, InvalidDocument, Problem
from credentials.jose import UnverifiedToken, cose, sign_compact
from credentials.jose.cbor import CborValue
from credentials.keys import WITH_ES512, Signer

_NO_CLAIMS: Final = SignatureClaims()
_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class SecuredDocument:
    """A document whose signature held (section 5).

    `document` is the signed payload without the claims about the signature, which are in `claims`; `read` is what its
    structure says.
    """

    document: JsonObject = field(repr=False)
    read: Document = field(repr=False)
    kind: Kind
    securing: Securing
    claims: SignatureClaims = field(repr=False)
    signed_by: SignedBy

    @property
    def credential(self) -> CredentialDocument | None:
        """What the structure of a credential says; None for a presentation."""
        return self.read if isinstance(self.read, CredentialDocument) else None


def secure(
    document: JsonObject,
    signer: Signer,
    *,
    kind: Kind = Kind.CREDENTIAL,
    securing: Securing = Securing.JWT,
    kid: str | None = None,
    x5c: tuple[bytes, ...] = (),
    claims: SignatureClaims = _NO_CLAIMS,
    disclosable: Collection[ClaimsPath] = (),
    extensions: Collection[str] = (),
) -> str | bytes:
    """Sign a document: a compact JWS, an SD-JWT that ends with `~`, or the bytes of a tagged COSE_Sign1.

    `kid` is the URL of the verification method; `x5c` a chain, leaf first, for a JWT whose issuer has no DID.
    `disclosable` are the places that an SD-JWT hides. `extensions` are members that the document's further contexts
    define. Raises InvalidDocument for a document that may not be secured, MalformedCredential for claims that do not
    agree with it, ValueError for what this securing cannot state.
    """
    party = party_of(check_unsecured(document, kind, extensions))
    check_agreement(document, kind, party, claims)
    # Section 4.3: without iss, the key is named by an absolute URL.
    if claims.issuer is None and (kid is None or ":" not in kid):
        raise ValueError("without iss, kid is an absolute URL")
    if disclosable and securing is not Securing.SD_JWT:
        raise ValueError("only an SD-JWT hides claims")
    if securing is Securing.COSE:
        if x5c:
            raise ValueError("a COSE message names its key by kid")
        return cose.sign_message(_cose_headers(kind, kid, claims), json_compact(document), signer)
    header = {"typ": token_type(kind, securing), "cty": kind.value, **named_key(kid, x5c)}
    payload: JsonObject = {**claims.to_jwt(), **document}
    if securing is Securing.JWT:
        return sign_compact(header, payload, signer)
    hidden, disclosures = conceal(payload, kind, disclosable, secrets.token_bytes)
    return "~".join([sign_compact(header, hidden, signer), *disclosures, ""])


def open_secured(
    secured: str | bytes,
    source: KeySource,
    *,
    kind: Kind = Kind.CREDENTIAL,
    securing: Securing = Securing.JWT,
    at: datetime | None = None,
) -> SecuredDocument:
    """Check a signature and the document under it (sections 5 and 6).

    `at` is the moment at which the signature must have been valid; None leaves its times to the caller, and those of
    the credential are the caller's always. Credentials in a presentation are found to be enveloped and no more: open
    each with `open_enveloped`. An SD-JWT with key binding is refused. Raises MalformedCredential and its kin,
    InvalidToken, InvalidSignature, LimitExceeded, and what the source raises.
    """
    result = (
        _open_message(secured, source, kind) if securing is Securing.COSE else _open(secured, source, kind, securing)
    )
    if at is not None:
        result.claims.check_times(at)
    return result


def open_enveloped(envelope: Envelope, source: KeySource, *, at: datetime | None = None) -> SecuredDocument:
    """Open what an envelope holds, by its media type. Raises as `open_secured`."""
    for kind in Kind:
        for securing in Securing:
            if envelope.media_type == media_type(kind, securing):
                held = message_of(envelope.data) if securing is Securing.COSE else envelope.data
                return open_secured(held, source, kind=kind, securing=securing, at=at)
    raise InvalidDocument("an envelope holds something of another media type")


def message_of(text: str) -> bytes:
    """Decode a COSE message from standard base64, padded or not (section 3.3.1). Raises MalformedInput."""
    # The padding may be left out, as the W3C's own fixtures do; nothing else has a second spelling.
    return b64_decode(text if text.endswith("=") else text + "=" * (-len(text) % 4), "COSE message")


def open_token(
    token: UnverifiedToken, payload: JsonObject, source: KeySource, kind: Kind, securing: Securing
) -> SecuredDocument:
    """Check a token whose claims, disclosed where they were hidden, are `payload`. Raises as `open_secured`."""
    token.require_type(token_type(kind, securing))
    accept_header(token.header)
    # Section 3.1.1: `cty` may be left out. A more specific one would be a kind of document that we do not know.
    if token.header.get("cty", kind.value) != kind.value:
        raise MalformedCredential("cty is not that of the document")
    claims = SignatureClaims.read(token.header, payload)
    document = {name: value for name, value in payload.items() if name not in NAMES}
    read = read_document(document, kind)
    party = party_of(read)
    check_agreement(document, kind, party, claims)
    claimed = ClaimedKey(_kid(token.header), party or claims.issuer, claims.issuer, certificates(token.header))
    signed_by = source.find(claimed, kind)
    token.verify(signed_by.key, WITH_ES512)
    return SecuredDocument(document, read, kind, securing, claims, signed_by)


def _open(secured: str | bytes, source: KeySource, kind: Kind, securing: Securing) -> SecuredDocument:
    if not isinstance(secured, str):
        raise MalformedCredential("a token is text")
    if securing is Securing.JWT:
        token = UnverifiedToken.parse(secured)
        return open_token(token, token.payload, source, kind, securing)
    parsed = UnverifiedSdJwt.parse(secured, _LIMITS, token_type(kind, securing))
    if parsed.key_binding is not None:
        raise MalformedCredential("a holder's proof came that was not asked for")
    return open_token(parsed.token, opened(parsed, kind).payload, source, kind, securing)


def _open_message(secured: str | bytes, source: KeySource, kind: Kind) -> SecuredDocument:
    if not isinstance(secured, bytes):
        raise MalformedCredential("a COSE message is bytes")
    message = cose.UnverifiedMessage.parse(secured)
    if message.protected.get(cose.TYPE) != media_type(kind, Securing.COSE):
        raise MalformedCredential("the type of the message is not the expected one")
    if message.protected.get(cose.CONTENT_TYPE, kind.document_media_type) != kind.document_media_type:
        raise MalformedCredential("the content type of the message is not that of the document")
    document = _payload(message.payload)
    if any(name in document for name in ("vc", "vp")):
        raise MalformedCredential("a document has no member vc or vp")
    claims = SignatureClaims.read_cwt(message.protected.get(cose.CWT_CLAIMS))
    read = read_document(document, kind)
    party = party_of(read)
    check_agreement(document, kind, party, claims)
    signed_by = source.find(ClaimedKey(message.key_id, party or claims.issuer, claims.issuer), kind)
    message.verify(signed_by.key, WITH_ES512)
    return SecuredDocument(document, read, kind, Securing.COSE, claims, signed_by)


def named_key(kid: str | None, x5c: tuple[bytes, ...]) -> JsonObject:
    """Return the header parameters that say with which key was signed."""
    header: JsonObject = {} if kid is None else {"kid": kid}
    if x5c:
        header["x5c"] = [b64_encode(each) for each in x5c]
    return header


def _cose_headers(kind: Kind, kid: str | None, claims: SignatureClaims) -> cose.Headers:
    headers: dict[int | str, CborValue] = {
        cose.CONTENT_TYPE: kind.document_media_type,
        cose.TYPE: media_type(kind, Securing.COSE),
    }
    if kid is not None:
        headers[cose.KEY_ID] = kid.encode()
    if claims != _NO_CLAIMS:
        headers[cose.CWT_CLAIMS] = claims.to_cwt()
    return headers


def _payload(raw: bytes) -> JsonObject:
    try:
        return json_object(raw, "payload")
    except LimitExceeded:
        raise
    except MalformedInput as error:
        raise InvalidDocument(error.detail, Problem.PARSING) from error


def _kid(header: JsonObject) -> str | None:
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise MalformedCredential("kid is not a string")
    return kid
