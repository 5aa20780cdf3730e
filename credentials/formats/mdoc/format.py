"""The format: issue, read, disclose, present and verify documents."""

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final, TypeAlias, final

from cryptography import x509

from credentials.claims_path import ClaimsPath, PathNotFound, places
from credentials.encoding import JsonObject, b64url_encode
from credentials.errors import BlauweKnopError
from credentials.formats.base import (
    Channel,
    Configuration,
    Credential,
    CredentialDraft,
    Expectation,
    HeldView,
    HolderBindingMissing,
    HolderKey,
    IssuerKey,
    KeyResolver,
    MalformedCredential,
    SignedBy,
    UndisclosablePath,
    UnknownSession,
    VerifiedClaims,
)
from credentials.formats.issuer_key import leaf_key
from credentials.formats.mdoc.device_response import DeviceResponse
from credentials.formats.mdoc.elements import to_cbor
from credentials.formats.mdoc.issuer_signed import IssuerSigned, Item, structure
from credentials.formats.mdoc.reading import decoded
from credentials.formats.mdoc.security_object import SHA_256, SecurityObject, digest_of
from credentials.formats.mdoc.session import session_transcript
from credentials.jose.cbor import CborValue, cbor_bytes
from credentials.jose.cose import X5CHAIN, chain_header, sign_structure
from credentials.keys import Signer, UnreadableCertificate, alternative_names, read_certificate

TYPE: Final = "mso_mdoc"
DECOY_MULTIPLE: Final = 16
RANDOM_BYTES: Final = 32

RandomBytes: TypeAlias = Callable[[int], bytes]
Elements: TypeAlias = Callable[[JsonObject], Mapping[str, CborValue]]
"""How the claims of one type are written as data elements: one per top-level claim, dates with their tags."""

# OpenID4VCI 1.0 appendix A.2.2: COSE numbers. RFC 9864 names the same algorithm with its curve.
_ALGORITHMS: Final = {"ES256": [-7, -9], "ES384": [-35, -51], "EdDSA": [-8, -19]}


@final
class MsoMdoc:
    """Issue, present and verify documents. The type is the docType, and the one namespace bears the same name.

    `elements` says per type how its claims are written; those of other types are written as they are. `random` gives
    salts, the order of the digests, and decoys; `decoy_multiple` is what their number is padded to, so that it does not
    tell which claims there are.
    """

    __slots__ = ("_decoy_multiple", "_elements", "_random")

    name = TYPE

    def __init__(
        self,
        elements: Mapping[str, Elements] | None = None,
        *,
        random: RandomBytes = secrets.token_bytes,
        decoy_multiple: int = DECOY_MULTIPLE,
    ) -> None:
        self._elements = elements or {}
        self._random = random
        self._decoy_multiple = decoy_multiple

    def describe(self, configuration: Configuration) -> JsonObject:
        """Return the metadata members of OpenID4VCI 1.0 appendix A.2.2."""
        names = configuration.algorithms or ("ES256",)
        described: JsonObject = {
            "format": TYPE,
            "doctype": configuration.type,
            "cryptographic_binding_methods_supported": ["cose_key"],
            "credential_signing_alg_values_supported": [number for name in names for number in _ALGORITHMS[name]],
        }
        return described | configuration.credential_metadata()

    def issue(self, draft: CredentialDraft, key: IssuerKey) -> str:
        """Sign a document: IssuerSigned as base64url. Raises ValueError for a draft that this format cannot state."""
        if not key.x5c:
            raise ValueError("an mdoc needs the issuer's certificates")
        if draft.holder is None or draft.expires_at is None:
            raise ValueError("an mdoc is bound to a key and has an end")
        values = self._values(draft)
        ids = self._shuffled(-(-len(values) // self._decoy_multiple) * self._decoy_multiple)
        items = [
            Item.make(name, id, value, self._random(RANDOM_BYTES))
            for (name, value), id in zip(values.items(), ids, strict=False)
        ]
        digests = {item.digest_id: digest_of(item.raw) for item in items}
        decoys = {id: self._random(32) for id in ids[len(items) :]}
        # 9.3.1 step 5: it was signed while the certificate held. The moment of issue is rounded down, maybe too far.
        signed = max(draft.issued_at, _period(key.x5c[0])[0])
        security = SecurityObject(
            doc_type=draft.type,
            digest_algorithm=SHA_256,
            digests={draft.type: dict(sorted((digests | decoys).items()))} if ids else {},
            device_key=draft.holder.jwk,
            signed=signed,
            valid_from=signed,
            valid_until=draft.expires_at,
            status=draft.status,
        )
        issuer_auth = sign_structure({}, security.to_bytes(), key.signer, unprotected={X5CHAIN: chain_header(key.x5c)})
        return b64url_encode(cbor_bytes(structure({draft.type: items} if items else {}, list(issuer_auth))))

    def inspect(self, credential: Credential) -> HeldView:
        """Read a held document, every element open, not verified. Raises MalformedCredential."""
        held = IssuerSigned.parse(decoded(credential))
        security, document = held.security, held.document
        return HeldView(
            format=TYPE,
            type=security.doc_type,
            types=(security.doc_type,),
            claims=_claims(document, security.doc_type),
            always_disclosed={},
            paths=tuple((namespace, name) for namespace, listed in _objects(document) for name in listed),
            issuer=_named_in(held.x5c[0]),
            x5c=held.x5c,
            holder=HolderKey(security.device_key),
            issued_at=security.signed,
            valid_from=security.valid_from,
            valid_until=security.valid_until,
            status=security.status,
            document=document,
        )

    def disclose(self, credential: Credential, paths: Collection[ClaimsPath] | None) -> str:
        """Return the document with the elements that the paths lead to or into, and no others.

        An element is disclosed whole. Raises UndisclosablePath, MalformedCredential.
        """
        return b64url_encode(cbor_bytes(_showing(IssuerSigned.parse(decoded(credential)), paths).to_cbor()))

    def present(
        self,
        credential: Credential,
        paths: Collection[ClaimsPath] | None,
        holder: Signer,
        *,
        audience: str,
        nonce: str,
        now: datetime,
        channel: Channel | None = None,
    ) -> str:
        """Make a DeviceResponse that discloses the wanted elements and no others, signed over the session.

        Raises UndisclosablePath, MalformedCredential, HolderBindingFailed when the document is bound to another key
        than the holder's; ValueError without a channel that the session could be of.
        """
        del now
        shown = _showing(IssuerSigned.parse(decoded(credential)), paths)
        HolderKey(shown.security.device_key).demand(holder)
        transcript = session_transcript(audience, nonce, channel or Channel())
        return b64url_encode(cbor_bytes(DeviceResponse.sign(shown, holder, transcript).to_cbor()))

    def verify(self, presented: Credential, expected: Expectation, keys: KeyResolver) -> VerifiedClaims:
        """Check the issuer's signature, the digests, and the holder's signature over the session (9.3.1, 9.1.3.6).

        Raises MalformedCredential, InvalidMessage, InvalidSignature, LimitExceeded, UnsupportedKey, HolderBindingFailed
        and its kin. Whether certificates and document hold now is for the caller: the claims say when.
        """
        del keys
        value = decoded(presented)
        response = DeviceResponse.parse(value) if _is_response(value) else None
        document = response.issuer_signed if response else IssuerSigned.parse(value)
        security = document.security
        signer = leaf_key(document.x5c[0])
        document.message.verify(signer)
        begins, ends = _period(document.x5c[0])
        # 9.3.1 step 5.
        if not begins <= security.signed <= ends:
            raise MalformedCredential("the document was signed while the issuer's certificate did not hold")
        _check_holder(response, expected)
        contents = document.document
        return VerifiedClaims(
            format=TYPE,
            type=security.doc_type,
            types=(security.doc_type,),
            claims=_claims(contents, security.doc_type),
            signed_by=SignedBy(_named_in(document.x5c[0]), signer, document.x5c),
            holder=HolderKey(security.device_key),
            issued_at=security.signed,
            valid_from=security.valid_from,
            valid_until=security.valid_until,
            status=security.status,
            raw=presented,
            document=contents,
        )

    def _values(self, draft: CredentialDraft) -> Mapping[str, CborValue]:
        write = self._elements.get(draft.type)
        return write(draft.claims) if write else {name: to_cbor(value) for name, value in draft.claims.items()}

    def _shuffled(self, count: int) -> list[int]:
        # 9.1.2.5: an identifier must not tell which element it is of.
        keyed = sorted((self._random(16), number) for number in range(count))
        return [number for _, number in keyed]


def issuer_signed_inside(presented: Credential) -> str | None:
    """Return the document of a presentation without the holder's proof; None where there is none to be read."""
    try:
        value = decoded(presented)
        if not _is_response(value):
            return None
        return b64url_encode(cbor_bytes(DeviceResponse.parse(value).issuer_signed.to_cbor()))
    except BlauweKnopError:
        return None


def certificates_inside(presented: Credential) -> tuple[bytes, ...]:
    """Return the chain that a document or a presentation brings, not validated. Raises as `MsoMdoc.inspect`."""
    value = decoded(presented)
    return (DeviceResponse.parse(value).issuer_signed if _is_response(value) else IssuerSigned.parse(value)).x5c


def _is_response(value: CborValue) -> bool:
    return isinstance(value, dict) and "documents" in value


def _check_holder(response: DeviceResponse | None, expected: Expectation) -> None:
    # A verifier decides beforehand whether a holder's proof must be there; never does the presentation.
    if not expected.holder_binding:
        if response is not None:
            raise HolderBindingMissing("a holder's proof came that was not asked for")
        return
    if response is None:
        raise HolderBindingMissing("the holder's proof is missing")
    if not (expected.nonce and expected.audience):
        raise UnknownSession("without nonce and audience nobody can tell what the holder signed")
    try:
        transcript = session_transcript(expected.audience, expected.nonce, expected.channel or Channel())
    except ValueError as error:
        raise UnknownSession("without the address of the answer nobody can tell what the holder signed") from error
    response.verify(transcript)


def _showing(held: IssuerSigned, paths: Collection[ClaimsPath] | None) -> IssuerSigned:
    if paths is None:
        return held
    document, wanted = held.document, set[tuple[str | int, ...]]()
    for path in paths:
        try:
            wanted.update(place[:2] for place in places(path, document))
        except PathNotFound as error:
            raise UndisclosablePath("the path leads nowhere in this document") from error
    return held.showing(lambda namespace, name: not wanted.isdisjoint({(namespace,), (namespace, name)}))


def _objects(document: JsonObject) -> list[tuple[str, JsonObject]]:
    return [(namespace, listed) for namespace, listed in document.items() if isinstance(listed, dict)]


def _claims(document: JsonObject, doc_type: str) -> JsonObject:
    """Return the elements as claims: those of the type's own namespace by their names, others below their namespace."""
    claims: JsonObject = {}
    for namespace, listed in _objects(document):
        found = listed if namespace == doc_type else {namespace: listed}
        if not claims.keys().isdisjoint(found):
            raise MalformedCredential("an element bears the name of a namespace")
        claims.update(found)
    return claims


def _named_in(certificate: bytes) -> str | None:
    """Return the address by which a certificate names the issuer, which a document itself does not."""
    return next(iter(alternative_names(_read(certificate), x509.UniformResourceIdentifier)), None)


def _period(certificate: bytes) -> tuple[datetime, datetime]:
    read = _read(certificate)
    return read.not_valid_before_utc, read.not_valid_after_utc


def _read(certificate: bytes) -> x509.Certificate:
    try:
        return read_certificate(certificate)
    except UnreadableCertificate as error:
        raise MalformedCredential("x5chain holds no readable certificate") from error
